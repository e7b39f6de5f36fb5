"""Suggestions are written ahead: whole, in time, and never in anybody's way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import delete

from bots.suggesting import LONGEST_REST, TOGETHER
from core import advising, importing, serving
from core.clock import ManualClock
from core.domain.person import Person, Role
from core.intake.rows import TaskRow
from core.projects import replace_file
from core.store import Store, leases, models, projects, suggestions
from core.store.tables import suggestion
from core.store.transaction import Transaction
from core.vault import Vault
from tests import onnx_graphs as graphs
from tests.integration.test_errands import Killed, Mortal
from tests.shadow import (
    LABELS,
    SHOWN,
    at_work,
    biased_graph,
    hints,
    offered,
    put,
    said,
    texts,
    truth,
)
from tests.standins.paper import Paper
from tests.world import World

T = TypeVar("T")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def world(store: Store, clock: ManualClock, vault: Vault) -> World:
    """People and projects on either database."""
    return World(store, clock, vault)


@pytest.fixture
async def owner(world: World) -> Person:
    """Somebody with a project."""
    return await world.person("owner", Role.REQUESTER)


async def project_of(world: World, owner: Person, tasks: list[str], *, model: str = "scripts") -> int:
    """A running project with that model."""
    return await world.project(owner, tasks, labels=LABELS, suggestions=SHOWN | {"model": model})


async def test_every_open_task_is_looked_at_before_anybody_asks(
    world: World, owner: Person, tmp_path: Path
) -> None:
    """With the model's label, how sure it is, and what comes second; what it cannot read carries nothing."""
    model = await offered(world, put(tmp_path, graphs.text_graph()))
    tasks = texts(2 * TOGETHER + 7)
    project = await project_of(world, owner, tasks)
    picture = TaskRow(line=1, content={"image": f"{'0' * 64}.png"}, external_id="picture", lang="en")
    now = world.clock.now()
    await world.do(lambda tx: importing.add_tasks(tx, project, [picture], now=now))
    async with at_work(world, tmp_path) as suggesting:
        await suggesting.tick()
    found = await hints(world, project)
    assert found.pop("picture") is None
    assert set(found) == set(tasks)
    for text, hint in found.items():
        assert hint is not None
        assert (hint.model_id, hint.label) == (model, truth(text))
        assert hint.second != hint.label
        assert 0.5 < hint.confidence <= 1
    assert (await said(world, model))["picture"] is None


async def test_a_card_never_waits_for_a_model(world: World, owner: Person, tmp_path: Path) -> None:
    """Before the model looked there is a card without a suggestion; new tasks are looked at with the next tick."""
    await offered(world, put(tmp_path, biased_graph(1)))
    project = await project_of(world, owner, texts(3))
    worker = await world.person("ada")
    assert (await world.hold(worker)).suggested is None
    async with at_work(world, tmp_path) as suggesting:
        await suggesting.tick()
        await suggesting.tick()
        more = [TaskRow(line=2, content={"text": "later"}, external_id="later", lang="en")]
        now = world.clock.now()
        await world.do(lambda tx: importing.add_tasks(tx, project, more, now=now))
        await suggesting.tick()
    hint = (await hints(world, project))["later"]
    assert hint is not None
    assert hint.label == "two"


async def test_a_project_that_does_not_run_is_left_alone(world: World, owner: Person, tmp_path: Path) -> None:
    """Nobody pays for what nobody sees."""
    model = await offered(world, put(tmp_path, graphs.text_graph()))
    project = await project_of(world, owner, texts(3))
    await world.do(lambda tx: projects.change(tx, project, state="paused"))
    async with at_work(world, tmp_path) as suggesting:
        await suggesting.tick()
    assert await said(world, model) == {}


async def test_a_label_that_is_not_offered_any_more_is_not_suggested(
    world: World, owner: Person, tmp_path: Path
) -> None:
    """Neither first nor second."""
    await offered(world, put(tmp_path, graphs.text_graph()))
    project = await project_of(world, owner, texts(6))
    file = (await world.budget(project)).file
    labels = tuple(
        one.model_copy(update={"archived": True}) if one.id == "two" else one for one in file.labels
    )
    now = world.clock.now()
    changed = file.model_copy(update={"labels": labels})
    await world.do(lambda tx: replace_file(tx, owner, project, changed, now=now))
    async with at_work(world, tmp_path) as suggesting:
        await suggesting.tick()
    for text, hint in (await hints(world, project)).items():
        assert (hint is None) is (truth(text) == "two")
        assert hint is None or hint.second in {"one", "three"} - {hint.label}


@pytest.mark.parametrize("fault", ["missing", "corrupt", "another file", "no card"])
async def test_a_model_that_cannot_be_used_takes_nothing_else_with_it(
    world: World, owner: Person, tmp_path: Path, fault: str
) -> None:
    """Cards go out without suggestions, the owner reads it once, other projects keep theirs, and it is tried again."""
    data = graphs.text_graph()
    card = put(tmp_path, data)
    path = tmp_path / "models" / f"{card.sha256}.onnx"
    match fault:
        case "missing":
            path.unlink()
        case "corrupt":
            path.write_bytes(data[: len(data) // 2])
        case "another file":
            path.write_bytes(biased_graph(0))
        case "no card":
            path.with_suffix(".json").write_text("{}")
    await offered(world, card)
    await offered(world, put(tmp_path, biased_graph(2)), "other")
    project = await project_of(world, owner, texts(3))
    other = await project_of(world, owner, texts(3), model="other")
    paper = Paper()
    async with at_work(world, tmp_path, paper=paper) as suggesting:
        for _ in range(3):
            await suggesting.tick()
            world.clock.move(LONGEST_REST)
        assert set((await hints(world, project)).values()) == {None}
        assert {hint.label for hint in (await hints(world, other)).values() if hint} == {"three"}
        assert sum("cannot be used" in said for said in paper.chat("owner").log) == 1
        assert (await world.hold(await world.person("ada"))).suggested is None
        put(tmp_path, data)
        await suggesting.tick()
        world.clock.move(LONGEST_REST)
        await suggesting.tick()
    assert None not in (await hints(world, project)).values()


async def test_two_processes_do_not_both_look(world: World, owner: Person, tmp_path: Path) -> None:
    """Who holds the lease writes; the other one finds nothing to do, also when the holder was slow and is overtaken."""
    model = await offered(world, put(tmp_path, graphs.text_graph()))
    project = await project_of(world, owner, texts(5))
    name, now = f"suggest {project} {model}", world.clock.now()
    taken = await world.do(lambda tx: leases.take(tx, name, holder="other", now=now, until=now + MINUTE))
    assert taken
    async with at_work(world, tmp_path) as suggesting:
        await suggesting.tick()
        assert await said(world, model) == {}
        world.clock.move(2 * MINUTE)
        await suggesting.tick()
    assert len(await said(world, model)) == 5


async def test_two_at_once_write_every_hint_once(world: World, owner: Person, tmp_path: Path) -> None:
    """Side by side on one database, nothing is missing and nothing fails."""
    model = await offered(world, put(tmp_path, graphs.text_graph()))
    project = await project_of(world, owner, texts(3 * TOGETHER))
    async with at_work(world, tmp_path) as one, at_work(world, tmp_path, holder="two") as two:
        await asyncio.gather(one.tick(), two.tick())
        await asyncio.gather(one.tick(), two.tick())
    assert len(await said(world, model)) == 3 * TOGETHER
    assert None not in (await hints(world, project)).values()


async def changed_champion(world: World, owner: Person, tmp_path: Path, tasks: int) -> tuple[int, int, int]:
    """A project whose tasks carry the hints of one model while another one has taken over; both models."""
    first = await offered(world, put(tmp_path, graphs.text_graph()))
    second = await offered(world, put(tmp_path, biased_graph(1)), "other")
    project = await project_of(world, owner, texts(tasks))
    async with at_work(world, tmp_path) as suggesting:
        await suggesting.tick()
    await chooses(world, owner, project, "other")
    return project, first, second


async def chooses(world: World, owner: Person, project: int, model: str) -> None:
    """The owner chooses another model."""
    now = world.clock.now()
    await world.do(lambda tx: advising.choose(tx, owner, project, model=model, now=now))


async def test_models_that_take_turns_are_each_in_use_at_last(
    world: World, owner: Person, tmp_path: Path
) -> None:
    """Also the one that served before, and when nothing else is to be done."""
    project, first, second = await changed_champion(world, owner, tmp_path, 5)
    async with at_work(world, tmp_path) as suggesting:
        await suggesting.tick()
        for model, name in ((first, "scripts"), (second, "other"), (first, "scripts")):
            await chooses(world, owner, project, name)
            await suggesting.tick()
            assert {hint and hint.model_id for hint in (await hints(world, project)).values()} == {model}


async def test_after_another_model_took_over_its_hints_replace_the_old_ones(
    world: World, owner: Person, tmp_path: Path
) -> None:
    """Until then a task carries what the old one said, or nothing: never something of both."""
    project, first, second = await changed_champion(world, owner, tmp_path, 2 * TOGETHER)
    assert {hint and hint.model_id for hint in (await hints(world, project)).values()} == {first}
    async with at_work(world, tmp_path) as suggesting:
        await suggesting.tick()
    found = (await hints(world, project)).values()
    assert {hint and (hint.model_id, hint.label) for hint in found} == {(second, "two")}


class Dead(Mortal):
    """A store of a process that stays dead once it died."""

    async def write(self, unit: Callable[[Transaction], T]) -> T:
        if self._left <= 0:
            raise Killed
        return await super().write(unit)


@pytest.mark.parametrize("dies_at", [2, 3, 4, 7])
async def test_a_change_that_was_killed_is_finished_by_the_next_start(
    world: World, owner: Person, tmp_path: Path, dies_at: int
) -> None:
    """At whatever write the process died, a task carries what one of the two models said, and at last the new one."""
    project, first, second = await changed_champion(world, owner, tmp_path, 2 * TOGETHER)
    dead: Any = Dead(world.store, dies_at=dies_at, after_commit=dies_at % 2 == 0)
    async with at_work(world, tmp_path, holder="dead", store=dead) as suggesting:
        with pytest.raises(Killed):
            await suggesting.tick()
    for text, hint in (await hints(world, project)).items():
        assert hint is None or (hint.model_id, hint.label) in {(first, truth(text)), (second, "two")}
    world.clock.move(2 * MINUTE)  # the lease of the dead runs out
    async with at_work(world, tmp_path) as suggesting:
        await suggesting.tick()
    assert {hint and hint.model_id for hint in (await hints(world, project)).values()} == {second}


async def test_without_a_model_tasks_carry_nothing(world: World, owner: Person, tmp_path: Path) -> None:
    """When the operator takes it off the list, or a paused project chooses none."""
    model = await offered(world, put(tmp_path, graphs.text_graph()))
    project = await project_of(world, owner, texts(4))
    async with at_work(world, tmp_path) as suggesting:
        await suggesting.tick()
        assert None not in (await hints(world, project)).values()
        now = world.clock.now()
        await world.do(lambda tx: serving.withdraw(tx, "scripts", now=now))
        await suggesting.tick()
    assert set((await hints(world, project)).values()) == {None}
    found = await world.store.read(lambda tx: models.find(tx, model))
    assert found is not None
    assert found.withdrawn_at is not None


async def test_what_is_looked_at_is_found_without_looking_at_everything(
    world: World, owner: Person, tmp_path: Path
) -> None:
    """A tick with nothing to do looks for new tasks alone; once a minute at all of them."""
    await offered(world, put(tmp_path, graphs.text_graph()))
    project = await project_of(world, owner, texts(4))
    async with at_work(world, tmp_path) as suggesting:
        await suggesting.tick()
        assert await unseen(world, project) == 0
        await suggesting.tick()
        await forgotten(world, project)
        await suggesting.tick()
        assert await unseen(world, project) == 4, "nothing new came"
        world.clock.move(2 * MINUTE)
        await suggesting.tick()
        assert await unseen(world, project) == 0


async def unseen(world: World, project: int) -> int:
    """How many open tasks the champion has not looked at."""

    def look(tx: Transaction) -> int:
        champion = models.serving_of(tx, project).champion
        assert champion is not None
        return len(suggestions.unread(tx, project, champion, most=1000))

    return await world.store.read(look)


async def forgotten(world: World, project: int) -> None:
    """As if nobody had looked."""
    await world.do(lambda tx: tx.execute(delete(suggestion)))
