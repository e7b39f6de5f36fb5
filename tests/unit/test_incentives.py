"""The arithmetic of fair pay and of days in a row, and the names that people may choose."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.fair_pay import Effort, Floor, below, fair_pay, read_floor
from core.domain.money import Money
from core.domain.nicknames import LONGEST, clean_nickname
from core.domain.streaks import Streak, completed, standing, worked
from core.errors import Refused

CENT = Money(Decimal("0.01"), "EUR")


def test_what_is_unsettled_is_taken_at_the_average() -> None:
    """Its time counts already, so its pay must too; with less than half settled nothing is said."""
    settled, waiting = [Effort(10_000, 10)] * 6, [Effort(10_000, None)] * 6
    found = fair_pay([*settled, *waiting], fines=0, value=None)
    assert found is not None
    assert found.points_an_hour == 3_600
    assert found.money_an_hour is None
    assert fair_pay([*settled, *waiting, Effort(1, None)], fines=0, value=None) is None
    assert fair_pay(settled, fines=0, value=None) is None, "too few"


def test_fines_are_taken_off() -> None:
    """An hour may even cost something, and then no money is named."""
    efforts = [Effort(36_000, 1)] * 10
    assert _points(efforts, fines=5) == 50
    assert _points(efforts, fines=15) == -50
    found = fair_pay(efforts, fines=15, value=CENT)
    assert found is not None
    assert found.money_an_hour is None


def _points(efforts: list[Effort], *, fines: int) -> int:
    found = fair_pay(efforts, fines=fines, value=None)
    assert found is not None
    assert found.points_an_hour.denominator == 1
    return int(found.points_an_hour)


@given(st.lists(st.integers(1, 10**9), min_size=10, max_size=80))
def test_a_pause_counts_as_three_answers_at_most(times: list[int]) -> None:
    """Active time never exceeds the time in hand, and one long pause cannot change it beyond the cap."""
    found = fair_pay([Effort(one, 10) for one in times], fines=0, value=CENT)
    assert found is not None
    assert found.active <= timedelta(milliseconds=sum(times))
    cap = max(30_000, 3 * round(sorted(times)[len(times) // 2]))
    assert found.active <= timedelta(milliseconds=cap * len(times))


def test_the_floor_is_in_money_where_points_have_a_value() -> None:
    """Else in points; a currency without a floor has none."""
    floor = read_floor("EUR 12/h, 600 points/h")
    assert floor == Floor({"EUR": Decimal(12)}, 600)
    assert floor is not None
    for points, value, expected in (
        (1_199, CENT, True),
        (1_200, CENT, False),
        (599, None, True),
        (600, None, False),
        (1, Money(Decimal("0.01"), "USD"), False),
    ):
        found = fair_pay([Effort(3_600_000, points)] * 10, fines=0, value=value)
        assert found is not None
        assert below(found, floor) is expected, (points, value)
    assert read_floor("") == Floor()
    for wrong in ("12", "EUR 12", "EUR/h", "12 EUR/h", "EUR -1/h", "points/h", "XQQ 3/h"):
        assert read_floor(wrong) is None, wrong


# --- days in a row --------------------------------------------------------------------------------


@given(st.lists(st.integers(1, 400), max_size=60))
def test_a_streak_never_exceeds_the_days_worked(days: list[int]) -> None:
    """It counts days with work only, ends at the last of them, and at most one day a week was let pass."""
    streak = Streak()
    for day in days:
        after = worked(streak, day)
        assert after.last == max(streak.last, day)
        assert after.days in (streak.days, streak.days + 1, 1)
        streak = after
    run, day = streak.days, streak.last
    assert run <= len(set(days))
    assert (run > 0) is bool(days)
    if run:
        assert standing(streak, day) == run
        assert standing(streak, day + 1) == run
        assert standing(streak, day + 3) == 0


@given(st.sets(st.integers(1, 60)), st.integers(2, 6))
def test_each_day_counts_for_one_bonus(days: set[int], wanted: int) -> None:
    """However often one looks, so many bonuses at most as there are days for them."""
    after, paid = 0, 0
    while (day := completed(days, wanted=wanted, after=after)) is not None:
        assert len([one for one in days if after < one <= day]) >= wanted
        after, paid = day, paid + 1
    assert paid <= len(days) // wanted


# --- names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Ana", "नेहा", "李小龍", "عمر ٧", "O’Neil-3", "Zoë_x", "Nguyễn Văn"])
def test_names_of_every_script(name: str) -> None:
    """Letters, marks and digits of people's languages."""
    assert clean_nickname(f"  {name} ") == name


@pytest.mark.parametrize(
    "name",
    [
        "a",
        "x" * (LONGEST + 1),
        "12345",
        "evil.com",
        "https://x",
        "a\u202eb",  # turns the line around
        "a\u2066b\u2069",
        "a\nb",
        "a\x07b",
        "a\u200bb",
        "Z\u0351\u0352\u0353\u0354algo",
        "two  spaces",
        "mail@example",
        "<b>x</b>",
        "😀😀",
    ],
)
def test_names_that_could_harm(name: str) -> None:
    """Links, addresses, control and direction characters, piled-up marks, nothing to read."""
    with pytest.raises(Refused, match="bad_nickname"):
        clean_nickname(name)
