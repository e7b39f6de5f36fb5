"""What a project's own model can learn from: tasks whose label is known, with how it came to be known."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, case, func, or_, select

from core.domain.states import CONSENSUS, MODEL, ProjectState, TaskState
from core.domain.suggestions import Screen
from core.store.suggestions import AUDITED_TASK
from core.store.tables import answer, project, suggested, task
from core.store.transaction import Transaction

CHUNK = 500
LEAST_ANSWERS = 2
"""A label that rests on fewer answers of people than this teaches nothing."""

UNSEEN: ColumnElement[bool] = or_(suggested.c.screen.is_(None), suggested.c.screen == Screen.WITHHELD.value)
"""An answer (outer join with what was on screen) that was given without seeing a suggestion."""


class Known(NamedTuple):
    """A task whose label is known; `blind` of its standing `answers` saw no suggestion, `agreeing` of these say it."""

    task_id: int
    content: dict[str, str]
    lang: str
    label: str
    gold: bool
    confidence: float | None
    by_crowd: bool
    answers: int
    blind: int
    agreeing: int


_ANSWERED = task.c.answered + task.c.late
_SETTLED = and_(
    task.c.state == TaskState.SETTLED.value,
    task.c.label.isnot(None),
    task.c.settled_by != MODEL,
    _ANSWERED >= LEAST_ANSWERS,
    ~AUDITED_TASK,  # every model is measured on them, so none may learn from them
)
_TRUTH = func.coalesce(task.c.gold, task.c.label)


def _count(condition: ColumnElement[bool]) -> ColumnElement[Any]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


_HERE = answer.c.id.isnot(None)
_PAGE = (
    select(
        task.c.id,
        task.c.content,
        task.c.lang,
        _TRUTH.label("truth"),
        task.c.gold,
        task.c.confidence,
        task.c.settled_by,
        func.count(answer.c.id).label("answers"),
        _count(and_(_HERE, UNSEEN)).label("blind"),
        _count(and_(_HERE, UNSEEN, answer.c.value == _TRUTH)).label("agreeing"),
    )
    .outerjoin(answer, and_(answer.c.task_id == task.c.id, answer.c.voided_at.is_(None)))
    .outerjoin(suggested, suggested.c.assignment_id == answer.c.assignment_id)
    .where(
        task.c.project_id == bindparam("project"),
        task.c.id > bindparam("after"),
        or_(task.c.gold.isnot(None), _SETTLED),
    )
    .group_by(task.c.id)
    .order_by(task.c.id)
    .limit(CHUNK)
)


def known(tx: Transaction, project_id: int, *, after: int = 0) -> Iterator[Known]:
    """Every task with a known label in the order of ids, some hundred in memory at a time."""
    while True:
        rows = tx.execute(_PAGE, {"project": project_id, "after": after}).all()
        for row in rows:
            yield Known(
                row.id,
                json.loads(row.content),
                row.lang,
                row.truth,
                gold=row.gold is not None,
                confidence=row.confidence,
                by_crowd=row.settled_by == CONSENSUS,
                answers=row.answers,
                blind=int(row.blind),
                agreeing=int(row.agreeing),
            )
        if len(rows) < CHUNK:
            return
        after = rows[-1].id


def count_known(tx: Transaction, project_id: int) -> int:
    """How many tasks of a project have a label that can be learned."""
    gold = select(func.count()).where(task.c.project_id == project_id, task.c.gold.isnot(None))
    settled = select(func.count()).where(task.c.project_id == project_id, task.c.gold.is_(None), _SETTLED)
    return int(tx.execute(gold).scalar_one()) + int(tx.execute(settled).scalar_one())


def running(tx: Transaction) -> list[int]:
    """The projects that run."""
    rows = tx.execute(
        select(project.c.id).where(project.c.state == ProjectState.RUNNING).order_by(project.c.id)
    )
    return [row.id for row in rows]
