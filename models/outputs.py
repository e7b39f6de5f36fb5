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


def faults(found: NDArray[np.float32], *, logits: bool) -> list[BadModel | None]:
    """For each row (N, K) what is wrong with it: NOT_FINITE, NO_CHANCES or nothing."""
    finite = np.asarray(np.isfinite(found).all(axis=1))
    good = finite
    if not logits:
        with np.errstate(invalid="ignore", over="ignore"):
            sums = found.sum(axis=1, dtype=np.float64)
            good = finite & (found >= -TOLERANCE).all(axis=1) & (np.abs(sums - 1) <= TOLERANCE)
    if good.all():
        return [None] * len(found)
    return [_fault(finite=a, good=b) for a, b in zip(finite.tolist(), good.tolist(), strict=True)]


def _fault(*, finite: bool, good: bool) -> BadModel | None:
    if good:
        return None
    return BadModel(ModelProblem.NO_CHANCES if finite else ModelProblem.NOT_FINITE)
