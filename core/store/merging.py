"""The rows of two people who turn out to be one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, delete, exists, insert, or_, select, update

from core.domain.person import Role, roles_of
from core.domain.states import AssignmentState, TaskState
from core.domain.task import Counts
from core.store import refits
from core.store.tables import (
    account,
    admission,
    answer,
    appeal,
    assignment,
    consent,
    flag,
    invite,
    ledger,
    person,
    person_language,
    place,
    project,
    reliability,
    restriction,
    review_case,
    task,
    watch,
    worker_model,
)
from core.store.transaction import Transaction

_S = AssignmentState
_PAID = exists().where(ledger.c.kind == "reward", ledger.c.assignment_id == assignment.c.id)


def lock_work(tx: Transaction, people: tuple[int, ...]) -> None:
    """Hold all that may still earn or cost these people points, in the order in which paying locks it.

    Gold answers first, then tasks, then projects. Whoever pays or fines one of them has committed by now,
    or waits until these people are one and reads their answers anew.
    """
    of_people = assignment.c.person_id.in_(people)
    tx.execute(
        select(answer.c.id)
        .where(
            answer.c.pay_at.isnot(None),
            answer.c.assignment_id.in_(select(assignment.c.id).where(of_people)),
        )
        .order_by(answer.c.id)
        .with_for_update(of=answer, key_share=True)
    ).all()
    unpaid = assignment.c.state.in_([_S.ANSWERED, _S.ANSWERED_LATE]) & ~_PAID
    live = of_people & or_(assignment.c.state.in_([_S.ACTIVE, _S.OVERDUE]), unpaid)
    tx.execute(
        select(task.c.id)
        .where(task.c.id.in_(select(assignment.c.task_id).where(live)))
        .order_by(task.c.id)
        .with_for_update(of=task, key_share=True)
    ).all()
    touched = select(assignment.c.project_id).where(live)
    tx.execute(
        select(project.c.id)
        .where(or_(project.c.owner_id.in_(people), project.c.id.in_(touched)))
        .order_by(project.c.id)
        .with_for_update(of=project, key_share=True)
    ).all()


@dataclass(frozen=True, slots=True)
class Side:
    """One of two assignments of the same task, with its standing answer."""

    assignment_id: int
    state: AssignmentState
    reserve: int
    answer_id: int | None
    answered_at: datetime | None
    late: bool | None
    reward_id: int | None  # the ledger entry that paid it


@dataclass(frozen=True, slots=True)
class Double:
    """A task that both people had."""

    task_id: int
    project_id: int
    mine: Side
    theirs: Side


def doubles(tx: Transaction, *, stays: int, gone: int) -> list[Double]:
    """The tasks that both had, project by project."""
    mine, theirs = assignment.alias("mine"), assignment.alias("theirs")
    columns, joined = [], mine.join(theirs, theirs.c.task_id == mine.c.task_id)
    for side in (mine, theirs):
        given, reward = answer.alias(), ledger.alias()
        joined = joined.outerjoin(given, (given.c.assignment_id == side.c.id) & given.c.voided_at.is_(None))
        joined = joined.outerjoin(reward, (reward.c.assignment_id == side.c.id) & (reward.c.kind == "reward"))
        columns += [side.c.id, side.c.state, side.c.reserve]
        columns += [given.c.id, given.c.at, given.c.late, reward.c.id]
    rows = tx.execute(
        select(mine.c.task_id, mine.c.project_id, *columns)
        .select_from(joined)
        .where(mine.c.person_id == stays, theirs.c.person_id == gone)
        .order_by(mine.c.project_id, mine.c.task_id)
    )
    return [Double(row[0], row[1], _side(*row[2:9]), _side(*row[9:16])) for row in rows]


def _side(assignment_id: int, state: str, *rest: Any) -> Side:
    return Side(assignment_id, _S(state), *rest)


def open_in_own_projects(tx: Transaction, people: tuple[int, ...]) -> list[int]:
    """The cards these people may still answer in projects that one of them owns."""
    rows = tx.execute(
        select(assignment.c.id)
        .join(project, project.c.id == assignment.c.project_id)
        .where(
            assignment.c.person_id.in_(people),
            assignment.c.state.in_([_S.ACTIVE, _S.OVERDUE]),
            project.c.owner_id.in_(people),
        )
        .order_by(assignment.c.project_id, assignment.c.id)
    )
    return [row.id for row in rows]


def weigh_anew(tx: Transaction, people: tuple[int, ...]) -> None:
    """Votes name their person, and what is believed of two is not what is believed of one: all is made anew."""
    had = select(assignment.c.task_id).where(assignment.c.person_id.in_(people))
    where = select(assignment.c.project_id).where(assignment.c.person_id.in_(people))
    unsettled = task.c.state.in_([TaskState.OPEN, TaskState.ESCALATED])
    tx.execute(update(task).where(task.c.id.in_(had), unsettled).values(votes=None))
    refits.outdate(tx, where)
    tx.execute(delete(worker_model).where(worker_model.c.person_id.in_(people)))
    tx.execute(delete(watch).where(watch.c.person_id.in_(people)))
    tx.execute(delete(reliability).where(reliability.c.person_id.in_(people)))


def shrink(tx: Transaction, counts: Counts) -> None:
    """Write a task that had ended when one of its answers was withdrawn."""
    tx.execute(
        update(task)
        .where(task.c.id == counts.task_id)
        .values(target=counts.target, answered=counts.answered, late=counts.late, votes=None)
    )


def put_aside(tx: Transaction, assignment_ids: list[int], *, stays: int, now: datetime) -> None:
    """Assignments that no longer count leave the survivor, who cannot have two of one task.

    The person who goes has the one that counts and cannot take them before it has moved. So they go to
    a person of their own who is nobody: who it was is said by `merged_into`.
    """
    nobody = tx.execute(
        insert(person)
        .values(roles="", locale="en", created_at=now, seen_at=now, merged_into=stays)
        .returning(person.c.id)
    ).scalar_one()
    _hand_over(tx, assignment.c.id.in_(bindparam("ids", expanding=True)), nobody, {"ids": assignment_ids})


def move_work(tx: Transaction, *, stays: int, gone: int) -> None:
    """Assignments and answers become the survivor's, except those of tasks that the survivor has already."""
    met = assignment.alias("met")
    theirs = (assignment.c.person_id == gone) & ~exists().where(
        met.c.task_id == assignment.c.task_id, met.c.person_id == stays
    )
    _hand_over(tx, theirs, stays, {})


def _hand_over(tx: Transaction, which: Any, person_id: int, given: dict[str, Any]) -> None:
    ids: Select[tuple[int]] = select(assignment.c.id).where(which)
    tx.execute(update(answer).where(answer.c.assignment_id.in_(ids)).values(person_id=person_id), given)
    tx.execute(update(assignment).where(assignment.c.id.in_(ids)).values(person_id=person_id), given)


def owns_projects(tx: Transaction, person_id: int) -> bool:
    """Whether somebody owns a project."""
    return (
        tx.execute(select(project.c.id).where(project.c.owner_id == person_id).limit(1)).first() is not None
    )


def move_places(tx: Transaction, *, stays: int, gone: int) -> None:
    """Of two places in a queue the further one holds.

    What lies before it was had by whoever stood there, and so by the two as one; or it was full when they
    passed, and a task that frees a slot moves behind every place.
    """
    other = place.alias("other")
    theirs = select(other.c.pos).where(other.c.person_id == gone, other.c.queue_id == place.c.queue_id)
    tx.execute(
        update(place)
        .where(place.c.person_id == stays, theirs.where(other.c.pos > place.c.pos).exists())
        .values(pos=theirs.scalar_subquery())
    )
    _union(tx, place, place.c.queue_id, stays=stays, gone=gone)


def move_languages(tx: Transaction, *, stays: int, gone: int) -> None:
    """The languages of both."""
    _union(tx, person_language, person_language.c.lang, stays=stays, gone=gone)


def move_flags(tx: Transaction, *, stays: int, gone: int) -> None:
    """What both reported, once."""
    _union(tx, flag, flag.c.task_id, stays=stays, gone=gone)


def move_consents(tx: Transaction, *, stays: int, gone: int) -> None:
    """What either agreed to."""
    _union(tx, consent, consent.c.version, stays=stays, gone=gone)


def move_admissions(tx: Transaction, *, stays: int, gone: int) -> None:
    """What either was told and asked by a project; what is remembered of topics is what the survivor said."""
    _union(tx, admission, admission.c.project_id, stays=stays, gone=gone)


def _union(tx: Transaction, table: Any, key: Any, *, stays: int, gone: int) -> None:
    other = table.alias("held")
    has = exists().where(other.c.person_id == stays, other.c[key.name] == key)
    tx.execute(update(table).where(table.c.person_id == gone, ~has).values(person_id=stays))
    tx.execute(delete(table).where(table.c.person_id == gone))


def move_things(tx: Transaction, *, stays: int, gone: int, now: datetime) -> None:
    """Projects, invitations, what was imposed and disputed, and accounts; these are linked from now on."""
    for column in (
        project.c.owner_id,
        invite.c.created_by,
        invite.c.used_by,
        restriction.c.person_id,
        appeal.c.person_id,
        review_case.c.person_id,
    ):
        tx.execute(update(column.table).where(column == gone).values({column.name: stays}))
    tx.execute(
        update(account).where(account.c.person_id.in_([stays, gone])).values(person_id=stays, linked_at=now)
    )


@dataclass(frozen=True, slots=True)
class Settings:
    """What a person chose, and what follows from it."""

    id: int
    roles: frozenset[Role]
    locale: str
    locale_chosen: bool
    zone: str | None
    quiet_from: int
    quiet_to: int
    nudges: bool
    next_nudge_at: datetime | None
    seen_at: datetime


def lock_settings(tx: Transaction, people: tuple[int, ...]) -> dict[int, Settings]:
    """Both people's settings, locked in the order of their ids; last of all, since paying ends with them."""
    rows = tx.execute(
        select(
            person.c.id,
            person.c.roles,
            person.c.locale,
            person.c.locale_chosen,
            person.c.zone,
            person.c.quiet_from,
            person.c.quiet_to,
            person.c.nudges,
            person.c.next_nudge_at,
            person.c.seen_at,
        )
        .where(person.c.id.in_(people))
        .order_by(person.c.id)
        .with_for_update(of=person, key_share=True)
    )
    return {row.id: Settings(row.id, roles_of(row.roles), *row[2:]) for row in rows}


def merge_person(tx: Transaction, *, stays: int, gone: int) -> None:
    """Whoever looks for the person who went finds the survivor, also by way of earlier merges."""
    tx.execute(
        update(person).where(or_(person.c.id == gone, person.c.merged_into == gone)).values(merged_into=stays)
    )
    tx.execute(
        update(person)
        .where(person.c.id == gone)
        .values(
            roles="",
            nudges=False,
            next_nudge_at=None,
            next_summary_at=None,
            banned=False,
            paused_until=None,
            restricted=False,
            checked_until=None,
        )
    )
