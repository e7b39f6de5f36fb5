"""Texts for the algorithms: n-grams seen in one way, and the table of weights that a text model is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from models.training.hashing import counts
from models.training.layers import Floats, Link, Net, chances

Codes = NDArray[np.int64]

COMPACT = 800
"""Up to so many examples, what is learnt from are their coordinates among each other: the same, but smaller."""

_CHUNK = 2_000
_TINY = 1e-9


@dataclass(frozen=True, slots=True)
class TextView:
    """Which n-grams are looked at, in how many buckets, and whether long texts count for more."""

    shortest: int
    longest: int
    size: int
    even: bool
    """Every text counts alike: its counts are divided by the root of how many n-grams it has."""


@dataclass(frozen=True, slots=True)
class TextModel:
    """A weight for each bucket and label, summed over a text's n-grams."""

    view: TextView
    table: Floats
    """(size, K)"""
    bias: Floats
    link: Link

    def chances(self, codes: Codes) -> Floats:
        """The chance of each label: code points (N, L) → (N, K)."""
        parts = [
            chances(_seen(codes[start : start + _CHUNK], self.view) @ self.table + self.bias, self.link)
            for start in range(0, len(codes), _CHUNK)
        ]
        return np.concatenate(parts) if parts else np.zeros((0, len(self.bias)))


@dataclass(frozen=True, slots=True)
class TextSpace:
    """Some texts under one view, ready to be learnt from."""

    view: TextView
    whole: csr_array
    """(N, size), rare n-grams counting for more."""
    scale: Floats
    """(size,): how much each bucket was scaled for that."""
    compact: Floats | None
    """(N, R): coordinates with the same inner products, so that regularised linear models learn the same."""
    turn: Floats | None
    """(N, R): leads from weights of the coordinates back to weights of the buckets."""

    def matrix(self, algorithm: str) -> Any:
        """What the algorithm learns from."""
        return self.compact if algorithm == "logistic" and self.compact is not None else self.whole

    def model(self, net: Net, algorithm: str) -> TextModel:
        """The finished model from what an algorithm learnt here."""
        (last,) = net.layers
        weights = last.weights
        if algorithm == "logistic" and self.turn is not None:
            weights = np.asarray(self.whole.T @ (self.turn @ weights))
        return TextModel(self.view, weights * self.scale[:, None], last.bias, net.link)


def text_space(codes: Codes, view: TextView) -> TextSpace:
    """The texts under this view; the inverse document frequency is theirs, and their mean length is 1."""
    seen = _seen(codes, view)
    texts = len(codes)
    holding = np.bincount(seen.indices, minlength=view.size)
    scale = np.log((1 + texts) / (1 + holding)) + 1
    squares = (seen * scale[None, :]).power(2).sum() / max(texts, 1)
    scale = scale / np.sqrt(max(float(squares), _TINY))
    whole = csr_array(seen * scale[None, :])
    if texts > COMPACT:
        return TextSpace(view, whole, scale, None, None)
    # X Xᵀ = U S² Uᵀ: learning on U S is learning on X, as the weights are sums of examples (representer theorem)
    squared, directions = np.linalg.eigh((whole @ whole.T).toarray())
    kept = squared > _TINY * max(float(squared[-1]), _TINY)
    lengths = np.sqrt(squared[kept])
    return TextSpace(view, whole, scale, directions[:, kept] * lengths, directions[:, kept] / lengths)


def _seen(codes: Codes, view: TextView) -> csr_array:
    table = counts(codes, shortest=view.shortest, longest=view.longest, size=view.size)
    if not view.even:
        return table
    lengths = np.sqrt(np.maximum(np.asarray(table.sum(axis=1)), 1.0))
    return csr_array(table * (1 / lengths)[:, None])
