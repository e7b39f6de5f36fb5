"""Slow burn: workers who answered well, and from some answer on without reading."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp

from core.consensus.finding import Finding, Suspicion, strength
from core.learning.suspicion.others import Floats, Others, Whole

GOOD_FIRST, BAD_AFTER = 20, 15
"""A turn needs this many answers before and after it to be one."""
SKILLED = (0.45, 0.6, 0.75, 0.9, 0.97)
"""Before the turn."""
TIRED = (0.3, 0.5)
"""What an honest worker may come down to in a harder stretch: such a turn accuses nobody."""
DROP = 0.1
"""How much less often right than before, and than others, somebody must have become."""
TURNING, TIRING = np.log(0.01), np.log(0.1)
"""How common both are, before looking."""


@dataclass(frozen=True, slots=True)
class Turn:
    """The likeliest turn of one worker: after how many answers, and the log odds that there is one."""

    at: int
    log_odds: float


def slow_burn(others: Others, steady: Floats) -> Iterator[Finding]:
    """Who turned; `steady` is the log probability (W,) of each worker's answers without a turn."""
    record = others.record
    order = np.argsort(record.workers, kind="stable")
    starts = np.concatenate(([0], np.cumsum(others.answers)))
    right, labels = others.right[order], record.labels[order].astype(np.int64)
    expected = others.expected[order]
    for worker in np.flatnonzero(others.answers >= GOOD_FIRST + BAD_AFTER):
        own = slice(starts[worker], starts[worker + 1])
        found = turn(right[own], labels=labels[own], steady=float(steady[worker]), labels_n=record.labels_n)
        odds = strength(found.log_odds)
        if odds is None:
            continue
        before, after = (float(part.mean()) for part in np.split(right[own], [found.at]))
        usual = float(expected[own][found.at :].mean())
        if after > min(before, usual) - DROP:
            continue
        yield Finding(
            worker=int(worker),
            kind=Suspicion.SLOW_BURN,
            strength=odds,
            evidence={
                "answers": int(others.answers[worker]),
                "since": found.at,
                "right_before": before,
                "right_after": after,
                "expected_after": usual,
            },
        )


def turn(right: Floats, *, labels: Whole, steady: float, labels_n: int) -> Turn:
    """One worker's answers in order: each with its probability to be right, and its label."""
    n = len(right)
    first = habit(labels, labels_n=labels_n)[labels]
    late = habit(labels[-max(BAD_AFTER, n // 3) :], labels_n=labels_n)[labels]
    split = slice(GOOD_FIRST, n - BAD_AFTER + 1)
    before = logsumexp([_so_far(first, right, skill)[split] for skill in SKILLED], axis=0)
    careless = _from_here(np.log(late))[split]
    tired = logsumexp([_from_here(np.log((1.0 - s) * late + s * right))[split] for s in TIRED], axis=0)
    splits = np.log(n - GOOD_FIRST - BAD_AFTER + 1)
    turned = TURNING - splits - np.log(len(SKILLED)) + before + careless
    tiring = TIRING - splits - np.log(len(SKILLED) * len(TIRED)) + float(logsumexp(before + tired))
    rivals = float(np.logaddexp(steady, tiring))
    return Turn(int(turned.argmax()) + GOOD_FIRST, float(logsumexp(turned) - rivals))


def habit(labels: Whole, *, labels_n: int) -> Floats:
    """(K,) How often somebody says each label."""
    times = np.bincount(labels, minlength=labels_n).astype(np.float64)
    return (times + 2.0 / labels_n) / (len(labels) + 2.0)


def _so_far(guess: Floats, right: Floats, skill: float) -> Floats:
    """(n+1,) Log probability of the answers before each place."""
    return np.concatenate(([0.0], np.cumsum(np.log((1.0 - skill) * guess + skill * right))))


def _from_here(log: Floats) -> Floats:
    """(n+1,) The sum from each place to the end."""
    return np.concatenate((np.cumsum(log[::-1])[::-1], [0.0]))
