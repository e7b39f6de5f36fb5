"""Shares and their differences, with intervals that know that answers of one task or one person are alike."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from core.consensus.anchoring import Span

Floats = NDArray[np.float64]
Ints = NDArray[np.integer]

NORMAL = 1.959964
"""Standard deviations to either side that hold 95 %."""
LEAST = 1.0
"""A share of fewer answers than this, in expectation, is none."""


def share(hits: Floats, *, weights: Floats, tasks: Ints, workers: Ints) -> Span | None:
    """The weighted mean of `hits` (n,), each 0 … 1; a weight between 0 and 1 is a doubt about the row's task.

    Wilson's interval (1927) for as many independent answers as have the variance that the clusters show
    (linearisation; Korn & Graubard, 1998), and the doubts: never for more than there are.
    """
    whole = float(weights.sum())
    if whole < LEAST:
        return None
    mean = min(max(float(weights @ hits) / whole, 0.0), 1.0)
    apart = weights * (hits - mean)
    spread = max(_squares(tasks, apart), _squares(workers, apart))
    spread += _squares(tasks, np.sqrt(weights * (1.0 - weights)) * (hits - mean))
    spread /= whole**2
    answers = whole if spread <= 0 else min(whole, mean * (1.0 - mean) / spread)
    low, high = _wilson(mean, max(answers, LEAST))
    return Span(mean, low, high, whole)


def _squares(index: Ints, column: Floats) -> float:
    return float((np.bincount(index, weights=column) ** 2).sum())


def _wilson(mean: float, answers: float) -> tuple[float, float]:
    square = NORMAL**2
    middle = (mean + square / (2 * answers)) / (1 + square / answers)
    half = NORMAL / (1 + square / answers)
    half *= math.sqrt(mean * (1 - mean) / answers + square / (4 * answers**2))
    return min(max(0.0, middle - half), mean), max(min(1.0, middle + half), mean)


def difference(one: Span | None, other: Span | None) -> Span | None:
    """One share less the other; the interval is Newcombe's (1998, method 10)."""
    if one is None or other is None:
        return None
    value = one.value - other.value
    low = value - math.hypot(one.value - one.low, other.high - other.value)
    high = value + math.hypot(one.high - one.value, other.value - other.low)
    return Span(value, low, high, one.of + other.of)
