"""A person with Slack open, as far as looking goes."""

# ruff: noqa: ASYNC109  (a test says how long it is ready to wait)

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from . import payloads
from .deliveries import Delivery
from .messages import Message, Version
from .places import Account, Channel
from .refusal import Json
from .views import View
from .world import World

T = TypeVar("T")
Fragment = str | re.Pattern[str]


class Person:
    """One person and what they see; every action also marks where `sees` begins to look."""

    def __init__(self, world: World, account: Account) -> None:
        self._world = world
        self._space = world.space(account.team)
        self.account = account
        self._mark = 0

    @property
    def id(self) -> str:
        """The user id."""
        return self.account.id

    @property
    def dm(self) -> Channel:
        """The direct chat with the app."""
        return self.account.im

    @property
    def chat(self) -> list[Message]:
        """The messages of the direct chat, of both sides in order, without deleted ones."""
        return self.dm.posts

    @property
    def last(self) -> Message:
        """The last message of the app in the direct chat."""
        return self.dm.last

    @property
    def whispers(self) -> list[Message]:
        """The messages that only this person sees, wherever they stand (`channel`)."""
        return [message for message in self.account.whispers if not message.deleted]

    @property
    def home(self) -> View | None:
        """The home tab, once the app has published one."""
        return self.account.home

    @property
    def modal(self) -> View | None:
        """The form that is open in front of this person."""
        return self.account.modals[-1] if self.account.modals else None

    @property
    def moment(self) -> int:
        """The present, for `sees(since=...)`."""
        return self._world.change

    def transcript(self) -> str:
        """The whole direct chat, whispers and views, one line each."""
        seen = [message.transcript() for message in [*self.dm.messages.values(), *self.account.whispers]]
        views = [view for view in [self.account.home, *self.account.modals] if view is not None]
        return "\n".join([*seen, *(view.transcript() for view in views)])

    async def until(self, look: Callable[[], T | None], *, timeout: float = 5, what: str = "it") -> T:
        """What `look` finds, now or after anything changes for this person."""
        return await self.account.changed.until(
            look,
            timeout=timeout,
            otherwise=lambda: (
                f"{self.account.name} did not see {what} in {timeout} s, but:\n{self.transcript()}"
            ),
        )

    async def sees(self, fragment: Fragment, *, timeout: float = 5, since: int | None = None) -> Message:
        """The app's message in the direct chat, new or edited since this person last did something.

        `since` (a value of `moment`) looks further back; a file's name counts as text.
        """
        return await self._sees(lambda: self.chat, fragment, timeout=timeout, since=since)

    async def sees_whisper(
        self, fragment: Fragment, *, timeout: float = 5, since: int | None = None
    ) -> Message:
        """The same for what only this person sees."""
        return await self._sees(lambda: self.whispers, fragment, timeout=timeout, since=since)

    async def sees_gone(self, message: Message, *, timeout: float = 5) -> None:
        """Wait until a message is deleted."""
        await self.until(lambda: message.deleted or None, timeout=timeout, what=f"#{message.id} deleted")

    # --- how --------------------------------------------------------------------------------------

    def _act(self) -> None:
        assert not self.account.deleted, "a deactivated account does nothing"
        self._mark = self._world.change

    async def _sees(
        self, messages: Callable[[], list[Message]], fragment: Fragment, *, timeout: float, since: int | None
    ) -> Message:
        mark = self._mark if since is None else since
        return await self.until(
            lambda: _find(messages(), fragment, mark), timeout=timeout, what=f"a message with {fragment!r}"
        )

    def _tell_event(self, told: Json) -> Delivery:
        payload = payloads.event(self._world, self._space, told)
        return self._world.tell("events_api", self._space, payload, account=self.account)

    def _tell_press(self, told: Json) -> Delivery:
        def answered(delivery: Delivery) -> None:
            if delivery.answer:
                self._world.violations.append(
                    f"a press was confirmed with words that nobody sees: {delivery.answer!r}"
                )

        return self._world.tell("interactive", self._space, told, account=self.account, then=answered)


def _find(messages: list[Message], fragment: Fragment, mark: int) -> Message | None:
    fresh = [message for message in messages if message.from_bot and message.now.change > mark]
    fresh.sort(key=lambda message: -message.now.change)
    for message in fresh:
        if _contains(message.now, fragment):
            return message
    for message in fresh:
        if any(_contains(version, fragment) for version in message.versions if version.change > mark):
            return message
    return None


def _contains(version: Version, fragment: Fragment) -> bool:
    text = "\n".join([version.words, *(file.name for file in version.files)])
    return fragment in text if isinstance(fragment, str) else fragment.search(text) is not None
