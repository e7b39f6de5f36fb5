"""What a moderator decides of a task beside its label: ask more people, throw it out, or decide anew."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction

from core import audit, settling, slots
from core.consensus import methods
from core.domain.person import Person, require
from core.domain.project import Project
from core.domain.rewards import reward_points
from core.domain.states import ProjectState, TaskState
from core.domain.task import Counts, StandingAnswer
from core.errors import Refused
from core.events import Event
from core.kinds import kind_named
from core.store import answers, assignments, ledger, projects, refits, task_decisions, tasks
from core.store.transaction import Transaction

MORE_AT_MOST = 3
"""Where votes are weighed a task settles as soon as it is sure, so this is a bound; it rarely takes all."""
_UNDECIDED = (TaskState.OPEN, TaskState.ESCALATED)


def in_hand(tx: Transaction, person: Person, task_id: int) -> tuple[Counts, Project]:
    """A task that a moderator may decide on, locked.

    Raises:
        Refused: not_allowed, unknown_task, own_answer.
    """
    require(person, "review")
    try:
        counts = tasks.lock(tx, task_id)
    except LookupError:
        raise Refused("unknown_task") from None
    project = projects.find(tx, counts.project_id)
    assert project is not None, "a task has a project"
    if assignments.had(tx, task_id=task_id, person_id=person.id):
        raise Refused("own_answer")
    return counts, project


def ask_more(tx: Transaction, person: Person, task_id: int, *, now: datetime) -> tuple[Event, ...]:
    """A task on which opinions differ goes out again, to people who have not had it.

    Where votes count alike: to one or two more, so that their number is odd and a tie of two labels ends. Where
    they are weighed: to three at most, and it settles as soon as it is sure.

    Raises:
        Refused: not_allowed, unknown_task, own_answer, decided_before, project_closed, deadline_passed.
    """
    counts, project = in_hand(tx, person, task_id)
    if counts.state is not TaskState.ESCALATED:
        raise Refused("decided_before")
    if project.state not in (ProjectState.RUNNING, ProjectState.PAUSED):
        raise Refused("project_closed")
    ends = project.file.deadline
    if (ends is not None and ends <= now) or task_decisions.is_past(tx, task_id, now=now):
        raise Refused("deadline_passed")
    answered = counts.answered + counts.late
    weighed = methods()[project.file.method].learner is not None
    most = answered + (MORE_AT_MOST if weighed else 1 + answered % 2)
    task_decisions.ask_again(tx, task_id, most=most)
    before = slots.case_of(tx, counts, project.file)
    slots.store(tx, before, before.become(state=TaskState.OPEN, most=most), now=now)
    audit.note(tx, who=person.id, did="task.asked_more", about=f"task:{task_id}", now=now, most=most)
    return ()


def cancel(tx: Transaction, person: Person, task_id: int, *, now: datetime) -> tuple[Event, ...]:
    """Nobody should judge this task: it ends, cards go back free, and every answer to it is paid in full.

    Raises:
        Refused: not_allowed, unknown_task, own_answer, decided_before.
    """
    counts, _ = in_hand(tx, person, task_id)
    if counts.state not in _UNDECIDED:
        raise Refused("decided_before")
    by = f"person:{person.id}"
    tasks.end(tx, task_id, state=TaskState.CANCELLED, label=counts.label, confidence=None, by=by, now=now)
    events = settling.end_cards(tx, task_id, now=now)
    for one in answers.standing(tx, task_id):
        settling.pay(tx, one, agreement=Fraction(1), now=now)
    if counts.gold is not None:
        refits.outdate(tx, [counts.project_id])  # what it said of people is no longer so
    events = (*events, *settling.tell_finished(tx, counts.project_id, now=now))
    audit.note(tx, who=person.id, did="task.cancelled", about=f"task:{task_id}", now=now)
    return events


def revise(
    tx: Transaction, person: Person, task_id: int, label: str, *, cause: str, now: datetime
) -> tuple[Event, ...]:
    """A decision was wrong: this label is the truth, on a person's word, and whoever said it gets the rest.

    Nothing that was paid is taken back. What is not settled by now is settled so; what was thrown out was paid in
    full and stays. The truth of a gold task changes with it. The caller holds the task.

    Raises:
        Refused: appeal_unpaid, when the project's budget does not last.
    """
    counts = tasks.lock(tx, task_id)
    project = projects.find(tx, counts.project_id)
    assert project is not None, "a task has a project"
    if counts.state is TaskState.CANCELLED:
        return ()
    by = f"person:{person.id}"
    if counts.gold is not None:
        task_decisions.change_gold(tx, task_id, label)
    elif counts.state is TaskState.SETTLED:
        tasks.end(tx, task_id, state=TaskState.SETTLED, label=label, confidence=None, by=by, now=now)
    else:
        case = slots.case_of(tx, counts, project.file)
        events = settling.settle_by(tx, case, label=label, confidence=None, by=by, now=now)
        return (*events, *settling.tell_finished(tx, counts.project_id, now=now))
    kind = kind_named(project.file.kind)
    for one in answers.standing(tx, task_id):
        _pay_rest(tx, one, kind.agreement(one.value, label), cause=cause, now=now)
    refits.outdate(tx, [counts.project_id])
    return ()


def _pay_rest(
    tx: Transaction, one: StandingAnswer, agreement: Fraction, *, cause: str, now: datetime
) -> None:
    if not ledger.rewarded(tx, one.assignment_id):
        return  # a gold answer that can still be undone is paid by the new truth
    worth = reward_points(reward=one.reserve, agreement=agreement)
    more = settling.pay_rest(tx, one, worth=worth, cause=cause, now=now)
    if more is None:
        raise Refused("appeal_unpaid", project=one.project_id)
    if more:
        ledger.mark_news(tx, one.person_id, now=now)
