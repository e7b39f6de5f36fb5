"""Somebody simulated: looks at the newest message, and does what a person would do with it."""

from __future__ import annotations

import itertools
from collections import OrderedDict
from dataclasses import dataclass, field
from random import Random

from bots.demo.seed import Known
from bots.dialogue import buttons
from bots.dialogue.vocabulary import Button, Command, Message, Press, Quote
from core.errors import Refused

REMEMBERED = 30  # messages of a chat
SKIPS = 0.04
UNDOES = 0.03


@dataclass(frozen=True, slots=True)
class Rest:
    """Seconds between two things that a person does, from and to."""

    between: tuple[float, float] = (1, 5)
    reading: tuple[float, float] = (4, 40)
    idle: tuple[float, float] = (30, 90)


@dataclass(slots=True)
class Chat:
    """The newest messages that somebody sees, the oldest forgotten."""

    messages: OrderedDict[str, Message] = field(default_factory=OrderedDict)
    _refs: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def post(self, message: Message) -> str:
        """A new message; returns what it is called."""
        ref = str(next(self._refs))
        self.messages[ref] = message
        while len(self.messages) > REMEMBERED:
            self.messages.popitem(last=False)
        return ref

    def replace(self, ref: str, message: Message) -> None:
        """A message changes in place; one that was forgotten is the newest again."""
        self.messages[ref] = message

    @property
    def newest(self) -> tuple[str, Message] | None:
        """The last message that has buttons."""
        with_buttons = ((ref, one) for ref, one in reversed(self.messages.items()) if one.rows)
        return next(with_buttons, None)


class SimulatedWorker:
    """Reads and presses; right with `accuracy`, less often where a task is hard to see."""

    def __init__(
        self, chat: Chat, *, known: Known, langs: tuple[str, ...], accuracy: float, chance: Random
    ) -> None:
        self.chat = chat
        self.answers = 0
        self._known = known
        self._wanted = list(langs)
        self._accuracy = accuracy
        self._chance = chance
        self._acted_on: Message | None = None
        self._looked = False

    def pause(self, rest: Rest) -> float:
        """Seconds until this person does something again: a card is read, and who found no work waits."""
        newest = self.chat.newest
        verbs = set() if newest is None else _by_verb(newest[1]).keys()
        span = rest.reading if "a" in verbs else rest.idle if self._looked else rest.between
        return self._chance.uniform(*span)

    def does(self) -> Press | Command:
        """What this person does now: a press on the newest message, or a command where nothing can be pressed."""
        newest = self.chat.newest
        self._looked = False
        # After a restart of the service, or when a press changed nothing, they ask again.
        if newest is None or newest[1] is self._acted_on:
            self._acted_on = None
            return Command("start" if newest is None else "task")
        ref, self._acted_on = newest
        button = self._choose(newest[1])
        return Command("task") if button is None else Press(button.data, ref, ref)

    def _choose(self, message: Message) -> Button | None:
        found = _by_verb(message)
        if "a" in found:
            return self._judge(message, found)
        if "lang" in found:
            return self._languages(found)
        for verb in ("join", "zone", "nozone"):
            if verb in found:
                return found[verb][0]
        if "nudge" in found:
            return found["nudge"][-1]  # no, thanks
        self._looked = "next" in found
        return found["next"][0] if self._looked else None

    def _languages(self, found: dict[str, list[Button]]) -> Button | None:
        """Switch until the languages that are ticked are theirs, then go on."""
        for one in found["lang"]:
            tag = buttons.read(one.data).word()
            ticked = "✓" in one.label
            if ticked != (tag in self._wanted):
                return one
        return found["langs"][0] if "langs" in found else None

    def _judge(self, message: Message, found: dict[str, list[Button]]) -> Button:
        if "undo" in found and self._chance.random() < UNDOES:
            self.answers -= 1
            return found["undo"][0]
        if "skip" in found and self._chance.random() < SKIPS:
            return found["skip"][0]
        self.answers += 1
        options = found["a"]
        right, hard = self._truth(message, len(options))
        if self._chance.random() < self._accuracy * (1 - hard / 2):
            return options[right]
        return self._chance.choice([one for at, one in enumerate(options) if at != right])

    def _truth(self, message: Message, options: int) -> tuple[int, float]:
        """Which option is right, and how hard that is to see."""
        shown = message.picture or next((part.words for part in message.parts if isinstance(part, Quote)), "")
        item = self._known.get(shown)
        if item is not None and item.place < options:
            return item.place, item.hard
        # A project of the person who tries the demo: the crowd needs some opinion that it shares.
        return sum(shown.encode()) % options, 0.2


def _by_verb(message: Message) -> dict[str, list[Button]]:
    """The buttons of a message by what they do."""
    found: dict[str, list[Button]] = {}
    for row in message.rows:
        for one in row:
            if isinstance(one, Button):
                found.setdefault(_verb(one), []).append(one)
    return found


def _verb(button: Button) -> str:
    try:
        return buttons.read(button.data).verb
    except Refused:
        return ""
