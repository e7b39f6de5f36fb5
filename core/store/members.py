"""Who takes part: the lists and the figures that a moderator sees of people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select

from core.store.tables import answer, assignment, person
from core.store.transaction import Transaction

_p = person
_HERE = (_p.c.merged_into.is_(None), _p.c.consented_at.isnot(None))


def active(tx: Transaction, *, since: datetime, most: int) -> list[tuple[int, int]]:
    """Who answered most since then, with how many answers."""
    number = func.count()
    rows = tx.execute(
        select(answer.c.person_id, number)
        .where(answer.c.at >= since, answer.c.voided_at.is_(None))
        .group_by(answer.c.person_id)
        .order_by(number.desc(), answer.c.person_id)
        .limit(most)
    )
    return [(row[0], int(row[1])) for row in rows]


def new(tx: Transaction, *, since: datetime, most: int) -> list[int]:
    """Who joined since then, the newest first."""
    rows = tx.execute(
        select(_p.c.id).where(*_HERE, _p.c.consented_at >= since).order_by(_p.c.id.desc()).limit(most)
    )
    return [row.id for row in rows]


def restricted(tx: Transaction, *, now: datetime, most: int) -> list[int]:
    """Who is kept from something, the newest people first."""
    held = or_(_p.c.banned.is_(True), _p.c.restricted.is_(True), _p.c.paused_until > now)
    rows = tx.execute(
        select(_p.c.id).where(_p.c.merged_into.is_(None), held).order_by(_p.c.id.desc()).limit(most)
    )
    return [row.id for row in rows]


@dataclass(frozen=True, slots=True)
class Work:
    """What somebody did in a project; `last` is the newest of their cards there."""

    project_id: int
    answers: int
    last: int


def work_of(tx: Transaction, person_id: int, *, most: int) -> list[Work]:
    """The projects in which a person had cards, the latest first."""
    last, number = func.max(assignment.c.id), func.count(answer.c.id)
    rows = tx.execute(
        select(assignment.c.project_id, number, last)
        .outerjoin(answer, (answer.c.assignment_id == assignment.c.id) & answer.c.voided_at.is_(None))
        .where(assignment.c.person_id == person_id)
        .group_by(assignment.c.project_id)
        .order_by(last.desc())
        .limit(most)
    )
    return [Work(row[0], int(row[1]), row[2]) for row in rows]


def joined_at(tx: Transaction, person_id: int) -> datetime | None:
    """When somebody joined."""
    found: datetime | None = tx.execute(select(_p.c.consented_at).where(_p.c.id == person_id)).scalar()
    return found
