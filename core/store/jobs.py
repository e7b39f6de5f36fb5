"""Jobs as rows."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, or_, select, update

from core.domain.states import JobState
from core.store.tables import job
from core.store.transaction import Transaction

if TYPE_CHECKING:
    from core.jobs import Job


def add(
    tx: Transaction,
    *,
    kind: str,
    account_id: int | None,
    project_id: int | None,
    details: dict[str, Any],
    now: datetime,
) -> int:
    """Keep a job and return its id."""
    return int(
        tx.execute(
            insert(job)
            .values(
                kind=kind,
                account_id=account_id,
                project_id=project_id,
                details=json.dumps(details),
                state=JobState.WAITING,
                created_at=now,
            )
            .returning(job.c.id)
        ).scalar_one()
    )


def on_the_list(tx: Transaction, kind: str, project_id: int) -> bool:
    """Whether a job of that kind for that project has not ended."""
    waits = job.c.kind == kind, job.c.project_id == project_id, job.c.state == JobState.WAITING
    return tx.execute(select(job.c.id).where(*waits).limit(1)).first() is not None


def take(
    tx: Transaction, *, kinds: Collection[str], holder: str, now: datetime, until: datetime
) -> Job | None:
    """Lease the oldest waiting job that is free or was left behind."""
    from core.jobs import Job

    free = (
        select(job.c.id)
        .where(
            job.c.state == JobState.WAITING,
            job.c.kind.in_(kinds),
            or_(job.c.leased_until.is_(None), job.c.leased_until < now, job.c.leased_by == holder),
        )
        .order_by(job.c.id)
        .limit(1)
        .with_for_update(skip_locked=True, key_share=True)
    )
    row = tx.execute(
        update(job)
        .where(job.c.id.in_(free))
        .values(leased_by=holder, leased_until=until, attempts=job.c.attempts + 1)
        .returning(
            job.c.id,
            job.c.kind,
            job.c.account_id,
            job.c.project_id,
            job.c.details,
            job.c.row,
            job.c.rows,
            job.c.tally,
            job.c.attempts,
        )
    ).first()
    if row is None:
        return None
    return Job(
        row.id,
        row.kind,
        row.account_id,
        row.project_id,
        json.loads(row.details),
        row.row,
        row.rows,
        json.loads(row.tally),
        row.attempts,
    )


def advance(
    tx: Transaction,
    job_id: int,
    *,
    row: int,
    rows_known: int | None,
    tally: dict[str, Any],
    holder: str,
    until: datetime,
) -> bool:
    """Book progress while the lease holds; progress also forgives earlier failed attempts."""
    return bool(
        tx.execute(
            update(job)
            .where(job.c.id == job_id, job.c.leased_by == holder, job.c.state == JobState.WAITING)
            .values(row=row, rows=rows_known, tally=json.dumps(tally), leased_until=until, attempts=1)
        ).rowcount
    )


def end(tx: Transaction, job_id: int, *, state: JobState, now: datetime) -> None:
    """Close a job."""
    tx.execute(update(job).where(job.c.id == job_id).values(state=state, ended_at=now, leased_until=None))


def rest(tx: Transaction, job_id: int, *, holder: str, until: datetime) -> None:
    """Nobody may take the job before `until`, also not who held it."""
    tx.execute(
        update(job)
        .where(job.c.id == job_id, job.c.leased_by == holder)
        .values(leased_by=None, leased_until=until)
    )


def let_go(tx: Transaction, holder: str) -> None:
    """Free what somebody holds; the attempt is forgiven."""
    tx.execute(
        update(job)
        .where(job.c.leased_by == holder, job.c.state == JobState.WAITING, job.c.attempts > 0)
        .values(leased_by=None, leased_until=None, attempts=job.c.attempts - 1)
    )


def free_leases(tx: Transaction) -> None:
    """Free whatever somebody held; who rests goes on resting."""
    tx.execute(
        update(job)
        .where(job.c.leased_by.isnot(None), job.c.state == JobState.WAITING)
        .values(leased_by=None, leased_until=None)
    )
