"""Whose suggestions a project has, and what a worker's history tells, on both databases."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core import advising, jobs
from core.clock import ManualClock
from core.domain.deadlines import UNDO_WINDOW
from core.domain.person import Role
from core.errors import Refused
from core.intake.rows import TaskRow
from core.store import Store, answers, models
from core.training import TRAIN
from core.vault import Vault
from tests.advice import operators_model, own_model
from tests.world import World


@pytest.fixture
def world(store: Store, clock: ManualClock, vault: Vault) -> World:
    return World(store, clock, vault)


async def test_a_choice_is_a_version_and_the_way_back_is_its_own(world: World) -> None:
    """One can go back to a model of the project's own, never past a choice that was made since."""
    owner = await world.person("owner", Role.REQUESTER)
    project = await world.project(owner, ["x"], suggestions={"model": "own"})
    now = world.clock.now()
    first = await world.do(lambda tx: own_model(tx, project, now=now))
    newest = await world.do(lambda tx: own_model(tx, project, now=now))
    pets = await world.do(lambda tx: operators_model(tx, "pets", now=now))
    await world.do(
        lambda tx: models.serve(
            tx, replace(models.hold_serving(tx, project), champion=newest, before=first), now=now
        )
    )
    assert (await world.store.read(lambda tx: advising.look(tx, owner, project))).can_go_back
    await world.do(lambda tx: advising.back(tx, owner, project, now=now))
    assert (await world.store.read(lambda tx: models.serving_of(tx, project))).champion == first
    chosen = await world.do(lambda tx: advising.choose_named(tx, owner, project, pets, now=now))
    assert (chosen.version, chosen.file.suggestions.model) == (2, "pets")
    assert (await world.store.read(lambda tx: models.serving_of(tx, project))).champion == pets
    with pytest.raises(Refused, match="no_model_before"):
        await world.do(lambda tx: advising.back(tx, owner, project, now=now))


async def test_one_training_at_a_time(world: World) -> None:
    owner = await world.person("owner", Role.REQUESTER)
    project, other = await world.project(owner, ["x"]), await world.project(owner, ["y"])
    now = world.clock.now()
    await world.do(lambda tx: jobs.start(tx, TRAIN, account_id=None, project_id=project, details={}, now=now))
    with pytest.raises(Refused, match="training_already"):
        await world.do(lambda tx: advising.may_train(tx, owner, project))
    assert (await world.do(lambda tx: advising.may_train(tx, owner, other))).id == other


async def test_a_history_holds_what_was_decided_and_why(world: World) -> None:
    """A reason stays with its task; nothing is decided of an open one."""
    owner = await world.person("owner", Role.REQUESTER)
    gold = TaskRow(line=2, content={"text": "g"}, lang="en", gold="cat", why="It purrs.")
    await world.project(owner, [gold, "a", "b"], gold_share=0.5, overlap={"min": 1, "max": 2})
    will, ann = await world.person("will"), await world.person("ann")
    for worker in (will, ann):
        while (card := await world.next(worker)) is not None:
            await world.answers(worker, card, "cat")
    before = await world.store.read(lambda tx: answers.history(tx, will.id, most=9))
    assert {one.label for one in before} == {None}
    world.clock.move(2 * UNDO_WINDOW)
    await world.tick()
    after = await world.store.read(lambda tx: answers.history(tx, will.id, most=9))
    assert {(one.gold, one.label, one.why, one.screen) for one in after} <= {
        (None, "cat", None, None),
        ("cat", None, "It purrs.", None),
    }
    assert any(one.label == "cat" for one in after)
