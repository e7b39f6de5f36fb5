"""Days in a row with work: one day a week may pass without it, and nobody is told what they lost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo

WEEK = 7


@dataclass(frozen=True, slots=True)
class Streak:
    """So many days with work up to `last`; `rested` is the last day that was let pass (days since year 1, 0: none)."""

    days: int = 0
    last: int = 0
    rested: int = 0


def day_of(moment: datetime, zone: tzinfo) -> int:
    """The local day of a moment, as days since year 1."""
    return moment.astimezone(zone).toordinal()


def worked(streak: Streak, day: int) -> Streak:
    """The streak after work on `day`; a day before its last changes nothing."""
    if day <= streak.last:
        return streak
    missed = streak.last + 1
    if streak.days and day == missed:
        return Streak(streak.days + 1, day, streak.rested)
    if streak.days and day == missed + 1 and _may_rest(streak, missed):
        return Streak(streak.days + 1, day, missed)
    return Streak(1, day, streak.rested)


def standing(streak: Streak, today: int) -> int:
    """How many days are in a row as long as work today would go on with them; else 0."""
    return streak.days if worked(streak, today).days > 1 or today <= streak.last else 0


def _may_rest(streak: Streak, day: int) -> bool:
    return day - streak.rested >= WEEK


def completed(days: Iterable[int], *, wanted: int, after: int) -> int | None:
    """The first day on which `wanted` days with work were in a row, counted from the day after `after`."""
    streak = Streak()
    for day in sorted(set(days)):
        if day <= after:
            continue
        streak = worked(streak, day)
        if streak.days >= wanted:
            return day
    return None
