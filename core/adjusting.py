"""Correcting somebody's points by hand: between them and a project that they worked in."""

from __future__ import annotations

from datetime import datetime

from core import audit, standing
from core.clock import milliseconds
from core.domain.person import Person, require
from core.errors import Refused
from core.events import Event, PointsAdjusted
from core.store import ledger, members, projects
from core.store.transaction import Transaction

MOST = 100_000
PROJECTS = 6


def payers(tx: Transaction, person: Person, person_id: int) -> tuple[int, ...]:
    """The projects that may pay a person, or be paid back: those they worked in, the latest first.

    Raises:
        Refused: not_allowed, unknown_person, own_case, never_worked.
    """
    require(person, "adjust")
    return _worked_in(tx, standing.someone(tx, person, person_id))


def _worked_in(tx: Transaction, other: Person) -> tuple[int, ...]:
    found = tuple(one.project_id for one in members.work_of(tx, other.id, most=PROJECTS))
    if not found:
        raise Refused("never_worked")
    return found


def adjust(
    tx: Transaction,
    person: Person,
    *,
    person_id: int,
    project_id: int,
    points: int,
    words: str,
    now: datetime,
) -> tuple[Event, ...]:
    """Give a person points of a project, or take some back; the project's budget is kept.

    Raises:
        Refused: as `payers`; unknown_project, bad_number, adjust_unpaid.
    """
    require(person, "adjust")
    other = standing.someone(tx, person, person_id)
    if project_id not in _worked_in(tx, other):
        raise Refused("unknown_project")
    if not 0 < abs(points) <= MOST:
        raise Refused("bad_number")
    promised = max(points, 0)
    if promised and not projects.set_aside(tx, project_id, promised):
        raise Refused("adjust_unpaid", project=project_id)
    cause = f"adjust:{person.id}:{milliseconds(now)}"
    done = ledger.adjust(tx, project_id=project_id, person_id=other.id, points=points, cause=cause, now=now)
    projects.release(tx, project_id, released=promised, paid=points if done else 0)
    if done:
        about = f"person:{other.id}"
        audit.note(
            tx, who=person.id, did="points.adjusted", about=about, now=now, points=points, project=project_id
        )
    return (PointsAdjusted(other.id, project_id, points, words),) if done else ()
