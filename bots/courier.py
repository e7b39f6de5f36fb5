"""The way out: from the outbox to the platform, in order for each chat, tried again until it is delivered."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog

from bots.dialogue.vocabulary import Answer, Limits, Message
from bots.dialogue.wire import from_wire
from bots.platform import Address, Blocked, Impossible, Media, NotSent, Platform, Posted, TryLater
from core import people
from core.clock import Clock
from core.intake.images import image_path
from core.store import Store, assignments, chats, outbox, pictures
from core.store import people as people_rows
from core.store.chats import Slot
from core.store.outbox import Owed
from core.store.transaction import Transaction
from core.vault import Unsealable, Vault

log = structlog.get_logger("courier")

LEASE = timedelta(seconds=30)
AT_ONCE = 200
"""Chats that are written to at the same time."""
LONGEST_PAUSE = 60.0
MOST_ATTEMPTS = 20
"""After about a quarter of an hour of trying a message is given up, so that it does not hold up the chat."""


@dataclass(slots=True)
class Dispatch:
    """Messages that can go out without reading them again: nothing older waits in their chat."""

    account_id: int
    platform: str
    address: Address
    owed: Sequence[tuple[Owed, Message]]
    slots: Mapping[str, Slot | None]


@dataclass(slots=True)
class _Chat:
    """What this process has to do for one chat."""

    handed: deque[Dispatch] = field(default_factory=deque)
    look: bool = False  # the database may owe it more
    done: set[int] = field(default_factory=set)  # rows that went out: one may be handed over and read as well
    edits: dict[int, str] = field(default_factory=dict)  # rows under way that edit a message, and its slot
    moved: bool = False  # something was posted: what was handed over since knows the chat as it was before


class Courier:
    """One sender a chat; effects once, edits converge, a message twice only after an ambiguous reset."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        vault: Vault,
        platforms: Mapping[str, Platform],
        data_dir: Path,
        holder: str,
    ) -> None:
        self._store = store
        self._clock = clock
        self._vault = vault
        self._platforms = platforms
        self._media_dir = data_dir / "media"
        self._holder = holder
        self._chats: dict[int, _Chat] = {}
        self._tasks: set[asyncio.Task[object]] = set()
        self._room = asyncio.Semaphore(AT_ONCE)
        self._closing = False

    # --- what others ask for ----------------------------------------------------------------------

    def hand_over(self, dispatch: Dispatch) -> None:
        """Send these now: their rows are committed."""
        chat = self._wake(dispatch.account_id)
        chat.handed.append(dispatch)
        chat.edits |= self._edits_of(dispatch)

    def under_way(self, account_id: int) -> Mapping[int, str]:
        """Rows that are being sent and only edit a message, by slot: a newer edit of it need not wait for them."""
        chat = self._chats.get(account_id)
        return {} if chat is None else chat.edits

    def look_at(self, account_id: int) -> None:
        """The database owes this chat something."""
        self._wake(account_id).look = True

    def acknowledge(self, platform: Platform, handle: str, answer: Answer | None) -> None:
        """Answer a press beside everything else: it must be quick and may be lost."""
        self._start(platform.acknowledge(handle, answer))

    def show_menu(self, platform: Platform, to: Address, commands: Sequence[tuple[str, str]]) -> None:
        """Show a person's commands; a menu that could not be shown is shown with the next change."""
        self._start(self._menu(platform, to, commands))

    async def sweep(self) -> int:
        """Look for what is owed since a crash, or since a pause is over; returns how many chats."""
        now = self._clock.now()
        accounts = await self._store.read(
            lambda tx: outbox.chats_owed(tx, now=now, holder=self._holder, most=AT_ONCE)
        )
        for account_id in accounts:
            self.look_at(account_id)
        return len(accounts)

    async def settled(self) -> None:
        """Wait until nothing is under way."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def close(self) -> None:
        """Finish what is on its way."""
        self._closing = True
        await self.settled()

    # --- one chat ---------------------------------------------------------------------------------

    def _wake(self, account_id: int) -> _Chat:
        chat = self._chats.get(account_id)
        if chat is None:
            chat = self._chats[account_id] = _Chat()
            self._start(self._serve(account_id, chat))
        return chat

    def _start(self, work: Coroutine[Any, Any, object]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, account_id: int, chat: _Chat) -> None:
        try:
            async with self._room:
                while chat.handed or chat.look:
                    if chat.handed:
                        done = await self._deliver(chat.handed.popleft(), chat)
                    else:
                        chat.look = False
                        done = await self._deliver_owed(account_id, chat)
                    if not done:
                        chat.handed.clear()  # they wait behind the one that could not go
                        chat.look = False
                    elif chat.moved and chat.handed:
                        chat.handed.clear()
                        chat.look = True
                    chat.moved = False
                    chat.edits = {
                        row: slot for one in chat.handed for row, slot in self._edits_of(one).items()
                    }
        except Exception:
            log.exception("chat failed", account=account_id)
        finally:
            self._chats.pop(account_id, None)

    def _edits_of(self, dispatch: Dispatch) -> dict[int, str]:
        """The rows of a dispatch by slot, when all of them edit what stands in the chat."""
        limits, edits = self._platforms[dispatch.platform].limits, {}
        for row, message in dispatch.owed:
            slot = dispatch.slots.get(row.slot) if row.slot is not None else None
            if row.slot is None or slot is None or not _editable(limits, slot, message):
                return {}
            edits[row.id] = row.slot
        return edits

    async def _deliver_owed(self, account_id: int, chat: _Chat) -> bool:
        """Send what the database owes this chat, if no other process does."""
        while True:
            now = self._clock.now()
            reach = await self._store.write(lambda tx, now=now: self._take(tx, account_id, now=now))  # type: ignore[misc]  # now is bound
            if reach is None:
                return False
            rows, slots = await self._store.read(lambda tx: self._batch(tx, account_id))
            if not rows:
                return True
            if not reach.sealed:  # erased since: nobody is there
                await self._lost(account_id)
                return False
            workspace, user_id, _ = people.unseal_identity(self._vault, reach.sealed)
            owed = await self._readable(rows)
            address = Address(workspace, user_id)
            if not await self._deliver(Dispatch(account_id, reach.platform, address, owed, slots), chat):
                return False

    async def _readable(self, rows: Sequence[Owed]) -> list[tuple[Owed, Message]]:
        """The messages of these rows; one that was sealed with another key is given up."""
        readable = []
        for row in rows:
            try:
                readable.append((row, from_wire(self._vault.unseal(row.payload))))
            except Unsealable:
                log.error("message unreadable", row=row.id)
                await self._store.write(lambda tx, row=row: outbox.given_up(tx, row.id))  # type: ignore[misc]  # row is bound
        return readable

    def _take(self, tx: Transaction, account_id: int, *, now: datetime) -> people_rows.Reach | None:
        if not chats.lease(tx, account_id, holder=self._holder, now=now, until=now + LEASE):
            return None
        reach = people_rows.reach(tx, account_id)
        return reach if reach.platform in self._platforms else None

    def _batch(self, tx: Transaction, account_id: int) -> tuple[list[Owed], dict[str, Slot | None]]:
        rows = outbox.owed_to(tx, account_id, most=5, now=self._clock.now())
        names = {row.slot for row in rows if row.slot is not None}
        return rows, {name: chats.find_slot(tx, account_id, name) for name in names}

    async def _deliver(self, dispatch: Dispatch, chat: _Chat) -> bool:
        """Send in order; False when one has to wait, and everything behind it with it."""
        platform = self._platforms[dispatch.platform]
        slots = dict(dispatch.slots)
        later = {row.slot: at for at, (row, _) in enumerate(dispatch.owed) if row.slot is not None}
        for at, (row, message) in enumerate(dispatch.owed):
            if row.id in chat.done:
                continue
            if row.slot is not None and later[row.slot] > at:
                await self._store.write(lambda tx, row=row: outbox.superseded(tx, row.id))  # type: ignore[misc]  # row is bound
                continue
            try:
                edited = await self._send(platform, dispatch.address, row, message, slots)
                chat.moved = chat.moved or not edited
            except TryLater as wait:
                await self._postpone(row, seconds=wait.seconds, attempts=row.attempts)
                return False
            except NotSent:
                await self._postpone(
                    row, seconds=min(LONGEST_PAUSE, 2.0**row.attempts), attempts=row.attempts + 1
                )
                return False
            except Blocked:
                await self._lost(dispatch.account_id)
                return False
            except Impossible as refused:
                log.error("message refused", platform=platform.name, row=row.id, why=str(refused))
                await self._store.write(lambda tx, row=row: outbox.given_up(tx, row.id))  # type: ignore[misc]  # row is bound
            chat.done.add(row.id)
        return True

    async def _send(
        self,
        platform: Platform,
        to: Address,
        row: Owed,
        message: Message,
        slots: dict[str, Slot | None],
    ) -> bool:
        """Send one message; whether that was an edit in place."""
        slot = slots.get(row.slot) if row.slot is not None else None
        bot = f"{platform.bot}:{to.workspace}" if to.workspace else platform.bot
        media = await self._media(platform, bot, message)
        if slot is not None and _editable(platform.limits, slot, message):
            try:
                posted = await platform.edit(to, slot.ref, message, media)
                await self._remember_media(platform, bot, message, media, posted)
                await self._mark(row, edited=True, posted=posted, message=message)
                return True
            except Impossible as refused:
                if not refused.gone:
                    raise
        below = None if message.below is None else await self._ref_of(row.account_id, message.below)
        posted = await platform.send(to, message, media, below=below)
        await self._remember_media(platform, bot, message, media, posted)
        elsewhere = message.place is not None or (below is not None and platform.limits.threads)
        await self._mark(row, edited=False, posted=posted, message=message, elsewhere=elsewhere)
        if elsewhere:
            return False
        for name, other in slots.items():  # what stood last before does so no more
            slots[name] = None if name == row.slot or other is None else replace(other, last=False)
        return False

    async def _mark(
        self, row: Owed, *, edited: bool, posted: Posted, message: Message, elsewhere: bool = False
    ) -> None:
        """Write down that it was delivered; until then a crash sends it again."""
        now = self._clock.now()

        def unit(tx: Transaction) -> None:
            if edited:
                outbox.sent_edit(tx, row, now=now)
            else:
                outbox.sent_new(
                    tx,
                    row,
                    ref=posted.ref,
                    is_media=message.picture is not None,
                    elsewhere=elsewhere,
                    now=now,
                )
            if row.about is not None:
                assignments.reminded(tx, row.about, at=now)

        await self._store.write(unit)

    async def _ref_of(self, account_id: int, slot: str) -> str | None:
        """Where the message of a slot stands, for what follows it."""
        found = await self._store.read(lambda tx: chats.find_slot(tx, account_id, slot))
        return (found.ref or None) if found else None  # some posts have no name to follow

    async def _media(self, platform: Platform, bot: str, message: Message) -> Media | None:
        if message.picture is None:
            return None
        name = message.picture
        ref = await self._store.read(
            lambda tx: pictures.ref_of(tx, platform=platform.name, bot=bot, name=name)
        )
        return Media(image_path(self._media_dir, name), ref)

    async def _remember_media(
        self, platform: Platform, bot: str, message: Message, media: Media | None, posted: Posted
    ) -> None:
        ref, name = posted.media_ref, message.picture
        if ref is None or name is None or media is None or media.ref == ref:
            return
        await self._store.write(
            lambda tx: pictures.keep_ref(tx, platform=platform.name, bot=bot, name=name, ref=ref)
        )

    async def _postpone(self, row: Owed, *, seconds: float, attempts: int) -> None:
        if attempts > MOST_ATTEMPTS:
            log.error("message given up", row=row.id)
            await self._store.write(lambda tx: outbox.given_up(tx, row.id))
            return
        not_before = self._clock.now() + timedelta(seconds=seconds)
        await self._store.write(
            lambda tx: outbox.not_sent(tx, row.id, attempts=attempts, not_before=not_before)
        )

    async def _lost(self, account_id: int) -> None:
        """The person blocked the bot: their work goes back free, and nothing more is owed to them."""
        now = self._clock.now()

        def unit(tx: Transaction) -> None:
            people.became_unreachable(tx, people_rows.by_account(tx, account_id), now=now)
            outbox.drop_unreachable(tx, account_id)

        await self._store.write(unit)

    async def _menu(self, platform: Platform, to: Address, commands: Sequence[tuple[str, str]]) -> None:
        try:
            await platform.show_menu(to, commands)
        except (TryLater, NotSent, Blocked, Impossible) as failure:
            log.info("menu not shown", platform=platform.name, why=type(failure).__name__)


def _editable(limits: Limits, slot: Slot, message: Message) -> bool:
    """A card is edited in place while it is the last message, and text and picture do not change places."""
    if not limits.edits or message.attachment is not None or not slot.last:
        return False
    if message.place is not None:  # it is said there anew, whatever was said before
        return False
    return limits.edits_media or slot.media == (message.picture is not None)
