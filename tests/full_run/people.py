"""A person with a phone: finds buttons by what they do, so that a run reads the same in every language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from bots.dialogue import buttons
from bots.dialogue.buttons import Pressed
from bots.dialogue.fit import spell
from i18n import Phrase, Translator, translator_for
from tests.full_run.house import House
from tests.full_run.side import Phone, Shown, Side, Tap

NUMBERED = re.compile(r"\[([\w-]+)\]")
"""How the tasks of a run name themselves in their text."""


@dataclass(slots=True, eq=False)
class Somebody:
    """One person of a run; nothing here waits, the house does."""

    house: House
    user: Phone
    locale: str
    zone: str | None = None
    presses: list[Tap] = field(default_factory=list)
    tapped_at: int = 0

    @property
    def side(self) -> Side:
        """The platform on which this person is now."""
        return self.house.side_of(self.user)

    @property
    def t(self) -> Translator:
        """The voice in which the product speaks to this person."""
        return translator_for(self.locale, self.zone)

    def reads(self, words: str) -> str:
        """How words of ours read on this person's platform: commands begin differently there."""
        return spell(Phrase(words), self.side.platform.limits)

    @property
    def toast(self) -> str:
        """The answer to the latest tap."""
        toast = self.presses[-1].toast
        assert toast is not None, f"the tap was not answered:\n{self.tail()}"
        return toast

    def was_told(self, words: str) -> bool:
        """Whether this was the answer to the latest tap; where an answer gives way to a message, one came."""
        toast = self.presses[-1].toast
        return self._saw_something() if toast is None else toast == words

    def _saw_something(self) -> bool:
        return any(one.from_bot and one.now.change > self.tapped_at for one in self.user.chat)

    async def says(self, words: str) -> Shown:
        """Write, wait for what comes of it, and return the newest message."""
        await self.user.says(words)
        await self.house.calm()
        return self.last

    async def sends(self, name: str, data: bytes, *, caption: str = "") -> Shown:
        """Send a file, wait for what comes of it, and return the newest message."""
        await self.user.uploads(name, data, caption=caption)
        await self.house.calm()
        return self.last

    async def taps(self, verb: str, *arguments: int | str) -> Shown:
        """Tap a button by what it does, wait for what comes of it, and return the message it stands below."""
        message = await self.tap(verb, *arguments)
        await self.house.calm()
        return message

    async def tap(self, verb: str, *arguments: int | str) -> Shown:
        """The same without waiting."""
        message, data = self.button(verb, *arguments)
        await self.press(message, data)
        return message

    async def press(self, message: Shown, data: str) -> Tap:
        """Send a button's data, whether a button carries it or not."""
        self.tapped_at = self.user.moment
        press = await self.user.presses_data(message, data)
        self.presses.append(press)
        return press

    def button(self, verb: str, *arguments: int | str) -> tuple[Shown, str]:
        """The newest button of a verb, with these first arguments."""
        wanted = buttons.data(verb, *arguments)
        for message in reversed(self.user.chat):
            for data in _data_of(message):
                if data == wanted or data.startswith(f"{wanted}:"):
                    return message, data
        raise AssertionError(f"no button {wanted} here:\n{self.tail()}")

    @property
    def last(self) -> Shown:
        """The newest message of the bot."""
        last: Shown = self.user.last
        return last

    def can_tap(self, verb: str) -> bool:
        """Whether the newest message of the bot offers this."""
        return any(buttons.read(data).verb == verb for data in _data_of(self.last))

    def tail(self) -> str:
        """The end of the chat, for failing tests."""
        return "\n".join(message.transcript() for message in self.user.chat[-4:])


@dataclass(frozen=True, slots=True)
class Card:
    """A task card in somebody's chat."""

    message: Shown
    task: str
    assignment: int

    @property
    def words(self) -> str:
        """What it says."""
        return self.message.words

    def data(self, label: str) -> str:
        """What the button of a label sends."""
        data = self.message.button(label).data
        assert data is not None, "answers are callbacks"
        return data


def card_of(one: Somebody) -> Card | None:
    """The card in somebody's hand: the newest message that offers answers."""
    for message in reversed(one.user.chat):
        if not message.from_bot:
            continue
        for pressed in _pressed(message):
            if pressed.verb == "a":
                found = NUMBERED.search(message.words)
                assert found is not None, f"a card without a task: {message.words}"
                return Card(message, found[1], pressed.number())
        if any(pressed.verb == "next" for pressed in _pressed(message)):
            return None
    return None


def _pressed(message: Shown) -> Iterator[Pressed]:
    return (buttons.read(data) for data in _data_of(message))


def _data_of(message: Shown) -> list[str]:
    return [one.data for row in message.buttons for one in row if one.data is not None]
