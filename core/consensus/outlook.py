"""What more answers would bring: a forecast in plain numbers, made by a refit, read in the chat."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Outlook:
    """How a project's tasks of one sort end up at one target: means per task."""

    answers: float
    """Further answers, gold not counted."""
    points: float
    """What they cost, with the gold mixed into them."""
    accuracy: float
    """How many of the likeliest labels are right, settled or not."""
    low: float
    high: float
    """Between these the accuracy lies eight times in ten."""
    left: float
    """The part of the tasks that the crowd leaves unsettled."""
    sound: float
    """The part of the tasks that are settled, and right."""

    @property
    def settled(self) -> float | None:
        """How many of the settled labels are right; None while there are none."""
        return None if self.left >= 1 else min(1.0, self.sound / (1 - self.left))

    def mixed(self, other: Outlook, *, share: float) -> Outlook:
        """The means when `share` of the tasks are of the other sort."""
        pairs = zip(astuple(self), astuple(other), strict=True)
        return Outlook(*(mine + share * (theirs - mine) for mine, theirs in pairs))


@dataclass(frozen=True, slots=True)
class Ahead:
    """One target, for the tasks that had answers and for those that nobody has met yet."""

    target: float
    touched: Outlook
    fresh: Outlook

    def of(self, *, touched: int, fresh: int) -> Outlook:
        """The means over so many tasks of both sorts."""
        return self.touched.mixed(self.fresh, share=fresh / max(1, touched + fresh))


@dataclass(frozen=True, slots=True)
class Forecast:
    """From here on, for several targets; the first of `ahead`, at target 0, asks for nothing more."""

    tasks: int
    """How many tasks had answers."""
    measured: bool
    """Whether a percentage may be shown."""
    ahead: tuple[Ahead, ...]

    def as_json(self) -> dict[str, Any]:
        """Plain lists and numbers."""
        rows = [[one.target, astuple(one.touched), astuple(one.fresh)] for one in self.ahead]
        return {"tasks": self.tasks, "measured": self.measured, "ahead": rows}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Forecast:
        """What `as_json` wrote."""
        rows = (Ahead(target, Outlook(*touched), Outlook(*fresh)) for target, touched, fresh in kept["ahead"])
        return cls(kept["tasks"], kept["measured"], tuple(rows))
