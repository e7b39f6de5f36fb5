"""How far a posterior can be believed: real crowds err together, and only tasks of known truth tell how much."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

LEAST_GOLD = 10
"""Below this many answered tasks of known truth no percentage is shown, and the constants below stand alone."""

TOGETHER = 0.2
"""How alike two answers to one task err (an intraclass correlation): n answers weigh as n / (1 + 0.2 (n - 1)).
Kish's design effect; of 0 to 0.4, 0.2 described recorded crowds best, whatever their labels and sizes."""

MOST_TOGETHER = 11
"""More answers than this weigh against a posterior no further: the crowds this was measured on gave ten."""

EXPONENT, EXPONENT_SPREAD = 0.1, 0.3
"""The natural logarithm of the exponent, over recorded crowds that agree as usual: mean and standard deviation."""

UNCHECKED, UNCHECKED_SPREAD = 0.15, 0.2
"""The same for a project whose answers nobody has looked at: five strangers who all say the same of two labels
settle a task at the usual target, as whoever begins without gold expects."""

USUAL_AGREEMENT = 0.43
LEAST_AGREEMENT, MOST_AGREEMENT = 0.25, 0.7
"""Krippendorff's alpha of recorded crowds: the mean, and what was seen; beyond that nothing is made of it."""

BY_AGREEMENT = -1.0
"""By how much the expected logarithm changes per whole of alpha. Who disagrees visibly errs each in their own way,
which posteriors know of; where people agree, the errors that are left are those that all of them make."""

LAPSE, LAPSE_SPREAD = -3.4, 1.4
"""The log-odds that a task's answers, however alike, tell nothing of its truth: over recorded and made-up crowds
the median was 2.7 %, here a cautious 3.2 %, and one crowd in thirty is above 30 %."""

NODES = tuple(float(step) for step in range(-3, 4))
"""Where the exponent is looked at, in standard deviations from its mean."""

LEAST_CLAIMED = 5
"""With fewer gold tasks that reached a claim nothing is said about it."""

TRUSTS = (0.25, 0.5, 0.75, 1.0)
"""How much of a model's word may count beside people's: less than all, since it errs where they err. Before any
gold each of these is as likely, and their mean counts."""
TRUST = sum(TRUSTS) / len(TRUSTS)

TINY = 1e-300


@dataclass(frozen=True, slots=True)
class Node:
    """One possible exponent, how probable it is, and the lapse to expect with it."""

    exponent: float
    lapse: float
    weight: float


@dataclass(frozen=True, slots=True)
class Held:
    """Of the gold tasks that were claimed at `claimed` or more without their truth, how many were right."""

    claimed: float
    right: float
    among: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """What is believed of the exponent and the lapse after `gold` tasks of known truth were answered."""

    gold: int
    nodes: tuple[Node, ...]
    held: tuple[Held, ...] = ()
    trust: float = TRUST
    """How much of what a model's word says by itself counts beside what people say."""

    @classmethod
    def unknown(cls, *, gold: int = 0, agreement: float | None = None) -> Calibration:
        """The stated constants, for a project with too little gold; `agreement` is the answers' alpha, if known."""
        if agreement is None:
            return cls(gold, _stated(UNCHECKED, UNCHECKED_SPREAD))
        return cls(gold, _stated(expected_exponent(agreement), EXPONENT_SPREAD))

    @property
    def measured(self) -> bool:
        """Whether a percentage may be shown."""
        return self.gold >= LEAST_GOLD

    def as_json(self) -> dict[str, Any]:
        """Plain lists and numbers."""
        return {
            "gold": self.gold,
            "nodes": [[node.exponent, node.lapse, node.weight] for node in self.nodes],
            "held": [[one.claimed, one.right, one.among] for one in self.held],
            "trust": self.trust,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Calibration:
        """What `as_json` wrote."""
        return cls(
            int(kept["gold"]),
            tuple(Node(*map(float, node)) for node in kept["nodes"]),
            tuple(Held(*map(float, one)) for one in kept["held"]),
            float(kept.get("trust", TRUST)),
        )


def calibrated(calibration: Calibration, posterior: Sequence[float], *, answers: float) -> tuple[float, ...]:
    """The chances of each label as they come true: Σ w · ((1 - lapse) · posterior^b / Σ posterior^b + lapse / K).

    b is the exponent over the design effect of that many answers; what says less than an answer may count as a
    part of one. The order of the labels by their
    chances never changes, and with no answers at all the prior stays as it is.
    """
    if answers <= 0 or len(posterior) < 2:
        return tuple(posterior)
    logs = [math.log(max(chance, TINY)) for chance in posterior]
    most = max(logs)
    below = [log - most for log in logs]
    together = 1 + TOGETHER * (min(max(answers, 1), MOST_TOGETHER) - 1)
    chances = [0.0] * len(logs)
    for node in calibration.nodes:
        powers = [math.exp(log * node.exponent / together) for log in below]
        share = node.weight * (1 - node.lapse) / sum(powers)
        even = node.weight * node.lapse / len(logs)
        for at, power in enumerate(powers):
            chances[at] = chances[at] + share * power + even
    return tuple(chances)


def claim(calibration: Calibration, target: float) -> tuple[int, int] | None:
    """Of the tasks claimed at `target`, about how many in 100 are right, and the margin at 95 %.

    Counted on gold only, each task judged by a calibration that never saw its truth; mean and spread
    of Jeffreys' Beta(right + ½, wrong + ½). None while there is too little to count.
    """
    reached = [one for one in calibration.held if one.claimed <= target + 1e-9]
    if not calibration.measured or not reached or reached[-1].among < LEAST_CLAIMED:
        return None
    last = reached[-1]
    mean = (last.right + 0.5) / (last.among + 1)
    spread = math.sqrt(mean * (1 - mean) / (last.among + 2))
    return round(100 * mean), math.ceil(196 * spread)


def expected_exponent(agreement: float | None) -> float:
    """The mean of the exponent's logarithm before any gold tells, by the alpha of the answers; None: as usual."""
    alpha = USUAL_AGREEMENT if agreement is None else agreement
    return EXPONENT + BY_AGREEMENT * (min(MOST_AGREEMENT, max(LEAST_AGREEMENT, alpha)) - USUAL_AGREEMENT)


def _stated(exponent: float, spread: float) -> tuple[Node, ...]:
    lapse = odds_to_chance(LAPSE)
    weights = [math.exp(-node * node / 2) for node in NODES]
    return tuple(
        Node(math.exp(exponent + spread * node), lapse, weight / sum(weights))
        for node, weight in zip(NODES, weights, strict=True)
    )


def odds_to_chance(log_odds: float) -> float:
    """The chance whose log-odds these are."""
    return 1 / (1 + math.exp(-log_odds))
