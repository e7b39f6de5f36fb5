"""Chances: calibrated by temperature, and numbers whatever the model gives."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models.prediction import calibrated, logs, predictions

CHANCES = arrays(np.float64, (3, 4), elements=st.floats(0, 1)).filter(lambda rows: rows.sum(axis=1).all())


def test_a_temperature_of_one_changes_nothing() -> None:
    rows = np.array([[0.7, 0.2, 0.1], [0.0, 1.0, 0.0]], np.float32)
    assert np.allclose(calibrated(rows, temperature=1), rows, atol=1e-7)


def test_heat_makes_a_model_modest() -> None:
    """softmax(log p / 2): chances as the square roots of what the model said."""
    got = calibrated(np.array([[0.81, 0.01]]), temperature=2)
    assert np.allclose(got, [[0.9, 0.1]])


@given(CHANCES, st.floats(0.01, 100))
def test_chances_add_up_and_keep_their_order_at_any_temperature(rows: np.ndarray, temperature: float) -> None:
    """Also where some are 0: those stay 0."""
    rows = rows / rows.sum(axis=1, keepdims=True)
    got = calibrated(rows, temperature=temperature)
    assert np.isfinite(got).all()
    assert np.allclose(got.sum(axis=1), 1)
    assert (got[rows == 0] == 0).all()
    best = rows.argmax(axis=1)[:, None]
    assert np.allclose(np.take_along_axis(got, best, axis=1)[:, 0], got.max(axis=1))


@pytest.mark.parametrize("temperature", [0.5, 1, 3])
def test_a_prediction_names_its_likeliest_label(temperature: float) -> None:
    rows = np.array([[0.1, 0.6, 0.3], [0.5, 0.5, 0.0]])
    first, tied = predictions(logs(rows), labels=("a", "b", "c"), temperature=temperature)
    assert (first.label, tied.label) == ("b", "a")
    assert first.confidence == first.chances[1] == max(first.chances)
    assert sum(first.chances) == pytest.approx(1)
    assert tied.chances == (0.5, 0.5, 0.0)
