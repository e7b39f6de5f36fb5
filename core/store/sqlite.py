"""SQLite: one writer thread with group commit, and readers beside it.

Measured: a transaction per hop into the thread that owns the connection costs a tenth of what a
statement per hop does, and units that wait together share one durable commit.
"""

from __future__ import annotations

import asyncio
import fcntl
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import IO, Any, TypeVar

import aiosqlite
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.engine import URL
from sqlalchemy.pool import QueuePool, StaticPool

from core.store import migrations
from core.store.base import Unit, returned
from core.store.transaction import Transaction

T = TypeVar("T")
Outcome = tuple[bool, Any]

MOST_TOGETHER = 64
READERS = 3
PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",  # an acknowledged answer survives a power cut
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=5000",
    "PRAGMA wal_autocheckpoint=4000",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA cache_size=-65536",
)


class DatabaseInUse(Exception):  # noqa: N818  (its name says what it is)
    """Another process already works on this SQLite file; several processes need PostgreSQL."""


class _Writer(aiosqlite.Connection):
    """The thread that owns the only connection that writes."""

    async def run(self, work: Callable[[], T]) -> T:
        """Run `work` whole in the writer thread."""
        execute: Any = self._execute  # aiosqlite leaves it untyped
        result: T = await execute(work)
        return result


class SqliteStore:
    """One file, one process, durable group commit."""

    dialect = "sqlite"

    def __init__(self, path: Path, lock: IO[str]) -> None:
        self.path = path
        self._lock = lock
        self._waiting: asyncio.Queue[tuple[Unit[Any], asyncio.Future[Any]]] = asyncio.Queue()
        self._writer = _Writer(self._connect_writer, iter_chunk_size=64)
        self._connection: Connection | None = None
        self._engine: Engine | None = None
        self._pump: asyncio.Task[None] | None = None
        self._closing = False
        self._reading = ThreadPoolExecutor(READERS, thread_name_prefix="reader")
        self._readers = create_engine(
            "sqlite://",
            hide_parameters=True,
            creator=partial(connect_reader, path),
            poolclass=QueuePool,
            pool_size=READERS,
            max_overflow=0,
        )

    @classmethod
    async def open(cls, path: Path) -> SqliteStore:
        """Open the file, making it and its folder when absent, at the newest version of its tables.

        Raises:
            DatabaseInUse: when another process has it open.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        store = cls(path, _take_lock(path.with_name(path.name + ".lock")))
        try:
            await store._writer
            await store._writer.run(store._open_writer)
        except BaseException:
            await store._writer.close()
            store._lock.close()
            raise
        store._pump = asyncio.create_task(store._commit_batches(), name="group-commit")
        return store

    def _connect_writer(self) -> sqlite3.Connection:
        raw = sqlite3.connect(self.path, isolation_level=None, cached_statements=512)
        for pragma in PRAGMAS:
            raw.execute(pragma)
        return raw

    @property
    def address(self) -> URL:
        return URL.create("sqlite", database=str(self.path.absolute()))

    def _open_writer(self) -> None:
        raw = self._writer._conn
        self._engine = create_engine(
            "sqlite://", creator=lambda: raw, poolclass=StaticPool, hide_parameters=True
        )
        self._connection = self._engine.connect()
        raw.execute("BEGIN IMMEDIATE")  # a start that is killed half-way leaves the old tables
        try:
            migrations.upgrade(self._connection)
        except BaseException:
            self._close_writer()  # while its connection can still be rolled back
            raise
        self._connection.commit()
        if raw.in_transaction:
            raw.execute("COMMIT")

    async def write(self, unit: Unit[T]) -> T:
        if self._pump is None or self._closing:
            raise RuntimeError("the store is closed")
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.put_nowait((unit, done))
        return await done

    async def read(self, query: Unit[T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._reading, self._read, query)

    def _read(self, query: Unit[T]) -> T:
        with self._readers.connect() as connection:
            transaction = Transaction(connection)
            transaction.raw.execute("BEGIN")
            try:
                return returned(query, transaction)
            finally:
                transaction.raw.execute("ROLLBACK")

    async def _commit_batches(self) -> None:
        # No timer: while one batch commits, the next one gathers.
        # It ends when it has worked through what came before the store was closed.
        while not (self._closing and self._waiting.empty()):
            batch = [await self._waiting.get()]
            await asyncio.sleep(
                0
            )  # whoever was woken together with the first one is heard in this turn of the loop
            while len(batch) < MOST_TOGETHER and not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
            batch = [(unit, done) for unit, done in batch if not done.cancelled()]
            units = [unit for unit, _ in batch]
            try:
                outcomes = await self._writer.run(partial(self._commit, units))
            except Exception as failure:  # not even the rollback worked: nobody may wait for ever
                outcomes = [(False, failure)] * len(units)
            for (_, done), (worked, value) in zip(batch, outcomes, strict=True):
                if done.cancelled():
                    continue
                if worked:
                    done.set_result(value)
                else:
                    done.set_exception(value)

    def _commit(self, units: Sequence[Unit[Any]]) -> list[Outcome]:
        """Run the units in one transaction, each in its own savepoint, and commit them together."""
        if not units:
            return []
        connection = self._connection
        assert connection is not None, "opened before the first unit"
        raw = self._writer._conn
        try:
            raw.execute("BEGIN IMMEDIATE")
            transaction = Transaction(connection)
            outcomes = [_attempt(transaction, raw, unit) for unit in units]
            connection.commit()  # closes what Core began; the driver's commit is the durable one
            if raw.in_transaction:
                raw.execute("COMMIT")
        except BaseException as failure:
            connection.rollback()
            if raw.in_transaction:
                raw.execute("ROLLBACK")
            return [(False, failure)] * len(units)
        return outcomes

    async def close(self) -> None:
        """Finish what waits, then close."""
        if self._closing:
            return
        self._closing = True
        if self._pump is not None:
            wake: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
            self._waiting.put_nowait((lambda _: None, wake))
            await self._pump
        self._reading.shutdown(wait=True)
        self._readers.dispose()
        await self._writer.run(self._close_writer)
        await self._writer.close()
        self._lock.close()

    def _close_writer(self) -> None:
        if self._connection is not None:
            self._connection.close()


def _attempt(transaction: Transaction, raw: sqlite3.Connection, unit: Unit[Any]) -> Outcome:
    raw.execute("SAVEPOINT unit")
    try:
        value = returned(unit, transaction)
    except Exception as refusal:
        if not raw.in_transaction:
            raise  # the database itself gave up (disk full): the whole batch failed
        raw.execute("ROLLBACK TO unit")
        raw.execute("RELEASE unit")
        return False, refusal
    raw.execute("RELEASE unit")
    return True, value


def connect_reader(path: Path) -> sqlite3.Connection:
    """A connection that sees what was committed and can change nothing."""
    raw = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
    )
    raw.execute("PRAGMA busy_timeout=5000")
    return raw


def _take_lock(path: Path) -> IO[str]:
    lock = path.open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as taken:
        lock.close()
        raise DatabaseInUse(path.name) from taken
    return lock
