"""Somebody's Slack in a soak: what did not arrive they do again, as Slack tells them to."""

# ruff: noqa: ASYNC109  (a test says how long it is ready to wait)

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any, TypeVar

from bots.slack.manifest import GET_TASK
from tests.soak.sides import PATIENCE, Act
from tests.standins.slack import Channel, Delivery, Message, Press, User, View
from tests.standins.slack.deliveries import Deliveries

T = TypeVar("T")
AGAIN = 0.3  # seconds after which somebody does again what Slack could not deliver
WISHES = ("1", "0")


@dataclass(slots=True)
class Life:
    """How often the service has died, what it was told, and what goes on beside."""

    deliveries: Deliveries
    deaths: int = 0
    waiting: set[asyncio.Task[None]] = field(default_factory=set)

    def tell(self, work: Awaitable[None]) -> None:
        """Do something beside everything else, and remember it until it is done."""
        task = asyncio.ensure_future(work)
        self.waiting.add(task)
        task.add_done_callback(self.waiting.discard)


@dataclass(frozen=True, slots=True)
class SlackTap:
    """A press, and what was whispered to the person since."""

    press: Press
    app: SlackApp
    since: int
    deaths: int

    @property
    def label(self) -> str:
        """What the button says."""
        return self.press.label

    @property
    def toast(self) -> str | None:
        """The latest whisper."""
        told = [one.words for one in self.app.user.whispers if one.now.change > self.since]
        return told[-1] if told else None

    @property
    def over(self) -> bool:
        """Whether Slack waits for nothing any more."""
        return self.press.delivery.settled

    @property
    def lost(self) -> bool:
        """Whether Slack showed that it did not arrive; a whisper about it may have died with the service."""
        return self.over and (not self.press.delivery.acknowledged or self.app.life.deaths > self.deaths)


@dataclass(slots=True)
class SlackApp:
    """Somebody's Slack, and what they do there."""

    user: User
    language: str
    life: Life
    town: Channel
    unseen_acts: list[int] = field(default_factory=list)
    joining: tuple[str, ...] = ("join", "langs", "nudge")
    forms_sent: int = 0
    _asks: Any = field(init=False)
    _wishes: Any = field(init=False)

    def __post_init__(self) -> None:
        self._asks = cycle((self._by_command, self._by_shortcut, self._in_words))
        self._wishes = cycle(WISHES)

    @property
    def id(self) -> str:
        """The user id."""
        return self.user.id

    @property
    def chat(self) -> list[Message]:
        """The private chat; whispers are no part of it."""
        return self.user.chat

    @property
    def moment(self) -> int:
        """The present."""
        return self.user.moment

    @property
    def acts(self) -> Sequence[Act]:
        """What people do on Slack only."""
        return (
            Act("home opened", 0.01, self.look_home),
            Act("settings sent", 0.02, self.change_settings),
            Act("asked elsewhere", 0.01, self.ask_in_town),
        )

    def transcript(self) -> str:
        """The private chat, whispers and views."""
        return self.user.transcript()

    async def until(self, look: Callable[[], T | None], *, timeout: float, what: str) -> T:
        """Wait for something that this person sees."""
        return await self.user.until(look, timeout=timeout, what=what)

    async def sees(self, fragment: str, *, timeout: float) -> Message:
        """Wait for a message with these words."""
        return await self.user.sees(fragment, timeout=timeout)

    async def says(self, text: str) -> int:
        """Type a command until Slack takes it; a task is also asked for by the shortcut, and in words."""
        if text == "/task":
            return int(await next(self._asks)())
        return await self._by_command(text.removeprefix("/"))

    async def uploads(self, name: str, data: bytes, *, caption: str = "") -> object:
        """Send a file; Slack tells of it until it is heard."""
        return await self.user.uploads(name, data, caption=caption.removeprefix("/"))

    async def presses_data(self, message: Message, data: str) -> SlackTap:
        """Press a button, without waiting for anything."""
        since = self.user.moment
        press = await self.user.presses_data(message, data)
        self.life.tell(self._look_up(press.delivery))
        return SlackTap(press, self, since, self.life.deaths)

    async def _look_up(self, delivery: Delivery) -> None:
        """Slack's own sign of failure is something to see, too."""
        await delivery.answered(timeout=PATIENCE)
        self.user.account.changed.notify()

    # --- asking for a task ------------------------------------------------------------------------

    async def _by_command(self, words: str = "task") -> int:
        since = self.user.moment
        await self._until_taken(lambda: self.user.command(words))
        return since

    async def _by_shortcut(self) -> int:
        since = self.user.moment
        await self._until_taken(lambda: self.user.global_shortcut(GET_TASK))
        return since

    async def _in_words(self) -> int:
        since = self.user.moment
        await self._until_taken(self._write)
        return since

    async def _write(self) -> Delivery:
        await self.user.says("task")
        return list(self.life.deliveries)[-1]  # just now, and nothing else could be told meanwhile

    async def _until_taken(self, act: Callable[[], Awaitable[Delivery]]) -> None:
        """Do something again until Slack shows no error."""
        async with asyncio.timeout(PATIENCE):
            while True:
                self.unseen_acts.append(self.user.moment)
                delivery = await act()
                await delivery.answered(timeout=PATIENCE)
                if delivery.acknowledged:
                    return
                await asyncio.sleep(AGAIN)

    # --- what there is on Slack only --------------------------------------------------------------

    async def look_home(self) -> None:
        """Open the home tab and wait until it is drawn anew."""
        home = self.user.home
        before = home.hash if home else ""
        await self._until_taken(self.user.opens_home)
        await self.until(
            lambda: True if (new := self.user.home) is not None and new.hash != before else None,
            timeout=PATIENCE,
            what="the home tab drawn",
        )

    async def ask_in_town(self) -> None:
        """A command among others: the answer is whispered there."""
        since = self.user.moment
        await self._until_taken(lambda: self.user.command("balance", channel=self.town))
        await self.until(
            lambda: True if any(one.now.change > since for one in self.user.whispers) else None,
            timeout=PATIENCE,
            what="the balance whispered",
        )

    async def change_settings(self) -> None:
        """Fill in the form of the settings, and send it until it closes."""
        await self.fill("settings", {"nudges": next(self._wishes)})

    async def fill(self, command: str, values: dict[str, str]) -> None:
        """Open a form by a command, fill it in, and send it until it closes."""
        view = await self._opened(command)
        view.fill(values)
        async with asyncio.timeout(PATIENCE):
            while not view.closed:
                sent = await self.user.submits_again(view, timeout=PATIENCE)
                assert sent.action in ("close", "failed"), f"{sent.action}: {sent.errors}"
                if not view.closed:
                    await asyncio.sleep(AGAIN)
        self.forms_sent += 1

    async def _opened(self, command: str) -> View:
        """A form in front of this person; when it says that it could not open, they try again."""
        while True:
            since = await self._by_command(command)
            view = await self.until(
                lambda since=since: self._form(since),  # type: ignore[misc]  # since is bound
                timeout=PATIENCE,
                what=f"the form of {command}, or why there is none",
            )
            if isinstance(view, View):
                return view

    def _form(self, since: int) -> View | bool | None:
        if self.user.modal is not None and self.user.modal.change > since:
            return self.user.modal
        return (
            True
            if any(one.from_bot and not one.buttons and one.now.change > since for one in self.chat)
            else None
        )
