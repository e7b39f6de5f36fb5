"""Payout statements, their shares, and what people have that is not paid out yet."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam, exists, func, insert, select, union_all, update

from core.domain.money import Money
from core.domain.payouts import Account, PayoutState, Share
from core.store.projects import read_spec
from core.store.tables import account, ledger, payout, payout_share, person, project, project_version
from core.store.transaction import Statement, Transaction

UNDER_WAY = (PayoutState.MAKING, PayoutState.MADE, PayoutState.CANCELLING)


@dataclass(frozen=True, slots=True)
class Payout:
    """A statement: its currency, where it stands, and the least it pays anybody."""

    id: int
    currency: str
    state: PayoutState
    minimum: Decimal
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Line:
    """What a statement pays one person."""

    person_id: int
    shares: tuple[Share, ...]

    @property
    def points(self) -> int:
        """Points of all accounts together."""
        return sum(one.points for one in self.shares)

    @property
    def amount(self) -> Decimal:
        """What they are worth."""
        return sum((one.amount for one in self.shares), Decimal(0))


def values(tx: Transaction) -> dict[int, Money]:
    """What a point is worth, of the projects where it is worth anything."""
    rows = tx.execute(
        select(project.c.id, project_version.c.spec)
        .join(project_version, project_version.c.project_id == project.c.id)
        .where(
            project_version.c.version == project.c.version, project_version.c.spec.contains('"point_value":{')
        )
    )
    read = {row.id: read_spec(row.spec).value for row in rows}
    return {project_id: value for project_id, value in read.items() if value is not None}


_CAME = select(ledger.c.to_person.label("who"), ledger.c.project_id, ledger.c.points)
_WENT = select(ledger.c.from_person.label("who"), ledger.c.project_id, -ledger.c.points)


def accounts(tx: Transaction, worth: dict[int, Money]) -> Iterator[tuple[int, list[Account]]]:
    """Everybody with entries of these projects, with their accounts; read on a snapshot, since it takes a while.

    Who was merged has what was theirs in the account of the person they are now; who had themselves erased
    gave up what was theirs.
    """
    moved = union_all(
        _CAME.where(ledger.c.to_person.isnot(None), ledger.c.project_id.in_(worth)),
        _WENT.where(ledger.c.from_person.isnot(None), ledger.c.project_id.in_(worth)),
    ).subquery()
    now_is = func.coalesce(person.c.merged_into, person.c.id)
    rows = tx.execute(
        select(now_is, moved.c.project_id, func.sum(moved.c.points))
        .join(person, person.c.id == moved.c.who)
        .where(person.c.erased_at.is_(None))
        .group_by(now_is, moved.c.project_id)
        .order_by(now_is, moved.c.project_id)
    )
    who: int | None = None
    theirs: list[Account] = []
    for person_id, project_id, points in rows:
        if person_id != who:
            if who is not None:
                yield who, theirs
            who, theirs = person_id, []
        theirs.append(Account(project_id, int(points), worth[project_id]))
    if who is not None:
        yield who, theirs


def accounts_of(tx: Transaction, person_id: int, worth: dict[int, Money]) -> list[Account]:
    """One person's accounts of these projects."""
    family = select(person.c.id).where((person.c.id == person_id) | (person.c.merged_into == person_id))
    ids = [row.id for row in tx.execute(family)]
    moved = union_all(
        _CAME.where(ledger.c.to_person.in_(ids)), _WENT.where(ledger.c.from_person.in_(ids))
    ).subquery()
    rows = tx.execute(
        select(moved.c.project_id, func.sum(moved.c.points))
        .where(moved.c.project_id.in_(worth))
        .group_by(moved.c.project_id)
    )
    return [Account(project_id, int(points), worth[project_id]) for project_id, points in rows]


def _begin(insert: Any) -> Any:
    return (
        insert(payout)
        .values(
            currency=bindparam("currency"),
            state=PayoutState.MAKING.value,
            minimum=bindparam("minimum"),
            made_by=bindparam("by"),
            created_at=bindparam("now"),
        )
        .on_conflict_do_nothing()
        .returning(payout.c.id)
    )


_BEGIN = Statement(_begin, int)


def begin(tx: Transaction, *, currency: str, minimum: Decimal, by: int, now: datetime) -> int | None:
    """Begin a statement; None while another one of that currency is under way."""
    return _BEGIN.first(tx, currency=currency, minimum=str(minimum), by=by, now=now)


_PAYOUT = select(payout.c.id, payout.c.currency, payout.c.state, payout.c.minimum, payout.c.created_at)


def _read(row: Any) -> Payout:
    return Payout(row.id, row.currency, PayoutState(row.state), Decimal(row.minimum), row.created_at)


def find(tx: Transaction, payout_id: int) -> Payout | None:
    """A statement as it stands."""
    row = tx.execute(_PAYOUT.where(payout.c.id == payout_id)).first()
    return None if row is None else _read(row)


def lock(tx: Transaction, payout_id: int) -> Payout | None:
    """The same, locked until the transaction ends."""
    row = tx.execute(_PAYOUT.where(payout.c.id == payout_id).with_for_update(key_share=True)).first()
    return None if row is None else _read(row)


def latest(tx: Transaction, *, most: int) -> list[Payout]:
    """The newest statements."""
    return [_read(row) for row in tx.execute(_PAYOUT.order_by(payout.c.id.desc()).limit(most))]


def move(
    tx: Transaction, payout_id: int, *, was: PayoutState, becomes: PayoutState, by: int | None, now: datetime
) -> bool:
    """Move a statement on; False when it stands elsewhere by now."""
    changed: dict[str, Any] = {"state": becomes}
    if becomes not in UNDER_WAY:
        changed |= {"ended_at": now}
    if by is not None:
        changed |= {"ended_by": by}
    statement = update(payout).where(payout.c.id == payout_id, payout.c.state == was).values(**changed)
    return bool(tx.execute(statement).rowcount)


def hold_unpaid(tx: Transaction, payout_id: int, people: Collection[int]) -> set[int]:
    """Those of these people whom a statement does not pay yet, locked; who was merged meanwhile is left out."""
    paid = exists().where(payout_share.c.payout_id == payout_id, payout_share.c.person_id == person.c.id)
    rows = tx.execute(
        select(person.c.id)
        .where(
            person.c.id.in_(people),
            person.c.merged_into.is_(None),
            person.c.erased_at.is_(None),
            exists().where(account.c.person_id == person.c.id),
            ~paid,
        )
        .order_by(person.c.id)
        .with_for_update(of=person, key_share=True)
    )
    return {row.id for row in rows}


def served(tx: Transaction, payout_id: int) -> set[int]:
    """Whom a statement pays so far."""
    rows = tx.execute(
        select(payout_share.c.person_id).where(payout_share.c.payout_id == payout_id).distinct()
    )
    return {row.person_id for row in rows}


def add(tx: Transaction, payout_id: int, line: Line) -> None:
    """Write down what the statement pays a person."""
    tx.execute(
        insert(payout_share),
        [
            {
                "payout_id": payout_id,
                "person_id": line.person_id,
                "project_id": one.project_id,
                "points": one.points,
                "amount": str(one.amount),
            }
            for one in line.shares
        ],
    )


def lines(tx: Transaction, payout_id: int, *, after: int = 0, most: int | None = None) -> list[Line]:
    """A statement's lines in the order of people, those after a person, at most so many."""
    people = (
        select(payout_share.c.person_id)
        .where(payout_share.c.payout_id == payout_id, payout_share.c.person_id > after)
        .distinct()
        .order_by(payout_share.c.person_id)
        .limit(most)
    )
    rows = tx.execute(
        select(
            payout_share.c.person_id, payout_share.c.project_id, payout_share.c.points, payout_share.c.amount
        )
        .where(payout_share.c.payout_id == payout_id, payout_share.c.person_id.in_(people))
        .order_by(payout_share.c.person_id, payout_share.c.project_id)
    )
    found: dict[int, list[Share]] = {}
    for person_id, project_id, points, amount in rows:
        found.setdefault(person_id, []).append(Share(project_id, points, Decimal(amount)))
    return [Line(person_id, tuple(shares)) for person_id, shares in found.items()]


def total(tx: Transaction, payout_id: int) -> tuple[int, int, Decimal]:
    """People, points and amount of a statement."""
    rows: Sequence[Any] = tx.execute(
        select(payout_share.c.person_id, payout_share.c.points, payout_share.c.amount).where(
            payout_share.c.payout_id == payout_id
        )
    ).all()
    amount = sum((Decimal(row.amount) for row in rows), Decimal(0))
    return len({row.person_id for row in rows}), sum(row.points for row in rows), amount


def on_the_way(tx: Transaction, person_id: int) -> list[Money]:
    """What statements under way pay a person, by currency."""
    rows = tx.execute(
        select(payout.c.currency, payout_share.c.amount)
        .join(payout, payout.c.id == payout_share.c.payout_id)
        .where(
            payout_share.c.person_id == person_id,
            payout.c.state.in_([PayoutState.MAKING, PayoutState.MADE]),
        )
        .order_by(payout.c.currency)
    )
    found: dict[str, Decimal] = {}
    for currency, amount in rows:
        found[currency] = found.get(currency, Decimal(0)) + Decimal(amount)
    return [Money(amount, currency) for currency, amount in found.items()]


def platforms(tx: Transaction) -> dict[int, str]:
    """On which platform each person is reached: the account that was in use last."""
    rows = tx.execute(
        select(account.c.person_id, account.c.platform).order_by(
            account.c.unreachable_at.isnot(None).desc(),
            account.c.leased_until.isnot(None),
            account.c.leased_until,
            account.c.id.desc(),
        )
    )
    return {row.person_id: row.platform for row in rows}
