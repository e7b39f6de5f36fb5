"""A person's private chat: who may write to it now, how long it is, and where its messages stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, or_, select, update

from core.store.tables import account, slot
from core.store.transaction import Change, Statement, Transaction

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


def lease(tx: Transaction, account_id: int, *, holder: str, now: datetime, until: datetime) -> bool:
    """Become the only sender to a chat until `until`; False when another process is, or nobody can reach it."""
    return _LEASE.run(tx, account=account_id, holder=holder, now=now, until=until) == 1


def heard_from(tx: Transaction, account_id: int, *, messages: int) -> None:
    """The person wrote (their message now stands last in the chat), so they can be reached."""
    _HEAR.run(tx, account=account_id, messages=messages)


def free_leases(tx: Transaction) -> None:
    """After a start of the only process: whoever held a chat is gone."""
    tx.execute(
        update(account).where(account.c.leased_by.isnot(None)).values(leased_by=None, leased_until=None)
    )


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
    # Of somebody who was erased while the message was on its way nothing is kept: they have no address.
    stands = select(
        account.c.id,
        bindparam("slot_name", type_=slot.c.name.type),
        bindparam("ref", type_=slot.c.ref.type),
        bindparam("is_media", type_=slot.c.media.type),
        account.c.tail,
        bindparam("card", type_=slot.c.card.type),
        bindparam("now", type_=slot.c.shown_at.type),
    ).where(account.c.id == bindparam("account"), func.length(account.c.sealed) > 0)
    names = ["account_id", "name", "ref", "media", "tail", "card", "shown_at"]
    row = insert(slot).from_select(names, stands)
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


def grew(tx: Transaction, account_id: int) -> None:
    """A message was posted: it stands last now."""
    _GREW.run(tx, account=account_id)


def place(
    tx: Transaction, account_id: int, name: str, *, ref: str, is_media: bool, card: int, now: datetime
) -> None:
    """The slot's message stands last in the chat now."""
    _PLACE.run(tx, account=account_id, slot_name=name, ref=ref, is_media=is_media, card=card, now=now)


def touch(tx: Transaction, account_id: int, name: str, *, card: int, now: datetime) -> None:
    """The slot's message was edited in place."""
    _TOUCH.run(tx, account=account_id, slot_name=name, new_card=card, now=now)
