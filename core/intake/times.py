"""Time spans and moments as requesters write them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

_UNITS: Final = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
_PART = re.compile(r"(\d{1,9})\s*([smhd])")
_SPAN = re.compile(r"(?:\d{1,9}\s*[smhd]\s*)+")
_LAST_SECOND: Final = time(23, 59, 59)


def parse_duration(text: str) -> timedelta | None:
    """A span such as `90s`, `30m`, `5h`, `2d` or `1h 30m`; None when it is none."""
    text = text.strip().lower()
    if not _SPAN.fullmatch(text):
        return None
    seconds = sum(int(number) * _UNITS[unit] for number, unit in _PART.findall(text))
    return timedelta(seconds=seconds) if seconds < 10**10 else None


def write_duration(span: timedelta) -> str:
    """The shortest writing that `parse_duration` reads back: `5h`, `1h30m`."""
    seconds = int(span.total_seconds())
    for unit, size in _UNITS.items():
        if seconds >= size and seconds % size == 0:
            return f"{seconds // size}{unit}"
    parts = []
    for unit, size in _UNITS.items():
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


def parse_moment(text: str, zone: ZoneInfo) -> datetime | None:
    """An ISO date or time as aware UTC; without a zone it is in `zone`, a bare date is that day's end."""
    text = text.strip()
    try:
        try:
            moment = datetime.combine(date.fromisoformat(text), _LAST_SECOND)
        except ValueError:
            moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=zone)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
