"""The rules of conduct as data: what each watches, and from how much evidence on it does what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum, StrEnum


class Rule(StrEnum):
    """What is watched; each is also the reason that a worker is told (`core.domain.standing.REASONS`)."""

    CARELESS = "careless"  # answers do not follow the tasks: gold, what others said and time, weighed together
    TOO_FAST = "too_fast"
    SAME_ANSWER = "same_answer"
    COPYING = "copying"  # accepts every suggestion, the wrong ones too
    GOLD = "gold"
    SKIPS = "skips"
    OVERDUE = "overdue"


class Strictness(StrEnum):
    """How much evidence a rule wants before it does something."""

    OFF = "off"
    MILD = "mild"
    NORMAL = "normal"
    STRICT = "strict"


class Step(IntEnum):
    """The ladder, from the mildest to the hardest; a rule takes one step at a time."""

    NONE = 0
    NUDGE = 1
    MORE_GOLD = 2
    PAUSE = 3
    RESTRICT = 4  # no more tasks of this project, and a moderator looks


Ladder = tuple[float, float, float, float]
"""From how much on each step is taken: nats of evidence, or cards in a row."""

LADDERS: Mapping[Rule, Ladder] = {
    Rule.CARELESS: (7.0, 11.0, 14.0, 17.0),
    Rule.TOO_FAST: (5.0, 7.5, 10.5, 13.5),
    Rule.SAME_ANSWER: (6.0, 8.5, 11.5, 14.5),
    Rule.COPYING: (4.5, 6.5, 9.5, 12.5),
    Rule.GOLD: (6.0, 10.0, 13.0, 16.0),
    Rule.SKIPS: (10, 20, 30, 45),
    Rule.OVERDUE: (2, 4, 6, 8),
}
"""One set for every project; calibrated by `tests/benchmarks/rules.py` (docs/benchmarks.md)."""

COUNTED = frozenset({Rule.SKIPS, Rule.OVERDUE})
"""These count cards in a row; all others weigh evidence."""
FACTOR: Mapping[Strictness, float] = {Strictness.MILD: 1.5, Strictness.NORMAL: 1.0, Strictness.STRICT: 0.75}
"""What the ladder is multiplied by."""
PAUSE = timedelta(hours=6)
"""How long a rule pauses somebody's work."""
MORE_GOLD = 0.3
"""The share of known tasks from the second step on."""
FORGIVEN = 0.25
"""Below this part of its first step, what a rule has taken against somebody is forgotten."""

Setting = Mapping[Rule, Strictness]


@dataclass(frozen=True, slots=True)
class Taken:
    """A rule takes a step."""

    rule: Rule
    step: Step


def ladder(rule: Rule, strictness: Strictness) -> tuple[float, ...]:
    """The evidence for each step; none for a rule that is off. Counts are whole."""
    if strictness is Strictness.OFF:
        return ()
    factor = FACTOR[strictness]
    if rule in COUNTED:
        return tuple(float(round(one * factor)) for one in LADDERS[rule])
    return tuple(one * factor for one in LADDERS[rule])


def step_at(rule: Rule, strictness: Strictness, evidence: float) -> Step:
    """How far up the ladder so much evidence leads."""
    return Step(sum(evidence >= one for one in ladder(rule, strictness)))
