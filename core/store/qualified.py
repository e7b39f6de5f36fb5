"""Skills, and who holds them until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, exists, select, update

from core.domain.states import ProjectState
from core.store.tables import attempt, project, skill, skill_held
from core.store.transaction import Change, Statement, Transaction


def _make(insert: Any) -> Any:
    row = insert(skill).values(owner_id=bindparam("owner"), name=bindparam("called"))
    return row.on_conflict_do_nothing(index_elements=[skill.c.owner_id, skill.c.name])


_MAKE = Change(_make)


def of_owner(tx: Transaction, owner_id: int, name: str) -> int:
    """The id of an owner's skill of that name, made when absent."""
    _MAKE.run(tx, owner=owner_id, called=name)
    return int(
        tx.execute(select(skill.c.id).where(skill.c.owner_id == owner_id, skill.c.name == name)).scalar_one()
    )


def required_by(tx: Transaction, project_id: int) -> int | None:
    """The skill that a project requires."""
    found: int | None = tx.execute(select(project.c.skill_id).where(project.c.id == project_id)).scalar_one()
    return found


class Held(NamedTuple):
    """A skill that somebody earned; it may be over."""

    skill_id: int
    name: str
    earned_at: datetime
    expires_at: datetime


_HELD = select(skill_held.c.skill_id, skill.c.name, skill_held.c.earned_at, skill_held.c.expires_at).join(
    skill, skill.c.id == skill_held.c.skill_id
)
_OF_PERSON = Statement(
    _HELD.where(skill_held.c.person_id == bindparam("person")).order_by(skill.c.name, skill.c.id), Held
)
_ONE = Statement(
    _HELD.where(skill_held.c.person_id == bindparam("person"), skill_held.c.skill_id == bindparam("skill")),
    Held,
)


def of_person(tx: Transaction, person_id: int) -> list[Held]:
    """Every skill that somebody ever earned."""
    return _OF_PERSON.all(tx, person=person_id)


def held(tx: Transaction, *, person_id: int, skill_id: int) -> Held | None:
    """One of them."""
    return _ONE.first(tx, person=person_id, skill=skill_id)


def _earn(insert: Any) -> Any:
    row = insert(skill_held).values(
        person_id=bindparam("person"),
        skill_id=bindparam("skill"),
        earned_at=bindparam("now"),
        expires_at=bindparam("until"),
        remind_at=bindparam("remind"),
    )
    return row.on_conflict_do_update(
        index_elements=[skill_held.c.person_id, skill_held.c.skill_id],
        set_={name: row.excluded[name] for name in ("earned_at", "expires_at", "remind_at")},
    )


_EARN = Change(_earn)


def earn(
    tx: Transaction, *, person_id: int, skill_id: int, now: datetime, until: datetime, remind: datetime
) -> None:
    """Somebody holds a skill from now on, or anew."""
    _EARN.run(tx, person=person_id, skill=skill_id, now=now, until=until, remind=remind)


@dataclass(frozen=True, slots=True)
class Ending:
    """A skill whose end is to be told."""

    person_id: int
    skill_id: int
    expires_at: datetime


def to_remind(tx: Transaction, *, now: datetime, most: int) -> list[Ending]:
    """Skills whose end is to be told now, locked for this caller only."""
    rows = tx.execute(
        select(skill_held.c.person_id, skill_held.c.skill_id, skill_held.c.expires_at)
        .where(skill_held.c.remind_at <= now)
        .order_by(skill_held.c.remind_at)
        .limit(most)
        .with_for_update(of=skill_held, skip_locked=True, key_share=True)
    )
    return [Ending(*row) for row in rows]


def remind_at(tx: Transaction, one: Ending, at: datetime | None) -> None:
    """When its end is to be told; None when it was."""
    tx.execute(
        update(skill_held)
        .where(skill_held.c.person_id == one.person_id, skill_held.c.skill_id == one.skill_id)
        .values(remind_at=at)
    )


def used_in(tx: Transaction, skill_id: int) -> int | None:
    """A project that hands out cards to who holds the skill, the newest."""
    return tx.execute(
        select(project.c.id)
        .where(
            project.c.skill_id == skill_id,
            project.c.state.in_([ProjectState.RUNNING, ProjectState.PILOT]),
        )
        .order_by(project.c.id.desc())
        .limit(1)
    ).scalar()


def move(tx: Transaction, *, stays: int, gone: int, now: datetime) -> None:
    """Two people turn out to be one: of a skill that both hold, the one that lasts longer counts."""
    theirs = tx.execute(select(skill_held).where(skill_held.c.person_id == gone)).all()
    mine = {one.skill_id: one.expires_at for one in of_person(tx, stays)}
    tx.execute(delete(skill_held).where(skill_held.c.person_id == gone))
    for one in theirs:
        if one.skill_id in mine and mine[one.skill_id] >= one.expires_at:
            continue
        earn(
            tx,
            person_id=stays,
            skill_id=one.skill_id,
            now=one.earned_at,
            until=one.expires_at,
            remind=one.remind_at,
        )
    other = attempt.alias("other")
    doubled = exists().where(
        other.c.person_id == stays, other.c.skill_id == attempt.c.skill_id, other.c.ended_at.is_(None)
    )
    # One of two open attempts goes on; the other ends and counts for nothing.
    tx.execute(
        update(attempt)
        .where(attempt.c.person_id == gone, attempt.c.ended_at.is_(None), doubled)
        .values(ended_at=now)
    )
    tx.execute(update(attempt).where(attempt.c.person_id == gone).values(person_id=stays))
    _move_owned(tx, stays=stays, gone=gone, now=now)


def _move_owned(tx: Transaction, *, stays: int, gone: int, now: datetime) -> None:
    """The skills of one owner become the other's; two of one name become one."""
    theirs = tx.execute(select(skill.c.id, skill.c.name).where(skill.c.owner_id == gone)).all()
    mine = {
        row.name: row.id
        for row in tx.execute(select(skill.c.id, skill.c.name).where(skill.c.owner_id == stays))
    }
    for one in theirs:
        into = mine.get(one.name)
        if into is None:
            tx.execute(update(skill).where(skill.c.id == one.id).values(owner_id=stays))
            continue
        # Who earned the one keeps it in name; the survivor's practice is what counts from now on.
        tx.execute(update(project).where(project.c.skill_id == one.id).values(skill_id=into))
        tx.execute(
            update(attempt)
            .where(attempt.c.skill_id == one.id, attempt.c.ended_at.is_(None))
            .values(ended_at=now)
        )
        for held_one in tx.execute(select(skill_held).where(skill_held.c.skill_id == one.id)).all():
            there = held(tx, person_id=held_one.person_id, skill_id=into)
            if there is None or there.expires_at < held_one.expires_at:
                earn(
                    tx,
                    person_id=held_one.person_id,
                    skill_id=into,
                    now=held_one.earned_at,
                    until=held_one.expires_at,
                    remind=held_one.remind_at,
                )
        tx.execute(delete(skill_held).where(skill_held.c.skill_id == one.id))
