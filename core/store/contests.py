"""What two models said of the same tasks, beside what these turned out to be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, func, or_, select

from core.domain.states import MODEL, ProjectState, TaskState
from core.store.material import LEAST_ANSWERS, UNSEEN
from core.store.suggestions import AUDITED_TASK
from core.store.tables import answer, project, serving, suggested, suggestion, task
from core.store.transaction import Transaction


class Said(NamedTuple):
    """A task, what it turned out to be, and what each model had said; None when it could not read it."""

    task_id: int
    truth: str
    champion: str | None
    challenger: str | None


def under_way(tx: Transaction) -> list[int]:
    """The projects in which a challenger runs in the shadow."""
    rows = tx.execute(
        select(serving.c.project_id)
        .join(project, project.c.id == serving.c.project_id)
        .where(
            serving.c.challenger.isnot(None),
            serving.c.champion.isnot(None),
            project.c.state.in_([ProjectState.RUNNING, ProjectState.PAUSED]),
        )
        .order_by(serving.c.project_id)
    )
    return [row.project_id for row in rows]


def both_said(
    tx: Transaction, project_id: int, *, champion: int, challenger: int, since: datetime, most: int
) -> Sequence[Said]:
    """The first `most` tasks that neither model can have learned from, and whose label no suggestion had touched.

    Either the task is audited or ended after `since`, and two people at least said its label without a suggestion
    on the screen; or its answer was known from the start, and it came after `since`.
    """
    before, after = suggestion.alias("before"), suggestion.alias("after")
    agreeing = (
        select(func.count())
        .select_from(answer)
        .outerjoin(suggested, suggested.c.assignment_id == answer.c.assignment_id)
        .where(
            answer.c.task_id == task.c.id,
            answer.c.voided_at.is_(None),
            answer.c.value == task.c.label,
            UNSEEN,
        )
        .correlate(task)
        .scalar_subquery()
    )
    ended = and_(
        task.c.gold.is_(None),
        task.c.state == TaskState.SETTLED.value,
        # one that was settled before, also if it was opened again, may have been learned from
        or_(AUDITED_TASK, and_(task.c.settled_at > since, task.c.reopened_at.is_(None))),
        task.c.settled_by != MODEL,
        agreeing >= LEAST_ANSWERS,
    )
    came = and_(task.c.gold.isnot(None), task.c.created_at > since)
    rows = tx.execute(
        select(
            task.c.id,
            func.coalesce(task.c.gold, task.c.label).label("truth"),
            before.c.label.label("champion"),
            after.c.label.label("challenger"),
        )
        .join(after, and_(after.c.task_id == task.c.id, after.c.model_id == challenger))
        .join(before, and_(before.c.task_id == task.c.id, before.c.model_id == champion))
        .where(task.c.project_id == project_id, or_(ended, came))
        .order_by(func.coalesce(task.c.settled_at, task.c.created_at), task.c.id)
        .limit(most)
    )
    return [Said(*row) for row in rows]
