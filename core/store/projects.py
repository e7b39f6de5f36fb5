"""Projects, their versions, and what they can still pay."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, insert, or_, select, update

from core.domain.project import Project
from core.domain.states import ProjectState
from core.intake.project_model import ProjectFile
from core.store.tables import project, project_version
from core.store.transaction import Change, Statement, Transaction


@lru_cache(maxsize=512)
def read_spec(text: str) -> ProjectFile:
    """The project file of a stored version; versions never change, so reading one once is enough."""
    return ProjectFile.model_validate_json(text)


def _project(*row: Any) -> Project:
    columns = list(row)
    columns[2] = ProjectState(columns[2])
    columns[11] = read_spec(columns[11])
    return Project(*columns)


_PROJECT = (
    select(
        project.c.id,
        project.c.owner_id,
        project.c.state,
        project.c.paused_by,
        project.c.version,
        project.c.budget,
        project.c.reserved,
        project.c.spent,
        project.c.launched_at,
        project.c.closed_at,
        project.c.finished_at,
        project_version.c.spec,
    )
    .join(project_version, project_version.c.project_id == project.c.id)
    .where(project_version.c.version == project.c.version)
)
_BY_ID = Statement(_PROJECT.where(project.c.id == bindparam("project")), _project)
_LOCKED = Statement(
    _PROJECT.where(project.c.id == bindparam("project")).with_for_update(of=project, key_share=True), _project
)
_VERSION = Statement(
    select(project_version.c.spec).where(
        project_version.c.project_id == bindparam("project"),
        project_version.c.version == bindparam("version"),
    ),
    read_spec,
)


def find(tx: Transaction, project_id: int) -> Project | None:
    """The project as it stands."""
    return _BY_ID.first(tx, project=project_id)


def lock(tx: Transaction, project_id: int) -> Project | None:
    """The project, locked until the transaction ends."""
    return _LOCKED.first(tx, project=project_id)


def file_of(tx: Transaction, project_id: int, version: int) -> ProjectFile:
    """The project file of one version."""
    return _VERSION.one(tx, project=project_id, version=version)


def of_owner(tx: Transaction, owner_id: int | None) -> list[Project]:
    """The newest projects of one owner, or of everyone."""
    query = _PROJECT.order_by(project.c.id.desc()).limit(50)
    if owner_id is not None:
        query = query.where(project.c.owner_id == owner_id)
    return [_project(*row) for row in tx.execute(query)]


def add(tx: Transaction, *, owner_id: int, file: ProjectFile, now: datetime) -> int:
    """Make a draft and return its id."""
    project_id = int(
        tx.execute(
            insert(project)
            .values(
                owner_id=owner_id,
                state=ProjectState.DRAFT,
                version=1,
                budget=file.budget,
                created_at=now,
            )
            .returning(project.c.id)
        ).scalar_one()
    )
    _add_version(tx, project_id, version=1, file=file, now=now)
    return project_id


def add_version(tx: Transaction, project_id: int, *, file: ProjectFile, version: int, now: datetime) -> None:
    """Make `file` the newest version of the project."""
    _add_version(tx, project_id, version=version, file=file, now=now)
    change(tx, project_id, version=version, budget=file.budget)


def _add_version(tx: Transaction, project_id: int, *, version: int, file: ProjectFile, now: datetime) -> None:
    tx.execute(
        insert(project_version).values(
            project_id=project_id, version=version, spec=file.model_dump_json(), created_at=now
        )
    )


def change(tx: Transaction, project_id: int, **values: Any) -> None:
    """Set columns of a project."""
    tx.execute(update(project).where(project.c.id == project_id).values(**values))


_SET_ASIDE_ROW = (
    update(project)
    .where(
        project.c.id == bindparam("project"),
        or_(
            project.c.budget.is_(None),
            project.c.spent + project.c.reserved + bindparam("points") <= project.c.budget,
        ),
    )
    .values(reserved=project.c.reserved + bindparam("points"))
)
_SET_ASIDE = Change(_SET_ASIDE_ROW)
_HANDS_OUT = or_(project.c.state == ProjectState.RUNNING.value, project.c.state == ProjectState.PILOT.value)
_RESERVE = Change(_SET_ASIDE_ROW.where(_HANDS_OUT))
_SETTLE_RESERVE = Change(
    update(project)
    .where(project.c.id == bindparam("project"))
    .values(reserved=project.c.reserved - bindparam("released"), spent=project.c.spent + bindparam("paid"))
)
_NEXT_PLACE = Statement(
    update(project)
    .where(project.c.id == bindparam("project"))
    .values(next_pos=project.c.next_pos + bindparam("count"))
    .returning(project.c.next_pos),
    int,
)


def reserve(tx: Transaction, project_id: int, points: int) -> bool:
    """Promise `points` of the budget; False when the project does not run or cannot pay."""
    return _RESERVE.run(tx, project=project_id, points=points) == 1


def set_aside(tx: Transaction, project_id: int, points: int) -> bool:
    """Promise `points` for work that is done, whether the project runs or not; False when it cannot pay."""
    return _SET_ASIDE.run(tx, project=project_id, points=points) == 1


def release(tx: Transaction, project_id: int, *, released: int, paid: int = 0) -> None:
    """Take back a promise and book what was paid instead (negative when a penalty came back)."""
    _SETTLE_RESERVE.run(tx, project=project_id, released=released, paid=paid)


def places(tx: Transaction, project_id: int, count: int = 1) -> int:
    """Take `count` fresh places at the end of the project's queues; returns the last one.

    The row stays locked until the transaction ends, so places become visible in their order and no
    worker can pass one that is not there yet.
    """
    return _NEXT_PLACE.one(tx, project=project_id, count=count)


LAUNCHED = (ProjectState.PILOT, ProjectState.RUNNING, ProjectState.PAUSED)


def past_deadline(tx: Transaction, now: datetime) -> list[int]:
    """Launched projects whose own deadline has passed."""
    rows = tx.execute(_PROJECT.where(project.c.state.in_(LAUNCHED)))
    return [
        one.id
        for one in (_project(*row) for row in rows)
        if one.file.deadline is not None and one.file.deadline <= now
    ]


def to_wind_up(tx: Transaction) -> list[int]:
    """Closed projects with tasks that did not end yet."""
    rows = tx.execute(
        select(project.c.id).where(project.c.state == ProjectState.CLOSED, project.c.wound_up_at.is_(None))
    )
    return [row.id for row in rows]
