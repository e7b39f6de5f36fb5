"""What the clock alone brings about for cards: reminders, lateness, and taking back what nobody touched."""

from __future__ import annotations

from datetime import datetime, timedelta

from core import slots
from core.domain import deadlines
from core.domain.states import AssignmentState, TaskState
from core.domain.task import Assignment
from core.events import BecameOverdue, Event, ReminderDue, TakenBack
from core.store import assignments, ledger, projects
from core.store.transaction import Transaction

_S = AssignmentState


def become_overdue(tx: Transaction, held: Assignment, *, now: datetime) -> tuple[Event, ...]:
    """The deadline of an active assignment passed: one penalty if there was a fair warning, and the slot is free.

    The promise of its reward stays until it expires, so a late answer can always be paid.
    """
    if not assignments.move(tx, held.id, was=_S.ACTIVE, becomes=_S.OVERDUE, now=now):
        return ()
    slots.free_slot(tx, held.task_id, held.file, now=now)
    points = 0
    fair = deadlines.warned(reminded_at=held.reminded_at, due_at=held.due_at, time_limit=held.file.time_limit)
    if fair and held.penalty > 0:
        paid = ledger.penalty(
            tx,
            project_id=held.project_id,
            person_id=held.person_id,
            assignment_id=held.id,
            points=held.penalty,
            now=now,
        )
        if paid:
            points = held.penalty
            projects.release(tx, held.project_id, released=0, paid=-points)
    return (BecameOverdue(held.person_id, held.account_id, held.id, points),)


def take_back(tx: Transaction, assignment_id: int, *, why: str, now: datetime) -> tuple[Event, ...]:
    """End an active or overdue assignment without cost to the worker."""
    held = assignments.get(tx, assignment_id)
    if held is None:
        return ()
    if held.state is _S.OVERDUE:
        assignments.move(tx, held.id, was=_S.OVERDUE, becomes=_S.EXPIRED, now=now)
        projects.release(tx, held.project_id, released=held.reserve)
        return ()
    if held.state is not _S.ACTIVE:
        return ()
    assignments.move(tx, held.id, was=_S.ACTIVE, becomes=_S.RETURNED, now=now)
    projects.release(tx, held.project_id, released=held.reserve)
    slots.free_slot(tx, held.task_id, held.file, now=now)
    return (TakenBack(held.person_id, held.account_id, held.id, why),)


def sweep(tx: Transaction, *, now: datetime, most: int = 50) -> tuple[Event, ...]:
    """Mark what is past its deadline overdue; a card nobody asked for goes back silently instead."""
    events: list[Event] = []
    for one in assignments.past_due(tx, now=now, most=most):
        held = assignments.get(tx, one.id)
        if held is not None and held.state is _S.ACTIVE:
            events += run_out(tx, held, now=now)
    return tuple(events)


def run_out(tx: Transaction, held: Assignment, *, now: datetime) -> tuple[Event, ...]:
    """The time of an active card is over: overdue when its worker asked for it, else it goes back silently."""
    if held.task_state is not TaskState.OPEN:
        return take_back(tx, held.id, why="not_needed", now=now)
    if held.asked:
        return become_overdue(tx, held, now=now)
    return take_back(tx, held.id, why="untouched", now=now)


def remind(tx: Transaction, *, now: datetime, most: int = 50) -> tuple[Event, ...]:
    """Remind the workers whose card runs out soon; a card nobody asked for goes back silently instead."""
    events: list[Event] = []
    for one in assignments.to_remind(tx, now=now, most=most):
        held = assignments.get(tx, one.id)
        if held is None or held.state is not _S.ACTIVE:
            continue
        if not held.asked:
            events += take_back(tx, held.id, why="untouched", now=now)
            continue
        # It is owed now; the courier writes when it was delivered.
        assignments.change(tx, held.id, remind_at=None)
        events.append(ReminderDue(held.person_id, held.account_id, held.id, held.due_at, held.penalty))
    return tuple(events)


def expire(tx: Transaction, *, now: datetime, most: int = 50) -> int:
    """Overdue assignments end a day after their deadline, and their promise is taken back."""
    ended = assignments.to_expire(tx, before=now - deadlines.EXPIRES_AFTER, most=most)
    for one in ended:
        take_back(tx, one.id, why="expired", now=now)
    return len(ended)


def return_all(tx: Transaction, person_id: int, *, now: datetime) -> None:
    """Somebody became unreachable: their work goes back free."""
    for one in assignments.open_of_person(tx, person_id):
        take_back(tx, one.id, why="unreachable", now=now)


def shift(tx: Transaction, *, away: timedelta, now: datetime) -> int:
    """The service was away: every running deadline moves by as long; returns how many."""
    return assignments.shift_all(tx, away, now=now)
