"""What is believed of a crowd, and what one person's word is worth under it; plain Python, for every answer.

A person's row of the confusion matrix is their own counts, shrunk to what their overall skill says, which is
shrunk to the crowd's. Skill moves the odds of being right in every class by the same factor, so a class that
is hard for the crowd stays harder for everybody.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from operator import mul
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RIGHT = 0.75
"""How often people are right, before anything is seen of them."""
STRENGTH = 6.0
"""The strength of a crowd of which nothing is known; a factor of e is two deviations from it."""
SKILL_ALONE = 1e9
"""The strength under which people differ in their overall skill only; finite, as JSON is."""

Evidence = tuple[float, ...]
"""log P(this person says what they said | truth = k), for every label k."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """What is believed of everybody before they are known."""

    prior: tuple[float, ...]
    """(K,) how common each truth is."""
    pooled: tuple[tuple[float, ...], ...]
    """(K, K) P(says l | truth k) over the whole crowd."""
    strength: float
    """How many of a person's own answers of a class weigh as much as what their overall skill says about it."""

    def as_json(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return {
            "prior": list(self.prior),
            "pooled": [list(row) for row in self.pooled],
            "strength": self.strength,
        }

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Crowd:
        """Back from JSON."""
        return cls(tuple(kept["prior"]), tuple(tuple(row) for row in kept["pooled"]), kept["strength"])


@dataclass(frozen=True, slots=True)
class Fit:
    """What a refit found."""

    crowd: Crowd
    counts: NDArray[np.float64]
    """(W, K, K) how often each worker said l where the truth is k, by the posteriors."""
    posterior: NDArray[np.float64]
    """(T, K) how likely each truth is; certain where it is known."""
    iterations: int


def unseen(labels_n: int, *, strength: float) -> Crowd:
    """A crowd of which nothing has been seen: every truth as likely, every person and error alike."""
    if labels_n == 1:
        return Crowd((1.0,), ((1.0,),), strength)
    wrong = (1.0 - RIGHT) / (labels_n - 1)
    return Crowd(
        (1.0 / labels_n,) * labels_n,
        tuple(
            tuple(RIGHT if said == truth else wrong for said in range(labels_n)) for truth in range(labels_n)
        ),
        strength,
    )


def evidence(crowd: Crowd, counts: Sequence[float] | None, label: int) -> Evidence:
    """What it says about the truth that a person with these K·K counts, row by row, says `label`."""
    size = len(crowd.prior)
    if size == 1:
        return (0.0,)
    strength, odds, rows = crowd.strength, 1.0, [0.0] * size
    if counts is not None:
        rows = [sum(counts[start : start + size]) for start in range(0, size * size, size)]
        odds = _skill(crowd, hits=sum(counts[:: size + 1]), rows=rows)
    found = []
    for truth, row in enumerate(crowd.pooled):
        usual = row[truth]
        right = usual * odds / (usual * odds + 1.0 - usual)
        likely = right if truth == label else row[label] * (1.0 - right) / (1.0 - usual)
        if counts is not None:
            likely = (counts[truth * size + label] + strength * likely) / (rows[truth] + strength)
        found.append(math.log(likely))
    return tuple(found)


def _skill(crowd: Crowd, *, hits: float, rows: Sequence[float]) -> float:
    """By what factor the odds of being right differ from the crowd's on the same truths."""
    usual = [row[truth] for truth, row in enumerate(crowd.pooled)]
    typical: float = len(usual) * sum(map(mul, crowd.prior, usual))
    expected: float = typical + sum(map(mul, usual, rows))
    answers = len(usual) + sum(rows)
    return (typical + hits) / (answers - typical - hits) * (answers - expected) / expected
