"""`python -m tests.full_run --data FOLDER --set rte`: a whole recorded crowd through the whole product."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from core.clock import ManualClock
from core.store import open_store
from core.vault import Vault
from i18n import prepare
from tests.full_run.recorded import VARIABLE, Recorded, folder, read
from tests.full_run.replay import Replay
from tests.full_run.slack import slack_house
from tests.full_run.telegram import telegram_house

START = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
MANY = 5_000
"""Above so many answers the stand-in keeps no history: it would hold every version of every card in memory."""


class Way(StrEnum):
    """A platform on which a crowd can be."""

    TELEGRAM = "telegram"
    SLACK = "slack"


def main(
    data: Annotated[
        Path | None, typer.Option(help=f"The folder of recorded crowds; else {VARIABLE}.")
    ] = None,
    name: Annotated[str, typer.Option("--set", help="Which crowd.")] = "ms",
    tasks: Annotated[int | None, typer.Option(help="Only so many tasks.")] = None,
    batch: Annotated[int, typer.Option(help="How many tasks are open at a time.")] = 20,
    database: Annotated[str, typer.Option(help="A database's URL; else an SQLite file of its own.")] = "",
    platform: Annotated[Way, typer.Option(help="Where the crowd is.")] = Way.TELEGRAM,
) -> None:
    """Replay a crowd and check labels, answers and points against the recorded answers alone."""
    found = data or folder()
    if found is None or not (found / name).is_dir():
        raise typer.BadParameter(f"no recorded crowd {name}: name the folder by --data or {VARIABLE}")
    recorded = read(found, name)
    if tasks is not None:
        ordered = [task for one in recorded.batches(batch) for task in one]
        recorded = recorded.part(ordered[:tasks])
    asyncio.run(_replay(recorded, size=batch, database=database, way=platform))


async def _replay(recorded: Recorded, *, size: int, database: str, way: Way) -> None:
    prepare()
    with tempfile.TemporaryDirectory(prefix="chatcrowd-") as place:
        store = await open_store(database or f"sqlite:///{Path(place) / 'run.sqlite3'}")
        vault = Vault(b"tests only: thirty-two bytes key")
        history = len(recorded.answers) <= MANY
        clock = ManualClock(START)
        opened = slack_house if way is Way.SLACK else telegram_house
        async with opened(store, clock, vault, Path(place) / "data", history=history) as house:
            replay, began = Replay(house, recorded), time.monotonic()
            files = await replay.run(size=size, tell=typer.echo)
            await replay.check(files)
            took = time.monotonic() - began
        await store.close()
    typer.echo(_summary(replay, took=took))


def _summary(replay: Replay, *, took: float) -> str:
    recorded, books = replay.recorded, replay.books
    known = {task: label for task, label in books.labels().items() if task in recorded.gold}
    right = Counter(label == recorded.gold[task] for task, label in known.items())[True]
    return (
        f"{recorded.name}: {len(books.tapped)} of {len(recorded.answers)} recorded answers tapped by "
        f"{len(replay.workers)} people on {len(recorded.by_task)} tasks; {replay.skipped} cards skipped, "
        f"{len(books.decided)} tasks decided by the owner.\n"
        f"Labels, answers and points are what the recorded answers imply; {right / len(known):.1%} of the labels "
        f"are the gold ones. {took:.0f} s."
    )


if __name__ == "__main__":
    typer.run(main)
