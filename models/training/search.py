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
LEAST_JUDGED = 100
"""From so many blind examples on only they judge a candidate."""


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
    """The views of one material, each made when it is first needed."""

    def __init__(self, make: Callable[[View], Space], *, kept: int = 8) -> None:
        self._make = make
        self._kept = kept
        self._made: dict[View, Space] = {}

    def of(self, view: View) -> Space:
        """The material under this view."""
        if view not in self._made:
            if len(self._made) >= self._kept:
                self._made.pop(next(iter(self._made)))
            self._made[view] = self._make(view)
        return self._made[view]


def lesson(space: Space, candidate: Candidate, material: Material, *, seed: int) -> Lesson:
    """All of the material, as the candidate learns from it."""
    matrix = space.matrix(candidate.algorithm)
    return Lesson(matrix, material.truth, material.weights, material.labels, seed)


def search(
    candidates: list[Candidate],
    spaces: Spaces,
    material: Material,
    fold: NDArray[np.int64],
    *,
    seed: int,
    left: Callable[[], float],
    tell: Callable[[float], None],
) -> Found:
    """The candidate with the smallest log loss on examples it had not seen, once its temperature is right.

    `left` gives the seconds left; once there are none, the best so far wins. At least one candidate is tried.
    """
    blind = np.array([one.blind for one in material.examples])
    judged = blind if blind.sum() >= LEAST_JUDGED else np.ones(len(blind), dtype=bool)
    first = np.flatnonzero(fold < FIRST_FOLDS)
    some = np.arange(len(fold))
    if len(some) > FIRST_EXAMPLES:
        some = some[:: -(-len(some) // FIRST_EXAMPLES)]
    done = _round(
        candidates, spaces, material, fold, among=some, asked=np.intersect1d(first, some), judged=judged,
        seed=seed, left=left, tell=lambda share: tell(0.6 * share),
    )  # fmt: skip
    kept = sorted(done, key=lambda score: score.loss)[: max(LEAST_KEPT, len(done) // 3)]
    everything = np.arange(len(fold))
    final = _round(
        [score.candidate for score in kept], spaces, material, fold, among=everything, asked=everything,
        judged=judged, seed=seed, left=left, tell=lambda share: tell(0.6 + 0.4 * share),
    )  # fmt: skip
    best = min(final, key=lambda score: score.loss)
    complete = len(done) == len(candidates) and len(final) == len(kept)
    return Found(best.candidate, best.chances, best.loss, len(done), complete)


def _round(
    candidates: list[Candidate],
    spaces: Spaces,
    material: Material,
    fold: NDArray[np.int64],
    *,
    among: NDArray[np.int64],
    asked: NDArray[np.int64],
    judged: NDArray[np.bool_],
    seed: int,
    left: Callable[[], float],
    tell: Callable[[float], None],
) -> list[_Score]:
    """Each candidate learns from the examples `among` and is asked for others of them, fold by fold."""
    scores: list[_Score] = []
    for place, candidate in enumerate(candidates):
        if scores and left() <= 0:
            break
        space = spaces.of(candidate.view)
        whole = lesson(space, candidate, material, seed=seed)
        chances = np.full((len(material), material.labels), 1 / material.labels)
        for number in np.unique(fold[asked]).tolist():
            net = learn(candidate.algorithm, whole.at(among[fold[among] != number]), candidate.settings)
            rows = asked[fold[asked] == number]
            chances[rows] = net.chances(whole.matrix[rows])
        told = asked[judged[asked]] if judged[asked].any() else asked
        scores.append(_Score(_loss(chances[told], material, told), candidate, chances))
        tell((place + 1) / len(candidates))
    return scores


def _loss(chances: Floats, material: Material, rows: NDArray[np.int64]) -> float:
    truth, weights = material.truth[rows], material.weights[rows]
    own = tempered(chances, temperature_of(chances, truth, weights))
    return float(np.average(losses(own, truth), weights=weights))
