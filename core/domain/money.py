"""Money: an exact amount of one currency, and what a point is worth in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from core.domain.currencies import DIGITS

_AMOUNT = re.compile(r"\d{1,9}(?:\.\d{1,6})?")


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in units of `currency` (ISO 4217), exact; never negative."""

    amount: Decimal
    currency: str

    def times(self, points: int) -> Money:
        """What so many points are worth when this is what one is worth."""
        return Money(self.amount * points, self.currency)


def unit_of(currency: str) -> Decimal:
    """The smallest amount that can be paid: a cent, a yen, a fils."""
    return Decimal(1).scaleb(-DIGITS[currency])


def whole_units(value: Money) -> int:
    """So many points at least are worth a whole number of smallest units: payments come in multiples of it.

    >>> whole_units(Money(Decimal("0.01"), "EUR")), whole_units(Money(Decimal("0.0015"), "EUR"))
    (1, 20)
    """
    return (Fraction(value.amount) / Fraction(unit_of(value.currency))).denominator


def paid_exactly(money: Money) -> str:
    """The amount as it is paid, with the digits of its currency.

    Raises:
        ValueError: when it is no whole number of smallest units.

    >>> paid_exactly(Money(Decimal("3.4"), "EUR")), paid_exactly(Money(Decimal(120), "JPY"))
    ('3.40', '120')
    """
    written = money.amount.quantize(unit_of(money.currency))
    if written != money.amount:
        raise ValueError("not payable")
    return f"{written:f}"


def read_money(text: str) -> Money | None:
    """A currency and an amount as settings name them; None for anything else.

    >>> read_money("EUR 12.50"), read_money("12 euros")
    (Money(amount=Decimal('12.50'), currency='EUR'), None)
    """
    code, _, written = text.strip().partition(" ")
    amount = read_amount(written)
    return None if amount is None or code.upper() not in DIGITS else Money(amount, code.upper())


def read_amount(text: str) -> Decimal | None:
    """An exact amount above nothing, as people write it in files ("0.01"); None for anything else.

    >>> read_amount("0.01"), read_amount("1e3"), read_amount("-1"), read_amount("0")
    (Decimal('0.01'), None, None, None)
    """
    if not text.isascii() or not _AMOUNT.fullmatch(text.strip()):
        return None
    return Decimal(text.strip()) or None
