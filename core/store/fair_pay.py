"""The latest answers of a project with what they brought, at a cost that does not grow with the project."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from core.domain.fair_pay import Effort
from core.domain.states import AssignmentState
from core.store.tables import answer, assignment, ledger, task
from core.store.transaction import Transaction


def latest(tx: Transaction, project_id: int, *, most: int) -> tuple[list[Effort], int]:
    """The newest standing answers, and the penalties for cards of the same tasks that nobody answered."""
    given = tx.execute(
        select(answer.c.assignment_id, answer.c.task_id, answer.c.milliseconds)
        .where(answer.c.project_id == project_id, answer.c.voided_at.is_(None))
        .order_by(answer.c.id.desc())
        .limit(most)
    ).all()
    came = _entries(tx, ("reward", "correction"), (row.assignment_id for row in given))
    went = _entries(tx, ("penalty",), (row.assignment_id for row in given))
    efforts = []
    for row in given:
        earned = came.get(row.assignment_id)
        points = None if earned is None else earned - went.get(row.assignment_id, 0)
        efforts.append(Effort(row.milliseconds, points))
    return efforts, _fines(tx, {row.task_id for row in given})


def _fines(tx: Transaction, tasks: set[int]) -> int:
    """Everybody may be asked about gold, so the cards of a gold task have no end: they are left out."""
    missed = tx.execute(
        select(assignment.c.id)
        .join(task, task.c.id == assignment.c.task_id)
        .where(
            assignment.c.task_id.in_(tasks),
            task.c.gold.is_(None),
            assignment.c.state.in_([AssignmentState.OVERDUE, AssignmentState.EXPIRED]),
        )
    )
    return sum(_entries(tx, ("penalty",), (row.id for row in missed)).values())


def _entries(tx: Transaction, kinds: tuple[str, ...], assignments: Iterable[int]) -> dict[int, int]:
    """The points of these assignments' entries, found by the keys that let each happen once."""
    keys = [f"{kind}:{one}" for one in assignments for kind in kinds]
    rows = tx.execute(select(ledger.c.assignment_id, ledger.c.points).where(ledger.c.key.in_(keys)))
    found: dict[int, int] = {}
    for assignment_id, points in rows:
        found[assignment_id] = found.get(assignment_id, 0) + points
    return found
