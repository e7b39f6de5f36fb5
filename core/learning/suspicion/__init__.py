"""Who answers without reading: spammers named from the standing answers, with the numbers that show it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.consensus.finding import Finding, Suspicion
from core.learning.record import Record
from core.learning.suspicion.careless import careless
from core.learning.suspicion.following import following
from core.learning.suspicion.habits import among_readers, habits
from core.learning.suspicion.haste import too_fast
from core.learning.suspicion.others import Floats, listen
from core.learning.suspicion.sharing import colluding
from core.learning.suspicion.turning import slow_burn

__all__ = ["Finding", "Suspicion", "suspicions"]


def suspicions(
    record: Record,
    counts: Floats,
    *,
    times: Floats | None = None,
    suggested: NDArray[np.int32] | None = None,
) -> tuple[Finding, ...]:
    """Who is to be looked at, surest first, from the answers and a refit's soft counts (W, K, K).

    `times` are milliseconds per answer (NaN: unknown), `suggested` the label on screen (-1: none).
    """
    if len(record.tasks) == 0 or record.labels_n < 2:
        return ()
    others = among_readers(listen(record, counts), counts)
    ways = habits(others)
    found = [*colluding(others, honest=ways.honest)]
    if found:
        # A group speaks with one voice; else those who contradict it would look careless.
        trust = np.ones(record.workers_n)
        for finding in found:
            trust[finding.worker] = 1.0 / (1.0 + finding.evidence["partners"])
        others = among_readers(listen(record, counts, trust=trust), counts)
        ways = habits(others)
    turned = [*slow_burn(others, ways.evidence)]
    since = {finding.worker for finding in turned}
    found += turned + [finding for finding in careless(others, ways) if finding.worker not in since]
    if times is not None:
        found += too_fast(others, times, careful=ways.honest)
    if suggested is not None:
        found += following(others, suggested)
    return tuple(sorted(found, key=lambda one: (-one.strength, one.worker, one.kind)))
