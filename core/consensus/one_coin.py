"""One-coin: how often a person is right is all that tells people apart; errors fall as the whole crowd's do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.consensus.crowd import SKILL_ALONE, Crowd, Evidence, evidence, unseen

if TYPE_CHECKING:
    from core.consensus.crowd import Fit
    from core.learning.record import Record


class OneCoin:
    """For few answers, or few answers a person."""

    name = "one_coin"

    def start(self, labels_n: int) -> Crowd:
        """Before anything is known of the crowd."""
        return unseen(labels_n, strength=SKILL_ALONE)

    def refit(self, record: Record) -> Fit:
        """Everything anew from the answers alone; a pure function of the record."""
        from core.learning.kernel import SKILL_ALONE, refit  # NumPy stays off the path of an event

        return refit(record, SKILL_ALONE)

    def evidence(self, crowd: Crowd, counts: Sequence[float] | None, label: int) -> Evidence:
        """log P(this person says `label` | truth = k) for every k; None for a newcomer."""
        return evidence(crowd, counts, label)


LEARNER = OneCoin()
