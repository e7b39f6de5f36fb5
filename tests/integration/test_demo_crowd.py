"""The simulated crowd goes through the real front desk until the demo's projects are settled."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from random import Random

from bots.demo.content import project_files
from bots.demo.crowd import CHARACTERS, Crowd
from bots.demo.seed import known, seed, store_pictures
from bots.runner import Service, compose
from core import exporting
from core.clock import ManualClock
from core.domain.states import TaskState
from core.store import Store, task_views
from core.store import people as people_rows
from core.store import projects as project_rows
from core.store.transaction import Transaction
from core.vault import Vault

ROUNDS = 40


class Turns:
    """A sleep that lasts until everybody sleeps; then time passes, and all go on."""

    def __init__(self, service: Service, clock: ManualClock) -> None:
        self._service = service
        self._clock = clock
        self._asleep: list[asyncio.Future[None]] = []
        self._everybody = asyncio.Event()
        self.longest = 0.0

    async def sleep(self, seconds: float) -> None:
        self.longest = max(self.longest, seconds)
        woken = asyncio.get_running_loop().create_future()
        self._asleep.append(woken)
        if len(self._asleep) == len(CHARACTERS):
            self._everybody.set()
        await woken

    async def next(self) -> None:
        """Wait until everybody has done something, and let twenty seconds pass."""
        await asyncio.wait_for(self._everybody.wait(), 30)
        self._everybody.clear()
        await self._service.courier.settled()
        self._clock.move(timedelta(seconds=20))
        await self._service.clockwork.tick()
        await self._service.courier.settled()
        asleep, self._asleep = self._asleep, []
        for one in asleep:
            one.set_result(None)


@asynccontextmanager
async def at_work(
    store: Store, clock: ManualClock, vault: Vault, folder: Path
) -> AsyncIterator[tuple[Service, Turns]]:
    """The demo with its crowd, whose pauses are turns."""
    await seed(store, vault, clock=clock, media_dir=folder / "media")
    turns: list[Turns] = []
    names = store_pictures(folder / "media")
    crowd = Crowd(known(names), chance=Random(11), sleep=lambda seconds: turns[0].sleep(seconds))
    service = compose(
        store=store,
        clock=clock,
        vault=vault,
        platforms={crowd.name: crowd},
        data_dir=folder,
        reaction=timedelta(0),
        holder="test",
    )
    turns.append(Turns(service, clock))
    await service.begin()
    listening = asyncio.create_task(crowd.listen(service.desk.hear))
    try:
        yield service, turns[0]
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        await service.courier.close()


def states(tx: Transaction) -> dict[TaskState, int]:
    """How many tasks of the demo are how far; those with a known answer stay open for everybody."""
    found: dict[TaskState, int] = {}
    for project in project_rows.of_owner(tx, None):
        for state, count in task_views.count_by_state(tx, project.id).items():
            found[state] = found.get(state, 0) + count
    return found


async def test_the_crowd_joins_works_and_settles_the_demo(
    sqlite_store: Store, clock: ManualClock, vault: Vault, tmp_path: Path
) -> None:
    """Everybody joined by the real buttons; most labels are right, some need a person; right answers were paid."""
    async with at_work(sqlite_store, clock, vault, tmp_path) as (_, turns):
        for _ in range(ROUNDS):
            await turns.next()
            if await sqlite_store.read(lambda tx: states(tx).get(TaskState.OPEN, 0)) == 0:
                break
        found = await sqlite_store.read(states)
    items = {item.id: item for _, all_of_them in project_files() for item in all_of_them}
    judged = [item for item in items.values() if not item.gold]
    ended = found.get(TaskState.SETTLED, 0) + found.get(TaskState.ESCALATED, 0)
    assert len(judged) - ended <= 2, "only a task that too many people skipped stays open"
    rows = await sqlite_store.read(
        lambda tx: [
            row
            for project in project_rows.of_owner(tx, None)
            for row in exporting.result_rows(tx, project.id)
        ]
    )
    settled = [row for row in rows if row.status == TaskState.SETTLED]
    right = sum(row.label == items[row.id].truth for row in settled)
    assert right / len(settled) > 0.8
    balances = await sqlite_store.read(
        lambda tx: [
            people_rows.balance(tx, people_rows.by_account(tx, account).id)
            for account in people_rows.account_ids(tx)
        ]
    )
    assert sum(balance > 0 for balance in balances) == len(CHARACTERS)
    assert turns.longest <= 90


async def test_the_crowd_reads_only_its_own_languages(
    sqlite_store: Store, clock: ManualClock, vault: Vault, tmp_path: Path
) -> None:
    """Who joined as somebody who reads Arabic was asked so by the real buttons."""
    async with at_work(sqlite_store, clock, vault, tmp_path) as (_, turns):
        for _ in range(12):
            await turns.next()
        langs = await sqlite_store.read(
            lambda tx: [
                people_rows.languages(tx, people_rows.by_account(tx, account).id)
                for account in people_rows.account_ids(tx)[1:]
            ]
        )
    assert sorted(langs) == sorted(tuple(sorted(one.langs)) for one in CHARACTERS)


async def test_the_crowd_stops_at_once(
    sqlite_store: Store, clock: ManualClock, vault: Vault, tmp_path: Path
) -> None:
    """Nobody waits for somebody simulated to wake up."""
    async with at_work(sqlite_store, clock, vault, tmp_path) as (_, turns):
        await turns.next()
    left = [task for task in asyncio.all_tasks() if task.get_name().startswith("crowd-")]
    assert left == []
