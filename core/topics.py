"""Sensitive topics: what a worker is fine with, and that they were told before a project's first card."""

from __future__ import annotations

from datetime import datetime, timedelta

from core.domain.person import Person, require
from core.domain.project import Project
from core.domain.topics import EVERY, Topic, mask
from core.errors import Refused
from core.events import Event
from core.overdue import take_back
from core.store import admissions, assignments, projects
from core.store.admissions import Chosen
from core.store.transaction import Transaction

DECLINED = timedelta(days=90)
"""So long a project whose notice somebody declined does not ask them again."""


def chosen(tx: Transaction, person: Person) -> Chosen:
    """What a person said of topics so far; until they are asked they see none."""
    return admissions.chosen(tx, person.id)


def allow(tx: Transaction, person: Person, project_id: int, *, shown: int) -> None:
    """The person is fine with the topics of a project that they were shown, here and elsewhere, and goes on.

    What the project came to be about since then is asked anew.

    Raises:
        Refused: not_allowed, unknown_button.
    """
    topics, before = _asking(tx, person, project_id).file.sensitive & shown, chosen(tx, person)
    admissions.choose(tx, person.id, fine=before.fine | topics, asked=before.asked | topics)
    admissions.tell(tx, person_id=person.id, project_id=project_id, topics=topics)


def refuse(tx: Transaction, person: Person, project_id: int, *, shown: int) -> None:
    """The person does not want to see the topics of a project that they are not fine with. Raises as `allow`."""
    topics, before = _asking(tx, person, project_id).file.sensitive & shown, chosen(tx, person)
    admissions.choose(tx, person.id, fine=before.fine, asked=before.asked | topics)


def go_on(tx: Transaction, person: Person, project_id: int, *, shown: int) -> None:
    """The person was told what a project is about, and goes on. Raises as `allow`."""
    project = _asking(tx, person, project_id)
    admissions.tell(tx, person_id=person.id, project_id=project_id, topics=project.file.sensitive & shown)


def decline(tx: Transaction, person: Person, project_id: int, *, now: datetime) -> None:
    """The person was told, and does not want this project. Raises as `allow`."""
    _asking(tx, person, project_id)
    admissions.put_off(tx, person_id=person.id, project_id=project_id, until=now + DECLINED)


def _asking(tx: Transaction, person: Person, project_id: int) -> Project:
    require(person, "work")
    project = projects.find(tx, project_id)
    if project is None or not project.file.topics:
        raise Refused("unknown_button")
    return project


def switch(tx: Transaction, person: Person, topic: Topic, *, now: datetime) -> tuple[Event, ...]:
    """See tasks about one topic from now on, or no longer: then a card of it in hand goes back free."""
    before, bit = chosen(tx, person), mask([topic])
    return _keep(tx, person, fine=before.fine ^ bit, asked=before.asked | bit, now=now)


def choose(tx: Transaction, person: Person, topics: tuple[Topic, ...], *, now: datetime) -> tuple[Event, ...]:
    """See tasks about these topics and no others; the same happens to a card in hand."""
    return _keep(tx, person, fine=mask(topics), asked=EVERY, now=now)


def _keep(tx: Transaction, person: Person, *, fine: int, asked: int, now: datetime) -> tuple[Event, ...]:
    admissions.choose(tx, person.id, fine=fine, asked=asked)
    held = assignments.active_of(tx, person.id)
    if held is None:
        return ()
    project = projects.find(tx, held.project_id)
    topics = held.file.sensitive | (project.file.sensitive if project is not None else 0)
    return take_back(tx, held.id, why="topics", now=now) if topics & ~fine else ()
