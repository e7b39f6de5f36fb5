"""Expectation and maximisation over a whole record as two sparse products a step; NumPy, for refits only.

The model is the one of `core.consensus.crowd`, after Dawid & Skene (1979), with the strength of its shrinkage
learnt as the precision of a Dirichlet-multinomial (Minka, 2000).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.special import gammaln, rel_entr

from core.consensus import crowd
from core.consensus.crowd import STRENGTH, Crowd, Fit, unseen
from core.learning.record import Record

Array = NDArray[Any]

RIGHT_WEIGHT = 200.0
"""What is expected of an unseen crowd weighs as much as so many answers for each class."""
PRIOR_WEIGHT = 40.0
"""So many tasks a class, times the number of classes, say that all truths are equally common. Two answers a
task hardly tell a rare truth from bad workers: with less, whole sets fall into one class."""
STRENGTHS = (1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0, 32.0, 64.0, 128.0)
LEARNT_EVERY, LEARNT_UNTIL = 3, 30
"""The strength is learnt at some steps only (it costs more than a step), and then kept so that steps converge."""
FEW, STEPS, STILL = 8, 100, 1e-3
"""Steps a start gets, steps at most, and the move of a posterior that counts as none."""
EVEN = 10
"""Decimals of a posterior between steps."""
WIDE = 200_000
"""With more answers than this, a part of the tasks leads nearly there, and the rest is done in single precision
until the last step: half the memory and twice the speed."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How much a method lets classes and people differ."""

    even: float
    """Weight of one accuracy for all classes, against what each class shows by itself."""
    strength: float | None
    """As in `Crowd`; None: learn it."""


FULL = Manner(1.0, None)
"""Classes and people differ as far as the answers suggest."""
SKILL_ALONE = Manner(crowd.SKILL_ALONE, crowd.SKILL_ALONE)
"""People differ in one skill only: one-coin."""
AS_THEY_SEEM = Manner(0.0, 0.05)
"""Next to nothing is shared: plain Dawid–Skene."""


@dataclass(frozen=True, slots=True)
class Belief:
    """What one step believes; a posterior follows from it and the answers."""

    counts: Array
    prior: Array
    pooled: Array
    strength: float

    def crowd(self) -> Crowd:
        """As everyone else knows it."""
        pooled = tuple(tuple(map(float, row)) for row in self.pooled)
        return Crowd(tuple(map(float, self.prior)), pooled, float(self.strength))


@dataclass(frozen=True, slots=True)
class Place:
    """Where an iteration stands: `posterior` is what `belief` says of the answers, and `score` how well."""

    posterior: Array
    belief: Belief | None = None
    score: float = -np.inf
    steps: int = 0


class Answers:
    """A record, laid out for the products."""

    def __init__(self, record: Record, kind: type[np.floating[Any]]) -> None:
        size = record.labels_n
        columns = record.workers * np.int32(size) + record.labels
        shape = (record.tasks_n, record.workers_n * size)
        weights = np.ones(len(columns), kind) if record.weights is None else record.weights.astype(kind)
        self.said = csr_array((weights, (record.tasks, columns)), shape=shape)
        self.heard = self.said.T
        self.kind, self.size, self.workers = kind, size, record.workers_n
        self.sure = np.flatnonzero(record.known >= 0)
        self.truth = record.known[self.sure]
        # One person's word alone would only confirm what is believed of that person already.
        told = np.bincount(record.tasks, minlength=record.tasks_n)
        tells = (told >= 2) | (record.known >= 0)
        self.telling = (tells if record.stands is None else tells * record.stands).astype(kind)
        self.all_tell = bool((self.telling == 1).all())

    def widened(self) -> None:
        """Go on in double precision."""
        self.said, self.kind = self.said.astype(np.float64), np.float64

    def shares(self) -> Array:
        """(T, K) how large a part of a task's answers says what; even where nobody answered."""
        tally = self.said @ np.tile(np.eye(self.size, dtype=self.kind), (self.workers, 1))
        told = tally.sum(1, keepdims=True)
        return self.clamped(np.where(told > 0, tally / np.maximum(told, 1), 1 / self.size))

    def clamped(self, posterior: Array) -> Array:
        """Certain where the truth is known."""
        posterior[self.sure] = 0
        posterior[self.sure, self.truth] = 1
        return posterior.astype(self.kind, copy=False)

    def counts(self, posterior: Array) -> Array:
        """(W, K, K) how often each worker said what, by truth; only of tasks that tell something."""
        heard = self.heard @ (posterior if self.all_tell else posterior * self.telling[:, None])
        return np.asarray(heard, np.float64).reshape(self.workers, self.size, self.size).transpose(0, 2, 1)

    def posterior(self, rows: Array, prior: Array) -> tuple[Array, float]:
        """(T, K) the posteriors under these confusion matrices, and the log-likelihood of the answers."""
        table = np.log(rows).transpose(0, 2, 1).reshape(-1, self.size).astype(self.kind)
        logs = self.said @ table
        logs += np.log(prior).astype(self.kind)
        kept = logs[self.sure, self.truth]
        logs[self.sure] = -np.inf
        logs[self.sure, self.truth] = kept
        most = logs[:, 0].copy()
        for column in range(1, self.size):  # many times faster than a maximum along a short axis
            np.maximum(most, logs[:, column], out=most)
        logs -= most[:, None]
        np.exp(logs, out=logs)
        whole = logs @ np.ones(self.size, self.kind)
        logs /= whole[:, None]
        return logs, float(most.sum(dtype=np.float64) + np.log(whole).sum(dtype=np.float64))


def refit(record: Record, manner: Manner) -> Fit:
    """The likeliest end of three starts: vote shares, skills alone, and everyone as they seem."""
    if record.labels_n == 1:
        return _certain(record)
    wide = len(record.tasks) > WIDE
    end = _likeliest(Answers(_thinned(record) if wide else record, np.float64), manner)
    answers = Answers(record, np.float32 if wide else np.float64)
    if wide:
        posterior, _ = answers.posterior(_rows(_of(end)), _of(end).prior)
        end = _steps(answers, Place(posterior, end.belief), manner, STEPS)
    answers.widened()
    posterior, _ = answers.posterior(_rows(_of(end)), _of(end).prior)
    return Fit(_of(end).crowd(), _of(end).counts, answers.clamped(posterior), end.steps)


def _of(place: Place) -> Belief:
    assert place.belief is not None, "a step was taken"
    return place.belief


def _thinned(record: Record) -> Record:
    """Every so-manieth task: enough to tell which start is likeliest, and nearly where it ends."""
    every = len(record.tasks) // (WIDE // 2)
    kept = record.tasks % every == 0
    return Record(
        record.tasks[kept] // np.int32(every),
        record.workers[kept],
        record.labels[kept],
        record.known[::every],
        record.workers_n,
        record.labels_n,
        weights=None if record.weights is None else record.weights[kept],
        stands=None if record.stands is None else record.stands[::every],
    )


def _likeliest(answers: Answers, manner: Manner) -> Place:
    """Where the likeliest of three starts ends."""
    shares = Place(answers.shares())
    starts = (shares, _steps(answers, shares, SKILL_ALONE, FEW), _steps(answers, shares, AS_THEY_SEEM, FEW))
    tried = [_steps(answers, Place(start.posterior), manner, FEW) for start in starts]
    return _steps(answers, max(tried, key=lambda place: place.score), manner, STEPS)


def _certain(record: Record) -> Fit:
    """With one label there is nothing to find out."""
    counts = np.bincount(record.workers, minlength=record.workers_n).astype(np.float64).reshape(-1, 1, 1)
    return Fit(unseen(1, strength=STRENGTH), counts, np.ones((record.tasks_n, 1)), 0)


def _steps(answers: Answers, place: Place, manner: Manner, most: int) -> Place:
    """So many steps at most, or until nothing moves."""
    while place.steps < most:
        belief = _learnt(answers, place, manner)
        rows = _rows(belief)
        posterior, score = answers.posterior(rows, belief.prior)
        if answers.kind is np.float64:
            # Steps away from an even balance grow: without this, rounding would decide what the answers leave open.
            posterior = posterior.round(EVEN)
        move = np.abs(posterior - place.posterior).max(initial=0.0)
        place = Place(posterior, belief, score + _plausible(belief, rows), place.steps + 1)
        if move < STILL and place.steps >= LEARNT_EVERY:
            break
    return place


def _learning(step: int, manner: Manner) -> bool:
    return manner.strength is None and step <= LEARNT_UNTIL


def _learnt(answers: Answers, place: Place, manner: Manner) -> Belief:
    """What the posteriors say of classes and people."""
    counts = answers.counts(place.posterior)
    common = (answers.telling @ place.posterior).astype(np.float64) + PRIOR_WEIGHT * answers.size
    strength = manner.strength
    if strength is None:
        strength = STRENGTH if place.belief is None else place.belief.strength
    belief = Belief(counts, common / common.sum(), _pooled(counts.sum(0), manner.even), strength)
    if _learning(place.steps, manner) and place.steps % LEARNT_EVERY == LEARNT_EVERY - 1:
        return replace(belief, strength=_strength(belief))
    return belief


def _expected(size: int) -> Array:
    """(K, K) what a crowd does before anything is seen of it."""
    return np.asarray(unseen(size, strength=STRENGTH).pooled)


def _pooled(counts: Array, even: float) -> Array:
    """(K, K) the whole crowd's confusion, drawn towards one accuracy for all classes."""
    size = len(counts)
    seen = counts + RIGHT_WEIGHT * _expected(size)
    right = np.trace(seen) / seen.sum()
    alike = seen * (1 - np.eye(size))
    alike *= (1 - right) / alike.sum(1, keepdims=True)
    np.fill_diagonal(alike, right)
    drawn = seen + even * seen.sum() / size * alike
    return np.asarray(drawn / drawn.sum(1, keepdims=True))


def _parents(belief: Belief) -> Array:
    """(W, K, K) what each person's overall skill says of each row; `core.consensus.crowd`, all at once."""
    counts, usual = belief.counts, np.diag(belief.pooled)
    size = len(usual)
    typical = size * float(belief.prior @ usual)
    answers = size + counts.sum((1, 2))
    hits = typical + np.trace(counts, axis1=1, axis2=2)
    expected = typical + counts.sum(2) @ usual
    odds = usual * (hits / (answers - hits) * (answers - expected) / expected)[:, None]
    right = odds / (odds + 1 - usual)
    parents = belief.pooled * ((1 - right) / (1 - usual))[:, :, None]
    parents[:, range(size), range(size)] = right
    return np.asarray(parents)


def _rows(belief: Belief) -> Array:
    """(W, K, K) everybody's confusion matrix."""
    counts, strength = belief.counts, belief.strength
    return np.asarray((counts + strength * _parents(belief)) / (counts.sum(2, keepdims=True) + strength))


def _strength(belief: Belief) -> float:
    """The strength under which the counts are likeliest, uphill from the one so far."""
    counts, parents = belief.counts, _parents(belief)
    rows = counts.sum(2)

    @cache
    def likely(at: int) -> float:
        one = STRENGTHS[at]
        whole = rows.size * gammaln(one) - gammaln(rows + one).sum()
        parts = (gammaln(counts + one * parents) - gammaln(one * parents)).sum()
        return float(whole + parts - 2 * np.log(one / STRENGTH) ** 2)

    at = STRENGTHS.index(belief.strength)
    for step in (-1, 1):
        while 0 <= at + step < len(STRENGTHS) and likely(at + step) > likely(at):
            at += step
    return STRENGTHS[at]


def _plausible(belief: Belief, rows: Array) -> float:
    """How far classes, crowd and people are as expected: what a start may not gain by giving up."""
    parents = _parents(belief)
    people = belief.strength * float(rel_entr(parents, rows).sum())
    size = len(belief.prior)
    common = PRIOR_WEIGHT * size * np.log(belief.prior).sum()
    return -people + float(common + RIGHT_WEIGHT * (_expected(size) * np.log(belief.pooled)).sum())
