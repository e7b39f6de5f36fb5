"""Paying people out: what is owed, a statement of it, marked paid or cancelled once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from core import audit
from core.domain.money import Money
from core.domain.payouts import PayoutState, payable, worth
from core.domain.person import Person, require
from core.errors import Refused
from core.events import Event, PayoutMoved
from core.store import ledger
from core.store import payouts as rows
from core.store import people as people_rows
from core.store.payouts import Line, Payout
from core.store.transaction import Transaction

BATCH = 50
"""So many people's lines are one unit of work."""
NOTHING = Decimal(0)
_S = PayoutState


@dataclass(slots=True)
class Owed:
    """What is owed in one currency: what can be paid now, to how many, and where they are reached."""

    currency: str
    amount: Decimal = NOTHING
    points: int = 0
    people: int = 0
    by_platform: Counter[str] = field(default_factory=Counter)
    small: int = 0
    """So many people have something, and less than the minimum."""


@dataclass(frozen=True, slots=True)
class Overview:
    """What is owed by currency, and the latest statements with people, points and amount."""

    owed: tuple[Owed, ...]
    statements: tuple[tuple[Payout, int, int, Decimal], ...]


def overview(tx: Transaction, person: Person, minimum: Mapping[str, Decimal]) -> Overview:
    """What is owed, read on a snapshot: it looks at every entry of projects whose points are worth money.

    Raises:
        Refused: not_allowed.
    """
    require(person, "pay out")
    found: dict[str, Owed] = {}
    reached = rows.platforms(tx)
    for person_id, accounts in rows.accounts(tx, rows.values(tx)):
        for currency in {one.value.currency for one in accounts}:
            mine = [one for one in accounts if one.value.currency == currency]
            least, one = minimum.get(currency, NOTHING), found.setdefault(currency, Owed(currency))
            line = Line(person_id, payable(mine, minimum=least))
            if line.shares and person_id in reached:
                one.amount += line.amount
                one.points += line.points
                one.people += 1
                one.by_platform[reached[person_id]] += 1
            elif worth(mine) > 0:
                one.small += 1
    statements = tuple((one, *rows.total(tx, one.id)) for one in rows.latest(tx, most=5))
    owed = (found[one] for one in sorted(found))
    return Overview(tuple(one for one in owed if one.people or one.small), statements)


def begin(
    tx: Transaction, person: Person, currency: str, *, minimum: Mapping[str, Decimal], now: datetime
) -> int:
    """Begin a statement of what is owed in a currency; `settle_some` and `finish` do the rest.

    Raises:
        Refused: not_allowed; payout_under_way, when that currency has one that is neither paid nor cancelled.
    """
    require(person, "pay out")
    made = rows.begin(tx, currency=currency, minimum=minimum.get(currency, NOTHING), by=person.id, now=now)
    if made is None:
        raise Refused("payout_under_way", currency=currency)
    audit.note(tx, who=person.id, did="payout.begun", about=f"payout:{made}", now=now, currency=currency)
    return made


def due(tx: Transaction, payout_id: int) -> list[Line]:
    """Whom a statement that is being made still has to pay, and what; read on a snapshot."""
    one = rows.find(tx, payout_id)
    if one is None or one.state is not _S.MAKING:
        return []
    worth = {number: value for number, value in rows.values(tx).items() if value.currency == one.currency}
    done = rows.served(tx, payout_id)
    found = []
    for person_id, accounts in rows.accounts(tx, worth):
        shares = () if person_id in done else payable(accounts, minimum=one.minimum)
        if shares:
            found.append(Line(person_id, shares))
    return found


def batches(lines: Sequence[Line]) -> Iterator[Sequence[Line]]:
    """Lines in units of work."""
    for at in range(0, len(lines), BATCH):
        yield lines[at : at + BATCH]


def settle_some(
    tx: Transaction, payout_id: int, lines: Iterable[Line], *, now: datetime
) -> tuple[Event, ...]:
    """Move some people's points from their balance to the statement; whom it pays already is left alone.

    Whoever became another person since the lines were read is passed over: the next look finds them.
    """
    one = rows.lock(tx, payout_id)
    if one is None or one.state is not _S.MAKING:
        return ()
    lines = list(lines)
    held = rows.hold_unpaid(tx, payout_id, [line.person_id for line in lines])
    events: list[Event] = []
    for line in lines:
        if line.person_id not in held:
            continue
        rows.add(tx, payout_id, line)
        for share in line.shares:
            entered = ledger.pay_out(
                tx,
                payout_id=payout_id,
                person_id=line.person_id,
                project_id=share.project_id,
                points=share.points,
                now=now,
            )
            assert entered, "a statement pays an account once"
        events.append(_moved(one, line, _S.MADE))
    return tuple(events)


def finish(tx: Transaction, payout_id: int, *, now: datetime) -> bool:
    """The statement is complete; one that pays nobody ends at once. Returns whether it pays anybody."""
    pays = bool(rows.served(tx, payout_id))
    becomes = _S.MADE if pays else _S.CANCELLED
    rows.move(tx, payout_id, was=_S.MAKING, becomes=becomes, by=None, now=now)
    return pays


def mark_paid(tx: Transaction, person: Person, payout_id: int, *, now: datetime) -> Payout:
    """The money was sent; for good, and once.

    Raises:
        Refused: not_allowed, unknown_payout; payout_ended, when somebody marked or cancelled it before.
    """
    one = _end(tx, person, payout_id, becomes=_S.PAID, now=now)
    audit.note(tx, who=person.id, did="payout.paid", about=f"payout:{payout_id}", now=now)
    return one


def cancel(tx: Transaction, person: Person, payout_id: int, *, now: datetime) -> Payout:
    """The money will not be sent: `give_back_some` returns everybody's points. Raises as `mark_paid`."""
    one = _end(tx, person, payout_id, becomes=_S.CANCELLING, now=now)
    audit.note(tx, who=person.id, did="payout.cancelled", about=f"payout:{payout_id}", now=now)
    return one


def exported(tx: Transaction, person: Person, payout_id: int, *, now: datetime) -> None:
    """A person got the statement as a file."""
    audit.note(tx, who=person.id, did="payout.exported", about=f"payout:{payout_id}", now=now)


def _end(tx: Transaction, person: Person, payout_id: int, *, becomes: PayoutState, now: datetime) -> Payout:
    require(person, "pay out")
    one = rows.find(tx, payout_id)
    if one is None:
        raise Refused("unknown_payout")
    if not rows.move(tx, payout_id, was=_S.MADE, becomes=becomes, by=person.id, now=now):
        raise Refused("payout_ended")
    return one


def give_back_some(
    tx: Transaction, payout_id: int, *, after: int, now: datetime
) -> tuple[tuple[Event, ...], int | None]:
    """Return the points of the next people after `after`; with the last of them, None when nobody is left."""
    one = rows.lock(tx, payout_id)
    if one is None or one.state is not _S.CANCELLING:
        return (), None
    lines = rows.lines(tx, payout_id, after=after, most=BATCH)
    events: list[Event] = []
    for line in lines:
        to = people_rows.now_is(tx, line.person_id)
        for share in line.shares:
            ledger.take_back_payout(
                tx,
                payout_id=payout_id,
                person_id=line.person_id,
                to_person=to,
                project_id=share.project_id,
                points=share.points,
                now=now,
            )
        events.append(_moved(one, line, _S.CANCELLED))
    if not lines:
        rows.move(tx, payout_id, was=_S.CANCELLING, becomes=_S.CANCELLED, by=None, now=now)
        return (), None
    return tuple(events), lines[-1].person_id


def tell_some(tx: Transaction, payout_id: int, *, after: int) -> tuple[tuple[Event, ...], int | None]:
    """Tell the next people after `after` that they were paid, as `give_back_some`."""
    one = rows.find(tx, payout_id)
    lines = [] if one is None else rows.lines(tx, payout_id, after=after, most=BATCH)
    if one is None or not lines:
        return (), None
    return tuple(_moved(one, line, _S.PAID) for line in lines), lines[-1].person_id


def _moved(one: Payout, line: Line, state: PayoutState) -> PayoutMoved:
    money = Money(line.amount, one.currency)
    return PayoutMoved(line.person_id, one.id, state, line.points, money)


def reference(payout_id: int, person_id: int) -> str:
    """What stands on a payment, so that payer and payee mean the same."""
    return f"P{payout_id}-{person_id}"


@dataclass(frozen=True, slots=True)
class Purse:
    """What a person's points are worth, and what is on its way to them."""

    worth: tuple[Money, ...]
    on_the_way: tuple[Money, ...]


def purse(tx: Transaction, person: Person) -> Purse:
    """What `/balance` says of money; currencies in which a person has nothing are left out."""
    found: dict[str, Decimal] = {}
    for one in rows.accounts_of(tx, person.id, rows.values(tx)):
        currency = one.value.currency
        found[currency] = found.get(currency, NOTHING) + one.value.amount * one.points
    has = tuple(Money(amount, currency) for currency, amount in sorted(found.items()) if amount > 0)
    return Purse(has, tuple(rows.on_the_way(tx, person.id)))
