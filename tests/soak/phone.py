"""A person's phone: buttons by what they do, whatever language they speak."""

# ruff: noqa: ASYNC109  (a test says how long it is ready to wait)

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from bots.dialogue.buttons import Pressed, read
from tests.full_run.side import Look
from tests.soak.sides import PATIENCE, App, SoakTap

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Key:
    """A button: what it says, carries and does."""

    label: str
    data: str
    does: Pressed


class Phone:
    """What a person sees and taps."""

    def __init__(self, app: App) -> None:
        self.app = app

    def newest(self, *verbs: str) -> tuple[Any, list[Key]] | None:
        """The newest message with a button of one of these verbs, and its buttons."""
        for message in reversed(self.app.chat):
            if message.from_bot:
                found = keys(message.now)
                if any(key.does.verb in verbs for key in found):
                    return message, found
        return None

    def key(self, verb: str, *arguments: str) -> tuple[Any, Key] | None:
        """The newest button that does this."""
        found = self.newest(verb)
        if found is None:
            return None
        for key in found[1]:
            if key.does.verb == verb and key.does.arguments[: len(arguments)] == arguments:
                return found[0], key
        return None

    async def tap(self, message: Any, key: Key) -> SoakTap:
        """Tap a button, without waiting for anything."""
        return await self.app.presses_data(message, key.data)

    async def until(self, look: Callable[[], T | None], what: str, *, timeout: float = PATIENCE) -> T:
        """Wait for something in this chat."""
        return await self.app.until(look, timeout=timeout, what=what)

    async def get(self, verb: str, *arguments: str, timeout: float = PATIENCE) -> tuple[Any, Key]:
        """Wait for a button."""
        return await self.until(lambda: self.key(verb, *arguments), f"a button {verb}", timeout=timeout)

    async def press(self, verb: str, *arguments: str, timeout: float = PATIENCE) -> SoakTap:
        """Wait for a button and tap it."""
        return await self.tap(*await self.get(verb, *arguments, timeout=timeout))

    def news(self, since: int) -> list[Look]:
        """What the bot has put on this screen since then."""
        return [
            version
            for message in self.app.chat
            if message.from_bot and message.now.change > since
            for version in message.versions
            if version.change > since
        ]


def keys(version: Look) -> list[Key]:
    """The buttons of a message, in reading order."""
    return list(_keys(version))


def _keys(version: Look) -> Iterator[Key]:
    for row in version.buttons:
        for button in row:
            if button.data is not None:
                yield Key(button.text, button.data, read(button.data))
