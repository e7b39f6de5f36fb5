"""The rows of one person, for a copy of what is kept of them; long tables in batches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select

from core.domain.person import roles_of
from core.domain.rules import Step
from core.domain.suggestions import Screen
from core.domain.topics import topics_in
from core.store import qualified
from core.store.tables import (
    account,
    answer,
    appeal,
    assignment,
    attempt,
    attempt_task,
    flag,
    invite,
    ledger,
    person,
    practice,
    project,
    restriction,
    suggested,
    task,
    watch,
)
from core.store.transaction import Transaction

BATCH = 1000
Record = dict[str, Any]
Unseal = Callable[[bytes], bytes]


def instant(at: datetime | None) -> str | None:
    """A time as ISO 8601 in UTC."""
    return None if at is None else at.isoformat()


def profile(tx: Transaction, person_id: int) -> list[Record]:
    """What a person set, and since when they are here."""
    row = tx.execute(select(person).where(person.c.id == person_id)).one()
    return [
        {
            "number": row.id,
            "roles": sorted(roles_of(row.roles)),
            "language": row.locale,
            "zone": row.zone,
            "quiet_from_minute": row.quiet_from,
            "quiet_to_minute": row.quiet_to,
            "news_of_new_work": row.nudges,
            "topics": [str(one) for one in topics_in(row.topics)],
            "summary_minute": row.summary_minute,
            "here_since": instant(row.created_at),
            "seen_at": instant(row.seen_at),
        }
    ]


@dataclass(frozen=True, slots=True)
class Chat:
    """One of a person's chats; who they are there is sealed."""

    id: int
    platform: str
    sealed: bytes
    since: str | None


def chats(tx: Transaction, person_id: int) -> list[Chat]:
    """The chats in which a person speaks."""
    rows = tx.execute(select(account).where(account.c.person_id == person_id).order_by(account.c.id))
    return [Chat(row.id, row.platform, bytes(row.sealed), instant(row.created_at)) for row in rows]


def count_answers(tx: Transaction, person_id: int) -> int:
    """How many answers of a person stand."""
    mine = answer.join(assignment, assignment.c.id == answer.c.assignment_id)
    query = select(func.count()).select_from(mine).where(assignment.c.person_id == person_id)
    return int(tx.execute(query.where(answer.c.voided_at.is_(None))).scalar_one())


def projects_worked_in(tx: Transaction, person_id: int) -> list[int]:
    """The projects in which a person ever had a card."""
    query = select(assignment.c.project_id).where(assignment.c.person_id == person_id).distinct()
    return sorted(row.project_id for row in tx.execute(query))


def projects_owned(tx: Transaction, person_id: int) -> list[Record]:
    """The projects that a person made."""
    rows = tx.execute(select(project).where(project.c.owner_id == person_id).order_by(project.c.id))
    return [
        {"project": row.id, "state": row.state, "made_at": instant(row.created_at), "spent": row.spent}
        for row in rows
    ]


def invitations(tx: Transaction, person_id: int) -> list[Record]:
    """The invitations that a person made or took up."""
    mine = or_(invite.c.created_by == person_id, invite.c.used_by == person_id)
    return [
        {
            "role": row.role,
            "made_by_you": row.created_by == person_id,
            "made_at": instant(row.created_at),
            "expires_at": instant(row.expires_at),
            "used_at": instant(row.used_at),
        }
        for row in tx.execute(select(invite).where(mine).order_by(invite.c.id))
    ]


def assignments(tx: Transaction, person_id: int) -> Iterable[Record]:
    """Every card that a person had."""
    query = (
        select(assignment, task.c.external_id)
        .join(task, task.c.id == assignment.c.task_id)
        .where(assignment.c.person_id == person_id)
    )
    for row in _in_batches(tx, query, assignment.c.id):
        yield {
            "card": row.id,
            "project": row.project_id,
            "task": row.external_id,
            "state": row.state,
            "had_at": instant(row.claimed_at),
            "due_at": instant(row.due_at),
            "reminded_at": instant(row.reminded_at),
            "ended_at": instant(row.closed_at),
        }


def answers(tx: Transaction, person_id: int) -> Iterable[Record]:
    """Every answer that a person gave, also those taken back."""
    query = (
        select(answer, task.c.external_id)
        .join(assignment, assignment.c.id == answer.c.assignment_id)
        .join(task, task.c.id == answer.c.task_id)
        .where(assignment.c.person_id == person_id)
    )
    for row in _in_batches(tx, query, answer.c.id):
        yield {
            "card": row.assignment_id,
            "project": row.project_id,
            "task": row.external_id,
            "answer": row.value,
            "at": instant(row.at),
            "seconds": row.milliseconds / 1000,
            "late": row.late,
            "taken_back_at": instant(row.voided_at),
        }


def suggestions(tx: Transaction, person_id: int) -> Iterable[Record]:
    """Every suggestion of a model that a person saw; which of them were tests is not told."""
    query = (
        select(suggested, assignment.c.id.label("card"))
        .join(assignment, assignment.c.id == suggested.c.assignment_id)
        .where(assignment.c.person_id == person_id, suggested.c.screen != Screen.WITHHELD)
    )
    for row in _in_batches(tx, query, assignment.c.id):
        yield {"card": row.card, "suggested": row.label, "confidence": round(row.confidence, 4)}


def skills(tx: Transaction, person_id: int) -> list[Record]:
    """Every skill that a person earned."""
    return [
        {"skill": one.name, "earned_at": instant(one.earned_at), "ends_at": instant(one.expires_at)}
        for one in qualified.of_person(tx, person_id)
    ]


def practised(tx: Transaction, person_id: int) -> Iterable[Record]:
    """Every practice task that a person was given, and what they said."""
    query = (
        select(attempt_task, attempt.c.project_id, practice.c.external_id)
        .join(attempt, attempt.c.id == attempt_task.c.attempt_id)
        .join(practice, practice.c.id == attempt_task.c.practice_id)
        .where(attempt.c.person_id == person_id)
    )
    for row in _in_batches(tx, query, attempt_task.c.id):
        yield {
            "attempt": row.attempt_id,
            "project": row.project_id,
            "task": row.external_id,
            "answer": row.value,
            "right": row.right,
            "at": instant(row.at),
        }


def points(tx: Transaction, person_id: int) -> Iterable[Record]:
    """Every entry of the ledger that brought or cost a person points."""
    query = select(ledger).where(or_(ledger.c.to_person == person_id, ledger.c.from_person == person_id))
    for row in _in_batches(tx, query, ledger.c.id):
        yield {
            "at": instant(row.at),
            "why": row.kind,
            "points": row.points if row.to_person == person_id else -row.points,
            "project": row.project_id,
            "card": row.assignment_id,
        }


def conduct(tx: Transaction, person_id: int) -> Iterable[Record]:
    """How the rules see a person in each project."""
    for row in tx.execute(select(watch).where(watch.c.person_id == person_id).order_by(watch.c.project_id)):
        yield {
            "project": row.project_id,
            "step": Step(row.step).name.lower(),
            "skipped_in_a_row": row.skips,
            "overdue_in_a_row": row.missed,
        }


def measures(tx: Transaction, person_id: int, *, unseal: Unseal) -> Iterable[Record]:
    """Whatever was imposed on a person, and what was written to them with it; not who did it."""
    for row in tx.execute(
        select(restriction).where(restriction.c.person_id == person_id).order_by(restriction.c.id)
    ):
        yield {
            "number": row.id,
            "kind": row.kind,
            "project": row.project_id,
            "reason": row.reason,
            "words": _words(row.words, unseal),
            "by": "a rule" if row.by_rule else "a moderator",
            "at": instant(row.at),
            "until": instant(row.until),
            "lifted_at": instant(row.lifted_at),
        }


def appeals(tx: Transaction, person_id: int, *, unseal: Unseal) -> Iterable[Record]:
    """Every appeal of a person, with their own words and what came of it."""
    for row in tx.execute(select(appeal).where(appeal.c.person_id == person_id).order_by(appeal.c.id)):
        yield {
            "about": row.kind,
            "card": row.assignment_id,
            "measure": row.restriction_id,
            "words": _words(row.words, unseal),
            "at": instant(row.opened_at),
            "decided_at": instant(row.decided_at),
            "outcome": row.outcome,
        }


def reports(tx: Transaction, person_id: int) -> Iterable[Record]:
    """The tasks that a person reported."""
    mine = (
        select(flag, task.c.external_id, task.c.project_id)
        .join(task, task.c.id == flag.c.task_id)
        .where(flag.c.person_id == person_id)
        .order_by(flag.c.at, flag.c.task_id)
    )
    for row in tx.execute(mine):
        yield {
            "project": row.project_id,
            "task": row.external_id,
            "reason": row.reason,
            "at": instant(row.at),
        }


def _words(sealed: bytes | None, unseal: Unseal) -> str | None:
    return None if sealed is None else unseal(bytes(sealed)).decode("utf-8", "replace")


def _in_batches(tx: Transaction, query: Select[Any], key: ColumnElement[int]) -> Iterator[Any]:
    last = 0
    while True:
        page = query.add_columns(key.label("at_key")).where(key > last).order_by(key).limit(BATCH)
        rows = tx.execute(page).all()
        yield from rows
        if len(rows) < BATCH:
            return
        last = rows[-1].at_key
