"""What was heard: every event once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from core.store.tables import inbox
from core.store.transaction import Change, Transaction


def _receive(insert: Any) -> Any:
    return (
        insert(inbox)
        .values(
            key=bindparam("key"),
            received_at=bindparam("now"),
            seed=bindparam("seed"),
            state=bindparam("state"),
            attempts=bindparam("attempts"),
            payload=bindparam("payload"),
        )
        .on_conflict_do_nothing(index_elements=[inbox.c.key])
    )


_RECEIVE = Change(_receive)


def receive(tx: Transaction, key: str, *, seed: int, now: datetime, state: str = "done") -> bool:
    """Note an event under its key; False when it was noted before: then nothing may happen again."""
    return _RECEIVE.run(tx, key=key, now=now, seed=seed, state=state, attempts=0, payload=None) == 1


def keep(tx: Transaction, key: str, payload: bytes, *, seed: int, now: datetime) -> bool:
    """Keep a sealed event that is worked on later; False when it was noted before."""
    return _RECEIVE.run(tx, key=key, now=now, seed=seed, state="received", attempts=0, payload=payload) == 1


_TAKE = Change(
    update(inbox)
    .where(inbox.c.key == bindparam("event"), inbox.c.state == "received")
    .values(state=bindparam("becomes"), payload=None)
)


def take(tx: Transaction, key: str, *, state: str = "done") -> bool:
    """Work on a kept event in this transaction; False when that happened before."""
    return _TAKE.run(tx, event=key, becomes=state) == 1


def kept(tx: Transaction, *, until: datetime, most: int) -> list[tuple[str, bytes]]:
    """The events that were kept up to a moment and wait still, oldest first: key and sealed payload."""
    rows = tx.execute(
        select(inbox.c.key, inbox.c.payload)
        .where(inbox.c.state == "received", inbox.c.received_at <= until, inbox.c.payload.isnot(None))
        .order_by(inbox.c.received_at, inbox.c.key)
        .limit(most)
    )
    return [(row.key, bytes(row.payload)) for row in rows]


def prune(tx: Transaction, *, before: datetime, most: int = 500) -> int:
    """Forget events that were heard before `before`; returns how many."""
    old = select(inbox.c.key).where(inbox.c.received_at < before).limit(most)
    return int(tx.execute(delete(inbox).where(inbox.c.key.in_(old))).rowcount)
