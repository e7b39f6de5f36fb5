"""Who holds what, until when: the heartbeat and the one poller."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, or_, select, update

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
_MINE = (lease.c.name == bindparam("lease"), lease.c.holder == bindparam("mine"))
_KEEP = Change(update(lease).where(*_MINE).values(until=bindparam("later")))
_GIVE_UP = Change(delete(lease).where(*_MINE))


def write(tx: Transaction, name: str, *, holder: str, until: datetime) -> None:
    """Set a lease, whoever had it."""
    _WRITE.run(tx, name=name, holder=holder, until=until)


def take(tx: Transaction, name: str, *, holder: str, now: datetime, until: datetime) -> bool:
    """Take or renew a lease; False while somebody else holds it."""
    return _TAKE.run(tx, name=name, holder=holder, now=now, until=until) == 1


def keep(tx: Transaction, name: str, *, holder: str, until: datetime) -> bool:
    """Hold a lease longer; False when somebody else took it meanwhile, even if they let it go again."""
    return _KEEP.run(tx, lease=name, mine=holder, later=until) == 1


def give_up(tx: Transaction, name: str, *, holder: str) -> None:
    """Let a lease go, if it is still held."""
    _GIVE_UP.run(tx, lease=name, mine=holder)


def until(tx: Transaction, name: str) -> datetime | None:
    """Until when a lease holds."""
    found: datetime | None = tx.execute(select(lease.c.until).where(lease.c.name == name)).scalar()
    return found
