"""A web chat's history in the database, sealed; every change has a version, so that a page can catch up."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bots.dialogue.vocabulary import Message
from bots.web.entries import Entry, Own, Said, from_bytes, to_bytes
from core.clock import Clock
from core.store import webchat
from core.store.base import Store
from core.store.transaction import Transaction

SHOWN = 200
LOOKED_AT = 30  # a repeated event is repeated soon, so its first bubble is among the newest

Menu = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Seals:
    """How payloads are sealed, and readers made nameless."""

    seal: Callable[[bytes], bytes]
    unseal: Callable[[bytes], bytes]
    fingerprint: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Row:
    """An entry where it stands."""

    ref: str
    version: int
    at: datetime
    entry: Entry


@dataclass(frozen=True, slots=True)
class News:
    """What changed after a version: messages in the order of their changes, and the menu as it is."""

    rows: tuple[Row, ...]
    menu: Menu
    version: int


class History:
    """All web chats, each known by its user id."""

    def __init__(self, *, store: Store, seals: Seals, clock: Clock) -> None:
        self._store = store
        self._seals = seals
        self._clock = clock

    async def add(self, user_id: str, entry: Entry) -> str:
        """Add at the end; returns the ref."""
        whose, head = self._keys(user_id)
        sealed, now = self._seals.seal(to_bytes(entry)), self._clock.now()

        def unit(tx: Transaction) -> int:
            version = self._advance(tx, head, now)
            added = webchat.ADD.one(tx, whose=whose, next=version, sealed=sealed, now=now)
            webchat.PRUNE.run(tx, whose=whose)
            return added

        return str(await self._store.write(unit))

    async def edit(self, user_id: str, ref: str, message: Message) -> bool:
        """Give our message `ref` a new form; False when it no longer exists."""
        return await self._change(user_id, ref, lambda said: said.edited(message))

    async def press(self, user_id: str, ref: str, *, client: str, data: str) -> bool:
        """Remember a press with the message; False when it is not a message of this chat."""
        return await self._change(user_id, ref, lambda said: said.pressed(client, data))

    async def knows(self, user_id: str, client: str) -> bool:
        """Whether this event of the page already has its bubble."""
        rows = await self.newest(user_id, most=LOOKED_AT)
        return any(isinstance(row.entry, Own) and row.entry.client == client for row in rows)

    async def newest(self, user_id: str, most: int = SHOWN) -> tuple[Row, ...]:
        """The last messages, oldest first."""
        whose, _ = self._keys(user_id)
        sealed = await self._store.read(lambda tx: webchat.NEWEST.all(tx, whose=whose, most=most))
        return tuple(self._open(row) for row in reversed(sealed))

    async def opening(self, user_id: str) -> News:
        """What a page begins with: the last messages, and the version that they are at."""
        whose, head = self._keys(user_id)

        def query(tx: Transaction) -> tuple[list[webchat.Sealed], webchat.Sealed | None]:
            return webchat.NEWEST.all(tx, whose=whose, most=SHOWN), webchat.HEAD.first(tx, head=head)

        newest, top = await self._store.read(query)
        return self._news(list(reversed(newest)), top)

    async def one(self, user_id: str, ref: str) -> Row | None:
        """One message of this chat."""
        number, (whose, _) = _number(ref), self._keys(user_id)
        sealed = await self._store.read(lambda tx: webchat.ONE.first(tx, whose=whose, message=number))
        return self._open(sealed) if sealed else None

    async def news(self, user_id: str, after: int) -> News:
        """What changed after version `after`."""
        whose, head = self._keys(user_id)

        def query(tx: Transaction) -> tuple[list[webchat.Sealed], webchat.Sealed | None]:
            return webchat.CHANGED.all(tx, whose=whose, after=after), webchat.HEAD.first(tx, head=head)

        changed, top = await self._store.read(query)
        return self._news(changed[-SHOWN:], top)

    async def set_menu(self, user_id: str, menu: Sequence[tuple[str, str]]) -> None:
        """Keep the command menu, which must outlive a restart."""
        _, head = self._keys(user_id)
        sealed, now = self._seals.seal(json.dumps(list(menu)).encode()), self._clock.now()

        def unit(tx: Transaction) -> None:
            self._advance(tx, head, now)
            webchat.SET_HEAD.run(tx, head=head, sealed=sealed)

        await self._store.write(unit)

    async def forget(self, user_id: str) -> None:
        """Erase the whole chat."""
        keys = self._keys(user_id)
        await self._store.write(lambda tx: sum(webchat.FORGET.run(tx, whose=key) for key in keys))

    async def _change(self, user_id: str, ref: str, change: Callable[[Said], Said]) -> bool:
        number, (whose, head) = _number(ref), self._keys(user_id)
        now = self._clock.now()

        def unit(tx: Transaction) -> bool:
            sealed = webchat.ONE.first(tx, whose=whose, message=number)
            said = from_bytes(self._seals.unseal(sealed.payload)) if sealed else None
            if not isinstance(said, Said):
                return False
            changed = change(said)
            if changed != said:
                payload, version = self._seals.seal(to_bytes(changed)), self._advance(tx, head, now)
                webchat.REPLACE.run(tx, message=number, whose=whose, sealed=payload, next=version)
            return True

        return await self._store.write(unit)

    def _advance(self, tx: Transaction, head: str, now: datetime) -> int:
        versions = webchat.ADVANCE.all(tx, head=head)
        if versions:
            return max(versions)
        webchat.ADD.one(tx, whose=head, next=1, sealed=self._seals.seal(b"[]"), now=now)
        return 1

    def _keys(self, user_id: str) -> tuple[str, str]:
        return webchat.keys(self._seals.fingerprint, user_id)

    def _open(self, sealed: webchat.Sealed) -> Row:
        entry = from_bytes(self._seals.unseal(sealed.payload))
        return Row(str(sealed.id), sealed.version, sealed.at, entry)

    def _news(self, sealed: Sequence[webchat.Sealed], top: webchat.Sealed | None) -> News:
        rows = tuple(self._open(row) for row in sealed)
        if top is None:
            return News(rows, (), 0)
        menu = json.loads(self._seals.unseal(top.payload))
        return News(rows, tuple((name, words) for name, words in menu), top.version)


def _number(ref: str) -> int:
    # Row ids are positive, so 0 is nobody's message; 18 digits fit a 64-bit column.
    return int(ref) if ref.isascii() and ref.isdigit() and len(ref) <= 18 else 0
