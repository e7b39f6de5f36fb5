"""What a worker was told and asked before a project's first card, and the sensitive topics they are fine with."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, case, exists, select, update

from core.domain.topics import Lack
from core.store.tables import admission, person, project, skill_held
from core.store.transaction import Change, Statement, Transaction

_FINE_WITH = select(person.c.topics).where(person.c.id == bindparam("person")).scalar_subquery()
_TOLD = exists().where(
    admission.c.person_id == bindparam("person"),
    admission.c.project_id == project.c.id,
    admission.c.topics.bitwise_and(project.c.topics) == project.c.topics,
)
_HELD = exists().where(
    skill_held.c.person_id == bindparam("person"),
    skill_held.c.skill_id == project.c.skill_id,
    skill_held.c.expires_at > bindparam("now"),
)
LACKS: ColumnElement[int] = case(
    # Most projects ask for nothing, and cost a claim nothing more than two columns.
    (and_(project.c.topics == 0, project.c.skill_id.is_(None)), int(Lack.NOTHING)),
    (project.c.topics.bitwise_and(_FINE_WITH) != project.c.topics, int(Lack.TOPICS)),
    (and_(project.c.topics != 0, ~_TOLD), int(Lack.NOTICE)),
    (and_(project.c.skill_id.isnot(None), ~_HELD), int(Lack.SKILL)),
    else_=int(Lack.NOTHING),
)
"""What `person` lacks before the `project` of the row may hand them a card, `now`."""
_LACK = Statement(select(LACKS).where(project.c.id == bindparam("project")), Lack)


def lack(tx: Transaction, *, person_id: int, project_id: int, now: datetime) -> Lack:
    """What a worker lacks before one project may hand them a card; nothing where there is no such project."""
    found = _LACK.first(tx, person=person_id, project=project_id, now=now)
    return Lack.NOTHING if found is None else found


class Chosen(NamedTuple):
    """The topics a person is fine with, and those they were ever asked about: a bit for each."""

    fine: int
    asked: int


_CHOSEN = Statement(
    select(person.c.topics, person.c.topics_asked).where(person.c.id == bindparam("person")), Chosen
)


def chosen(tx: Transaction, person_id: int) -> Chosen:
    """What a person said of topics."""
    return _CHOSEN.one(tx, person=person_id)


def choose(tx: Transaction, person_id: int, *, fine: int, asked: int) -> None:
    """Keep what a person said of topics."""
    tx.execute(update(person).where(person.c.id == person_id).values(topics=fine, topics_asked=asked))


def _tell(insert: Any) -> Any:
    row = insert(admission).values(
        person_id=bindparam("person"), project_id=bindparam("project"), topics=bindparam("told")
    )
    return row.on_conflict_do_update(
        index_elements=[admission.c.person_id, admission.c.project_id],
        set_={"topics": row.excluded.topics, "put_off_until": None},
    )


def _put_off(insert: Any) -> Any:
    row = insert(admission).values(
        person_id=bindparam("person"), project_id=bindparam("project"), put_off_until=bindparam("until")
    )
    return row.on_conflict_do_update(
        index_elements=[admission.c.person_id, admission.c.project_id],
        set_={"put_off_until": row.excluded.put_off_until},
    )


_TELL = Change(_tell)
_PUT_OFF = Change(_put_off)
_WAITING = Statement(
    select(admission.c.project_id).where(
        admission.c.person_id == bindparam("person"), admission.c.put_off_until > bindparam("now")
    ),
    int,
)


def tell(tx: Transaction, *, person_id: int, project_id: int, topics: int) -> None:
    """A person was told of a project's topics, and goes on."""
    _TELL.run(tx, person=person_id, project=project_id, told=topics)


def put_off(tx: Transaction, *, person_id: int, project_id: int, until: datetime) -> None:
    """A person does not want to be asked by a project until then."""
    _PUT_OFF.run(tx, person=person_id, project=project_id, until=until)


def put_off_now(tx: Transaction, person_id: int, *, now: datetime) -> frozenset[int]:
    """The projects that a person does not want to be asked by at the moment."""
    return frozenset(_WAITING.all(tx, person=person_id, now=now))
