"""What is believed of a crowd is learned beside the conversation, and put in use at once or not at all."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest

from bots.courier import Courier
from bots.postbox import Postbox
from bots.refits import Refits, begin
from core import refitting
from core.clock import ManualClock
from core.domain.person import Person, Role
from core.store import Store, crowds
from core.vault import Vault
from tests.crowds import (
    GOOD,
    LABELS,
    MINUTE,
    answers_of,
    due,
    found,
    generation,
    half,
    joined,
    ready,
    report_of,
    weighed,
)
from tests.house import paper_house
from tests.linked import everything
from tests.standins.paper import Paper
from tests.world import World


@pytest.fixture
def world(store: Store, clock: ManualClock, vault: Vault) -> World:
    """People and projects on either database."""
    return World(store, clock, vault)


@pytest.fixture
async def owner(world: World) -> Person:
    """Somebody with a project."""
    return await world.person("owner", Role.REQUESTER)


@dataclass(slots=True)
class Begun:
    """Starts real processes and remembers them; those in `doomed` are killed at once."""

    doomed: bool = False
    processes: list[asyncio.subprocess.Process] = field(default_factory=list)
    any: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self) -> asyncio.subprocess.Process:
        process = await begin()
        self.processes.append(process)
        self.any.set()
        if self.doomed:
            process.kill()
        return process


@dataclass(slots=True)
class Bench:
    """Refits at work on a store."""

    refits: Refits
    begun: Begun


async def bench(world: World, tmp_path: Path, holder: str = "one") -> Bench:
    paper, begun = Paper(), Begun()
    platforms: Any = {paper.name: paper}
    courier = Courier(
        store=world.store,
        clock=world.clock,
        vault=world.vault,
        platforms=platforms,
        data_dir=tmp_path,
        holder=holder,
    )
    made = Refits(
        store=world.store,
        clock=world.clock,
        postbox=Postbox(world.vault, {paper.name: paper.limits}),
        courier=courier,
        holder=holder,
        begin=begun,
    )
    return Bench(made, begun)


@pytest.fixture
async def at_work(world: World, tmp_path: Path) -> AsyncIterator[Bench]:
    """Refits of one process of ours."""
    made = await bench(world, tmp_path)
    yield made
    await made.refits.close()


async def test_a_first_refit_is_due_when_enough_answers_stand(world: World, owner: Person) -> None:
    """Not before so many were given and a minute is over, and not again for them."""
    project = await weighed(world, owner, 30)
    crowd = await joined(world, **GOOD)
    chance = Random(1)
    await answers_of(world, crowd, LABELS, most=refitting.FIRST - 1, chance=chance)
    world.clock.move(5 * MINUTE)
    assert await due(world) == []
    await answers_of(world, crowd, LABELS, most=1, chance=chance)
    assert await due(world) == [], "it can still be undone"
    world.clock.move(MINUTE)
    assert await due(world) == [project]
    now = world.clock.now()
    await world.do(lambda tx: refitting.run_whole(tx, project, now=now))
    world.clock.move(5 * MINUTE)
    assert await due(world) == []


async def test_a_refit_in_its_own_process(world: World, owner: Person, at_work: Bench) -> None:
    """Looks at the answers by itself, and its findings are put in use in one step."""
    project = await weighed(world, owner, 30, overlap={"min": 3, "max": 4})
    crowd = await joined(world, **GOOD, eve=0.4)
    await answers_of(world, crowd, LABELS, most=70, chance=Random(2))
    world.clock.move(2 * MINUTE)
    await at_work.refits.tick()
    assert (await generation(world, project)).generation == 1
    as_of, report = await report_of(world, project)
    assert as_of == world.clock.now() - MINUTE
    assert -1 <= report["alpha"] <= 1
    kept = await world.store.read(lambda tx: crowds.workers(tx, project_id=project, generation=1))
    assert kept.keys() == {worker.id for worker in crowd}
    assert len(at_work.begun.processes) == 1
    await at_work.refits.tick()
    assert len(at_work.begun.processes) == 1, "nothing is due any more"


async def test_a_killed_process_changes_nothing(world: World, owner: Person, at_work: Bench) -> None:
    """And the next tick does it."""
    project = await ready(world, owner)
    before = await world.store.read(everything)
    at_work.begun.doomed = True
    await at_work.refits.tick()
    assert at_work.begun.processes[0].returncode == -signal.SIGKILL
    assert await world.store.read(everything) == before
    at_work.begun.doomed = False
    await at_work.refits.tick()
    assert (await generation(world, project)).generation == 1


async def test_one_that_is_stopped_leaves_no_process(world: World, owner: Person, at_work: Bench) -> None:
    """Who stops while a refit is computed waits for no result, and nothing is written."""
    project = await ready(world, owner)
    ticking = asyncio.create_task(at_work.refits.tick())
    await at_work.begun.any.wait()
    await at_work.refits.close()
    await ticking
    assert at_work.begun.processes[0].returncode == -signal.SIGKILL
    assert (await generation(world, project)).generation == 0


@pytest.mark.parametrize("swap", [False, True], ids=["before the swap", "after the swap"])
async def test_one_that_stops_half_way(world: World, owner: Person, at_work: Bench, swap: bool) -> None:
    """Everything goes on, and the next refit does what was left."""
    project = await ready(world, owner)
    outcome = await found(world, project)
    await half(world, outcome, swap=swap)
    assert (await generation(world, project)).generation == int(swap)
    late = await joined(world, fred=0.9)
    assert await answers_of(world, late, LABELS, most=3, chance=Random(3)) == 3
    world.clock.move(2 * MINUTE)
    await world.tick()
    assert await due(world) == [project], "it was not done"
    await at_work.refits.tick()
    made = await generation(world, project)
    assert (made.generation, made.answers > 0) == (1 + swap, True)
    kept = await world.store.read(
        lambda tx: crowds.workers(tx, project_id=project, generation=made.generation)
    )
    assert len(kept) == 6
    assert await due(world) == []


async def test_what_another_refit_overtook_is_dropped(world: World, owner: Person) -> None:
    """It neither removes nor adds anything, wherever it was."""
    project = await ready(world, owner)
    slow = await found(world, project)
    now = world.clock.now()
    await world.do(lambda tx: refitting.run_whole(tx, project, now=now))
    before = await world.store.read(everything)
    assert await world.do(lambda tx: refitting.put_away(tx, slow)) == 0
    await world.do(lambda tx: refitting.stage(tx, slow, start=0))
    assert not await world.do(lambda tx: refitting.swap(tx, slow))
    assert await world.store.read(everything) == before


async def test_two_at_once(world: World, owner: Person, at_work: Bench, tmp_path: Path) -> None:
    """Of two processes that find the same project due, one refits it."""
    project = await ready(world, owner)
    other = await bench(world, tmp_path, "two")
    await asyncio.gather(at_work.refits.tick(), other.refits.tick())
    await other.refits.close()
    assert (await generation(world, project)).generation == 1
    assert len(at_work.begun.processes) + len(other.begun.processes) == 1


async def test_a_small_project_starts_no_process(
    store: Store, clock: ManualClock, vault: Vault, tmp_path: Path
) -> None:
    """The clockwork looks, and finds too few answers."""
    world = World(store, clock, vault)
    async with paper_house(store, clock, vault, tmp_path) as house:
        owner = await world.person("owner", Role.REQUESTER)
        project = await weighed(world, owner, 30)
        crowd = await joined(world, **GOOD)
        await answers_of(world, crowd, LABELS, most=refitting.FIRST - 1, chance=Random(10))
        await house.later(minutes=5)
        assert (await generation(world, project)).generation == 0
        await answers_of(world, crowd, LABELS, most=1, chance=Random(10))
        await house.later(minutes=5)
        assert (await generation(world, project)).generation == 1
