"""Names that people chose, and what they earned with right answers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, delete, func, insert, select, union_all, update

from core.store.tables import ledger, nickname, person
from core.store.transaction import Statement, Transaction

_NAMED = union_all(
    select(nickname.c.person_id.label("who"), nickname.c.person_id.label("was")),
    select(person.c.merged_into, person.c.id).where(person.c.merged_into.in_(select(nickname.c.person_id))),
).subquery("named")
_ONE = union_all(
    select(person.c.id.label("who"), person.c.id.label("was")).where(person.c.id == bindparam("person")),
    select(person.c.merged_into, person.c.id).where(person.c.merged_into == bindparam("person")),
).subquery("one")
_RIGHT = (ledger.c.kind == "reward") & (ledger.c.at >= bindparam("since")) & (ledger.c.points > 0)
# Each person's span is read from an index that holds rewards alone.
_TOTALS = Statement(
    select(_NAMED.c.who, func.sum(ledger.c.points))
    .join(ledger, (ledger.c.to_person == _NAMED.c.was) & _RIGHT)
    .group_by(_NAMED.c.who),
    lambda who, points: (int(who), int(points)),
)
_EARNED = Statement(
    select(func.coalesce(func.sum(ledger.c.points), 0))
    .select_from(_ONE)
    .join(ledger, (ledger.c.to_person == _ONE.c.was) & _RIGHT),
    int,
)


def totals(tx: Transaction, *, since: datetime) -> list[tuple[int, int]]:
    """Points from right answers of everybody with a name; who earned nothing is left out."""
    return _TOTALS.all(tx, since=since)


def earned(tx: Transaction, person_id: int, *, since: datetime) -> int:
    """The same of one person, with a name or without."""
    return _EARNED.one(tx, person=person_id, since=since)


def names(tx: Transaction, people: list[int]) -> dict[int, bytes]:
    """The sealed names of these people."""
    rows = tx.execute(select(nickname.c.person_id, nickname.c.sealed).where(nickname.c.person_id.in_(people)))
    return {row.person_id: row.sealed for row in rows}


def taken(tx: Transaction, fingerprint: str, *, but: int) -> bool:
    """Whether somebody else has this name."""
    found = select(nickname.c.person_id).where(
        nickname.c.fingerprint == fingerprint, nickname.c.person_id != but
    )
    return tx.execute(found).first() is not None


def choose(tx: Transaction, person_id: int, *, sealed: bytes, fingerprint: str, now: datetime) -> None:
    """Take a name, instead of the one before."""
    leave(tx, person_id)
    tx.execute(
        insert(nickname).values(person_id=person_id, sealed=sealed, fingerprint=fingerprint, chosen_at=now)
    )


def leave(tx: Transaction, person_id: int) -> None:
    """Have no name any more."""
    tx.execute(delete(nickname).where(nickname.c.person_id == person_id))


def move(tx: Transaction, *, stays: int, gone: int) -> None:
    """Of two names of one person the survivor's stays."""
    if names(tx, [stays]):
        leave(tx, gone)
    else:
        tx.execute(update(nickname).where(nickname.c.person_id == gone).values(person_id=stays))
