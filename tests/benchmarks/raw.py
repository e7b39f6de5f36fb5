"""The same statements on raw `sqlite3`: recorded from the product's own units, replayed in one thread."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, event

from core.store import Store
from core.store.base import Unit
from core.store.sqlite import PRAGMAS
from core.store.transaction import Transaction
from tests.benchmarks.measuring import Sample, Watch

T = TypeVar("T")
Recorded = list[tuple[str, Sequence[Any]]]
"""The statements of one unit of work with their values."""


class Recorder:
    """A store that notes what every unit asks of the database, in the order in which the units ran."""

    def __init__(self, store: Store) -> None:
        self.dialect, self.address = store.dialect, store.address
        self.units: list[Recorded] = []
        self._store = store
        self._watched: Connection | None = None
        self._journal: Recorded = []

    async def write(self, unit: Unit[T]) -> T:
        return await self._store.write(lambda tx: self._noted(unit, tx))

    async def read(self, query: Unit[T]) -> T:
        return await self._store.read(query)

    async def close(self) -> None:
        await self._store.close()

    def _noted(self, unit: Unit[T], tx: Transaction) -> T:
        if self._watched is not tx.connection:
            self._watched = tx.connection
            event.listen(tx.connection, "before_cursor_execute", self._built_on_the_spot)
        tx.journal = self._journal = []
        try:
            return unit(tx)
        finally:
            tx.journal = None
            self.units.append(self._journal)

    def _built_on_the_spot(
        self, _connection: object, _cursor: object, statement: str, values: Any, _context: object, many: bool
    ) -> None:
        self._journal.extend((statement, one) for one in (values if many else [values]))


def replay(path: Path, units: Sequence[Recorded], *, cycles: int) -> Sample:
    """Run the units on an equal database, each with its own durable commit."""
    connection = sqlite3.connect(path, isolation_level=None, cached_statements=512)
    for pragma in PRAGMAS:
        connection.execute(pragma)
    execute = connection.execute
    watch = Watch()
    for unit in units:
        execute("BEGIN IMMEDIATE")
        for statement, values in unit:
            execute(statement, values).fetchall()
        execute("COMMIT")
    sample = watch.stop(cycles)
    connection.close()
    return sample
