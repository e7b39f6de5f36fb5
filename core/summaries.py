"""The figures of one local day, whose answers stood out in it, and who is to be told now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from core import audit, quality
from core.domain.deadlines import next_local
from core.domain.person import Person, Role, require
from core.domain.project import Project
from core.exporting import pseudonym
from core.people import SUMMARY_AT
from core.quality import Suspect
from core.store import ledger, projects, reports
from core.store import people as people_rows
from core.store.transaction import Transaction
from core.vault import Vault

NAMED = 5
"""More names than these nobody looks into in a day."""
PROJECTS = 100


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody to look at: who, as moderators and as the results call them, where, and what was seen."""

    person_id: int
    pseudonym: str
    project: Project
    kind: str
    evidence: Mapping[str, Any]


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
    named: tuple[Named, ...]  # the surest first
    more: int  # who are not named


def of_day(tx: Transaction, vault: Vault, person: Person, day: date) -> Summary:
    """The figures of a day in the person's zone, and of whom a refit had news that day.

    Raises:
        Refused: not_allowed.
    """
    require(person, "read summary")
    since, until = _span(day, person.tz)
    points = ledger.totals(tx, since=since, until=until)
    figures = reports.day(tx, since=since, until=until)
    suspects = _suspects(tx, since=since, until=until)
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
        named=tuple(_named(tx, vault, *one) for one in suspects[:NAMED]),
        more=max(0, len(suspects) - NAMED),
    )


def note_read(tx: Transaction, person: Person, summary: Summary, *, now: datetime) -> None:
    """Note that a person was shown a summary, and whom it named."""
    audit.note(tx, who=person.id, did="summary.read", about=f"day:{summary.day.isoformat()}", now=now)
    for one in summary.named:
        about, project = f"person:{one.person_id}", one.project.id
        audit.note(tx, who=person.id, did="suspect.seen", about=about, now=now, project=project)


def _suspects(tx: Transaction, *, since: datetime, until: datetime) -> list[tuple[int, Suspect]]:
    """Project and suspicion, the surest first, each person once in a project."""
    news: dict[tuple[int, int], Suspect] = {}
    for project_id in reports.refitted(tx, since=since, most=PROJECTS):
        found = quality.found(tx, project_id)
        for one in () if found is None else found.suspects:
            key = project_id, one.person_id
            surest = key not in news or one.strength > news[key].strength
            if since <= one.since < until and surest:
                news[key] = one
    surest_first = sorted(news.items(), key=lambda one: (-one[1].strength, one[0]))
    return [(project_id, one) for (project_id, _), one in surest_first]


def _named(tx: Transaction, vault: Vault, project_id: int, one: Suspect) -> Named:
    project = projects.find(tx, project_id)
    assert project is not None, "projects are never deleted"
    now = people_rows.by_id(tx, one.person_id)
    person_id = one.person_id if now is None else now.id
    name = pseudonym(vault, project_id=project_id, person_id=person_id)
    return Named(person_id, name, project, one.kind, one.evidence)


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
