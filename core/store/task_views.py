"""What people see of a project's tasks: samples, counts, what waits for a decision, and the results."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, literal_column, select

from core.domain.states import TaskState
from core.store.tables import assignment, task
from core.store.transaction import Transaction

# Written out, since a parameter would keep the database from the index of these few.
_ESCALATED = task.c.state == literal_column(f"'{TaskState.ESCALATED.value}'")


def sample(tx: Transaction, project_id: int, *, offset: int) -> tuple[int, dict[str, str], str | None] | None:
    """One task of a project for the preview: id, content, context. Open ones, else the first of all."""
    query = (
        select(task.c.id, task.c.content, task.c.context)
        .where(task.c.project_id == project_id)
        .order_by(task.c.id)
        .limit(1)
    )
    # within one state the index is in the order of ids, so nothing is sorted
    row = tx.execute(query.where(task.c.state == TaskState.OPEN).offset(offset)).first()
    if row is None and offset == 0:
        row = tx.execute(query).first()
    return None if row is None else (row.id, json.loads(row.content), row.context)


def count_gold(tx: Transaction, project_id: int) -> int:
    """How many tasks of a project have a known answer."""
    return int(
        tx.execute(
            select(func.count()).where(task.c.project_id == project_id, task.c.gold.isnot(None))
        ).scalar_one()
    )


def count_by_state(tx: Transaction, project_id: int) -> dict[TaskState, int]:
    """How many tasks of a project stand where; gold ones are not counted."""
    rows = tx.execute(
        select(task.c.state, func.count())
        .where(task.c.project_id == project_id, task.c.gold.is_(None))
        .group_by(task.c.state)
    )
    return {TaskState(state): count for state, count in rows}


def escalated(tx: Transaction, project_id: int, *, after: int = 0) -> int | None:
    """The next task of a project that waits for a person's decision."""
    value = tx.execute(
        select(func.min(task.c.id)).where(
            task.c.project_id == project_id, task.c.state == TaskState.ESCALATED, task.c.id > after
        )
    ).scalar()
    return None if value is None else int(value)


def count_escalated(tx: Transaction, project_id: int) -> int:
    """How many tasks of a project wait for a person's decision."""
    waiting = select(func.count()).where(task.c.project_id == project_id, task.c.state == TaskState.ESCALATED)
    return int(tx.execute(waiting).scalar_one())


def count_all_escalated(tx: Transaction) -> int:
    """How many tasks of all projects wait for a person's decision."""
    return int(tx.execute(select(func.count(task.c.id)).where(_ESCALATED)).scalar_one())


def all_escalated(tx: Transaction, *, but: int, after: int, most: int) -> list[int]:
    """The next tasks of any project that wait for a decision, without those that this person had in hand."""
    mine = select(assignment.c.id).where(assignment.c.task_id == task.c.id, assignment.c.person_id == but)
    rows = tx.execute(
        select(task.c.id).where(_ESCALATED, task.c.id > after, ~mine.exists()).order_by(task.c.id).limit(most)
    )
    return [row.id for row in rows]


@dataclass(frozen=True, slots=True)
class End:
    """How a task stands: its state, what was decided, and by whom."""

    state: TaskState
    label: str | None
    settled_by: str | None


def end_of(tx: Transaction, task_id: int) -> End | None:
    """How a task ended, if it did."""
    row = tx.execute(
        select(task.c.state, task.c.label, task.c.settled_by).where(task.c.id == task_id)
    ).first()
    return None if row is None else End(TaskState(row.state), row.label, row.settled_by)


def wanted_answers(tx: Transaction, project_id: int) -> int:
    """How many answers the open tasks of a project still want."""
    value = tx.execute(
        select(func.coalesce(func.sum(task.c.free + task.c.active), 0)).where(
            task.c.project_id == project_id, task.c.state == TaskState.OPEN, task.c.gold.is_(None)
        )
    ).scalar_one()
    return int(value)


def shown(tx: Transaction, task_id: int) -> tuple[dict[str, str], str | None]:
    """Content and context of a task.

    Raises:
        LookupError: when there is none.
    """
    row = tx.execute(select(task.c.content, task.c.context).where(task.c.id == task_id)).first()
    if row is None:
        raise LookupError("no such task")
    return json.loads(row.content), row.context


def lang_and_gold(tx: Transaction, task_id: int) -> tuple[str, str | None]:
    """A task's language, and its known answer if it has one."""
    row = tx.execute(select(task.c.lang, task.c.gold).where(task.c.id == task_id)).one()
    return row.lang, row.gold


@dataclass(frozen=True, slots=True)
class Outcome:
    """A task with what became of it, as the results tell it."""

    external_id: str
    content: dict[str, str]
    extra: dict[str, str]
    gold: str | None
    state: TaskState
    label: str | None
    answers: int
    settled_by: str | None
    confidence: float | None


def stream(tx: Transaction, project_id: int) -> Iterator[Outcome]:
    """Every task of a project in the order of its files, a thousand in memory at a time."""
    rows = tx.execute(
        select(
            task.c.external_id,
            task.c.content,
            task.c.extra,
            task.c.gold,
            task.c.state,
            task.c.label,
            (task.c.answered + task.c.late).label("answers"),
            task.c.settled_by,
            task.c.confidence,
        )
        .where(task.c.project_id == project_id)
        .order_by(task.c.id)
        .execution_options(yield_per=1000)
    )
    for row in rows:
        yield Outcome(
            row.external_id,
            json.loads(row.content),
            json.loads(row.extra) if row.extra else {},
            row.gold,
            TaskState(row.state),
            row.label,
            row.answers,
            row.settled_by,
            row.confidence,
        )
