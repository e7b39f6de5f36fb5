"""The arithmetic of a task's slots: every change of how full a task is goes through here."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from core.consensus import methods
from core.consensus.contract import Ask, Overlap, Settle, Verdict, Vote
from core.domain.choice import Lane
from core.domain.deadlines import UNDO_WINDOW
from core.domain.states import TaskState
from core.domain.task import Counts
from core.intake.project_model import ProjectFile
from core.store import projects, queues, tasks
from core.store.transaction import Transaction

ENDLESS = 1_000_000
"""The target of a gold task: everybody may be asked."""


def overlap_of(file: ProjectFile) -> Overlap:
    """The overlap policy of a project."""
    return Overlap(least=file.overlap.min, most=file.overlap.max, confidence=file.overlap.confidence)


def verdict_of(counts: Counts, file: ProjectFile) -> Verdict:
    """What the project's consensus method says of the answers so far."""
    method = methods()[file.method]
    return method.verdict(counts.posterior, asked=counts.answered + counts.late, overlap=overlap_of(file))


def with_vote(counts: Counts, file: ProjectFile, *, vote: Vote, late: bool) -> Counts:
    """The task after one more answer; an answer in time leaves an active slot, a late one comes on top."""
    posterior = methods()[file.method].update(counts.posterior, vote)
    if late:
        return replace(counts, late=counts.late + 1, posterior=posterior)
    return replace(counts, active=counts.active - 1, answered=counts.answered + 1, posterior=posterior)


def store(tx: Transaction, before: Counts, counts: Counts, file: ProjectFile, *, now: datetime) -> Counts:
    """Store a task after an event: its target as the verdict wants it, its free slots, when it may settle.

    A task that was full and now is not moves to the end of the FREED lane, so that every worker meets it.
    """
    if counts.gold is not None:
        counts = replace(counts, target=ENDLESS, free=ENDLESS - counts.active - counts.answered)
        tasks.write(tx, counts, confidence=1.0, settle_at=None)
        return counts
    verdict = verdict_of(counts, file)
    taken = counts.active + counts.answered
    target = max(_wanted(verdict, counts) - counts.late, taken)
    leading = verdict.label if isinstance(verdict, Settle) else verdict.leading
    counts = replace(counts, target=target, free=target - taken, label=leading)
    settle_at = None if isinstance(verdict, Ask) else now + UNDO_WINDOW
    tasks.write(tx, counts, confidence=verdict.confidence, settle_at=settle_at)
    if counts.free > 0 and before.free == 0:
        requeue(tx, counts)
    return counts


def wanted(counts: Counts, file: ProjectFile) -> int:
    """How many answers in all the task wants, late ones counted in."""
    return _wanted(verdict_of(counts, file), counts)


def _wanted(verdict: Verdict, counts: Counts) -> int:
    return verdict.target if isinstance(verdict, Ask) else counts.answered + counts.late


def requeue(tx: Transaction, counts: Counts) -> None:
    """Put a task that has a free slot again where everybody who may take it will pass."""
    pos = projects.places(tx, counts.project_id)
    kept = Lane.FREED if counts.gold is None else Lane.GOLD
    lane = queues.of(tx, counts.project_id, lang=counts.lang, priority=counts.priority, lane=kept)
    queues.move_to(tx, counts.task_id, queue_id=lane, pos=pos)


def free_slot(tx: Transaction, task_id: int, file: ProjectFile, *, now: datetime) -> None:
    """An active assignment of the task ended without an answer: its slot is free again, while the task is open."""
    before = tasks.lock(tx, task_id)
    if before.state is TaskState.OPEN:
        store(tx, before, replace(before, active=before.active - 1), file, now=now)
    else:
        tasks.drop_active(tx, task_id)
