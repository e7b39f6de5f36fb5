"""Projects: made, launched, paused, resumed, closed, and how far they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from core import audit, lessons, serving, settling
from core.domain.person import Person, may, require
from core.domain.project import Project
from core.domain.states import PROJECT, ProjectState, TaskState, after
from core.errors import Refused
from core.events import Event, ProjectFinished
from core.intake.project_model import ProjectFile
from core.store import answers, refits, task_views, tasks
from core.store import projects as rows
from core.store.transaction import Transaction


def create(tx: Transaction, person: Person, file: ProjectFile, *, now: datetime) -> int:
    """Make a draft and return its id.

    Raises:
        Refused: not_allowed, unknown_model, model_labels_differ.
    """
    require(person, "create project")
    serving.chosen(tx, file)
    project_id = rows.add(tx, owner_id=person.id, file=file, now=now)
    serving.follow_file(tx, project_id, file, now=now)
    if file.qualification is not None or file.topics:
        lessons.follow_file(tx, project_id, owner_id=person.id, file=file)
    _note(tx, person, "project.made", project_id, now=now)
    return project_id


def own(tx: Transaction, person: Person, project_id: int) -> Project:
    """A project this person may run, locked.

    Raises:
        Refused: unknown_project, also for projects of others.
    """
    return _allowed(person, rows.lock(tx, project_id), project_id)


def look(tx: Transaction, person: Person, project_id: int) -> Project:
    """The same, only to be looked at, also on a snapshot. Raises as `own`."""
    return _allowed(person, rows.find(tx, project_id), project_id)


def _allowed(person: Person, project: Project | None, project_id: int) -> Project:
    require(person, "run project")
    if project is None or not may(person, "run project", owner_id=project.owner_id):
        raise Refused("unknown_project", project=project_id)
    return project


def mine(tx: Transaction, person: Person) -> list[Project]:
    """The projects this person may run, newest first."""
    require(person, "run project")
    everyone = bool({"moderator", "admin"} & set(person.roles))
    return rows.of_owner(tx, None if everyone else person.id)


def replace_file(
    tx: Transaction, person: Person, project_id: int, file: ProjectFile, *, now: datetime
) -> Project:
    """A changed project file is a new version; a draft simply changes.

    Labels that have answers cannot vanish: they are archived by the caller's file or refused.

    Raises:
        Refused: unknown_project, project_closed, kind_changed, label_removed, budget_below_spent,
            point_value_fixed, unknown_model, model_labels_differ, practice_missing.
    """
    project = own(tx, person, project_id)
    if project.state is ProjectState.CLOSED:
        raise Refused("project_closed")
    if project.file.kind != file.kind:
        raise Refused("kind_changed")
    if project.state is not ProjectState.DRAFT:
        gone = {label.id for label in project.file.labels} - {label.id for label in file.labels}
        if gone:
            raise Refused("label_removed", label=sorted(gone)[0])
        if project.file.point_value not in (None, file.point_value):
            raise Refused("point_value_fixed")  # people worked for it
    _need_budget(project, file.budget)
    serving.follow_file(tx, project_id, file, now=now)
    rows.add_version(tx, project_id, file=file, version=project.version + 1, now=now)
    lessons.follow_file(tx, project_id, owner_id=project.owner_id, file=file)
    if (project.file.method, project.file.labels) != (file.method, file.labels):
        refits.outdate(tx, [project_id])
    if project.state is not ProjectState.DRAFT and _asks_more(project.file, file):
        lessons.need_practice(tx, own(tx, person, project_id))
    _note(tx, person, "project.changed", project_id, now=now, version=project.version + 1)
    return own(tx, person, project_id)


def _asks_more(before: ProjectFile, after: ProjectFile) -> bool:
    """Whether a changed file asks workers for practice that the one before did not ask for."""
    old, new = before.qualification, after.qualification
    if old is None or new is None:
        return new is not None
    return old.skill != new.skill or old.questions < new.questions


def launch(tx: Transaction, person: Person, project_id: int, *, now: datetime) -> Project:
    """Start handing out the project's tasks; after a trial, all that it left.

    Raises:
        Refused: unknown_project, no_tasks, not_now, deadline_passed, practice_missing.
    """
    project = own(tx, person, project_id)
    if task_views.sample(tx, project_id, offset=0) is None:
        raise Refused("no_tasks", project=project_id)
    if project.file.deadline is not None and project.file.deadline <= now:
        raise Refused("deadline_passed")
    lessons.need_practice(tx, project)
    launched: dict[str, object] = {"launched_at": now, "paused_by": None}
    if project.state is ProjectState.PILOT and not tasks.any_unfinished(tx, project_id):
        launched["finished_at"] = now  # the trial was all there is
    moved = _move(tx, person, project, "launch", **launched)
    _note(tx, person, "project.launched", project_id, now=now)
    return moved


def pause(tx: Transaction, person: Person, project_id: int, *, now: datetime) -> Project:
    """Hand out nothing more for now; cards in hand may be finished. Raises as `launch`."""
    moved = _move(tx, person, own(tx, person, project_id), "pause", paused_by="requester")
    _note(tx, person, "project.paused", project_id, now=now)
    return moved


def resume(tx: Transaction, person: Person, project_id: int, *, now: datetime) -> Project:
    """Hand out again.

    Raises:
        Refused: unknown_project, not_now, budget_spent.
    """
    project = own(tx, person, project_id)
    if project.left is not None and project.left < project.file.reward:
        raise Refused("budget_spent", project=project_id)
    moved = _move(tx, person, project, "resume", paused_by=None)
    _note(tx, person, "project.resumed", project_id, now=now)
    return moved


def set_budget(tx: Transaction, person: Person, project_id: int, budget: int, *, now: datetime) -> Project:
    """Change what a project may spend in all.

    Raises:
        Refused: unknown_project, budget_below_spent.
    """
    project = own(tx, person, project_id)
    _need_budget(project, budget)
    trial = {"paused_by": None} if project.state is ProjectState.PILOT else {}  # it goes on by itself
    rows.change(tx, project_id, budget=budget, **trial)
    _note(tx, person, "budget.changed", project_id, now=now, budget=budget)
    return own(tx, person, project_id)


def _need_budget(project: Project, budget: int | None) -> None:
    if budget is not None and budget < project.spent + project.reserved:
        raise Refused("budget_below_spent", points=project.spent + project.reserved)


def close(
    tx: Transaction, person: Person, project_id: int, *, now: datetime
) -> tuple[Project, tuple[Event, ...]]:
    """End a project: cards go back free, and answers that can no longer be settled are paid in full.

    Raises:
        Refused: unknown_project, not_now.
    """
    project = _move(tx, person, own(tx, person, project_id), "close", closed_at=now, paused_by=None)
    events = wind_up(tx, project_id, now=now)[0]
    _note(tx, person, "project.closed", project_id, now=now)
    return project, events


def close_at_deadline(tx: Transaction, project_id: int, *, now: datetime) -> tuple[Event, ...]:
    """The project's own deadline passed."""
    project = rows.lock(tx, project_id)
    if project is None or project.state is ProjectState.CLOSED:
        return ()
    rows.change(tx, project_id, state=ProjectState.CLOSED, closed_at=now, paused_by=None)
    return (*wind_up(tx, project_id, now=now)[0], ProjectFinished(project.owner_id, project_id, "deadline"))


def wind_up(tx: Transaction, project_id: int, *, now: datetime) -> tuple[tuple[Event, ...], int]:
    """A batch of what is left to do for a closed project; the clockwork repeats it until nothing is left."""
    events, left = settling.wind_up(tx, project_id, now=now)
    if not left:
        rows.change(tx, project_id, wound_up_at=now)
    return events, left


def _note(
    tx: Transaction, person: Person, did: str, project_id: int, *, now: datetime, **details: int
) -> None:
    audit.note(tx, who=person.id, did=did, about=f"project:{project_id}", now=now, **details)


def _move(tx: Transaction, person: Person, project: Project, event: str, **values: object) -> Project:
    state = after(PROJECT, project.state, event)
    if state is None:
        raise Refused("not_now", state=project.state)
    rows.change(tx, project.id, state=state, **values)
    return own(tx, person, project.id)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a project is."""

    project: Project
    tasks: int
    settled: int
    escalated: int
    open: int
    last_hour: int
    answers_wanted: int

    @property
    def share(self) -> float:
        """The settled share of the tasks, 0 … 1."""
        return self.settled / self.tasks if self.tasks else 0.0

    @property
    def left(self) -> timedelta | None:
        """How long the rest takes at the pace of the last hour; None when nothing moves."""
        if not self.last_hour or not self.answers_wanted:
            return None
        return timedelta(hours=self.answers_wanted / self.last_hour)


def progress(tx: Transaction, person: Person, project_id: int, *, now: datetime) -> Progress:
    """How far a project is, also on a snapshot. Raises as `own`."""
    project = look(tx, person, project_id)
    counts = task_views.count_by_state(tx, project_id)
    open_ = counts.get(TaskState.OPEN, 0)
    return Progress(
        project=project,
        tasks=sum(counts.values()),
        settled=counts.get(TaskState.SETTLED, 0),
        escalated=counts.get(TaskState.ESCALATED, 0),
        open=open_,
        last_hour=answers.recent_rate(tx, project_id, since=now - timedelta(hours=1)),
        answers_wanted=task_views.wanted_answers(tx, project_id),
    )
