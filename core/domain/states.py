"""The lives of projects, tasks and assignments: one table each, from which the picture in the docs is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class ProjectState(StrEnum):
    DRAFT = "draft"
    PILOT = "pilot"
    RUNNING = "running"
    PAUSED = "paused"
    CLOSED = "closed"


class TaskState(StrEnum):
    OPEN = "open"
    ESCALATED = "escalated"
    SETTLED = "settled"
    CANCELLED = "cancelled"


CONSENSUS, MODEL = "consensus", "model"
"""What settled a task: people's answers, or a model without any; else it is `person:<id>`."""


class AssignmentState(StrEnum):
    ACTIVE = "active"
    ANSWERED = "answered"
    SKIPPED = "skipped"
    RETURNED = "returned"
    OVERDUE = "overdue"
    ANSWERED_LATE = "answered_late"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"


class OutboxState(StrEnum):
    OWED = "owed"
    SENT = "sent"
    SUPERSEDED = "superseded"
    FAILED = "failed"


class JobState(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


Moves = Mapping[tuple[StrEnum, str], StrEnum]
"""(state, what happens) → the next state; what is not listed cannot happen."""

P, T, A = ProjectState, TaskState, AssignmentState

PROJECT: Moves = {
    (P.DRAFT, "launch"): P.RUNNING,
    (P.DRAFT, "try"): P.PILOT,
    (P.DRAFT, "close"): P.CLOSED,
    (P.PILOT, "launch"): P.RUNNING,
    (P.PILOT, "close"): P.CLOSED,
    (P.RUNNING, "pause"): P.PAUSED,
    (P.RUNNING, "close"): P.CLOSED,
    (P.PAUSED, "resume"): P.RUNNING,
    (P.PAUSED, "close"): P.CLOSED,
}

TASK: Moves = {
    (T.OPEN, "settle"): T.SETTLED,
    (T.OPEN, "escalate"): T.ESCALATED,
    (T.OPEN, "cancel"): T.CANCELLED,
    (T.ESCALATED, "settle"): T.SETTLED,
    (T.ESCALATED, "more people are asked"): T.OPEN,
    (T.ESCALATED, "cancel"): T.CANCELLED,
    (T.SETTLED, "reopen"): T.OPEN,  # once, by a refit
}

ASSIGNMENT: Moves = {
    (A.ACTIVE, "answer"): A.ANSWERED,
    (A.ACTIVE, "skip"): A.SKIPPED,
    (A.ACTIVE, "give back"): A.RETURNED,
    (A.ACTIVE, "deadline passes"): A.OVERDUE,
    (A.RETURNED, "handed out again"): A.ACTIVE,
    (A.ANSWERED, "undo"): A.ACTIVE,
    (A.OVERDUE, "answer"): A.ANSWERED_LATE,
    (A.OVERDUE, "24 hours pass, or the task ends"): A.EXPIRED,
    (A.ANSWERED, "its worker had answered before, from another account"): A.SUPERSEDED,
    (A.ANSWERED_LATE, "its worker had answered before, from another account"): A.SUPERSEDED,
}


def after(moves: Moves, state: StrEnum, event: str) -> StrEnum | None:
    """The state that follows, or None when that cannot happen now."""
    return moves.get((state, event))
