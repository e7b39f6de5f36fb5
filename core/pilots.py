"""Trying a project with its first tasks before the launch: what they cost, and how well people agree."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from core import audit, fair_pay, lessons, projects
from core.domain.choice import Lane
from core.domain.fair_pay import FairPay
from core.domain.person import Person
from core.domain.project import Project
from core.domain.states import PROJECT, TaskState, after
from core.errors import Refused
from core.store import pilots as rows
from core.store import projects as project_rows
from core.store import queues, task_views, tasks
from core.store.transaction import Transaction

TRIED = 20
"""So many tasks are tried, where there are as many."""


@dataclass(frozen=True, slots=True)
class Report:
    """How a trial stands: its tasks, how far people agree, what an hour pays, how long the rest would take."""

    tried: int
    settled: int
    escalated: int
    pairs: int
    agreeing: int
    took: timedelta | None
    pay: FairPay | None
    work_left: timedelta | None
    """The time of all people together that the open tasks take, as far as the trial tells."""

    @property
    def over(self) -> bool:
        """Whether none of its tasks is open any more."""
        return self.took is not None


def begin(tx: Transaction, person: Person, project_id: int, *, now: datetime) -> Project:
    """Hand out the first tasks of a draft, and no others.

    Raises:
        Refused: unknown_project, no_tasks, not_now, deadline_passed, practice_missing.
    """
    project = projects.own(tx, person, project_id)
    if project.file.deadline is not None and project.file.deadline <= now:
        raise Refused("deadline_passed")
    state = after(PROJECT, project.state, "try")
    if state is None:
        raise Refused("not_now", state=project.state)
    chosen = rows.first(tx, project_id, most=TRIED)
    if not chosen:
        raise Refused("no_tasks", project=project_id)
    for task_id in chosen:
        counts = tasks.lock(tx, task_id)
        lane = queues.of(tx, project_id, lang=counts.lang, priority=counts.priority, lane=Lane.FOREMOST)
        queues.move_to(tx, task_id, queue_id=lane, pos=project_rows.places(tx, project_id))
    lessons.need_practice(tx, project)
    rows.add(tx, project_id, chosen, now=now)
    project_rows.change(tx, project_id, state=state, launched_at=now)
    audit.note(tx, who=person.id, did="project.tried", about=f"project:{project_id}", now=now)
    return projects.own(tx, person, project_id)


def report(tx: Transaction, project: Project) -> Report | None:
    """How a project's trial stands; None when it had none."""
    one = rows.find(tx, project.id)
    if one is None:
        return None
    given = rows.answers(tx, one.tasks)
    said: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for task_id, value in given:
        said[task_id][value] += 1
    states = Counter(rows.states(tx, one.tasks))
    pay = fair_pay.measured(tx, project)
    ended = len(one.tasks) - states[TaskState.OPEN]
    left = None
    if pay is not None and ended and one.over_at is not None:
        open_tasks = task_views.count_by_state(tx, project.id).get(TaskState.OPEN, 0)
        left = timedelta(seconds=open_tasks * len(given) / len(one.tasks) * pay.seconds_each)
    return Report(
        tried=len(one.tasks),
        settled=states[TaskState.SETTLED],
        escalated=states[TaskState.ESCALATED],
        pairs=sum(_pairs(votes.total()) for votes in said.values()),
        agreeing=sum(_pairs(count) for votes in said.values() for count in votes.values()),
        took=None if one.over_at is None else one.over_at - one.started_at,
        pay=pay,
        work_left=left,
    )


def _pairs(people: int) -> int:
    return people * (people - 1) // 2
