"""What the other people's answers say about each answer's task: nobody is judged by their own vote."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.learning.record import Record

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

POOLED = 6.0
"""Answers that the crowd's confusion counts for beside the worker's own."""
TEMPER = 0.7
"""People err together, so several answers say less than their product: measured on recorded crowds."""
LAPSE = 0.03
"""How often the others may be wrong together however sure they look; at a known truth far less."""
LAPSE_KNOWN = 0.005
FAITH = 40.0
"""Answers to known tasks that it takes to believe half of what they say about the others' lapses."""


@dataclass(frozen=True, slots=True)
class Others:
    """The answers, each with what is known of its task without it."""

    record: Record
    said: Floats  # (W, K, K) P(worker says l | truth k)
    pooled: Floats  # (K, K) the same over the whole crowd
    prior: Floats  # (K,)
    spoken: Floats  # (n, K) log P(this answer | truth k), as far as trusted
    heard: Floats  # (T, K) log of the product over all answers of a task, the prior left out
    truth: Floats  # (n, K) P(truth is k | the other people's answers)
    answers: Whole  # (W,) how many each worker gave
    lapse: float  # how often the others are wrong together

    @property
    def right(self) -> Floats:
        """(n,) The probability that the answer is right, going by the others."""
        return self.of_answers(self.truth)

    @property
    def expected(self) -> Floats:
        """(n,) The probability that an ordinary worker is right on the answer's task."""
        return self.truth @ np.diag(self.pooled)

    def of_answers(self, chances: Floats) -> Floats:
        """(n,) The chance of the label that was said, from chances of all labels (n, K)."""
        return chances[np.arange(len(chances)), self.record.labels]

    def per_worker(self, column: Floats) -> Floats:
        """(W,) The sum of a column over each worker's answers."""
        return summed(self.record.workers, column, size=self.record.workers_n)

    def share(self, column: Floats) -> Floats:
        """(W,) The mean of a column over each worker's answers; zero without answers."""
        return self.per_worker(column) / np.maximum(1, self.answers)


def summed(index: NDArray[np.integer], column: Floats, *, size: int) -> Floats:
    """The sums of a column by index, as floats."""
    return np.bincount(index, weights=column, minlength=size).astype(np.float64)


def listen(record: Record, counts: Floats, *, trust: Floats | None = None) -> Others:
    """From the standing answers and a refit's soft counts (W, K, K); `trust` (W,) weighs some voices less."""
    labels_n = record.labels_n
    crowd = counts.sum(axis=0)
    rows = crowd.sum(axis=1, keepdims=True)
    pooled = (crowd + np.full((labels_n, labels_n), 1.0 / labels_n)) / (rows + 1.0)
    prior = (rows[:, 0] + 1.0) / (rows.sum() + labels_n)
    said = (counts + POOLED * pooled) / (counts.sum(axis=2, keepdims=True) + POOLED)
    spoken = np.log(said[record.workers, :, record.labels])
    if trust is not None:
        spoken *= trust[record.workers, None]
    heard = np.zeros((len(record.known), labels_n))
    for label in range(labels_n):
        heard[:, label] = summed(record.tasks, spoken[:, label], size=len(record.known))
    answers = np.bincount(record.workers, minlength=record.workers_n)
    known = record.known[record.tasks]
    without = heard[record.tasks] - spoken
    lapse = lapsing(without[known >= 0], known=known[known >= 0], prior=prior)
    truth = truth_given(without, known=known, prior=prior, lapse=lapse)
    return Others(record, said, pooled, prior, spoken, heard, truth, answers, lapse)


def lapsing(without: Floats, *, known: NDArray[np.int32], prior: Floats) -> float:
    """How often the others are wrong together, as far as known truths show more of it than they claim."""
    if not len(known):
        return LAPSE
    unaided = truth_given(without, known=np.full_like(known, -1), prior=prior, lapse=LAPSE)
    excess = float(unaided.max(axis=1).mean() - unaided[np.arange(len(known)), known].mean())
    shown = excess * len(known) / (len(known) + FAITH) * len(prior) / (len(prior) - 1.0)
    return min(max(LAPSE, LAPSE + shown), 0.9)


def truth_given(evidence: Floats, *, known: NDArray[np.int32], prior: Floats, lapse: float) -> Floats:
    """P(truth is k) row by row from summed log evidence, never quite sure."""
    scores = TEMPER * evidence + np.log(prior)
    scores -= scores.max(axis=1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=1, keepdims=True)
    scores *= 1.0 - lapse
    scores += lapse * prior
    rows = np.flatnonzero(known >= 0)
    scores[rows] = LAPSE_KNOWN * prior
    scores[rows, known[rows]] += 1.0 - LAPSE_KNOWN
    return scores
