"""What can be paid out: exact, never below nothing, no point twice, whatever happens in what order."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from babel.core import get_global
from babel.numbers import get_currency_precision, is_currency
from hypothesis import given
from hypothesis import strategies as st

from core.domain.currencies import DIGITS
from core.domain.money import Money, paid_exactly, unit_of, whole_units
from core.domain.payouts import Account, payable, worth

VALUES = [Decimal(text) for text in ("0.01", "0.0015", "0.07", "0.000001", "1", "0.333")]
CURRENCIES = ("EUR", "JPY", "KWD")


def accounts_of(points: dict[int, int], values: dict[int, Decimal], currency: str) -> list[Account]:
    return [Account(project, count, Money(values[project], currency)) for project, count in points.items()]


SOME = st.dictionaries(st.integers(1, 6), st.integers(-500, 5_000), max_size=6)
WORTH = st.fixed_dictionaries({project: st.sampled_from(VALUES) for project in range(1, 7)})


@given(points=SOME, values=WORTH, currency=st.sampled_from(CURRENCIES), minimum=st.integers(0, 30))
def test_what_is_paid_is_there_and_can_be_paid(
    points: dict[int, int], values: dict[int, Decimal], currency: str, minimum: int
) -> None:
    """Each share is of points the account has and of whole cents; together no more than all accounts are worth."""
    accounts = accounts_of(points, values, currency)
    shares = payable(accounts, minimum=Decimal(minimum))
    assert len({one.project_id for one in shares}) == len(shares)
    for one in shares:
        assert 0 < one.points <= points[one.project_id]
        assert one.amount == values[one.project_id] * one.points
        assert Decimal(paid_exactly(Money(one.amount, currency))) == one.amount
    total = sum((one.amount for one in shares), Decimal(0))
    assert not shares or minimum <= total <= worth(accounts)


@given(
    steps=st.lists(
        st.one_of(
            st.tuples(st.just("reward"), st.integers(1, 4), st.integers(0, 40)),
            st.tuples(st.just("penalty"), st.integers(1, 4), st.integers(0, 15)),
            st.tuples(st.just("payout"), st.just(0), st.integers(0, 3)),
            st.tuples(st.just("cancel"), st.just(0), st.just(0)),
        ),
        max_size=60,
    ),
    values=WORTH,
)
def test_no_order_of_events_pays_a_point_twice(
    steps: list[tuple[str, int, int]], values: dict[int, Decimal]
) -> None:
    """However rewards, penalties, payouts and cancels follow each other, paid plus left is what was earned."""
    earned: Counter[int] = Counter()
    fined: Counter[int] = Counter()
    paid: Counter[int] = Counter()
    statements: list[dict[int, int]] = []
    for what, project, points in steps:
        if what == "reward":
            earned[project] += points
        elif what == "penalty":
            fined[project] += points
        elif what == "cancel" and statements:
            for one, count in statements.pop().items():
                paid[one] -= count
        elif what == "payout":
            left = {one: earned[one] - fined[one] - paid[one] for one in range(1, 5)}
            shares = payable(accounts_of(left, values, "EUR"), minimum=Decimal(points))
            assert all(share.points > 0 for share in shares)
            statements.append({share.project_id: share.points for share in shares})
            paid.update(statements[-1])
        assert all(0 <= paid[one] <= earned[one] for one in range(1, 5)), (
            "no point is paid that was not earned"
        )


def test_a_debt_is_kept_back_and_what_is_left_counts_the_next_time() -> None:
    """100 points of 1 cent with a debt of 20 points of 3 cents: 40 are paid, and then nothing is owed."""
    value, dear = Money(Decimal("0.01"), "EUR"), Money(Decimal("0.03"), "EUR")
    accounts = [Account(1, 100, value), Account(2, -20, dear)]
    (share,) = payable(accounts, minimum=Decimal(0))
    assert (share.project_id, share.points, share.amount) == (1, 40, Decimal("0.40"))
    assert payable([Account(1, 60, value), Account(2, -20, dear)], minimum=Decimal(0)) == ()


def test_points_of_parts_of_a_cent_are_paid_in_whole_cents() -> None:
    """A point of 0.15 cents: 139 points are 120 paid as 18 cents, and 19 wait."""
    value = Money(Decimal("0.0015"), "EUR")
    assert whole_units(value) == 20
    (share,) = payable([Account(1, 139, value)], minimum=Decimal(0))
    assert (share.points, share.amount) == (120, Decimal("0.18"))


def test_currencies_are_those_in_use_today() -> None:
    """The list is CLDR's of legal tender, with the digits of daily life."""
    used = {
        code
        for entries in get_global("territory_currencies").values()
        for code, _since, until, tender in entries
        if until is None and tender
    }
    assert set(DIGITS) == used
    for code, digits in DIGITS.items():
        assert is_currency(code)
        assert get_currency_precision(code) == digits
        assert unit_of(code) == Decimal(10) ** -digits
