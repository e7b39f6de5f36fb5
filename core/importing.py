"""Rows of a task file become tasks, in batches that can be repeated."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from core import lessons
from core.domain.choice import Lane, Priority
from core.domain.states import ProjectState, TaskState
from core.errors import Problem
from core.intake.problems import ProblemCode, problem
from core.intake.rows import TaskRow, numbered
from core.slots import ENDLESS
from core.store import projects, queues, tasks
from core.store.transaction import Transaction

BATCH = 200
"""Rows inserted in one unit of work: about five milliseconds, so that taps never wait for an import."""


def add_tasks(
    tx: Transaction, project_id: int, rows: Sequence[TaskRow], *, now: datetime
) -> tuple[int, list[tuple[int, Problem]]]:
    """Add tasks, and practice tasks; returns how many, and (line, problem) of those whose id is there already.

    Rows without an id are numbered by their place in the project's queues.
    """
    project = projects.lock(tx, project_id)
    if project is None or project.state is ProjectState.CLOSED or not rows:
        return 0, []
    practice = [row for row in rows if row.practice]
    taught, met_before = lessons.add(tx, project_id, practice, now=now) if practice else (0, [])
    rows = [row for row in rows if not row.practice]
    named = [row.external_id for row in rows if row.external_id is not None]
    known = tasks.known_ids(tx, project_id, named) if named else set()
    fresh: list[TaskRow] = []
    repeated = [_again(row) for row in met_before]
    for row in rows:
        if row.external_id is not None and row.external_id in known:
            repeated.append(_again(row))
            continue
        fresh.append(row)
        if row.external_id is not None:
            known.add(row.external_id)
    if fresh:
        _insert(tx, project_id, project.file.priority, project.file.overlap.min, fresh, now=now)
        projects.change(tx, project_id, finished_at=None)
    return len(fresh) + taught, repeated


def _again(row: TaskRow) -> tuple[int, Problem]:
    value = row.external_id or ""
    return row.line, problem(ProblemCode.DUPLICATE_ID, line=row.line, field="id", value=value)


def _insert(
    tx: Transaction, project_id: int, priority: str, least: int, rows: Sequence[TaskRow], *, now: datetime
) -> None:
    last = projects.places(tx, project_id, len(rows))
    lanes = Counter((row.lang or "", row.priority or priority, row.gold is not None) for row in rows)
    ids = {
        key: queues.of(
            tx,
            project_id,
            lang=key[0],
            priority=Priority[key[1].upper()],
            lane=Lane.GOLD if key[2] else Lane.FRESH,
        )
        for key in lanes
    }
    first = last - len(rows) + 1
    numbers = [f"#{pos}" for pos, row in enumerate(rows, start=first) if row.external_id is None]
    taken = tasks.known_ids(tx, project_id, numbers) if numbers else set()
    taken |= {row.external_id for row in rows if row.external_id is not None}
    values = []
    for pos, row in enumerate(rows, start=first):
        key = (row.lang or "", row.priority or priority, row.gold is not None)
        target = ENDLESS if row.gold is not None else least
        values.append(
            {
                "project_id": project_id,
                "queue_id": ids[key],
                "pos": pos,
                "external_id": row.external_id if row.external_id is not None else numbered(pos, taken),
                "lang": row.lang or "",
                "priority": Priority[key[1].upper()],
                "deadline": row.deadline,
                "content": json.dumps(row.content, ensure_ascii=False),
                "context": row.context,
                "extra": json.dumps(row.extra, ensure_ascii=False) if row.extra else None,
                "gold": row.gold,
                "why": row.why,
                "state": TaskState.OPEN,
                "target": target,
                "free": target,
                "created_at": now,
            }
        )
    tasks.add(tx, values)
