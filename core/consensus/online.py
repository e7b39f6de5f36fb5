"""What one more answer changes between two refits: its own vote, and what is believed of its own worker.

The same functions keep the state as answers come and rebuild it from the answers alone, so the two
are equal. What a vote tells of its worker waits until nothing it rests on can be undone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from operator import add
from typing import NamedTuple

from core.consensus.believed import Believed
from core.consensus.contract import Learner, Vote
from core.consensus.weighed import posterior
from core.domain.deadlines import UNDO_WINDOW

UNDONE = int(UNDO_WINDOW.total_seconds() * 1000)
MOST_WAITING = 64
"""More answers than a minute can hold, unless nobody read the tasks; what is above waits for the refit."""

SEEN = 5.0
"""Answers that something is known of, from which on a person is known."""

Counts = tuple[float, ...]


class Pending(NamedTuple):
    """A worker said `label` when the others' votes (or the known truth) had these chances."""

    answer_id: int
    at: int  # milliseconds since 1970
    label: int
    chances: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Worker:
    """What a project believes of one worker: K·K soft counts, truth by truth."""

    base: Counts | None = None  # of the last refit
    gathered: Counts | None = None  # since then
    waiting: tuple[Pending, ...] = ()

    @property
    def seen(self) -> float:
        """How many of their answers something is known of."""
        return sum(self.base or ()) + sum(self.gathered or ())

    @property
    def counts(self) -> Counts | None:
        """Both together."""
        if self.base is None or self.gathered is None:
            return self.base or self.gathered
        return tuple(map(add, self.base, self.gathered))


def weigh(
    learner: Learner,
    believed: Believed,
    worker: Worker,
    *,
    person_id: int,
    value: str,
    at: int,
    followed: bool = False,
) -> Vote:
    """The vote of a worker as it weighs now; a label that was never met says nothing, and one that a model put
    into their mouth says less."""
    label = believed.index(value)
    evidence = () if label is None else learner.evidence(believed.crowd, worker.counts, label)
    if followed:
        evidence = tuple([believed.followed * one for one in evidence])
    return Vote(person_id, value, at, evidence, worker.seen >= SEEN, followed)


def heard(
    worker: Worker,
    believed: Believed,
    *,
    others: Sequence[Vote],
    vote: Vote,
    answer_id: int,
    known: str | None,
    misled: bool = False,
) -> Worker:
    """The worker after this vote beside the `others` of that moment, those taken back later included.

    Who was `misled`, by a suggestion that was wrong on purpose, has shown nothing of their own.
    """
    label = believed.index(vote.value)
    if label is None or misled or len(worker.waiting) >= MOST_WAITING:
        return worker
    chances: tuple[float, ...] = ()
    if known is not None:
        truth = believed.index(known)
        chances = tuple(float(at == truth) for at in range(len(believed.labels)))
    elif others and all(one.at <= vote.at - UNDONE for one in others):
        chances = posterior(believed, [one.evidence for one in others])
    if vote.followed:
        chances = tuple([believed.followed * one for one in chances])
    if not sum(chances):
        return worker
    waiting = (*worker.waiting, Pending(answer_id, vote.at, label, chances))
    return Worker(worker.base, worker.gathered, waiting)


def folded(worker: Worker, *, now: int) -> Worker:
    """What can no longer be undone counts."""
    ripe = [one for one in worker.waiting if one.at <= now - UNDONE]
    if not ripe:
        return worker
    size = len(ripe[0].chances)
    counts = list(worker.gathered or (0.0,) * (size * size))
    for one in ripe:
        for truth, chance in enumerate(one.chances):
            counts[truth * size + one.label] += chance
    waiting = tuple(one for one in worker.waiting if one.at > now - UNDONE)
    return Worker(worker.base, tuple(counts), waiting)


def forgotten(worker: Worker, answer_id: int) -> Worker:
    """The worker took an answer back."""
    return replace(worker, waiting=tuple(one for one in worker.waiting if one.answer_id != answer_id))
