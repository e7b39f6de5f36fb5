"""What a worker reads of their answers: what was decided, why, and which suggestion was a test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from core.clock import ManualClock
from core.domain.person import Role
from core.domain.suggestions import Screen, Suggested
from core.intake.rows import TaskRow
from core.store import Store, assignments, suggestions
from core.store import people as people_rows
from core.vault import Vault
from tests.advice import own_model
from tests.house import PaperHouse, paper_house
from tests.spoken import labels, said
from tests.standins.paper import Someone
from tests.world import World

GOLD = TaskRow(line=2, content={"text": "Purr"}, lang="en", gold="cat", why="Only cats purr.")


@pytest.fixture
async def house(
    sqlite_store: Store, clock: ManualClock, vault: Vault, tmp_path: Path
) -> AsyncIterator[PaperHouse]:
    async with paper_house(sqlite_store, clock, vault, tmp_path) as opened:
        yield opened


async def will_and(house: PaperHouse, *tasks: str | TaskRow, **settings: Any) -> tuple[Someone, World]:
    """A worker, and a project of somebody else with these tasks."""
    world = World(house.service.store, house.clock, house.service.house.vault)
    owner = await world.person("owner", Role.REQUESTER)
    await world.project(owner, list(tasks), **settings)
    return await house.joined("will"), world


async def will_holds_gold(house: PaperHouse, **settings: Any) -> Someone:
    """A worker whose card has a known answer: chance decides when, but forty cards without it never were."""
    others = [f"Moo {number}" for number in range(40)]
    will, _ = await will_and(house, GOLD, *others, gold_share=0.5, **settings)
    await will.says("/task")
    for _ in others:
        if "Purr" not in said(will.last):
            await will.taps("Cat")
    assert "Purr" in said(will.last)
    return will


async def others_say(world: World, *said_: str) -> None:
    """Other people answer the only task."""
    for number, label in enumerate(said_):
        worker = await world.person(f"other {number}")
        await world.answers(worker, await world.hold(worker), label)


async def read(will: Someone) -> list[str]:
    """What `/history` says, without the moments."""
    await will.says("/history")
    return [line.partition(") · ")[2] or line for line in said(will.last).splitlines()[1:]]


async def test_what_was_decided_is_told_with_right_or_wrong(house: PaperHouse) -> None:
    """Nothing before the task is settled; then the label, and a sign at the answer."""
    will, world = await will_and(house, "Meow", overlap={"min": 3, "max": 3})
    await will.says("/task")
    await will.taps("Dog")
    assert (await read(will))[0] == "Meow → Dog"
    await others_say(world, "cat", "cat")
    await house.later(minutes=2)
    assert await read(will) == ["✗ Meow → Dog", "decided: Cat · 0 points"]


async def test_who_was_right_sees_it(house: PaperHouse) -> None:
    will, world = await will_and(house, "Meow", overlap={"min": 2, "max": 3})
    await will.says("/task")
    await will.taps("Cat")
    await others_say(world, "cat")
    await house.later(minutes=2)
    assert await read(will) == ["✓ Meow → Cat", "decided: Cat · 10 points"]


async def test_a_known_answer_is_told_with_its_reason_once_it_cannot_change(house: PaperHouse) -> None:
    """As long as undo works nothing may be learned from the history."""
    will = await will_holds_gold(house)
    await will.taps("Dog")
    assert (await read(will))[:2] == ["Purr → Dog", "waiting for others"]
    await house.later(minutes=2)
    assert (await read(will))[:3] == ["✗ Purr → Dog", "known answer: Cat · 0 points", "Why: Only cats purr."]


async def test_a_suggestion_that_was_wrong_on_purpose_is_owned_up_to(house: PaperHouse) -> None:
    will = await will_holds_gold(house, suggestions={"model": "own"})
    now = house.clock.now()

    def planted(tx: Any) -> None:
        person = people_rows.by_account(tx, people_rows.account_ids(tx)[-1])
        held = assignments.active_of(tx, person.id)
        assert held is not None
        model = own_model(tx, 1, now=now)
        suggestions.put_up(tx, held.id, Suggested(model, "dog", 0.9, Screen.PLANTED))

    await house.service.store.write(planted)
    await will.taps("Dog")
    test = "Its suggestion was wrong on purpose, as a test. It cost you nothing."
    assert test not in await read(will), "it is told only afterwards"
    await house.later(minutes=2)
    assert (await read(will))[3] == test


async def test_the_news_of_paid_answers_leads_there(house: PaperHouse) -> None:
    will, world = await will_and(house, "Meow", overlap={"min": 2, "max": 3})
    await will.says("/task")
    await will.taps("Cat")
    await others_say(world, "cat")
    await house.later(minutes=2)
    await house.later(minutes=11)
    assert labels(will.last) == ["Next task", "What was decided"]
    await will.taps("What was decided")
    assert "✓ Meow → Cat" in said(will.last)
