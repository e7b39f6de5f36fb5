"""How far a model's chances can be believed: a temperature, and what is measured of its predictions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

from models.leading import leaders
from models.training.layers import Floats

Labels = NDArray[np.int64]

COLDEST, HOTTEST = 0.1, 20.0
BANDS = 10
"""Bands of confidence for the calibration error."""
SURE = 1.96


def tempered(chances: Floats, temperature: float) -> Floats:
    """softmax(log p / temperature) (Guo et al., 2017): (N, K) → (N, K)."""
    return np.exp(log_softmax(np.log(chances) / temperature, axis=1))


def temperature_of(chances: Floats, truth: Labels, weights: Floats) -> float:
    """The temperature under which the truth is likeliest, for predictions on examples that were not learnt from."""
    logs = np.log(chances)
    rows = np.arange(len(truth))

    def loss(log_temperature: float) -> float:
        scaled = log_softmax(logs / np.exp(log_temperature), axis=1)
        return -float(np.average(scaled[rows, truth], weights=weights))

    best = minimize_scalar(loss, bounds=(np.log(COLDEST), np.log(HOTTEST)), method="bounded")
    return float(np.exp(best.x))


def losses(chances: Floats, truth: Labels) -> Floats:
    """−log of the chance that each truth was given, (N,)."""
    return np.asarray(-np.log(chances[np.arange(len(truth)), truth]))


def calibration_error(chances: Floats, guesses: Labels, truth: Labels) -> float:
    """The mean distance of confidence and accuracy over ten bands as full as each other (Naeini et al., 2015)."""
    confidence = chances.max(axis=1)
    right = guesses == truth
    bands = np.array_split(np.argsort(confidence, kind="stable"), min(BANDS, max(1, len(truth) // 10)))
    gaps = [len(band) * abs(float(confidence[band].mean() - right[band].mean())) for band in bands]
    return sum(gaps) / len(truth)


def macro_f1(guesses: Labels, truth: Labels) -> float:
    """The mean over the labels that occur of the harmonic mean of precision and recall."""
    found = []
    for label in np.unique(truth).tolist():
        both = float(np.sum((guesses == label) & (truth == label)))
        found.append(2 * both / float(np.sum(guesses == label) + np.sum(truth == label)))
    return float(np.mean(found))


def wilson(right: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson, 1927)."""
    if not of:
        return 0.0, 1.0
    share, square = right / of, SURE**2
    middle = (share + square / (2 * of)) / (1 + square / of)
    half = SURE / (1 + square / of) * np.sqrt(share * (1 - share) / of + square / (4 * of**2))
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))


def better_than_guessing(chances: Floats, truth: Labels, prior: Floats) -> bool:
    """Whether the predictions are surely better than always the prior (K,), in right answers or in log loss.

    Each is a paired comparison whose mean lies more than two standard errors above 0.
    """
    more_right = (leaders(chances) == truth).astype(np.float64) - (truth == int(prior.argmax()))
    less_lost = -np.log(prior[truth]) - losses(chances, truth)
    return _surely_positive(more_right) or _surely_positive(less_lost)


def _surely_positive(gains: Floats) -> bool:
    error = float(gains.std(ddof=1)) / np.sqrt(len(gains)) if len(gains) > 1 else np.inf
    return float(gains.mean()) > 2 * error
