"""PostgreSQL: a pool of connections, row locks, and units that are tried again when the database asks for it."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from core.store.base import Unit, returned
from core.store.transaction import Transaction

T = TypeVar("T")

POOL = 12
TRIES = 10
TRY_AGAIN = frozenset({"40001", "40P01"})  # serialization failure, deadlock


class PostgresStore:
    """Many processes may share it; the units are the same synchronous functions as on SQLite."""

    dialect = "postgresql"

    def __init__(self, url: str) -> None:
        self.url = url
        self.address = make_url(url)
        self._engine = create_engine(
            url, hide_parameters=True, pool_size=POOL, max_overflow=0, pool_pre_ping=True
        )
        self._threads = ThreadPoolExecutor(POOL, thread_name_prefix="store")

    async def write(self, unit: Unit[T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._write, unit)

    async def read(self, query: Unit[T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._read, query)

    def _write(self, unit: Unit[T]) -> T:
        for _ in range(TRIES - 1):
            try:
                return self._once(unit)
            except DBAPIError as failure:
                if _code(failure) not in TRY_AGAIN:
                    raise
        return self._once(unit)

    def _once(self, unit: Unit[T]) -> T:
        with self._engine.begin() as connection:
            return returned(unit, Transaction(connection))

    def _read(self, query: Unit[T]) -> T:
        with self._engine.connect() as connection:
            return returned(query, snapshot(connection))

    async def close(self) -> None:
        self._threads.shutdown(wait=True)
        self._engine.dispose()


def snapshot(connection: Connection) -> Transaction:
    """All that is read in it is of one moment, and nothing can be changed."""
    connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
    return Transaction(connection)


def _code(failure: DBAPIError) -> Any:
    return getattr(failure.orig, "sqlstate", None)
