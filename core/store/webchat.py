"""The web chat's own history: sealed messages by reader, and a head row that numbers their changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, insert, select, update

from core.store.tables import web_message
from core.store.transaction import Change, Statement


def keys(fingerprint: Callable[[str], str], user_id: str) -> tuple[str, str]:
    """Under which readers a chat's messages and its head are kept."""
    return fingerprint(f"web-chat:{user_id}"), fingerprint(f"web-head:{user_id}")


KEPT = 400  # messages of a reader; an edit of an older one is told that it is gone

_m = web_message.c
_columns = (_m.id, _m.version, _m.at, _m.payload)


@dataclass(frozen=True, slots=True)
class Sealed:
    """One stored message, still sealed."""

    id: int
    version: int
    at: datetime
    payload: bytes


# Updating the head locks it, so versions of one chat are committed in their order on both databases.
ADVANCE = Statement(
    update(web_message)
    .where(_m.reader == bindparam("head"))
    .values(version=_m.version + 1)
    .returning(_m.version),
    int,
)
HEAD = Statement(select(*_columns).where(_m.reader == bindparam("head")).order_by(_m.version.desc()), Sealed)
SET_HEAD = Change(
    update(web_message).where(_m.reader == bindparam("head")).values(payload=bindparam("sealed"))
)

ADD = Statement(
    insert(web_message)
    .values(
        reader=bindparam("whose"), version=bindparam("next"), payload=bindparam("sealed"), at=bindparam("now")
    )
    .returning(_m.id),
    int,
)
REPLACE = Change(
    update(web_message)
    .where(_m.id == bindparam("message"), _m.reader == bindparam("whose"))
    .values(payload=bindparam("sealed"), version=bindparam("next"))
)
ONE = Statement(
    select(*_columns).where(_m.id == bindparam("message"), _m.reader == bindparam("whose")), Sealed
)
NEWEST = Statement(
    select(*_columns).where(_m.reader == bindparam("whose")).order_by(_m.id.desc()).limit(bindparam("most")),
    Sealed,
)
CHANGED = Statement(
    select(*_columns)
    .where(_m.reader == bindparam("whose"), _m.version > bindparam("after"))
    .order_by(_m.version),
    Sealed,
)
PRUNE = Change(
    delete(web_message).where(
        _m.reader == bindparam("whose"),
        _m.id
        <= select(_m.id)
        .where(_m.reader == bindparam("whose"))
        .order_by(_m.id.desc())
        .limit(1)
        .offset(KEPT)
        .scalar_subquery(),
    )
)
FORGET = Change(delete(web_message).where(_m.reader == bindparam("whose")))
