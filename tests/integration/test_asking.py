"""A project that knows its crowd waits for those who teach it most, and nobody's time is wasted meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from random import Random

import pytest

from core import asking
from core.asking import Caller
from core.clock import ManualClock
from core.domain.person import Person, Role
from core.intake.rows import TaskRow
from core.store import Store, projects, tasks
from core.store.transaction import Transaction
from core.vault import Vault
from tests.crowds import GOOD, LABELS, MINUTE, answers_of, joined, whole
from tests.world import World

SOME = {f"s{at}": 0.78 - at / 60 for at in range(8)}
GUESSING = {"eve": 0.5, "fred": 0.5}
DICE = Random(8)
TEXTS = [f"{DICE.choice(LABELS)} {at}" for at in range(400)]
"""In no order: whoever takes turns must not always meet the same truth."""


@pytest.fixture
def world(store: Store, clock: ManualClock, vault: Vault) -> World:
    return World(store, clock, vault)


async def seen_by(world: World, project_id: int, person: Person) -> Caller:
    """How the project sees somebody who comes now."""
    now = world.clock.now()

    def look(tx: Transaction) -> Caller:
        found = projects.find(tx, project_id)
        assert found is not None
        return asking.caller(tx, person, project_id, found.file, late=0.05, now=now)

    return await world.store.read(look)


async def known(
    world: World, rows: Sequence[str | TaskRow], gold_share: float = 0.0
) -> tuple[int, list[Person]]:
    """A project after a refit that knows everybody; half of its tasks nobody answered."""
    owner = await world.person("owner", Role.REQUESTER)
    overlap = {"min": 3, "max": 6, "confidence": 0.98}
    project = await world.project(owner, rows, method="dawid_skene", overlap=overlap, gold_share=gold_share)
    crowd = await joined(world, **GOOD, **SOME, **GUESSING)
    await answers_of(world, crowd, LABELS, most=50 * len(crowd), chance=Random(5))
    world.clock.move(2 * MINUTE)
    await whole(world, project)
    return project, list(crowd)


async def turned_away(world: World, project_id: int, crowd: Sequence[Person]) -> Person:
    """Somebody who is not asked for anything at the moment."""
    for person in crowd:
        if not (await seen_by(world, project_id, person)).may_open:
            return person
    raise AssertionError("everybody is asked")


async def test_whoever_is_held_back_may_still_open_what_nobody_answered(world: World) -> None:
    """The best are asked anything, the fair open what is new, and who guesses is not asked at all."""
    project, crowd = await known(world, TEXTS)
    opened, finished, idle = 0, 0, 0
    for person in crowd:
        caller, card = await seen_by(world, project, person), await world.next(person)
        if card is None:
            assert caller.held_back
            assert not caller.may_open
            idle += 1
            continue
        answers = await world.store.write(lambda tx, one=card.task_id: tasks.lock(tx, one).answered)  # type: ignore[misc]  # one is bound
        if caller.held_back:
            assert caller.may_open
            assert answers == 0
            opened += 1
        else:
            finished += answers > 0
    assert opened > 0
    assert finished > 0
    assert idle > 0


async def test_nobody_is_held_back_where_nobody_learns_any_more(world: World) -> None:
    """After six hours without a refit whoever comes is asked."""
    project, crowd = await known(world, TEXTS)
    eve = await turned_away(world, project, crowd)
    assert await world.next(eve) is None
    world.clock.move(asking.LIVELY + timedelta(minutes=1))
    assert not (await seen_by(world, project, eve)).held_back
    assert await world.next(eve) is not None


async def test_who_is_not_asked_may_show_on_gold_that_this_is_wrong(world: World) -> None:
    """They cannot tell, are paid as usual, and what they answer is looked at."""
    gold = [
        TaskRow(
            line=at,
            content={"text": f"{LABELS[at % 2]} known {at}"},
            external_id=f"g{at}",
            lang="en",
            gold=LABELS[at % 2],
        )
        for at in range(2, 9)
    ]
    project, crowd = await known(world, [*TEXTS, *gold], gold_share=0.01)
    card = await world.next(await turned_away(world, project, crowd))
    assert card is not None
    assert card.gold is not None
