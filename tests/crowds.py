"""Crowds in tests: workers who are right as often as they are, and what time brings about between their answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from random import Random

from core.domain.person import Person
from tests.world import World

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
