"""On PostgreSQL, tasks that others hold at this moment hide nothing that lies behind them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator

import pytest

from core.assigning import Handed
from core.clock import ManualClock
from core.domain.person import Role
from core.store import Store, Transaction, open_store, tasks
from core.vault import Vault
from tests.world import World


@pytest.fixture
async def store(postgres_database: str) -> AsyncIterator[Store]:
    opened = await open_store(postgres_database)
    yield opened
    await opened.close()


async def test_who_finds_the_first_tasks_held_gets_one_behind_them(
    store: Store, clock: ManualClock, vault: Vault
) -> None:
    """Twenty tasks are locked by somebody's open transaction; there are more, so there is work."""
    world = World(store, clock, vault)
    owner = await world.person("owner", Role.REQUESTER)
    worker = await world.person("worker")
    project = await world.project(owner, [f"task {number}" for number in range(30)])
    holding, let_go = threading.Event(), threading.Event()

    def hold(tx: Transaction) -> list[int]:
        first = sorted(tasks.unfinished(tx, project, most=30))[:20]
        for one in first:
            tasks.lock(tx, one)
        holding.set()
        assert let_go.wait(30)
        return first

    held = asyncio.create_task(store.write(hold))
    await asyncio.to_thread(holding.wait, 30)
    try:
        handed = await world.offer(worker)
    finally:
        let_go.set()
    assert isinstance(handed, Handed)
    assert handed.assignment.task_id not in await held
