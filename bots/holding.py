"""Work of which one process at a time has a part: a lease as a row, looked at in every unit that writes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from core.clock import Clock
from core.store import Store, leases
from core.store.transaction import Transaction

T = TypeVar("T")

HELD = timedelta(seconds=60)


class Overtaken(Exception):  # noqa: N818  (its name says what it is)
    """Somebody else does this work by now."""


class Held:
    """A piece of work is ours as long as nobody else took it: every unit looks first."""

    def __init__(self, store: Store, clock: Clock, *, name: str, holder: str) -> None:
        self._store = store
        self._clock = clock
        self._name = name
        self._holder = holder

    async def take(self) -> bool:
        """False while somebody else is at it."""
        now = self._clock.now()
        return await self._store.write(
            lambda tx: leases.take(tx, self._name, holder=self._holder, now=now, until=now + HELD)
        )

    async def write(self, unit: Callable[[Transaction], T]) -> T:
        """One unit of the work.

        Raises:
            Overtaken: when somebody else took it; nothing is written then.
        """
        until = self._clock.now() + HELD

        def whole(tx: Transaction) -> T:
            if not leases.keep(tx, self._name, holder=self._holder, until=until):
                raise Overtaken
            return unit(tx)

        return await self._store.write(whole)

    async def keep(self) -> None:
        """Still at work. Raises as `write`."""
        await self.write(_nothing)

    async def give_up(self) -> None:
        """Done with it."""
        await self._store.write(lambda tx: leases.give_up(tx, self._name, holder=self._holder))


def _nothing(_: Transaction) -> None:
    pass
