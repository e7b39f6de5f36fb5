"""How people stand: what moderators and rules impose on a worker, for how long, and that it is lifted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from core import audit
from core.domain.person import Person, Role, require
from core.domain.standing import Measure, Restriction
from core.errors import Refused
from core.events import Event, Imposed, Lifted
from core.overdue import take_back
from core.store import links, projects, restrictions, watches
from core.store import people as people_rows
from core.store.transaction import Transaction

JUST_NOW = timedelta(hours=1)
"""A second warning for the same within so long is somebody else's tap, not another warning."""


def need_free(person: Person, *, now: datetime) -> None:
    """Raises Refused("banned") or ("paused") when the person may not work at all."""
    if person.banned:
        raise Refused("banned")
    if is_paused(person, now=now):
        raise Refused("paused")


def need_free_there(tx: Transaction, person: Person, project_id: int, *, now: datetime) -> None:
    """The same and Refused("restricted"), as things stand after this event waited for its turn."""
    fresh = people_rows.by_account(tx, person.account_id)
    need_free(fresh, now=now)
    if fresh.restricted and project_id in restrictions.barred_projects(tx, fresh.id, now=now):
        raise Refused("restricted")


def is_checked(tx: Transaction, person: Person, project_id: int, *, now: datetime) -> bool:
    """Whether a project looks closer at the person's answers at the moment."""
    if person.checked_until is None or person.checked_until <= now:
        return False
    return project_id in restrictions.checked_projects(tx, person.id, now=now)


def is_paused(person: Person, *, now: datetime) -> bool:
    """Whether all work waits for the person at the moment."""
    return person.paused_until is not None and now < person.paused_until


def holding(tx: Transaction, person_id: int, *, now: datetime) -> Sequence[Restriction]:
    """What keeps a person from something now, oldest first."""
    return [one for one in restrictions.of_person(tx, person_id) if one.holds(now)]


def impose(
    tx: Transaction,
    person_id: int,
    *,
    kind: Measure,
    by: int | str,
    reason: str,
    project_id: int | None = None,
    until: datetime | None = None,
    words: bytes | None = None,
    now: datetime,
) -> tuple[Event, ...]:
    """Impose something, on the word of a person (their number) or of a rule (its name), who had the right checked.

    The cards that it concerns go back free. What holds already is not imposed again, and nothing is told then.
    `words` are sealed; `reason` is one of `core.domain.standing.REASONS`.
    """
    # Nothing this person says is worked on meanwhile, so no card goes out that this would not see.
    links.lock_accounts(tx, (person_id,))
    if _already(tx, person_id, kind=kind, reason=reason, project_id=project_id, until=until, now=now):
        return ()
    made = restrictions.add(
        tx,
        person_id=person_id,
        kind=kind,
        project_id=project_id if kind in (Measure.RESTRICT, Measure.CHECK) else None,
        reason=reason,
        words=words,
        by_person=by if isinstance(by, int) else None,
        by_rule=by if isinstance(by, str) else None,
        at=now,
        until=until,
    )
    events: list[Event] = []
    if kind not in (Measure.WARN, Measure.CHECK):
        where = project_id if kind is Measure.RESTRICT else None
        for assignment_id in restrictions.cards_of(tx, person_id, project_id=where):
            events += take_back(tx, assignment_id, why="imposed", now=now)
    if kind is not Measure.WARN:
        _put_down(tx, person_id, now=now)  # the person's row last of all, as paying does
    who, rule = (by, None) if isinstance(by, int) else (None, by)
    about = f"person:{person_id}"
    audit.note(
        tx, who=who, did=f"measure.{kind}", about=about, now=now, reason=reason, rule=rule, number=made
    )
    return (*events, Imposed(person_id, made))


def _already(
    tx: Transaction,
    person_id: int,
    *,
    kind: Measure,
    reason: str,
    project_id: int | None,
    until: datetime | None,
    now: datetime,
) -> bool:
    for one in restrictions.of_person(tx, person_id):
        if kind in (Measure.WARN, Measure.CHECK):
            same = one.kind is kind and one.reason == reason and one.project_id in (None, project_id)
            if same and one.lifted_at is None and now - one.at < JUST_NOW:
                return True
            continue
        if (
            not one.holds(now)
            or one.kind is not kind
            or (kind is Measure.RESTRICT and one.project_id != project_id)
        ):
            continue
        if one.until is None or (until is not None and until <= one.until):
            return True
    return False


def lift(tx: Transaction, restriction_id: int, *, by: int | None, now: datetime) -> tuple[Event, ...]:
    """End something that was imposed; nothing happens when it was ended before. `by` is none for a rule."""
    found = restrictions.find(tx, restriction_id)
    if found is None:
        return ()
    links.lock_accounts(tx, (found.person_id,))
    if not restrictions.lift(tx, restriction_id, by=by, now=now):
        return ()
    if found.by_rule is not None:
        watches.forget(
            tx, found.person_id, project_id=found.project_id
        )  # else the next answer brings it back
    _put_down(tx, found.person_id, now=now)
    about = f"person:{found.person_id}"
    audit.note(tx, who=by, did="measure.lifted", about=about, now=now, number=restriction_id)
    return (Lifted(found.person_id, restriction_id),)


def _put_down(tx: Transaction, person_id: int, *, now: datetime) -> None:
    every = restrictions.of_person(tx, person_id)
    held = [one for one in every if one.holds(now)]
    checks = [one.until for one in every if one.kind is Measure.CHECK and one.lifted_at is None]
    # A pause without an end is a ban by another name, so it has one.
    pauses = [one.until for one in held if one.kind is Measure.PAUSE and one.until is not None]
    restrictions.put_down(
        tx,
        person_id,
        banned=any(one.kind is Measure.BAN for one in held),
        paused_until=max(pauses, default=None),
        restricted=any(one.kind is Measure.RESTRICT for one in held),
        checked_until=max((one for one in checks if one is not None and now < one), default=None),
    )


def after_merge(tx: Transaction, person_id: int, *, now: datetime) -> tuple[Event, ...]:
    """Two people became one, and what held of either holds of both: their cards go back where they must."""
    held = holding(tx, person_id, now=now)
    everywhere = any(one.kind in (Measure.BAN, Measure.PAUSE) for one in held)
    events: list[Event] = []
    for where in [None] if everywhere else sorted({one.project_id or 0 for one in held}):
        for assignment_id in restrictions.cards_of(tx, person_id, project_id=where):
            events += take_back(tx, assignment_id, why="imposed", now=now)
    _put_down(tx, person_id, now=now)
    return tuple(events)


# --- what moderators do -----------------------------------------------------------------------------


def someone(tx: Transaction, person: Person, person_id: int) -> Person:
    """The person whom a moderator may act on, under the number they have now.

    Raises:
        Refused: not_allowed, unknown_person, own_case.
    """
    require(person, "restrict")
    found = people_rows.by_id(tx, person_id)
    if found is None:
        raise Refused("unknown_person")
    if found.id == person.id:
        raise Refused("own_case")
    if Role.ADMIN in found.roles and Role.ADMIN not in person.roles:
        raise Refused("not_allowed", right="restrict")
    return found


def act(
    tx: Transaction,
    person: Person,
    person_id: int,
    *,
    kind: Measure,
    reason: str,
    project_id: int | None = None,
    lasts: timedelta | None = None,
    words: bytes | None = None,
    now: datetime,
) -> tuple[Event, ...]:
    """A moderator imposes something.

    Raises:
        Refused: not_allowed, unknown_person, own_case, unknown_project, imposed_before.
    """
    other = someone(tx, person, person_id)
    if kind is Measure.RESTRICT and (project_id is None or projects.find(tx, project_id) is None):
        raise Refused("unknown_project")
    events = impose(
        tx,
        other.id,
        kind=kind,
        by=person.id,
        reason=reason,
        project_id=project_id,
        until=None if lasts is None else now + lasts,
        words=words,
        now=now,
    )
    if not events:
        raise Refused("imposed_before")
    return events


def end(tx: Transaction, person: Person, restriction_id: int, *, now: datetime) -> tuple[Event, ...]:
    """A moderator lifts something. Raises as `someone`, and Refused("lifted_before")."""
    found = restrictions.find(tx, restriction_id)
    if found is None:
        raise Refused("lifted_before")
    someone(tx, person, found.person_id)
    events = lift(tx, restriction_id, by=person.id, now=now)
    if not events:
        raise Refused("lifted_before")
    return events


def unban(tx: Transaction, person: Person, person_id: int, *, now: datetime) -> tuple[Event, ...]:
    """A moderator lifts every ban of a person. Raises as `someone`, and Refused("not_banned")."""
    other = someone(tx, person, person_id)
    bans = [one for one in holding(tx, other.id, now=now) if one.kind is Measure.BAN]
    events = tuple(event for one in bans for event in lift(tx, one.id, by=person.id, now=now))
    if not events:
        raise Refused("not_banned")
    return events
