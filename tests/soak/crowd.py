"""Workers who tap all the time: mostly answers, sometimes what only people come up with."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any, TypeVar

from bots.dialogue.buttons import base36, data
from i18n import negotiate, translator_for
from tests.soak.phone import Key, Phone, keys
from tests.soak.requester import truth_of
from tests.soak.sides import PATIENCE, Act, App, SoakTap

T = TypeVar("T")
CARD = "a"
ENDS = ("next",)
AWAY = 60.0  # seconds
IMPATIENCE = 20.0
"""Seconds after which people tap again, when they know that the service was gone meanwhile."""
RIGHT = (0.5, 0.95)
"""How often people say what is right: some of them much more often than others."""


@dataclass(slots=True)
class Records:
    """What the crowd knows for certain, to be held against the database."""

    saved: dict[int, int] = field(default_factory=dict)  # assignment → ordinal that was shown as saved
    shown: dict[int, object] = field(default_factory=dict)  # assignment → who saw its card
    taps: Counter[str] = field(default_factory=Counter)
    stuck: list[str] = field(default_factory=list)  # who asked and was not answered
    deaths: int = 0  # of the service, as those notice who wait for it


class Worker:
    """One person with a phone and a temper."""

    def __init__(
        self, app: App, chance: Random, records: Records, *, pace: float, stop: asyncio.Event
    ) -> None:
        self.phone = Phone(app)
        self.records = records
        self._chance = chance
        self._pace = pace
        self._stop = stop
        self._right = chance.uniform(*RIGHT)
        self._before: tuple[Any, Key] | None = None  # the answer before, to tap it again
        t = translator_for(negotiate(app.language), None)
        self._saved = {str(t("Saved. Thank you!")), str(t("Saved, though late. Thank you!"))}
        self._habits: list[tuple[float, Callable[[], Awaitable[object]]]] = [
            (0.86, self.answer),
            (0.03, self._answer_twice),
            (0.03, self._undo),
            (0.02, self._skip),
            (0.01, self._pause),
            (0.01, self._keep_longer),
            (0.02, self._forge),
            (0.01, self._look_elsewhere),
            (0.01, self._ask_again),
            (0.01, self._walk_away),
            *((act.share, partial(self._act, act)) for act in app.acts),
        ]

    async def join(self) -> None:
        """From /start to the first card."""
        await self.phone.app.says("/start")
        for verb in self.phone.app.joining:
            await self.phone.press(verb)
        await self.phone.get(*ENDS)

    async def work(self) -> None:
        """Tap until told to stop, or until nobody answers."""
        while not self._stop.is_set():
            try:
                await self._once()
            except (AssertionError, TimeoutError) as stuck:
                self.records.stuck.append(str(stuck) or f"{self.phone.app.id} gave up")
                return
            await _rest(self._stop, self._chance.expovariate(1 / self._pace))

    async def _once(self) -> None:
        found = self.phone.newest(CARD, *ENDS)
        if found is None:
            await self.ask()
            return
        if not any(key.does.verb == CARD for key in found[1]):
            self.records.taps["next"] += 1
            mark = self.phone.app.moment
            press = await self.phone.tap(*_must(self.phone.key(*ENDS)))
            await self._reaction(press, mark)
            if not self.has_card:
                await _rest(self._stop, 10 * self._pace)
            return
        habits = [habit for _, habit in self._habits]
        weights = [weight for weight, _ in self._habits]
        await self._chance.choices(habits, weights)[0]()

    def _card(self) -> tuple[Any, list[Key]]:
        return _must(self.phone.newest(CARD, *ENDS))

    @property
    def has_card(self) -> bool:
        """Whether the newest message that asks something is a card."""
        found = self.phone.newest(CARD, *ENDS)
        return found is not None and any(key.does.verb == CARD for key in found[1])

    async def ask(self) -> None:
        """Send /task and wait for a card, or for the word that there is none."""
        self.records.taps["/task"] += 1
        mark = await self.phone.app.says("/task")
        await self.phone.until(lambda: self._asked(mark), "an answer to /task")

    def _asked(self, mark: int) -> bool | None:
        """A new message, or an edit of the old one, that has a card or the end of the work on it."""
        for version in self.phone.news(mark):
            if any(key.does.verb in (CARD, *ENDS) for key in keys(version)):
                return True
        return None

    # --- habits -----------------------------------------------------------------------------------

    async def answer(self) -> int | None:
        """Tap a label and wait until the answer is shown as saved, or refused; which card's it was."""
        return await self._answer(times=1)

    async def _answer_twice(self) -> None:
        await self._answer(times=2)

    async def _answer(self, *, times: int) -> int | None:
        message, buttons = self._card()
        labels = [key for key in buttons if key.does.verb == CARD]
        if not labels:
            return None  # it was taken back in between
        right = [key for key in labels if key.does.number(1) == truth_of(message.words)]
        key = self._chance.choice(right if self._chance.random() < self._right else labels)
        held, ordinal = key.does.number(0), key.does.number(1)
        self.records.shown[held] = self.phone.app.id
        self.records.taps["answer"] += 1
        mark = self.phone.app.moment
        presses: list[SoakTap] = []
        while not presses or (presses[-1].lost and not self._is_gone(held)):
            if presses:
                await asyncio.sleep(self._pace)
            presses.extend([await self.phone.tap(message, key) for _ in range(times)])
            await self.phone.until(
                lambda: presses[-1].lost or self._saved_or_refused(presses, held, mark),
                f"what became of the answer to {held}",
            )
        if self._shown_as_saved(presses, held, mark):
            self.records.saved[held] = ordinal
            self._before = message, key
        elif self.phone.newest(CARD, *ENDS) == (message, buttons):
            await self.ask()  # the card is no longer theirs
        return held

    def _saved_or_refused(self, presses: list[SoakTap], held: int, mark: int) -> bool | None:
        """Whether the card made room for what comes next; a refusal that came too late to be shown did, too."""
        if self._is_gone(held):
            return True
        if self._shown_as_saved(presses, held, mark):
            return None
        return True if any(one.toast for one in presses) else None

    def _is_gone(self, held: int) -> bool:
        found = self.phone.newest(CARD, *ENDS)
        card = (CARD, base36(held))
        return found is None or all((key.does.verb, *key.does.arguments[:1]) != card for key in found[1])

    def _shown_as_saved(self, presses: list[SoakTap], held: int, mark: int) -> bool:
        if any(one.toast in self._saved for one in presses):
            return True
        undo = data("undo", held)
        return any(key.data == undo for version in self.phone.news(mark) for key in keys(version))

    async def _undo(self) -> None:
        undo = self.phone.key("undo")
        if undo is None or undo[0] is not self._card()[0]:
            await self.answer()
            return
        self.records.taps["undo"] += 1
        self.records.saved.pop(undo[1].does.number(0), None)  # from here on either may be true
        await self._tap(*undo)

    async def _skip(self) -> None:
        await self._tap_if_there("skip")

    async def _pause(self) -> None:
        await self._tap_if_there("pause")

    async def _keep_longer(self) -> None:
        await self._tap_if_there("keep", "extend")

    async def _tap_if_there(self, *verbs: str) -> None:
        message, buttons = self._card()
        for key in buttons:
            if key.does.verb in verbs:
                self.records.taps[key.does.verb] += 1
                await self._tap(message, key)
                return
        await self.answer()

    async def _forge(self) -> None:
        """Data of nobody's button, of somebody else's card, or of one's own card of before."""
        self.records.taps["forged"] += 1
        own = self.phone.app.id
        others = [held for held, who in self.records.shown.items() if who != own] or [1_000_000]
        made = ["1:a:zzzzz:0", "1:a:1", "1:nonsense:1", "x", ""]
        foreign = [data(verb, self._chance.choice(others), 0) for verb in (CARD, "undo", "skip")]
        before = [self._before[1].data] if self._before else []
        mark = self.phone.app.moment
        for one in (self._chance.choice(made), *foreign, *before):
            await self._reaction(await self.phone.app.presses_data(self._card()[0], one), mark)

    async def _look_elsewhere(self) -> None:
        self.records.taps["/balance"] += 1
        mark = await self.phone.app.says("/balance")
        await self.phone.until(lambda: self.phone.news(mark) or None, "the balance")
        await self.ask()

    async def _ask_again(self) -> None:
        await self.ask()

    async def _walk_away(self) -> None:
        """With a card that was asked for: it becomes overdue, and is answered late."""
        self.records.taps["walked away"] += 1
        await self.ask()
        await _rest(self._stop, AWAY)

    async def _act(self, act: Act) -> None:
        """What people do on this platform only."""
        self.records.taps[act.name] += 1
        await act.run()

    async def _tap(self, message: Any, key: Key) -> None:
        mark = self.phone.app.moment
        await self._reaction(await self.phone.tap(message, key), mark)

    async def _reaction(self, press: SoakTap, mark: int) -> None:
        """Wait until the tap has brought about anything at all.

        A tap that changes nothing on the screen is answered by a word that dies with the service.
        """
        deaths = self.records.deaths
        for patience in (IMPATIENCE, PATIENCE):
            try:
                await self.phone.until(
                    lambda: True if press.over or self.phone.news(mark) else None,
                    f"a reaction to {press.label!r}",
                    timeout=patience,
                )
                return
            except (AssertionError, TimeoutError):
                if self.records.deaths > deaths:
                    return
                if patience == PATIENCE:
                    raise


def _must(found: T | None) -> T:
    assert found is not None, "it was just there"
    return found


async def _rest(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
