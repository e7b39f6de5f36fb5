"""Practice tasks and attempts at them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, case, func, insert, or_, select, update

from core.store.tables import attempt, attempt_task, person_language, practice, project, queue
from core.store.transaction import Change, Statement, Transaction


def known_ids(tx: Transaction, project_id: int, external_ids: Sequence[str]) -> set[str]:
    """Which of these ids the project's practice has already."""
    found = select(practice.c.external_id).where(
        practice.c.project_id == project_id, practice.c.external_id.in_(list(external_ids))
    )
    return {row.external_id for row in tx.execute(found)}


def add(tx: Transaction, values: Sequence[Mapping[str, Any]]) -> None:
    """Add practice tasks."""
    tx.execute(insert(practice), list(values))


def count(tx: Transaction, project_id: int) -> int:
    """How many practice tasks a project's own files brought."""
    query = select(func.count()).where(practice.c.project_id == project_id)
    return int(tx.execute(query).scalar_one())


def by_language(tx: Transaction, skill_id: int) -> dict[str, int]:
    """How many practice tasks a skill has in each language ("" where they name none)."""
    rows = tx.execute(
        select(practice.c.lang, func.count().label("number"))
        .join(project, project.c.id == practice.c.project_id)
        .where(project.c.skill_id == skill_id)
        .group_by(practice.c.lang)
    )
    return {row.lang: row.number for row in rows}


def languages(tx: Transaction, project_id: int) -> list[str]:
    """The languages of a project's tasks."""
    rows = tx.execute(select(queue.c.lang).where(queue.c.project_id == project_id).distinct())
    return sorted(row.lang for row in rows)


_SPOKEN = select(person_language.c.lang).where(person_language.c.person_id == bindparam("person"))
MOST = 1000
"""So many practice tasks of a skill are chosen from; more would teach nobody more."""
_FOR = Statement(
    select(practice.c.id, practice.c.project_id, practice.c.gold)
    .join(project, project.c.id == practice.c.project_id)
    .where(
        project.c.skill_id == bindparam("skill"),
        or_(practice.c.lang == "", practice.c.lang.in_(_SPOKEN)),
    )
    .order_by(practice.c.id)
    .limit(MOST),
    lambda *row: row,
)


def readable(tx: Transaction, *, skill_id: int, person_id: int) -> list[tuple[int, int, str]]:
    """Id, project and known answer of the practice tasks of a skill that somebody can read."""
    return _FOR.all(tx, skill=skill_id, person=person_id)


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody's way through some practice tasks."""

    id: int
    person_id: int
    skill_id: int
    project_id: int
    started_at: datetime
    ended_at: datetime | None
    passed: bool | None
    tasks: int = 0
    answered: int = 0
    right: int = 0


_ATTEMPTS = (
    select(
        attempt.c.id,
        attempt.c.person_id,
        attempt.c.skill_id,
        attempt.c.project_id,
        attempt.c.started_at,
        attempt.c.ended_at,
        attempt.c.passed,
        func.count(attempt_task.c.id),
        func.count(attempt_task.c.value),
        func.coalesce(func.sum(case((attempt_task.c.right, 1), else_=0)), 0),
    )
    .join(attempt_task, attempt_task.c.attempt_id == attempt.c.id)
    .group_by(attempt.c.id)
)
_OF = Statement(
    _ATTEMPTS.where(
        attempt.c.person_id == bindparam("person"), attempt.c.skill_id == bindparam("skill")
    ).order_by(attempt.c.id),
    Attempt,
)
_FIND = Statement(_ATTEMPTS.where(attempt.c.id == bindparam("attempt")), Attempt)
_PRACTISED = Statement(
    select(attempt_task.c.practice_id)
    .join(attempt, attempt.c.id == attempt_task.c.attempt_id)
    .where(attempt.c.person_id == bindparam("person"), attempt.c.skill_id == bindparam("skill"))
    .order_by(attempt_task.c.id),
    int,
)


def attempts(tx: Transaction, *, person_id: int, skill_id: int) -> list[Attempt]:
    """Somebody's attempts at a skill, oldest first."""
    return _OF.all(tx, person=person_id, skill=skill_id)


def find(tx: Transaction, attempt_id: int) -> Attempt | None:
    """One attempt."""
    return _FIND.first(tx, attempt=attempt_id)


def met(tx: Transaction, *, person_id: int, skill_id: int) -> list[int]:
    """The practice tasks that somebody was ever given, in that order."""
    return _PRACTISED.all(tx, person=person_id, skill=skill_id)


def begin(
    tx: Transaction, *, person_id: int, skill_id: int, project_id: int, tasks: Sequence[int], now: datetime
) -> int:
    """Begin an attempt with these tasks in this order; returns its id."""
    made = insert(attempt).values(
        person_id=person_id, skill_id=skill_id, project_id=project_id, started_at=now
    )
    attempt_id = int(tx.execute(made.returning(attempt.c.id)).scalar_one())
    tx.execute(
        insert(attempt_task),
        [
            {"attempt_id": attempt_id, "place": place, "practice_id": one}
            for place, one in enumerate(tasks, start=1)
        ],
    )
    return attempt_id


@dataclass(frozen=True, slots=True)
class Given:
    """A practice task in somebody's hand."""

    id: int
    attempt_id: int
    person_id: int
    place: int
    project_id: int  # whose labels and instructions it goes by
    content: dict[str, str]
    context: str | None
    gold: str
    whys: dict[str, str]
    value: str | None


def _given(*row: Any) -> Given:
    columns = list(row)
    columns[5] = json.loads(columns[5])
    columns[8] = json.loads(columns[8]) if columns[8] else {}
    return Given(*columns)


_GIVEN = (
    select(
        attempt_task.c.id,
        attempt_task.c.attempt_id,
        attempt.c.person_id,
        attempt_task.c.place,
        practice.c.project_id,
        practice.c.content,
        practice.c.context,
        practice.c.gold,
        practice.c.why,
        attempt_task.c.value,
    )
    .join(attempt, attempt.c.id == attempt_task.c.attempt_id)
    .join(practice, practice.c.id == attempt_task.c.practice_id)
)
_ONE = Statement(_GIVEN.where(attempt_task.c.id == bindparam("given")), _given)
_NEXT = Statement(
    _GIVEN.where(attempt_task.c.attempt_id == bindparam("attempt"), attempt_task.c.value.is_(None))
    .order_by(attempt_task.c.place)
    .limit(1),
    _given,
)
_ANSWER = Change(
    update(attempt_task)
    .where(attempt_task.c.id == bindparam("given"), attempt_task.c.value.is_(None))
    .values(value=bindparam("said"), right=bindparam("is_right"), at=bindparam("now"))
)
_END = Change(
    update(attempt)
    .where(attempt.c.id == bindparam("attempt"), attempt.c.ended_at.is_(None))
    .values(ended_at=bindparam("now"), passed=bindparam("well"))
)
_DROP = Change(
    update(attempt)
    .where(
        attempt.c.person_id == bindparam("person"),
        attempt.c.skill_id == bindparam("skill"),
        attempt.c.ended_at.is_(None),
    )
    .values(ended_at=bindparam("now"))
)
_LEFT = Statement(
    select(practice.c.project_id, practice.c.gold)
    .join(attempt_task, attempt_task.c.practice_id == practice.c.id)
    .where(attempt_task.c.attempt_id == bindparam("attempt"), attempt_task.c.value.is_(None)),
    lambda *row: row,
)
_GO_ON = Change(
    update(attempt).where(attempt.c.id == bindparam("attempt")).values(project_id=bindparam("whose"))
)


def given(tx: Transaction, given_id: int) -> Given | None:
    """One task of an attempt."""
    return _ONE.first(tx, given=given_id)


def next_of(tx: Transaction, attempt_id: int) -> Given | None:
    """The first task of an attempt that is not answered."""
    return _NEXT.first(tx, attempt=attempt_id)


def answer(tx: Transaction, given_id: int, *, value: str, right: bool, now: datetime) -> bool:
    """Keep an answer; False when there was one already."""
    return _ANSWER.run(tx, given=given_id, said=value, is_right=right, now=now) == 1


def end(tx: Transaction, attempt_id: int, *, passed: bool, now: datetime) -> bool:
    """End an attempt; False when it had ended."""
    return _END.run(tx, attempt=attempt_id, now=now, well=passed) == 1


def drop(tx: Transaction, *, person_id: int, skill_id: int, now: datetime) -> None:
    """An open attempt at a skill ends, and counts for nothing."""
    _DROP.run(tx, person=person_id, skill=skill_id, now=now)


def left(tx: Transaction, attempt_id: int) -> list[tuple[int, str]]:
    """Project and known answer of the tasks of an attempt that are not answered."""
    return _LEFT.all(tx, attempt=attempt_id)


def go_on_for(tx: Transaction, attempt_id: int, *, project_id: int) -> None:
    """An attempt goes on for another project that requires the skill."""
    _GO_ON.run(tx, attempt=attempt_id, whose=project_id)


_SHOWN = Statement(
    select(
        func.coalesce(func.sum(case((attempt_task.c.right, 1), else_=0)), 0), func.count(attempt_task.c.value)
    )
    .join(attempt, attempt.c.id == attempt_task.c.attempt_id)
    .join(project, project.c.skill_id == attempt.c.skill_id)
    .where(project.c.id == bindparam("project"), attempt.c.person_id == bindparam("person")),
    lambda right, answered: (int(right), int(answered) - int(right)),
)


def shown(tx: Transaction, *, person_id: int, project_id: int) -> tuple[int, int]:
    """How many practice answers of a project's skill somebody had right and wrong."""
    return _SHOWN.one(tx, person=person_id, project=project_id)
