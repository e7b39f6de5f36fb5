"""Handing out tasks: the best open task for the worker who comes, claimed atomically and paid for in advance."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from core import admission, asking, rules, standing, suggesting
from core.admission import Gate
from core.asking import Caller
from core.domain import deadlines
from core.domain.choice import Belief, Candidate, choose
from core.domain.person import Person, require
from core.domain.states import AssignmentState, ProjectState, TaskState
from core.domain.task import Assignment
from core.errors import Refused
from core.events import BudgetSpent, Event, Imposed
from core.overdue import run_out
from core.store import assignments, crowds, projects, queues, tasks
from core.store.queues import Listed, Queue
from core.store.transaction import Transaction

ENOUGH = 16
"""So many candidates are weighed against each other; more would cost time and change little."""
LOOKS = 8
"""On PostgreSQL other workers' transactions may hold every candidate at this moment: so often one looks behind them."""
SHORTEST = timedelta(seconds=60)
"""Nothing is handed out that has less time left than this."""


@dataclass(frozen=True, slots=True)
class Handed:
    """The card in a worker's hand; `again` when they had it already."""

    assignment: Assignment
    again: bool = False
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class NothingToDo:
    """No open task for this worker now; or `gate`: what a project asks of them first."""

    events: tuple[Event, ...] = ()
    gate: Gate | None = None


def next_task(
    tx: Transaction,
    person: Person,
    *,
    asked: bool,
    now: datetime,
    chance: Random,
    only: Collection[int] | None = None,
    gates: bool = False,
) -> Handed | NothingToDo:
    """Hand the worker their next task, of the tasks in `only` if that is given; `asked` when they asked themselves.

    With `gates`, a project that asks something of them first may do so: before any card when they asked for
    one, else once there is nothing else to do.

    Raises:
        Refused: not_joined, not_allowed, banned, paused.
    """
    require(person, "work")
    if person.consented_at is None:
        raise Refused("not_joined")
    standing.need_free(person, now=now)
    held = assignments.active_of(tx, person.id)
    among = None if only is None else queues.listed(only)
    events: list[Event] = []
    if held is not None:
        if held.task_state is TaskState.OPEN and now <= held.due_at:
            return _hold(tx, person, held, asked=asked)
        ran_out = run_out(tx, held, now=now)  # the sweep has not come by yet
        events += (*ran_out, *rules.missed(tx, ran_out, now=now))
        if any(isinstance(one, Imposed) for one in events):
            return NothingToDo(tuple(events))  # who asks again, asks as they stand now
    project = _Projects(tx, person, now)
    unpaid: set[int] = set()
    lost: dict[int, int] = {}
    for _ in range(LOOKS):
        offers = _some_queues(tx, person, project, lost, among=among, now=now)
        if gates and asked and not lost and project.lacking:
            gate = admission.first(tx, person, project.lacking, now=now)
            if gate is not None:
                return NothingToDo(tuple(events), gate)
        of_project = {offer.queue.project_id: offer.queue for offer in offers}
        found = [candidate for offer in offers for candidate in offer.candidates]
        before = dict(lost)
        for candidate in choose(found, beliefs=project.beliefs, now=now):
            if candidate.project_id in unpaid:
                continue
            queue = of_project[candidate.project_id]
            if not projects.reserve(tx, candidate.project_id, queue.file.reward):
                unpaid.add(candidate.project_id)
                events += _pause_unpaid(tx, candidate.project_id)
                continue
            share = project.caller(queue).gold_share
            gold = _gold(tx, person, queue, among=among, now=now) if chance.random() < share else None
            for one in (candidate,) if gold is None else (gold, candidate):
                if tasks.take_slot(tx, one.task_id):
                    claimed = _claim(tx, person, one, queue, asked=asked, now=now, chance=chance)
                    return Handed(claimed, events=tuple(events))
            projects.release(tx, candidate.project_id, released=queue.file.reward)
            lost[candidate.queue_id] = max(lost.get(candidate.queue_id, 0), candidate.pos)
        if lost == before:
            break
    checked = _check_instead(tx, person, project, asked=asked, among=among, now=now, chance=chance)
    if checked is not None:
        return Handed(checked, events=tuple(events))
    late_gate = gates and not asked and project.lacking
    gate = admission.first(tx, person, project.lacking, now=now) if late_gate else None
    return NothingToDo(tuple(events), gate)


@dataclass(slots=True)
class _Projects:
    """What the projects that this claim meets believe of the worker; each is asked once."""

    tx: Transaction
    person: Person
    now: datetime
    callers: dict[int, Caller] = field(default_factory=dict)
    waits_for_others: dict[int, Queue] = field(default_factory=dict)
    lacking: list[Queue] = field(default_factory=list)
    """The queues of projects that ask for something first."""
    _late: float | None = None

    @property
    def beliefs(self) -> dict[int, Belief]:
        return {project_id: one.belief for project_id, one in self.callers.items()}

    def caller(self, queue: Queue) -> Caller:
        """How the queue's project sees the worker."""
        found = self.callers.get(queue.project_id)
        if found is None:
            if self._late is None:
                self._late = asking.lateness(self.tx, self.person.id)
            found = asking.caller(
                self.tx, self.person, queue.project_id, queue.file, late=self._late, now=self.now
            )
            self.callers[queue.project_id] = found
        return found


def _check_instead(
    tx: Transaction,
    person: Person,
    project: _Projects,
    *,
    asked: bool,
    among: Listed | None,
    now: datetime,
    chance: Random,
) -> Assignment | None:
    """Whom no project asks at the moment may show on gold that this is wrong."""
    for project_id, queue in project.waits_for_others.items():
        model = project.callers[project_id].model
        assert model is not None, "only what is learned holds somebody back"
        crowds.hold(tx, project_id=project_id, person_id=person.id, generation=model.generation)
        gold = _gold(tx, person, queue, among=among, now=now)
        if gold is None or not projects.reserve(tx, project_id, queue.file.reward):
            continue
        if tasks.take_slot(tx, gold.task_id):
            return _claim(tx, person, gold, queue, asked=asked, now=now, chance=chance)
        projects.release(tx, project_id, released=queue.file.reward)
    return None


def _hold(tx: Transaction, person: Person, held: Assignment, *, asked: bool) -> Handed:
    if (asked and not held.asked) or held.account_id != person.account_id:
        assignments.change(tx, held.id, asked=asked or held.asked, account_id=person.account_id)
        fresh = assignments.get(tx, held.id)
        assert fresh is not None, "it was just read"
        held = fresh
    return Handed(held, again=True)


@dataclass(frozen=True, slots=True)
class _Offer:
    queue: Queue
    candidates: list[Candidate]


def _some_queues(
    tx: Transaction,
    person: Person,
    project: _Projects,
    lost: Mapping[int, int],
    *,
    among: Listed | None,
    now: datetime,
) -> list[_Offer]:
    """The most urgent queues that offer something; of a queue in `lost`, what lies behind that place."""
    offers: list[_Offer] = []
    weighed = 0
    open_to = queues.open_to(tx, person.id, now=now)
    project.lacking = [queue for queue in open_to if queue.lacks]
    for queue in open_to:
        if queue.lacks:
            continue
        candidates = _candidates_of(
            tx, person, queue, project=project, behind=lost.get(queue.id), among=among, now=now
        )
        if candidates and (caller := project.caller(queue)).held_back:
            candidates = [one for one in candidates if caller.may_open and not one.answers]
            if not candidates:
                project.waits_for_others[queue.project_id] = queue
        if candidates:
            offers.append(_Offer(queue, candidates))
            weighed += len(candidates)
        if weighed >= ENOUGH:
            break
    return offers


def _candidates_of(
    tx: Transaction,
    person: Person,
    queue: Queue,
    *,
    project: _Projects | None = None,
    behind: int | None = None,
    among: Listed | None,
    now: datetime,
) -> list[Candidate]:
    file = queue.file
    if file.deadline is not None and file.deadline <= now + SHORTEST:
        return []
    waiting = queues.waiting(tx, queue, person.id, behind=behind, among=among)
    caller = project.caller(queue) if project is not None and waiting else None
    penalty, ends = file.penalty_points, file.deadline
    return [
        Candidate(
            task_id=one.task_id,
            project_id=queue.project_id,
            queue_id=queue.id,
            pos=one.pos,
            lane=queue.lane,
            priority=queue.priority,
            deadline=ends
            if one.deadline is None
            else one.deadline
            if ends is None
            else min(one.deadline, ends),
            answers=one.answered,
            reward=file.reward,
            penalty=penalty,
            chances=() if caller is None else caller.chances(one.votes, one.hint, task_id=one.task_id),
        )
        for one in waiting
        if one.deadline is None or one.deadline > now + SHORTEST
    ]


def _gold(
    tx: Transaction, person: Person, queue: Queue, *, among: Listed | None, now: datetime
) -> Candidate | None:
    """A gold task of the queue's project; workers cannot tell."""
    for gold in queues.gold_of(tx, queue.project_id, person.id):
        for one in _candidates_of(tx, person, gold, among=among, now=now):
            return one
    return None


def _claim(
    tx: Transaction,
    person: Person,
    candidate: Candidate,
    queue: Queue,
    *,
    asked: bool,
    now: datetime,
    chance: Random,
) -> Assignment:
    file = queue.file
    due = deadlines.due(
        claimed_at=now, time_limit=file.time_limit, deadline=candidate.deadline, quiet=person.quiet
    )
    assignment_id = assignments.hand_out(
        tx,
        task=candidate.task_id,
        project=candidate.project_id,
        person=person.id,
        account=person.account_id,
        version=queue.version,
        asked=asked,
        reserve=file.reward,
        penalty=file.penalty_points,
        claimed_at=now,
        due_at=due.due_at,
        remind_at=due.remind_at,
    )
    face = tasks.face(tx, candidate.task_id)
    on_screen = suggesting.put_up(
        tx, assignment_id, face, task_id=candidate.task_id, file=file, chance=chance
    )
    return Assignment(
        id=assignment_id,
        task_id=candidate.task_id,
        project_id=candidate.project_id,
        person_id=person.id,
        account_id=person.account_id,
        version=queue.version,
        state=AssignmentState.ACTIVE,
        asked=asked,
        extended=False,
        reserve=file.reward,
        penalty=file.penalty_points,
        claimed_at=now,
        due_at=due.due_at,
        remind_at=due.remind_at,
        reminded_at=None,
        content=face.content,
        context=face.context,
        gold=face.gold,
        task_state=TaskState.OPEN,
        task_deadline=face.deadline,
        file=file,
        suggested=on_screen,
    )


def _pause_unpaid(tx: Transaction, project_id: int) -> tuple[Event, ...]:
    """Tell the owner of a project that cannot pay, once; a running one is paused, a trial waits for more."""
    project = projects.lock(tx, project_id)
    if project is None or project.state not in (ProjectState.RUNNING, ProjectState.PILOT):
        return ()
    if project.state is ProjectState.PILOT and project.paused_by is not None:
        return ()
    runs = project.state is ProjectState.RUNNING
    projects.change(tx, project_id, paused_by="budget", **({"state": ProjectState.PAUSED} if runs else {}))
    return (BudgetSpent(owner_id=project.owner_id, project_id=project_id),)
