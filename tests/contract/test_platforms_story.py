"""The same story on every platform, with the real front desk: joining, working, and events that come twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bots.runner import Service, compose
from core import people
from core.clock import ManualClock
from core.domain.person import Role
from core.store import Store
from core.store import people as people_rows
from core.store.tables import account, answer, inbox
from core.store.transaction import Transaction
from core.vault import Vault
from tests.contract.platforms import Shown, Side
from tests.world import World


@dataclass(slots=True)
class Play:
    """A service whose only platform is one of ours, with its stand-in."""

    side: Side
    service: Service
    clock: ManualClock

    async def settled(self) -> None:
        """Everything that was done is heard, worked on and answered."""
        await self.side.confirmed()
        await self.service.desk.settled()
        await self.service.courier.settled()

    async def commands(self, name: str, args: str = "") -> Shown:
        """Give a command; returns what stands last afterwards."""
        await self.side.commands(name, args)
        await self.settled()
        return await self.last()

    async def taps(self, label: str) -> Shown:
        """Tap the newest button that says so."""
        shown = next(one for one in reversed(await self.side.sees()) if label in one.labels)
        await self.side.taps(shown.ref, label)
        await self.settled()
        return await self.last()

    async def last(self) -> Shown:
        """The newest message."""
        return (await self.side.sees())[-1]

    async def count(self, table: type | object) -> int:
        """How many rows there are."""
        query = select(func.count()).select_from(table)  # type: ignore[arg-type]  # any table
        return await self.service.store.read(lambda tx: int(tx.execute(query).scalar_one()))


@pytest.fixture
async def play(
    any_side: Side, sqlite_store: Store, clock: ManualClock, vault: Vault, tmp_path: Path
) -> AsyncIterator[Play]:
    service = compose(
        store=sqlite_store,
        clock=clock,
        vault=vault,
        platforms={any_side.platform.name: any_side.platform},
        data_dir=tmp_path,
        reaction=timedelta(0),
        holder="test",
    )
    await service.begin()
    listening = asyncio.create_task(any_side.platform.listen(service.desk.hear))
    await asyncio.sleep(0)  # it listens from its first step on
    await any_side.ready()
    yield Play(any_side, service, clock)
    listening.cancel()
    await asyncio.wait([listening])
    await service.desk.settled()
    await service.courier.close()


async def joined(play: Play) -> None:
    """Ana has joined and works in English."""
    await play.commands("start")

    def unit(tx: Transaction) -> None:
        account_id = people_rows.account_ids(tx)[0]
        people.consent(tx, people_rows.by_account(tx, account_id), now=play.clock.now())
        people.set_languages(tx, people_rows.by_account(tx, account_id), ("en",))
        people_rows.set_step(tx, account_id, step=None, draft=None)

    await play.service.store.write(unit)


async def project(play: Play, *texts: str) -> None:
    """Tasks to do."""
    world = World(play.service.store, play.clock, play.service.house.vault)
    owner = await world.person("owner", Role.REQUESTER)
    await world.project(owner, texts)


async def test_somebody_joins(play: Play) -> None:
    """Welcome, consent, and the question about languages, in one message; they are known by their address."""
    welcome = await play.commands("start")
    assert "Welcome!" in welcome.words
    assert welcome.labels == ("Yes, I agree", "🌐 Language")
    asked = await play.taps("Yes, I agree")
    assert "Which languages" in asked.words
    assert asked.ref == welcome.ref
    sealed = await play.service.store.read(
        lambda tx: people_rows.reach(tx, people_rows.account_ids(tx)[0]).sealed
    )
    workspace, user_id, name = people.unseal_identity(play.service.house.vault, sealed)
    assert (workspace, user_id) == (play.side.person.workspace, play.side.person.user_id)
    assert name
    assert play.side.complaints() == []


async def test_somebody_works(play: Play) -> None:
    """Card after card in the same message; the last words, and what was earned."""
    await joined(play)
    await project(play, "a <cat> & co", "*a dog*", "<!channel>")
    card = await play.commands("task")
    seen = {card.words}
    assert card.labels[:2] == ("Cat", "Dog")
    for _ in range(2):
        following = await play.taps("Cat")
        assert following.ref == card.ref
        seen.add(following.words)
    for words in ("a <cat> & co", "*a dog*", "<!channel>"):
        assert any(words in one for one in seen)
    done = await play.taps("Dog")
    assert done.ref == card.ref
    assert "All done" in done.words
    assert await play.count(answer) == 3
    assert "3 answers wait" in (await play.commands("balance")).words
    assert play.side.complaints() == []


async def test_what_comes_twice_counts_once(play: Play) -> None:
    """A command and a tap, delivered again afterwards: no second answer, no second message."""
    await joined(play)
    await project(play, "a cat", "a dog")
    for act, what in ((play.commands, "task"), (play.taps, "Cat")):
        await act(what)
        before = await play.side.sees(), await play.count(answer), await play.count(inbox)
        await play.side.repeats()
        await play.settled()
        assert (await play.side.sees(), await play.count(answer), await play.count(inbox)) == before
    assert await play.count(answer) == 1


async def test_what_is_not_understood_is_said_kindly(play: Play) -> None:
    """In the manner of the platform: commands as they are typed there."""
    await joined(play)
    told = await play.commands("nonsense")
    assert f"{play.side.platform.limits.commands}help" in told.words
    await play.side.types("what now? <b>")
    await play.settled()
    assert f"{play.side.platform.limits.commands}task" in (await play.last()).words
    assert await play.count(account) == 1
    assert play.side.complaints() == []
