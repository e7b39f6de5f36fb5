"""What is owed to people: written with what caused it, found again until it was delivered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, exists, or_, select, update

from core.domain.states import OutboxState
from core.store import chats
from core.store.tables import account, outbox
from core.store.transaction import Change, Statement, Transaction


@dataclass(frozen=True, slots=True)
class Owed:
    """A message owed to an account; `payload` is sealed, `about` the assignment of a reminder."""

    id: int
    account_id: int
    slot: str | None
    payload: bytes
    about: int | None
    attempts: int


def _owe(insert: Any) -> Any:
    return (
        insert(outbox)
        .values(
            account_id=bindparam("account"),
            slot=bindparam("slot"),
            state=OutboxState.OWED.value,
            payload=bindparam("payload"),
            key=bindparam("key"),
            about=bindparam("about"),
            attempts=0,
            created_at=bindparam("now"),
        )
        .on_conflict_do_nothing(index_elements=[outbox.c.key])
        .returning(outbox.c.id)
    )


_OWE = Statement(_owe, int)
_SUPERSEDE = Change(
    update(outbox)
    .where(
        outbox.c.account_id == bindparam("account"),
        outbox.c.state == OutboxState.OWED.value,
        outbox.c.slot == bindparam("slot_name"),
    )
    .values(state=OutboxState.SUPERSEDED.value, payload=None)
)


def owe(
    tx: Transaction,
    account_id: int,
    payload: bytes,
    *,
    slot_name: str | None,
    key: str | None,
    about: int | None,
    now: datetime,
    nothing_waits: bool = False,
) -> int | None:
    """Owe a message; older unsent ones of the same slot are superseded. None when `key` was said before.

    Who just saw that `nothing_waits` for this account says so: then there is nothing to supersede.
    """
    if slot_name is not None and not nothing_waits:
        _SUPERSEDE.run(tx, account=account_id, slot_name=slot_name)
    return _OWE.first(tx, account=account_id, slot=slot_name, payload=payload, key=key, about=about, now=now)


_OWED = Statement(
    select(
        outbox.c.id,
        outbox.c.account_id,
        outbox.c.slot,
        outbox.c.payload,
        outbox.c.about,
        outbox.c.attempts,
        outbox.c.not_before,
    )
    .where(
        outbox.c.account_id == bindparam("account"),
        outbox.c.state == OutboxState.OWED.value,
    )
    .order_by(outbox.c.id)
    .limit(bindparam("most")),
    lambda *row: (Owed(*row[:-1]), row[-1]),
)


_WAITING = Statement(
    select(outbox.c.id, outbox.c.slot)
    .where(outbox.c.account_id == bindparam("account"), outbox.c.state == OutboxState.OWED.value)
    .order_by(outbox.c.id)
    .limit(3),
    lambda row, slot: (row, slot),
)


def waiting(tx: Transaction, account_id: int) -> list[tuple[int, str | None]]:
    """The oldest rows owed to a chat, up to three: their ids and slots."""
    return _WAITING.all(tx, account=account_id)


def owed_to(tx: Transaction, account_id: int, *, most: int, now: datetime | None = None) -> list[Owed]:
    """What is owed to a chat, in its order; with `now`, nothing behind a message that has to wait."""
    ready: list[Owed] = []
    for row, not_before in _OWED.all(tx, account=account_id, most=most):
        if now is not None and not_before is not None and not_before > now:
            break
        ready.append(row)
    return ready


def chats_owed(tx: Transaction, *, now: datetime, holder: str, most: int) -> list[int]:
    """Chats with something to send now that no other process is sending to."""
    waits = outbox.alias("waits")
    pausing = exists().where(
        waits.c.account_id == outbox.c.account_id,
        waits.c.state == OutboxState.OWED,
        waits.c.not_before > now,
    )
    rows = tx.execute(
        select(outbox.c.account_id)
        .join(account, account.c.id == outbox.c.account_id)
        .where(
            outbox.c.state == OutboxState.OWED,
            account.c.unreachable_at.is_(None),
            or_(account.c.leased_by.is_(None), account.c.leased_by == holder, account.c.leased_until < now),
            ~pausing,
        )
        .distinct()
        .limit(most)
    )
    return sorted(row.account_id for row in rows)


_SENT = Change(
    update(outbox).where(outbox.c.id == bindparam("row")).values(state=OutboxState.SENT.value, payload=None)
)


def sent_new(
    tx: Transaction, owed: Owed, *, ref: str, is_media: bool, elsewhere: bool = False, now: datetime
) -> None:
    """A new message was posted: the chat grew unless it stands elsewhere, and a slot stands there now."""
    _SENT.run(tx, row=owed.id)
    if not elsewhere:
        chats.grew(tx, owed.account_id)
    if owed.slot is not None:
        chats.place(tx, owed.account_id, owed.slot, ref=ref, is_media=is_media, card=owed.id, now=now)


def sent_edit(tx: Transaction, owed: Owed, *, now: datetime) -> None:
    """A message was edited in place."""
    _SENT.run(tx, row=owed.id)
    if owed.slot is not None:
        chats.touch(tx, owed.account_id, owed.slot, card=owed.id, now=now)


def not_sent(tx: Transaction, row_id: int, *, attempts: int, not_before: datetime) -> None:
    """Try again later."""
    tx.execute(update(outbox).where(outbox.c.id == row_id).values(attempts=attempts, not_before=not_before))


def superseded(tx: Transaction, row_id: int) -> None:
    """A newer message of its slot goes out instead."""
    tx.execute(update(outbox).where(outbox.c.id == row_id).values(state=OutboxState.SUPERSEDED, payload=None))


def given_up(tx: Transaction, row_id: int) -> None:
    """The platform refuses this message for good."""
    tx.execute(update(outbox).where(outbox.c.id == row_id).values(state=OutboxState.FAILED, payload=None))


def drop_unreachable(tx: Transaction, account_id: int) -> None:
    """What was owed to somebody who cannot be reached is not owed any more."""
    tx.execute(
        update(outbox)
        .where(outbox.c.account_id == account_id, outbox.c.state == OutboxState.OWED)
        .values(state=OutboxState.FAILED, payload=None)
    )


def prune(tx: Transaction, *, before: datetime, most: int = 500) -> int:
    """Drop rows older than `before` that are not owed any more; returns how many."""
    old = (
        select(outbox.c.id)
        .where(outbox.c.created_at < before, outbox.c.state != OutboxState.OWED)
        .limit(most)
    )
    return int(tx.execute(delete(outbox).where(outbox.c.id.in_(old))).rowcount)
