"""Telegram in a soak: updates wait for the bot, so nothing that people do is ever lost."""

# ruff: noqa: ASYNC109  (a test says how long it is ready to wait)

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from tests.soak.fuses import EVERYWHERE, Point
from tests.soak.sides import PATIENCE, Act, Heard
from tests.standins.telegram import Message, Press, TelegramStandIn, User, Version

T = TypeVar("T")
ADMIN = 1
CODES = ("en", "zh-hans", "es", "ar")
EDITS = ("editMessageText", "editMessageCaption", "editMessageMedia")
FIRST_UPDATE = 100_000_001


@dataclass(frozen=True, slots=True)
class TelegramTap:
    """A tap on a button."""

    press: Press
    lost: bool = False

    @property
    def label(self) -> str:
        """What the button says."""
        return self.press.label

    @property
    def toast(self) -> str | None:
        """The words of the answer."""
        return self.press.toast

    @property
    def over(self) -> bool:
        """Whether it was answered."""
        return self.press.query.answer is not None


@dataclass(frozen=True, slots=True)
class TelegramApp:
    """Somebody's Telegram."""

    user: User
    joining: tuple[str, ...] = ("join", "langs", "nozone")
    acts: Sequence[Act] = ()
    unseen_acts: Sequence[int] = ()

    @property
    def id(self) -> int:
        """The user id."""
        return self.user.id

    @property
    def language(self) -> str:
        """What the app says its language is."""
        return self.user.account.language_code or "en"

    @property
    def chat(self) -> list[Message]:
        """The messages of both sides."""
        return self.user.chat

    @property
    def moment(self) -> int:
        """The present."""
        return self.user.moment

    def transcript(self) -> str:
        """The whole chat."""
        return self.user.transcript()

    async def until(self, look: Callable[[], T | None], *, timeout: float, what: str) -> T:
        """Wait for something in this chat."""
        return await self.user.until(look, timeout=timeout, what=what)

    async def says(self, text: str) -> int:
        """Write."""
        return (await self.user.says(text)).now.change

    async def uploads(self, name: str, data: bytes, *, caption: str = "") -> object:
        """Send a document."""
        return await self.user.uploads(name, data, caption=caption)

    async def presses_data(self, message: Message, data: str) -> TelegramTap:
        """Tap a button, without waiting for anything."""
        return TelegramTap(await self.user.presses_data(message, data))

    async def sees(self, fragment: str, *, timeout: float) -> Message:
        """Wait for a message with these words."""
        return await self.user.sees(fragment, timeout=timeout)


class TelegramSide:
    """Telegram and the people on it."""

    points: Sequence[Point] = EVERYWHERE
    drafts = 0

    def __init__(self, server: TelegramStandIn) -> None:
        self._server = server
        self.admin = TelegramApp(server.user(ADMIN, first_name="Root"))
        self.arguments = (
            *("--platform", "telegram", "--api", server.url),
            *("--token", server.token, "--admin", f"telegram:{ADMIN}"),
        )

    def worker(self, number: int) -> TelegramApp:
        """Somebody's app."""
        language = CODES[number % len(CODES)]
        return TelegramApp(self._server.user(1000 + number, first_name=f"W{number}", language_code=language))

    def file(self, ref: str) -> bytes:
        """The bytes of a document."""
        return self._server.bot_file(ref)

    async def service_runs(self) -> None:
        """It polls by itself."""

    async def make_drafts(self, stop: asyncio.Event) -> None:
        """It takes a conversation, or a file as in the beginning."""

    def died(self) -> None:
        """What was not confirmed comes again by itself."""

    def tell_again(self, chance: Random) -> None:
        """A poll names what comes next: nothing else is ever repeated."""

    async def tell_all_again(self) -> int:
        """As above."""
        return 0

    async def drained(self) -> None:
        """Wait until every update was confirmed."""
        await self._server.updates.drained(timeout=PATIENCE)

    def heard(self) -> Heard:
        """Every update, once; those that were not confirmed come again, and may have been heard."""
        updates = self._server.updates
        waiting = {one.id for one in updates.pending}
        sent = range(FIRST_UPDATE, updates.last_id + 1)
        return Heard(
            frozenset(self._key(one) for one in sent if one not in waiting),
            frozenset(self._key(one) for one in sent),
        )

    def _key(self, update: int) -> str:
        return f"telegram:{self._server.token.partition(':')[0]}:{update}"

    def looks(self, version: Version) -> object:
        """Words, buttons and file."""
        return version.words.text, version.buttons, version.file and version.file.name

    def empty_edits(self) -> int:
        """Telegram refuses what changes nothing."""
        return len(self._server.calls.of(*EDITS, status=400))

    def wrong(self) -> list[str]:
        """What is refused is seen in the chats."""
        return []

    def figures(self) -> list[tuple[str, str]]:
        """Nothing more."""
        return []


@asynccontextmanager
async def telegram_side() -> AsyncIterator[TelegramSide]:
    """A stand-in of its own."""
    async with TelegramStandIn() as server:
        yield TelegramSide(server)
