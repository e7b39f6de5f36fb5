"""What models said of tasks, what of it their rows carry, and what was on screen."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, delete, exists, func, or_, select, update

from core.domain.states import ProjectState, TaskState
from core.domain.suggestions import AUDITED, PRIME, SPREAD, Hint, Screen, Suggested
from core.store.tables import project, serving, suggested, suggestion, task
from core.store.transaction import Change, Statement, Transaction

AUDITED_TASK = task.c.id * SPREAD % PRIME % AUDITED == 0
"""`core.domain.suggestions.audited`, for the database."""

_COMPACT = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)


@lru_cache(maxsize=4096)
def hint_of(text: str | None) -> Hint | None:
    """The hint of a task from its column."""
    return None if text is None else Hint(*json.loads(text))


def written(hint: Hint | None) -> str | None:
    """A hint for the column of its task."""
    if hint is None:
        return None
    return _COMPACT.encode((hint.model_id, hint.label, round(hint.confidence, 4), hint.second))


def suggested_of(model_id: int | None, label: str, confidence: float, screen: str) -> Suggested | None:
    """What was on screen, from the columns of an outer join."""
    return None if model_id is None else Suggested(model_id, label, confidence, Screen(screen))


def _put_up(insert: Any) -> Any:
    names = ("assignment_id", "model_id", "label", "confidence", "screen")
    row = insert(suggested).values(**{name: bindparam(name) for name in names})
    return row.on_conflict_do_update(
        index_elements=[suggested.c.assignment_id], set_={name: row.excluded[name] for name in names[1:]}
    )


_PUT_UP = Change(_put_up)
_TAKE_DOWN = Change(delete(suggested).where(suggested.c.assignment_id == bindparam("assignment_id")))


def put_up(tx: Transaction, assignment_id: int, one: Suggested) -> None:
    """Keep what is on screen while this assignment is answered; one that is handed out again has a new one."""
    _PUT_UP.run(
        tx,
        assignment_id=assignment_id,
        model_id=one.model_id,
        label=one.label,
        confidence=one.confidence,
        screen=str(one.screen),
    )


def take_down(tx: Transaction, assignment_id: int) -> None:
    """A card is handed out again, and nothing is suggested on it."""
    _TAKE_DOWN.run(tx, assignment_id=assignment_id)


# --- written ahead ------------------------------------------------------------------------------------


class Unread(NamedTuple):
    """A task that a model has not looked at."""

    task_id: int
    content: dict[str, str]


def unread(
    tx: Transaction,
    project_id: int,
    model_id: int,
    *,
    most: int,
    ended: bool = False,
    since: datetime | None = None,
    above: int = 0,
) -> list[Unread]:
    """Tasks that a model has not looked at: open ones as they will go out; with `ended`, what they left behind too.

    Of settled ones those that are audited or were settled after `since`; only tasks with an id above `above`.
    """
    looked = and_(suggestion.c.task_id == task.c.id, suggestion.c.model_id == model_id)
    states = [TaskState.OPEN] if not ended else [TaskState.OPEN, TaskState.ESCALATED, TaskState.SETTLED]
    query = (
        select(task.c.id, task.c.content)
        .outerjoin(suggestion, looked)
        .where(task.c.project_id == project_id, task.c.state.in_(states), suggestion.c.task_id.is_(None))
        .order_by(task.c.queue_id, task.c.pos)
        .limit(most)
    )
    if since is not None:
        query = query.where(or_(task.c.settled_at.is_(None), task.c.settled_at > since, AUDITED_TASK))
    if above:
        query = query.where(task.c.id > above)
    return [Unread(row.id, json.loads(row.content)) for row in tx.execute(query)]


def last_task(tx: Transaction, project_id: int) -> int:
    """The highest id of a project's tasks; 0 when it has none."""
    newest = select(func.coalesce(func.max(task.c.id), 0)).where(task.c.project_id == project_id)
    return int(tx.execute(newest).scalar_one())


class Said(NamedTuple):
    """What a model said of a task; no label when it could not read it."""

    task_id: int
    label: str | None
    confidence: float
    second: str | None


def _say(insert: Any) -> Any:
    names = ("task_id", "model_id", "label", "confidence", "second")
    row = insert(suggestion).values(**{name: bindparam(f"new_{name}") for name in names})
    return row.on_conflict_do_nothing(index_elements=[suggestion.c.task_id, suggestion.c.model_id])


_SAY = Change(_say)
_CARRY = Change(
    update(task)
    .where(
        task.c.id == bindparam("task"),
        task.c.state != TaskState.SETTLED.value,
        task.c.state != TaskState.CANCELLED.value,
    )
    .values(hint=bindparam("new_hint"))
)


def say(tx: Transaction, model_id: int, rows: Sequence[Said]) -> None:
    """Keep what a model said; what it said before stays as it is."""
    for row in rows:
        _SAY.run(
            tx,
            new_task_id=row.task_id,
            new_model_id=model_id,
            new_label=row.label,
            new_confidence=row.confidence,
            new_second=row.second,
        )


def carry(tx: Transaction, task_id: int, hint: Hint | None) -> None:
    """Put a hint on the row of its task, from where cards and votes take it; what is settled keeps its own."""
    _CARRY.run(tx, task=task_id, new_hint=written(hint))


_OF_TASK = Statement(
    select(suggestion.c.model_id, suggestion.c.label, suggestion.c.confidence, suggestion.c.second).where(
        suggestion.c.task_id == bindparam("task"), suggestion.c.model_id == bindparam("model")
    ),
    lambda *row: Hint(*row) if row[1] is not None else None,
)


def said_of(tx: Transaction, task_id: int, model_id: int) -> Hint | None:
    """What a model said of a task, if anything."""
    return _OF_TASK.first(tx, task=task_id, model=model_id)


def all_said(tx: Transaction, project_id: int, model_id: int) -> dict[int, Hint]:
    """Everything that a model said of a project's tasks, by task."""
    rows = tx.execute(
        select(suggestion.c.task_id, suggestion.c.label, suggestion.c.confidence, suggestion.c.second)
        .join(task, task.c.id == suggestion.c.task_id)
        .where(
            task.c.project_id == project_id, suggestion.c.model_id == model_id, suggestion.c.label.isnot(None)
        )
    )
    return {row.task_id: Hint(model_id, row.label, row.confidence, row.second) for row in rows}


def stale(tx: Transaction, project_id: int, champion: int | None, *, most: int) -> list[int]:
    """Tasks that are not over and carry another hint than that of the champion; a look at all, so for a snapshot."""
    query = select(task.c.id).where(
        task.c.project_id == project_id, task.c.state.in_([TaskState.OPEN, TaskState.ESCALATED])
    )
    if champion is None:
        query = query.where(task.c.hint.isnot(None))
    else:
        said = exists().where(
            suggestion.c.task_id == task.c.id,
            suggestion.c.model_id == champion,
            suggestion.c.label.isnot(None),
        )
        query = query.where(or_(task.c.hint.notlike(f"[{champion},%"), and_(task.c.hint.is_(None), said)))
    return [row.id for row in tx.execute(query.limit(most))]


class Served(NamedTuple):
    """A project that is not over, and which model's hints its tasks should carry, if any."""

    project_id: int
    champion: int | None


def served(tx: Transaction) -> list[Served]:
    """The projects that have, or had, a model."""
    rows = tx.execute(
        select(serving.c.project_id, serving.c.champion)
        .join(project, project.c.id == serving.c.project_id)
        .where(project.c.state != ProjectState.CLOSED)
        .order_by(serving.c.project_id)
    )
    return [Served(*row) for row in rows]


class Pair(NamedTuple):
    """A project and a model that looks at its tasks."""

    project_id: int
    model_id: int
    champion: bool


def at_work(tx: Transaction) -> list[Pair]:
    """The models that look at the tasks of running projects, champions first."""
    rows = tx.execute(
        select(serving.c.project_id, serving.c.champion, serving.c.challenger)
        .join(project, project.c.id == serving.c.project_id)
        .where(project.c.state == ProjectState.RUNNING)
        .order_by(serving.c.project_id)
    ).all()
    champions = [Pair(row.project_id, row.champion, True) for row in rows if row.champion is not None]
    return champions + [
        Pair(row.project_id, row.challenger, False) for row in rows if row.challenger is not None
    ]
