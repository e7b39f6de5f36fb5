"""Telling people of new work: only who chose so, at most once a day, never in quiet hours."""

from __future__ import annotations

from datetime import datetime, timedelta

from core.domain.person import Person
from core.events import Event, NewWork
from core.people import NUDGE_ONCE_IN
from core.store import assignments, queues
from core.store import people as people_rows
from core.store.transaction import Transaction

AWAY = timedelta(hours=2)
"""Who was here a moment ago needs no message."""
LOOK_AGAIN = timedelta(hours=1)


def nudge(tx: Transaction, *, now: datetime, most: int = 10) -> tuple[tuple[Event, ...], int]:
    """Tell some of the people for whom there is work; returns what happened and how many were looked at."""
    events: list[Event] = []
    looked_at = people_rows.to_nudge(tx, now=now, most=most)
    for person_id in looked_at:
        person = people_rows.by_id(tx, person_id)
        if person is None or person.quiet is None:
            people_rows.change_person(tx, person_id, next_nudge_at=now + NUDGE_ONCE_IN)
            continue
        if person.quiet.holds(now):
            people_rows.change_person(tx, person_id, next_nudge_at=person.quiet.end_after(now))
            continue
        waiting = 0 if now - person.seen_at < AWAY else _projects_waiting(tx, person, now=now)
        if waiting:
            events.append(NewWork(person_id, waiting))
        again = NUDGE_ONCE_IN if waiting else LOOK_AGAIN
        people_rows.change_person(tx, person_id, next_nudge_at=now + again)
    return tuple(events), len(looked_at)


def _projects_waiting(tx: Transaction, person: Person, *, now: datetime) -> int:
    """In how many projects a task waits for this person; none while they hold a card, or may not work."""
    if assignments.active_of(tx, person.id) is not None:
        return 0
    open_to = queues.open_to(tx, person.id, now=now)
    return len(
        {queue.project_id for queue in open_to if not queue.lacks and queues.waiting(tx, queue, person.id)}
    )
