"""Restrictions: what was imposed on whom, and what follows from it on the person's own row."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, or_, select, update

from core.domain.standing import Measure, Restriction
from core.store.tables import assignment, person, restriction
from core.store.transaction import Statement, Transaction

_r = restriction
_COLUMNS = (
    _r.c.id,
    _r.c.person_id,
    _r.c.kind,
    _r.c.project_id,
    _r.c.reason,
    _r.c.words,
    _r.c.by_person,
    _r.c.by_rule,
    _r.c.at,
    _r.c.until,
    _r.c.lifted_at,
)


def _restriction(row_id: int, person_id: int, kind: str, *rest: Any) -> Restriction:
    return Restriction(row_id, person_id, Measure(kind), *rest)


_BY_ID = Statement(select(*_COLUMNS).where(_r.c.id == bindparam("restriction")), _restriction)
_OF_PERSON = Statement(
    select(*_COLUMNS).where(_r.c.person_id == bindparam("person")).order_by(_r.c.id), _restriction
)


def _projects(kind: Measure) -> Statement[int]:
    """Where something of this kind holds of a person."""
    return Statement(
        select(_r.c.project_id).where(
            _r.c.person_id == bindparam("person"),
            _r.c.kind == kind.value,
            _r.c.lifted_at.is_(None),
            or_(_r.c.until.is_(None), _r.c.until > bindparam("now")),
        ),
        int,
    )


_BARRED, _CHECKED = _projects(Measure.RESTRICT), _projects(Measure.CHECK)


def find(tx: Transaction, restriction_id: int) -> Restriction | None:
    """One of them."""
    return _BY_ID.first(tx, restriction=restriction_id)


def of_person(tx: Transaction, person_id: int) -> list[Restriction]:
    """All that was ever imposed on a person, oldest first."""
    return _OF_PERSON.all(tx, person=person_id)


def barred_projects(tx: Transaction, person_id: int, *, now: datetime) -> frozenset[int]:
    """The projects that hand a person nothing now."""
    return frozenset(_BARRED.all(tx, person=person_id, now=now))


def checked_projects(tx: Transaction, person_id: int, *, now: datetime) -> frozenset[int]:
    """The projects that look closer at a person's answers now."""
    return frozenset(_CHECKED.all(tx, person=person_id, now=now))


def add(tx: Transaction, **values: Any) -> int:
    """Write one down and return its id."""
    return int(tx.execute(insert(restriction).values(**values).returning(restriction.c.id)).scalar_one())


def lift(tx: Transaction, restriction_id: int, *, by: int | None, now: datetime) -> bool:
    """It holds no more; False when it was lifted before."""
    done = tx.execute(
        update(restriction)
        .where(restriction.c.id == restriction_id, restriction.c.lifted_at.is_(None))
        .values(lifted_at=now, lifted_by=by)
    )
    return done.rowcount == 1


def put_down(
    tx: Transaction,
    person_id: int,
    *,
    banned: bool,
    paused_until: datetime | None,
    restricted: bool,
    checked_until: datetime | None,
) -> None:
    """What a person's restrictions come to, on the row that every event reads."""
    tx.execute(
        update(person)
        .where(person.c.id == person_id)
        .values(banned=banned, paused_until=paused_until, restricted=restricted, checked_until=checked_until)
    )


def cards_of(tx: Transaction, person_id: int, *, project_id: int | None) -> list[int]:
    """A person's cards that can still be answered, in one project or in all, project by project."""
    rows = tx.execute(
        select(assignment.c.id)
        .where(
            assignment.c.person_id == person_id,
            assignment.c.state.in_(["active", "overdue"]),
            *([] if project_id is None else [assignment.c.project_id == project_id]),
        )
        .order_by(assignment.c.project_id, assignment.c.id)
    )
    return [row.id for row in rows]
