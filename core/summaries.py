"""The figures of one local day beside those of the days before, and whose answers stood out in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from core import audit, quality
from core.domain.person import Person, require
from core.domain.project import Project
from core.exporting import pseudonym
from core.quality import Suspect
from core.store import ledger, projects, reports
from core.store import people as people_rows
from core.store.transaction import Transaction
from core.vault import Vault

NAMED = 5
"""More names than these nobody looks into in a day."""
PROJECTS = 100
TOP = 3
"""So many languages and projects are named; the rest is one sum."""
WEEK, FORTNIGHT = 7, 14
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody to look at: who, as moderators and as the results call them, where, and what was seen."""

    person_id: int
    pseudonym: str
    project: Project
    kind: str
    evidence: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Day:
    """What happened between two local midnights."""

    day: date
    answers: int
    late: int
    created: int
    settled: int
    escalated: int
    overdue: int
    penalties: int
    penalty_points: int
    paid_points: int
    agreement: float | None
    """The share of answers, to the tasks settled that day, that say what the task was settled as."""
    time_to_settle: timedelta | None
    """The median from when a task was there to be judged until it was settled."""
    workers: int
    """Who answered that day."""
    newcomers: int
    lost: int
    """Who answered seven days before, and on no day since."""


@dataclass(frozen=True, slots=True)
class Part:
    """The answers of one language or project, that day, the day before and on average in the week before."""

    lang: str | None
    project: Project | None
    answers: int
    before: int
    week: float


@dataclass(frozen=True, slots=True)
class Parts:
    """The most active languages or projects; of the others, how many they are and what they sum up to."""

    top: tuple[Part, ...]
    others: int
    rest: Part | None


@dataclass(frozen=True, slots=True)
class Summary:
    """A day, the seven days before it (the latest last), and what waits now."""

    this: Day
    week: tuple[Day, ...]
    fortnight: tuple[tuple[date, int], ...]
    """The answers of the day and of the thirteen before it, the day last."""
    languages: Parts
    projects: Parts
    waiting: int
    promised_points: int
    named: tuple[Named, ...]  # the surest first
    more: int  # who are not named

    @property
    def day(self) -> date:
        """The local day it is about."""
        return self.this.day

    @property
    def before(self) -> Day:
        """The day before."""
        return self.week[-1]


def of_day(tx: Transaction, vault: Vault, person: Person, day: date) -> Summary:
    """The figures of a day in the person's zone, and of whom a refit had news that day.

    Raises:
        Refused: not_allowed.
    """
    require(person, "read summary")
    days = [day - timedelta(days=back) for back in range(FORTNIGHT, -1, -1)]
    people = [reports.people(tx, **_span(one, person.tz)) for one in days]
    shares = [reports.shares(tx, **_span(one, person.tz)) for one in days[WEEK:]]
    counted = [
        _day(tx, one, zone=person.tz, shares=mine, people=people[at : at + WEEK + 1])
        for at, (one, mine) in enumerate(zip(days[WEEK:], shares, strict=True))
    ]
    suspects = _suspects(tx, **_span(day, person.tz))
    return Summary(
        this=counted[-1],
        week=tuple(counted[:-1]),
        fortnight=tuple(zip(days[1:], (sum(one.values()) for one in people[1:]), strict=True)),
        languages=_parts(tx, [_sums((s.lang, s.answers) for s in one) for one in shares]),
        projects=_parts(tx, [_sums((s.project_id, s.answers) for s in one) for one in shares]),
        waiting=reports.waiting(tx),
        promised_points=reports.promised(tx),
        named=tuple(_named(tx, vault, *one) for one in suspects[:NAMED]),
        more=max(0, len(suspects) - NAMED),
    )


def note_read(tx: Transaction, person: Person, summary: Summary, *, now: datetime) -> None:
    """Note that a person was shown a summary, and whom it named."""
    audit.note(tx, who=person.id, did="summary.read", about=f"day:{summary.day.isoformat()}", now=now)
    for one in summary.named:
        about, project = f"person:{one.person_id}", one.project.id
        audit.note(tx, who=person.id, did="suspect.seen", about=about, now=now, project=project)


def _day(
    tx: Transaction,
    day: date,
    *,
    zone: ZoneInfo,
    shares: Sequence[reports.Share],
    people: Sequence[Mapping[int, int]],
) -> Day:
    """One day; `people` are those of the eighth-last day up to this one."""
    span = _span(day, zone)
    points = ledger.totals(tx, **span)
    figures = reports.day(tx, **span)
    agreeing, judged = reports.agreeing(tx, **span)
    took = reports.time_to_settle(tx, **span)
    since = set[int]().union(*people[1:])
    return Day(
        day=day,
        answers=sum(one.answers for one in shares),
        late=sum(one.late for one in shares),
        created=figures.created,
        settled=figures.settled,
        escalated=figures.escalated,
        overdue=figures.overdue,
        penalties=points.get("penalty", (0, 0))[0],
        penalty_points=points.get("penalty", (0, 0))[1],
        paid_points=sum(points.get(kind, (0, 0))[1] for kind in ("reward", "correction")),
        agreement=agreeing / judged if judged else None,
        time_to_settle=None if took is None else took * MICROSECOND,
        workers=len(people[-1]),
        newcomers=figures.newcomers,
        lost=len(people[0].keys() - since),
    )


def _sums(pairs: Iterable[tuple[Any, int]]) -> Counter[Any]:
    total: Counter[Any] = Counter()
    for key, answers in pairs:
        total[key] += answers
    return total


def _parts(tx: Transaction, days: Sequence[Counter[Any]]) -> Parts:
    """The parts of the last of these days; ties go to the one that stands first."""
    *week, this = days
    keys = sorted(this, key=lambda key: (-this[key], key))
    named, others = keys[:TOP], keys[TOP:]

    def part(keys: Sequence[Any], key: Any) -> Part:
        sums = [sum(one[key] for key in keys) for one in (*week, this)]
        project = projects.find(tx, key) if isinstance(key, int) else None
        lang = key if isinstance(key, str) else None
        return Part(lang, project, sums[-1], sums[-2], sum(sums[:-1]) / len(week))

    rest = part(others, None) if others else None
    return Parts(tuple(part([key], key) for key in named), len(others), rest)


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


def _span(day: date, zone: ZoneInfo) -> dict[str, datetime]:
    """From one local midnight to the next, as UTC."""
    start, end = (
        datetime(one.year, one.month, one.day, tzinfo=zone).astimezone(ZoneInfo("UTC"))
        for one in (day, day + timedelta(days=1))
    )
    return {"since": start, "until": end}
