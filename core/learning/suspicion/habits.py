"""Which of several ways of answering explains each worker best: honest ones, chance, one label always."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import gammaln, logsumexp

from core.learning.suspicion.others import Floats, Others, Whole

SKILLS = (0.3, 0.45, 0.6, 0.75, 0.9, 0.97)
"""An honest worker knows this share of the answers and guesses the rest by habit."""
LITTLE = 0.2
"""… and with two labels even this little: it makes 60 % right, which among more labels takes more."""
ORDINARY = (0.6, 1.0)
"""… or errs in this share like those who read."""
OPPOSED = (0.4, 0.8)
"""A contrary one knows this share and says something else."""
RANDOM, CONSTANT = 0, 1
CONTRARY = (2, 3)
UNREAD_BEFORE, OPPOSED_BEFORE, HONEST_BEFORE = 0.8, 0.2, 19.0
"""What is believed before looking: twenty workers, of whom one answers without reading."""
ALWAYS = 0.97
"""The share of its label in what a constant worker says."""


@dataclass(frozen=True, slots=True)
class Habits:
    """Log likelihood of each worker's answers under each way (W, G), and how common the ways are (G,)."""

    likelihood: Floats
    weights: Floats
    said: Floats  # (W, K) how often each worker said each label
    reads: Floats  # (W,) how much likelier it is that the answers depend on the truth somehow (log)

    @property
    def evidence(self) -> Floats:
        """(W,) The log probability of each worker's answers, whatever the way."""
        total: Floats = logsumexp(self.likelihood + np.log(self.weights), axis=1)
        return total

    @property
    def honest(self) -> Floats:
        """(W,) The probability that a worker answers in one of the honest ways."""
        joint = self.likelihood + np.log(self.weights)
        return np.exp(logsumexp(joint[:, CONTRARY[-1] + 1 :], axis=1) - logsumexp(joint, axis=1))


def habits(others: Others, *, ordinary: Sequence[float] = ORDINARY) -> Habits:
    """Judge every worker; how common each way is, is learnt from the crowd itself (empirical Bayes)."""
    record = others.record
    labels_n, workers_n = record.labels_n, record.workers_n
    cells = record.workers.astype(np.int64) * labels_n + record.labels
    said = np.bincount(cells, minlength=workers_n * labels_n).reshape(workers_n, labels_n).astype(np.float64)
    overall = (said.sum(axis=0) + 1.0) / (said.sum() + labels_n)
    lean = (said + 2.0 * overall) / (said.sum(axis=1, keepdims=True) + 2.0)
    always = np.full((workers_n, labels_n), 60.0 * (1.0 - ALWAYS) / (labels_n - 1))
    always[np.arange(workers_n), said.argmax(axis=1)] = 60.0 * ALWAYS
    guess, right = lean[record.workers, record.labels], others.right
    opposite = (1.0 - right) / (labels_n - 1)
    like_others = others.of_answers(others.truth @ others.pooled)
    skills = (LITTLE, *SKILLS) if labels_n == 2 else SKILLS
    columns = [others.per_worker(np.log(guess)), together(said, always)]
    for knows, shares in ((opposite, OPPOSED), (right, skills), (like_others, ordinary)):
        columns += [others.per_worker(np.log((1.0 - share) * guess + share * knows)) for share in shares]
    likelihood = np.stack(columns, axis=1)
    honest = len(skills) + len(ordinary)
    before = np.repeat(
        (UNREAD_BEFORE / 2, OPPOSED_BEFORE / len(OPPOSED), HONEST_BEFORE / honest), (2, len(OPPOSED), honest)
    )
    weights = common(likelihood[others.answers > 0], before=before)
    return Habits(likelihood, weights, said, own_way(others, lean))


def among_readers(others: Others, counts: Floats) -> Others:
    """The same, with what is ordinary taken from those who read: where half are spammers, that is not the mean."""
    reading = habits(others, ordinary=()).honest
    crowd = np.tensordot(reading, counts, axes=1) + 4.0 * others.pooled
    return replace(others, pooled=crowd / crowd.sum(axis=1, keepdims=True))


def together(said: Floats, belief: Floats) -> Floats:
    """Log probability of label counts (rows) whose chances are unknown: the Dirichlet-multinomial."""
    belief = np.broadcast_to(belief, said.shape)
    total: Floats = (
        gammaln(belief.sum(axis=-1))
        - gammaln(belief.sum(axis=-1) + said.sum(axis=-1))
        + (gammaln(belief + said) - gammaln(belief)).sum(axis=-1)
    )
    return total


def own_way(others: Others, lean: Floats) -> Floats:
    """How much likelier it is that a worker's answers depend on the truth in whatever way (log, per worker).

    It protects people who read but err in a way of their own: strict graders, swapped labels.
    """
    record = others.record
    labels_n = record.labels_n
    leading: Whole = others.truth.argmax(axis=1)
    sure = others.truth.max(axis=1) > 0.8
    rows = record.workers[sure].astype(np.int64) * labels_n + leading[sure]
    cells = rows * labels_n + record.labels[sure]
    table = np.bincount(cells, minlength=record.workers_n * labels_n**2).astype(np.float64)
    table = table.reshape(record.workers_n, labels_n, labels_n)
    dependent = together(table, 2.0 * labels_n * lean[:, None, :]).sum(axis=1)
    gain: Floats = dependent - (table.sum(axis=1) * np.log(lean)).sum(axis=1)
    return gain


def common(likelihood: Floats, *, before: Floats) -> Floats:
    """How common each way of answering is in this crowd: the mode with what was believed before, by EM."""
    scaled = np.exp(likelihood - likelihood.max(axis=1, keepdims=True, initial=-np.inf))
    weights: Floats = before / before.sum()
    for _ in range(200):
        joint = scaled * weights
        joint /= joint.sum(axis=1, keepdims=True)
        weights = joint.sum(axis=0) + before
        weights /= weights.sum()
    return weights
