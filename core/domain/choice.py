"""Who gets what: a pure choice among candidate tasks by expected value, teaching and urgency."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import NamedTuple

from core.domain.rewards import expected_value


class Lane(IntEnum):
    """The lanes of a queue. A freed task must not wait behind everything that is new."""

    FREED = 0
    FRESH = 1
    GOLD = 2


class Priority(IntEnum):
    LOW = 0
    NORMAL = 1
    HIGH = 2


PRIORITY_POINTS = 20.0
"""What one step of priority is worth beside the expected points."""
DEADLINE_POINTS = 15.0
"""What a deadline that is about to pass is worth; halved with every six hours that remain."""
DEADLINE_HALVES = 6 * 3600.0
STARTED_POINTS = 2.0
"""Finishing a task that others began comes before opening a new one."""


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


@dataclass(frozen=True, slots=True)
class Belief:
    """What is believed of the worker before this task: chances, 0 … 1."""

    p_right: float = 0.75
    p_late: float = 0.05


def value(candidate: Candidate, *, belief: Belief, now: datetime) -> float:
    """What handing this task to this worker is worth, in points (design §3)."""
    worth = expected_value(
        reward=candidate.reward, penalty=candidate.penalty, p_right=belief.p_right, p_late=belief.p_late
    )
    return worth + urgency(candidate, now=now) + (STARTED_POINTS if candidate.answers else 0.0)


def urgency(candidate: Candidate, *, now: datetime) -> float:
    """Priority and the nearness of the deadline, in points."""
    points = PRIORITY_POINTS * candidate.priority
    if candidate.deadline is not None:
        seconds = max(0.0, (candidate.deadline - now).total_seconds())
        points += DEADLINE_POINTS * math.exp2(-seconds / DEADLINE_HALVES)
    return points


def choose(candidates: Sequence[Candidate], *, belief: Belief, now: datetime) -> list[Candidate]:
    """The candidates, best first; equal ones in the order of their queue, freed ones first."""
    return sorted(
        candidates,
        key=lambda one: (-value(one, belief=belief, now=now), one.lane, one.pos, one.task_id),
    )
