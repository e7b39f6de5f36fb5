"""Turns are given as Telegram's limits want it, on a clock of the test's own."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bots.platform import TryLater
from bots.telegram.pace import OVERALL, PER_CHAT, Pace, Rate

UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # the machine may be busy


class Time:
    """A clock that moves only by sleeping on it."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


async def turns(pace: Pace, time: Time, chat: str, count: int) -> list[float]:
    """When each of `count` messages in a row to one chat may go."""
    times = []
    for _ in range(count):
        await pace.turn(chat)
        times.append(round(time.now - 100, 6))
    return times


async def test_a_chat_takes_five_at_once_and_then_one_a_second() -> None:
    """The burst of a quick worker passes, a flood does not."""
    time = Time()
    pace = Pace(clock=time, sleep=time.sleep)
    assert await turns(pace, time, "1001", 8) == [0, 0, 0, 0, 0, 1, 2, 3]


async def test_long_texts_count_twice() -> None:
    """Telegram limits them sooner."""
    time = Time()
    pace = Pace(clock=time, sleep=time.sleep)
    for _ in range(4):
        await pace.turn("1001", 501)
    assert time.slept == [1, 2]
    await pace.turn("1001", 500)
    assert time.now - 100 == 4


async def test_a_rest_earns_a_new_burst() -> None:
    """After five quiet seconds all is as at the beginning."""
    time = Time()
    pace = Pace(clock=time, sleep=time.sleep)
    await turns(pace, time, "1001", 5)
    time.now += 5
    assert await turns(pace, time, "1001", 6) == [5, 5, 5, 5, 5, 6]


async def test_all_chats_together_take_thirty_at_once_and_then_28_a_second() -> None:
    """Sixty people at the same moment are served within about a second."""
    time = Time()
    pace = Pace(clock=time, sleep=time.sleep)
    for chat in range(30):
        await pace.turn(str(chat))
    assert time.slept == []
    for chat in range(28):
        await pace.turn(str(100 + chat))
    assert time.now - 100 == pytest.approx(1)


async def test_a_429_stops_one_chat_only() -> None:
    """Others go on at once; this one waits as long as Telegram said, then one a second."""
    time = Time()
    pace = Pace(clock=time, sleep=time.sleep)
    pace.flooded("1001", 3)
    await pace.turn("1002")
    assert time.slept == []
    assert await turns(pace, time, "1001", 2) == [3, 4]


async def test_the_third_429_stops_everybody() -> None:
    """Three within a few seconds mean that the whole bot is too fast."""
    time = Time()
    pace = Pace(clock=time, sleep=time.sleep)
    for chat in ("1", "2", "3"):
        pace.flooded(chat, 4)
    assert await turns(pace, time, "77", 1) == [4]


async def test_three_429_far_apart_stop_nobody_else() -> None:
    """They are then about their chats."""
    time = Time()
    pace = Pace(clock=time, sleep=time.sleep)
    for chat in ("1", "2", "3"):
        pace.flooded(chat, 4)
        time.now += 3
    await pace.turn("77")
    assert time.slept == []


async def test_a_long_wait_is_told_instead_of_waited() -> None:
    """The courier has other chats to serve, and the turn is not used up."""
    time = Time()
    pace = Pace(clock=time, sleep=time.sleep, patience=2)
    pace.flooded("1001", 60)
    for _ in range(3):
        with pytest.raises(TryLater) as told:
            await pace.turn("1001")
        assert told.value.seconds == 60
    assert time.slept == []
    time.now += 60
    await pace.turn("1001")
    assert time.slept == []


async def test_only_so_many_chats_are_remembered() -> None:
    """Memory is bounded; those longest silent are forgotten first."""
    time = Time()
    pace = Pace(clock=time, sleep=time.sleep, per_chat=Rate(1, 1), most_chats=2)
    for chat in ("1", "2", "3"):
        await pace.turn(chat)
    await pace.turn("1")
    assert time.slept == []
    await pace.turn("3")
    assert time.slept == [1]


@UNHURRIED
@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 2)), max_size=60))
async def test_no_second_ever_carries_too_much(steps: list[tuple[str, float]]) -> None:
    """However people come: in t seconds at most burst + rate·t messages, to each chat and to all."""
    time = Time()
    pace = Pace(clock=time, sleep=time.sleep, patience=1e9)
    sent: list[tuple[float, str]] = []
    for chat, rest in steps:
        await pace.turn(chat)
        sent.append((time.now, chat))
        time.now += rest
    for rate, chats in ((PER_CHAT, "a"), (PER_CHAT, "b"), (OVERALL, "abc")):
        times = [when for when, chat in sent if chat in chats]
        for first, start in enumerate(times):
            for last in range(first, len(times)):
                span = times[last] - start
                assert last - first + 1 <= rate.burst + rate.per_second * span + 1e-6
