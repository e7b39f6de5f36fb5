"""Whom a project asks: what it believes of the worker who comes, and whether it would rather wait for another."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from core import standing
from core.clock import milliseconds
from core.consensus import methods
from core.consensus.believed import Believed
from core.consensus.contract import Learner
from core.consensus.crowd import STRENGTH
from core.consensus.online import Counts
from core.consensus.weighed import posterior
from core.domain.choice import ANYBODY, Belief, Chances, information
from core.domain.person import Person
from core.domain.reliability import Seen, together
from core.domain.rules import MORE_GOLD
from core.domain.suggestions import audited
from core.intake.project_model import Order, ProjectFile
from core.store import assignments, practice, skills, tasks
from core.store.suggestions import hint_of
from core.store.transaction import Transaction
from core.weighing import met

LIVELY = timedelta(hours=6)
"""So long after a refit a project may wait for somebody better: when few answers come, it takes whoever comes."""
NEW = 10.0
"""A worker is new to a project until something is known of so many answers."""
CHECKED_MORE = 3.0
"""New workers meet gold this many times as often."""
MOST_CHECKED = 0.5
USUALLY_LATE, LATE_WEIGHT = 0.05, 10
"""How often people are late before anything is known of them, and how many cards that weighs."""
MOST_ELSEWHERE = 10.0
"""So many answers at most speak for somebody who comes from other projects."""
PROVED = 20.0
"""Nobody is held back of whose work less is known than so many answers."""
NEARLY = 0.8
"""Who teaches this share of what the crowd as a whole does is always asked."""
OPENING = 0.7
"""Who clears this part of the bar may still open tasks that nobody answered: a first answer is better than none."""
INDIVIDUAL = STRENGTH
"""Whom to ask is judged by what they do themselves, at least as much as of a crowd of which nothing is known: who
differs from the others shows sooner, and a mistake costs a wait and no label."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The worker who comes, as one project sees them; held back, they finish nothing that others began."""

    belief: Belief
    held_back: bool = False
    may_open: bool = True
    gold_share: float = 0.0
    model: Believed | None = None
    listens: bool = False  # whether a model's word changes the order of tasks

    def chances(self, votes: str | None, hint: str | None = None, *, task_id: int = 0) -> Chances:
        """What is believed of a task from the votes in its row, an older generation's too, and from a model's word.

        With that, a task that a model is unsure of teaches more than one that it knows, and goes out first.
        """
        if self.model is None:
            return ()
        tally = tasks.tally_of(votes)
        said = [] if tally is None else [vote.evidence for vote in tally.votes]
        if self.listens and hint is not None and not audited(task_id):
            said.append(self.model.advice(hint_of(hint), alone=not said))
        return posterior(self.model, said)


def caller(
    tx: Transaction, person: Person, project_id: int, file: ProjectFile, *, late: float, now: datetime
) -> Caller:
    """What a project believes of a person who asks for work."""
    learner = methods()[file.method].learner
    checked = MORE_GOLD if standing.is_checked(tx, person, project_id, now=now) else 0.0
    if learner is None:
        share = max(checked, file.gold_share)
        return Caller(Belief(p_right=ANYBODY.p_right, p_late=late), gold_share=share)
    model, worker, _ = met(tx, project_id=project_id, person_id=person.id, file=file)
    counts = worker.counts or _elsewhere(tx, person.id, project_id, file, model)
    says = habits(learner, model, counts)
    prior = model.crowd.prior
    belief = Belief(
        p_right=math.fsum(chance * row[at] for at, (chance, row) in enumerate(zip(prior, says, strict=True))),
        p_late=late,
        says=says,
        fresh=information(prior, says),
    )
    lively = milliseconds(now) < model.as_of + LIVELY // timedelta(milliseconds=1)
    share = file.gold_share * (CHECKED_MORE if worker.seen < NEW else 1.0)
    return Caller(
        belief,
        held_back=lively and worker.seen >= PROVED and belief.fresh < model.bar,
        may_open=belief.fresh >= OPENING * model.bar and not file.suggestions.automatic,
        gold_share=max(checked, min(share, max(MOST_CHECKED, file.gold_share))),
        model=model,
        listens=file.suggestions.wanted and file.suggestions.order is Order.UNSURE,
    )


def _elsewhere(
    tx: Transaction, person_id: int, project_id: int, file: ProjectFile, model: Believed
) -> Counts | None:
    """Soft counts that say what the person's other projects of this kind do; a newcomer anywhere has none.

    Where they had to practise for this project, what they showed there says as much as other projects do.

    They choose tasks only: a vote weighs by what its own project has seen.
    """
    found = [one for kind, _, one in skills.of_person(tx, person_id) if kind == file.kind]
    if file.qualification is not None:
        found.append(Seen(*practice.shown(tx, person_id=person_id, project_id=project_id)))
    seen = together(found)
    if not seen.answers:
        return None
    labels = len(model.labels)
    weight = min(1.0, MOST_ELSEWHERE / seen.answers)
    wrong = weight * seen.wrong / max(1, labels - 1)
    return tuple(
        chance * (weight * seen.right if said == truth else wrong)
        for truth, chance in enumerate(model.crowd.prior)
        for said in range(labels)
    )


def habits(learner: Learner, model: Believed, counts: Counts | None) -> tuple[Chances, ...]:
    """(K, K) P(a worker says l | truth k), truth by truth."""
    crowd = replace(model.crowd, strength=min(model.crowd.strength, INDIVIDUAL))
    said = [learner.evidence(crowd, counts, label) for label in range(len(model.labels))]
    return tuple(tuple(math.exp(row[truth]) for row in said) for truth in range(len(said)))


def lateness(tx: Transaction, person_id: int) -> float:
    """How likely the person is late, from their newest cards."""
    late, cards = assignments.lateness(tx, person_id)
    return (late + USUALLY_LATE * LATE_WEIGHT) / (cards + LATE_WEIGHT)


def bar(learner: Learner, model: Believed, recent: Sequence[Counts]) -> float:
    """What an answer must teach, in bits about a task nobody answered, so that nobody better is waited for.

    `recent` are the soft counts of whoever came lately, one for each visit, asked or not: half of them
    clear it, and everybody does who is nearly as good as the whole crowd.
    """
    if not recent:
        return 0.0
    prior = model.crowd.prior
    known: dict[Counts, float] = {}
    for counts in recent:
        if counts not in known:
            known[counts] = information(prior, habits(learner, model, counts))
    taught = sorted(known[counts] for counts in recent)
    usual = information(prior, habits(learner, model, None))
    return min(taught[len(taught) // 2], NEARLY * usual)
