"""Votes weighed by what is believed of who gave them, and a confidence that was checked on gold."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from operator import add

from core.consensus.advisor import counts_as
from core.consensus.believed import Believed
from core.consensus.calibration import calibrated
from core.consensus.contract import (
    Agreement,
    Ask,
    Escalate,
    Learner,
    Overlap,
    Settle,
    Verdict,
    Vote,
)
from core.consensus.crowd import Evidence

FEWEST_OF_STRANGERS = 2
"""So many must agree while nobody among them is known: one stranger's word settles nothing, and two show
what to think of each other."""
CLEAR = 2.0
"""The others contradict an answer when they think another label this many times as likely."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """A method whose votes weigh what its learner learned."""

    learner: Learner

    @property
    def name(self) -> str:
        """The learner's."""
        return self.learner.name

    def verdict(
        self,
        votes: Sequence[Vote],
        *,
        believed: Believed,
        asked: int,
        overlap: Overlap,
        advice: Evidence = (),
    ) -> Verdict:
        """Settle when the calibrated confidence passes the target; one more answer at a time until then.

        A model's word counts as one more answer, or as a part of one where it says less. Where nobody need be
        asked at all, it may be the only one.
        """
        alone = not overlap.least and bool(advice)
        if not votes and not alone:
            return Ask(max(1, overlap.least), None, 0.0)
        said = [vote.evidence for vote in votes]
        answers: float = len(said)
        if advice:
            said.append(advice)
            answers += counts_as(believed.crowd, advice)
        chances = calibrated(believed.calibration, posterior(believed, said), answers=answers)
        best = max(chances)
        leading = believed.labels[chances.index(best)]
        least = overlap.least
        if not alone and not any(vote.known for vote in votes):
            least = min(max(least, FEWEST_OF_STRANGERS), overlap.most)
        if asked < least:
            return Ask(least, leading, best)
        if best >= overlap.confidence:
            return Settle(leading, best)
        if asked >= overlap.most:
            return Escalate(leading, best)
        return Ask(asked + 1, leading, best)

    def agreement(
        self, votes: Sequence[Vote], *, person_id: int, believed: Believed, kind: Agreement
    ) -> Fraction:
        """The best agreement with a label that the other people's votes do not clearly contradict."""
        own = next(vote.value for vote in votes if vote.person_id == person_id)
        others = [vote.evidence for vote in votes if vote.person_id != person_id]
        if not others:
            return Fraction(1)
        chances = posterior(believed, others)
        least = max(chances) / CLEAR
        return max(
            kind(own, label)
            for label, chance in zip(believed.labels, chances, strict=True)
            if chance >= least
        )


def posterior(believed: Believed, evidence: Iterable[Evidence]) -> tuple[float, ...]:
    """P(truth = k | votes) ∝ P(k) · Π P(vote | k): Dawid and Skene (1979), eq. 2.5."""
    logs = [math.log(chance) for chance in believed.crowd.prior]
    for row in evidence:
        if len(row) == len(logs):
            logs = list(map(add, logs, row))
    most = max(logs)
    weights = [math.exp(one - most) for one in logs]
    whole = sum(weights)
    return tuple(weight / whole for weight in weights)
