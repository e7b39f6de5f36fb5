"""Counts over spans of time, for summaries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Integer, func, select

from core.domain.states import AssignmentState, TaskState
from core.store.tables import answer, assignment, crowd_model, person, task
from core.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Day:
    """What was counted in one span."""

    answers: int
    late: int
    workers: int
    created: int
    settled: int
    escalated: int
    overdue: int
    newcomers: int


def day(tx: Transaction, *, since: datetime, until: datetime) -> Day:
    """Count what happened in [since, until); `escalated` is what waits for a decision now."""
    given = tx.execute(
        select(
            func.count(),
            func.coalesce(func.sum(func.cast(answer.c.late, Integer)), 0),
            func.count(func.distinct(answer.c.person_id)),
        ).where(answer.c.at >= since, answer.c.at < until, answer.c.voided_at.is_(None))
    ).one()
    late_now = (AssignmentState.OVERDUE, AssignmentState.ANSWERED_LATE, AssignmentState.EXPIRED)
    return Day(
        answers=given[0],
        late=int(given[1]),
        workers=given[2],
        created=_count(tx, task.c.created_at >= since, task.c.created_at < until),
        settled=_count(tx, task.c.settled_at >= since, task.c.settled_at < until),
        escalated=_count(tx, task.c.state == TaskState.ESCALATED),
        overdue=_count(
            tx, assignment.c.due_at >= since, assignment.c.due_at < until, assignment.c.state.in_(late_now)
        ),
        newcomers=_count(tx, person.c.consented_at >= since, person.c.consented_at < until),
    )


def refitted(tx: Transaction, *, since: datetime, most: int) -> list[int]:
    """The projects that were refitted since then, the latest first."""
    rows = tx.execute(
        select(crowd_model.c.project_id)
        .where(crowd_model.c.as_of >= since)
        .order_by(crowd_model.c.as_of.desc(), crowd_model.c.project_id)
        .limit(most)
    )
    return [row.project_id for row in rows]


def _count(tx: Transaction, *conditions: object) -> int:
    return int(tx.execute(select(func.count()).where(*conditions)).scalar_one())  # type: ignore[arg-type]  # conditions
