"""What an hour of work in a project comes to: points really paid over time really worked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from statistics import median

from core.domain.money import Money, read_money, unit_of

ENOUGH = 10
"""From so many answers on, of which half are paid, an hour's pay is shown."""
CAP_MEDIANS = 3
CAP_LEAST = timedelta(seconds=30)
"""Active time on a card counts up to three times the project's median, and up to half a minute at least.

A card is shown until it is answered, whether its worker looks at it or at something else. Times of work are
skewed, but even where a task in six takes twice the median (a log-normal with σ = 0.7), only one in seventeen
takes longer than three; a pause counts as three answers at most, so that a night does not hide what an hour pays.
"""


@dataclass(frozen=True, slots=True)
class Effort:
    """One answer: how long its card was in hand, and what it brought, penalty taken off; None while unsettled."""

    milliseconds: int
    points: int | None


@dataclass(frozen=True, slots=True)
class FairPay:
    """The pay of an hour: `points` per active hour, over `answers` answers of `active` time in all."""

    answers: int
    paid: int
    active: timedelta
    points_an_hour: Fraction
    value: Money | None

    @property
    def seconds_each(self) -> float:
        """Active time of an answer, in seconds."""
        return self.active.total_seconds() / self.answers

    @property
    def money_an_hour(self) -> Money | None:
        """The same in money, to the smallest unit, halves up; None without a value, or when fines ate all of it."""
        if self.value is None or self.points_an_hour < 0:
            return None
        exact = Fraction(self.value.amount) * self.points_an_hour
        amount = Decimal(exact.numerator) / Decimal(exact.denominator)
        return Money(amount.quantize(unit_of(self.value.currency), ROUND_HALF_UP), self.value.currency)


def fair_pay(efforts: Sequence[Effort], *, fines: int, value: Money | None) -> FairPay | None:
    """Points per active hour; None while too little is known.

    `fines` are penalties for cards that were never answered. What is not settled yet is taken to bring what
    settled answers brought on average, since its time counts as well.
    """
    paid = [one.points for one in efforts if one.points is not None]
    if len(efforts) < ENOUGH or 2 * len(paid) < len(efforts):
        return None
    cap = idle_cap([one.milliseconds for one in efforts])
    active = sum(min(one.milliseconds, cap) for one in efforts)
    if not active:
        return None
    points = Fraction(sum(paid) - fines, len(paid)) * len(efforts)
    hour = points * 3_600_000 / active
    return FairPay(len(efforts), len(paid), timedelta(milliseconds=active), hour, value)


def idle_cap(times: Iterable[int]) -> int:
    """The most milliseconds of one card that count as work."""
    least = CAP_LEAST // timedelta(milliseconds=1)
    return max(least, CAP_MEDIANS * round(median(times)))


@dataclass(frozen=True, slots=True)
class Floor:
    """The least that an hour should pay, by currency, and in points for projects without a value."""

    money: Mapping[str, Decimal] = field(default_factory=dict)
    points: int | None = None


def below(pay: FairPay, floor: Floor) -> bool:
    """Whether an hour pays less than the operator wants; money decides where points have a value."""
    earned = pay.points_an_hour
    if pay.value is not None:
        least = floor.money.get(pay.value.currency)
        return least is not None and Fraction(pay.value.amount) * earned < Fraction(least)
    return floor.points is not None and earned < floor.points


def read_floor(text: str) -> Floor | None:
    """A floor as settings write it; None for anything else.

    >>> read_floor("EUR 12/h, 600 points/h")
    Floor(money={'EUR': Decimal('12')}, points=600)
    >>> read_floor("12")
    """
    money: dict[str, Decimal] = {}
    points: int | None = None
    for part in filter(None, (one.strip() for one in text.split(","))):
        hourly, slash, hour = part.partition("/")
        if not slash or hour.strip() != "h":
            return None
        number, _, word = hourly.strip().partition(" ")
        read = read_money(hourly)
        if read is not None:
            money[read.currency] = read.amount
        elif word.strip() == "points" and number.isdecimal():
            points = int(number)
        else:
            return None
    return Floor(money, points)
