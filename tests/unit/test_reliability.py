"""What is believed of a worker's accuracy."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta

from core.domain.reliability import (
    ANYBODY,
    HALF_LIFE,
    MEMORY,
    STRONGEST,
    WEAKEST,
    Newcomer,
    Reliability,
    Seen,
    from_counts,
    judged,
    newcomer,
    reliability,
    together,
)

CHANCES = st.floats(0, 1)
AMOUNTS = st.floats(0, 1e6)


def after(*answers: float, start: Seen = Seen()) -> Seen:  # noqa: B008 - frozen, so it may be shared
    """What was seen after answers, right with these probabilities."""
    for right in answers:
        start = judged(start, right=right)
    return start


def test_a_newcomer_starts_from_the_crowd() -> None:
    """Nothing seen: the crowd's mean, and much uncertainty."""
    start = Newcomer(0.9, 10)
    assert reliability(Seen(), start).mean == pytest.approx(0.9)
    assert reliability(Seen(), start).uncertainty > reliability(after(*[1.0] * 50), start).uncertainty


def test_answers_soon_outweigh_the_start() -> None:
    """Somebody who is always wrong is believed after some dozens of answers, not after hundreds."""
    assert reliability(after(*[0.0] * 40)).mean < 0.2
    assert reliability(after(*[1.0] * 40)).mean > 0.9


def test_an_answer_counts_half_after_the_half_life() -> None:
    """Only what came since makes older answers fade."""
    once = after(1.0)
    later = after(*[0.0] * int(HALF_LIFE), start=once)
    assert later.right == pytest.approx(once.right / 2)


def test_a_lasting_change_shows_within_some_hundred_answers() -> None:
    """A worker who was good for long is not believed to be good for ever."""
    long = after(*[1.0] * 5000)
    assert long.answers == pytest.approx(MEMORY, rel=0.01)
    assert reliability(after(*[0.0] * 200, start=long)).mean < 0.55


@given(st.lists(CHANCES, max_size=30), CHANCES, st.floats(0, 1000))
def test_numbers_are_finite_whatever_comes(answers: list[float], mean: float, strength: float) -> None:
    """Also at 0 and 1, where a careless formula divides by nothing."""
    found = reliability(after(*answers), Newcomer(mean, strength))
    low, high = found.interval()
    assert 0 < found.mean < 1
    assert 0 < found.uncertainty < 0.5
    assert 0 <= low <= high <= 1
    assert low <= found.mean <= high or high - low < 0.05


def test_right_and_wrong_beyond_doubt_stay_inside() -> None:
    """A million right answers make nobody infallible, as many wrong ones nobody hopeless."""
    assert reliability(from_counts([1e6, 0, 0, 0], labels_n=2)).mean < 1
    assert reliability(from_counts([0, 1e6, 0, 0], labels_n=2)).mean > 0


@given(st.floats(0.05, 400), st.floats(0.05, 400), st.floats(0.01, 0.99))
def test_the_interval_is_that_of_the_beta_distribution(a: float, b: float, probability: float) -> None:
    """The same quantiles as an independent implementation."""
    found = Reliability(a, b).below(probability)
    assert beta.cdf(found, a, b) == pytest.approx(probability, abs=1e-6) or found == pytest.approx(
        float(beta.ppf(probability, a, b)), abs=1e-6
    )


def test_mean_and_uncertainty_are_those_of_the_beta_distribution() -> None:
    """Mean and standard deviation in closed form."""
    found = Reliability(6, 2)
    assert (found.mean, found.uncertainty) == pytest.approx((beta.mean(6, 2), beta.std(6, 2)))


@given(CHANCES, CHANCES)
def test_a_likelier_right_answer_never_hurts(one: float, other: float) -> None:
    """The mean grows with the probability that the answer was right."""
    low, high = sorted((one, other))
    assert reliability(after(0.5, low)).mean <= reliability(after(0.5, high)).mean


def test_weak_evidence_moves_little() -> None:
    """An answer of half the weight moves the belief less, one without weight not at all."""
    half, whole = (judged(Seen(), right=1.0, weight=weight) for weight in (0.5, 1.0))
    assert ANYBODY.mean < reliability(half).mean < reliability(whole).mean
    assert judged(whole, right=0.0, weight=0.0) == whole


def test_projects_add_up_but_not_for_ever() -> None:
    """Work in several projects counts together, remembered no longer than work in one."""
    assert together([Seen(8, 2), Seen(1, 9)]) == Seen(9, 11)
    assert together([Seen(800, 200)] * 3).answers == pytest.approx(MEMORY)
    assert together([]) == Seen()


def test_counts_of_a_refit_are_read_by_row() -> None:
    """The diagonal is right, everything else wrong."""
    assert from_counts([5, 1, 2, 6], labels_n=2) == Seen(11, 3)


def test_a_mixed_crowd_says_less_of_a_newcomer_than_an_even_one() -> None:
    """The more workers differ, the fewer answers the start is worth; their mean is the same."""
    even = newcomer([Seen(80, 20)] * 40)
    mixed = newcomer([Seen(100, 0), Seen(60, 40)] * 20)
    assert even.mean == pytest.approx(mixed.mean, abs=0.01)
    assert even.mean == pytest.approx(0.8, abs=0.01)
    assert WEAKEST <= mixed.strength < even.strength <= STRONGEST


def test_a_few_workers_hardly_move_the_wider_crowd() -> None:
    """Where nobody was seen the wider crowd speaks alone."""
    wider = Newcomer(0.6, 10)
    alone = newcomer([], before=wider)
    assert (alone.mean, alone.strength) == pytest.approx((0.6, 10))
    assert newcomer([Seen(10, 0)], before=wider).mean < 0.7


@given(st.permutations([Seen(9, 1), Seen(3, 4), Seen(0.1, 0.7), Seen(50, 2), Seen(0, 0)]))
def test_the_order_of_the_workers_does_not_matter(crowd: list[Seen]) -> None:
    """Exactly, not nearly: sums are made without rounding on the way."""
    assert newcomer(crowd) == newcomer(sorted(crowd, key=lambda seen: seen.right))


@given(AMOUNTS, AMOUNTS)
def test_it_travels_as_json(right: float, wrong: float) -> None:
    """Kept as lists of numbers, and the same again."""
    seen = Seen(right, wrong)
    assert Seen(*json.loads(json.dumps(seen.as_json()))) == seen
    found = reliability(seen)
    assert Reliability(*json.loads(json.dumps(found.as_json()))) == found
    assert all(math.isfinite(number) for number in found.as_json())
