"""From answers to a settled label, and from a settled label to points."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from fractions import Fraction

from core import audit, slots
from core.consensus.contract import Ask, Escalate, Settle
from core.domain.person import Person, require
from core.domain.rewards import reward_points
from core.domain.states import CONSENSUS, MODEL, ProjectState, TaskState
from core.domain.suggestions import Screen
from core.domain.task import Assignment, Counts, StandingAnswer
from core.errors import Refused
from core.events import Event, PilotOver, ProjectFinished, TaskEscalated
from core.intake.project_model import ProjectFile
from core.kinds import kind_named
from core.overdue import take_back
from core.slots import Case
from core.store import answers, assignments, ledger, pilots, projects, tasks
from core.store.transaction import Transaction


def settle_due(tx: Transaction, *, now: datetime, most: int = 10) -> tuple[Event, ...]:
    """Settle or escalate the tasks whose answers can no longer be undone."""
    events: list[Event] = []
    touched: set[int] = set()
    for task_id in tasks.due_to_settle(tx, now=now, most=most):
        counts = tasks.lock(tx, task_id)
        project = projects.find(tx, counts.project_id)
        assert project is not None, "a task has a project"
        case = slots.case_of(tx, counts, project.file)
        events += _conclude(tx, case, owner_id=project.owner_id, now=now)
        if isinstance(case.verdict, Ask):
            slots.store(tx, case, case, now=now)  # the project wants more answers by now
        touched.add(counts.project_id)
    for project_id in sorted(touched):
        events += tell_finished(tx, project_id, now=now)
    return tuple(events)


def end_overdue_tasks(tx: Transaction, *, now: datetime, most: int = 10) -> tuple[Event, ...]:
    """Tasks whose own deadline passed: settled with what they have, else a person must decide."""
    events: list[Event] = []
    touched: set[int] = set()
    for task_id in tasks.past_deadline(tx, now=now, most=most):
        counts = tasks.lock(tx, task_id)
        project = projects.find(tx, counts.project_id)
        assert project is not None, "a task has a project"
        votes = counts.answered + counts.late
        file = replace_overlap(project.file, most=votes) if votes else project.file
        no_more = replace(counts, most=None)
        events += _conclude(tx, slots.case_of(tx, no_more, file), owner_id=project.owner_id, now=now)
        if tasks.lock(tx, task_id).state is TaskState.OPEN:
            events += _escalate(tx, counts, owner_id=project.owner_id, leading=None, confidence=0.0, now=now)
        touched.add(counts.project_id)
    for project_id in sorted(touched):
        events += tell_finished(tx, project_id, now=now)
    return tuple(events)


def replace_overlap(file: ProjectFile, *, most: int) -> ProjectFile:
    """The project file with an overlap that `most` answers fill: no more will come."""
    least = min(file.overlap.min, most)
    overlap = file.overlap.model_copy(update={"min": least, "max": most})
    return file.model_copy(update={"overlap": overlap})


def _conclude(tx: Transaction, case: Case, *, owner_id: int, now: datetime) -> tuple[Event, ...]:
    counts = case.counts
    if counts.state is not TaskState.OPEN or counts.gold is not None:
        return ()
    verdict = case.verdict
    if isinstance(verdict, Settle):
        return settle(tx, case, verdict, now=now)
    if isinstance(verdict, Escalate):
        return _escalate(
            tx, counts, owner_id=owner_id, leading=verdict.leading, confidence=verdict.confidence, now=now
        )
    return ()


def settle(tx: Transaction, case: Case, verdict: Settle, *, now: datetime) -> tuple[Event, ...]:
    """The answers decide the task: its label is fixed and everybody is paid; without any, nobody is."""
    by = CONSENSUS if case.counts.answered + case.counts.late else MODEL
    return settle_by(tx, case, label=verdict.label, confidence=verdict.confidence, by=by, now=now)


def _escalate(
    tx: Transaction,
    counts: Counts,
    *,
    owner_id: int,
    leading: str | None,
    confidence: float,
    now: datetime,
) -> tuple[Event, ...]:
    tasks.end(
        tx, counts.task_id, state=TaskState.ESCALATED, label=leading, confidence=confidence, by=None, now=now
    )
    events = end_cards(tx, counts.task_id, now=now)
    return (*events, TaskEscalated(owner_id, counts.project_id, counts.task_id))


def settle_by(
    tx: Transaction,
    case: Case,
    *,
    label: str,
    confidence: float | None,
    by: str,
    now: datetime,
) -> tuple[Event, ...]:
    """Fix the label, take back what is still out, and pay every answer of the task."""
    counts = case.counts
    tasks.end(tx, counts.task_id, state=TaskState.SETTLED, label=label, confidence=confidence, by=by, now=now)
    events = end_cards(tx, counts.task_id, now=now)
    standing = answers.standing(tx, counts.task_id)
    kind = kind_named(case.file.kind)
    for one in standing:
        if by == CONSENSUS:
            agreement = case.method.agreement(
                case.votes, person_id=one.person_id, believed=case.believed, kind=kind.agreement
            )
        else:
            agreement = kind.agreement(one.value, label)
        pay(tx, one, agreement=agreement, now=now)
    return events


def end_cards(tx: Transaction, task_id: int, *, now: datetime, why: str = "not_needed") -> tuple[Event, ...]:
    """A task ended: whoever has it in hand gives it back free."""
    return tuple(
        event
        for one in assignments.open_of_task(tx, task_id)
        for event in take_back(tx, one.id, why=why, now=now)
    )


def pay(tx: Transaction, one: StandingAnswer, *, agreement: Fraction, now: datetime) -> None:
    """Pay an answer r(R), once; the rest of its promise goes back to the budget.

    When its task was open once more and is settled again, nothing is clawed back, and an answer that
    turns out to be worth more than it was paid gets the rest, while the budget lasts.
    """
    points = reward_points(reward=one.reserve, agreement=agreement)
    paid = ledger.reward(
        tx,
        project_id=one.project_id,
        person_id=one.person_id,
        assignment_id=one.assignment_id,
        points=points,
        now=now,
    )
    if paid:
        projects.release(tx, one.project_id, released=one.reserve, paid=points)
        ledger.mark_news(tx, one.person_id, now=now)
        return
    pay_rest(tx, one, worth=points, now=now)


def pay_rest(
    tx: Transaction, one: StandingAnswer, *, worth: int, cause: str = "", now: datetime
) -> int | None:
    """Pay what an answer is worth beyond what it was paid, once for a cause; never take anything back.

    Returns the points that are more; None when the budget does not last for them, and nothing happened.
    """
    more = worth - ledger.paid_before(tx, one.assignment_id)
    if more <= 0:
        return 0
    if not projects.set_aside(tx, one.project_id, more):
        return None
    corrected = ledger.correction(
        tx,
        project_id=one.project_id,
        person_id=one.person_id,
        assignment_id=one.assignment_id,
        points=more,
        cause=cause,
        now=now,
    )
    projects.release(tx, one.project_id, released=more, paid=more if corrected else 0)
    return more


def pay_gold_due(tx: Transaction, *, now: datetime, most: int = 50) -> int:
    """Pay answers to gold tasks by the known truth, once they can no longer be undone."""
    due = answers.due_to_pay(tx, now=now, most=most)
    for assignment_id in due:
        held = assignments.get(tx, assignment_id)
        given = answers.of_assignment(tx, assignment_id)
        if held is not None and given is not None and held.gold is not None:
            pay(tx, given, agreement=_by_gold(held, given.value), now=now)
    return len(due)


def _by_gold(held: Assignment, value: str) -> Fraction:
    """A suggestion that was wrong on purpose costs nobody anything, whatever they made of it."""
    if held.gold is None or (held.suggested is not None and held.suggested.screen is Screen.PLANTED):
        return Fraction(1)
    return kind_named(held.file.kind).agreement(value, held.gold)


def decide(tx: Transaction, person: Person, task_id: int, raw: str, *, now: datetime) -> tuple[Event, ...]:
    """A person settles what the crowd did not: their label is the truth, and everybody is paid by it.

    Raises:
        Refused: unknown_task, not_allowed, decided_before, own_answer, unknown_label.
    """
    try:
        counts = tasks.lock(tx, task_id)
    except LookupError:
        raise Refused("unknown_task") from None
    project = projects.find(tx, counts.project_id)
    assert project is not None, "a task has a project"
    require(person, "decide", owner_id=project.owner_id)
    if counts.state is not TaskState.ESCALATED:
        raise Refused("decided_before")
    if assignments.had(tx, task_id=task_id, person_id=person.id):
        raise Refused("own_answer")
    label = kind_named(project.file.kind).parse_answer(raw, project.file)
    by = f"person:{person.id}"
    case = slots.case_of(tx, counts, project.file)
    events = settle_by(tx, case, label=label, confidence=None, by=by, now=now)
    events = (*events, *tell_finished(tx, counts.project_id, now=now))
    about = f"task:{task_id}"
    audit.note(tx, who=person.id, did="task.decided", about=about, now=now, project=counts.project_id)
    return events


def wind_up(
    tx: Transaction, project_id: int, *, now: datetime, most: int = 10
) -> tuple[tuple[Event, ...], int]:
    """A project ended: end some of its tasks; returns what happened, and how many were left to end.

    What is sure enough is settled; answers that can no longer be settled are paid in full.
    """
    events: list[Event] = []
    ending = tasks.unfinished(tx, project_id, most=most)
    for task_id in ending:
        counts = tasks.lock(tx, task_id)
        project = projects.find(tx, project_id)
        assert project is not None, "a task has a project"
        case = slots.case_of(tx, counts, project.file)
        verdict = case.verdict
        if counts.gold is None and counts.state is TaskState.OPEN and isinstance(verdict, Settle):
            events += settle(tx, case, verdict, now=now)
            continue
        tasks.end(
            tx, task_id, state=TaskState.CANCELLED, label=counts.label, confidence=None, by=None, now=now
        )
        events += end_cards(tx, task_id, why="project_ended", now=now)
        if counts.gold is None:
            for one in answers.standing(tx, task_id):
                pay(tx, one, agreement=Fraction(1), now=now)
    return tuple(events), len(ending)


def tell_finished(tx: Transaction, project_id: int, *, now: datetime) -> tuple[Event, ...]:
    """Told once, when nothing of a project is open or waits for a decision any more; of a trial, when none is open."""
    project = projects.lock(tx, project_id)
    if project is None or project.closed_at is not None or project.finished_at is not None:
        return ()
    if project.state is ProjectState.PILOT:
        over = pilots.end(tx, project_id, now=now)
        return (PilotOver(project.owner_id, project_id),) if over else ()
    if tasks.any_unfinished(tx, project_id):
        return ()
    projects.change(tx, project_id, finished_at=now)
    return (ProjectFinished(project.owner_id, project_id, "settled"),)
