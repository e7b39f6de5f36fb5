"""Points beside those for answers: for days in a row, or by hand from a project's owner; once each, from its budget."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from core import audit, exporting, projects
from core.domain.person import Person
from core.domain.project import Project
from core.domain.streaks import completed, day_of
from core.errors import Refused
from core.events import BonusGiven, Event
from core.store import bonuses as rows
from core.store import ledger
from core.store import people as people_rows
from core.store import projects as project_rows
from core.store.transaction import Transaction
from core.vault import Vault

LOOKS_BACK = timedelta(days=8)
"""Who earned in this time is looked at: longer than the service is ever down, or an answer waits."""
MOST = 10_000
"""So many points at most are given by hand at once: a slip of the finger should not empty a budget."""
NUMBERS = 9
"""A longer word is a pseudonym, also when somebody left out the letters that it begins with."""


def streaks_due(tx: Transaction, *, now: datetime) -> list[tuple[int, int]]:
    """Projects and people to look at, read on a snapshot."""
    return [
        (project_id, person_id)
        for project_id in rows.projects(tx)
        for person_id in rows.earners(tx, project_id, since=now - LOOKS_BACK)
    ]


def pay_streak(tx: Transaction, project_id: int, person_id: int, *, now: datetime) -> tuple[Event, ...]:
    """Pay a streak bonus that is due; each day counts for one bonus, and waits while the budget cannot pay."""
    project = project_rows.find(tx, project_id)
    person = people_rows.by_id(tx, person_id)
    bonus = None if project is None else project.file.bonus
    if bonus is None or person is None or person.id != person_id:
        return ()
    since = now - LOOKS_BACK - timedelta(days=2 * bonus.streak_days)
    days = [day_of(one, person.tz) for one in rows.moments(tx, project_id, person_id, since=since)]
    after = rows.last_day(tx, project_id, person_id)
    day = completed(days, wanted=bonus.streak_days, after=after)
    if day is None or not project_rows.set_aside(tx, project_id, bonus.points):
        return ()
    key = f"streak:{project_id}:{person_id}:{day}"
    given = rows.mark(tx, project_id, person_id, day=day) and ledger.bonus(
        tx, project_id=project_id, person_id=person_id, points=bonus.points, key=key, now=now
    )
    project_rows.release(tx, project_id, released=bonus.points, paid=bonus.points if given else 0)
    return (BonusGiven(person_id, project_id, bonus.points, days=bonus.streak_days),) if given else ()


@dataclass(frozen=True, slots=True)
class Offer:
    """A bonus that is about to be given: the `nth` by hand to this person in this project."""

    project: Project
    person_id: int
    points: int
    nth: int


def offer(
    tx: Transaction, vault: Vault, person: Person, project_id: int, *, worker: str, points: int
) -> Offer:
    """What is to be confirmed; `worker` is a pseudonym of the answers file, or a person's number.

    Raises:
        Refused: not_allowed, unknown_project, unknown_worker, bonus_too_large.
    """
    project = projects.own(tx, person, project_id)
    if not 1 <= points <= MOST:
        raise Refused("bonus_too_large", most=MOST)
    found = _worker(tx, vault, project_id, worker)
    if found is None:
        raise Refused("unknown_worker")
    return Offer(project, found, points, rows.by_hand(tx, project_id, found))


def _worker(tx: Transaction, vault: Vault, project_id: int, word: str) -> int | None:
    if word.isdecimal() and len(word) <= NUMBERS:
        number = people_rows.now_is(tx, int(word))
        return number if rows.worked_in(tx, project_id, number) else None
    for person_id in rows.workers(tx, project_id):
        known = exporting.pseudonym(vault, project_id=project_id, person_id=person_id)
        if word.lower() in (known, known.rpartition("-")[2]):
            return person_id
    return None


def give(
    tx: Transaction,
    person: Person,
    project_id: int,
    *,
    person_id: int,
    points: int,
    nth: int,
    reason: str,
    now: datetime,
) -> tuple[Event, ...]:
    """Give the bonus that was confirmed, from the project's budget, once.

    Raises:
        Refused: not_allowed, unknown_project, unknown_worker, bonus_too_large, bonus_given, budget_spent.
    """
    projects.own(tx, person, project_id)
    if not 1 <= points <= MOST:
        raise Refused("bonus_too_large", most=MOST)
    if person_id == person.id or not rows.worked_in(tx, project_id, person_id):
        raise Refused("unknown_worker")
    if rows.by_hand(tx, project_id, person_id) != nth:
        raise Refused("bonus_given")
    if not project_rows.set_aside(tx, project_id, points):
        raise Refused("budget_spent", project=project_id)
    key = f"hand:{project_id}:{person_id}:{nth}"
    given = ledger.bonus(tx, project_id=project_id, person_id=person_id, points=points, key=key, now=now)
    project_rows.release(tx, project_id, released=points, paid=points if given else 0)
    if not given:
        raise Refused("bonus_given")
    about = f"project:{project_id}"
    audit.note(tx, who=person.id, did="bonus.given", about=about, now=now, to=person_id, points=points)
    return (BonusGiven(person_id, project_id, points, reason=reason),)
