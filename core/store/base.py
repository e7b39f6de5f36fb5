"""What both databases promise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from sqlalchemy.engine import URL

from core.store.transaction import Transaction

T = TypeVar("T")
Unit = Callable[[Transaction], T]


def returned(unit: Unit[T], tx: Transaction) -> T:
    """What the unit returns; a StopIteration becomes an error that a future can carry to its waiter."""
    try:
        return unit(tx)
    except StopIteration as stopped:
        raise RuntimeError("a unit of work raised StopIteration") from stopped


class Store(Protocol):
    """Runs units of work off the event loop; what `write` returns is durable."""

    dialect: str

    @property
    def address(self) -> URL:
        """Where the database is, for another process of ours; it hides its password when it is written down."""
        ...

    async def write(self, unit: Unit[T]) -> T:
        """Run `unit` as one transaction and return its value once it is committed; if it raises, nothing happened."""
        ...

    async def read(self, query: Unit[T]) -> T:
        """Run `query` on one consistent snapshot that blocks no writer; it must change nothing."""
        ...

    async def close(self) -> None: ...
