"""The rules of conduct as data: what each watches, and from how much evidence on it does what."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import IntEnum, StrEnum


class Rule(StrEnum):
    """What is watched; each is also the reason that a worker is told (`core.domain.standing.REASONS`)."""

    CARELESS = (
        "careless"  # answers do not follow the tasks: gold, what others said and time, weighed together
    )
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


Ladder = Mapping[Step, float]
"""From how much on each step is taken: nats of evidence, or cards in a row."""


def _ladder(nudge: float, more_gold: float, pause: float, restrict: float) -> Ladder:
    return {Step.NUDGE: nudge, Step.MORE_GOLD: more_gold, Step.PAUSE: pause, Step.RESTRICT: restrict}


LADDERS: Mapping[Rule, Ladder] = {
    Rule.CARELESS: _ladder(8.0, 12.5, 15.5, 18.5),
    Rule.TOO_FAST: _ladder(4.5, 7.2, 10.2, 13.2),
    Rule.SAME_ANSWER: _ladder(6.0, 8.5, 11.5, 14.5),
    Rule.COPYING: _ladder(5.0, 7.5, 10.5, 13.5),
    Rule.GOLD: _ladder(6.0, 10.0, 13.0, 16.0),
    Rule.SKIPS: {Step.NUDGE: 10, Step.PAUSE: 25, Step.RESTRICT: 45},
    Rule.OVERDUE: {Step.NUDGE: 2, Step.PAUSE: 4, Step.RESTRICT: 6},
}
"""One set for every project; calibrated by `tests/benchmarks/rules.py` (docs/benchmarks.md)."""

COUNTED = frozenset({Rule.SKIPS, Rule.OVERDUE})
"""These count cards in a row; all others weigh evidence."""
FACTOR: Mapping[Strictness, float] = {Strictness.MILD: 1.5, Strictness.NORMAL: 1.0, Strictness.STRICT: 0.75}
"""What the ladder is multiplied by."""
PAUSE = timedelta(hours=6)
"""How long a rule pauses somebody's work."""
LEAST = min(FACTOR.values()) * min(LADDERS[rule][Step.NUDGE] for rule in Rule if rule not in COUNTED)
"""Below so much evidence no rule does anything, however strict."""
CHECKED = timedelta(days=7)
"""How long somebody meets more known tasks."""
MORE_GOLD = 0.3
"""The share of known tasks meanwhile."""
FORGIVEN = 0.25
"""Below this part of its first step, what a rule has taken against somebody is forgotten."""

Setting = Mapping[Rule, Strictness]
"""How strict each rule is; a rule that is missing is as strict as the house says, and the house is `NORMAL`."""


def strictness(rule: Rule, *settings: Setting) -> Strictness:
    """What the first of the settings says that names the rule: a project's own, then the house's."""
    for one in settings:
        if rule in one:
            return one[rule]
    return Strictness.NORMAL


def ladder(rule: Rule, strict: Strictness) -> Ladder:
    """The evidence for each step; no step for a rule that is off. Counts are whole."""
    if strict is Strictness.OFF:
        return {}
    factor = FACTOR[strict]
    steps = LADDERS[rule].items()
    if rule in COUNTED:
        return {step: float(max(1, round(most * factor))) for step, most in steps}
    return {step: most * factor for step, most in steps}


def step_at(rule: Rule, strict: Strictness, evidence: float) -> Step:
    """How far up the ladder so much evidence leads."""
    return max((step for step, most in ladder(rule, strict).items() if evidence >= most), default=Step.NONE)


def next_step(step: Step, evidence: Mapping[Rule, float], *settings: Setting) -> tuple[Step, Rule | None]:
    """Where somebody on `step` stands after an answer, and by which rule when that is higher.

    One step at a time, and back to the ground when nothing is held against them any more.
    """
    if step is Step.NONE and max(evidence.values()) < LEAST:
        return step, None  # nearly every answer
    highest, why, forgiven = Step.NONE, None, True
    for rule, weight in evidence.items():
        strict = strictness(rule, *settings)
        if strict is Strictness.OFF:
            continue
        forgiven = forgiven and weight < FORGIVEN * ladder(rule, strict)[Step.NUDGE]
        reached = step_at(rule, strict, weight)
        if reached > highest:
            highest, why = reached, rule
    if highest > step:
        return Step(step + 1), why
    return (Step.NONE if forgiven else step), None
