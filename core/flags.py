"""Reports: a worker says that something is wrong with a task, and a moderator looks."""

from __future__ import annotations

from datetime import datetime

from core import answering, deciding, moderators, slots
from core.domain.person import Person, require
from core.domain.states import TaskState
from core.errors import Refused
from core.events import Event, TaskReported
from core.review import Kind
from core.store import cases, projects, task_decisions, tasks
from core.store.cases import Case
from core.store.transaction import Transaction

WHY = ("offensive", "personal", "broken", "language", "other")
ENOUGH = 3
"""So many different people, and nobody gets the task any more until a moderator has looked."""


def report(
    tx: Transaction, person: Person, assignment_id: int, why: str, *, now: datetime
) -> tuple[Event, ...]:
    """The card goes back free and never returns to this person; a case opens, or grows.

    Raises:
        Refused: unknown_card, already_saved, past_due, card_closed, unknown_button.
    """
    require(person, "work")
    if why not in WHY:
        raise Refused("unknown_button")
    held = answering.skip(tx, person, assignment_id, now=now)
    project = projects.find(tx, held.project_id)
    assert project is not None, "a task has a project"
    rounds = cases.of_task(tx, held.task_id)  # the task is locked since the card was read
    open_ = next((one for one in rounds if one.decided_at is None), None)
    events: tuple[Event, ...] = ()
    case_id = None if open_ is None else open_.id
    if case_id is None:
        case_id = cases.open_(
            tx,
            kind=Kind.FLAGGED,
            key=f"flagged:{held.task_id}:{len(rounds)}",
            task_id=held.task_id,
            project_id=held.project_id,
            details={},
            now=now,
        )
        assert case_id is not None, "whoever opens one holds its task"
        events = moderators.call(tx, but=person.id)
    cases.add_flag(tx, task_id=held.task_id, person_id=person.id, case_id=case_id, reason=why, now=now)
    many = len(cases.flags_of(tx, case_id)) >= ENOUGH
    if many:
        _hold(tx, held.task_id, since=now, now=now)
    return (*events, TaskReported(project.owner_id, project.id, held.task_id, many))


def _hold(tx: Transaction, task_id: int, *, since: datetime | None, now: datetime) -> None:
    counts = tasks.lock(tx, task_id)
    task_decisions.hold(tx, task_id, since=since)
    if counts.state is not TaskState.OPEN or counts.held is (since is not None):
        return
    project = projects.find(tx, counts.project_id)
    assert project is not None, "a task has a project"
    before = slots.case_of(tx, counts, project.file)
    slots.store(tx, before, before.become(held=since is not None), now=now)


def keep(tx: Transaction, person: Person, case: Case, *, now: datetime) -> tuple[Event, ...]:
    """The task is fine: it goes out again. Raises as `deciding.in_hand`."""
    assert case.task_id is not None, "a report is about a task"
    deciding.in_hand(tx, person, case.task_id)
    _hold(tx, case.task_id, since=None, now=now)
    return ()
