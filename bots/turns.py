"""Whose turn it is: what one person does is worked on in the order in which it came."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable
from types import TracebackType


class Turns:
    """A line for each person."""

    def __init__(self) -> None:
        self._last: dict[Hashable, Place] = {}

    def take(self, whose: Hashable) -> Place:
        """A place at the end of somebody's line, at once; who takes it enters it or leaves it."""
        place = Place(self, whose, self._last.get(whose))
        self._last[whose] = place
        return place

    def over(self, place: Place) -> None:
        """This place is given up; a line that nobody stands in any more is forgotten."""
        if self._last.get(place.whose) is place:
            del self._last[place.whose]


class Place:
    """A place in a line; inside the block it is this one's turn."""

    __slots__ = ("_before", "_over", "_turns", "whose")

    def __init__(self, turns: Turns, whose: Hashable, before: Place | None) -> None:
        self._turns = turns
        self._before = None if before is None else before._over
        self._over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.whose = whose

    @property
    def waits(self) -> bool:
        """Whether somebody stands before it."""
        return self._before is not None and not self._before.done()

    async def __aenter__(self) -> None:
        if self._before is None or self._before.done():
            return
        try:
            await asyncio.shield(self._before)
        except asyncio.CancelledError:
            self.leave()
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def leave(self) -> None:
        """Give the place up; who stands behind it waits for those before it all the same."""
        if self._before is None or self._before.done():
            self._end()
        else:
            self._before.add_done_callback(lambda _: self._end())

    def _end(self) -> None:
        if not self._over.done():
            self._over.set_result(None)
            self._turns.over(self)
