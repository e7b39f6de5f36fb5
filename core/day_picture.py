"""What stands on the picture of a day, in the reader's words; core.learning.day_chart draws it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

NO_FONT = 3
"""How the process that draws ends when no font shows the reader's language."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure of the day, and the same of the day before in words."""

    label: str
    value: str
    before: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One day of the last fortnight, or one part of the day; `name` stands in where no font shows the label."""

    label: str
    value: int
    shown: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """The day in parts, the largest first."""

    title: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class DayPicture:
    """Everything that is drawn."""

    locale: str
    mirrored: bool
    title: str
    tiles: tuple[Tile, ...]
    days_title: str
    days: tuple[Bar, ...]
    """The day that the picture is about is the last."""
    mean: float
    mean_label: str
    groups: tuple[Group, ...]


def read(given: dict[str, Any]) -> DayPicture:
    """A picture as it was sent to this process."""
    bars = [Group(one["title"], _bars(one["bars"])) for one in given["groups"]]
    return DayPicture(
        **given
        | {
            "tiles": tuple(Tile(**one) for one in given["tiles"]),
            "days": _bars(given["days"]),
            "groups": tuple(bars),
        }
    )


def _bars(given: Sequence[dict[str, Any]]) -> tuple[Bar, ...]:
    return tuple(Bar(**one) for one in given)
