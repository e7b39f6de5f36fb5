"""Where open tasks wait, and who may take which. Its cost does not grow with open tasks or past answers.

A worker keeps one place per queue. A task that frees a slot moves to the end of the FREED lane with a
fresh position, so nothing available ever lies behind a worker's place.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, NewType

from sqlalchemy import JSON, Text, and_, bindparam, cast, exists, func, or_, select, update
from sqlalchemy import insert as plain_insert

from core.domain.choice import Lane
from core.domain.standing import Measure
from core.domain.states import AssignmentState, ProjectState, TaskState
from core.domain.topics import Lack
from core.intake.project_model import ProjectFile
from core.store.admissions import LACKS
from core.store.projects import read_spec
from core.store.tables import (
    assignment,
    person,
    person_language,
    place,
    project,
    project_version,
    queue,
    restriction,
    task,
)
from core.store.transaction import Change, Statement, Transaction
from core.store.types import Id

WINDOW = 8


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue that a worker may take from, and where they stand in it."""

    id: int
    project_id: int
    version: int
    lang: str
    priority: int
    lane: int
    pos: int | None
    file: ProjectFile
    lacks: int = Lack.NOTHING  # what the worker lacks before its project hands them a card


def _queue(*row: Any) -> Queue:
    columns = list(row)
    columns[7] = read_spec(columns[7])
    return Queue(*columns)


class Waiting(NamedTuple):  # a tuple, since every claim reads a window of them
    """An open task in its queue; `mine` when this worker had it before."""

    task_id: int
    pos: int
    deadline: datetime | None
    answered: int
    votes: str | None  # as the task's row has them
    hint: str | None  # the same
    mine: bool


_SPOKEN = select(person_language.c.lang).where(person_language.c.person_id == bindparam("person"))
_QUEUES = (
    select(
        queue.c.id,
        queue.c.project_id,
        project.c.version,
        queue.c.lang,
        queue.c.priority,
        queue.c.lane,
        place.c.pos,
        project_version.c.spec,
    )
    .select_from(project)
    .join(
        project_version,
        and_(project_version.c.project_id == project.c.id, project_version.c.version == project.c.version),
    )
    .join(queue, queue.c.project_id == project.c.id)
    .outerjoin(place, and_(place.c.queue_id == queue.c.id, place.c.person_id == bindparam("person")))
    .where(or_(queue.c.lang == "", queue.c.lang.in_(_SPOKEN)))
)
# Asked here and not of the person that the event began with: while it waited for its turn, somebody may have
# been banned, and what it read before that would not say so.
# Neither part depends on the row, so the database looks once.
_FREE = exists().where(
    person.c.id == bindparam("person"),
    person.c.banned.is_(False),
    or_(person.c.paused_until.is_(None), person.c.paused_until <= bindparam("now")),
)
_BARRED = select(restriction.c.project_id).where(
    restriction.c.person_id == bindparam("person"),
    restriction.c.kind == Measure.RESTRICT.value,
    restriction.c.project_id.isnot(None),
    restriction.c.lifted_at.is_(None),
    or_(restriction.c.until.is_(None), restriction.c.until > bindparam("now")),
)
_OPEN_TO = Statement(
    _QUEUES.add_columns(LACKS.label("lacks"))
    .where(_FREE, project.c.id.not_in(_BARRED))
    .where(
        or_(
            project.c.state == ProjectState.RUNNING.value,
            # What is tried was brought forward, and comes back freed; all else waits for the launch.
            and_(project.c.state == ProjectState.PILOT.value, queue.c.lane < int(Lane.FRESH)),
        ),
        project.c.owner_id != bindparam("person"),
        queue.c.lane != int(Lane.GOLD),
    )
    .order_by(queue.c.priority.desc(), queue.c.lane, queue.c.id),
    _queue,
)
_GOLD_OF = Statement(
    _QUEUES.where(queue.c.project_id == bindparam("project"), queue.c.lane == int(Lane.GOLD)).order_by(
        queue.c.id
    ),
    _queue,
)
# What was given back may come again; what was answered, skipped or missed never does.
_MINE = exists().where(
    assignment.c.task_id == task.c.id,
    assignment.c.person_id == bindparam("person"),
    assignment.c.state != AssignmentState.RETURNED.value,
)
_OFFERED = (
    select(
        task.c.id,
        task.c.pos,
        task.c.deadline,
        task.c.answered,
        task.c.votes,
        task.c.hint,
        _MINE.label("mine"),
    )
    .where(
        task.c.queue_id == bindparam("queue"),
        task.c.state == TaskState.OPEN.value,
        task.c.free > 0,
        task.c.pos > bindparam("after"),
    )
    .order_by(task.c.pos)
    .limit(WINDOW)
)
_WAITING = Statement(_OFFERED, Waiting)
_LISTED = {
    "sqlite": select(func.json_each(bindparam("only")).table_valued("value").c.value),
    "postgresql": select(cast(func.json_array_elements_text(cast(bindparam("only", type_=Text), JSON)), Id)),
}
_AMONG = {
    dialect: Statement(_OFFERED.where(task.c.id.in_(listed), ~_MINE), Waiting)
    for dialect, listed in _LISTED.items()
}


def _keep_place(insert: Any) -> Any:
    row = insert(place).values(
        person_id=bindparam("person"), queue_id=bindparam("queue"), pos=bindparam("at")
    )
    return row.on_conflict_do_update(
        index_elements=[place.c.person_id, place.c.queue_id], set_={"pos": row.excluded.pos}
    )


_KEEP_PLACE = Change(_keep_place)

PLACE_STEP = 4
"""A place is written down only when it moved past this many tasks: one write in four claims."""


def open_to(tx: Transaction, person_id: int, *, now: datetime) -> list[Queue]:
    """The queues of running projects this person may work in now, the most urgent first.

    Of those whose project asks for something first, `lacks` says what.
    """
    return _OPEN_TO.all(tx, person=person_id, now=now)


def gold_of(tx: Transaction, project_id: int, person_id: int) -> list[Queue]:
    """The gold queues of a project that this person can read."""
    return _GOLD_OF.all(tx, project=project_id, person=person_id)


Listed = NewType("Listed", str)
"""Some tasks as a statement takes them."""


def listed(task_ids: Collection[int]) -> Listed:
    """These tasks, written once for all the queues that a claim looks at."""
    return Listed(json.dumps(list(task_ids)))


def waiting(
    tx: Transaction,
    one: Queue,
    person_id: int,
    *,
    behind: int | None = None,
    among: Listed | None = None,
) -> list[Waiting]:
    """The next tasks of a queue that are new to this person, at most a window of them.

    With `behind`, those that come after this position; what lies before it is offered again later.
    With `among`, none but these tasks, wherever they stand.
    """
    if among is not None:
        after = 0 if behind is None else behind
        return _AMONG[tx.dialect].all(tx, queue=one.id, after=after, person=person_id, only=among)
    start = at = (one.pos or 0) if behind is None else behind
    passed = 0
    while True:
        rows = _WAITING.all(tx, queue=one.id, after=at, person=person_id)
        fresh = [row for row in rows if not row.mine]
        for row in rows:
            if not row.mine:
                break
            at = row.pos
            passed += 1
        if fresh or len(rows) < WINDOW:
            break
    if behind is None and passed >= PLACE_STEP and at > start:
        _KEEP_PLACE.run(tx, person=person_id, queue=one.id, at=at)
    return fresh


_FIND = Statement(
    select(queue.c.id).where(
        queue.c.project_id == bindparam("project"),
        queue.c.lang == bindparam("lang"),
        queue.c.priority == bindparam("priority"),
        queue.c.lane == bindparam("lane"),
    ),
    int,
)


def of(tx: Transaction, project_id: int, *, lang: str, priority: int, lane: Lane) -> int:
    """The id of a queue, made when absent; the caller holds the project's row."""
    found = _FIND.first(tx, project=project_id, lang=lang, priority=priority, lane=int(lane))
    if found is not None:
        return found
    return int(
        tx.execute(
            plain_insert(queue)
            .values(project_id=project_id, lang=lang, priority=priority, lane=int(lane))
            .returning(queue.c.id)
        ).scalar_one()
    )


_MOVE = Change(
    update(task)
    .where(task.c.id == bindparam("task"))
    .values(queue_id=bindparam("queue"), pos=bindparam("at"))
)


def move_to(tx: Transaction, task_id: int, *, queue_id: int, pos: int) -> None:
    """Put a task at a fresh place of a queue."""
    _MOVE.run(tx, task=task_id, queue=queue_id, at=pos)
