"""Appeals: a worker disputes a judgement, a penalty or a measure, and a moderator who is not involved decides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from core import audit, deciding, standing
from core.domain.person import Person, Role, require
from core.domain.standing import Measure, Restriction
from core.errors import Refused
from core.events import AppealDecided, CaseOpened, Event
from core.store import answers, assignments, ledger, links, projects, restrictions
from core.store import appeals as rows
from core.store import people as people_rows
from core.store.appeals import Appeal, Fined, Judged
from core.store.transaction import Transaction

WITHIN = timedelta(days=7)
MOST_OPEN = 3
"""A moderator looks at each; who may send dozens at once has no reason to choose."""
MOST_WITHIN = 10
"""In seven days: more than an honest worker finds, and an hour of a moderator at most."""
MOST_LISTED = 6


class Kind(StrEnum):
    """What is disputed."""

    ANSWER = "answer"
    PENALTY = "penalty"
    MEASURE = "measure"


UPHELD, DISMISSED = "upheld", "dismissed"


@dataclass(frozen=True, slots=True)
class Open:
    """What a worker may appeal now."""

    answers: tuple[Judged, ...]
    penalties: tuple[Fined, ...]
    measures: tuple[Restriction, ...]

    def __bool__(self) -> bool:
        return bool(self.answers or self.penalties or self.measures)


def possible(tx: Transaction, person: Person, *, now: datetime) -> Open:
    """What the person may appeal now, the newest first, a handful of each.

    Raises:
        Refused: not_allowed.
    """
    require(person, "appeal")
    since = now - WITHIN
    held = [restrictions.find(tx, one) for one in rows.imposed(tx, person.id)]
    measures = tuple(one for one in held if one is not None and _still(one, now=now))
    if person.banned:
        return Open((), (), measures)
    mine = people_rows.ids_of(tx, person.id)
    return Open(
        tuple(rows.unpaid(tx, person.id, since=since, most=MOST_LISTED)),
        tuple(rows.penalties(tx, mine, since=since, most=MOST_LISTED)),
        measures,
    )


def _still(one: Restriction, *, now: datetime) -> bool:
    """A warning, and what a rule did, can be disputed for a week; what keeps somebody from work, as long as it does.

    A rule may pause somebody for a night, and takes the next step from there until it is lifted.
    """
    told = one.by_rule is not None or one.kind in (Measure.WARN, Measure.CHECK)
    return one.holds(now) or (told and now - one.at < WITHIN)


# --- making one -----------------------------------------------------------------------------------------


def about_answer(
    tx: Transaction, person: Person, assignment_id: int, *, now: datetime
) -> tuple[int, tuple[Event, ...]]:
    """The person says that an answer of theirs was right; returns the appeal's number.

    Raises:
        Refused: not_allowed, banned, unknown_card, not_appealable, appeal_too_late, appealed_before, appeals_open,
            appeals_lately.
    """
    _worker(person)
    _own(tx, person, assignment_id)
    one = rows.judged(tx, assignment_id)
    if one is None or one.planted or one.paid >= one.promised or one.owner_id == person.id:
        raise Refused("not_appealable")
    if now - one.decided_at >= WITHIN:
        raise Refused("appeal_too_late")
    return _make(tx, person, Kind.ANSWER, assignment_id, project_id=one.project_id, now=now)


def about_penalty(
    tx: Transaction, person: Person, assignment_id: int, *, now: datetime
) -> tuple[int, tuple[Event, ...]]:
    """The person says that a penalty was not fair. Raises as `about_answer`."""
    _worker(person)
    _own(tx, person, assignment_id)
    one = rows.penalty(tx, assignment_id)
    if one is None:
        raise Refused("not_appealable")
    if now - one.at >= WITHIN:
        raise Refused("appeal_too_late")
    return _make(tx, person, Kind.PENALTY, assignment_id, project_id=one.project_id, now=now)


def about_measure(
    tx: Transaction, person: Person, restriction_id: int, *, now: datetime
) -> tuple[int, tuple[Event, ...]]:
    """The person says that what was imposed on them is not fair; this is possible also while they are banned.

    Raises:
        Refused: not_allowed, not_appealable, appealed_before.
    """
    require(person, "appeal")
    one = restrictions.find(tx, restriction_id)
    if one is None or one.person_id != person.id or one.lifted_at is not None or not _still(one, now=now):
        raise Refused("not_appealable")
    if rows.of_subject(tx, kind=Kind.MEASURE, restriction_id=restriction_id) is not None:
        raise Refused("appealed_before")
    made = rows.add(
        tx,
        kind=Kind.MEASURE,
        person_id=person.id,
        project_id=one.project_id,
        restriction_id=restriction_id,
        opened_at=now,
    )
    return made, _call(tx, made)


def _worker(person: Person) -> None:
    require(person, "appeal")
    if person.banned:
        raise Refused("banned")


def _own(tx: Transaction, person: Person, assignment_id: int) -> None:
    held = assignments.get(tx, assignment_id)
    if held is None or held.person_id != person.id:
        raise Refused("unknown_card")


def _make(
    tx: Transaction, person: Person, kind: Kind, assignment_id: int, *, project_id: int, now: datetime
) -> tuple[int, tuple[Event, ...]]:
    if rows.of_subject(tx, kind=kind, assignment_id=assignment_id) is not None:
        raise Refused("appealed_before")
    made = rows.made_by(tx, person.id, since=now - WITHIN)
    if made.open >= MOST_OPEN:
        raise Refused("appeals_open", most=MOST_OPEN)
    if made.lately >= MOST_WITHIN:
        raise Refused("appeals_lately", most=MOST_WITHIN)
    appeal_id = rows.add(
        tx, kind=kind, person_id=person.id, project_id=project_id, assignment_id=assignment_id, opened_at=now
    )
    return appeal_id, _call(tx, appeal_id)


def _call(tx: Transaction, appeal_id: int) -> tuple[Event, ...]:
    """Those who may decide it: moderators, else admins, else whoever among the admins was involved."""
    found = rows.find(tx, appeal_id)
    assert found is not None, "it was just made"
    for role in (Role.MODERATOR, Role.ADMIN):
        all_ = [one for one in people_rows.with_role(tx, role) if one != found.person_id]
        free = [one for one in all_ if not _involved(tx, found, one)]
        if free or role is Role.ADMIN:
            return tuple(CaseOpened(one) for one in free or all_)
    return ()


def add_words(tx: Transaction, person: Person, appeal_id: int, sealed: bytes) -> None:
    """What the person wants to say about it, sealed.

    Raises:
        Refused: not_appealable, decided_before.
    """
    found = rows.find(tx, appeal_id)
    if found is None or found.person_id != person.id:
        raise Refused("not_appealable")
    if not rows.add_words(tx, appeal_id, sealed):
        raise Refused("decided_before")


# --- deciding one ---------------------------------------------------------------------------------------


def why_not(tx: Transaction, person: Person, appeal_id: int) -> str | None:
    """Why this moderator may not decide an appeal: own_case, or involved; None when they may.

    Who decided the matter before, answered the task or owns the project does not decide; an admin may, where
    nobody else is left.
    """
    found = rows.find(tx, appeal_id)
    if found is None or found.person_id in people_rows.ids_of(tx, person.id):
        return "own_case"
    if not _involved(tx, found, person.id):
        return None
    if Role.ADMIN in person.roles and not _others(tx, found, person.id):
        return None
    return "involved"


def _others(tx: Transaction, found: Appeal, person_id: int) -> bool:
    """Whether somebody else could decide this."""
    all_ = {*people_rows.with_role(tx, Role.MODERATOR), *people_rows.with_role(tx, Role.ADMIN)}
    return any(not _involved(tx, found, one) for one in all_ - {person_id, found.person_id})


def _involved(tx: Transaction, found: Appeal, person_id: int) -> bool:
    ids = people_rows.ids_of(tx, person_id)
    if found.restriction_id is not None:
        imposed = restrictions.find(tx, found.restriction_id)
        return imposed is not None and imposed.by_person in ids
    assert found.assignment_id is not None, "an appeal is about something"
    about = rows.subject(tx, found.assignment_id)
    if about.owner_id in ids or assignments.had(tx, task_id=about.task_id, person_id=person_id):
        return True  # it is their budget, or they answered it
    return about.settled_by in {f"person:{one}" for one in ids}


def decide(
    tx: Transaction, person: Person, appeal_id: int, *, outcome: str, now: datetime
) -> tuple[Event, ...]:
    """A moderator upholds or dismisses an appeal.

    Upheld, an answer's label is the truth from now on, on the moderator's word, and whoever gave it is paid the
    rest; a penalty comes back; what was imposed is lifted. Nothing is taken from anybody.

    Raises:
        Refused: not_allowed, unknown_case, own_case, involved, decided_before, appeal_unpaid.
    """
    require(person, "review")
    found = rows.find(tx, appeal_id)
    if found is None:
        raise Refused("unknown_case")
    if found.decided_at is not None:
        raise Refused("decided_before")  # whoever decided it is involved by now
    reason = why_not(tx, person, appeal_id)
    if reason is not None:
        raise Refused(reason)
    links.lock_accounts(tx, (found.person_id,))  # they may be adding words to it at this moment
    if not rows.decide(tx, appeal_id, by=person.id, outcome=outcome, now=now):
        raise Refused("decided_before")
    events: tuple[Event, ...] = ()
    points = 0
    if outcome == UPHELD:
        events, points = _make_good(tx, person, found, now=now)
    about = f"appeal:{appeal_id}"
    audit.note(tx, who=person.id, did=f"appeal.{outcome}", about=about, now=now, points=points)
    return (*events, AppealDecided(found.person_id, appeal_id, outcome == UPHELD, points))


def _make_good(
    tx: Transaction, person: Person, found: Appeal, *, now: datetime
) -> tuple[tuple[Event, ...], int]:
    cause = f"appeal:{found.id}"
    if found.restriction_id is not None:
        return standing.lift(tx, found.restriction_id, by=person.id, now=now), 0
    assert found.assignment_id is not None, "an appeal is about something"
    if found.kind == Kind.PENALTY:
        return (), _give_back(tx, found, cause=cause, now=now)
    held = assignments.get(tx, found.assignment_id)
    given = answers.of_assignment(tx, found.assignment_id)
    assert held is not None, "cards are never deleted"
    if given is None:  # it was superseded when two people became one
        return (), 0
    before = ledger.paid_before(tx, held.id)
    events = deciding.revise(tx, person, held.task_id, given.value, cause=cause, now=now)
    return events, ledger.paid_before(tx, held.id) - before


def _give_back(tx: Transaction, found: Appeal, *, cause: str, now: datetime) -> int:
    assert found.assignment_id is not None, "a penalty is about a card"
    fined = rows.penalty(tx, found.assignment_id)
    if fined is None:
        return 0
    if not projects.set_aside(tx, fined.project_id, fined.points):
        raise Refused("appeal_unpaid", project=fined.project_id)
    paid = ledger.adjust(
        tx, project_id=fined.project_id, person_id=found.person_id, points=fined.points, cause=cause, now=now
    )
    projects.release(tx, fined.project_id, released=fined.points, paid=fined.points if paid else 0)
    return fined.points
