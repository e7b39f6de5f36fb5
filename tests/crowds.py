"""Crowds in tests: workers who are right as often as they are, and what time brings about between their answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from random import Random
from typing import Any

from core import refitting
from core.domain.person import Person
from core.refitting import Outcome
from core.store import refits
from tests.world import World

LABELS = ("cat", "dog")
GOOD = {"anna": 0.95, "ben": 0.9, "cleo": 0.9, "dora": 0.9}
MINUTE = timedelta(minutes=1)
STEP = timedelta(milliseconds=1700)
"""Nobody answers at the same moment as somebody else."""


async def joined(world: World, **right: float) -> dict[Person, float]:
    """Workers by how often each is right."""
    return {await world.person(name): share for name, share in right.items()}


async def answers_of(
    world: World,
    crowd: Mapping[Person, float],
    labels: Sequence[str],
    *,
    most: int,
    chance: Random,
) -> int:
    """So many answers at most, the workers taking turns; the truth is the first word of a text. How many came."""
    given = 0
    while given < most:
        before = given
        for worker, right in crowd.items():
            card = await world.next(worker)
            if card is None or given == most:
                continue
            true = card.content["text"].split()[0]
            wrong = [label for label in labels if label != true]
            label = true if not wrong or chance.random() < right else chance.choice(wrong)
            await world.answers(worker, card, label)
            world.clock.move(STEP)
            given += 1
        if given == before:
            return given
    return given


def texts(count: int, *, labels: tuple[str, ...] = LABELS) -> list[str]:
    """Texts whose first word is the truth."""
    return [f"{labels[at % len(labels)]} {at}" for at in range(count)]


async def due(world: World) -> list[int]:
    """The projects whose refit is due."""
    now = world.clock.now()
    return await world.store.read(lambda tx: refitting.due(tx, now=now))


async def generation(world: World, project: int) -> refits.Present:
    """The generation in use."""
    return await world.store.read(lambda tx: refits.present(tx, project))


async def report_of(world: World, project: int) -> Any:
    """When the last refit looked, and what it tells."""
    told = await world.store.read(lambda tx: refits.report_of(tx, project))
    assert told is not None
    return told


async def weighed(world: World, owner: Person, count: int, **settings: Any) -> int:
    """A project whose votes are weighed by what is believed of their workers."""
    return await world.project(owner, texts(count), **{"method": "dawid_skene"} | settings)


async def ready(world: World, owner: Person, **settings: Any) -> int:
    """A project whose first refit is due: good workers, and one who guesses."""
    project = await weighed(world, owner, 30, overlap={"min": 3, "max": 4}, **settings)
    crowd = await joined(world, **GOOD, eve=0.4)
    await answers_of(world, crowd, LABELS, most=70, chance=Random(2))
    world.clock.move(2 * MINUTE)
    assert await due(world) == [project]
    return project


async def found(world: World, project: int) -> Outcome:
    """What a refit finds now."""
    now = world.clock.now()
    given = await world.store.read(lambda tx: refitting.sheet(tx, project, now=now))
    assert given is not None
    return refitting.refit(given)


async def half(world: World, outcome: Outcome, *, swap: bool) -> None:
    """A refit that gets no further than this."""
    await world.do(lambda tx: refitting.put_away(tx, outcome))
    await world.do(lambda tx: refitting.stage(tx, outcome, start=0))
    if swap:
        assert await world.do(lambda tx: refitting.swap(tx, outcome))


async def whole(world: World, project: int) -> None:
    """A refit, all of it."""
    now = world.clock.now()
    await world.do(lambda tx: refitting.run_whole(tx, project, now=now))
