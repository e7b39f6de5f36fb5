"""What a worker does with a card: answer, skip, give back, keep, extend, undo."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from core import rules, slots, standing, weighing
from core.domain import deadlines
from core.domain.person import Person
from core.domain.states import AssignmentState, ProjectState, TaskState
from core.domain.task import Assignment, Counts
from core.errors import Refused
from core.events import Event
from core.kinds import kind_named
from core.overdue import become_overdue, take_back
from core.store import answers, assignments, projects, tasks, watches
from core.store.transaction import Transaction

_S = AssignmentState


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer is kept."""

    assignment_id: int
    value: str
    late: bool
    events: tuple[Event, ...] = ()


def own(tx: Transaction, person: Person, assignment_id: int) -> Assignment:
    """The person's own assignment.

    Raises:
        Refused: unknown_card, also for other people's cards.
    """
    held = assignments.get(tx, assignment_id)
    if held is None or held.person_id != person.id:
        raise Refused("unknown_card")
    return held


def answer(tx: Transaction, person: Person, assignment_id: int, raw: str, *, now: datetime) -> Answered:
    """Keep the worker's answer.

    In time it fills its slot; late, while the task is open, it comes on top, and the penalty of the
    deadline that passed is written first. A card that nobody asked for cannot be late: while it is
    still in hand, its answer is in time.

    Raises:
        Refused: unknown_card, already_saved, too_late, card_closed, unknown_label.
    """
    return answer_held(tx, person, own(tx, person, assignment_id), raw, now=now)


def answer_held(tx: Transaction, person: Person, held: Assignment, raw: str, *, now: datetime) -> Answered:
    """The same for what `own` gave in this transaction, which is locked since."""
    # A refusal commits what was written before it, so every rule is asked before anything is written.
    if held.state in (_S.ANSWERED, _S.ANSWERED_LATE):
        raise Refused("already_saved")
    if held.state is _S.EXPIRED:
        raise Refused("too_late")
    if held.state not in (_S.ACTIVE, _S.OVERDUE):
        raise Refused("card_closed")
    if held.task_state is not TaskState.OPEN:
        raise Refused("too_late")
    value = kind_named(held.file.kind).parse_answer(raw, held.file)
    events: tuple[Event, ...] = ()
    late, missed = held.state is _S.OVERDUE, False
    if held.state is _S.ACTIVE and held.asked and now > held.due_at:
        events = become_overdue(tx, held, now=now)
        late = missed = True
    state = _S.OVERDUE if late else _S.ACTIVE
    counts = tasks.lock(tx, held.task_id)
    believed, worker, watched = weighing.met(
        tx, project_id=held.project_id, person_id=person.id, file=held.file
    )
    before = slots.case_by(tx, counts, held.file, believed)
    becomes = _S.ANSWERED_LATE if late else _S.ANSWERED
    assignments.move(tx, held.id, was=state, becomes=becomes, now=now)
    answer_id = answers.add(
        tx,
        assignment=held.id,
        task=held.task_id,
        project=held.project_id,
        person=person.id,
        value=value,
        late=late,
        milliseconds=(now - held.claimed_at) // timedelta(milliseconds=1),
        at=now,
        pay_at=None if held.gold is None else now + deadlines.UNDO_WINDOW,
    )
    vote = weighing.cast(
        tx,
        project_id=held.project_id,
        believed_=believed,
        before=worker,
        file=held.file,
        others=before.votes,
        person_id=person.id,
        answer_id=answer_id,
        value=value,
        known=held.gold,
        suggested=held.suggested,
        now=now,
    )
    after = slots.with_vote(before, vote, late=late)
    slots.store(tx, before, after, now=now)
    if late:
        events += _withdraw_replacement(tx, after.counts, wanted=after.wanted, now=now)
    events += rules.answered(
        tx,
        held,
        watched,
        believed=believed,
        others=before.votes,
        answer_id=answer_id,
        value=value,
        late=late,
        now=now,
    )
    if missed:
        events += rules.missed(tx, events, now=now)
    return Answered(held.id, value, late, events)


def _withdraw_replacement(
    tx: Transaction, counts: Counts, *, wanted: int, now: datetime
) -> tuple[Event, ...]:
    """A late answer makes its replacement needless: when that card is still untouched, it is taken back free."""
    if counts.gold is not None or counts.active + counts.answered + counts.late <= wanted:
        return ()
    untouched = assignments.untouched_of_task(tx, counts.task_id)
    return tuple(event for one in untouched for event in take_back(tx, one.id, why="not_needed", now=now))


def skip(tx: Transaction, person: Person, assignment_id: int, *, now: datetime) -> Assignment:
    """The worker does not want to judge this task; it never comes back to them.

    Raises:
        Refused: unknown_card, already_saved, past_due, card_closed.
    """
    return _let_go(tx, person, assignment_id, becomes=_S.SKIPPED, now=now)


def give_back(tx: Transaction, person: Person, assignment_id: int, *, now: datetime) -> Assignment:
    """The worker pauses: the card goes back without penalty. Raises as `skip`."""
    return _let_go(tx, person, assignment_id, becomes=_S.RETURNED, now=now)


def _let_go(
    tx: Transaction, person: Person, assignment_id: int, *, becomes: AssignmentState, now: datetime
) -> Assignment:
    held = own(tx, person, assignment_id)
    _need_active(
        held, now=now if held.asked else held.claimed_at
    )  # what nobody asked for always goes back free
    assignments.move(tx, held.id, was=_S.ACTIVE, becomes=becomes, now=now)
    projects.release(tx, held.project_id, released=held.reserve)
    slots.free_slot(tx, held.task_id, held.file, now=now)
    return held


def _need_active(held: Assignment, *, now: datetime) -> None:
    if held.state in (_S.ANSWERED, _S.ANSWERED_LATE):
        raise Refused("already_saved")
    if held.state is _S.OVERDUE or (held.state is _S.ACTIVE and now > held.due_at):
        raise Refused("past_due")
    if held.state is not _S.ACTIVE:
        raise Refused("card_closed")


def keep(tx: Transaction, person: Person, assignment_id: int, *, now: datetime) -> Assignment:
    """The worker wants to keep a card that came by itself: from now on it has a deadline that counts.

    Raises:
        Refused: unknown_card, already_saved, past_due, card_closed.
    """
    held = own(tx, person, assignment_id)
    _need_active(held, now=now)
    assignments.change(tx, held.id, asked=True)
    return replace(held, asked=True)


def extend(tx: Transaction, person: Person, assignment_id: int, *, now: datetime) -> Assignment:
    """Once, before the deadline: the time limit again from now, without penalty.

    Raises:
        Refused: unknown_card, already_saved, past_due, card_closed, extended_before, no_more_time.
    """
    held = own(tx, person, assignment_id)
    _need_active(held, now=now)
    if held.extended:
        raise Refused("extended_before")
    ends = [moment for moment in (held.task_deadline, held.file.deadline) if moment is not None]
    due = deadlines.due(
        claimed_at=now,
        time_limit=held.file.time_limit,
        deadline=min(ends, default=None),
        quiet=person.quiet,
    )
    if due.due_at <= held.due_at:
        raise Refused("no_more_time")
    assignments.change(
        tx, held.id, asked=True, extended=True, due_at=due.due_at, remind_at=due.remind_at, reminded_at=None
    )
    return replace(held, asked=True, extended=True, due_at=due.due_at, remind_at=due.remind_at)


def undo(tx: Transaction, person: Person, assignment_id: int, *, now: datetime) -> Assignment:
    """Take an answer back within 60 seconds: the card returns with its old deadline.

    A card that followed by itself is given back, so that the worker holds one card only.

    Raises:
        Refused: unknown_card, undo_too_late, card_closed, banned, paused, restricted.
    """
    held = own(tx, person, assignment_id)
    standing.need_free_there(tx, person, held.project_id, now=now)
    if held.state is _S.ANSWERED_LATE:
        raise Refused("undo_too_late")
    if held.state is not _S.ANSWERED:
        raise Refused("card_closed")
    given = answers.of_assignment(tx, held.id)
    project = projects.find(tx, held.project_id)
    if given is None or now >= given.at + deadlines.UNDO_WINDOW or held.task_state is not TaskState.OPEN:
        raise Refused("undo_too_late")
    if project is None or project.state is ProjectState.CLOSED:
        raise Refused("undo_too_late")  # the card could not be answered again, and the answer is paid
    following = assignments.active_of(tx, person.id)
    if following is not None:
        take_back(tx, following.id, why="undone", now=now)
    before = slots.take_up(tx, held.task_id, held.file)
    answers.void(tx, held.id, now=now)
    assignments.move(tx, held.id, was=_S.ANSWERED, becomes=_S.ACTIVE, now=now)
    weighing.retract(
        tx,
        project_id=held.project_id,
        believed_=before.believed,
        file=held.file,
        person_id=person.id,
        answer_id=given.id,
    )
    watches.unsaid(tx, project_id=held.project_id, person_id=person.id, answer_id=given.id)
    left = tuple(vote for vote in before.votes if vote.person_id != person.id)
    counts = before.counts
    after = before.become(left, active=counts.active + 1, answered=counts.answered - 1)
    slots.store(tx, before, after, now=now)
    return replace(held, state=_S.ACTIVE)
