"""Votes as they weigh: each answer changes its task's votes and its own worker's row, and nothing else."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache, partial

from core.clock import milliseconds
from core.consensus import methods, online
from core.consensus.believed import Believed
from core.consensus.calibration import Calibration
from core.consensus.contract import Vote
from core.consensus.crowd import unseen
from core.consensus.online import Worker
from core.domain.suggestions import Screen, Suggested
from core.domain.task import Counts, Tally
from core.intake.project_model import ProjectFile
from core.store import answers, crowds
from core.store.transaction import Transaction
from core.store.watches import Watched

EQUALS = partial(unseen, strength=1.0)
"""A crowd nobody learns anything of."""


def believed(tx: Transaction, project_id: int, file: ProjectFile) -> Believed:
    """What the project believes of its crowd; before its first refit, and for labels newer than that, what all do."""
    found = None if methods()[file.method].learner is None else crowds.model(tx, project_id)
    return _in_use(found, file)


def met(
    tx: Transaction, *, project_id: int, person_id: int, file: ProjectFile
) -> tuple[Believed, Worker, Watched]:
    """The same, what the project believes of one worker, and what rules have of them, in one read."""
    found, worker, watched = crowds.met(tx, project_id=project_id, person_id=person_id)
    if methods()[file.method].learner is None:
        return _in_use(None, file), Worker(), watched
    used = _in_use(found, file)
    if used is not found:
        worker = crowds.worker(tx, project_id=project_id, person_id=person_id, generation=used.generation)
    return used, worker, watched


def _in_use(found: Believed | None, file: ProjectFile) -> Believed:
    labels = tuple([label.id for label in file.labels])
    if found is not None and found.method == file.method and set(labels) <= set(found.labels):
        return found
    return at_first(file.method, labels)


@lru_cache(maxsize=256)
def at_first(method: str, labels: tuple[str, ...]) -> Believed:
    """What is believed before any answer was looked at, and always where every vote weighs the same."""
    learner = methods()[method].learner
    crowd = EQUALS(len(labels)) if learner is None else learner.start(len(labels))
    return Believed(_before_any(method, labels), method, labels, crowd, Calibration.unknown())


def _before_any(method: str, labels: tuple[str, ...]) -> int:
    """0 or less, and another one for other labels: what is kept of a vote says nothing under them."""
    return -zlib.crc32(json.dumps((method, labels)).encode()) // 2


def votes(tx: Transaction, counts: Counts, believed_: Believed, *, file: ProjectFile) -> tuple[Vote, ...]:
    """The votes of a task as the present model weighs them; an older model's are weighed anew, from the answers.

    A gold task has none: everybody answers it, and its truth is known.
    """
    if counts.gold is not None:
        return ()
    kept = counts.tally
    if kept is not None and kept.generation == believed_.generation and _fits(kept, believed_):
        return kept.votes
    if not counts.answered + counts.late:
        return ()
    standing = answers.votes(tx, counts.task_id)
    return weighed_anew(tx, counts.project_id, standing, believed_, file=file)


def _fits(kept: Tally, believed_: Believed) -> bool:
    return all(len(vote.evidence) in (0, len(believed_.labels)) for vote in kept.votes)


def weighed_anew(
    tx: Transaction, project_id: int, standing: Sequence[Vote], believed_: Believed, *, file: ProjectFile
) -> tuple[Vote, ...]:
    """Votes that the refit saw, by what it believes of each worker, whatever came since."""
    learner = methods()[file.method].learner
    if learner is None:
        return tuple(standing)
    weighed = []
    for vote in standing:
        worker = crowds.worker(
            tx, project_id=project_id, person_id=vote.person_id, generation=believed_.generation
        )
        of_refit = Worker(base=worker.base)
        weighed.append(
            online.weigh(
                learner,
                believed_,
                of_refit,
                person_id=vote.person_id,
                value=vote.value,
                at=vote.at,
                followed=vote.followed,
            )
        )
    return tuple(weighed)


def cast(
    tx: Transaction,
    *,
    project_id: int,
    believed_: Believed,
    before: Worker,
    file: ProjectFile,
    others: Sequence[Vote],
    person_id: int,
    answer_id: int,
    value: str,
    known: str | None,
    suggested: Suggested | None,
    now: datetime,
) -> Vote:
    """The vote of a worker, who was `met` as `before`, as it weighs.

    What it tells of them waits on their row until nothing can be undone.
    """
    learner = methods()[file.method].learner
    at = milliseconds(now)
    followed = suggested is not None and suggested.followed_by(value)
    if learner is None:
        return Vote(person_id, value, at, followed=followed)
    worker = online.folded(before, now=at)
    vote = online.weigh(
        learner, believed_, worker, person_id=person_id, value=value, at=at, followed=followed
    )
    misled = followed and suggested is not None and suggested.screen is Screen.PLANTED
    after = online.heard(
        worker, believed_, others=others, vote=vote, answer_id=answer_id, known=known, misled=misled
    )
    if after != before:
        crowds.keep(tx, after, project_id=project_id, person_id=person_id, generation=believed_.generation)
    return vote


def retract(
    tx: Transaction,
    *,
    project_id: int,
    believed_: Believed,
    file: ProjectFile,
    person_id: int,
    answer_id: int,
) -> None:
    """An answer was taken back: it tells nothing of its worker."""
    if methods()[file.method].learner is None:
        return
    whose = {"project_id": project_id, "person_id": person_id, "generation": believed_.generation}
    worker = crowds.worker(tx, **whose)
    crowds.keep(tx, online.forgotten(worker, answer_id), **whose)
