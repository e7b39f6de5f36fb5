"""Work that takes longer than a unit of work: kept as a row, done in batches, resumed where it stopped."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from core.domain.states import JobState
from core.store import jobs as rows
from core.store.transaction import Transaction

LEASE = timedelta(minutes=2)
MOST_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Job:
    """A job: what kind, for whom, how far. `details` and `tally` are JSON objects."""

    id: int
    kind: str
    account_id: int | None
    project_id: int | None
    details: dict[str, Any]
    row: int
    rows: int | None
    tally: dict[str, Any]
    attempts: int


def start(
    tx: Transaction,
    kind: str,
    *,
    account_id: int | None,
    project_id: int | None,
    details: dict[str, Any],
    now: datetime,
) -> int:
    """Put a job on the list and return its id."""
    return rows.add(tx, kind=kind, account_id=account_id, project_id=project_id, details=details, now=now)


def on_the_list(tx: Transaction, kind: str, project_id: int) -> bool:
    """Whether such a job of a project waits or is worked on."""
    return rows.on_the_list(tx, kind, project_id)


def take(tx: Transaction, *, kinds: Collection[str], holder: str, now: datetime) -> Job | None:
    """Take the oldest waiting job of these kinds that nobody works on."""
    return rows.take(tx, kinds=kinds, holder=holder, now=now, until=now + LEASE)


def advance(
    tx: Transaction,
    job: Job,
    *,
    row: int,
    rows_known: int | None,
    tally: dict[str, Any],
    holder: str,
    now: datetime,
) -> bool:
    """Book progress in the transaction that did the work; False when somebody else holds the job now."""
    return rows.advance(
        tx, job.id, row=row, rows_known=rows_known, tally=tally, holder=holder, until=now + LEASE
    )


def end(tx: Transaction, job: Job, *, state: JobState, now: datetime) -> None:
    """The job is done, or failed for good."""
    rows.end(tx, job.id, state=state, now=now)


def rest(tx: Transaction, job: Job, *, holder: str, until: datetime) -> None:
    """A job that failed waits before anybody takes it again."""
    rows.rest(tx, job.id, holder=holder, until=until)


def let_go(tx: Transaction, *, holder: str) -> None:
    """Whoever stops in good order leaves their job to the next one, and it counts as no attempt."""
    rows.let_go(tx, holder)


def free_leases(tx: Transaction) -> None:
    """Nobody holds a job: for the start of a process that works alone."""
    rows.free_leases(tx)
