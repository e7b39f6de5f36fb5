"""When each moderator is told of a day, and of which they were told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, select, update

from core.store.tables import person
from core.store.transaction import Change, Statement, Transaction


@dataclass(frozen=True, slots=True)
class Morning:
    """A person's summary: at which minute after local midnight, in which zone, told of what, due when."""

    person_id: int
    minute: int | None
    zone: str | None
    told: date | None
    next_at: datetime | None


def _morning(
    row_id: int, minute: int | None, zone: str | None, told: str | None, at: datetime | None
) -> Morning:
    return Morning(row_id, minute, zone, None if told is None else date.fromisoformat(told), at)


_COLUMNS = select(
    person.c.id, person.c.summary_minute, person.c.zone, person.c.summary_day, person.c.next_summary_at
)
_OF = Statement(_COLUMNS.where(person.c.id == bindparam("person")), _morning)
_HOLD = Statement(
    _COLUMNS.where(person.c.id == bindparam("person")).with_for_update(of=person, key_share=True), _morning
)
_DUE = Statement(
    _COLUMNS.where(person.c.next_summary_at <= bindparam("now"))
    .order_by(person.c.next_summary_at)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True, key_share=True),
    _morning,
)
_PLAN = Change(update(person).where(person.c.id == bindparam("row")).values(next_summary_at=bindparam("at")))
_TELL = Change(update(person).where(person.c.id == bindparam("row")).values(summary_day=bindparam("day")))
_SET = Change(
    update(person).where(person.c.id == bindparam("row")).values(summary_minute=bindparam("minute"))
)


def of(tx: Transaction, person_id: int) -> Morning:
    """A person's summary as it is planned."""
    return _OF.one(tx, person=person_id)


def hold(tx: Transaction, person_id: int) -> Morning:
    """The same, locked until the transaction ends."""
    return _HOLD.one(tx, person=person_id)


def due(tx: Transaction, *, now: datetime, most: int) -> list[Morning]:
    """Whose hour has come, locked for this caller only."""
    return _DUE.all(tx, now=now, most=most)


def plan(tx: Transaction, person_id: int, *, at: datetime | None) -> None:
    """When to look at this person next; None when never."""
    _PLAN.run(tx, row=person_id, at=at)


def tell(tx: Transaction, person_id: int, day: date) -> None:
    """From now on they count as told of that day."""
    _TELL.run(tx, row=person_id, day=day.isoformat())


def set_minute(tx: Transaction, person_id: int, minute: int) -> None:
    """At which minute after local midnight they want it."""
    _SET.run(tx, row=person_id, minute=minute)
