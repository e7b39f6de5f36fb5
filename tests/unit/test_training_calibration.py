"""A temperature makes chances come true, and what is measured of predictions is what it says."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import f1_score

from models.training.calibrating import (
    better_than_guessing,
    calibration_error,
    losses,
    macro_f1,
    temperature_of,
    tempered,
    wilson,
)
from models.training.layers import Floats


def drawn(number: int, *, seed: int) -> tuple[Floats, np.typing.NDArray[np.int64]]:
    """True chances, and truths drawn from them."""
    chance = np.random.default_rng(seed)
    chances = chance.dirichlet((0.6, 0.6, 0.6), size=number) * (1 - 3e-6) + 1e-6
    return chances, (chances.cumsum(axis=1) > chance.random(number)[:, None]).argmax(axis=1)


@pytest.mark.parametrize("heat", [0.4, 1.0, 2.5])
def test_the_temperature_undoes_what_made_a_model_too_sure_or_not_sure_enough(heat: float) -> None:
    """Found on some examples, it makes the log loss of others smaller, and their confidence come true."""
    chances, truth = drawn(2_000, seed=1)
    found = temperature_of(tempered(chances, heat), truth, np.ones(len(truth)))
    assert found == pytest.approx(1 / heat, rel=0.1)
    fresh, later = drawn(2_000, seed=2)
    given = tempered(fresh, heat)
    repaired = tempered(given, found)
    assert losses(repaired, later).mean() < losses(given, later).mean() + 1e-3
    assert calibration_error(repaired, repaired.argmax(axis=1), later) < 0.03
    if heat != 1:
        assert losses(repaired, later).mean() < losses(given, later).mean() - 0.02
        assert calibration_error(given, given.argmax(axis=1), later) > 0.06


def test_a_temperature_never_changes_which_label_leads() -> None:
    chances, _ = drawn(500, seed=3)
    assert tempered(chances, 3.0).argmax(axis=1).tolist() == chances.argmax(axis=1).tolist()


def test_a_model_that_is_always_right_keeps_finite_numbers() -> None:
    """The temperature stays within its bounds, and no logarithm is infinite."""
    chances = np.full((50, 2), 1e-6)
    chances[:, 0] = 1 - 1e-6
    found = temperature_of(chances, np.zeros(50, dtype=np.int64), np.ones(50))
    assert 0.09 < found < 20
    assert np.isfinite(losses(tempered(chances, found), np.ones(50, dtype=np.int64))).all()


def test_macro_f1_is_the_librarys_over_the_labels_that_occur() -> None:
    chance = np.random.default_rng(5)
    truth, guesses = chance.integers(0, 4, 200), chance.integers(0, 5, 200)
    expected = f1_score(truth, guesses, average="macro", labels=[0, 1, 2, 3])
    assert macro_f1(guesses, truth) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("right", "of", "low", "high"), [(0, 10, 0.0, 0.278), (8, 10, 0.490, 0.943), (95, 100, 0.888, 0.978)]
)
def test_wilsons_interval_is_that_of_the_tables(right: int, of: int, low: float, high: float) -> None:
    assert wilson(right, of) == pytest.approx((low, high), abs=1e-3)


def test_guessing_is_seldom_taken_for_knowledge() -> None:
    """Of a hundred models that know nothing, few pass; of those that know a little, nearly all do."""
    prior = np.array([0.5, 0.3, 0.2])
    passed = {0.0: 0, 0.5: 0}
    for seed in range(100):
        chance = np.random.default_rng(seed)
        truth = chance.choice(3, size=150, p=prior)
        for knows in passed:
            noise = chance.dirichlet(prior * 30, size=150)
            chances = noise * (1 - knows * 0.5) + knows * 0.5 * np.eye(3)[truth]
            passed[knows] += better_than_guessing(chances, truth, prior)
    assert passed[0.0] <= 6
    assert passed[0.5] >= 99
