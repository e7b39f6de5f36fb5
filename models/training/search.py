"""Grid search with grouped cross-validation: all candidates on a part, the best third of them on the whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from models.training.calibrating import losses, temperature_of, tempered
from models.training.candidates import Candidate, View
from models.training.heads import Lesson, learn
from models.training.layers import Floats, Net
from models.training.material import Material

FIRST_FOLDS = 2
FIRST_EXAMPLES = 2_000
"""The first round looks at so many examples at most."""
LEAST_KEPT = 4
MOST_KEPT = 8
LEAST_JUDGED = 100
"""From so many blind examples on only they judge a candidate."""


Rows = NDArray[np.int64]


class Model(Protocol):
    """A finished model, before it is a graph."""

    def chances(self, given: Any, /) -> Floats: ...


class Space(Protocol):
    """Material under one view."""

    def matrix(self, algorithm: str) -> Any: ...

    def model(self, net: Net, algorithm: str) -> Model: ...


@dataclass(frozen=True, slots=True)
class Found:
    """The winner of a search."""

    candidate: Candidate
    chances: Floats
    """Its predictions (N, K) for every example, each by a model that had not learnt from its fold."""
    loss: float
    """Their log loss at the temperature that suits them best."""
    tried: int
    complete: bool
    """Whether the time was enough for every candidate."""


@dataclass(frozen=True, slots=True)
class _Score:
    loss: float
    candidate: Candidate
    chances: Floats


class Spaces:
    """The views of one material, each made when it is first needed; of many examples only few are kept."""

    def __init__(self, make: Callable[[Any, View], Space], given: NDArray[Any]) -> None:
        self._make = make
        self._given = given
        self._kept = MOST_KEPT if len(given) <= FIRST_EXAMPLES else 1
        self._made: dict[View, Space] = {}

    def part(self, rows: Rows) -> Spaces:
        """The views of only these rows."""
        return Spaces(self._make, self._given[rows])

    def of(self, view: View) -> Space:
        """The material under this view."""
        if view not in self._made:
            if len(self._made) >= self._kept:
                self._made.pop(next(iter(self._made)))
            self._made[view] = self._make(self._given, view)
        return self._made[view]


def lesson(space: Space, candidate: Candidate, material: Material, *, seed: int) -> Lesson:
    """All of the material, as the candidate learns from it."""
    matrix = space.matrix(candidate.algorithm)
    return Lesson(matrix, material.truth, material.weights, material.labels, seed)


def search(
    candidates: list[Candidate],
    spaces: Spaces,
    material: Material,
    fold: Rows,
    *,
    seed: int,
    left: Callable[[], float],
    tell: Callable[[float], None],
) -> Found:
    """The candidate with the smallest log loss on examples it had not seen, once its temperature is right.

    `left` gives the seconds left; once there are none, the best so far wins. At least one candidate is tried.
    """
    every = -(-len(material) // FIRST_EXAMPLES)
    some = np.arange(0, len(material), every)
    part, few = material.at(some), spaces if every == 1 else spaces.part(some)
    first = np.flatnonzero(fold[some] < FIRST_FOLDS)
    done = _round(
        candidates, few, part, fold[some], first, seed=seed, left=left, tell=lambda share: tell(0.6 * share)
    )
    kept = sorted(done, key=lambda score: score.loss)
    kept = kept[: max(LEAST_KEPT, len(done) // 3) if every == 1 else LEAST_KEPT]
    final = _round(
        [score.candidate for score in kept], spaces, material, fold, np.arange(len(material)),
        seed=seed, left=left, tell=lambda share: tell(0.6 + 0.4 * share),
    )  # fmt: skip
    best = min(final, key=lambda score: score.loss)
    complete = len(done) == len(candidates) and len(final) == len(kept)
    return Found(best.candidate, best.chances, best.loss, len(done), complete)


def judging(material: Material) -> Rows:
    """The rows whose predictions judge a model: the blind ones, where there are enough."""
    blind = np.array([one.blind for one in material.examples])
    return np.flatnonzero(blind) if blind.sum() >= LEAST_JUDGED else np.arange(len(material))


def _round(
    candidates: list[Candidate],
    spaces: Spaces,
    material: Material,
    fold: Rows,
    asked: Rows,
    *,
    seed: int,
    left: Callable[[], float],
    tell: Callable[[float], None],
) -> list[_Score]:
    """Each candidate is asked for some rows, fold by fold, after learning from all the other folds."""
    scores: list[_Score] = []
    told = np.intersect1d(asked, judging(material))
    told = told if len(told) else asked
    for place, candidate in enumerate(candidates):
        if scores and left() <= 0:
            break
        whole = lesson(spaces.of(candidate.view), candidate, material, seed=seed)
        chances = np.full((len(material), material.labels), 1 / material.labels)
        for number in np.unique(fold[asked]).tolist():
            net = learn(candidate.algorithm, whole.at(np.flatnonzero(fold != number)), candidate.settings)
            rows = asked[fold[asked] == number]
            chances[rows] = net.chances(whole.matrix[rows])
        scores.append(_Score(_loss(chances[told], material, told), candidate, chances))
        tell((place + 1) / len(candidates))
    return scores


def _loss(chances: Floats, material: Material, rows: Rows) -> float:
    truth, weights = material.truth[rows], material.weights[rows]
    own = tempered(chances, temperature_of(chances, truth, weights))
    return float(np.average(losses(own, truth), weights=weights))
