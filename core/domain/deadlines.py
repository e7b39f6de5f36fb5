"""When an assignment is due, when its worker is reminded, and when lateness may cost points.

`lead` is how long before `due_at` the reminder goes out: an hour, or half of a shorter time limit.
A penalty needs a reminder that was delivered at least half a lead before `due_at` (30 minutes for
limits of two hours and more), so a worker always had a fair warning.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

LONGEST_LEAD = timedelta(hours=1)
AFTER_QUIET = timedelta(minutes=35)
"""The reminder goes out when the quiet hours end, and must arrive half an hour before the deadline."""
EXPIRES_AFTER = timedelta(hours=24)
UNDO_WINDOW = timedelta(seconds=60)
DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class QuietHours:
    """When a person is left alone: minutes after local midnight, in their zone; `start` may be after `end`."""

    zone: ZoneInfo
    start: int
    end: int

    def holds(self, moment: datetime) -> bool:
        """Whether `moment` is quiet."""
        local = moment.astimezone(self.zone)
        minute = local.hour * 60 + local.minute
        if self.start <= self.end:
            return self.start <= minute < self.end
        return minute >= self.start or minute < self.end

    def end_after(self, moment: datetime) -> datetime:
        """The next end of quiet hours at or after `moment`; where the clock shows it twice, the second time."""
        return _next(moment - timedelta(microseconds=1), self.end, self.zone, folds=(0, 1))


@dataclass(frozen=True, slots=True)
class Due:
    """When an assignment is due, and when its reminder goes out."""

    due_at: datetime
    remind_at: datetime


def next_local(after: datetime, minute: int, zone: ZoneInfo) -> datetime:
    """The first moment after `after` at which the local clock shows `minute` (after midnight).

    Daylight saving: a time that the clock skips happens one gap later the same day; a time that it
    shows twice happens once, at its first showing.
    """
    return _next(after, minute, zone, folds=(0,))


def latest_local(upto: datetime, minute: int, zone: ZoneInfo) -> datetime:
    """The last moment, no later than `upto`, at which the local clock showed `minute`; as `next_local`."""
    day = upto.astimezone(zone).date() - timedelta(days=2)
    start = datetime.combine(day, time(tzinfo=zone)).astimezone(upto.tzinfo)
    latest = following = _next(start, minute, zone, folds=(0,))
    while following <= upto:
        latest, following = following, _next(following, minute, zone, folds=(0,))
    return latest


def _next(after: datetime, minute: int, zone: ZoneInfo, *, folds: tuple[int, ...]) -> datetime:
    day = after.astimezone(zone).date() - timedelta(days=1)
    while True:
        shown = (time(minute // 60 % 24, minute % 60, tzinfo=zone, fold=fold) for fold in folds)
        moment = max(datetime.combine(day, at).astimezone(after.tzinfo) for at in shown)
        if moment > after:
            return moment
        day += timedelta(days=1)


def lead(time_limit: timedelta) -> timedelta:
    """How long before `due_at` the reminder goes out."""
    return min(LONGEST_LEAD, time_limit / 2)


def due(
    *, claimed_at: datetime, time_limit: timedelta, deadline: datetime | None, quiet: QuietHours | None
) -> Due:
    """When a task claimed now is due: claim + limit, moved out of quiet hours, never past the deadline."""
    due_at = claimed_at + time_limit
    ahead = lead(time_limit)
    remind_at = due_at - ahead
    if quiet is not None and (quiet.holds(due_at) or quiet.holds(remind_at)):
        quiet_end = quiet.end_after(due_at if quiet.holds(due_at) else remind_at)
        due_at = max(due_at, quiet_end + AFTER_QUIET)
        remind_at = max(due_at - ahead, quiet_end)
    if deadline is not None and deadline < due_at:
        due_at = max(deadline, claimed_at)
        remind_at = min(remind_at, due_at - ahead)
    return Due(due_at=due_at, remind_at=max(remind_at, claimed_at))


def warned(*, reminded_at: datetime | None, due_at: datetime, time_limit: timedelta) -> bool:
    """Whether a reminder was delivered early enough for lateness to cost points."""
    return reminded_at is not None and reminded_at <= due_at - lead(time_limit) / 2
