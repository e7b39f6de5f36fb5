"""A fit beside what simple counting says; NumPy, for refits only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.consensus.crowd import Fit
from core.learning.record import Record


@dataclass(frozen=True, slots=True)
class Overruled:
    """How many open tasks with two answers or more a fit looked at, and how many pluralities it went against."""

    tasks: int
    among: int

    @property
    def part(self) -> float:
        """0 … 1."""
        return self.tasks / max(1, self.among)


def overruled(record: Record, fit: Fit) -> Overruled:
    """Where the fit's truth is not among the most frequent answers of the task."""
    size = record.labels_n
    places = record.tasks.astype(np.int64) * size + record.labels
    tally = np.bincount(places, minlength=record.tasks_n * size).reshape(-1, size)
    counted = np.flatnonzero((tally.sum(1) >= 2) & (record.known < 0))
    leading = tally[counted, fit.posterior[counted].argmax(1)] == tally[counted].max(1)
    return Overruled(int((~leading).sum()), len(counted))
