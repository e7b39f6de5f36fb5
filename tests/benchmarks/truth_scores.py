"""How right labels are, how true the claims about them, and what they cost: figures from figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf, pi, sqrt
from statistics import fmean, stdev
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

T = TypeVar("T")
BINS = 10


class Point(NamedTuple):
    """A place on the curve of a policy: answers per task, accuracy."""

    answers: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean and its standard error; the error of a single value is not known."""

    mean: float
    error: float | None

    def written(self, digits: int = 3) -> str:
        """As a table shows it."""
        shown = f"{self.mean:.{digits}f}"
        return shown if self.error is None else f"{shown} ± {self.error:.{digits}f}"


def mean_of(values: Sequence[float]) -> Figure:
    """The mean over seeds, with its standard error."""
    error = stdev(values) / sqrt(len(values)) if len(values) > 1 else None
    return Figure(fmean(values), error)


def jackknife(samples: Sequence[T], statistic: Callable[[Sequence[T]], float | None]) -> Figure | None:
    """A statistic of all samples, with the standard error that leaving one out at a time shows."""
    whole = statistic(samples)
    if whole is None:
        return None
    if len(samples) < 2:
        return Figure(whole, None)
    rest = [statistic([*samples[:at], *samples[at + 1 :]]) for at in range(len(samples))]
    known = [one for one in rest if one is not None]
    if len(known) < len(samples):
        return Figure(whole, None)
    centre = fmean(known)
    spread = sum((one - centre) ** 2 for one in known)
    return Figure(whole, sqrt(spread * (len(known) - 1) / len(known)))


def majority_right(votes: Sequence[int], truth: int, *, labels_n: int) -> float:
    """The chance that majority vote is right when it breaks ties by a fair die, 0 … 1."""
    counts = Counter(votes)
    if not counts:
        return 1 / labels_n
    most = max(counts.values())
    leaders = [label for label, count in counts.items() if count == most]
    return float(truth in leaders) / len(leaders)


def calibration_error(claims: Sequence[float], right: Sequence[bool], *, bins: int = BINS) -> float:
    """|claimed − right|, averaged over bins of equal mass ordered by the claim (Naeini et al. 2015).

    Equal claims are interchangeable: where a bin's border runs through them, each side gets their mean.
    """
    if not claims:
        return 0.0
    claimed, truly = _by_claim(claims, right)
    gaps = [abs(fmean(one) - fmean(other)) * len(one) for one, other in _binned(claimed, truly, bins)]
    return sum(gaps) / len(claims)


def error_by_chance(claims: Sequence[float], *, bins: int = BINS) -> float:
    """The calibration error that a truthful predictor shows at this size, since bins are samples.

    A bin's mean is about normal, with the variance of so many coins: E|gap| = σ · √(2 ∕ π).
    """
    if not claims:
        return 0.0
    ordered = np.sort(np.asarray(claims, dtype=np.float64))
    noise = [sqrt(2 / pi * float(np.sum(one * (1 - one)))) for one, _ in _binned(ordered, ordered, bins)]
    return sum(noise) / len(claims)


def _by_claim(
    claims: Sequence[float], right: Sequence[bool]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    claimed, group = np.unique(np.asarray(claims, dtype=np.float64), return_inverse=True)
    sizes = np.bincount(group)
    share = np.bincount(group, weights=np.asarray(right, dtype=np.float64)) / sizes
    return np.repeat(claimed, sizes), np.repeat(share, sizes)


def _binned(
    claimed: NDArray[np.float64], truly: NDArray[np.float64], bins: int
) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    pairs = zip(np.array_split(claimed, bins), np.array_split(truly, bins), strict=True)
    return [(one, other) for one, other in pairs if len(one)]


def lower_bound(right: float, of: float, *, level: float = 0.95) -> float:
    """The share that `right` of `of` prove at that level, one-sided (Clopper and Pearson 1934).

    Both may be means over seeds, so they need not be whole.
    """
    if right <= 0:
        return 0.0
    return float(beta.ppf(1 - level, right, of - right + 1))


def answers_to_reach(curve: Sequence[Point], accuracy: float) -> float | None:
    """The fewest answers per task with that accuracy, interpolated; None where no point has it.

    A curve that begins above it costs what its first point costs: nothing is known below.
    """
    before: Point | None = None
    for point in sorted(curve):
        if point.accuracy >= accuracy:
            if before is None:
                return point.answers
            share = (accuracy - before.accuracy) / (point.accuracy - before.accuracy)
            return before.answers + share * (point.answers - before.answers)
        before = point
    return None


def accuracy_at(curve: Sequence[Point], answers: float) -> float | None:
    """The accuracy that so many answers per task buy, interpolated; None below the first point."""
    before = Point(-inf, 0.0)
    for point in sorted(curve):
        if point.answers == answers:
            return point.accuracy
        if point.answers > answers:
            if before.answers == -inf:
                return None
            share = (answers - before.answers) / (point.answers - before.answers)
            return before.accuracy + share * (point.accuracy - before.accuracy)
        before = point
    return before.accuracy if curve else None
