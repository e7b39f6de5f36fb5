"""The rows that say who somebody is, and taking that out of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Text, cast, delete, literal, or_, select, update

from core.domain.states import JobState, ProjectState
from core.store.tables import (
    account,
    admission,
    appeal,
    attempt,
    attempt_task,
    consent,
    invite,
    job,
    link_code,
    link_try,
    nickname,
    outbox,
    person,
    person_language,
    place,
    project,
    restriction,
    skill_held,
    slot,
    watch,
    web_message,
)
from core.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Ended:
    """A job that somebody asked for: its kind, and the upload it had."""

    id: int
    kind: str
    path: str | None


def end_jobs(tx: Transaction, account_ids: list[int], *, now: datetime) -> list[Ended]:
    """Nothing more is done for these accounts, and what their jobs were about is forgotten."""
    rows = tx.execute(
        select(job.c.id, job.c.kind, job.c.details, job.c.state)
        .where(job.c.account_id.in_(account_ids))
        .order_by(job.c.id)
        .with_for_update(of=job, key_share=True)
    ).all()
    waiting = [row.id for row in rows if row.state == JobState.WAITING]
    tx.execute(update(job).where(job.c.id.in_(waiting)).values(state=JobState.FAILED, ended_at=now))
    tx.execute(
        update(job)
        .where(job.c.account_id.in_(account_ids))
        .values(details="{}", tally="{}", leased_by=None, leased_until=None)
    )
    return [Ended(row.id, row.kind, json.loads(row.details).get("path")) for row in rows]


def projects_of(tx: Transaction, person_id: int) -> list[tuple[int, ProjectState]]:
    """The projects of a person that have not ended."""
    rows = tx.execute(
        select(project.c.id, project.c.state)
        .where(project.c.owner_id == person_id, project.c.state != ProjectState.CLOSED)
        .order_by(project.c.id)
    )
    return [(row.id, ProjectState(row.state)) for row in rows]


def empty_accounts(tx: Transaction, account_ids: list[int], *, now: datetime) -> None:
    """The accounts become rows that lead to nobody; what was said and owed there is gone."""
    for table in (outbox, slot, link_try):
        tx.execute(delete(table).where(table.c.account_id.in_(account_ids)))
    tx.execute(
        update(account)
        .where(account.c.id.in_(account_ids))
        .values(
            fingerprint=literal("erased:") + cast(account.c.id, Text),
            sealed=b"",
            step=None,
            draft=None,
            menu=None,
            unreachable_at=now,
        )
    )


def empty_person(tx: Transaction, person_id: int, *, now: datetime) -> None:
    """The person, and whoever was merged into them, becomes a number without anything known of it."""
    theirs = select(attempt.c.id).where(attempt.c.person_id == person_id)
    tx.execute(delete(attempt_task).where(attempt_task.c.attempt_id.in_(theirs)))
    theirs_alone = (
        person_language,
        place,
        consent,
        link_code,
        nickname,
        attempt,
        skill_held,
        admission,
        watch,
    )
    for table in theirs_alone:
        tx.execute(delete(table).where(table.c.person_id == person_id))
    for words in (appeal, restriction):  # what was said by them and to them
        tx.execute(update(words).where(words.c.person_id == person_id).values(words=None))
    tx.execute(delete(invite).where(invite.c.created_by == person_id, invite.c.used_by.is_(None)))
    tx.execute(
        update(person)
        .where(or_(person.c.id == person_id, person.c.merged_into == person_id))
        .values(
            roles="",
            locale="en",
            locale_chosen=False,
            zone=None,
            quiet_from=0,
            quiet_to=0,
            nudges=False,
            next_nudge_at=None,
            next_summary_at=None,
            summary_minute=None,
            summary_day=None,
            news_at=None,
            consented_at=None,
            consent_version=None,
            unreachable_at=None,
            streak=0,
            worked_on=0,
            rested_on=0,
            topics=0,
            topics_asked=0,
            seen_at=person.c.created_at,
            erased_at=now,
        )
    )


def forget_web(tx: Transaction, keys: tuple[str, str], *, empty: bytes) -> None:
    """A web chat's messages are gone; its head stays as a count, so that an open page goes on."""
    whose, head = keys
    tx.execute(delete(web_message).where(web_message.c.reader == whose))
    tx.execute(update(web_message).where(web_message.c.reader == head).values(payload=empty))
