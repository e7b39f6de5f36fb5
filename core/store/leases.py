"""Who holds what, until when: the heartbeat and the one poller."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, or_, select

from core.store.tables import lease
from core.store.transaction import Change, Transaction


def _write(insert: Any) -> Any:
    row = insert(lease).values(name=bindparam("name"), holder=bindparam("holder"), until=bindparam("until"))
    return row.on_conflict_do_update(
        index_elements=[lease.c.name], set_={"holder": row.excluded.holder, "until": row.excluded.until}
    )


def _take(insert: Any) -> Any:
    row = insert(lease).values(name=bindparam("name"), holder=bindparam("holder"), until=bindparam("until"))
    return row.on_conflict_do_update(
        index_elements=[lease.c.name],
        set_={"holder": row.excluded.holder, "until": row.excluded.until},
        where=or_(
            lease.c.holder == row.excluded.holder, lease.c.until < bindparam("now", type_=lease.c.until.type)
        ),
    )


_WRITE = Change(_write)
_TAKE = Change(_take)


def write(tx: Transaction, name: str, *, holder: str, until: datetime) -> None:
    """Set a lease, whoever had it."""
    _WRITE.run(tx, name=name, holder=holder, until=until)


def take(tx: Transaction, name: str, *, holder: str, now: datetime, until: datetime) -> bool:
    """Take or renew a lease; False while somebody else holds it."""
    return _TAKE.run(tx, name=name, holder=holder, now=now, until=until) == 1


def until(tx: Transaction, name: str) -> datetime | None:
    """Until when a lease holds."""
    found: datetime | None = tx.execute(select(lease.c.until).where(lease.c.name == name)).scalar()
    return found
