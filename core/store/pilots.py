"""Trials: which tasks are tried, and how far they are."""

from __future__ import annotations

import heapq
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, insert, select, update

from core.domain.choice import Lane
from core.domain.states import TaskState
from core.store.tables import answer, pilot, queue, task
from core.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Pilot:
    """A project's trial: its tasks, since when, and when none of them was open any more."""

    tasks: tuple[int, ...]
    started_at: datetime
    over_at: datetime | None


def first(tx: Transaction, project_id: int, *, most: int) -> list[int]:
    """The tasks that would go out first, of those nobody was asked about."""
    lanes = tx.execute(
        select(queue.c.id, queue.c.priority).where(
            queue.c.project_id == project_id, queue.c.lane == int(Lane.FRESH)
        )
    ).all()
    waiting = []
    for lane in lanes:  # one by one, since each is in the order of the index
        rows = tx.execute(
            select(task.c.pos, task.c.id)
            .where(task.c.queue_id == lane.id, task.c.state == TaskState.OPEN, task.c.free > 0)
            .order_by(task.c.pos)
            .limit(most)
        )
        waiting.append([(-lane.priority, row.pos, row.id) for row in rows])
    return [one[2] for one in heapq.merge(*waiting)][:most]


def add(tx: Transaction, project_id: int, tasks: Sequence[int], *, now: datetime) -> None:
    """A trial begins."""
    tx.execute(insert(pilot).values(project_id=project_id, tasks=json.dumps(list(tasks)), started_at=now))


def find(tx: Transaction, project_id: int) -> Pilot | None:
    """A project's trial, if it had one."""
    row = tx.execute(
        select(pilot.c.tasks, pilot.c.started_at, pilot.c.over_at).where(pilot.c.project_id == project_id)
    ).first()
    return None if row is None else Pilot(tuple(json.loads(row.tasks)), row.started_at, row.over_at)


def end(tx: Transaction, project_id: int, *, now: datetime) -> bool:
    """The trial is over; False when that was known, or one of its tasks is still open."""
    one = find(tx, project_id)
    if one is None or one.over_at is not None:
        return False
    still_open = exists().where(task.c.id.in_(one.tasks), task.c.state == TaskState.OPEN)
    if tx.execute(select(still_open)).scalar():
        return False
    tx.execute(update(pilot).where(pilot.c.project_id == project_id).values(over_at=now))
    return True


def answers(tx: Transaction, tasks: Sequence[int]) -> list[tuple[int, str]]:
    """What was said of these tasks: task and value of every standing answer."""
    rows = tx.execute(
        select(answer.c.task_id, answer.c.value)
        .where(answer.c.task_id.in_(tasks), answer.c.voided_at.is_(None))
        .order_by(answer.c.task_id, answer.c.id)
    )
    return [(row.task_id, row.value) for row in rows]


def states(tx: Transaction, tasks: Sequence[int]) -> list[TaskState]:
    """Where these tasks stand."""
    rows = tx.execute(select(task.c.state).where(task.c.id.in_(tasks)))
    return [TaskState(row.state) for row in rows]
