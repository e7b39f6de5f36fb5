"""What a model believes of one task, as chances that can be believed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.leading import leaders


@dataclass(frozen=True, slots=True)
class Prediction:
    """The likeliest label, its calibrated chance (0 to 1), and the chances of all labels in the card's order."""

    label: str
    confidence: float
    chances: tuple[float, ...]


def predictions(
    scores: NDArray[np.floating], *, labels: Sequence[str], temperature: float
) -> list[Prediction]:
    """One prediction for each row of log chances (N, K); of equal chances the label that comes first."""
    chances = softmax(scores.astype(np.float64) / temperature)
    best = leaders(chances).tolist()
    return [
        Prediction(labels[at], row[at], tuple(row)) for at, row in zip(best, chances.tolist(), strict=True)
    ]


def calibrated(probabilities: NDArray[np.floating], *, temperature: float) -> NDArray[np.float64]:
    """softmax(log p / temperature) of each row (N, K); an impossible label stays impossible."""
    return softmax(logs(probabilities) / temperature)


def logs(probabilities: NDArray[np.floating]) -> NDArray[np.float64]:
    """log p in float64, -inf where p is 0."""
    with np.errstate(divide="ignore"):
        return np.log(probabilities.astype(np.float64))


def softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """exp(s) / sum exp(s) of each row; at least one score of a row must be finite."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    summed: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
    return summed
