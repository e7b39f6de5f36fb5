"""One after the other for each person, in the order in which they came, whatever becomes of those before."""

from __future__ import annotations

import asyncio

import pytest

from bots.turns import Place, Turns


async def speak(place: Place, name: str, said: list[str], *, until: asyncio.Event | None = None) -> None:
    """Wait for one's turn, and take it."""
    async with place:
        if until is not None:
            await until.wait()
        said.append(name)


async def test_turns_are_in_the_order_of_taking_a_place() -> None:
    """Not in the order of entering; other people do not wait."""
    turns, said, go_on = Turns(), list[str](), asyncio.Event()
    first, second, other = turns.take("ana"), turns.take("ana"), turns.take("bo")
    assert (first.waits, second.waits, other.waits) == (False, True, False)
    waiting = asyncio.create_task(speak(second, "second", said))
    slow = asyncio.create_task(speak(first, "first", said, until=go_on))
    await speak(other, "other", said)
    go_on.set()
    await asyncio.gather(waiting, slow)
    assert said == ["other", "first", "second"]
    assert not turns.take("ana").waits, "nobody stands there any more"


@pytest.mark.parametrize("how", ["left", "cancelled"])
async def test_who_gives_up_lets_nobody_overtake(how: str) -> None:
    """Those behind wait for those before, as if nobody had stood between."""
    turns, said, go_on = Turns(), list[str](), asyncio.Event()
    places = [turns.take("ana") for _ in range(3)]
    slow = asyncio.create_task(speak(places[0], "first", said, until=go_on))
    last = asyncio.create_task(speak(places[2], "third", said))
    if how == "left":
        places[1].leave()
    else:
        between = asyncio.create_task(speak(places[1], "second", said))
        await asyncio.sleep(0)  # it stands in line now
        between.cancel()
        await asyncio.wait([between])
    await asyncio.sleep(0)
    assert said == []
    go_on.set()
    await asyncio.gather(slow, last)
    assert said == ["first", "third"]


async def test_who_fails_ends_their_turn() -> None:
    """The next one comes."""
    turns, said = Turns(), list[str]()
    first, second = turns.take("ana"), turns.take("ana")
    with pytest.raises(ValueError, match="no"):
        async with first:
            raise ValueError("no")
    await speak(second, "second", said)
    assert said == ["second"]
