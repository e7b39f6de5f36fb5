"""What was heard: every event once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select

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
        )
        .on_conflict_do_nothing(index_elements=[inbox.c.key])
    )


_RECEIVE = Change(_receive)


def receive(tx: Transaction, key: str, *, seed: int, now: datetime, state: str = "done") -> bool:
    """Note an event under its key; False when it was noted before: then nothing may happen again."""
    return _RECEIVE.run(tx, key=key, now=now, seed=seed, state=state, attempts=0) == 1


def prune(tx: Transaction, *, before: datetime, most: int = 500) -> int:
    """Forget events that were heard before `before`; returns how many."""
    old = select(inbox.c.key).where(inbox.c.received_at < before).limit(most)
    return int(tx.execute(delete(inbox).where(inbox.c.key.in_(old))).rowcount)
