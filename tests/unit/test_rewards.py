"""The reward rule and its one way of rounding."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.rewards import expected_value, half_up, reward_points
from core.intake.project_model import ProjectFile
from tests.world import CHOICE


@given(st.fractions())
def test_rounding_is_to_the_nearest_and_symmetric(value: Fraction) -> None:
    """Never further than a half, halves away from zero, alike on both sides of it."""
    whole = half_up(value)
    assert abs(whole - value) <= Fraction(1, 2)
    assert half_up(-value) == -whole
    if abs(whole - value) == Fraction(1, 2):
        assert abs(whole) > abs(value)


@given(st.integers(0, 10_000), st.fractions(0, 1), st.fractions(0, 1))
def test_a_better_answer_earns_no_less(reward: int, one: Fraction, other: Fraction) -> None:
    """r(R) grows with the agreement, from nothing to the whole reward."""
    low, high = sorted((one, other))
    assert reward_points(reward=reward, agreement=low) <= reward_points(reward=reward, agreement=high)
    assert reward_points(reward=reward, agreement=Fraction(0)) == 0
    assert reward_points(reward=reward, agreement=Fraction(1)) == reward


def test_the_founding_numbers() -> None:
    """10 for agreement with the truth, 5 for lateness, λ = 1."""
    assert expected_value(reward=10, penalty=5, p_right=1, p_late=0) == 10
    assert expected_value(reward=10, penalty=5, p_right=1, p_late=1) == 5
    assert expected_value(reward=10, penalty=5, p_right=0, p_late=1) == -5


@pytest.mark.parametrize(
    ("penalty", "weight", "points"), [(5, 1, 5), (5, 0.5, 3), (5, 0.1, 1), (5, 0, 0), (3, 0.5, 2)]
)
def test_lambda_times_the_penalty_is_whole_points(penalty: int, weight: float, points: int) -> None:
    """λ · p is rounded half up once, in the project."""
    file = ProjectFile.model_validate(CHOICE | {"penalty": penalty, "penalty_weight": weight})
    assert file.penalty_points == points
