"""What every candidate ends as: linear layers and a softmax, computed alike in numpy and in a graph."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FLOOR = 1e-6
"""Shared evenly among the labels, so that no chance is 0 and every logarithm is finite."""

NEVER = -30.0
"""The score of a label that no example had."""


class Bend(StrEnum):
    """What follows a layer's sums."""

    NONE = "none"
    RELU = "relu"
    COSINE = "cosine"


class Link(StrEnum):
    """How scores become chances."""

    SOFTMAX = "softmax"
    EACH = "each"
    """A logistic curve for each label against all others, then scaled to a sum of 1: softmax(log σ(score))."""


@dataclass(frozen=True, slots=True)
class Layer:
    """bend(x · weights + bias): (N, D) → (N, E)."""

    weights: Floats
    bias: Floats
    bend: Bend = Bend.NONE


@dataclass(frozen=True, slots=True)
class Net:
    """Layers one after the other, and how the last one's scores become chances."""

    layers: tuple[Layer, ...]
    link: Link = Link.SOFTMAX

    def chances(self, matrix: Any) -> Floats:
        """The chance of each label: (N, D), dense or sparse, → (N, K)."""
        for layer in self.layers:
            matrix = bent(np.asarray(matrix @ layer.weights) + layer.bias, layer.bend)
        return chances(matrix, self.link)


def bent(sums: Floats, bend: Bend) -> Floats:
    """The sums after the layer's bend."""
    if bend is Bend.RELU:
        return np.maximum(sums, 0.0)
    return np.cos(sums) if bend is Bend.COSINE else sums


def chances(scores: Floats, link: Link) -> Floats:
    """Rows that sum to 1: (N, K) → (N, K)."""
    if link is Link.EACH:
        scores = -np.logaddexp(0.0, -scores)
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares = powers / powers.sum(axis=1, keepdims=True)
    return np.asarray(shares * (1 - FLOOR) + FLOOR / scores.shape[1])


def spread(
    weights: Floats, bias: Floats, *, seen: Sequence[int], labels: int, link: Link = Link.SOFTMAX
) -> Layer:
    """The last layer with a column for every label, from one with columns only for those seen.

    weights (D, S) and bias (S,), where S may be 1 for two labels seen: the score of the second against the first.
    """
    if weights.shape[1] == 1:
        first = -1.0 if link is Link.EACH else 0.0
        weights, bias = weights * np.array([[first, 1.0]]), bias * np.array([first, 1.0])
    whole = np.zeros((weights.shape[0], labels))
    whole[:, list(seen)] = weights
    level = np.full(labels, float(bias.min()) + NEVER)
    level[list(seen)] = bias
    return Layer(whole, level)
