"""Answers: added, undone, read again for settling and for the results."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, case, func, insert, select, update

from core.clock import milliseconds
from core.consensus.contract import Vote
from core.domain.states import AssignmentState, TaskState
from core.domain.suggestions import Screen
from core.domain.task import StandingAnswer
from core.store.tables import answer, assignment, ledger, suggested, task
from core.store.transaction import Change, Statement, Transaction

_ADD = Statement(
    insert(answer)
    .values(
        assignment_id=bindparam("assignment"),
        task_id=bindparam("task"),
        project_id=bindparam("project"),
        person_id=bindparam("person"),
        value=bindparam("value"),
        late=bindparam("late"),
        milliseconds=bindparam("milliseconds"),
        at=bindparam("at"),
        pay_at=bindparam("pay_at"),
    )
    .returning(answer.c.id),
    int,
)
FOLLOWED = and_(
    suggested.c.assignment_id == answer.c.assignment_id,
    suggested.c.label == answer.c.value,
    suggested.c.screen != Screen.WITHHELD.value,
)
"""Of an answer: that its worker saw it suggested."""
_VOTES = Statement(
    select(answer.c.person_id, answer.c.value, answer.c.at, suggested.c.assignment_id.isnot(None))
    .outerjoin(suggested, FOLLOWED)
    .where(answer.c.task_id == bindparam("task"), answer.c.voided_at.is_(None))
    .order_by(answer.c.id),
    lambda person_id, value, at, followed: Vote(person_id, value, milliseconds(at), followed=bool(followed)),
)
_VOID = Change(
    update(answer)
    .where(answer.c.assignment_id == bindparam("assignment"), answer.c.voided_at.is_(None))
    .values(voided_at=bindparam("now"), pay_at=None)
)


def _standing(*row: Any) -> StandingAnswer:
    columns = list(row)
    columns[8] = AssignmentState(columns[8])
    return StandingAnswer(*columns)


_STANDING = (
    select(
        answer.c.id,
        answer.c.assignment_id,
        answer.c.task_id,
        answer.c.project_id,
        answer.c.person_id,
        answer.c.value,
        answer.c.late,
        assignment.c.reserve,
        assignment.c.state,
        answer.c.at,
    )
    .join(assignment, assignment.c.id == answer.c.assignment_id)
    .where(answer.c.voided_at.is_(None))
    .order_by(answer.c.id)
)
_OF_TASK = Statement(_STANDING.where(answer.c.task_id == bindparam("task")), _standing)
_OF_ASSIGNMENT = Statement(_STANDING.where(answer.c.assignment_id == bindparam("assignment")), _standing)


def add(tx: Transaction, **values: Any) -> int:
    """Keep an answer and return its id."""
    return _ADD.one(tx, **values)


def void(tx: Transaction, assignment_id: int, *, now: datetime) -> None:
    """Take the standing answer of an assignment back; the row stays."""
    _VOID.run(tx, assignment=assignment_id, now=now)


def votes(tx: Transaction, task_id: int) -> list[Vote]:
    """The standing answers of a task as votes, in the order of their ids."""
    return _VOTES.all(tx, task=task_id)


def standing(tx: Transaction, task_id: int) -> list[StandingAnswer]:
    """The standing answers of a task with what was promised for each."""
    return _OF_TASK.all(tx, task=task_id)


def of_assignment(tx: Transaction, assignment_id: int) -> StandingAnswer | None:
    """The standing answer of an assignment."""
    return _OF_ASSIGNMENT.first(tx, assignment=assignment_id)


def due_to_pay(tx: Transaction, *, now: datetime, most: int) -> list[int]:
    """Assignments of one project whose gold answer can no longer be undone; each for one caller only."""
    first = select(answer.c.project_id).where(answer.c.pay_at <= now).order_by(answer.c.pay_at).limit(1)
    due = (
        select(answer.c.id)
        .where(answer.c.pay_at <= now, answer.c.project_id == first.correlate(None).scalar_subquery())
        .order_by(answer.c.pay_at)
        .limit(most)
        .with_for_update(skip_locked=True, key_share=True)
    )
    rows = tx.execute(
        update(answer).where(answer.c.id.in_(due)).values(pay_at=None).returning(answer.c.assignment_id)
    )
    return sorted(row.assignment_id for row in rows)


@dataclass(frozen=True, slots=True)
class Past:
    """One line of a worker's history."""

    assignment_id: int
    project_id: int
    content: str
    value: str
    at: datetime
    late: bool
    task_state: str
    points: int | None
    label: str | None  # of a settled task, what was decided
    gold: str | None
    why: str | None  # of a known answer: why it is so
    screen: str | None  # what became of a suggestion, if any was drawn


def history(tx: Transaction, person_id: int, *, most: int) -> list[Past]:
    """The newest standing answers of a person, with what each was paid and what was decided."""
    points = (
        select(ledger.c.points)
        .where(ledger.c.kind == "reward", ledger.c.assignment_id == answer.c.assignment_id)
        .scalar_subquery()
    )
    rows = tx.execute(
        select(
            answer.c.assignment_id,
            answer.c.project_id,
            task.c.content,
            answer.c.value,
            answer.c.at,
            answer.c.late,
            task.c.state,
            points,
            case((task.c.state == TaskState.SETTLED, task.c.label)),
            task.c.gold,
            task.c.why,
            suggested.c.screen,
        )
        .join(task, task.c.id == answer.c.task_id)
        .join(assignment, assignment.c.id == answer.c.assignment_id)
        .outerjoin(suggested, suggested.c.assignment_id == assignment.c.id)
        .where(assignment.c.person_id == person_id, answer.c.voided_at.is_(None))
        .order_by(assignment.c.id.desc())
        .limit(most)
    )
    return [Past(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Given:
    """A standing answer with how it came about."""

    person_id: int
    value: str
    milliseconds: int
    late: bool
    suggested: str | None  # the label that a model had for its worker's card
    screen: str | None  # core.domain.suggestions.Screen: what became of that


def given(tx: Transaction, task_id: int, *, most: int) -> list[Given]:
    """The first standing answers of a task for those who judge them, oldest first."""
    rows = tx.execute(
        select(
            answer.c.person_id,
            answer.c.value,
            answer.c.milliseconds,
            answer.c.late,
            suggested.c.label,
            suggested.c.screen,
        )
        .outerjoin(suggested, suggested.c.assignment_id == answer.c.assignment_id)
        .where(answer.c.task_id == task_id, answer.c.voided_at.is_(None))
        .order_by(answer.c.id)
        .limit(most)
    )
    return [Given(*row) for row in rows]


def recent_rate(tx: Transaction, project_id: int, *, since: datetime) -> int:
    """How many answers a project got since `since`."""
    return int(
        tx.execute(
            select(func.count()).where(
                answer.c.project_id == project_id, answer.c.voided_at.is_(None), answer.c.at >= since
            )
        ).scalar_one()
    )


def stream(tx: Transaction, project_id: int) -> Iterator[tuple[str, int, str, int, bool, datetime]]:
    """Every standing answer of a project: task's id, person, value, milliseconds, late, when."""
    last = 0
    while True:
        rows = tx.execute(
            select(
                answer.c.id,
                task.c.external_id,
                answer.c.person_id,
                answer.c.value,
                answer.c.milliseconds,
                answer.c.late,
                answer.c.at,
            )
            .join(task, task.c.id == answer.c.task_id)
            .where(answer.c.project_id == project_id, answer.c.voided_at.is_(None), answer.c.id > last)
            .order_by(answer.c.id)
            .limit(1000)
        ).all()
        for row in rows:
            yield row.external_id, row.person_id, row.value, row.milliseconds, row.late, row.at
        if len(rows) < 1000:
            return
        last = rows[-1].id
