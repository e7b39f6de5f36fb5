"""The figures of one local day, and who is to get them now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from core.domain.deadlines import next_local
from core.domain.person import Person, Role, require
from core.people import SUMMARY_AT
from core.store import ledger, reports
from core.store import people as people_rows
from core.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Summary:
    """What happened between two local midnights."""

    day: date
    answers: int
    late: int
    created: int
    settled: int
    waiting: int
    overdue: int
    penalties: int
    penalty_points: int
    paid_points: int
    workers: int
    newcomers: int


def of_day(tx: Transaction, person: Person, day: date) -> Summary:
    """The figures of a day in the person's zone.

    Raises:
        Refused: not_allowed.
    """
    require(person, "read summary")
    since, until = _span(day, person.tz)
    points = ledger.totals(tx, since=since, until=until)
    figures = reports.day(tx, since=since, until=until)
    return Summary(
        day=day,
        answers=figures.answers,
        late=figures.late,
        created=figures.created,
        settled=figures.settled,
        waiting=figures.escalated,
        overdue=figures.overdue,
        penalties=points.get("penalty", (0, 0))[0],
        penalty_points=points.get("penalty", (0, 0))[1],
        paid_points=points.get("reward", (0, 0))[1],
        workers=figures.workers,
        newcomers=figures.newcomers,
    )


def _span(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    start = datetime(day.year, day.month, day.day, tzinfo=zone)
    end = day + timedelta(days=1)
    until = datetime(end.year, end.month, end.day, tzinfo=zone)
    utc = ZoneInfo("UTC")
    return start.astimezone(utc), until.astimezone(utc)


@dataclass(frozen=True, slots=True)
class SummaryDue:
    """A person is to be told of a day; `key` makes it happen once."""

    person: Person
    day: date

    @property
    def key(self) -> str:
        """One summary a person and local day."""
        return f"summary:{self.person.id}:{self.day.isoformat()}"


def due(tx: Transaction, *, now: datetime, most: int = 10) -> list[SummaryDue]:
    """Take the people whose local summary hour has come, and plan their next one.

    After a downtime there is one summary, of the day before today, not one for every day missed.
    """
    found: list[SummaryDue] = []
    for person_id in people_rows.due_for_summary(tx, now=now, most=most):
        person = people_rows.by_id(tx, person_id)
        if person is None:
            continue
        if not person.roles & {Role.MODERATOR, Role.ADMIN}:
            people_rows.change_person(tx, person_id, next_summary_at=None)
            continue
        people_rows.change_person(tx, person_id, next_summary_at=next_local(now, SUMMARY_AT, person.tz))
        found.append(SummaryDue(person, now.astimezone(person.tz).date() - timedelta(days=1)))
    return found
