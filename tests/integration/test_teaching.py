"""What a model is unsure of goes out first; what is old never starves; what was begun is not touched."""

from __future__ import annotations

from typing import Any

import pytest

from core import serving, teaching
from core.clock import ManualClock
from core.domain.person import Role
from core.domain.suggestions import audited
from core.store import Store, suggestions
from core.store.suggestions import Said
from core.store.transaction import Transaction
from core.vault import Vault
from tests.integration.test_suggesting import SHOWN, offered
from tests.world import World

TASKS = 200


@pytest.fixture
def world(store: Store, clock: ManualClock, vault: Vault) -> World:
    return World(store, clock, vault)


async def begun(world: World, **policy: Any) -> int:
    """A project of which the model is less sure the later a task stands."""
    owner = await world.person("owner", Role.REQUESTER)
    model = await offered(world)
    texts = [f"animal {at}" for at in range(TASKS)]
    project = await world.project(owner, texts, suggestions=SHOWN | policy)

    def unit(tx: Transaction) -> None:
        found = suggestions.unread(tx, project, model, most=500)
        said = [Said(one.task_id, "cat", 1.0 - at / (2 * TASKS), "dog") for at, one in enumerate(found)]
        serving.keep(tx, project, model, said, now=world.clock.now())

    await world.do(unit)
    return project


async def one_round(world: World, project: int) -> int:
    """A round without diversity: simply the least sure."""

    def unit(tx: Transaction) -> int:
        size, found = teaching.unsure(tx, project)
        return teaching.bring_forward(tx, project, [one.task_id for one in found], size=size)

    return await world.do(unit)


async def test_the_least_sure_go_out_first_with_some_of_the_oldest(world: World) -> None:
    """Of the first cards that twenty people get, four in five are from the unsure end, the rest the oldest."""
    project = await begun(world)
    assert await world.do(teaching.due) == [project]
    assert await one_round(world, project) == 20
    assert await world.do(teaching.due) == []
    numbers = []
    for at in range(10):
        card = await world.hold(await world.person(f"worker {at}"))
        numbers.append(int(card.content["text"].split()[1]))
    assert all(one >= TASKS - 16 or one < 4 for one in numbers)


async def test_a_round_is_followed_by_the_next_when_it_runs_low(world: World) -> None:
    """As long as fresh tasks wait, until all of them were brought forward."""
    project = await begun(world)
    moved = 0
    for at in range(40):
        if project in await world.do(teaching.due):
            moved += await one_round(world, project)
        worker = await world.person(f"worker {at}")
        await world.answers(worker, await world.hold(worker), "cat")
    assert moved > 20


async def test_what_somebody_was_asked_about_stays_where_it_is(world: World) -> None:
    """A task in somebody's hand is not moved, though the model is unsure of it."""
    project = await begun(world)
    worker = await world.person("ada")
    card = await world.hold(worker)

    def unit(tx: Transaction) -> int:
        return teaching.bring_forward(tx, project, [card.task_id], size=1)

    await world.do(unit)
    assert (await world.card(card)).task_id == card.task_id
    size, found = await world.do(lambda tx: teaching.unsure(tx, project))
    assert size
    assert card.task_id not in [one.task_id for one in found]


async def test_the_order_of_the_files_stays_when_it_is_wanted(world: World) -> None:
    """`order: given` brings nothing forward."""
    await begun(world, order="given")
    assert await world.do(teaching.due) == []


async def test_where_a_model_may_settle_alone_what_it_is_measured_by_goes_out_first(world: World) -> None:
    """Before there is any model, too: as many audited tasks as others, and in the end all of them."""
    owner = await world.person("owner", Role.REQUESTER)
    policy = {"model": "own", "automatic": True}
    project = await world.project(owner, [f"animal {at}" for at in range(TASKS)], suggestions=policy)
    rounds, cards = 0, []
    for at in range(60):
        if project in await world.do(teaching.due):
            rounds += await one_round(world, project)
        worker = await world.person(f"worker {at}")
        card = await world.hold(worker)
        cards.append(card.task_id)
        await world.answers(worker, card, "cat")
    assert rounds
    early = sum(audited(one) for one in dict.fromkeys(cards)) / len(dict.fromkeys(cards))
    assert early > 0.25  # by chance it would be a tenth


def test_every_fifth_place_is_for_the_oldest() -> None:
    """Nothing comes twice, and when one side is used up the other goes on."""
    assert teaching.mixed([9, 8, 7, 6, 5], [], [1, 2], size=6) == [9, 8, 7, 6, 1, 5]
    assert teaching.mixed([9, 8, 7], [3, 4], [1, 2], size=6) == [9, 3, 8, 4, 1, 7]
    assert teaching.mixed([9], [], [9, 1, 2], size=5) == [9, 1, 2]
    assert teaching.mixed([], [], [], size=5) == []
