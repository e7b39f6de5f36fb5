"""How long people take with a suggestion and without: each compared with themselves, outliers harmless."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from core.consensus.anchoring import Span
from core.learning.anchoring.spans import NORMAL

Floats = NDArray[np.float64]

FEWEST = 5
"""Answers on each side without which nothing is said."""
PAIRS = 1_000_000
"""About so many pairs are compared; of more, evenly taken answers of each person."""


def seconds(times: Floats) -> float | None:
    """The median of some milliseconds, in seconds."""
    fit = _usable(times)
    return float(np.median(times[fit])) / 1000.0 if fit.any() else None


def pace(times: Floats, *, shown: NDArray[np.bool_], workers: NDArray[np.integer]) -> Span | None:
    """The ratio of the times where `shown` to the others'.

    The shift of Hodges & Lehmann (1963) between logarithms, over the pairs of answers of one person;
    the interval is the order statistics' that the rank test within people leaves (van Elteren, 1960).
    """
    fit = np.flatnonzero(_usable(times))
    fit = fit[np.argsort(workers[fit], kind="stable")]
    logs, shown = np.log(times[fit]), shown[fit]
    starts = np.flatnonzero(np.diff(workers[fit], prepend=-1))
    sides = [
        (own[with_it], own[~with_it])
        for own, with_it in zip(np.split(logs, starts), np.split(shown, starts), strict=True)
        if with_it.any() and not with_it.all()
    ]
    most = max(FEWEST, math.isqrt(PAIRS // max(1, len(sides))))
    sides = [(_some(one, most), _some(other, most)) for one, other in sides]
    if min((sum(map(len, side)) for side in zip(*sides, strict=True)), default=0) < FEWEST:
        return None
    pairs = np.sort(np.concatenate([(one[:, None] - other[None, :]).ravel() for one, other in sides]))
    variance = sum(len(one) * len(other) * (len(one) + len(other) + 1) / 12 for one, other in sides)
    half = NORMAL * math.sqrt(variance)
    low = max(0, math.floor(len(pairs) / 2 - half))
    high = min(len(pairs) - 1, math.ceil(len(pairs) / 2 + half))
    answers = sum(len(one) + len(other) for one, other in sides)
    middle = float(np.median(pairs))
    return Span(math.exp(middle), math.exp(pairs[low]), math.exp(pairs[high]), float(answers))


def _usable(times: Floats) -> NDArray[np.bool_]:
    return np.isfinite(times) & (times > 0)


def _some(column: Floats, most: int) -> Floats:
    return column[:: -(-len(column) // most)]
