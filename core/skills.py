"""What a worker may know of their own accuracy, by kind and language."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from core.domain.person import Person, require
from core.domain.reliability import Reliability, newcomer, reliability, together
from core.store import skills as rows
from core.store.transaction import Transaction

ENOUGH = 15
"""Below so many answers nothing is said: chance alone would move it by a whole step in ten."""
CROWD = 500
"""So many rows tell well enough what to expect of anybody."""


@dataclass(frozen=True, slots=True)
class Skill:
    """What is believed of a worker at one kind of task in one language ("" where tasks name none)."""

    kind: str
    lang: str
    answers: int  # that it rests on: the latest ones, as older ones fade
    accuracy: Reliability
    known: bool  # whether there are enough answers to say anything


def of(tx: Transaction, person: Person) -> tuple[Skill, ...]:
    """A worker's own skills, those with most answers first.

    Raises:
        Refused: not_allowed.
    """
    require(person, "work")
    return seen_of(tx, person.id)


def at(tx: Transaction, person_id: int, *, kind: str, lang: str) -> Skill | None:
    """What is believed of somebody at one kind of task in one language, for whoever may know."""
    return next((one for one in seen_of(tx, person_id) if (one.kind, one.lang) == (kind, lang)), None)


def seen_of(tx: Transaction, person_id: int) -> tuple[Skill, ...]:
    """The same as `of`, for whoever may know."""
    found = []
    for (kind, lang), seen in groupby(rows.of_person(tx, person_id), key=lambda one: one[:2]):
        mine = together(one for *_, one in seen)
        start = newcomer(rows.of_crowd(tx, kind=kind, lang=lang, most=CROWD))
        # Nobody is told what is mostly believed of others.
        known = mine.answers >= max(ENOUGH, start.strength)
        found.append(Skill(kind, lang, round(mine.answers), reliability(mine, start), known))
    return tuple(sorted(found, key=lambda one: (-one.answers, one.kind, one.lang)))
