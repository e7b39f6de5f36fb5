"""Cases for moderators that have no row elsewhere: reported tasks, people who stand out, what a rule found."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update

from core.store.tables import flag, review_case, task
from core.store.transaction import Statement, Transaction

_c = review_case


@dataclass(frozen=True, slots=True)
class Case:
    """Something a moderator should look at, and what became of it."""

    id: int
    kind: str
    person_id: int | None
    task_id: int | None
    project_id: int | None
    details: Mapping[str, Any]
    opened_at: datetime
    decided_at: datetime | None
    decided_by: int | None
    outcome: str | None


def _case(*row: Any) -> Case:
    columns = list(row)
    columns[5] = json.loads(columns[5])
    return Case(*columns)


_COLUMNS = (
    _c.c.id,
    _c.c.kind,
    _c.c.person_id,
    _c.c.task_id,
    _c.c.project_id,
    _c.c.details,
    _c.c.opened_at,
    _c.c.decided_at,
    _c.c.decided_by,
    _c.c.outcome,
)
_BY_ID = Statement(select(*_COLUMNS).where(_c.c.id == bindparam("case")), _case)


def find(tx: Transaction, case_id: int) -> Case | None:
    """A case as it stands."""
    return _BY_ID.first(tx, case=case_id)


def _open(insert_: Any) -> Any:
    return (
        insert_(review_case)
        .values(
            kind=bindparam("of_kind"),
            key=bindparam("about"),
            person_id=bindparam("person"),
            task_id=bindparam("task"),
            project_id=bindparam("project"),
            details=bindparam("facts"),
            opened_at=bindparam("now"),
        )
        .on_conflict_do_nothing(index_elements=[review_case.c.key])
        .returning(review_case.c.id)
    )


_OPEN = Statement(_open, int)


def open_(
    tx: Transaction,
    *,
    kind: str,
    key: str,
    person_id: int | None = None,
    task_id: int | None = None,
    project_id: int | None = None,
    details: Mapping[str, Any],
    now: datetime,
) -> int | None:
    """Open a case and return its id; None when there is one of that key."""
    return _OPEN.first(
        tx,
        of_kind=kind,
        about=key,
        person=person_id,
        task=task_id,
        project=project_id,
        facts=json.dumps(details),
        now=now,
    )


def decide(tx: Transaction, case_id: int, *, by: int | None, outcome: str, now: datetime) -> bool:
    """Somebody decided a case; False when it was decided before."""
    done = tx.execute(
        update(review_case)
        .where(review_case.c.id == case_id, review_case.c.decided_at.is_(None))
        .values(decided_at=now, decided_by=by, outcome=outcome)
    )
    return done.rowcount == 1


def waiting(tx: Transaction, kind: str, *, after: int, most: int) -> list[int]:
    """The oldest undecided cases of a kind behind that one."""
    rows = tx.execute(
        select(_c.c.id)
        .where(_c.c.kind == kind, _c.c.decided_at.is_(None), _c.c.id > after)
        .order_by(_c.c.id)
        .limit(most)
    )
    return [row.id for row in rows]


def count(tx: Transaction) -> dict[str, int]:
    """How many cases of each kind are undecided."""
    rows = tx.execute(select(_c.c.kind, func.count()).where(_c.c.decided_at.is_(None)).group_by(_c.c.kind))
    return {kind: int(number) for kind, number in rows}


def of_task(tx: Transaction, task_id: int) -> list[Case]:
    """Every case about a task, oldest first; the caller holds the task."""
    rows = tx.execute(select(*_COLUMNS).where(_c.c.task_id == task_id).order_by(_c.c.id))
    return [_case(*row) for row in rows]


def open_about(tx: Transaction, *, kind: str, person_id: int, project_id: int | None) -> bool:
    """Whether an undecided case of that kind is about this person there."""
    found = select(_c.c.id).where(
        _c.c.kind == kind,
        _c.c.decided_at.is_(None),
        _c.c.person_id == person_id,
        _c.c.project_id.is_(None) if project_id is None else _c.c.project_id == project_id,
    )
    return tx.execute(found.limit(1)).first() is not None


# --- reports ----------------------------------------------------------------------------------------


def add_flag(
    tx: Transaction, *, task_id: int, person_id: int, case_id: int, reason: str, now: datetime
) -> None:
    """Somebody reported a task."""
    tx.execute(
        insert(flag).values(task_id=task_id, person_id=person_id, case_id=case_id, reason=reason, at=now)
    )


def flags_of(tx: Transaction, case_id: int) -> list[tuple[int, str]]:
    """Who reported a task in this case, and why, in their order."""
    rows = tx.execute(
        select(flag.c.person_id, flag.c.reason).where(flag.c.case_id == case_id).order_by(flag.c.at)
    )
    return [(row.person_id, row.reason) for row in rows]


def flagged(tx: Transaction, *, task_id: int, person_id: int) -> bool:
    """Whether this person reported this task before."""
    found = select(flag.c.case_id).where(flag.c.task_id == task_id, flag.c.person_id == person_id)
    return tx.execute(found).first() is not None


def reported_in(tx: Transaction, project_id: int) -> int:
    """How many tasks of a project are reported and not looked at yet."""
    found = (
        select(func.count())
        .select_from(review_case.join(task, task.c.id == review_case.c.task_id))
        .where(review_case.c.kind == "flagged", _c.c.decided_at.is_(None), task.c.project_id == project_id)
    )
    return int(tx.execute(found).scalar_one())
