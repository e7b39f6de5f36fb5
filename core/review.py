"""The review queue: what waits for a moderator, in which order, and that each thing is decided once.

A task on which opinions differ and an appeal are rows already; only what has none gets a case of its own,
so nothing is kept twice that could differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from core import appeals, audit, moderators
from core.domain.person import Person, require
from core.errors import Refused
from core.events import Event
from core.quality import Suspect
from core.store import appeals as appeal_rows
from core.store import assignments, cases, task_views
from core.store import people as people_rows
from core.store.cases import Case
from core.store.transaction import Transaction


class Kind(StrEnum):
    """What waits, in the order in which it is looked at: people who wait come first."""

    APPEAL = "appeal"
    FLAGGED = "flagged"
    ESCALATED = "escalated"
    RULE = "rule"
    SUSPECT = "suspect"


ORDER = tuple(Kind)
LOOK = 50
"""So many are looked through at once for one that this moderator may decide."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing in the queue: its kind, and the number of its task, appeal or case."""

    kind: Kind
    id: int


def counts(tx: Transaction, person: Person) -> dict[Kind, int]:
    """How many of each kind wait, those included that somebody else has to decide.

    Raises:
        Refused: not_allowed.
    """
    require(person, "review")
    found = {Kind(kind): number for kind, number in cases.count(tx).items()}
    found[Kind.APPEAL] = appeal_rows.count_waiting(tx)
    found[Kind.ESCALATED] = task_views.count_all_escalated(tx)
    return {kind: found[kind] for kind in ORDER if found.get(kind)}


def following(tx: Transaction, person: Person, after: Waiting | None = None) -> Waiting | None:
    """The next thing that this person may decide; behind the last comes the first again.

    Raises:
        Refused: not_allowed.
    """
    require(person, "review")
    start = 0 if after is None else ORDER.index(after.kind)
    found = _from(tx, person, start, 0 if after is None else after.id)
    if found is None and after is not None:
        found = _from(tx, person, 0, 0)
    return found


def _from(tx: Transaction, person: Person, start: int, after: int) -> Waiting | None:
    for kind in ORDER[start:]:
        found = _first(tx, person, kind, after)
        if found is not None:
            return Waiting(kind, found)
        after = 0
    return None


def _first(tx: Transaction, person: Person, kind: Kind, after: int) -> int | None:
    while True:
        match kind:
            case Kind.APPEAL:
                some = appeal_rows.waiting(tx, after=after, most=LOOK)
                mine = (one for one in some if appeals.why_not(tx, person, one) is None)
            case Kind.ESCALATED:
                some = task_views.all_escalated(tx, but=person.id, after=after, most=LOOK)
                mine = (one for one in some)
            case _:
                some = cases.waiting(tx, kind, after=after, most=LOOK)
                mine = (one for one in some if not _own(tx, person, cases.find(tx, one)))
        found = next(mine, None)
        if found is not None or len(some) < LOOK:
            return found
        after = some[-1]


def _own(tx: Transaction, person: Person, case: Case | None) -> bool:
    """Nobody decides about themselves, nor about a task that they had in hand."""
    if case is None:
        return True
    if case.task_id is not None:
        return assignments.had(tx, task_id=case.task_id, person_id=person.id)
    return case.person_id in people_rows.ids_of(tx, person.id)


def note_seen(tx: Transaction, person: Person, one: Waiting, *, now: datetime) -> None:
    """A moderator looked at the evidence of a case."""
    audit.note(tx, who=person.id, did="case.seen", about=f"{one.kind}:{one.id}", now=now)


# --- opening and closing ------------------------------------------------------------------------------


def open_case(
    tx: Transaction,
    *,
    kind: Kind,
    key: str,
    person_id: int,
    project_id: int | None,
    details: Mapping[str, Any],
    now: datetime,
) -> tuple[Event, ...]:
    """Something about a person should be looked at; once for a key, and not beside an open one of its kind there."""
    if cases.open_about(tx, kind=kind, person_id=person_id, project_id=project_id):
        return ()
    made = cases.open_(
        tx, kind=kind, key=key, person_id=person_id, project_id=project_id, details=details, now=now
    )
    return () if made is None else moderators.call(tx, but=person_id)


def open_suspects(
    tx: Transaction, project_id: int, suspects: tuple[Suspect, ...], *, news_of: datetime, now: datetime
) -> None:
    """People whose answers a refit of `news_of` found to stand out; the summary tells of them, so nobody is called."""
    for one in suspects:
        if one.since == news_of:
            open_case(
                tx,
                kind=Kind.SUSPECT,
                key=f"suspect:{project_id}:{one.person_id}:{one.kind}:{news_of.isoformat()}",
                person_id=one.person_id,
                project_id=project_id,
                details={"suspicion": one.kind, "strength": one.strength, "evidence": dict(one.evidence)},
                now=now,
            )


def take(tx: Transaction, person: Person, case_id: int, *, outcome: str, now: datetime) -> Case:
    """A moderator decides a case; what follows from it comes after, in the same transaction.

    Raises:
        Refused: not_allowed, unknown_case, own_case, decided_before.
    """
    require(person, "review")
    case = cases.find(tx, case_id)
    if case is None:
        raise Refused("unknown_case")
    if _own(tx, person, case):
        raise Refused("own_case")
    if not cases.decide(tx, case_id, by=person.id, outcome=outcome, now=now):
        raise Refused("decided_before")
    about = f"case:{case_id}"
    audit.note(tx, who=person.id, did="case.decided", about=about, now=now, outcome=outcome)
    return case


def close_reports(tx: Transaction, task_id: int, *, by: int, outcome: str, now: datetime) -> None:
    """A task ended on a moderator's word: what was reported of it is decided with it."""
    for one in cases.of_task(tx, task_id):
        cases.decide(tx, one.id, by=by, outcome=outcome, now=now)
