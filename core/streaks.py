"""Noting days with work; costs nothing but on the first answer of a day."""

from __future__ import annotations

from datetime import datetime

from core.domain.person import Person
from core.domain.streaks import Streak, day_of, standing, worked
from core.store import people as rows
from core.store.transaction import Transaction


def answered(tx: Transaction, person: Person, *, now: datetime) -> int | None:
    """The person answered: on the first answer of their day, how many days are in a row now; else None.

    Called last in an event: paying waits for the person's row while it holds tasks and projects.
    """
    today = day_of(now, person.tz)
    if today <= person.worked_on:
        return None
    after = worked(_of(person), today)
    rows.change_person(tx, person.id, streak=after.days, worked_on=after.last, rested_on=after.rested)
    return after.days


def days(person: Person, *, now: datetime) -> int:
    """How many days are in a row, today's answer or not; 0 when the next answer begins anew."""
    return standing(_of(person), day_of(now, person.tz))


def _of(person: Person) -> Streak:
    return Streak(person.streak, person.worked_on, person.rested_on)
