"""Following: workers who accept whatever the model suggests, also where it is wrong."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from core.consensus.finding import Finding, Suspicion, strength
from core.learning.suspicion.others import Floats, Others, summed

DOUBTLESS = 0.7
"""How likely wrong, going by the others, a suggestion must be to count as wrong."""
LEAST_WRONG = 6.0
"""Wrong suggestions somebody must have met, in expectation."""
FOLLOWS = 0.95
"""The share of suggestions a follower accepts, right or wrong."""
LENIENT, MOST_LENIENT = 0.4, 0.65
"""The share of wrong suggestions that an honest worker may accept, at least and at most allowed for."""
FOLLOWERS = 0.02
"""The share of workers who are so, before looking."""


def following(others: Others, suggested: NDArray[np.int32]) -> Iterator[Finding]:
    """From the suggestion on screen at each answer (-1: none)."""
    record = others.record
    rows = np.flatnonzero(suggested >= 0)
    workers, shown = record.workers[rows], suggested[rows]
    wrong = 1.0 - others.truth[rows, shown]
    # Doubtful truths are no evidence: only suggestions that others make unlikely are counted.
    wrong = np.where(wrong > DOUBTLESS, wrong, 0.0)
    taken = (record.labels[rows] == shown).astype(np.float64)

    def total(column: Floats) -> Floats:
        return summed(workers, column, size=record.workers_n)

    met, fell, seen, accepted = total(wrong), total(wrong * taken), total(np.ones(len(rows))), total(taken)
    enough = np.flatnonzero(met >= LEAST_WRONG)
    if not len(enough):
        return
    usual = float(np.median(fell[enough] / met[enough]))
    lenient = min(max(LENIENT, 1.5 * usual), MOST_LENIENT)
    refused = met - fell
    # Refusing right suggestions is no following either, so every refusal counts against it.
    refused_right = np.maximum(0.0, seen - accepted - refused)
    gain = fell * np.log(FOLLOWS / lenient) + refused * np.log((1.0 - FOLLOWS) / (1.0 - lenient))
    gain -= refused_right * 0.5
    for worker in enough:
        odds = strength(float(gain[worker] + np.log(FOLLOWERS)))
        if odds is None:
            continue
        yield Finding(
            worker=int(worker),
            kind=Suspicion.FOLLOWING,
            strength=odds,
            evidence={
                "shown": int(seen[worker]),
                "accepted": float(accepted[worker] / seen[worker]),
                "wrong": float(met[worker]),
                "wrong_accepted": float(fell[worker] / met[worker]),
                "crowd_wrong_accepted": usual,
            },
        )
