"""Updates wait in one line per person and are confirmed only when all before them were heard."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from random import Random
from typing import Any

import pytest

from bots.dialogue.vocabulary import Heard, Sender, Text
from bots.telegram.polling import AT_ONCE, Lines, pause


def read(update: Mapping[str, Any]) -> Heard | None:
    """An update of these tests: who wrote, None for what is not for us."""
    who = update["who"]
    if who is None:
        return None
    return Heard(str(update["update_id"]), Sender("telegram", "", who, who), Text("x"))


class Ears:
    """Hears updates as slowly and as badly as a test wants."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.heard: list[str] = []
        self.held: dict[str, asyncio.Event] = {}
        self.deaf: dict[str, int] = {}
        self.changed = asyncio.Condition()

    async def hear(self, heard: Heard) -> None:
        self.begun.append(heard.key)
        async with self.changed:
            self.changed.notify_all()
        if heard.key in self.held:
            await self.held[heard.key].wait()
        if self.deaf.get(heard.key, 0):
            self.deaf[heard.key] -= 1
            raise RuntimeError("no database")
        self.heard.append(heard.key)
        async with self.changed:
            self.changed.notify_all()

    async def until_begun(self, key: str) -> None:
        async with self.changed:
            await self.changed.wait_for(lambda: key in self.begun)

    async def until_heard(self, *keys: str) -> None:
        async with self.changed:
            await self.changed.wait_for(lambda: set(keys) <= set(self.heard))


class Naps:
    """Sleeping that takes no time, and how long it would have been."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)


def take(lines: Lines, *updates: tuple[int, str | None]) -> None:
    """Give these updates to the lines."""
    for number, who in updates:
        lines.take(number, {"update_id": number, "who": who}, read)


async def test_all_heard_means_all_confirmed() -> None:
    """The next offset is behind the last, also behind what was not for us."""
    ears = Ears()
    async with asyncio.TaskGroup() as group:
        lines = Lines(ears.hear, group, chance=Random(1), sleep=Naps())
        take(lines, (10, "ana"), (11, "bo"), (12, None))
        await lines.settle(5)
        assert (lines.busy, lines.offset) == (False, 13)
    assert sorted(ears.heard) == ["10", "11"]


async def test_at_first_everything_is_asked_for() -> None:
    """Whatever Telegram still has for us."""
    async with asyncio.TaskGroup() as group:
        assert Lines(Ears().hear, group, chance=Random(1), sleep=Naps()).offset is None


async def test_nothing_unheard_is_confirmed() -> None:
    """While one is being heard the offset stays at it, and the others are heard all the same."""
    ears = Ears()
    ears.held["10"] = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        lines = Lines(ears.hear, group, chance=Random(1), sleep=Naps())
        take(lines, (10, "ana"), (11, "bo"))
        await ears.until_heard("11")
        await lines.settle(0)
        assert (lines.busy, lines.offset) == (True, 10)
        take(lines, (10, "ana"), (11, "bo"), (12, "cy"))  # what Telegram gives for the same offset
        await ears.until_heard("12")
        assert lines.offset == 10
        ears.held["10"].set()
        await lines.settle(5)
        assert lines.offset == 13
    assert sorted(ears.heard) == ["10", "11", "12"]


async def test_one_person_is_heard_in_order() -> None:
    """The second of Ana's does not begin before the first is done; Bo does not wait for her."""
    ears = Ears()
    ears.held["1"] = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        lines = Lines(ears.hear, group, chance=Random(1), sleep=Naps())
        take(lines, (1, "ana"), (2, "ana"), (3, "bo"), (4, "ana"))
        await ears.until_heard("3")
        assert "2" not in ears.begun
        ears.held["1"].set()
        await lines.settle(5)
    assert [key for key in ears.heard if key != "3"] == ["1", "2", "4"]


async def test_only_so_many_are_heard_at_once() -> None:
    """A crowd does not become as many transactions at the same moment."""
    ears = Ears()
    crowd = [(number, f"person {number}") for number in range(AT_ONCE + 10)]
    for number, _ in crowd:
        ears.held[str(number)] = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        lines = Lines(ears.hear, group, chance=Random(1), sleep=Naps())
        take(lines, *crowd)
        await lines.settle(0.01)
        assert len(ears.begun) == AT_ONCE
        for held in ears.held.values():
            held.set()
        await lines.settle(5)
    assert len(ears.heard) == AT_ONCE + 10


async def test_what_was_not_heard_is_tried_again_in_its_place() -> None:
    """At once, then after growing pauses, and never given up; what comes after it waits."""
    ears, naps = Ears(), Naps()
    ears.deaf["1"] = 5
    async with asyncio.TaskGroup() as group:
        lines = Lines(ears.hear, group, chance=Random(1), sleep=naps)
        take(lines, (1, "ana"), (2, "ana"))
        await lines.settle(5)
    assert ears.heard == ["1", "2"]
    assert ears.begun == ["1"] * 6 + ["2"]
    assert len(naps.slept) == 3
    assert naps.slept == sorted(naps.slept)


async def test_a_redelivery_later_is_heard_again() -> None:
    """Whether it changes anything is for the inbox to say."""
    ears = Ears()
    async with asyncio.TaskGroup() as group:
        lines = Lines(ears.hear, group, chance=Random(1), sleep=Naps())
        for _ in range(2):
            take(lines, (1, "ana"))
            await lines.settle(5)
    assert ears.heard == ["1", "1"]


async def test_numbers_may_begin_anew() -> None:
    """After a week of silence Telegram counts from somewhere else, perhaps from below."""
    ears = Ears()
    async with asyncio.TaskGroup() as group:
        lines = Lines(ears.hear, group, chance=Random(1), sleep=Naps())
        take(lines, (900, "ana"))
        await lines.settle(5)
        take(lines, (5, "ana"))
        await lines.settle(5)
        assert lines.offset == 6


async def test_cancelling_leaves_nothing_behind() -> None:
    """What was being heard stops with the rest, unconfirmed."""
    ears = Ears()
    ears.held["1"] = asyncio.Event()

    async def listen() -> None:
        async with asyncio.TaskGroup() as group:
            lines = Lines(ears.hear, group, chance=Random(1), sleep=Naps())
            take(lines, (1, "ana"))
            await lines.settle(60)

    before = asyncio.all_tasks()
    task = asyncio.create_task(listen())
    await ears.until_begun("1")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert asyncio.all_tasks() == before
    assert ears.heard == []


def test_pauses_grow_to_half_a_minute() -> None:
    """Between half and the whole of 1, 2, 4 … 30 seconds, so that many bots do not come back at once."""
    for failures, most in enumerate((1, 2, 4, 8, 16, 30, 30), start=1):
        drawn = [pause(failures, Random(seed)) for seed in range(50)]
        assert all(most / 2 <= seconds <= most for seconds in drawn)
        assert len(set(drawn)) > 10
    assert pause(10_000, Random(1)) <= 30
