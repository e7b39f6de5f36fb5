"""Counts over spans of time, for summaries; each reads the rows of its span alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Integer, bindparam, case, func, or_, select, type_coerce

from core.domain.states import AssignmentState, TaskState
from core.store.tables import answer, assignment, crowd_model, person, project, task
from core.store.transaction import Statement, Transaction


def _within(column: Any) -> tuple[Any, Any]:
    return column >= bindparam("since"), column < bindparam("until")


def _counted(column: Any, *conditions: Any) -> Statement[int]:
    return Statement(select(func.count()).where(*_within(column), *conditions), int)


_MISSED = or_(  # as the index has it
    *(
        assignment.c.state == state.value
        for state in (AssignmentState.OVERDUE, AssignmentState.ANSWERED_LATE, AssignmentState.EXPIRED)
    )
)
_STANDING = answer.c.voided_at.is_(None)
_CREATED = _counted(task.c.created_at)
_SETTLED = _counted(task.c.settled_at)
_ESCALATED = _counted(task.c.escalated_at)
_OVERDUE = _counted(assignment.c.due_at, _MISSED)
_NEWCOMERS = _counted(person.c.consented_at)


@dataclass(frozen=True, slots=True)
class Day:
    """What was counted in one span of tasks, cards and people."""

    created: int
    settled: int
    escalated: int
    overdue: int
    newcomers: int


def day(tx: Transaction, *, since: datetime, until: datetime) -> Day:
    """Count what happened in [since, until)."""
    counts = _CREATED, _SETTLED, _ESCALATED, _OVERDUE, _NEWCOMERS
    return Day(*(one.one(tx, since=since, until=until) for one in counts))


@dataclass(frozen=True, slots=True)
class Share:
    """The answers of one span that a project got in a language."""

    project_id: int
    lang: str
    answers: int
    late: int


_SHARES = Statement(
    select(
        answer.c.project_id,
        task.c.lang,
        func.count(),
        func.coalesce(func.sum(func.cast(answer.c.late, Integer)), 0),
    )
    .join(task, task.c.id == answer.c.task_id)
    .where(*_within(answer.c.at), _STANDING)
    .group_by(answer.c.project_id, task.c.lang)
    .order_by(answer.c.project_id, task.c.lang),
    lambda project_id, lang, answers, late: Share(project_id, lang, answers, int(late)),
)


def shares(tx: Transaction, *, since: datetime, until: datetime) -> list[Share]:
    """The standing answers of [since, until) by project and language."""
    return _SHARES.all(tx, since=since, until=until)


_PEOPLE = Statement(
    select(answer.c.person_id, func.count())
    .where(*_within(answer.c.at), _STANDING)
    .group_by(answer.c.person_id),
    lambda person_id, answers: (person_id, answers),
)


def people(tx: Transaction, *, since: datetime, until: datetime) -> dict[int, int]:
    """Who answered in [since, until), and how often; from an index alone."""
    return dict(_PEOPLE.all(tx, since=since, until=until))


_AGREEING = Statement(
    select(
        func.coalesce(func.sum(case((answer.c.value == task.c.label, 1), else_=0)), 0),
        func.count(),
    )
    .select_from(task)
    .join(answer, answer.c.task_id == task.c.id)
    .where(*_within(task.c.settled_at), task.c.label.isnot(None), task.c.gold.is_(None), _STANDING),
    lambda agreeing, all_of_them: (int(agreeing), int(all_of_them)),
)


def agreeing(tx: Transaction, *, since: datetime, until: datetime) -> tuple[int, int]:
    """Of the answers to the tasks settled in [since, until), how many say what the task was settled as; and all."""
    return _AGREEING.one(tx, since=since, until=until)


def _median() -> Any:
    """The middle of the times, or the mean of the two in the middle: both databases know window functions."""
    begun = case(
        (project.c.launched_at > task.c.created_at, type_coerce(project.c.launched_at, BigInteger)),
        else_=type_coerce(task.c.created_at, BigInteger),
    )
    took = (type_coerce(task.c.settled_at, BigInteger) - begun).label("took")
    ranked = (
        select(
            took,
            func.row_number().over(order_by=took).label("place"),
            func.count().over().label("among"),
        )
        .select_from(task)
        .join(project, project.c.id == task.c.project_id)
        .where(*_within(task.c.settled_at))
        .subquery()
    )
    twice, among = 2 * ranked.c.place, ranked.c.among
    return select(func.avg(ranked.c.took)).where(twice >= among, twice <= among + 2)


_MEDIAN = Statement(_median(), lambda took: None if took is None else int(took))


def time_to_settle(tx: Transaction, *, since: datetime, until: datetime) -> int | None:
    """The median time, in microseconds, from when a task could be judged until it was settled; None: none was."""
    return _MEDIAN.one(tx, since=since, until=until)


_WAITING = Statement(select(func.count()).where(task.c.state == TaskState.ESCALATED.value), int)
_PROMISED = Statement(select(func.coalesce(func.sum(project.c.reserved), 0)), int)


def waiting(tx: Transaction) -> int:
    """How many tasks wait for a person's decision now."""
    return _WAITING.one(tx)


def promised(tx: Transaction) -> int:
    """The points promised now: for cards in people's hands, and for answers that are not settled yet."""
    return _PROMISED.one(tx)


def refitted(tx: Transaction, *, since: datetime, most: int) -> list[int]:
    """The projects that were refitted since then, the latest first."""
    rows = tx.execute(
        select(crowd_model.c.project_id)
        .where(crowd_model.c.as_of >= since)
        .order_by(crowd_model.c.as_of.desc(), crowd_model.c.project_id)
        .limit(most)
    )
    return [row.project_id for row in rows]
