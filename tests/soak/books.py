"""Where votes weigh: every label and every point, recounted by what was believed at its moment."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from core import rebuilding, weighing
from core.advice import overlap_of
from core.clock import EPOCH, milliseconds
from core.consensus import methods
from core.consensus.believed import Believed
from core.consensus.contract import Settle, Vote
from core.consensus.online import Worker
from core.domain.states import CONSENSUS, TaskState
from core.store import crowds
from core.store import rebuilding as rows
from core.store.tables import answer, assignment, ledger, task
from core.store.transaction import Transaction
from tests.soak.beliefs import project_of

CLEARLY = 2.0
"""The others contradict an answer when they think another label so many times as likely."""
SLACK = timedelta(seconds=30)
"""A unit of work may wait so long after it read the clock; refits are further apart."""


@dataclass(frozen=True, slots=True)
class Epoch:
    """What a generation believed when it was put in use."""

    after: datetime  # not before this
    since: datetime  # at the latest
    believed: Believed
    bases: Mapping[int, Worker]
    swapped: int


@dataclass(slots=True)
class Chronicle:
    """Every generation that was in use: the database remembers the last one only."""

    epochs: list[Epoch] = field(default_factory=list)
    looked: datetime = EPOCH

    def look(self, tx: Transaction, project_id: int, *, before: datetime, now: datetime) -> None:
        """Note which generation is in use; `tx` began between `before` and `now`."""
        project = project_of(tx, project_id)
        believed = weighing.believed(tx, project_id, project.file)
        if not self.epochs or self.epochs[-1].believed.generation != believed.generation:
            kept = crowds.workers(tx, project_id=project_id, generation=believed.generation)
            bases = {person: Worker(base=worker.base) for person, worker in kept.items()}
            swapped = rows.swapped_at(tx, project_id)
            self.epochs.append(Epoch(self.looked, now, believed, bases, swapped))
        self.looked = before

    def at(self, moment: datetime) -> list[Epoch]:
        """What may have been in use then: one, or two around a change."""
        ends = [*(one.since for one in self.epochs[1:]), moment]
        return [
            one
            for one, end in zip(self.epochs, ends, strict=True)
            if one.after <= moment + SLACK and moment <= end + SLACK
        ]


def wrong_pay(tx: Transaction, project_id: int, chronicle: Chronicle) -> list[str]:
    """Every label, and every point of the ledger, by the rule and by what was believed at that moment."""
    return list(_Books(tx, project_id, chronicle).wrong())


class _Books:
    """What the answers say, generation by generation, beside what was entered."""

    def __init__(self, tx: Transaction, project_id: int, chronicle: Chronicle) -> None:
        self._project = project_of(tx, project_id)
        self._method = methods()[self._project.file.method]
        learner = self._method.learner
        assert learner is not None, "votes weigh"
        self._chronicle = chronicle
        given = list(rows.given(tx, project_id))
        self._votes = {
            one.believed.generation: rebuilding.rebuilt(
                learner, one.believed, one.bases, given, swapped=one.swapped
            ).votes
            for one in chronicle.epochs
        }
        self._tasks = tx.execute(select(task).where(task.c.project_id == project_id)).all()
        self._entries: defaultdict[int, list[Any]] = defaultdict(list)
        for row in tx.execute(select(ledger).where(ledger.c.kind.in_(("reward", "correction")))):
            self._entries[row.assignment_id].append(row)
        self._answers: defaultdict[int, list[Any]] = defaultdict(list)
        for row in tx.execute(
            select(
                answer.c.task_id,
                answer.c.assignment_id,
                answer.c.person_id,
                answer.c.value,
                assignment.c.reserve,
            )
            .join(assignment, assignment.c.id == answer.c.assignment_id)
            .where(answer.c.voided_at.is_(None), answer.c.project_id == project_id)
        ):
            self._answers[row.task_id].append(row)

    def wrong(self) -> Iterator[str]:
        for of in self._tasks:
            if of.state == TaskState.SETTLED and of.settled_by == CONSENSUS:
                labels = {self._label(one, of.id, of.settled_at) for one in self._chronicle.at(of.settled_at)}
                if of.label not in labels:
                    yield f"task {of.id} is settled as {of.label}, by the answers {labels}"
            for one in self._answers[of.id]:
                yield from self._wrong_answer(of, one)

    def _wrong_answer(self, of: Any, one: Any) -> Iterator[str]:
        entries = self._entries[one.assignment_id]
        paid = sum(entry.points for entry in entries)
        what = f"the answer {one.value} of {one.person_id} to task {of.id} ({of.state}, {of.label}) earned {paid}"
        if of.gold is not None:
            if paid != one.reserve * (one.value == of.gold) or len(entries) > 1:
                yield f"{what}, gold says {of.gold}"
            return
        if of.state == TaskState.CANCELLED:
            if paid != one.reserve:
                yield f"{what}, and it was to be paid in full"
            return
        for entry in entries:
            rule = self._by_rule(one, of.id, entry.at)
            if entry.points not in rule:
                yield f"{what}, {entry.points} of it at {entry.at}, by the rule {rule}"
        if of.state == TaskState.SETTLED and paid < min(self._by_rule(one, of.id, of.settled_at)):
            yield f"{what}, less than it is worth since it was settled again"

    def _standing(self, epoch: Epoch, task_id: int, moment: datetime) -> Collection[Vote]:
        votes = self._votes[epoch.believed.generation][task_id].values()
        return [vote for vote in votes if vote.at <= milliseconds(moment)]

    def _label(self, epoch: Epoch, task_id: int, moment: datetime) -> str | None:
        votes = tuple(self._standing(epoch, task_id, moment))
        verdict = self._method.verdict(
            votes, believed=epoch.believed, asked=len(votes), overlap=overlap_of(self._project.file)
        )
        return verdict.label if isinstance(verdict, Settle) else None

    def _by_rule(self, one: Any, task_id: int, moment: datetime) -> set[int]:
        """Right, unless other people's votes make another label at least twice as likely."""
        return {
            one.reserve if _right(epoch, one, self._standing(epoch, task_id, moment)) else 0
            for epoch in self._chronicle.at(moment)
        }


def _right(epoch: Epoch, one: Any, votes: Collection[Vote]) -> bool:
    others = [vote.evidence for vote in votes if vote.person_id != one.person_id and vote.evidence]
    if not others:
        return True
    labels, crowd = epoch.believed.labels, epoch.believed.crowd
    likely = {
        label: math.log(crowd.prior[at]) + math.fsum(evidence[at] for evidence in others)
        for at, label in enumerate(labels)
    }
    return max(likely.values()) - likely[one.value] < math.log(CLEARLY) + 1e-9
