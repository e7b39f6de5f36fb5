"""What can be paid out of somebody's accounts: whole points, whole cents, never more than they have."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from core.domain.money import Money, whole_units


class PayoutState(StrEnum):
    """`making → made → paid`, or `made → cancelling → cancelled`."""

    MAKING = "making"
    MADE = "made"
    PAID = "paid"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Account:
    """What a person has from one project, not paid out yet; below nothing after penalties."""

    project_id: int
    points: int
    value: Money


@dataclass(frozen=True, slots=True)
class Share:
    """So many points of one account, and what they are worth."""

    project_id: int
    points: int
    amount: Decimal


def worth(accounts: Iterable[Account]) -> Decimal:
    """What accounts of one currency are worth together, debts taken off; may be below nothing."""
    return sum((one.value.amount * one.points for one in accounts), Decimal(0))


def payable(accounts: Iterable[Account], *, minimum: Decimal) -> tuple[Share, ...]:
    """What to pay out of a person's accounts of one currency; nothing when that is less than `minimum`.

    A debt in one account is kept back from the others. Of each account a number of points is taken that is
    worth whole smallest units of the currency, so that every share can be paid exactly; what is left
    stays, and counts the next time. Nothing is rounded.
    """
    accounts = sorted(accounts, key=lambda one: one.project_id)
    left = worth(accounts)
    shares: list[Share] = []
    for one in accounts:
        step = whole_units(one.value)
        affordable = int(left // one.value.amount) if left > 0 else 0
        points = min(one.points, affordable) // step * step
        if points > 0:
            amount = one.value.amount * points
            shares.append(Share(one.project_id, points, amount))
            left -= amount
    total = sum((one.amount for one in shares), Decimal(0))
    return tuple(shares) if total >= minimum else ()
