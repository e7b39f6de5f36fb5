"""Tasks: how full they are, and how they end."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, or_, select, update

from core.consensus.contract import Vote
from core.domain.deadlines import UNDO_WINDOW
from core.domain.states import TaskState
from core.domain.suggestions import Hint
from core.domain.task import Counts, Tally
from core.store.suggestions import hint_of
from core.store.tables import task
from core.store.transaction import Change, Statement, Transaction
from core.store.types import Instant

_COMPACT = json.JSONEncoder(separators=(",", ":"))
_COLUMNS = (
    task.c.id,
    task.c.project_id,
    task.c.lang,
    task.c.priority,
    task.c.gold,
    task.c.state,
    task.c.target,
    task.c.free,
    task.c.active,
    task.c.answered,
    task.c.late,
    task.c.votes,
    task.c.label,
    task.c.reopened_at,
    task.c.hint,
    task.c.at_most,
    task.c.held_at.isnot(None),
)


def tally_of(text: str | None) -> Tally | None:
    """The votes of a task from their column."""
    if text is None:
        return None
    kept = json.loads(text)
    votes = [
        Vote(
            person_id, value, at, tuple(evidence), known, *followed
        )  # none were followed before there were models
        for person_id, value, at, evidence, known, *followed in kept["v"]
    ]
    return Tally(kept["g"], tuple(votes))


def _votes(tally: Tally) -> str | None:
    return _COMPACT.encode({"g": tally.generation, "v": tally.votes}) if tally.votes else None


def _counts(*row: Any) -> Counts:
    columns = list(row)
    columns[5] = TaskState(columns[5])
    columns[11] = tally_of(columns[11])
    columns[14] = hint_of(columns[14])
    columns[16] = bool(columns[16])
    return Counts(*columns)


# A claim takes the slot in one statement, so two claimers can never share it; a task that another
# claimer holds right now is passed over instead of waited for.
_OPEN_ROW = (
    select(task.c.id)
    .where(task.c.id == bindparam("task"), task.c.state == TaskState.OPEN.value, task.c.free > 0)
    .with_for_update(skip_locked=True, key_share=True)
    .scalar_subquery()
)
_TAKE_SLOT = Change(
    update(task).where(task.c.id == _OPEN_ROW).values(free=task.c.free - 1, active=task.c.active + 1)
)
_LOCK = Statement(
    select(*_COLUMNS).where(task.c.id == bindparam("task")).with_for_update(key_share=True), _counts
)
_WRITE = Change(
    update(task)
    .where(task.c.id == bindparam("task"))
    .values(
        target=bindparam("new_target"),
        free=bindparam("new_free"),
        active=bindparam("new_active"),
        answered=bindparam("new_answered"),
        late=bindparam("new_late"),
        votes=bindparam("new_votes"),
        label=bindparam("new_label"),
        confidence=bindparam("new_confidence"),
        settle_at=bindparam("new_settle_at"),
    )
)


_DROP_ACTIVE = Change(
    update(task)
    .where(task.c.id == bindparam("task"))
    .values(active=task.c.active - 1, target=task.c.target - 1)
)


def drop_active(tx: Transaction, task_id: int) -> None:
    """A card of a task that ended went back: the slot it held is gone."""
    _DROP_ACTIVE.run(tx, task=task_id)


_FACE = Statement(
    select(task.c.content, task.c.context, task.c.gold, task.c.deadline, task.c.hint).where(
        task.c.id == bindparam("task")
    ),
    lambda content, context, gold, deadline, hint: Face(
        json.loads(content), context, gold, deadline, hint_of(hint)
    ),
)


@dataclass(frozen=True, slots=True)
class Face:
    """What a task's card shows, its known answer if it has one, its own deadline, and what the model says."""

    content: dict[str, str]
    context: str | None
    gold: str | None
    deadline: datetime | None
    hint: Hint | None


def face(tx: Transaction, task_id: int) -> Face:
    """The face of a task."""
    return _FACE.one(tx, task=task_id)


def take_slot(tx: Transaction, task_id: int) -> bool:
    """Take one of the task's free slots; False when there is none any more."""
    return _TAKE_SLOT.run(tx, task=task_id) == 1


def lock(tx: Transaction, task_id: int) -> Counts:
    """How full the task is, locked until the transaction ends."""
    return _LOCK.one(tx, task=task_id)


def write(
    tx: Transaction,
    counts: Counts,
    *,
    target: int,
    tally: Tally,
    label: str | None,
    confidence: float,
    settle_at: datetime | None,
) -> None:
    """Store what an event made of a task: its counts, with what follows from them and from its votes."""
    _WRITE.run(
        tx,
        task=counts.task_id,
        new_target=target,
        new_free=target - counts.active - counts.answered,
        new_active=counts.active,
        new_answered=counts.answered,
        new_late=counts.late,
        new_votes=_votes(tally),
        new_label=label,
        new_confidence=confidence,
        new_settle_at=settle_at,
    )


def _first_project(*conditions: Any, order: Any) -> Any:
    """A batch stays in one project: whoever locks two of them may wait for a worker who locks them crosswise."""
    first = select(task.c.project_id).where(*conditions).order_by(order).limit(1)
    return first.correlate(None).scalar_subquery()


_WAITS = (task.c.settle_at <= bindparam("now"), task.c.state == TaskState.OPEN.value)
_DUE = (
    select(task.c.id)
    # Without the sum SQLite would look through all open tasks of the project, not through those that are due.
    .where(*_WAITS, task.c.project_id + 0 == _first_project(*_WAITS, order=task.c.settle_at))
    .order_by(task.c.settle_at)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True, key_share=True)
)
_TAKE_DUE = Statement(
    update(task).where(task.c.id.in_(_DUE)).values(settle_at=None).returning(task.c.id), int
)
_ANY_DUE = Statement(select(task.c.id).where(task.c.settle_at <= bindparam("now")).limit(1), int)


def due_to_settle(tx: Transaction, *, now: datetime, most: int) -> list[int]:
    """Tasks whose answers can no longer be undone, of one project; each is taken by one caller only."""
    return sorted(_TAKE_DUE.all(tx, now=now, most=most))


def _ended(now: datetime) -> tuple[Any, ...]:
    """An answer of the last moment can be undone for a while; the task ends after that."""
    ended = task.c.deadline <= now - UNDO_WINDOW
    return ended, task.c.state == TaskState.OPEN, task.c.gold.is_(None)


def past_deadline(tx: Transaction, *, now: datetime, most: int) -> list[int]:
    """Open tasks of one project whose own deadline has passed, and whose answers can no longer be undone."""
    rows = tx.execute(
        select(task.c.id)
        .where(*_ended(now), task.c.project_id == _first_project(*_ended(now), order=task.c.deadline))
        .order_by(task.c.deadline)
        .limit(most)
        .with_for_update(skip_locked=True, key_share=True)
    )
    return [row.id for row in rows]


_END = Change(
    update(task)
    .where(task.c.id == bindparam("task"))
    .values(
        state=bindparam("new_state"),
        label=bindparam("new_label"),
        confidence=bindparam("new_confidence"),
        settled_by=bindparam("new_settled_by"),
        settled_at=bindparam("new_settled_at"),
        escalated_at=func.coalesce(bindparam("new_escalated_at", type_=Instant()), task.c.escalated_at),
        settle_at=None,
    )
)


def end(
    tx: Transaction,
    task_id: int,
    *,
    state: TaskState,
    label: str | None,
    confidence: float | None,
    by: str | None,
    now: datetime,
) -> None:
    """Settle, escalate or cancel a task."""
    _END.run(
        tx,
        task=task_id,
        new_state=state.value,
        new_label=label,
        new_confidence=confidence,
        new_settled_by=by,
        new_settled_at=now if state is TaskState.SETTLED else None,
        new_escalated_at=now if state is TaskState.ESCALATED else None,
    )


def add(tx: Transaction, rows: Sequence[dict[str, Any]]) -> None:
    """Insert tasks."""
    tx.execute(insert(task), list(rows))


def known_ids(tx: Transaction, project_id: int, ids: Sequence[str]) -> set[str]:
    """Which of these external ids the project already has."""
    rows = tx.execute(
        select(task.c.external_id).where(task.c.project_id == project_id, task.c.external_id.in_(ids))
    )
    return {row.external_id for row in rows}


def of_project(tx: Transaction, project_id: int, *, state: TaskState, most: int) -> list[int]:
    """Some tasks of a project in a state."""
    rows = tx.execute(
        select(task.c.id)
        .where(task.c.project_id == project_id, task.c.state == state)
        .order_by(task.c.id)
        .limit(most)
    )
    return [row.id for row in rows]


_ANY_UNFINISHED = Statement(
    select(task.c.id)
    .where(
        task.c.project_id == bindparam("project"),
        or_(task.c.state == TaskState.OPEN.value, task.c.state == TaskState.ESCALATED.value),
        task.c.gold.is_(None),
    )
    .limit(1),
    int,
)


def any_unfinished(tx: Transaction, project_id: int) -> bool:
    """Whether some task of a project is open or waits for a decision; gold tasks never end."""
    return _ANY_UNFINISHED.first(tx, project=project_id) is not None


def unfinished(tx: Transaction, project_id: int, *, most: int) -> list[int]:
    """Some tasks of a project that are open or wait for a decision, gold ones too."""
    rows = tx.execute(
        select(task.c.id)
        .where(task.c.project_id == project_id, task.c.state.in_([TaskState.OPEN, TaskState.ESCALATED]))
        .limit(most)
    )
    return sorted(row.id for row in rows)


def settling_is_due(tx: Transaction, *, now: datetime) -> bool:
    """Whether some task's answers can no longer be undone."""
    return _ANY_DUE.first(tx, now=now) is not None


def ending_is_due(tx: Transaction, *, now: datetime) -> bool:
    """Whether some open task's own deadline has passed."""
    due = select(task.c.id).where(*_ended(now)).limit(1)
    return tx.execute(due).first() is not None


def project_of(tx: Transaction, task_id: int) -> int | None:
    """The project of a task."""
    value = tx.execute(select(task.c.project_id).where(task.c.id == task_id)).scalar()
    return None if value is None else int(value)
