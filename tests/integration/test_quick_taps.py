"""Taps that come while the card's last edit is still being marked: they go the quick way, and nothing is said twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from bots.dialogue.vocabulary import Heard, Message, Press, Sender
from bots.platform import Address, Impossible, Media, NotSent, Posted
from core.clock import ManualClock
from core.domain.person import Role
from core.store import Store
from core.store.tables import answer, outbox
from core.vault import Vault
from tests.house import PaperHouse, paper_house
from tests.spoken import said
from tests.standins.paper import Paper, Someone
from tests.world import World


class SlowEdits(Paper):
    """Edits wait until the test lets them go, and then may fail."""

    def __init__(self) -> None:
        super().__init__()
        self.open = asyncio.Event()
        self.reached = asyncio.Event()
        self.failure: Exception | None = None
        self.open.set()

    async def edit(self, to: Address, ref: str, message: Message, media: Media | None) -> Posted:
        self.reached.set()
        await self.open.wait()
        failure, self.failure = self.failure, None
        if failure is not None:
            raise failure
        return await super().edit(to, ref, message, media)


@pytest.fixture
async def house(
    sqlite_store: Store, clock: ManualClock, vault: Vault, tmp_path: Path
) -> AsyncIterator[PaperHouse]:
    """A running project with three tasks, on a platform with slow edits."""
    async with paper_house(sqlite_store, clock, vault, tmp_path, paper=SlowEdits()) as house:
        world = World(sqlite_store, clock, vault)
        owner = await world.person("owner", Role.REQUESTER)
        await world.project(owner, ["Meow", "Woof", "Moo"], overlap={"min": 2, "max": 2})
        yield house


async def two_taps(house: PaperHouse, *, failure: Exception | None = None) -> Someone:
    """A card, and two taps on it: the second while the edit that follows the first is under way."""
    paper = house.paper
    assert isinstance(paper, SlowEdits)
    ana = await house.joined("ana")
    await ana.says("/task")
    paper.open.clear()
    paper.reached.clear()
    sender = Sender("paper", "", "ana", "ana", "en")
    first = ana.button("Cat").data
    await house.service.desk.hear(Heard("paper:t1", sender, Press(first, "ana/t1")))
    await paper.reached.wait()
    card = int(first.split(":")[2], 36) + 1  # the card that followed, which the person has seen already
    tap = first.split(":")
    again = ":".join([tap[0], tap[1], f"{card}", tap[3]])
    paper.failure = failure
    await house.service.desk.hear(Heard("paper:t2", sender, Press(again, "ana/t2")))
    paper.open.set()
    await house.settle()
    await house.later(seconds=5)
    return ana


async def unsent(store: Store) -> list[str]:
    """The states of what was not sent."""
    rows = await store.read(lambda tx: tx.execute(select(outbox.c.state)).scalars().all())
    return sorted(row for row in rows if row != "sent")


async def answers(store: Store) -> int:
    """How many answers stand."""
    return len(await store.read(lambda tx: tx.execute(select(answer.c.id)).all()))


def cards(ana: Someone) -> list[Message]:
    """The cards that stand in the chat."""
    return [one for one in ana.chat.messages.values() if one.slot == "card"]


async def test_a_newer_edit_follows_the_one_under_way(house: PaperHouse, sqlite_store: Store) -> None:
    """Both answers are kept, and one card shows the third task."""
    ana = await two_taps(house)
    assert await answers(sqlite_store) == 2
    (card,) = cards(ana)
    assert "Moo" in said(card)
    assert await unsent(sqlite_store) == []


async def test_an_edit_that_has_to_wait_gives_way_to_the_newer_one(
    house: PaperHouse, sqlite_store: Store
) -> None:
    """What could not be sent is superseded, and the card shows the newest state all the same."""
    ana = await two_taps(house, failure=NotSent("reset"))
    assert await answers(sqlite_store) == 2
    (card,) = cards(ana)
    assert "Moo" in said(card)
    assert await unsent(sqlite_store) == ["superseded"]


async def test_a_card_that_vanished_is_posted_once(house: PaperHouse, sqlite_store: Store) -> None:
    """The first edit finds nothing and posts the card anew; the second edits that one."""
    ana = await two_taps(house, failure=Impossible("no such message", gone=True))
    assert await answers(sqlite_store) == 2
    old, new = cards(ana)  # paper keeps what the platform lost
    assert "Meow" in said(old)
    assert "Moo" in said(new)
    assert await unsent(sqlite_store) == []
