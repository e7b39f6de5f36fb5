"""What a moderator's decision changes of a task, beside how it ends."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update

from core.domain.states import TaskState
from core.store.tables import task
from core.store.transaction import Transaction


def ask_again(tx: Transaction, task_id: int, *, most: int) -> None:
    """A task that waited for a decision is open once more, for so many answers at most."""
    tx.execute(update(task).where(task.c.id == task_id).values(state=TaskState.OPEN, at_most=most))


def is_past(tx: Transaction, task_id: int, *, now: datetime) -> bool:
    """Whether a task's own deadline has passed."""
    ended = select(task.c.id).where(task.c.id == task_id, task.c.deadline <= now)
    return tx.execute(ended).first() is not None


def hold(tx: Transaction, task_id: int, *, since: datetime | None) -> None:
    """Hand a task out to nobody since then; none: it goes out again. Its slots are stored by the caller."""
    tx.execute(update(task).where(task.c.id == task_id).values(held_at=since))


def change_gold(tx: Transaction, task_id: int, label: str) -> None:
    """The known answer of a task was wrong; this one is right."""
    tx.execute(update(task).where(task.c.id == task_id).values(gold=label))
