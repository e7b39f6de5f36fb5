"""The rules of conduct at work: what each answer, skip and missed card brings about, and who sets the rules."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from core import audit, overdue, projects, review, standing
from core.clock import milliseconds
from core.consensus.believed import Believed
from core.consensus.contract import Vote
from core.consensus.crowd import evidence
from core.consensus.weighed import posterior
from core.domain import deadlines
from core.domain.person import Person, require
from core.domain.project import Project
from core.domain.rules import (
    CHECKED,
    PAUSE,
    Rule,
    Setting,
    Step,
    Strictness,
    ladder,
    next_step,
    strictness,
)
from core.domain.standing import Measure
from core.domain.task import Assignment
from core.domain.watch import Seen, against, seen
from core.events import BecameOverdue, Event
from core.store import assignments, watches
from core.store import projects as project_rows
from core.store.transaction import Transaction
from core.store.watches import Watched

HASTE_SHOWS = 1.0
"""Where a crowd takes less than so many seconds, nobody can be told by their haste."""
MEASURE = {
    Step.NUDGE: Measure.WARN,
    Step.MORE_GOLD: Measure.CHECK,
    Step.PAUSE: Measure.PAUSE,
    Step.RESTRICT: Measure.RESTRICT,
}
"""What a step comes to."""


# --- what answers bring about -----------------------------------------------------------------------


def answered(
    tx: Transaction,
    held: Assignment,
    watched: Watched,
    *,
    believed: Believed,
    others: Sequence[Vote],
    answer_id: int,
    value: str,
    late: bool,
    now: datetime,
) -> tuple[Event, ...]:
    """One more answer of somebody, who was met as `watched`, beside the votes of others: at most one step."""
    label = believed.index(value)
    settings = (held.file.rules.setting, watched.setting)
    if label is None or (any(settings) and all(strictness(one, *settings) is Strictness.OFF for one in Rule)):
        return ()
    after = seen(watched.watch, _seen(held, believed, others, label=label, now=now))
    step, why = next_step(watched.step, against(after), *settings)
    if why is not None:
        step, why = next_step(watched.step, against(after), _chosen(tx, held), watched.setting)
    watches.keep(
        tx,
        after,
        project_id=held.project_id,
        person_id=held.person_id,
        before=watched.evidence,
        answer_id=answer_id,
        step=step,
        missed=watched.missed if late else 0,
    )
    if why is None:
        return ()
    key = f"rule:{held.project_id}:{held.person_id}:answer:{answer_id}"
    return _take(tx, held, why, step, key=key, weight=against(after)[why], now=now)


def _seen(held: Assignment, believed: Believed, others: Sequence[Vote], *, label: int, now: datetime) -> Seen:
    prior = believed.crowd.prior
    truth = None if held.gold is None else believed.index(held.gold)
    chances: tuple[float, ...] = ()
    if truth is not None:
        chances = tuple([float(at == truth) for at in range(len(prior))])
    elif others:
        chances = posterior(believed, [one.evidence or _counted(believed, one) for one in others])
    shown = held.suggested
    timed = believed.typical if believed.typical >= HASTE_SHOWS else None
    return Seen(
        label=label,
        usual=_usual(prior, believed.crowd.pooled),
        chances=chances,
        known=truth is not None,
        suggested=believed.index(shown.label) if shown is not None and shown.visible else None,
        seconds=(milliseconds(now) - milliseconds(held.claimed_at)) / 1000.0 if timed else None,
        typical=timed,
    )


@lru_cache(maxsize=256)
def _usual(prior: tuple[float, ...], pooled: tuple[tuple[float, ...], ...]) -> tuple[float, ...]:
    """How often a crowd says each label."""
    return tuple(
        sum(chance * row[said] for chance, row in zip(prior, pooled, strict=True))
        for said in range(len(prior))
    )


def _counted(believed: Believed, vote: Vote) -> tuple[float, ...]:
    """What a vote says where votes are only counted."""
    label = believed.index(vote.value)
    return () if label is None else evidence(believed.crowd, None, label)


def skipped(tx: Transaction, held: Assignment, *, now: datetime) -> tuple[Event, ...]:
    """A worker did not want to judge a task; whoever reports one does not skip it."""
    count = watches.skipped(tx, project_id=held.project_id, person_id=held.person_id)
    return _counted_to(tx, held, Rule.SKIPS, count, now=now)


def missed(tx: Transaction, events: Sequence[Event], *, now: datetime) -> tuple[Event, ...]:
    """What comes of the cards among these events that ran out although their workers were reminded in time."""
    more: list[Event] = []
    for one in events:
        if not isinstance(one, BecameOverdue):
            continue
        held = assignments.get(tx, one.assignment_id)
        if held is None or not deadlines.warned(
            reminded_at=held.reminded_at, due_at=held.due_at, time_limit=held.file.time_limit
        ):
            continue
        count = watches.missed(tx, project_id=held.project_id, person_id=held.person_id)
        more += _counted_to(tx, held, Rule.OVERDUE, count, now=now)
    return tuple(more)


def sweep(tx: Transaction, *, now: datetime, most: int = 50) -> tuple[Event, ...]:
    """What is past its deadline becomes overdue, and what comes of that."""
    events = overdue.sweep(tx, now=now, most=most)
    return (*events, *missed(tx, events, now=now))


def _counted_to(
    tx: Transaction, held: Assignment, rule: Rule, count: int, *, now: datetime
) -> tuple[Event, ...]:
    """Each count is reached once, so each step is taken once."""
    strict = strictness(rule, _chosen(tx, held), watches.house_setting(tx))
    for step, enough in ladder(rule, strict).items():
        if count == enough:
            key = f"rule:{held.project_id}:{held.person_id}:card:{held.id}"
            return _take(tx, held, rule, step, key=key, weight=float(count), now=now)
    return ()


def _chosen(tx: Transaction, held: Assignment) -> Setting:
    """What the project has chosen by now: a card goes by the file it was handed out under, a rule does not."""
    project = project_rows.find(tx, held.project_id)
    assert project is not None, "a card has a project"
    return project.file.rules.setting


def _take(
    tx: Transaction, held: Assignment, rule: Rule, step: Step, *, key: str, weight: float, now: datetime
) -> tuple[Event, ...]:
    lasts = {Step.MORE_GOLD: CHECKED, Step.PAUSE: PAUSE}.get(step)
    events = standing.impose(
        tx,
        held.person_id,
        kind=MEASURE[step],
        by=rule.value,
        reason=rule.value,
        project_id=held.project_id,
        until=None if lasts is None else now + lasts,
        now=now,
    )
    if step is Step.RESTRICT:
        events += review.open_case(
            tx,
            kind=review.Kind.RULE,
            key=key,
            person_id=held.person_id,
            project_id=held.project_id,
            details={"rule": rule.value, "weight": round(weight, 1)},
            now=now,
        )
    return events


# --- who sets them ----------------------------------------------------------------------------------


def of_project(tx: Transaction, person: Person, project_id: int) -> tuple[Project, Setting, Setting]:
    """A project with its own setting and the house's; raises as `projects.look`."""
    project = projects.look(tx, person, project_id)
    return project, project.file.rules.setting, watches.house_setting(tx)


def set_for_project(
    tx: Transaction, person: Person, project_id: int, rule: Rule, strict: Strictness | None, *, now: datetime
) -> Project:
    """Choose how strict a rule is in a project, a new version of it; None: as strict as the house is.

    Raises:
        Refused: not_allowed, unknown_project, project_closed.
    """
    project = projects.own(tx, person, project_id)
    if project.file.rules.setting.get(rule) == strict:
        return project
    chosen = project.file.rules.model_copy(update={rule.value: strict})
    # the budget may have been changed since the file was written
    file = project.file.model_copy(update={"rules": chosen, "budget": project.budget})
    changed = projects.replace_file(tx, person, project_id, file, now=now)
    about = f"project:{project_id}"
    audit.note(tx, who=person.id, did="rule.set", about=about, now=now, rule=rule, strict=strict or "house")
    return changed


def of_house(tx: Transaction, person: Person) -> Setting:
    """How strict the house is where a project does not say.

    Raises:
        Refused: not_allowed.
    """
    require(person, "set rules")
    return watches.house_setting(tx)


def set_for_house(
    tx: Transaction, person: Person, rule: Rule, strict: Strictness, *, now: datetime
) -> Setting:
    """Choose how strict a rule is wherever a project does not say. Raises as `of_house`."""
    require(person, "set rules")
    before = watches.lock_house(tx)
    if strictness(rule, before) is strict:
        return before
    after = {**before, rule: strict}
    watches.set_house(tx, after)
    audit.note(tx, who=person.id, did="rule.set", about="house", now=now, rule=rule, strict=strict)
    return after
