"""The database: whether it can be opened, is up to date, takes changes and keeps them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta

from bots.checkup.finding import Finding, broken, fine, look
from bots.settings import Settings
from bots.trouble import explain
from core.clock import Clock
from core.store.examining import Condition, Tables, examine
from core.store.opening import DatabaseUnusable

ABOUT = "database"
OLDEST_POSTGRES = 14  # PostgreSQL itself mends no older ones
CLOSE_ENOUGH = timedelta(seconds=30)


async def check_database(settings: Settings, clock: Clock) -> tuple[tuple[Finding, ...], Condition | None]:
    """What was found, and the condition of the database where it could be looked at."""
    try:
        condition = await asyncio.to_thread(examine, settings.database, clock=clock)
    except (DatabaseUnusable, OSError, ModuleNotFoundError) as error:
        mend = explain(error, settings)
        if mend is None:
            raise
        return (broken(ABOUT, "cannot be used", mend=mend),), None
    return tuple(in_words(condition)), condition


def in_words(condition: Condition) -> Iterator[Finding]:
    """What a condition means for the operator."""
    server = condition.server
    if not condition.writable:
        yield broken(
            ABOUT,
            f"{server}, takes no changes",
            mend="Allow chatcrowd to write: check who owns the file or the tables, and what locks them.",
        )
    elif condition.tables is Tables.NEWEST:
        busy = ", a running chatcrowd works on it" if condition.in_use else ""
        yield fine(ABOUT, f"{server}, tables at the newest version{busy}")
    elif condition.tables is Tables.OLD:
        yield look(
            ABOUT,
            f"{server}, tables of an older version",
            mend="The next start brings them up to date; make a backup first, or run `chatcrowd migrate`.",
        )
    else:
        yield fine(ABOUT, f"{server}, tables are made at the first start")
    if not condition.durable:
        yield look(
            "durability",
            "a power cut can lose answers that were confirmed",
            mend="Turn on fsync and synchronous_commit in PostgreSQL, or keep SQLite's file on a local disk.",
        )
    if condition.major < OLDEST_POSTGRES and server.startswith("PostgreSQL"):
        yield look("database version", server, mend=f"Update PostgreSQL to {OLDEST_POSTGRES} or newer.")
    if abs(condition.ahead) > CLOSE_ENOUGH:
        yield look(
            "database clock",
            f"{abs(condition.ahead).total_seconds():.0f} seconds apart from this machine",
            mend="Let both machines take the time from the network (NTP).",
        )
