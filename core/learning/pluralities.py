"""A fit beside what simple counting says; NumPy, for refits only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import xlogy

from core.consensus.crowd import Fit
from core.learning.record import Record


@dataclass(frozen=True, slots=True)
class Beside:
    """A fit beside the pluralities of the answers, over open tasks with two answers or more."""

    evened: float
    """How much more even its truths are than the pluralities, -1 … 1."""
    against: float
    """The part of its truths that is not among the most frequent answers of their task."""


def beside_pluralities(record: Record, fit: Fit) -> Beside:
    """How a fit changes what simple counting says."""
    size = record.labels_n
    places = record.tasks.astype(np.int64) * size + record.labels
    tally = np.bincount(places, minlength=record.tasks_n * size).reshape(-1, size)
    counted = (tally.sum(1) >= 2) & (record.known < 0)
    if size == 1 or not counted.any():
        return Beside(0.0, 0.0)
    leading = (tally == tally.max(1, keepdims=True))[counted].astype(np.float64)
    truths = fit.posterior[counted]
    against = 1 - leading[np.arange(len(truths)), truths.argmax(1)].mean()
    leading /= leading.sum(1, keepdims=True)
    return Beside(_evenness(truths.mean(0)) - _evenness(leading.mean(0)), float(against))


def _evenness(shares: NDArray[np.float64]) -> float:
    """Entropy, of the greatest possible."""
    return float(-xlogy(shares, shares).sum() / np.log(len(shares)))
