"""The tasks that may be brought forward, and those that were."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import and_, exists, func, select

from core.domain.choice import Lane
from core.domain.states import ProjectState, TaskState
from core.store.suggestions import AUDITED_TASK
from core.store.tables import project, queue, suggestion, task
from core.store.transaction import Transaction


class Untouched(NamedTuple):
    """An open task that nobody was asked about, with what the champion is unsure of."""

    task_id: int
    content: dict[str, str]
    confidence: float


_UNTOUCHED = and_(
    task.c.state == TaskState.OPEN,
    task.c.free > 0,
    task.c.active == 0,
    task.c.answered == 0,
    task.c.late == 0,
)


def _in_lane(lane: Lane) -> Any:
    return queue.c.lane == int(lane)


def projects_with_few(tx: Transaction, *, fewest: int) -> list[int]:
    """Running projects with fewer than so many foremost tasks while fresh ones wait."""
    foremost = (
        select(func.count())
        .select_from(task.join(queue, queue.c.id == task.c.queue_id))
        .where(
            queue.c.project_id == project.c.id,
            _in_lane(Lane.FOREMOST),
            task.c.state == TaskState.OPEN,
            task.c.free > 0,
        )
        .correlate(project)
        .scalar_subquery()
    )
    fresh = exists().where(
        queue.c.project_id == project.c.id, task.c.queue_id == queue.c.id, _in_lane(Lane.FRESH), _UNTOUCHED
    )
    rows = tx.execute(
        select(project.c.id)
        .where(project.c.state == ProjectState.RUNNING, foremost < fewest, fresh)
        .order_by(project.c.id)
    )
    return [row.id for row in rows]


def count_untouched(tx: Transaction, project_id: int) -> int:
    """How many fresh tasks nobody was asked about."""
    found = _fresh(
        select(func.count()).select_from(task.join(queue, queue.c.id == task.c.queue_id)), project_id
    )
    return int(tx.execute(found).scalar_one())


def least_sure(tx: Transaction, project_id: int, model_id: int, *, most: int) -> list[Untouched]:
    """The fresh tasks of which a model is least sure."""
    said = and_(suggestion.c.task_id == task.c.id, suggestion.c.model_id == model_id)
    rows = tx.execute(
        _fresh(select(task.c.id, task.c.content, suggestion.c.confidence), project_id, said)
        .where(suggestion.c.label.isnot(None))
        .order_by(suggestion.c.confidence, task.c.id)
        .limit(most)
    )
    return [Untouched(row.id, json.loads(row.content), row.confidence) for row in rows]


def oldest(tx: Transaction, project_id: int, *, most: int, of: Any = None) -> list[int]:
    """The fresh tasks that wait longest, whatever a model says of them; of a sort, if one is given."""
    query = _fresh(select(task.c.id).select_from(task.join(queue, queue.c.id == task.c.queue_id)), project_id)
    if of is not None:
        query = query.where(of)
    rows = tx.execute(query.order_by(task.c.priority.desc(), task.c.pos).limit(most))
    return [row.id for row in rows]


def oldest_audited(tx: Transaction, project_id: int, *, most: int) -> list[int]:
    """Of these the audited ones."""
    return oldest(tx, project_id, most=most, of=AUDITED_TASK)


def _fresh(query: Any, project_id: int, said: Any = None) -> Any:
    if said is not None:
        query = query.select_from(task.join(queue, queue.c.id == task.c.queue_id).join(suggestion, said))
    return query.where(queue.c.project_id == project_id, _in_lane(Lane.FRESH), _UNTOUCHED)


def still_untouched(tx: Transaction, task_ids: Sequence[int]) -> list[int]:
    """Which of these nobody was asked about until now, in their order; locked until the transaction ends."""
    rows = tx.execute(
        select(task.c.id)
        .where(task.c.id.in_(task_ids), _UNTOUCHED)
        .order_by(task.c.id)
        .with_for_update(key_share=True)
    ).all()
    found = {row.id for row in rows}
    return [one for one in task_ids if one in found]
