"""Inbox and outbox: what was heard, what is owed, and where a chat's messages stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, delete, exists, or_, select, update

from core.domain.states import OutboxState
from core.store.tables import account, inbox, media, outbox, slot
from core.store.transaction import Change, Statement, Transaction

# --- heard ----------------------------------------------------------------------------------------


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


# --- owed -----------------------------------------------------------------------------------------


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
) -> int | None:
    """Owe a message; older unsent ones of the same slot are superseded. None when `key` was said before."""
    if slot_name is not None:
        _SUPERSEDE.run(tx, account=account_id, slot_name=slot_name)
    return _OWE.first(tx, account=account_id, slot=slot_name, payload=payload, key=key, about=about, now=now)


_LEASE = Change(
    update(account)
    .where(
        account.c.id == bindparam("account"),
        account.c.unreachable_at.is_(None),
        or_(
            account.c.leased_by.is_(None),
            account.c.leased_by == bindparam("holder"),
            account.c.leased_until < bindparam("now"),
        ),
    )
    .values(leased_by=bindparam("holder"), leased_until=bindparam("until"))
)
_HEAR = Change(
    update(account)
    .where(account.c.id == bindparam("account"))
    .values(
        tail=account.c.tail + bindparam("messages"),
        unreachable_at=None,
    )
)
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


def lease_chat(tx: Transaction, account_id: int, *, holder: str, now: datetime, until: datetime) -> bool:
    """Become the only sender to a chat until `until`; False when another process is, or nobody can reach it."""
    return _LEASE.run(tx, account=account_id, holder=holder, now=now, until=until) == 1


def heard_from(tx: Transaction, account_id: int, *, messages: int) -> None:
    """The person wrote (their message now stands last in the chat), so they can be reached."""
    _HEAR.run(tx, account=account_id, messages=messages)


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


# --- sent -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a message that is edited in place stands; `last` when nothing came after it in the chat."""

    ref: str
    media: bool
    last: bool
    card: int
    shown_at: datetime


_SLOT = Statement(
    select(slot.c.ref, slot.c.media, slot.c.tail == account.c.tail, slot.c.card, slot.c.shown_at)
    .join(account, account.c.id == slot.c.account_id)
    .where(slot.c.account_id == bindparam("account"), slot.c.name == bindparam("slot_name")),
    lambda ref, is_media, last, card, shown: Slot(ref, bool(is_media), bool(last), card, shown),
)


def find_slot(tx: Transaction, account_id: int, name: str) -> Slot | None:
    """Where the slot's message stands now."""
    return _SLOT.first(tx, account=account_id, slot_name=name)


def _place(insert: Any) -> Any:
    row = insert(slot).values(
        account_id=bindparam("account"),
        name=bindparam("slot_name"),
        ref=bindparam("ref"),
        media=bindparam("is_media"),
        tail=select(account.c.tail).where(account.c.id == bindparam("account")).scalar_subquery(),
        card=bindparam("card"),
        shown_at=bindparam("now"),
    )
    return row.on_conflict_do_update(
        index_elements=[slot.c.account_id, slot.c.name],
        set_={
            "ref": row.excluded.ref,
            "media": row.excluded.media,
            "tail": row.excluded.tail,
            "card": row.excluded.card,
            "shown_at": row.excluded.shown_at,
        },
    )


_PLACE = Change(_place)
_TOUCH = Change(
    update(slot)
    .where(slot.c.account_id == bindparam("account"), slot.c.name == bindparam("slot_name"))
    .values(card=bindparam("new_card"), shown_at=bindparam("now"))
)
_GREW = Change(update(account).where(account.c.id == bindparam("account")).values(tail=account.c.tail + 1))
_SENT = Change(
    update(outbox).where(outbox.c.id == bindparam("row")).values(state=OutboxState.SENT.value, payload=None)
)


def sent_new(tx: Transaction, owed: Owed, *, ref: str, is_media: bool, now: datetime) -> None:
    """A new message was posted: the chat grew, and a slot stands there now."""
    _SENT.run(tx, row=owed.id)
    _GREW.run(tx, account=owed.account_id)
    if owed.slot is not None:
        _PLACE.run(
            tx,
            account=owed.account_id,
            slot_name=owed.slot,
            ref=ref,
            is_media=is_media,
            card=owed.id,
            now=now,
        )


def sent_edit(tx: Transaction, owed: Owed, *, now: datetime) -> None:
    """A message was edited in place."""
    _SENT.run(tx, row=owed.id)
    if owed.slot is not None:
        _TOUCH.run(tx, account=owed.account_id, slot_name=owed.slot, new_card=owed.id, now=now)


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


def free_leases(tx: Transaction) -> None:
    """After a start of the only process: whoever held a chat is gone."""
    tx.execute(
        update(account).where(account.c.leased_by.isnot(None)).values(leased_by=None, leased_until=None)
    )


# --- media and pruning ----------------------------------------------------------------------------


def media_ref(tx: Transaction, *, platform: str, bot: str, name: str) -> str | None:
    """The platform's own id of an image that was uploaded before."""
    value = tx.execute(
        select(media.c.ref).where(media.c.platform == platform, media.c.bot == bot, media.c.name == name)
    ).scalar()
    return None if value is None else str(value)


def _keep_media(insert: Any) -> Any:
    row = insert(media).values(
        platform=bindparam("platform"), bot=bindparam("bot"), name=bindparam("name"), ref=bindparam("ref")
    )
    return row.on_conflict_do_update(
        index_elements=[media.c.platform, media.c.bot, media.c.name], set_={"ref": row.excluded.ref}
    )


_KEEP_MEDIA = Change(_keep_media)


def keep_media_ref(tx: Transaction, *, platform: str, bot: str, name: str, ref: str) -> None:
    """Remember the platform's own id of an image."""
    _KEEP_MEDIA.run(tx, platform=platform, bot=bot, name=name, ref=ref)


def prune(tx: Transaction, *, before: datetime, most: int = 500) -> int:
    """Drop inbox and outbox rows older than `before`; returns how many."""
    old_heard = select(inbox.c.key).where(inbox.c.received_at < before).limit(most)
    old_said = (
        select(outbox.c.id)
        .where(and_(outbox.c.created_at < before, outbox.c.state != OutboxState.OWED))
        .limit(most)
    )
    gone = tx.execute(delete(inbox).where(inbox.c.key.in_(old_heard))).rowcount
    return int(gone + tx.execute(delete(outbox).where(outbox.c.id.in_(old_said))).rowcount)
