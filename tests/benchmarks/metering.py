"""What an answer's unit of work costs, and of it what is done to learn from the answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from core import answering, slots, weighing
from core.consensus.majority import Majority
from core.consensus.weighed import Weighed
from core.store import tasks

KEEPS: tuple[Any, str] = (answering, "answer_held")
UPDATES: tuple[tuple[Any, str], ...] = (
    (weighing, "met"),
    (slots, "case_by"),
    (weighing, "cast"),
    (Majority, "verdict"),
    (Weighed, "verdict"),
    (tasks, "tally_of"),
    (tasks, "_votes"),
)
"""Everything that an answer's unit of work does to learn from the answer, with what that reads and writes."""


@dataclass(slots=True)
class Meter:
    """Processor seconds of units of work, and of what they do to learn from an answer."""

    units: list[float] = field(default_factory=list)
    updates: list[float] = field(default_factory=list)
    _apart: bool = True  # whether what is done now is none of the answer's, or counted already
    _calls: int = 0  # that were counted in this unit

    @contextmanager
    def unit(self) -> Iterator[None]:
        """One unit of work, without what it costs to count."""
        self.updates.append(0.0)
        self._calls = 0
        began = time.thread_time()
        yield
        whole, calls = time.thread_time() - began, self._calls
        among_updates, in_unit = self._counting()
        self.units.append(whole - calls * in_unit)
        self.updates[-1] -= calls * among_updates

    def _counting(self) -> tuple[float, float]:
        """What counting a call adds to the updates, and to its unit: a call of nothing tells, in the same unit.

        Reading the clock for the second number is in it too, so the unit comes out too short, not the share.
        """
        update = self.updates[-1]
        call = self.answering(self.counted(_nothing))
        began = time.thread_time()
        call()
        in_unit = time.thread_time() - began
        among_updates, self.updates[-1] = self.updates[-1] - update, update
        return among_updates, in_unit

    def drop(self) -> None:
        """That one was about something else."""
        self.units.pop()
        self.updates.pop()

    def answering(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """The call that keeps the answer: what the next claim believes is not the price of an update."""

        def answering(*given: Any, **named: Any) -> Any:
            self._apart = False
            try:
                return call(*given, **named)
            finally:
                self._apart = True

        return answering

    def counted(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """The call, its time counted among the updates."""

        def counted(*given: Any, **named: Any) -> Any:
            if self._apart:
                return call(*given, **named)
            self._apart = True
            self._calls += 1
            began = time.thread_time()
            try:
                return call(*given, **named)
            finally:
                self.updates[-1] += time.thread_time() - began
                self._apart = False

        return counted

    def clear(self) -> None:
        """What was before does not count."""
        self.units.clear()
        self.updates.clear()

    def cost(self) -> Cost:
        """The means so far."""
        count = len(self.units)
        return Cost(1000 * sum(self.units) / count, 1000 * sum(self.updates) / count)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Counts what is done meanwhile."""
        whole = [(owner, name, getattr(owner, name)) for owner, name in (KEEPS, *UPDATES)]
        for owner, name, call in whole:
            setattr(owner, name, self.answering(call) if (owner, name) == KEEPS else self.counted(call))
        try:
            yield
        finally:
            for owner, name, call in whole:
                setattr(owner, name, call)


def _nothing() -> None:
    """Is called to learn what counting costs."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds of a unit of work, and of the update in it: means of one round."""

    unit: float
    update: float

    @property
    def share(self) -> float:
        """How much of the unit the update is."""
        return self.update / self.unit
