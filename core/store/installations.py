"""Where the service is installed, and what it takes to speak there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update

from core.store.tables import installation
from core.store.transaction import Change, Statement, Transaction


def _keep(insert: Any) -> Any:
    row = insert(installation).values(
        platform=bindparam("on"),
        workspace=bindparam("in_workspace"),
        sealed=bindparam("closed"),
        installed_at=bindparam("now"),
    )
    return row.on_conflict_do_update(
        index_elements=[installation.c.platform, installation.c.workspace],
        set_={"sealed": row.excluded.sealed, "installed_at": row.excluded.installed_at, "ended_at": None},
    )


_KEEP = Change(_keep)
_FIND = Statement(
    select(installation.c.sealed).where(
        installation.c.platform == bindparam("on"),
        installation.c.workspace == bindparam("in_workspace"),
        installation.c.ended_at.is_(None),
    ),
    bytes,
)
_END = Change(
    update(installation)
    .where(
        installation.c.platform == bindparam("on"),
        installation.c.workspace == bindparam("in_workspace"),
        installation.c.ended_at.is_(None),
    )
    .values(ended_at=bindparam("now"))
)


@dataclass(frozen=True, slots=True)
class Installation:
    """A workspace that uses the service now; `sealed` as `keep` was given it."""

    workspace: str
    sealed: bytes


_ALL_OF = Statement(
    select(installation.c.workspace, installation.c.sealed)
    .where(installation.c.platform == bindparam("on"), installation.c.ended_at.is_(None))
    .order_by(installation.c.id),
    Installation,
)


def keep(tx: Transaction, platform: str, workspace: str, sealed: bytes, now: datetime) -> None:
    """A workspace installed the service, or did so again."""
    _KEEP.run(tx, on=platform, in_workspace=workspace, closed=sealed, now=now)


def find(tx: Transaction, platform: str, workspace: str) -> bytes | None:
    """What was kept for a workspace; None when it has not installed the service, or has removed it."""
    return _FIND.first(tx, on=platform, in_workspace=workspace)


def end(tx: Transaction, platform: str, workspace: str, now: datetime) -> bool:
    """A workspace removed the service; False when it was not installed there."""
    return _END.run(tx, on=platform, in_workspace=workspace, now=now) == 1


def all_of(tx: Transaction, platform: str) -> list[Installation]:
    """Every workspace of a platform that uses the service now, the oldest first."""
    return _ALL_OF.all(tx, on=platform)
