"""Haste: workers most of whose answers came before anybody could have read the task."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from core.consensus.finding import Finding, Suspicion, strength
from core.learning.suspicion.others import Floats, Others

LEAST = 20
"""Timed answers before anybody is judged by them."""
TIMED_WORKERS = 5
"""Workers that make a crowd to be compared with."""
QUICK = 0.25
"""Faster than this share of the crowd's median, hardly anybody has read."""
INSTANT_MS = 300.0
"""Nobody reads and taps within this, whatever the crowd does."""
HASTY, SOMETIMES = 0.85, 0.35
"""The share of such answers in hasty work, and the most that a quick honest worker has."""
CAREFUL, SHORT = 0.9, 0.1
"""Who surely reads and is right hardly less often than others is quick, not careless: that accuses nobody."""
HASTE = 0.01
"""The share of workers who are so, before looking."""


def too_fast(others: Others, times: Floats, *, careful: Floats) -> Iterator[Finding]:
    """From milliseconds per answer (NaN: unknown); `careful` (W,) is the chance that a worker reads."""
    record = others.record
    timed = np.flatnonzero(np.isfinite(times) & (times > 0.0))
    order = timed[np.lexsort((times[timed], record.workers[timed]))]
    answers = np.bincount(record.workers[timed], minlength=record.workers_n)
    starts = np.concatenate(([0], np.cumsum(answers)))
    enough = np.flatnonzero(answers >= LEAST)
    medians = np.full(record.workers_n, np.nan)
    medians[enough] = times[order[starts[enough] + answers[enough] // 2]]
    readers = enough[careful[enough] > 0.5]
    if len(readers) < TIMED_WORKERS:
        return
    crowd = float(np.median(medians[readers]))
    limit = max(INSTANT_MS, QUICK * crowd)
    quick = np.bincount(record.workers[timed], weights=times[timed] < limit, minlength=record.workers_n)
    usual = np.median(quick[readers] / answers[readers])
    sometimes = min(max(SOMETIMES, 3.0 * float(usual)), HASTY - 0.1)
    gain = quick * np.log(HASTY / sometimes) + (answers - quick) * np.log((1.0 - HASTY) / (1.0 - sometimes))
    right, expected = others.share(others.right), others.share(others.expected)
    for worker in enough:
        odds = strength(float(gain[worker] + np.log(HASTE)))
        if odds is None or (careful[worker] > CAREFUL and right[worker] > expected[worker] - SHORT):
            continue
        yield Finding(
            worker=int(worker),
            kind=Suspicion.TOO_FAST,
            strength=odds,
            evidence={
                "answers": int(answers[worker]),
                "share": float(quick[worker] / answers[worker]),
                "limit_ms": limit,
                "median_ms": float(medians[worker]),
                "crowd_ms": crowd,
                "right": float(right[worker]),
                "expected": float(expected[worker]),
            },
        )
