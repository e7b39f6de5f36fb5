"""`chatcrowd audit …`: whether the audit trail is whole."""

from __future__ import annotations

import asyncio
import re
from typing import Annotated

import typer
from rich.text import Text

from bots.console import fail, finish, out, read_settings
from bots.settings import Settings
from core import audit as trail
from core.audit import FIRST, Checked
from core.store import audit as rows
from core.store.opening import looking_at
from core.store.transaction import Transaction

audit = typer.Typer(help="The audit trail of who saw and changed what.", no_args_is_help=True)

BATCH = 1000
_NOTED = re.compile(r"([0-9]{1,15}):([0-9a-f]{8,64})\Z")


@audit.callback()
def _commands() -> None:
    """The audit trail of who saw and changed what."""


@audit.command()
def verify(
    noted: Annotated[
        str, typer.Option("--noted", help="An end that was noted before, as this command prints it.")
    ] = "",
) -> None:
    """Follow the whole chain of entries, and say whether it is unbroken."""
    settings = read_settings()
    mark = _NOTED.match(noted.strip().lower()) if noted else None
    if noted and mark is None:
        raise fail("Write the end as it was printed: a number, a colon, and letters.")
    end, found = finish(settings, _verify(settings, at=int(mark[1]) if mark else 0))
    if end.broken is not None:
        raise fail(
            f"Broken: entry {end.broken} is missing or was changed; {end.entries} before it are right."
        )
    if mark is not None and not (found or "").startswith(mark[2]):
        raise fail(f"Broken: entry {mark[1]} is not the one that was noted; the trail was written anew.")
    out.print(
        Text(f"{end.entries} entries, unbroken. It ends with {end.entries}:{end.digest}"), soft_wrap=True
    )


async def _verify(settings: Settings, *, at: int) -> tuple[Checked, str | None]:
    def look() -> tuple[Checked, str | None]:
        with looking_at(settings.database) as tx:
            return follow(tx, at=at)

    return await asyncio.to_thread(look)


def follow(tx: Transaction, *, at: int = 0) -> tuple[Checked, str | None]:
    """How far the chain holds, batch by batch on a snapshot, and the digest of entry `at`."""
    end, found = Checked(), FIRST if at == 0 else None
    while batch := rows.after(tx, end.entries, most=BATCH):
        found = next((one.digest for one in batch if one.id == at), found)
        end = trail.follow(end, batch)
        if end.broken is not None:
            break
    return trail.closed(end, rows.head(tx)), found
