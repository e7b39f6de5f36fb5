"""From tasks to settled labels and points, on the core alone."""

from __future__ import annotations

from datetime import timedelta

from core import settling
from core.clock import ManualClock
from core.domain.person import Role
from core.domain.states import TaskState
from core.store import Store, task_views
from core.store import people as people_rows
from core.store import projects as project_rows
from core.vault import Vault
from tests.world import World


async def test_two_agreeing_answers_settle_a_task_and_pay_both(
    store: Store, clock: ManualClock, vault: Vault
) -> None:
    """Unanimity at the least overlap settles; each right answer earns the reward; nothing stays promised."""
    world = World(store, clock, vault)
    owner = await world.person("owner", Role.REQUESTER)
    project = await world.project(owner, ["a", "b", "c"], budget=100)
    workers = [await world.person(f"worker {n}") for n in range(3)]
    done = 0
    for worker in workers:
        while (card := await world.next(worker)) is not None:
            await world.answers(worker, card, "cat")
            done += 1
    assert done == 6, "three tasks, two answers each"
    clock.move(timedelta(seconds=61))
    await store.write(lambda tx: settling.settle_due(tx, now=clock.now()))
    counts = await store.read(lambda tx: task_views.count_by_state(tx, project))
    assert counts == {TaskState.SETTLED: 3}
    balances = [await store.read(lambda tx, w=w: people_rows.balance(tx, w.id)) for w in workers]  # type: ignore[misc]
    assert sum(balances) == 60
    after = await store.read(lambda tx: project_rows.find(tx, project))
    assert after is not None
    assert (after.reserved, after.spent) == (0, 60)
