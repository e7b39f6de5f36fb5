"""How right the model is for how many examples, and what more of them would bring."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

PARTS = (0.1, 0.2, 0.4, 0.7)
LEAST = 10
REPEATS = 3
"""Random parts of each size, whose mean is shown."""

MORE = 2
"""The outlook goes to so many times the examples."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Points (examples, accuracy), and the outlook beyond the last one: points as well, none if there is none."""

    points: tuple[tuple[int, float], ...]
    outlook: tuple[tuple[int, float], ...]


def learning_curve(
    accuracy: Callable[[NDArray[np.int64]], float],
    *,
    examples: int,
    last: float,
    chance: np.random.Generator,
    left: Callable[[], float],
) -> Curve:
    """The curve: `accuracy` learns from some rows and tells how right that is; `last` is so for all of them.

    Parts for which no time is left are left out, the large ones first, as they cost most.
    """
    points: list[tuple[int, float]] = []
    for size in sorted({round(part * examples) for part in PARTS} - {examples}):
        if size >= LEAST and (left() > 0 or not points):
            parts = [np.sort(chance.permutation(examples)[:size]) for _ in range(REPEATS)]
            points.append((size, float(np.mean([accuracy(rows) for rows in parts]))))
    points.append((examples, last))
    return Curve(tuple(points), outlook(tuple(points)))


def outlook(points: tuple[tuple[int, float], ...]) -> tuple[tuple[int, float], ...]:
    """Least squares of accuracy = a − b / √n with a, b ≥ 0, beyond the last point; it starts in that point."""
    if len(points) < 3:
        return ()
    sizes, right = np.array(points, dtype=np.float64).T
    weights = np.sqrt(sizes)  # larger parts are nearer to what comes
    (_, slope), _ = nnls(
        np.stack([np.ones_like(sizes), -1 / np.sqrt(sizes)], axis=1) * weights[:, None], right * weights
    )
    last, level = points[-1]
    ahead = np.linspace(last, MORE * last, 6)
    gains = slope * (1 / np.sqrt(last) - 1 / np.sqrt(ahead))
    return tuple(
        (round(float(n)), float(min(1.0, level + gain))) for n, gain in zip(ahead, gains, strict=True)
    )
