"""Quiet hours as words, and words as quiet hours."""

from __future__ import annotations

import re

from core.errors import Refused
from i18n import Content

DAY = 24 * 60
_TIMES = re.compile(
    r"\s*(\d{1,2})(?::(\d{2}))?\s*(?:-|–|—|to|bis|a|到|至|إلى|\s)\s*(\d{1,2})(?::(\d{2}))?\s*\Z"
)
_TIME = re.compile(r"\s*(\d{1,2})(?::(\d{2}))?\s*\Z")


def read_hours(words: str) -> tuple[int, int]:
    """Two times of day, in minutes after midnight.

    Raises:
        Refused: bad_quiet_hours.
    """
    found = _TIMES.match(words)
    if found is None:
        raise Refused("bad_quiet_hours")
    from_hour, from_minute, to_hour, to_minute = (int(one or 0) for one in found.groups())
    if from_minute >= 60 or to_minute >= 60:
        raise Refused("bad_quiet_hours")
    return checked_hours(from_hour * 60 + from_minute, to_hour * 60 + to_minute)


def read_time(words: str) -> int:
    """A time of day, in minutes after midnight.

    Raises:
        Refused: bad_hour.
    """
    found = _TIME.match(words)
    if found is None:
        raise Refused("bad_hour")
    hour, minute = (int(one or 0) for one in found.groups())
    if hour >= 24 or minute >= 60:
        raise Refused("bad_hour")
    return hour * 60 + minute


def checked_hours(start: int, end: int) -> tuple[int, int]:
    """The same within one day. Raises as `read_hours`."""
    if not (0 <= start <= DAY and 0 <= end <= DAY):
        raise Refused("bad_quiet_hours")
    return start % DAY, end % DAY


def written_hours(start: int, end: int) -> Content:
    """Two times as `read_hours` takes them; nothing when there are no quiet hours."""
    if start == end:
        return Content("")
    return Content(f"{clock_time(start)}-{clock_time(end)}")


def clock_time(minute: int) -> str:
    """A minute after midnight as a time of day."""
    return f"{minute // 60:02}:{minute % 60:02}"
