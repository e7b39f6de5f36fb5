"""What makes a worker suspect, with the numbers that a moderator decides by."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Suspicion(StrEnum):
    """Ways of answering that are worth a moderator's look."""

    RANDOM = "random"
    CONSTANT = "constant"
    CONTRARY = "contrary"
    SLOW_BURN = "slow_burn"
    COLLUDING = "colluding"
    TOO_FAST = "too_fast"
    FOLLOWING = "following"


CERTAIN = 20.0
"""Odds from which a worker is named: naming the honest is worse than missing a spammer for another day."""
MOST = 1e9
"""Beyond this, odds say nothing more."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One worker, by index, and why; `strength` are the odds to one that it is so rather than honest work.

    The odds include how rare such workers are among as many as were looked at. `evidence` depends on the
    kind: counts, shares between 0 and 1, milliseconds, and under `with` another worker's index.
    """

    worker: int
    kind: Suspicion
    strength: float
    evidence: Mapping[str, float]


def strength(log_odds: float) -> float | None:
    """The odds as a person reads them, or None where they are too small to name anybody."""
    if log_odds < math.log(CERTAIN):
        return None
    return math.exp(min(log_odds, math.log(MOST)))
