"""Who gets a bonus: people who worked in a project, and the days on which they earned there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, exists, func, select

from core.store.projects import LAUNCHED
from core.store.tables import answer, assignment, ledger, project, project_version, streak_bonus, worker_model
from core.store.transaction import Change, Transaction


def projects(tx: Transaction) -> list[int]:
    """The launched projects that pay for days in a row."""
    rows = tx.execute(
        select(project.c.id)
        .join(project_version, project_version.c.project_id == project.c.id)
        .where(
            project_version.c.version == project.c.version,
            project.c.state.in_(LAUNCHED),
            project_version.c.spec.contains('"bonus":{'),
        )
        .order_by(project.c.id)
    )
    return [row.id for row in rows]


def earners(tx: Transaction, project_id: int, *, since: datetime) -> list[int]:
    """Who earned in a project since then; read on a snapshot."""
    rows = tx.execute(
        select(ledger.c.to_person)
        .where(
            ledger.c.at >= since,
            ledger.c.kind == "reward",
            ledger.c.project_id == project_id,
            ledger.c.points > 0,
        )
        .distinct()
        .order_by(ledger.c.to_person)
    )
    return [row.to_person for row in rows]


def moments(tx: Transaction, project_id: int, person_id: int, *, since: datetime) -> list[datetime]:
    """When a person gave the answers that earned something in a project, of those paid since then."""
    rows = tx.execute(
        select(answer.c.at)
        .join(ledger, ledger.c.assignment_id == answer.c.assignment_id)
        .where(
            ledger.c.to_person == person_id,
            ledger.c.kind == "reward",
            ledger.c.at >= since,
            ledger.c.project_id == project_id,
            ledger.c.points > 0,
            answer.c.voided_at.is_(None),
        )
    )
    return [row.at for row in rows]


def last_day(tx: Transaction, project_id: int, person_id: int) -> int:
    """The last day that a streak bonus was paid for; 0 when there was none."""
    value = tx.execute(
        select(func.max(streak_bonus.c.day)).where(
            streak_bonus.c.project_id == project_id, streak_bonus.c.person_id == person_id
        )
    ).scalar()
    return 0 if value is None else int(value)


def _mark(insert: Any) -> Any:
    row = insert(streak_bonus).values(
        project_id=bindparam("project"), person_id=bindparam("person"), day=bindparam("at_day")
    )
    return row.on_conflict_do_nothing()


_MARK = Change(_mark)


def mark(tx: Transaction, project_id: int, person_id: int, *, day: int) -> bool:
    """Days up to this one are paid for; False when they were before."""
    return _MARK.run(tx, project=project_id, person=person_id, at_day=day) == 1


def worked_in(tx: Transaction, project_id: int, person_id: int) -> bool:
    """Whether a person has answered in a project."""
    met = exists().where(
        assignment.c.person_id == person_id,
        assignment.c.project_id == project_id,
        answer.c.assignment_id == assignment.c.id,
        answer.c.voided_at.is_(None),
    )
    return bool(tx.execute(select(met)).scalar())


def workers(tx: Transaction, project_id: int) -> Iterator[int]:
    """Everybody who answered in a project: first whom its model knows, then whoever is left."""
    known = tx.execute(select(worker_model.c.person_id).where(worker_model.c.project_id == project_id))
    yield from [row.person_id for row in known]
    everybody = tx.execute(select(answer.c.person_id).where(answer.c.project_id == project_id).distinct())
    yield from [row.person_id for row in everybody]


def by_hand(tx: Transaction, project_id: int, person_id: int) -> int:
    """How many bonuses a person was given by hand in a project."""
    value = tx.execute(
        select(func.count()).where(
            ledger.c.to_person == person_id,
            ledger.c.project_id == project_id,
            ledger.c.kind == "bonus",
            ledger.c.key.startswith(f"bonus:hand:{project_id}:"),
        )
    ).scalar_one()
    return int(value)


def move(tx: Transaction, *, stays: int, gone: int) -> None:
    """Days that were paid for stay so when two people turn out to be one."""
    rows = tx.execute(select(streak_bonus).where(streak_bonus.c.person_id == gone)).all()
    for row in rows:
        mark(tx, row.project_id, stays, day=row.day)
    tx.execute(delete(streak_bonus).where(streak_bonus.c.person_id == gone))
