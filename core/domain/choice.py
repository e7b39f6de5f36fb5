"""Who gets what: a pure choice among candidate tasks by expected value, teaching and urgency."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import NamedTuple

from core.domain.rewards import expected_value


class Lane(IntEnum):
    """The lanes of a queue, in the order in which a claim looks at them.

    What a model learns most from comes first, as far as it was brought forward; a freed task must not
    wait behind everything that is new.
    """

    FOREMOST = 0
    FREED = 1
    FRESH = 2
    GOLD = 3


class Priority(IntEnum):
    LOW = 0
    NORMAL = 1
    HIGH = 2


Chances = tuple[float, ...]
"""P(truth = k) for every label k."""

PRIORITY_POINTS = 20.0
"""What one step of priority is worth beside the expected points."""
DEADLINE_POINTS = 15.0
"""What a deadline that is about to pass is worth; halved with every six hours that remain."""
DEADLINE_HALVES = 6 * 3600.0
STARTED_POINTS = 10.0
"""Each answer that a task has: finishing what others began comes before opening what is new, and shows early
who can be relied on."""
TEACHING_POINTS = 10.0
"""What it is worth beside the expected points that an answer teaches as much as one about a fresh task does."""


class Candidate(NamedTuple):  # a tuple, since every claim makes up to sixteen of them
    """An open task this worker may take, as the queue shows it."""

    task_id: int
    project_id: int
    queue_id: int
    pos: int
    lane: int
    priority: int
    deadline: datetime | None
    answers: int
    reward: int
    penalty: int
    chances: Chances = ()  # none where votes are not weighed


@dataclass(frozen=True, slots=True)
class Belief:
    """What a project believes of the worker who comes: chances, 0 … 1."""

    p_right: float = 0.75
    p_late: float = 0.05
    says: tuple[Chances, ...] = ()  # P(says l | truth k), truth by truth; none where votes are not weighed
    fresh: float = 0.0  # bits that an answer about a task nobody answered teaches


Beliefs = Mapping[int, Belief]
"""By project."""
ANYBODY = Belief()


def value(candidate: Candidate, *, belief: Belief, now: datetime) -> float:
    """What handing this task to this worker is worth, in points (design §3).

    The reward rule's expected value, what the answer would teach about the task, and urgency.
    """
    p_right = right(candidate.chances, belief)
    worth = expected_value(
        reward=candidate.reward, penalty=candidate.penalty, p_right=p_right, p_late=belief.p_late
    )
    teaches = TEACHING_POINTS * taught(candidate.chances, belief)
    in_time = p_right * (1.0 - belief.p_late)
    return worth + teaches + urgency(candidate, in_time=in_time, now=now) + STARTED_POINTS * candidate.answers


def right(chances: Chances, belief: Belief) -> float:
    """How likely this worker is right about a task whose truth has these chances."""
    if len(chances) != len(belief.says) or not chances:
        return belief.p_right
    return math.fsum(
        chance * row[truth] for truth, (chance, row) in enumerate(zip(chances, belief.says, strict=True))
    )


def taught(chances: Chances, belief: Belief) -> float:
    """What the answer would teach beside one about a fresh task: the bits of two projects do not compare."""
    return information(chances, belief.says) / belief.fresh if belief.fresh > 0.0 else 0.0


def information(chances: Chances, says: tuple[Chances, ...]) -> float:
    """I(answer; truth) in bits: what an answer of somebody who answers like this tells about the truth.

    H(answer) − Σ P(truth) · H(answer | truth) (Shannon 1948); Lindley (1956) values an experiment by it.
    """
    if len(chances) != len(says):
        return 0.0
    answers = [0.0] * len(chances)
    known = 0.0
    for chance, row in zip(chances, says, strict=True):
        for label, said in enumerate(row):
            if said > 0.0:
                answers[label] += chance * said
                known += chance * said * math.log2(said)
    return max(0.0, known - sum(one * math.log2(one) for one in answers if one > 0.0))


def urgency(candidate: Candidate, *, in_time: float, now: datetime) -> float:
    """Priority, and the nearness of the deadline for whom is likely to be right and `in_time`; in points."""
    points = PRIORITY_POINTS * candidate.priority
    if candidate.deadline is not None:
        seconds = max(0.0, (candidate.deadline - now).total_seconds())
        points += DEADLINE_POINTS * in_time * math.exp2(-seconds / DEADLINE_HALVES)
    return points


def choose(candidates: Sequence[Candidate], *, beliefs: Beliefs, now: datetime) -> list[Candidate]:
    """The candidates, best first; equal ones in the order of their queue, freed ones first."""
    return sorted(
        candidates,
        key=lambda one: (
            -value(one, belief=beliefs.get(one.project_id, ANYBODY), now=now),
            one.lane,
            one.pos,
            one.task_id,
        ),
    )
