"""Appeals, and what may be appealed: answers that were not paid in full, penalties, what was imposed."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, case, func, insert, or_, select, update

from core.domain.states import TaskState
from core.domain.suggestions import Screen
from core.store.tables import answer, appeal, assignment, ledger, project, restriction, suggested, task
from core.store.transaction import Statement, Transaction

_a = appeal
LOOKED_AT = 1000
"""So many of the newest cards are looked through for what may be appealed."""


@dataclass(frozen=True, slots=True)
class Appeal:
    """Something a worker disputes, and what came of it; `words` are sealed."""

    id: int
    kind: str  # answer | penalty | measure
    person_id: int
    project_id: int | None
    assignment_id: int | None
    restriction_id: int | None
    words: bytes | None
    opened_at: datetime
    decided_at: datetime | None
    decided_by: int | None
    outcome: str | None


_COLUMNS = (
    _a.c.id,
    _a.c.kind,
    _a.c.person_id,
    _a.c.project_id,
    _a.c.assignment_id,
    _a.c.restriction_id,
    _a.c.words,
    _a.c.opened_at,
    _a.c.decided_at,
    _a.c.decided_by,
    _a.c.outcome,
)
_BY_ID = Statement(select(*_COLUMNS).where(_a.c.id == bindparam("appeal")), Appeal)


def find(tx: Transaction, appeal_id: int) -> Appeal | None:
    """An appeal as it stands."""
    return _BY_ID.first(tx, appeal=appeal_id)


def add(tx: Transaction, **values: Any) -> int:
    """Write an appeal down and return its id."""
    return int(tx.execute(insert(appeal).values(**values).returning(appeal.c.id)).scalar_one())


def add_words(tx: Transaction, appeal_id: int, words: bytes) -> bool:
    """What the worker adds; False when it was decided meanwhile."""
    done = tx.execute(
        update(appeal).where(_a.c.id == appeal_id, _a.c.decided_at.is_(None)).values(words=words)
    )
    return done.rowcount == 1


def decide(tx: Transaction, appeal_id: int, *, by: int, outcome: str, now: datetime) -> bool:
    """Somebody decided an appeal; False when it was decided before."""
    done = tx.execute(
        update(appeal)
        .where(_a.c.id == appeal_id, _a.c.decided_at.is_(None))
        .values(decided_at=now, decided_by=by, outcome=outcome)
    )
    return done.rowcount == 1


def of_subject(
    tx: Transaction, *, kind: str, assignment_id: int | None = None, restriction_id: int | None = None
) -> int | None:
    """The appeal about an answer, a penalty or something imposed, if there is one."""
    about = (
        _a.c.restriction_id == restriction_id
        if assignment_id is None
        else and_(_a.c.assignment_id == assignment_id, _a.c.kind == kind)
    )
    value = tx.execute(select(_a.c.id).where(about)).scalar()
    return None if value is None else int(value)


def waiting(tx: Transaction, *, after: int, most: int) -> list[int]:
    """The oldest undecided appeals behind that one."""
    rows = tx.execute(
        select(_a.c.id).where(_a.c.decided_at.is_(None), _a.c.id > after).order_by(_a.c.id).limit(most)
    )
    return [row.id for row in rows]


def count_waiting(tx: Transaction) -> int:
    """How many appeals are undecided."""
    return int(tx.execute(select(func.count()).where(_a.c.decided_at.is_(None))).scalar_one())


@dataclass(frozen=True, slots=True)
class Made:
    """How many appeals a person has open, and made lately; those about what was imposed are not counted."""

    open: int
    lately: int


def made_by(tx: Transaction, person_id: int, *, since: datetime) -> Made:
    """The appeals of a person."""
    rows = tx.execute(
        select(_a.c.opened_at, _a.c.decided_at).where(
            _a.c.person_id == person_id,
            _a.c.restriction_id.is_(None),
            (_a.c.opened_at > since) | _a.c.decided_at.is_(None),
        )
    ).all()
    return Made(sum(row.decided_at is None for row in rows), sum(row.opened_at > since for row in rows))


# --- what may be appealed -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Judged:
    """An answer that was judged: what it said, what was decided when, what it was paid of what it could have been."""

    assignment_id: int
    task_id: int
    project_id: int
    owner_id: int
    content: dict[str, str]
    value: str
    decided: str | None
    decided_at: datetime
    paid: int
    promised: int
    planted: bool  # its suggestion was wrong on purpose
    task_state: TaskState


def _judged(*row: Any) -> Judged:
    columns = list(row)
    columns[4] = json.loads(columns[4])
    columns[10] = columns[10] == Screen.PLANTED
    columns[11] = TaskState(columns[11])
    return Judged(*columns)


_reward, _more = ledger.alias("reward"), ledger.alias("more")
_PAID = (
    select(func.coalesce(func.sum(_more.c.points), 0))
    .where(
        _more.c.assignment_id == assignment.c.id, or_(_more.c.kind == "reward", _more.c.kind == "correction")
    )
    .scalar_subquery()
)
_JUDGED = (
    select(
        assignment.c.id,
        assignment.c.task_id,
        assignment.c.project_id,
        project.c.owner_id,
        task.c.content,
        answer.c.value,
        func.coalesce(task.c.gold, task.c.label),
        case((task.c.gold.is_(None), func.coalesce(task.c.settled_at, _reward.c.at)), else_=_reward.c.at),
        _PAID,
        assignment.c.reserve,
        suggested.c.screen,
        task.c.state,
    )
    .select_from(assignment)
    .join(answer, and_(answer.c.assignment_id == assignment.c.id, answer.c.voided_at.is_(None)))
    .join(_reward, and_(_reward.c.assignment_id == assignment.c.id, _reward.c.kind == "reward"))
    .join(task, task.c.id == assignment.c.task_id)
    .join(project, project.c.id == assignment.c.project_id)
    .outerjoin(suggested, suggested.c.assignment_id == assignment.c.id)
)
_OF_ASSIGNMENT = Statement(_JUDGED.where(assignment.c.id == bindparam("assignment")), _judged)


def judged(tx: Transaction, assignment_id: int) -> Judged | None:
    """An answer as it was judged; None before that."""
    return _OF_ASSIGNMENT.first(tx, assignment=assignment_id)


def unpaid(tx: Transaction, person_id: int, *, since: datetime, most: int) -> list[Judged]:
    """A person's answers that were judged since then, not paid in full, and not appealed; the newest first."""
    newest = (
        select(assignment.c.id)
        .where(assignment.c.person_id == person_id)
        .order_by(assignment.c.id.desc())
        .limit(LOOKED_AT)
    )
    appealed = select(_a.c.id).where(_a.c.assignment_id == assignment.c.id, _a.c.kind == "answer")
    rows = tx.execute(
        _JUDGED.where(
            assignment.c.id.in_(newest),
            # Where a settled task is open once more, nothing is decided at the moment.
            task.c.gold.isnot(None) | (task.c.state == TaskState.SETTLED),
            case((task.c.gold.is_(None), task.c.settled_at), else_=_reward.c.at) > since,
            assignment.c.reserve > _PAID,
            func.coalesce(suggested.c.screen, "") != Screen.PLANTED.value,
            project.c.owner_id != person_id,
            ~appealed.exists(),
        )
        .order_by(assignment.c.id.desc())
        .limit(most)
    )
    return [_judged(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Fined:
    """A penalty for lateness that was taken."""

    assignment_id: int
    project_id: int
    content: dict[str, str]
    points: int
    at: datetime


def _fined(assignment_id: int, project_id: int, content: str, points: int, at: datetime) -> Fined:
    return Fined(assignment_id, project_id, json.loads(content), points, at)


_FINED = (
    select(assignment.c.id, assignment.c.project_id, task.c.content, ledger.c.points, ledger.c.at)
    .select_from(ledger)
    .join(assignment, assignment.c.id == ledger.c.assignment_id)
    .join(task, task.c.id == assignment.c.task_id)
    .where(ledger.c.kind == "penalty")
)
_PENALTY = Statement(_FINED.where(ledger.c.assignment_id == bindparam("assignment")), _fined)


def penalty(tx: Transaction, assignment_id: int) -> Fined | None:
    """The penalty that a card cost, if it did."""
    return _PENALTY.first(tx, assignment=assignment_id)


def penalties(tx: Transaction, people: Collection[int], *, since: datetime, most: int) -> list[Fined]:
    """Penalties of a person (under all their numbers) since then that were not appealed, the newest first."""
    appealed = select(_a.c.id).where(_a.c.assignment_id == assignment.c.id, _a.c.kind == "penalty")
    rows = tx.execute(
        _FINED.where(ledger.c.from_person.in_(people), ledger.c.at > since, ~appealed.exists())
        .order_by(ledger.c.id.desc())
        .limit(most)
    )
    return [_fined(*row) for row in rows]


def imposed(tx: Transaction, person_id: int) -> list[int]:
    """What was imposed on a person and not appealed, the newest first."""
    appealed = select(_a.c.id).where(_a.c.restriction_id == restriction.c.id)
    rows = tx.execute(
        select(restriction.c.id)
        .where(restriction.c.person_id == person_id, restriction.c.lifted_at.is_(None), ~appealed.exists())
        .order_by(restriction.c.id.desc())
    )
    return [row.id for row in rows]


@dataclass(frozen=True, slots=True)
class Subject:
    """What an appealed card is about: its task, whose project it is, and who decided it."""

    task_id: int
    owner_id: int
    settled_by: str | None


def subject(tx: Transaction, assignment_id: int) -> Subject:
    """The task of a card, only to be looked at."""
    row = tx.execute(
        select(assignment.c.task_id, project.c.owner_id, task.c.settled_by)
        .join(task, task.c.id == assignment.c.task_id)
        .join(project, project.c.id == assignment.c.project_id)
        .where(assignment.c.id == assignment_id)
    ).one()
    return Subject(*row)
