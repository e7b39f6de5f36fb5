"""`chatcrowd keys …`: a new key for what is sealed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import typer
from rich.progress import Progress
from rich.text import Text

from bots import by_hand
from bots.console import err, fail, finish, out, read_settings
from bots.runner import KEY
from bots.settings import Settings
from bots.trouble import Trouble
from core import beats, rotating
from core.rotating import TABLES
from core.store import Store, leases
from core.store.sealed import Key
from core.store.transaction import Transaction
from core.vault import Vault, forget_secrets, read_or_make_secret, renew_secret, secrets_before

keys = typer.Typer(help="The key that seals personal data.", no_args_is_help=True)


@dataclass(frozen=True, slots=True)
class Rotated:
    """How many rows were sealed anew, and how many no key opens."""

    renewed: int
    lost: int


@keys.callback()
def _commands() -> None:
    """The key that seals personal data."""


@keys.command()
def rotate(
    forget: Annotated[
        bool, typer.Option("--forget", help="Remove the old key from the data folder afterwards.")
    ] = False,
) -> None:
    """Make a new key and seal everything with it; stop chatcrowd first. What was interrupted goes on."""
    settings = read_settings()
    path = settings.data_dir / KEY
    own = not settings.secret_key.get_secret_value()
    if not own and not settings.secret_keys_before.get_secret_value():
        raise fail(
            "Give CHATCROWD_SECRET_KEY a new value, put the one it had into CHATCROWD_SECRET_KEYS_BEFORE, "
            "then run this again."
        )
    done = finish(settings, _whole(settings, renew=own))
    out.print(f"{done.renewed} rows are sealed with the new key.")
    if done.lost:
        raise fail(f"{done.lost} rows cannot be opened with any key: keep the old ones, and find theirs.")
    if not own:
        out.print("CHATCROWD_SECRET_KEYS_BEFORE is not needed any more.")
    elif forget:
        forget_secrets(path)
        out.print("The old key is gone; older backups can no longer be opened.")
    else:
        words = f"The old key is in {path.parent}; remove it with --forget when no backup needs it."
        out.print(Text(words), soft_wrap=True)


async def _whole(settings: Settings, *, renew: bool) -> Rotated:
    """Renew the secret unless an interrupted run did, then seal anew."""
    path = settings.data_dir / KEY
    async with by_hand.opened(settings) as (store, vault, clock):
        await store.read(lambda tx: alone(tx, now=clock.now()))
        present = vault
        if renew and not await store.read(lambda tx: rotating.is_behind(tx, present)):
            await asyncio.to_thread(renew_secret, path)
            secret = await asyncio.to_thread(read_or_make_secret, path)
            vault = Vault(secret, before=secrets_before(path), lasting=vault.lasting)
        with Progress(console=err, transient=True) as progress:
            task = progress.add_task("Sealing", total=len(TABLES))
            renewed = lost = 0
            for table in TABLES:
                one = await through(store, vault, table)
                renewed, lost = renewed + one.renewed, lost + one.lost
                progress.advance(task)
        total = renewed
        await store.write(lambda tx: rotating.note(tx, vault, renewed=total, now=clock.now()))
    return Rotated(renewed, lost)


async def through(store: Store, vault: Vault, table: str) -> Rotated:
    """Seal a table's rows with the present key, batch by batch; what is so already stays."""
    renewed = lost = 0
    after: Key | None = None
    while True:
        one = await store.write(lambda tx, after=after: rotating.step(tx, vault, table, after=after))  # type: ignore[misc]  # it is bound
        renewed, lost, after = renewed + one.renewed, lost + one.lost, one.last
        if after is None:
            return Rotated(renewed, lost)


def alone(tx: Transaction, *, now: datetime) -> None:
    """Raises Trouble while a chatcrowd works on this database: it does not know the new key."""
    until = leases.until(tx, beats.NAME)
    if tx.dialect != "sqlite" and until is not None and until > now:
        raise Trouble("A chatcrowd works on this database: stop it, wait half a minute, then run this again.")
