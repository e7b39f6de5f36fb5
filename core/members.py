"""What moderators see of people: numbers and pseudonyms, how right they are, how they stand; never names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core import audit, skills, standing
from core.domain.person import Person, require
from core.domain.project import Project
from core.domain.standing import Restriction
from core.errors import Refused
from core.exporting import pseudonym
from core.skills import Skill
from core.store import members as rows
from core.store import people as people_rows
from core.store import projects
from core.store.transaction import Transaction
from core.vault import Vault

LATELY = timedelta(days=7)
LISTED = 8
PROJECTS = 6


@dataclass(frozen=True, slots=True)
class Members:
    """The people of the last week: who answered how much, who is new, who is kept from something."""

    active: Sequence[tuple[int, int]]
    new: Sequence[int]
    restricted: Sequence[int]


@dataclass(frozen=True, slots=True)
class There:
    """What somebody did in one project, and what they are called there."""

    project: Project
    pseudonym: str
    answers: int


@dataclass(frozen=True, slots=True)
class Member:
    """One person as moderators see them."""

    person: Person
    joined_at: datetime | None
    points: int
    skills: Sequence[Skill]
    work: Sequence[There]
    measures: Sequence[Restriction]  # what holds now

    @property
    def answers(self) -> int:
        """In the projects that are listed."""
        return sum(one.answers for one in self.work)


def listed(tx: Transaction, person: Person, *, now: datetime) -> Members:
    """The people a moderator may want to look at.

    Raises:
        Refused: not_allowed.
    """
    require(person, "restrict")
    since = now - LATELY
    return Members(
        rows.active(tx, since=since, most=LISTED),
        rows.new(tx, since=since, most=LISTED),
        rows.restricted(tx, now=now, most=LISTED),
    )


def member(tx: Transaction, vault: Vault, person: Person, person_id: int, *, now: datetime) -> Member:
    """One of them, under the number that they have now.

    Raises:
        Refused: not_allowed, unknown_person.
    """
    require(person, "restrict")
    found = people_rows.by_id(tx, person_id)
    if found is None:
        raise Refused("unknown_person")
    audit.note(tx, who=person.id, did="person.seen", about=f"person:{found.id}", now=now)
    return Member(
        person=found,
        joined_at=rows.joined_at(tx, found.id),
        points=people_rows.balance(tx, found.id),
        skills=skills.seen_of(tx, found.id),
        work=[
            There(project, pseudonym(vault, project_id=project.id, person_id=found.id), one.answers)
            for one in rows.work_of(tx, found.id, most=PROJECTS)
            if (project := projects.find(tx, one.project_id)) is not None
        ],
        measures=standing.holding(tx, found.id, now=now),
    )
