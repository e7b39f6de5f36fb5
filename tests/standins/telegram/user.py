"""The driver's side: a person with a phone, who writes, taps, sends files, and sees what the bot answers."""

# ruff: noqa: ASYNC109  (a test says how long it is ready to wait)

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeVar, overload

from .entities import utf16
from .files import StoredFile, Upload
from .messages import Message, Version
from .world import Account, CallbackAnswer, Query, World, plain

T = TypeVar("T")

_COMMAND = re.compile(r"(?<!\S)/[A-Za-z0-9_]{1,64}(?:@\w+)?")


@dataclass(frozen=True, slots=True)
class Press:
    """A tap whose answer nobody has waited for yet."""

    query: Query
    label: str

    @property
    def toast(self) -> str | None:
        """What the bot's answer says; None while there is none."""
        return None if self.query.answer is None else self.query.answer.text

    async def answered(self, *, timeout: float = 5) -> CallbackAnswer:
        """The bot's answer, as soon as it is there."""
        query = self.query
        return await query.account.changed.until(
            lambda: query.answer,
            timeout=timeout,
            otherwise=lambda: f"the press of {self.label!r} was not answered in {timeout} s",
        )


class User:
    """One person; every action also marks where `sees` begins to look."""

    def __init__(self, world: World, account: Account) -> None:
        self._world = world
        self.account = account
        self._mark = 0

    @property
    def id(self) -> int:
        """The user id, which is the chat id as well."""
        return self.account.id

    @property
    def chat(self) -> list[Message]:
        """The messages of both sides in order, without deleted ones."""
        return [message for message in self.account.messages.values() if not message.deleted]

    @property
    def last(self) -> Message:
        """The last message the bot sent."""
        for message in reversed(self.chat):
            if message.from_bot:
                return message
        raise AssertionError(f"the bot sent nothing to {self.account.first_name}")

    @property
    def commands(self) -> list[dict[str, str]]:
        """The command menu as this person's client shows it."""
        return self._world.profile.commands_seen(self.id, self.account.language_code or "")

    async def says(self, text: str, *, reply_to: Message | None = None) -> Message:
        """Write a text or a command."""
        assert 1 <= len(text) <= 4096, "a client sends at most 4096 characters at once"
        return self._post(Version(plain(text)), reply_to=reply_to)

    async def uploads(self, name: str, data: bytes, *, caption: str = "", mime: str | None = None) -> Message:
        """Send a document."""
        return self._send_file(self._world.files.add_document(Upload(name, data), mime=mime), caption)

    async def sends_photo(self, data: bytes, *, caption: str = "") -> Message:
        """Send a picture as a photo."""
        return self._send_file(self._world.files.add_photo(Upload("photo", data)), caption)

    async def edits(self, message: Message, text: str) -> None:
        """Change a text of one's own."""
        assert not message.from_bot, "a person edits only their own messages"
        self._act()
        self._world.edit(self.account, message, Version(plain(text), message.now.file))
        message.commands = _commands(text)
        self._update("edited_message", message)

    @overload
    async def presses(
        self,
        message: Message,
        label: str,
        *,
        version: int = -1,
        timeout: float = 5,
        wait: Literal[True] = True,
    ) -> CallbackAnswer: ...

    @overload
    async def presses(
        self, message: Message, label: str, *, version: int = -1, timeout: float = 5, wait: Literal[False]
    ) -> Press: ...

    async def presses(
        self, message: Message, label: str, *, version: int = -1, timeout: float = 5, wait: bool = True
    ) -> CallbackAnswer | Press:
        """Tap a button by its text or its beginning; an older `version` is a tap that crossed an edit."""
        assert not message.deleted, "the message is gone"
        button = message.button(label, version=version)
        assert button.data is not None, f"{label!r} leads to {button.url or button.copies}, it is no callback"
        press = await self.presses_data(message, button.data)
        return await press.answered(timeout=timeout) if wait else press

    async def presses_data(self, message: Message, data: str) -> Press:
        """Send callback data that no button has to carry, as an attacker could."""
        self._act()
        return Press(self._world.ask(self.account, message, data), data)

    async def sees(
        self, fragment: str | re.Pattern[str], *, timeout: float = 5, since: int | None = None
    ) -> Message:
        """The bot's message, new or edited since this person last did something, that contains the fragment.

        `since` (a value of `moment`) looks further back; a document's file name counts as its text.
        """
        mark = self._mark if since is None else since
        return await self.until(
            lambda: self._find(fragment, mark),
            timeout=timeout,
            what=f"a message with {fragment!r}",
        )

    async def until(self, look: Callable[[], T | None], *, timeout: float = 5, what: str = "it") -> T:
        """What `look` finds in this chat, now or after any change of it."""
        name = self.account.first_name
        return await self.account.changed.until(
            look,
            timeout=timeout,
            otherwise=lambda: f"{name} did not see {what} in {timeout} s, but:\n{self.transcript()}",
        )

    async def sees_gone(self, message: Message, *, timeout: float = 5) -> None:
        """Wait until a message is deleted."""
        await self.until(lambda: message.deleted or None, timeout=timeout, what=f"#{message.id} deleted")

    @property
    def moment(self) -> int:
        """The present, for `sees(since=...)`."""
        return self._world.change

    def transcript(self) -> str:
        """The whole chat, one line a message."""
        return "\n".join(message.transcript() for message in self.account.messages.values())

    def _find(self, fragment: str | re.Pattern[str], mark: int) -> Message | None:
        fresh = [message for message in self.chat if message.from_bot and message.now.change > mark]
        fresh.sort(key=lambda message: -message.now.change)
        for message in fresh:
            if _contains(message.now, fragment):
                return message
        for message in fresh:
            if any(_contains(version, fragment) for version in message.versions if version.change > mark):
                return message
        return None

    def _act(self) -> None:
        account = self.account
        assert not account.deactivated, "a deleted account does nothing"
        account.started = True
        if account.blocked:
            account.blocked = False
            self._world.membership(account, before="kicked", after="member")
        self._mark = self._world.change

    def _send_file(self, file: StoredFile, caption: str) -> Message:
        return self._post(Version(plain(caption), file))

    def _post(self, draft: Version, *, reply_to: Message | None = None) -> Message:
        self._act()
        message = self._world.post(self.account, draft, from_bot=False)
        message.commands = _commands(message.words)
        message.reply_to = reply_to.id if reply_to else None
        self._update("message", message)
        # What the person wrote is no answer to it.
        self._mark = self._world.change
        return message

    def _update(self, kind: str, message: Message) -> None:
        body = self._world.message_json(self.account, message)
        self._world.updates.post(kind, body, queue=("chat", self.id))


def _commands(text: str) -> list[dict[str, object]]:
    return [
        {"type": "bot_command", "offset": utf16(text[: found.start()]), "length": utf16(found[0])}
        for found in _COMMAND.finditer(text)
    ]


def _contains(version: Version, fragment: str | re.Pattern[str]) -> bool:
    text = version.words.text
    if version.file and version.file.kind == "document":
        text = f"{text}\n{version.file.name}"
    return fragment in text if isinstance(fragment, str) else fragment.search(text) is not None
