"""More answers or fewer: offered from what a refit foresaw, and ordered by choosing another confidence."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

import pytest

from core import importing, ordering, projects, refitting
from core.clock import ManualClock
from core.domain.person import Person, Role
from core.domain.states import TaskState
from core.errors import Refused
from core.intake.rows import TaskRow
from core.ordering import Changed, Offers
from core.store import Store, refits, task_views
from core.vault import Vault
from tests.crowds import answers_of, joined
from tests.world import World

LABELS = ("cat", "dog")
WEIGHED: dict[str, Any] = {
    "method": "dawid_skene",
    "overlap": {"min": 1, "max": 5, "confidence": 0.8},
    "gold_share": 0.4,
}


@pytest.fixture
def world(store: Store, clock: ManualClock, vault: Vault) -> World:
    return World(store, clock, vault)


def rows(*, tasks: int, gold: int) -> list[TaskRow]:
    """Tasks whose text begins with their truth; the first ones are gold."""
    return [
        TaskRow(
            line=number + 2,
            content={"text": f"{LABELS[number % 2]} {number}"},
            external_id=f"t{number}",
            lang="en",
            gold=LABELS[number % 2] if number < gold else None,
        )
        for number in range(tasks)
    ]


async def offers(world: World, rita: Person, project: int = 1) -> Offers:
    return await world.store.read(lambda tx: ordering.offers(tx, rita, project, now=world.clock.now()))


async def choose(world: World, rita: Person, target: float) -> Changed:
    return await world.do(lambda tx: ordering.set_confidence(tx, rita, 1, target, now=world.clock.now()))


async def refit(world: World) -> None:
    world.clock.move(timedelta(minutes=2))
    await world.tick()
    await world.do(lambda tx: refitting.run_whole(tx, 1, now=world.clock.now()))
    world.clock.move(timedelta(minutes=2))
    await world.tick()


async def states(world: World) -> dict[TaskState, int]:
    return await world.store.read(lambda tx: task_views.count_by_state(tx, 1))


@pytest.fixture
async def rita(world: World) -> Person:
    """A requester whose project 1 has twelve gold tasks, forty others, and some answers."""
    rita = await world.person("rita", Role.REQUESTER)
    await world.project(rita, rows(tasks=52, gold=12), budget=5000, **WEIGHED)
    crowd = await joined(world, ann=0.9, ben=0.8, cem=0.75, dan=0.7, eva=0.85)
    await answers_of(world, crowd, LABELS, most=90, chance=Random(3))
    await refit(world)
    return rita


async def test_offers_say_what_each_target_costs(world: World, rita: Person) -> None:
    await refit(world)  # the one before has settled some
    found = await offers(world, rita)
    assert found.silence is None
    assert found.measured
    assert found.gold >= 10
    assert found.now is not None
    assert (found.now.points, found.now.answers) == (0, 0)
    assert [one.target for one in found.ahead] == [0.8, 0.85, 0.9, 0.95, 0.98]
    points = [one.points for one in found.ahead]
    assert points == sorted(points)
    assert points[0] < points[-1] <= 40 * 5 * 10 / 0.6, (
        "no more than every answer of every task, with its gold"
    )
    counts = await states(world)
    assert found.now.left == pytest.approx(counts[TaskState.OPEN], abs=2)
    spent = (await world.budget(1)).spent
    assert found.cost == pytest.approx(spent / counts[TaskState.SETTLED])


async def test_a_higher_target_opens_what_is_not_sure_enough_and_asks_again(
    world: World, rita: Person
) -> None:
    before = await states(world)
    assert before[TaskState.SETTLED] > 5
    await choose(world, rita, 0.98)
    assert await world.do(lambda tx: refitting.due(tx, now=world.clock.now())) == [1], (
        "the refit comes at once"
    )
    await refit(world)
    assert (await states(world))[TaskState.SETTLED] < before[TaskState.SETTLED]


async def test_a_lower_target_settles_what_is_sure_enough(world: World, rita: Person) -> None:
    before = await states(world)
    changed = await choose(world, rita, 0.7)
    assert (changed.before, changed.project.file.overlap.confidence) == (0.8, 0.7)
    await refit(world)
    assert (await states(world))[TaskState.SETTLED] > before[TaskState.SETTLED]


async def test_a_change_is_a_version_and_keeps_the_rest(world: World, rita: Person) -> None:
    """Also a budget that was raised in the chat since the file was written."""
    await world.do(lambda tx: projects.set_budget(tx, rita, 1, 7000, now=world.clock.now()))
    before = await world.budget(1)
    await choose(world, rita, 0.95)
    after = await world.budget(1)
    assert after.version == before.version + 1
    assert after.budget == 7000
    assert after.file.overlap.max == before.file.overlap.max
    again = await choose(world, rita, 0.95)
    assert again.before == 0.95
    assert (await world.budget(1)).version == after.version, "nothing changed, so nothing is made"


async def test_no_project_may_have_such_a_target(world: World, rita: Person) -> None:
    for target in (0.0, 0.4, 1.0, 2.5):
        with pytest.raises(ValueError, match="confidence"):
            await choose(world, rita, target)


async def test_only_who_may_run_the_project_orders(world: World, rita: Person) -> None:
    ruth = await world.person("ruth", Role.REQUESTER)
    will = await world.person("will")
    for person, reason in ((ruth, "unknown_project"), (will, "not_allowed")):
        with pytest.raises(Refused, match=reason):
            await offers(world, person)
        with pytest.raises(Refused, match=reason):
            await choose(world, person, 0.95)


async def test_a_closed_project_orders_nothing(world: World, rita: Person) -> None:
    await world.do(lambda tx: projects.close(tx, rita, 1, now=world.clock.now()))
    assert (await offers(world, rita)).silence == "ended"
    for target in (0.8, 0.95):
        with pytest.raises(Refused, match="project_closed"):
            await choose(world, rita, target)


async def test_without_ten_gold_tasks_no_share_is_given(world: World) -> None:
    rita = await world.person("rita", Role.REQUESTER)
    await world.project(rita, rows(tasks=30, gold=5), **WEIGHED)
    crowd = await joined(world, ann=0.9, ben=0.8, cem=0.75)
    await answers_of(world, crowd, LABELS, most=40, chance=Random(3))
    await refit(world)
    found = await offers(world, rita)
    assert not found.measured
    assert found.gold == 5
    assert found.ahead
    for one in (found.now, *found.ahead):
        assert one is not None
        assert (one.settled, one.accuracy, one.low, one.high) == (None, None, None, None)


async def test_tasks_that_came_since_are_counted_in(world: World, rita: Person) -> None:
    before = (await offers(world, rita)).ahead[2]
    more = [
        TaskRow(line=2, content={"text": f"cat n{at}"}, external_id=f"n{at}", lang="en") for at in range(40)
    ]
    await world.do(lambda tx: importing.add_tasks(tx, 1, more, now=world.clock.now()))
    after = (await offers(world, rita)).ahead[2]
    assert after.answers >= before.answers + 40
    assert after.points > before.points


async def test_answers_that_came_since_are_not_asked_for_again(world: World, rita: Person) -> None:
    """A refit follows every so many answers only; until then they are taken off what it foresaw."""
    before = await offers(world, rita)
    assert before.ahead[0].answers > 12
    crowd = await joined(world, fay=0.8, gus=0.8)
    await answers_of(world, crowd, LABELS, most=12, chance=Random(4))
    counted = await world.store.read(lambda tx: refits.given_since(tx, 1))
    assert 0 < counted <= 12, "those to gold were not foreseen"
    after = await offers(world, rita)
    for old, new in zip(before.ahead, after.ahead, strict=True):
        assert new.answers == old.answers - counted
        assert new.points == pytest.approx(old.points * new.answers / old.answers, abs=10)
    assert after.now == before.now


async def test_there_is_a_reason_for_every_silence(world: World) -> None:
    rita = await world.person("rita", Role.REQUESTER)
    await world.project(rita, ["cat 1"], method="majority")
    await world.project(rita, ["cat 1"], method="dawid_skene", launch=False)
    await world.project(rita, ["cat 1"], method="dawid_skene")
    found = [await offers(world, rita, project) for project in (1, 2, 3)]
    assert [one.silence for one in found] == ["votes", "not_begun", "early"]
    assert [one.ahead for one in found] == [(), (), ()]
    assert [ordering.can_order(one.project) for one in found] == [False, False, True]
    assert await world.store.read(lambda tx: refits.report_of(tx, 3)) is None
