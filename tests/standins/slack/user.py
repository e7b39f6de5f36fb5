"""The driver's side: a person with Slack open, who writes, presses, fills forms, and sees what the app does."""

# ruff: noqa: ASYNC109  (a test says how long it is ready to wait)

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, overload

from . import payloads
from .chatting import answered_at_once
from .deliveries import Delivery
from .files import StoredFile, mime_of
from .forms import Forms
from .messages import Message, Version
from .mrkdwn import escape
from .places import Channel
from .reading import Button


@dataclass(frozen=True, slots=True)
class Press:
    """A press whose confirmation nobody has waited for yet."""

    delivery: Delivery
    label: str

    async def answered(self, *, timeout: float = 5) -> Delivery:
        """The delivery, as soon as the app confirmed it or Slack gave up."""
        return await self.delivery.answered(timeout=timeout)


class User(Forms):
    """One person and what they do."""

    async def says(self, text: str, *, thread: Message | None = None) -> Message:
        """Write to the app in the direct chat, or below one of its messages."""
        assert text.strip(), "a client sends no empty message"
        return self._write(Version(escape(text)), thread)

    async def uploads(
        self,
        name: str,
        data: bytes,
        *,
        caption: str = "",
        mime: str | None = None,
        more: Sequence[tuple[str, bytes]] = (),
        thread: Message | None = None,
    ) -> Message:
        """Send one file, or several at once."""
        files = [self._file(name, data, mime), *(self._file(*one, None) for one in more)]
        return self._write(Version(escape(caption), files=tuple(files)), thread)

    async def writes(self, text: str, channel: Channel) -> Message:
        """Write to people in a channel; the app is not told."""
        self._act()
        assert self.id in channel.members, f"{self.account.name} is not in {channel.name}"
        return self._world.post(self._space, channel, Version(escape(text)), author=self.id)

    async def mentions(self, text: str, channel: Channel) -> Message:
        """Write in a channel and call the app by its name."""
        self._act()
        words = f"<@{self._space.bot_user}> {escape(text)}"
        message = self._world.post(self._space, channel, Version(words), author=self.id)
        if channel.bot_in and self._space.hears("app_mentions:read"):
            told = self._world.message_json(self._space, message)
            told |= {"type": "app_mention", "channel": channel.id, "event_ts": message.id}
            self._tell_event(told)
        return message

    async def command(self, text: str, *, channel: Channel | None = None, name: str = "/crowd") -> Delivery:
        """Type a slash command: `command("balance")` is `/crowd balance`."""
        self._act()
        assert self._space.hears("commands"), "a workspace without the app knows none of its commands"
        place = channel or self.dm
        told = payloads.command(self._world, self.account, place, name=name, text=text)

        def answered(delivery: Delivery) -> None:
            if delivery.answer:
                answered_at_once(self._world, self.account, place, delivery.answer)

        return self._world.tell("slash_commands", self._space, told, account=self.account, then=answered)

    @overload
    async def presses(
        self,
        message: Message,
        label: str,
        *,
        version: int = -1,
        timeout: float = 5,
        wait: Literal[True] = True,
    ) -> Delivery: ...

    @overload
    async def presses(
        self, message: Message, label: str, *, version: int = -1, timeout: float = 5, wait: Literal[False]
    ) -> Press: ...

    async def presses(
        self, message: Message, label: str, *, version: int = -1, timeout: float = 5, wait: bool = True
    ) -> Delivery | Press:
        """Press a button by its label or its beginning; an older `version` is a press that crossed an edit."""
        assert not message.deleted, "the message is gone"
        press = self._press(message, message.button(label, version=version))
        return await press.answered(timeout=timeout) if wait else press

    async def presses_data(self, message: Message, data: str) -> Press:
        """Send the value of a button that no message has to carry, as an attacker could."""
        buttons = [button for version in message.versions for row in version.buttons for button in row]
        for button in buttons:
            if button.data == data:
                return self._press(message, button)
        like = buttons[0] if buttons else Button("forged", action_id="forged", block_id="forged")
        return self._press(message, replace(like, label=data, data=data, url=None))

    async def global_shortcut(self, callback_id: str) -> Delivery:
        """Choose a shortcut of the app from the menu."""
        self._act()
        told = payloads.shortcut(self._world, self.account, callback_id)
        return self._world.tell("interactive", self._space, told, account=self.account)

    async def message_shortcut(
        self, callback_id: str, message: Message | str, channel: Channel | None = None
    ) -> Delivery:
        """Choose a shortcut of the app from the menu of a message, or of a text somebody wrote just now."""
        self._act()
        place = channel or self.dm
        if isinstance(message, str):
            message = self._world.post(self._space, place, Version(escape(message)), author=self.id)
        told = payloads.message_shortcut(self._world, self.account, place, message, callback_id)
        return self._world.tell("interactive", self._space, told, account=self.account)

    # --- how --------------------------------------------------------------------------------------

    def _write(self, draft: Version, thread: Message | None) -> Message:
        self._act()
        below = (thread.thread or thread.id) if thread else None
        message = self._world.post(self._space, self.dm, draft, author=self.id, thread=below)
        for file in draft.files:
            file.shares.setdefault(self.dm.id, []).append(message.id)
        if self._space.hears("im:history"):
            self._tell_event(payloads.message_event(self._world, self._space, self.dm, message))
        # What the person wrote is no answer to it.
        self._mark = self._world.change
        return message

    def _file(self, name: str, data: bytes, mime: str | None) -> StoredFile:
        file = StoredFile(
            id=self._world.name("F"),
            team=self.account.team,
            name=name,
            owner=self.id,
            length=len(data),
            mime=mime or mime_of(name),
            data=data,
            complete=True,
        )
        self._space.files[file.id] = file
        return file

    def _press(self, message: Message, button: Button) -> Press:
        self._act()
        place = self._space.channels[message.channel]
        told = payloads.press_in_message(self._world, self.account, place, message, button)
        return Press(self._tell_press(told), button.label)
