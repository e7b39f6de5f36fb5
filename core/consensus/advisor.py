"""What a model's word is worth, band by band of its confidence, as people's answers showed it; plain Python.

Each band is like a worker of its own. What it says about the truth was learned from people alone, so a model
and the first person who agrees with it can never confirm each other.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.consensus.crowd import Crowd, Evidence

EDGES = (0.0, 0.5, 0.7, 0.85, 0.95)
"""Where the bands of confidence begin."""

ENOUGH_AUDITED = 30
"""So many audited tasks at least, of which the model would have been sure enough, before it may settle any alone."""
TOGETHER_WITH_PEOPLE = 0.5
"""A model errs together with people half as much as they do among themselves: so it is where half of its errors lie
where people err, and repeat them."""
TOLERANCE = 0.02
"""The bound of its error may be so much above what the target allows: people, who judge it, err too."""
BOUND = 0.9
"""How sure the bound of the error is."""


@dataclass(frozen=True, slots=True)
class Band:
    """Of what the model said with such a confidence, how much people have judged, and how it came out."""

    least: float
    """The lowest confidence in it."""
    tasks: float
    """Tasks that people judged, as many as they count for."""
    right: float
    """The share in which the model said the truth, by people alone."""
    says: tuple[tuple[float, ...], ...]
    """(K, K) P(says l | truth k), truth by truth, drawn towards saying nothing while little was judged."""


@dataclass(frozen=True, slots=True)
class Audit:
    """Tasks judged by people alone, and what the model alone would have done with them."""

    tasks: int
    """Audited tasks and gold of which the model said something."""
    claimed: int
    """Those of them that the model would have settled without asking anybody."""
    wrong: float
    """In how many of these it would have been wrong, as people's answers make it likeliest."""
    bound: float
    """The error among them is below this, nine times in ten; 1 before any."""
    allowed: float
    """What the bound may be."""

    @property
    def passed(self) -> bool:
        """Whether the model may settle tasks alone."""
        return self.claimed >= ENOUGH_AUDITED and self.bound <= self.allowed

    @property
    def failed(self) -> bool:
        """Whether what it settled alone must be asked again: not for a bound that is only uncertain."""
        return self.claimed >= ENOUGH_AUDITED and self.wrong > self.allowed * self.claimed

    @property
    def error(self) -> float | None:
        """The share that would have been wrong; None before any."""
        return self.wrong / self.claimed if self.claimed else None


NO_AUDIT = Audit(0, 0, 0.0, 1.0, 0.0)


@dataclass(frozen=True, slots=True)
class Advisor:
    """One version of one model."""

    model_id: int
    bands: tuple[Band, ...]
    audit: Audit = NO_AUDIT

    @property
    def alone(self) -> bool:
        """Whether what was measured allows it to settle tasks that nobody answered."""
        return self.audit.passed

    def evidence(self, label: int, confidence: float) -> Evidence:
        """log P(the model says `label` so surely | truth = k), for every label k."""
        says = self.bands[band_of(confidence)].says
        return tuple(math.log(row[label]) for row in says)

    def as_json(self) -> dict[str, Any]:
        """Plain lists and numbers."""
        bands = [[one.least, one.tasks, one.right, one.says] for one in self.bands]
        audit = self.audit
        return {
            "model": self.model_id,
            "bands": bands,
            "audit": [audit.tasks, audit.claimed, audit.wrong, audit.bound, audit.allowed],
        }

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Advisor:
        """What `as_json` wrote."""
        bands = tuple(
            Band(least, tasks, right, tuple(tuple(row) for row in says))
            for least, tasks, right, says in kept["bands"]
        )
        return cls(kept["model"], bands, Audit(*kept["audit"]))


def band_of(confidence: float) -> int:
    """The place of the band that a confidence lies in; what is no number lies in the lowest."""
    return sum(confidence >= edge for edge in EDGES[1:])


def counts_as(crowd: Crowd, advice: Evidence) -> float:
    """As how much of an answer a model's word counts where answers err together: as it says, beside what one of
    the crowd usually says, and never more than one."""
    if not advice:
        return 0.0
    size = len(crowd.prior)
    right = math.fsum(
        chance * row[at] for at, (chance, row) in enumerate(zip(crowd.prior, crowd.pooled, strict=True))
    )
    usual = math.log(max(right * (size - 1) / (1 - right), 1.01)) if right < 1 else 1.0
    return TOGETHER_WITH_PEOPLE * min(1.0, (max(advice) - min(advice)) / usual)


def of_model(advisors: Sequence[Advisor], model_id: int) -> Advisor | None:
    """What is believed of a model; None for one of which nothing was learned."""
    return next((one for one in advisors if one.model_id == model_id), None)
