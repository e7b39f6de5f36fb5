"""What suggestions do to answers, from the standing answers and what was on screen at each: for a refit."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from core.consensus.anchoring import Anchoring, Span
from core.consensus.crowd import RIGHT, Crowd, Fit
from core.learning.anchoring.cards import SCREENS, Cards, On
from core.learning.anchoring.copying import Copying, copied
from core.learning.anchoring.pace import pace, seconds
from core.learning.anchoring.spans import NORMAL, difference, share
from core.learning.record import Record

__all__ = ["SCREENS", "Cards", "On", "anchoring"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

USUAL, USUAL_WEIGHT = 0.3, 20.0
"""Before anything is seen, three suggestions in ten are simply taken: a beta prior worth so many answers."""
FEWEST = 20
"""Answers with a suggestion on screen, and others without, before anything is said of copies."""
WIDE = 8_000
"""Of more answers, only every so-manieth task is looked into: an interval of some four points to either side."""


def anchoring(record: Record, fit: Fit, cards: Cards) -> Anchoring:
    """Counts, copies, mistakes taken over, time and rightness; a pure function, never an error, never infinite.

    The truths are those of `fit` seen anew: each answer counts for as much as it was not copied. Only tasks
    that more than one person answered, or of known truth, say what is right.
    """
    shown, withheld = cards.on(On.SHOWN), cards.on(On.WITHHELD)
    agrees = (record.labels == cards.suggested).astype(np.float64)
    used, some = _thinned(record, cards)
    inner = _Truths(used, some, fit)
    taken = _taken(inner.copied)
    right_shown, right_withheld = inner.right(On.SHOWN), inner.right(On.WITHHELD)
    return Anchoring(
        shown=int(shown.sum()),
        withheld=int(withheld.sum()),
        planted=int(cards.on(On.PLANTED).sum()),
        agreed_shown=_share(record, agrees, weights=shown.astype(np.float64)),
        agreed_withheld=_share(record, agrees, weights=withheld.astype(np.float64)),
        copied=inner.copied,
        followed_wrong=inner.wrong(On.SHOWN, On.PLANTED),
        wrong_alone=inner.wrong(On.WITHHELD),
        seconds_shown=seconds(cards.times[shown]),
        seconds_withheld=seconds(cards.times[withheld]),
        pace=_pace(record, cards),
        right_shown=right_shown,
        right_withheld=right_withheld,
        helped=difference(right_shown, right_withheld),
        taken=taken,
        discount=discount(taken, fit.crowd),
    )


def discount(taken: float, crowd: Crowd) -> float:
    """The share of its log-odds that an accepted suggestion loses when that share is simply taken, 0 … 1.

    One minus log[(a + (1 - a)·p) / (a + (1 - a)·q)] / log(p / q), for an ordinary person who says what is
    right with chance p and a certain wrong label with chance q. A refused suggestion loses nothing.
    """
    size = len(crowd.prior)
    if size < 2:
        return taken
    right = sum(
        chance * row[label] for label, (chance, row) in enumerate(zip(crowd.prior, crowd.pooled, strict=True))
    )
    right = min(max(right, (1.0 + 1.0 / size) / 2 if size > 2 else RIGHT - 0.15), 0.95)
    wrong = (1.0 - right) / (size - 1)
    left = math.log((taken + (1.0 - taken) * right) / (taken + (1.0 - taken) * wrong))
    return min(max(1.0 - left / math.log(right / wrong), 0.0), 1.0)


def _taken(found: Span | None) -> float:
    """The share of copies, drawn to the usual one by as many answers as its interval is worth."""
    if found is None:
        return USUAL
    deviation = max(found.high - found.value, found.value - found.low, 1e-3) / NORMAL
    middle = (found.low + found.high) / 2
    worth = max(middle * (1.0 - middle), 1e-4) / deviation**2
    return (USUAL * USUAL_WEIGHT + found.value * worth) / (USUAL_WEIGHT + worth)


def _share(record: Record, hits: Floats, *, weights: Floats) -> Span | None:
    return share(hits, weights=weights, tasks=record.tasks, workers=record.workers)


def _pace(record: Record, cards: Cards) -> Span | None:
    compared = cards.on(On.SHOWN, On.WITHHELD)
    shown = cards.on(On.SHOWN)[compared]
    return pace(cards.times[compared], shown=shown, workers=record.workers[compared])


def _thinned(record: Record, cards: Cards) -> tuple[Record, Cards]:
    """At most about `WIDE` answers, whole tasks."""
    every = -(-len(record.tasks) // WIDE)
    if every <= 1:
        return record, cards
    kept = record.tasks % every == 0
    some = Record(
        record.tasks[kept],
        record.workers[kept],
        record.labels[kept],
        record.known,
        record.workers_n,
        record.labels_n,
    )
    return some, cards.kept(kept)


class _Truths:
    """What is right, as far as more than one person or a known truth says it, and how much was copied."""

    def __init__(self, record: Record, cards: Cards, fit: Fit) -> None:
        answers = np.bincount(record.tasks, minlength=record.tasks_n)
        self.telling = ((answers >= 2) | (record.known >= 0))[record.tasks]
        self.record, self.cards = record, cards
        self.copied: Span | None = None
        truth = fit.posterior
        visible = cards.on(On.SHOWN, On.PLANTED)
        told = int((visible & self.telling).sum())
        if record.labels_n > 1 and min(told, int((~visible & self.telling).sum())) >= FEWEST:
            self.copied, state = copied(Copying(record, cards, fit))
            truth = state.truth
        self.truth = truth[record.tasks]

    def right(self, *screens: On) -> Span | None:
        """How often answers with this on screen are right."""
        weights = (self.cards.on(*screens) & self.telling).astype(np.float64)
        return _share(self.record, self._chance(self.record.labels), weights=weights)

    def wrong(self, *screens: On) -> Span | None:
        """How often wrong suggestions are what people say."""
        rows = (self.cards.on(*screens) & self.telling).astype(np.float64)
        weights = np.clip(rows * (1.0 - self._chance(np.maximum(self.cards.suggested, 0))), 0.0, 1.0)
        agrees = (self.record.labels == self.cards.suggested).astype(np.float64)
        return _share(self.record, agrees, weights=weights)

    def _chance(self, labels: NDArray[np.int32]) -> Floats:
        """(n,) How likely each of these labels is the truth of its row's task."""
        found: Floats = self.truth[np.arange(len(labels)), labels]
        return found
