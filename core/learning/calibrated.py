"""The claims about many tasks in one go; NumPy, for refits only."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.consensus.calibration import MOST_TOGETHER, TINY, TOGETHER, Calibration

Floats = NDArray[np.float64]


def calibrated_all(calibration: Calibration, posteriors: Floats, answers: NDArray[np.number[Any]]) -> Floats:
    """`calibrated` for many tasks at once, (T, K); so many answers each, (T,), and more than none."""
    logs = np.log(np.maximum(posteriors, TINY))
    if not len(logs):
        return logs
    logs -= logs.max(axis=1, keepdims=True)
    together = 1 + TOGETHER * (np.clip(answers, 1, MOST_TOGETHER) - 1)
    chances = np.zeros_like(logs)
    for node in calibration.nodes:  # one by one: all together would take seven times the memory
        powers = np.exp(logs * node.exponent / together[:, None])
        chances += node.weight * (1 - node.lapse) / powers.sum(axis=1, keepdims=True) * powers
        chances += node.weight * node.lapse / logs.shape[1]
    return chances
