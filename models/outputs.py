"""What a graph gives, checked row by row before anybody believes it."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.prediction import logs
from models.problems import BadModel, ModelProblem

TOLERANCE: Final = 1e-3  # how far from 1 the chances of a row may add up, and how far below 0 one may be


def log_chances(found: NDArray[np.float32], *, logits: bool) -> NDArray[np.float64]:
    """Rows (N, K) as log chances, up to a constant for each row."""
    return found.astype(np.float64) if logits else logs(np.maximum(found, 0))


def faults(found: NDArray[np.float32], *, logits: bool) -> dict[int, BadModel]:
    """Which rows (N, K) are wrong: NOT_FINITE or NO_CHANCES."""
    with np.errstate(invalid="ignore", over="ignore"):
        sums = found.sum(axis=1, dtype=np.float64)  # finite exactly when all of a row is
        good = np.isfinite(sums)
        if not logits:
            good &= (np.abs(sums - 1) <= TOLERANCE) & (found.min(axis=1) >= -TOLERANCE)
    if good.all():
        return {}
    wrong = np.flatnonzero(~good).tolist()
    return {
        row: BadModel(ModelProblem.NO_CHANCES if np.isfinite(sums[row]) else ModelProblem.NOT_FINITE)
        for row in wrong
    }
