"""The rows of the audit trail, and where its chain ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, insert, or_, select, update

from core.store.tables import audit, audit_head
from core.store.transaction import Change, Statement, Transaction

FIRST = "0" * 64
"""The digest before the first entry."""


@dataclass(frozen=True, slots=True)
class Head:
    """How many entries there are, and the digest of the last one."""

    entries: int
    digest: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that somebody did: `who` is a person's id or None, `details` canonical JSON."""

    id: int
    at: datetime
    who: int | None
    did: str
    about: str
    details: str
    digest: str


def _hold(insert: Any) -> Any:
    row = insert(audit_head).values(id=1, entries=0, digest=FIRST)
    # Writing the row, even as it was, holds it on PostgreSQL: the next writer sees what this one leaves.
    return row.on_conflict_do_update(
        index_elements=[audit_head.c.id], set_={"entries": audit_head.c.entries}
    ).returning(audit_head.c.entries, audit_head.c.digest)


_HOLD = Statement(_hold, Head)
_HEAD = Statement(select(audit_head.c.entries, audit_head.c.digest), Head)
_ADVANCE = Change(update(audit_head).values(entries=bindparam("now_entries"), digest=bindparam("now_digest")))
_ADD = Change(
    insert(audit).values(**{column.name: bindparam(f"new_{column.name}") for column in audit.columns})
)
_ENTRIES = Statement(
    select(audit).where(audit.c.id > bindparam("after")).order_by(audit.c.id).limit(bindparam("most")), Entry
)


def hold(tx: Transaction) -> Head:
    """Where the chain ends, held until the transaction ends."""
    return _HOLD.one(tx)


def head(tx: Transaction) -> Head:
    """Where the chain ends, only to be looked at."""
    return _HEAD.first(tx) or Head(0, FIRST)


def add(tx: Transaction, entry: Entry) -> None:
    """Add the next entry; the caller holds the head."""
    _ADD.run(
        tx,
        new_id=entry.id,
        new_at=entry.at,
        new_who=entry.who,
        new_did=entry.did,
        new_about=entry.about,
        new_details=entry.details,
        new_digest=entry.digest,
    )
    _ADVANCE.run(tx, now_entries=entry.id, now_digest=entry.digest)


def after(tx: Transaction, entry_id: int, *, most: int) -> list[Entry]:
    """The entries after one, oldest first."""
    return _ENTRIES.all(tx, after=entry_id, most=most)


def newest(
    tx: Transaction, *, before: int | None, person_id: int | None, project_id: int | None, most: int
) -> list[Entry]:
    """The last entries before one, newest first; of a person those by and about them."""
    wanted = [] if before is None else [audit.c.id < before]
    if person_id is not None:
        wanted.append(or_(audit.c.who == person_id, audit.c.about == f"person:{person_id}"))
    if project_id is not None:
        wanted.append(audit.c.about == f"project:{project_id}")
    rows = tx.execute(select(audit).where(and_(True, *wanted)).order_by(audit.c.id.desc()).limit(most))
    return [Entry(*row) for row in rows]
