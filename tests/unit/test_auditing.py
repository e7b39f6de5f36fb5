"""How often a model is wrong is measured on what people say, and their own doubts are not held against it."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import betaincinv

from core.learning.auditing import share_wrong

LABELS = 10


def judged(
    dice: np.random.Generator, tasks: int, *, wrong: float, people: float, answers: int = 3
) -> NDArray[np.float64]:
    """What an audit knows of so many tasks: people right in `people` of the cases, and the model wrong in `wrong`."""
    truth = dice.integers(LABELS, size=tasks)
    model = np.where(dice.random(tasks) < wrong, (truth + dice.integers(1, LABELS, tasks)) % LABELS, truth)
    said = np.where(
        dice.random((answers, tasks)) < people, truth, truth + dice.integers(1, LABELS, (answers, tasks))
    )
    likely = np.ones((tasks, LABELS))
    for one in said % LABELS:
        likely *= np.where(np.arange(LABELS) == one[:, None], people, (1 - people) / (LABELS - 1))
    chances = likely / likely.sum(axis=1, keepdims=True)
    right = chances[np.arange(tasks), model]
    return np.column_stack([right * LABELS, (1 - right) / (1 - 1 / LABELS)])


def test_of_no_task_nothing_is_known() -> None:
    """Any share of errors is possible."""
    assert share_wrong(np.zeros((0, 2))) == (0.0, 1.0)


@pytest.mark.parametrize(("tasks", "wrong"), [(30, 0), (30, 1), (100, 3), (150, 30), (40, 40)])
def test_where_the_truth_is_known_errors_are_counted(tasks: int, wrong: int) -> None:
    """Then the bound is that of Jeffreys' interval."""
    known = np.array([(2.0, 0.0)] * (tasks - wrong) + [(0.0, 2.0)] * wrong)
    error, bound = share_wrong(known)
    assert error == pytest.approx(wrong / tasks, abs=0.002)
    assert bound == pytest.approx(betaincinv(wrong + 0.5, tasks - wrong + 0.5, 0.9), abs=0.002)


@pytest.mark.parametrize("wrong", [0.01, 0.05, 0.15])
def test_the_error_is_below_its_bound_about_nine_times_in_ten(wrong: float) -> None:
    """However much the people who judge it err themselves; and it is neither made larger nor smaller."""
    dice = np.random.default_rng(3)
    found = [share_wrong(judged(dice, 120, wrong=wrong, people=0.75)) for _ in range(200)]
    assert np.mean([bound >= wrong for _, bound in found]) >= 0.84
    assert np.mean([error for error, _ in found]) == pytest.approx(wrong, abs=0.01)


def test_people_who_know_little_prove_little() -> None:
    """The less they know, the wider the bound: a model passes no audit because nobody could tell."""
    dice = np.random.default_rng(5)
    bounds = [
        np.mean([share_wrong(judged(dice, 60, wrong=0.01, people=people))[1] for _ in range(40)])
        for people in (0.95, 0.7, 0.4)
    ]
    assert bounds == sorted(bounds)
    assert bounds[-1] > 0.1


def test_many_tasks_are_looked_at_in_parts() -> None:
    """And found the same."""
    some = judged(np.random.default_rng(7), 2500, wrong=0.03, people=0.8)
    error, bound = share_wrong(some)
    assert 0.02 < error < bound < 0.045
    shuffled = np.random.default_rng(8).permutation(some)
    assert share_wrong(shuffled) == (error, bound)
