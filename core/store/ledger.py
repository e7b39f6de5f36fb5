"""The points: append-only, every entry from somebody to somebody, each cause once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, update

from core.store.tables import answer, assignment, ledger, person
from core.store.transaction import Change, Transaction


def _enter(insert: Any) -> Any:
    return (
        insert(ledger)
        .values(
            at=bindparam("at"),
            kind=bindparam("kind"),
            points=bindparam("points"),
            from_project=bindparam("from_project"),
            from_person=bindparam("from_person"),
            to_project=bindparam("to_project"),
            to_person=bindparam("to_person"),
            key=bindparam("key"),
            project_id=bindparam("project"),
            assignment_id=bindparam("assignment"),
        )
        .on_conflict_do_nothing(index_elements=[ledger.c.key])
    )


_ENTER = Change(_enter)


def _once(
    tx: Transaction,
    kind: str,
    *,
    key: str,
    points: int,
    now: datetime,
    from_project: int | None = None,
    from_person: int | None = None,
    to_project: int | None = None,
    to_person: int | None = None,
    project_id: int | None = None,
    assignment_id: int | None = None,
) -> bool:
    """Enter what may happen only once for its key; False when it happened before."""
    entered = _ENTER.run(
        tx,
        at=now,
        kind=kind,
        points=points,
        from_project=from_project,
        from_person=from_person,
        to_project=to_project,
        to_person=to_person,
        key=key,
        project=project_id,
        assignment=assignment_id,
    )
    return entered == 1


def reward(
    tx: Transaction, *, project_id: int, person_id: int, assignment_id: int, points: int, now: datetime
) -> bool:
    """Pay a worker for an answer; False when that was done before. Zero points are an entry too."""
    return _once(
        tx,
        "reward",
        key=f"reward:{assignment_id}",
        points=points,
        now=now,
        from_project=project_id,
        to_person=person_id,
        project_id=project_id,
        assignment_id=assignment_id,
    )


def paid_before(tx: Transaction, assignment_id: int) -> int:
    """What an answer was paid so far, corrections included."""
    value = tx.execute(
        select(func.coalesce(func.sum(ledger.c.points), 0)).where(
            ledger.c.assignment_id == assignment_id, ledger.c.kind.in_(["reward", "correction"])
        )
    ).scalar_one()
    return int(value)


def correction(
    tx: Transaction,
    *,
    project_id: int,
    person_id: int,
    assignment_id: int,
    points: int,
    cause: str = "",
    now: datetime,
) -> bool:
    """Pay what an answer turned out to be worth more; False when that was done before, for the same cause."""
    return _once(
        tx,
        "correction",
        key=f"correction:{assignment_id}:{cause}" if cause else f"correction:{assignment_id}",
        points=points,
        now=now,
        from_project=project_id,
        to_person=person_id,
        project_id=project_id,
        assignment_id=assignment_id,
    )


def rewarded(tx: Transaction, assignment_id: int) -> bool:
    """Whether an answer was judged and paid, be it nothing."""
    found = select(ledger.c.id).where(ledger.c.assignment_id == assignment_id, ledger.c.kind == "reward")
    return tx.execute(found).first() is not None


def adjust(
    tx: Transaction, *, project_id: int, person_id: int, points: int, cause: str, now: datetime
) -> bool:
    """Points of a project for a person, or from them when below nothing, beside any answer; once for a cause."""
    gives = points >= 0
    return _once(
        tx,
        "correction",
        key=f"correction:{cause}",
        points=abs(points),
        now=now,
        from_project=project_id if gives else None,
        from_person=None if gives else person_id,
        to_project=None if gives else project_id,
        to_person=person_id if gives else None,
        project_id=project_id,
    )


def penalty(
    tx: Transaction, *, project_id: int, person_id: int, assignment_id: int, points: int, now: datetime
) -> bool:
    """Take the penalty for lateness back to the project; False when that was done before."""
    return _once(
        tx,
        "penalty",
        key=f"penalty:{assignment_id}",
        points=points,
        now=now,
        from_person=person_id,
        to_project=project_id,
        project_id=project_id,
        assignment_id=assignment_id,
    )


def bonus(tx: Transaction, *, project_id: int, person_id: int, points: int, key: str, now: datetime) -> bool:
    """Give a worker points that no answer asked for; `key` names what for, and False says it was done before."""
    return _once(
        tx,
        "bonus",
        key=f"bonus:{key}",
        points=points,
        now=now,
        from_project=project_id,
        to_person=person_id,
        project_id=project_id,
    )


def pay_out(
    tx: Transaction, *, payout_id: int, person_id: int, project_id: int, points: int, now: datetime
) -> bool:
    """Points of a person's account with a project are paid out; False when this payout took them before."""
    key = f"payout:{payout_id}:{person_id}:{project_id}"
    return _once(tx, "payout", key=key, points=points, now=now, from_person=person_id, project_id=project_id)


def take_back_payout(
    tx: Transaction,
    *,
    payout_id: int,
    person_id: int,
    to_person: int,
    project_id: int,
    points: int,
    now: datetime,
) -> bool:
    """A payout that was never sent gives the points back, to whoever its person is now; False when it did before."""
    key = f"unpaid:{payout_id}:{person_id}:{project_id}"
    return _once(
        tx, "correction", key=key, points=points, now=now, to_person=to_person, project_id=project_id
    )


def join(tx: Transaction, *, gone: int, stays: int, points: int, now: datetime) -> bool:
    """The balance of a person who turned out to be another goes to that one, debts too; False when it did before."""
    giver, taker = (gone, stays) if points >= 0 else (stays, gone)
    key = f"link:{gone}"
    return _once(tx, "link", key=key, points=abs(points), now=now, from_person=giver, to_person=taker)


def forfeit(tx: Transaction, *, person_id: int, points: int, now: datetime) -> bool:
    """The points of a person who had themselves erased go to nobody; False when they did before."""
    return _once(tx, "forfeit", key=f"forfeit:{person_id}", points=points, now=now, from_person=person_id)


_MARK_NEWS = Change(
    update(person)
    .where(person.c.id == bindparam("person"), person.c.news_at.is_(None))
    .values(news_at=bindparam("now"))
)


def mark_news(tx: Transaction, person_id: int, *, now: datetime) -> None:
    """The person has something to be told."""
    _MARK_NEWS.run(tx, person=person_id, now=now)


@dataclass(frozen=True, slots=True)
class News:
    """What a person's answers earned since they were last told."""

    person_id: int
    answers: int
    right: int
    points: int
    corrected: int = 0  # points that came on top, since something was decided anew


def take_news(tx: Transaction, *, before: datetime, most: int) -> list[News]:
    """What to tell the people whose oldest news is from before `before`; each is taken by one caller only."""
    due = (
        select(person.c.id)
        .where(person.c.news_at <= before)
        .order_by(person.c.news_at)
        .limit(most)
        .with_for_update(skip_locked=True, key_share=True)
    )
    people = tx.execute(
        update(person)
        .where(person.c.id.in_(due))
        .values(news_at=None)
        .returning(person.c.id, person.c.noticed_entry)
    ).all()
    found = []
    for one in people:
        rows = tx.execute(
            select(ledger.c.id, ledger.c.points, ledger.c.kind).where(
                ledger.c.to_person == one.id,
                ledger.c.id > one.noticed_entry,
                # What belongs to no answer was told at once.
                (ledger.c.kind == "reward")
                | ((ledger.c.kind == "correction") & ledger.c.assignment_id.isnot(None)),
            )
        ).all()
        if rows:
            tx.execute(
                update(person).where(person.c.id == one.id).values(noticed_entry=max(r.id for r in rows))
            )
            paid = [row.points for row in rows if row.kind == "reward"]
            more = sum(row.points for row in rows if row.kind == "correction")
            found.append(News(one.id, len(paid), sum(points > 0 for points in paid), sum(paid) + more, more))
    return found


@dataclass(frozen=True, slots=True)
class Pending:
    """Answers that wait for their settlement, and the most they can still bring."""

    answers: int
    points: int


def pending(tx: Transaction, person_id: int) -> Pending:
    """What a person's answers may still bring."""
    paid = select(ledger.c.id).where(
        ledger.c.kind == "reward", ledger.c.assignment_id == answer.c.assignment_id
    )
    found = tx.execute(
        select(func.count(), func.coalesce(func.sum(assignment.c.reserve), 0))
        .select_from(assignment)
        .join(answer, answer.c.assignment_id == assignment.c.id)
        .where(assignment.c.person_id == person_id, answer.c.voided_at.is_(None), ~paid.exists())
    ).one()
    return Pending(int(found[0]), int(found[1]))


def totals(tx: Transaction, *, since: datetime, until: datetime) -> dict[str, tuple[int, int]]:
    """Entries and points of each kind in a span of time; of corrections those that paid an answer what it was due."""
    beside = (ledger.c.kind == "correction") & ledger.c.assignment_id.is_(None)
    rows = tx.execute(
        select(ledger.c.kind, func.count(), func.coalesce(func.sum(ledger.c.points), 0))
        .where(ledger.c.at >= since, ledger.c.at < until, ~beside)
        .group_by(ledger.c.kind)
    )
    return {kind: (count, int(points)) for kind, count, points in rows}
