"""Assignments: claimed, answered, given back, reminded, overdue, expired."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, or_, select, update

from core.domain.states import AssignmentState, TaskState
from core.domain.task import Assignment
from core.store.projects import read_spec
from core.store.suggestions import suggested_of
from core.store.tables import assignment, project_version, suggested, task
from core.store.transaction import Change, Statement, Transaction

_A = AssignmentState


def _assignment(*row: Any) -> Assignment:
    columns = list(row)
    columns[6] = _A(columns[6])
    columns[15] = json.loads(columns[15])
    columns[18] = TaskState(columns[18])
    columns[20] = read_spec(columns[20])
    columns[21:] = [suggested_of(*columns[21:])]
    return Assignment(*columns)


_FULL = (
    select(
        assignment.c.id,
        assignment.c.task_id,
        assignment.c.project_id,
        assignment.c.person_id,
        assignment.c.account_id,
        assignment.c.version,
        assignment.c.state,
        assignment.c.asked,
        assignment.c.extended,
        assignment.c.reserve,
        assignment.c.penalty,
        assignment.c.claimed_at,
        assignment.c.due_at,
        assignment.c.remind_at,
        assignment.c.reminded_at,
        task.c.content,
        task.c.context,
        task.c.gold,
        task.c.state.label("task_state"),
        task.c.deadline.label("task_deadline"),
        project_version.c.spec,
        suggested.c.model_id,
        suggested.c.label,
        suggested.c.confidence,
        suggested.c.screen,
    )
    .select_from(assignment)
    .join(task, task.c.id == assignment.c.task_id)
    .outerjoin(suggested, suggested.c.assignment_id == assignment.c.id)
    .join(
        project_version,
        and_(
            project_version.c.project_id == assignment.c.project_id,
            project_version.c.version == assignment.c.version,
        ),
    )
)
# The task before its assignments, here and in `_pick`: whoever changes both locks them in one order.
_GET = Statement(
    _FULL.where(assignment.c.id == bindparam("assignment")).with_for_update(
        of=[task, assignment], key_share=True
    ),
    _assignment,
)
_ACTIVE_OF = Statement(
    _FULL.where(assignment.c.person_id == bindparam("person"), assignment.c.state == _A.ACTIVE.value)
    .order_by(assignment.c.id)
    .limit(1),
    _assignment,
)


def _hand_out(insert: Any) -> Any:
    row = insert(assignment).values(
        task_id=bindparam("task"),
        project_id=bindparam("project"),
        person_id=bindparam("person"),
        account_id=bindparam("account"),
        version=bindparam("version"),
        state=_A.ACTIVE.value,
        asked=bindparam("asked"),
        extended=False,
        reserve=bindparam("reserve"),
        penalty=bindparam("penalty"),
        claimed_at=bindparam("claimed_at"),
        due_at=bindparam("due_at"),
        remind_at=bindparam("remind_at"),
    )
    again = ["account_id", "version", "state", "asked", "extended", "reserve", "penalty"]
    again += ["claimed_at", "due_at", "remind_at"]
    return row.on_conflict_do_update(
        index_elements=[assignment.c.task_id, assignment.c.person_id],
        set_={name: row.excluded[name] for name in again} | {"reminded_at": None, "closed_at": None},
        where=assignment.c.state == _A.RETURNED.value,
    ).returning(assignment.c.id)


_HAND_OUT = Statement(_hand_out, int)
_CLOSE = Change(
    update(assignment)
    .where(assignment.c.id == bindparam("assignment"), assignment.c.state == bindparam("was"))
    .values(state=bindparam("becomes"), closed_at=bindparam("now"))
)


def get(tx: Transaction, assignment_id: int) -> Assignment | None:
    """An assignment with its task and the project file it was made under, both locked."""
    return _GET.first(tx, assignment=assignment_id)


def active_of(tx: Transaction, person_id: int) -> Assignment | None:
    """The card a person has in hand."""
    return _ACTIVE_OF.first(tx, person=person_id)


def hand_out(tx: Transaction, **values: Any) -> int:
    """Make an active assignment, or make one that was given back active again; returns its id."""
    return _HAND_OUT.one(tx, **values)


def move(
    tx: Transaction, assignment_id: int, *, was: AssignmentState, becomes: AssignmentState, now: datetime
) -> bool:
    """Move to another state; False when somebody else moved it first."""
    return _CLOSE.run(tx, assignment=assignment_id, was=was.value, becomes=becomes.value, now=now) == 1


def change(tx: Transaction, assignment_id: int, **values: Any) -> None:
    """Set columns of an assignment."""
    tx.execute(update(assignment).where(assignment.c.id == assignment_id).values(**values))


NEWEST = 20
_NEWEST = Statement(
    select(assignment.c.state)
    .where(assignment.c.person_id == bindparam("person"), assignment.c.asked)
    .order_by(assignment.c.id.desc())
    .limit(NEWEST),
    str,
)
_LATE = frozenset({_A.OVERDUE.value, _A.ANSWERED_LATE.value, _A.EXPIRED.value})


def lateness(tx: Transaction, person_id: int) -> tuple[int, int]:
    """How many of a person's newest cards were late, and how many there were; cards nobody asked for cannot be."""
    states = _NEWEST.all(tx, person=person_id)
    return sum(state in _LATE for state in states), len(states)


class Pointer(NamedTuple):
    """Which assignment, of which task and person."""

    id: int
    task_id: int
    person_id: int


def _pick(tx: Transaction, *conditions: Any, order: Any, most: int, skip: bool = True) -> list[Pointer]:
    # A batch stays in one project: whoever locks two of them may wait for a worker who locks them crosswise.
    rows = tx.execute(_pointers(*conditions, order=order, skip=skip).limit(most)).all()
    return [Pointer(*row[:3]) for row in rows if row.project_id == rows[0].project_id]


def _pointers(*conditions: Any, order: Any, skip: bool) -> Any:
    return (
        select(assignment.c.id, assignment.c.task_id, assignment.c.person_id, assignment.c.project_id)
        .join(task, task.c.id == assignment.c.task_id)
        .where(*conditions)
        .order_by(order)
        .with_for_update(of=[task, assignment], skip_locked=skip, key_share=True)
    )


def past_due(tx: Transaction, *, now: datetime, most: int) -> list[Pointer]:
    """Active assignments whose time is over, locked for this caller only."""
    return _pick(
        tx, assignment.c.state == _A.ACTIVE, assignment.c.due_at < now, order=assignment.c.due_at, most=most
    )


def to_remind(tx: Transaction, *, now: datetime, most: int) -> list[Pointer]:
    """Active assignments whose reminder is due."""
    return _pick(
        tx,
        assignment.c.state == _A.ACTIVE,
        assignment.c.remind_at <= now,
        assignment.c.due_at >= now,
        order=assignment.c.remind_at,
        most=most,
    )


def to_expire(tx: Transaction, *, before: datetime, most: int) -> list[Pointer]:
    """Overdue assignments that were due before `before`."""
    return _pick(
        tx,
        assignment.c.state == _A.OVERDUE,
        assignment.c.due_at <= before,
        order=assignment.c.due_at,
        most=most,
    )


_PROMISED = or_(assignment.c.state == _A.ACTIVE.value, assignment.c.state == _A.OVERDUE.value)
_OPEN_OF_TASK = Statement(
    _pointers(assignment.c.task_id == bindparam("task"), _PROMISED, order=assignment.c.id, skip=False),
    lambda *row: Pointer(*row[:3]),
)


def open_of_task(tx: Transaction, task_id: int) -> list[Pointer]:
    """The assignments of a task that still hold a promise: active and overdue ones."""
    return _OPEN_OF_TASK.all(tx, task=task_id)


def untouched_of_task(tx: Transaction, task_id: int) -> list[Pointer]:
    """Active assignments that were served by themselves and that nobody asked to keep, newest first."""
    return _pick(
        tx,
        assignment.c.task_id == task_id,
        assignment.c.state == _A.ACTIVE,
        assignment.c.asked.is_(False),
        order=assignment.c.id.desc(),
        most=1,
    )


def open_of_person(tx: Transaction, person_id: int) -> list[Pointer]:
    """A person's active assignments."""
    return _pick(
        tx,
        assignment.c.person_id == person_id,
        assignment.c.state == _A.ACTIVE,
        order=assignment.c.id,
        most=1000,
        skip=False,
    )


def promised_to(tx: Transaction, person_id: int) -> list[int]:
    """A person's assignments that still hold a promise, active and overdue, in the order of their tasks."""
    rows = tx.execute(
        select(assignment.c.id)
        .where(assignment.c.person_id == person_id, _PROMISED)
        .order_by(assignment.c.project_id, assignment.c.task_id)
    )
    return [row.id for row in rows]


def shift_all(tx: Transaction, span: timedelta, *, now: datetime) -> int:
    """Give back the time the service was away: move every running due time and reminder by `span`."""
    rows = tx.execute(
        select(assignment.c.id, assignment.c.due_at, assignment.c.remind_at)
        .where(assignment.c.state == _A.ACTIVE, assignment.c.claimed_at < now)
        .with_for_update(key_share=True)
    ).all()
    changes = [
        {"a": row.id, "d": row.due_at + span, "r": row.remind_at and row.remind_at + span} for row in rows
    ]
    if changes:
        tx.connection.execute(
            update(assignment)
            .where(assignment.c.id == bindparam("a"))
            .values(due_at=bindparam("d"), remind_at=bindparam("r")),
            changes,
        )
    return len(changes)


def had(tx: Transaction, *, task_id: int, person_id: int) -> bool:
    """Whether this person ever held this task."""
    return (
        tx.execute(
            select(assignment.c.id).where(
                assignment.c.task_id == task_id, assignment.c.person_id == person_id
            )
        ).first()
        is not None
    )


def reminded(tx: Transaction, assignment_id: int, *, at: datetime) -> None:
    """The reminder arrived; one that was overtaken by a new deadline warns of nothing."""
    tx.execute(
        update(assignment)
        .where(
            assignment.c.id == assignment_id,
            assignment.c.remind_at.is_(None),
            or_(assignment.c.reminded_at.is_(None), assignment.c.reminded_at > at),
        )
        .values(reminded_at=at)
    )


def latest_ids(tx: Transaction, person_id: int, *, most: int) -> Sequence[int]:
    """The newest assignments of a person."""
    rows = tx.execute(
        select(assignment.c.id)
        .where(assignment.c.person_id == person_id)
        .order_by(assignment.c.id.desc())
        .limit(most)
    )
    return [row.id for row in rows]
