"""The reward rule: maximise r(R) − λ·p(t)."""

from __future__ import annotations

from fractions import Fraction


def half_up(value: Fraction) -> int:
    """The one way this product rounds to whole points: halves away from zero.

    >>> half_up(Fraction(5, 2)), half_up(Fraction(-5, 2)), half_up(Fraction(7, 3))
    (3, -3, 2)
    """
    whole = (abs(value) + Fraction(1, 2)).__floor__()
    return whole if value >= 0 else -whole


def reward_points(*, reward: int, agreement: Fraction) -> int:
    """r(R): the project's reward times how far the answer agrees with the truth (0 … 1), in whole points."""
    return half_up(reward * agreement)


def expected_value(*, reward: int, penalty: int, p_right: float, p_late: float) -> float:
    """The reward rule before the fact: r·P(right) − λp·P(late), in points; `penalty` is λ·p already."""
    return reward * p_right - penalty * p_late
