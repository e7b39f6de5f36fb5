"""How often people take what is on screen instead of judging: a mixture, told apart by what they say without.

P(y | s on screen) = a·[y = s] + (1 - a)·P(y | person, truth); without a suggestion on screen, a is 0. The truths
are not known, and answers that were taken from the screen make them look like the suggestions. So truths, people
and copies are found together, for one `a` after the other; what a model's word says of the truth is learnt like
a person's. Answers withheld from, audited tasks and known truths are what holds it in place.

Everything but `a` is nearly integrated out: an answer is mostly taken out of the counts that it is judged by
(after the collapsed variational zeroth order of Asuncion, Welling, Smyth & Teh, 2009); at the maximum instead,
confusion matrices with few answers each would explain copies as mistakes. The slope of the log-likelihood in
`a` is what Fisher's identity makes of the expected copies (Louis, 1982); its integral is compared with its top.

What it cannot tell: mistakes that people and model make alike, by themselves, partly look like copies. Where a
tenth of the model's mistakes are people's too, the share comes out three points too high (`tests.benchmarks`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from core.consensus.anchoring import Span
from core.consensus.crowd import Fit
from core.learning.anchoring.cards import Cards, On
from core.learning.record import Record

Floats = NDArray[np.float64]

CROWD_WEIGHT, MODEL_WEIGHT = 4.0, 6.0
"""Pseudo-answers for each truth that say errors are alike, of the crowd and of the model."""
STRONGEST = 200.0
"""People differ at least so little in what they mix up: more strength would make no difference but to rounding."""
LEFT_OUT = 0.75
"""How far an answer is taken out of what it is judged by. In simulations the share of copies comes out two points
too low where it stays in, and one too high where it is left out altogether."""
LEAST_DIAGONAL, MOST_DIAGONAL = 0.05, 0.98
START = 0.2
"""Where the share of copies begins to be looked for."""
TINY, MOST_SHARE = 1e-4, 0.995
DROP = 1.92
"""The log-likelihood is lower by less than this inside a 95 % interval: half of chi-square's 3.84."""
STEP = 0.0125
"""How far apart the slope is looked at."""
STEPS, FINE_STEPS, STILL, VERY_STILL = 200, 400, 2e-4, 5e-5
"""Rounds at most, and the change of the share of copies that counts as none."""


@dataclass(frozen=True, slots=True)
class State:
    """What one round believes."""

    truth: Floats
    """(T, K) how likely each truth is, by answers that count as much as they were not copied."""
    own: Floats
    """(n, K) how likely each answer is the person's own, if the truth is k."""
    copies: float
    """Expected copies in all."""


class Copying:
    """A record and its cards, laid out for the rounds."""

    def __init__(self, record: Record, cards: Cards, fit: Fit) -> None:
        size, rows = record.labels_n, np.arange(len(record.tasks))
        self.size, self.record = size, record
        self.strength = min(fit.crowd.strength, STRONGEST)
        visible = cards.on(On.SHOWN, On.PLANTED)
        self.shown = int(visible.sum())
        self.visible = visible.astype(np.float64)[:, None]
        self.accepted = (visible & (record.labels == cards.suggested)).astype(np.float64)[:, None]
        # A planted suggestion is nobody's word.
        word = np.full(record.tasks_n, size)
        meant = cards.on(On.SHOWN, On.WITHHELD)
        word[record.tasks[meant]] = cards.suggested[meant]
        self.word = word
        told = np.bincount(record.tasks, minlength=record.tasks_n) > 0
        self.told = told.astype(np.float64)[:, None]
        ones, tasks = np.ones(len(rows)), np.arange(record.tasks_n)
        self.by_task = csr_array((ones, (record.tasks, rows)), shape=(record.tasks_n, len(rows)))
        said = record.workers.astype(np.int64) * size + record.labels
        self.by_person = csr_array((ones, (said, rows)), shape=(record.workers_n * size, len(rows)))
        self.by_word = csr_array((np.ones(len(tasks)), (word, tasks)), shape=(size + 1, len(tasks)))
        self.right = (record.labels[:, None] == np.arange(size)).astype(np.float64)
        self.sure = np.flatnonzero(record.known >= 0)
        self.posterior = fit.posterior.astype(np.float64)

    def start(self) -> State:
        """From the refit's truths, as if a fifth of the suggestions had been taken."""
        taken = START / (START + (1.0 - START) * 0.7)
        return State(self.posterior, 1.0 - taken * np.repeat(self.accepted, self.size, axis=1), np.inf)

    def round(self, state: State, share: float) -> State:
        """Truths and copies anew, if that share is copied."""
        by_themselves = self._people(state) * (1.0 - share * self.visible)
        likely = by_themselves + share * self.accepted
        truth = self.by_task @ np.log(likely) + np.log(self._words(state.truth))
        truth -= truth.max(axis=1, keepdims=True)
        np.exp(truth, out=truth)
        truth /= truth.sum(axis=1, keepdims=True)
        truth[self.sure] = 0.0
        truth[self.sure, self.record.known[self.sure]] = 1.0
        own = by_themselves / likely
        kept = float((truth[self.record.tasks] * own * self.visible).sum())
        return State(truth, own, self.shown - kept)

    def _people(self, state: State) -> Floats:
        """(n, K) P(what was said | the truth is k, the person's other answers); as in `core.consensus.crowd`."""
        people, said, size = self.record.workers, self.record.labels, self.size
        self_told = state.truth[self.record.tasks] * state.own
        counts = np.asarray(self.by_person @ self_told).reshape(self.record.workers_n, size, size)
        crowd, rows = counts.sum(axis=0), counts.sum(axis=1)  # by what was said and the truth
        self_told *= LEFT_OUT
        common = crowd.sum(axis=0)
        alike = self._alike(crowd)
        weight = common + CROWD_WEIGHT
        usual_all = (np.diag(crowd) + CROWD_WEIGHT * np.diag(alike)) / weight
        own_right = self_told * self.right
        usual = (np.diag(crowd) - own_right + CROWD_WEIGHT * np.diag(alike)) / (weight - self_told)
        pooled = (crowd[said] - self_told + CROWD_WEIGHT * alike[said]) / (weight - self_told)
        typical = size * float(common @ usual_all) / max(float(common.sum()), 1.0)
        hits = typical + np.trace(counts, axis1=1, axis2=2)[people] - own_right.sum(axis=1)
        answers = size + rows.sum(axis=1)[people] - self_told.sum(axis=1)
        expected = typical + (rows @ usual_all)[people] - self_told @ usual_all
        skill = (hits / (answers - hits) * (answers - expected) / expected)[:, None]
        right = usual * skill / (usual * skill + 1.0 - usual)
        parents = np.where(self.right > 0, right, pooled * (1.0 - right) / (1.0 - usual))
        found: Floats = (counts[people, said] - self_told + self.strength * parents) / (
            rows[people] - self_told + self.strength
        )
        return found

    def _alike(self, crowd: Floats) -> Floats:
        """(K, K) the crowd's accuracy and no habits."""
        share = (np.trace(crowd) + 3.0) / (crowd.sum() + 4.0)
        share = min(max(float(share), LEAST_DIAGONAL), MOST_DIAGONAL)
        alike = np.full((self.size, self.size), (1.0 - share) / (self.size - 1))
        np.fill_diagonal(alike, share)
        return alike

    def _words(self, truth: Floats) -> Floats:
        """(T, K) P(truth | what the model says of the task), by the other tasks."""
        own = truth * self.told
        counts = np.asarray(self.by_word @ own)
        common = counts.sum(axis=0) + 1.0
        common /= common.sum()
        right = (np.trace(counts[:-1]) + 1.5) / (counts[:-1].sum() + 2.0)
        usual = np.vstack([np.tile(common, (self.size, 1)), common])
        usual[range(self.size), range(self.size)] = 0.0
        usual[:-1] *= (1.0 - right) / usual[:-1].sum(axis=1, keepdims=True)
        usual[range(self.size), range(self.size)] = right
        found: Floats = np.maximum(counts[self.word] - own, 0.0) + MODEL_WEIGHT * usual[self.word]
        found /= found.sum(axis=1, keepdims=True)
        return found

    def settled(self, state: State, share: float) -> State:
        """Rounds at this share until the copies are still."""
        for _ in range(STEPS):
            before, state = state.copies, self.round(state, share)
            if abs(state.copies - before) < STILL * self.shown:
                break
        return state

    def likeliest(self) -> tuple[float, State]:
        """The share of copies that explains most, and what it implies."""
        share, state = START, self.start()
        for _ in range(FINE_STEPS):
            state = self.round(state, share)
            before, share = share, min(max(state.copies / self.shown, TINY), MOST_SHARE)
            if abs(share - before) < VERY_STILL:
                break
        return (0.0 if share < STEP / 5 else share), state


def copied(copying: Copying) -> tuple[Span, State]:
    """The share of shown suggestions that were simply taken, and the truths that this leaves."""
    share, state = copying.likeliest()
    low = _edge(copying, share, state, lambda at: at - STEP)
    high = _edge(copying, share, state, lambda at: at + STEP)
    return Span(share, low, high, float(copying.shown)), state


def _edge(copying: Copying, share: float, state: State, further: Callable[[float], float]) -> float:
    """Where the log-likelihood has dropped enough, its slope taken up step by step."""
    at, slope, height = share, 0.0, 0.0
    if share == 0.0:
        state = copying.settled(state, TINY)
        slope = min(0.0, _slope(copying, state, TINY))
    while 0.0 <= at <= MOST_SHARE:
        to = further(at)
        if to < 0.0 and at == 0.0:
            break
        to = max(to, 0.0)
        looked = min(max(to, TINY), MOST_SHARE)
        state = copying.settled(state, looked)
        steep = _slope(copying, state, looked)
        change = (slope + steep) / 2 * (to - at)
        if height + change <= -DROP:
            return at + (to - at) * (height + DROP) / -change
        at, slope, height = to, steep, height + change
    return min(max(at, 0.0), 1.0)


def _slope(copying: Copying, state: State, share: float) -> float:
    return (state.copies - share * copying.shown) / (share * (1.0 - share))
