"""Tasks, assignments and answers as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.consensus.contract import Vote
from core.domain.states import AssignmentState, TaskState
from core.domain.suggestions import Hint, Suggested
from core.intake.project_model import ProjectFile


@dataclass(frozen=True, slots=True)
class Assignment:
    """A task handed to a worker, with what its card shows and what its end will need."""

    id: int
    task_id: int
    project_id: int
    person_id: int
    account_id: int
    version: int
    state: AssignmentState
    asked: bool
    extended: bool
    reserve: int
    penalty: int
    claimed_at: datetime
    due_at: datetime
    remind_at: datetime | None
    reminded_at: datetime | None
    content: dict[str, str]
    context: str | None
    gold: str | None
    task_state: TaskState
    task_deadline: datetime | None
    file: ProjectFile
    suggested: Suggested | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """The standing votes of a task in the order of their ids, weighed by one generation of its project's model."""

    generation: int
    votes: tuple[Vote, ...] = ()


@dataclass(frozen=True, slots=True)
class Counts:
    """How full a task is. `free + active + answered == target` always; late answers come on top."""

    task_id: int
    project_id: int
    lang: str
    priority: int
    gold: str | None
    state: TaskState
    target: int
    free: int
    active: int
    answered: int
    late: int
    tally: Tally | None  # none: it is made from the answers when it is needed
    label: str | None
    reopened_at: datetime | None
    hint: Hint | None = None  # what the project's model says
    most: int | None = None  # how many answers at most, once a moderator asked for more than the project does
    held: bool = False  # reported by so many that nobody gets it until a moderator has looked


@dataclass(frozen=True, slots=True)
class StandingAnswer:
    """An answer that was not undone, with what was promised for it."""

    id: int
    assignment_id: int
    task_id: int
    project_id: int
    person_id: int
    value: str
    late: bool
    reserve: int
    state: AssignmentState
    at: datetime
