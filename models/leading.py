"""Which label a row of chances speaks for, also where two are equal."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

TIE = 1e-6
"""Chances this close are equal: rounding in the last digits must not decide between labels."""


def leaders(chances: NDArray[np.floating]) -> NDArray[np.int64]:
    """The column of each row's likeliest label, (N, K) → (N,); of equal ones the first, in the card's order."""
    tops = chances.max(axis=1, keepdims=True)
    return np.asarray((chances >= tops - TIE).argmax(axis=1), dtype=np.int64)
