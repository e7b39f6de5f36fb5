"""The arithmetic of a task's slots: every change of how full a task is goes through here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from core import weighing
from core.advice import Judged, judged
from core.consensus import methods
from core.consensus.believed import Believed
from core.consensus.contract import Ask, Method, Settle, Verdict, Vote
from core.domain.choice import Lane
from core.domain.deadlines import UNDO_WINDOW
from core.domain.states import TaskState
from core.domain.task import Counts, Tally
from core.intake.project_model import ProjectFile
from core.store import projects, queues, tasks
from core.store.transaction import Transaction

ENDLESS = 1_000_000
"""The target of a gold task: everybody may be asked."""


@dataclass(frozen=True, slots=True)
class Case:
    """A task in work, locked: how full it is, its votes as they weigh now, and by what it is judged."""

    counts: Counts
    file: ProjectFile
    believed: Believed
    votes: tuple[Vote, ...]

    @property
    def method(self) -> Method:
        """The project's consensus method."""
        return methods()[self.file.method]

    @property
    def judged(self) -> Judged:
        """By what overlap, and with what a model says."""
        counts = self.counts
        return judged(
            self.believed,
            self.file,
            counts.hint,
            task_id=counts.task_id,
            state=counts.state,
            answers=counts.answered + counts.late,
            most=counts.most,
        )

    @property
    def verdict(self) -> Verdict:
        """What the method says of the votes so far, and of what a model says."""
        asked = self.counts.answered + self.counts.late
        overlap, advice = self.judged
        return self.method.verdict(
            self.votes, believed=self.believed, asked=asked, overlap=overlap, advice=advice
        )

    @property
    def wanted(self) -> int:
        """How many answers in all the task wants, late ones counted in."""
        verdict = self.verdict
        return verdict.target if isinstance(verdict, Ask) else self.counts.answered + self.counts.late

    def become(self, votes: tuple[Vote, ...] | None = None, **changes: Any) -> Case:
        """The case with other counts, and with other votes."""
        kept = self.votes if votes is None else votes
        return Case(replace(self.counts, **changes), self.file, self.believed, kept)


def take_up(tx: Transaction, task_id: int, file: ProjectFile) -> Case:
    """A task, locked until the transaction ends, with its votes as they weigh now.

    Raises:
        LookupError: when there is no such task.
    """
    return case_of(tx, tasks.lock(tx, task_id), file)


def case_of(tx: Transaction, counts: Counts, file: ProjectFile) -> Case:
    """The case of a task that is locked already."""
    return case_by(tx, counts, file, weighing.believed(tx, counts.project_id, file))


def case_by(tx: Transaction, counts: Counts, file: ProjectFile, believed: Believed) -> Case:
    """The same, by what was read since the task is locked."""
    return Case(counts, file, believed, weighing.votes(tx, counts, believed, file=file))


def with_vote(case: Case, vote: Vote, *, late: bool) -> Case:
    """The task after one more answer; an answer in time leaves an active slot, a late one comes on top."""
    counts = case.counts
    votes = (*case.votes, vote)
    if late:
        return case.become(votes, late=counts.late + 1)
    return case.become(votes, active=counts.active - 1, answered=counts.answered + 1)


def store(tx: Transaction, before: Case, case: Case, *, now: datetime) -> None:
    """Store a task after an event: its target as the verdict wants it, its free slots, when it may settle.

    A task that was full and now is not moves to the end of the FREED lane, so that every worker meets it.
    What would settle without anybody's answer waits for whoever is at it. One that is held has no free slot.
    """
    counts = case.counts
    taken = counts.active + counts.answered
    if counts.gold is not None:
        tasks.write(
            tx,
            counts,
            target=taken if counts.held else ENDLESS,
            tally=Tally(case.believed.generation),
            label=counts.label,
            confidence=1.0,
            settle_at=None,
        )
        return
    verdict = case.verdict
    wanted = verdict.target if isinstance(verdict, Ask) else counts.answered + counts.late
    target = taken if counts.held else max(wanted - counts.late, taken)
    leading = verdict.label if isinstance(verdict, Settle) else verdict.leading
    waits = isinstance(verdict, Ask) or (counts.active > 0 and not counts.answered + counts.late)
    tasks.write(
        tx,
        counts,
        target=target,
        tally=Tally(case.believed.generation, case.votes),
        label=leading,
        confidence=verdict.confidence,
        settle_at=None if waits else now + UNDO_WINDOW,
    )
    if target > taken and before.counts.free == 0:
        requeue(tx, counts)


def requeue(tx: Transaction, counts: Counts) -> None:
    """Put a task that has a free slot again where everybody who may take it will pass."""
    pos = projects.places(tx, counts.project_id)
    kept = Lane.FREED if counts.gold is None else Lane.GOLD
    lane = queues.of(tx, counts.project_id, lang=counts.lang, priority=counts.priority, lane=kept)
    queues.move_to(tx, counts.task_id, queue_id=lane, pos=pos)


def free_slot(tx: Transaction, task_id: int, file: ProjectFile, *, now: datetime) -> None:
    """An active assignment of the task ended without an answer: its slot is free again, while the task is open."""
    counts = tasks.lock(tx, task_id)
    if counts.state is TaskState.OPEN:
        before = case_of(tx, counts, file)
        store(tx, before, before.become(active=counts.active - 1), now=now)
    else:
        tasks.drop_active(tx, task_id)
