"""When each moderator is told of the day before: once per local day, whatever moves or stops."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from core import jobs
from core.domain.deadlines import latest_local, next_local
from core.domain.person import Person, may, require
from core.errors import Refused
from core.store import mornings as rows
from core.store import people as people_rows
from core.store.mornings import Morning
from core.store.transaction import Transaction

SUMMARY = "summary"
"""The kind of the job that draws a day and tells it."""
USUAL = 9 * 60
"""Nine in the morning, in minutes after local midnight."""
DAY, DAY_MINUTES = timedelta(days=1), 24 * 60
FIRST = date(2000, 1, 1)
"""Nobody worked here before; no day after the person's today can be told either."""


def minute_of(morning: Morning) -> int:
    """The hour that somebody chose, or the usual one."""
    return USUAL if morning.minute is None else morning.minute


def hour(tx: Transaction, person: Person) -> int:
    """When a person is told of the day before, in minutes after local midnight."""
    return minute_of(rows.of(tx, person.id))


def asked_for(person: Person, day: date, *, now: datetime) -> date:
    """The day itself when the person may read of it.

    Raises:
        Refused: not_allowed; bad_date, when it has not begun yet.
    """
    require(person, "read summary")
    if not FIRST <= day <= now.astimezone(person.tz).date():
        raise Refused("bad_date")
    return day


def plan(tx: Transaction, person_id: int, *, now: datetime) -> None:
    """Whoever has just become a moderator is told at their next hour."""
    morning = rows.hold(tx, person_id)
    rows.plan(tx, person_id, at=next_local(now, minute_of(morning), _zone(morning)))


def set_hour(tx: Transaction, person: Person, minute: int, *, now: datetime) -> None:
    """Choose the hour of the summary, in minutes after local midnight.

    Raises:
        Refused: not_allowed; bad_hour, when no clock shows it.
    """
    require(person, "read summary")
    if not 0 <= minute < DAY_MINUTES:
        raise Refused("bad_hour")
    leave(tx, person.id, now=now)
    rows.set_minute(tx, person.id, minute)
    arrive(tx, person.id, now=now)


def leave(tx: Transaction, person_id: int, *, now: datetime) -> None:
    """Their hour or zone is about to change: what is due by the old ones is owed first."""
    morning = rows.hold(tx, person_id)
    if morning.next_at is not None and morning.next_at <= now:
        _owe(tx, morning, now=now)


def arrive(tx: Transaction, person_id: int, *, now: datetime) -> None:
    """Their hour or zone has changed: a day that would be skipped is owed now, one they know is not told again."""
    morning = rows.hold(tx, person_id)
    if morning.next_at is None:
        return
    if morning.told is None:  # nothing was promised yet
        rows.plan(tx, person_id, at=next_local(now, minute_of(morning), _zone(morning)))
        return
    _owe(tx, morning, now=now, first=morning.told + DAY)  # across the date line two may be due


def owe_due(tx: Transaction, *, now: datetime, most: int = 10) -> int:
    """Put a job on the list for everyone whose hour has come, and plan their next one; returns how many were due.

    After a downtime there is one summary, of the day before the last hour that passed, not one for every
    day missed.
    """
    due = rows.due(tx, now=now, most=most)
    for morning in due:
        _owe(tx, morning, now=now)
    return len(due)


def _owe(tx: Transaction, morning: Morning, *, now: datetime, first: date | None = None) -> None:
    """Owe the day before the last hour that passed, from the `first` one on that they do not know.

    The person's row is locked: whoever comes next finds the day told.
    """
    person = people_rows.by_id(tx, morning.person_id)
    if person is None or person.id != morning.person_id or not may(person, "read summary"):
        rows.plan(tx, morning.person_id, at=None)
        return
    minute, zone = minute_of(morning), _zone(morning)
    rows.plan(tx, person.id, at=next_local(now, minute, zone))
    last = latest_local(now, minute, zone).astimezone(zone).date() - DAY
    day = last if first is None else first
    if morning.told is not None and last <= morning.told:
        return
    rows.tell(tx, person.id, last)
    while day <= last:
        details = {"day": day.isoformat(), "key": f"summary:{person.id}:{day.isoformat()}"}
        jobs.start(tx, SUMMARY, account_id=person.account_id, project_id=None, details=details, now=now)
        day += DAY


def _zone(morning: Morning) -> ZoneInfo:
    return ZoneInfo(morning.zone or "UTC")
