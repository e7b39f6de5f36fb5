"""How much waits, for operators."""

from __future__ import annotations

from sqlalchemy import func, select

from core.domain.states import JobState, OutboxState
from core.store.tables import job, outbox
from core.store.transaction import Transaction


def backlog(tx: Transaction) -> tuple[int, int]:
    """Messages owed, and jobs that wait or run."""
    owed = tx.execute(select(func.count()).where(outbox.c.state == OutboxState.OWED)).scalar_one()
    waiting = tx.execute(select(func.count()).where(job.c.state == JobState.WAITING)).scalar_one()
    return int(owed), int(waiting)
