"""A project's own model: from which tasks, in a process of its own, and what its owner reads."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from bots.dialogue.turn import House
from bots.dialogue.vocabulary import Limits, Message
from bots.dialogue.wire import from_wire
from bots.errands import Errands
from bots.errands.desk import Desk
from bots.errands.training import MOST_BEGUN, learn
from bots.postbox import Postbox
from bots.training import Broken, begin
from core import importing, jobs, training
from core.clock import ManualClock
from core.domain.person import Person, Role
from core.domain.states import JobState
from core.domain.suggestions import Screen, Suggested
from core.intake.rows import TaskRow
from core.store import Store, models, outbox, suggestions
from core.store.tables import task
from core.training import TRAIN, Example
from core.vault import Vault
from models.folder import load_from
from tests.onnx_graphs import text_graph
from tests.shadow import LABELS, hints, own, put, truth, varied
from tests.spoken import said
from tests.world import World

MINUTE = timedelta(minutes=1)
OWN: dict[str, Any] = {"model": "own", "show_above": 0.5, "control_share": 0.0}


@pytest.fixture
def world(store: Store, clock: ManualClock, vault: Vault) -> World:
    """People and projects on either database."""
    return World(store, clock, vault)


@pytest.fixture
async def owner(world: World) -> Person:
    """Somebody with a project."""
    return await world.person("owner", Role.REQUESTER)


def known(number: int, *, of: str = "one two three") -> list[TaskRow]:
    """Tasks with a known answer."""
    return [
        TaskRow(line=at, content={"text": one}, external_id=one, lang="en", gold=truth(one))
        for at, one in enumerate(varied(number, of=of), start=2)
    ]


async def project_of(world: World, owner: Person, tasks: Sequence[str | TaskRow]) -> int:
    """A running project that trains its own model."""
    return await world.project(owner, tasks, labels=LABELS, suggestions=OWN)


@dataclass(slots=True)
class Office:
    """Whoever runs a requester's errands, and what they told."""

    world: World
    owner: Person
    data_dir: Path
    desk: Desk = field(init=False)

    def __post_init__(self) -> None:
        world = self.world
        house = House(world.vault, frozenset(), self.data_dir, lambda: "token")
        self.desk = Desk(
            world.store, world.clock, Postbox(world.vault, {"paper": Limits()}), house, lambda _: None, "one"
        )

    @property
    def errands(self) -> Errands:
        """The one who works on the list."""
        desk = self.desk
        return Errands(
            store=desk.store,
            clock=desk.clock,
            postbox=desk.postbox,
            house=desk.house,
            courier_nudge=desk.nudge,
            holder=desk.holder,
        )

    async def asks(self, project: int, **details: Any) -> int:
        """A training on the list."""
        account, now = self.owner.account_id, self.world.clock.now()
        return await self.world.do(
            lambda tx: jobs.start(tx, TRAIN, account_id=account, project_id=project, details=details, now=now)
        )

    async def told(self) -> list[Message]:
        """What is owed to the requester."""
        owed = await self.world.store.read(lambda tx: outbox.owed_to(tx, self.owner.account_id, most=100))
        return [from_wire(self.world.vault.unseal(one.payload)) for one in owed]


@pytest.fixture
def office(world: World, owner: Person, tmp_path: Path) -> Office:
    """For the owner."""
    return Office(world, owner, tmp_path)


async def material(world: World, project: int) -> dict[str, Example]:
    """What a training would learn from, by text."""
    file = (await world.budget(project)).file
    found = await world.store.read(lambda tx: list(training.examples(tx, project, file)))
    return {one.content["text"]: one for one in found}


# --- from which tasks -----------------------------------------------------------------------------


async def answered(world: World, crowd: Sequence[Person], screens: Sequence[Screen | None]) -> None:
    """Everybody gives their next card its true label; what was on it is as told."""
    model = await own_model(world)
    for worker, screen in zip(crowd, screens, strict=True):
        card = await world.hold(worker)
        if screen is not None:
            seen = Suggested(model, "one", 0.9, screen)
            await world.do(lambda tx, card=card, seen=seen: suggestions.put_up(tx, card.id, seen))  # type: ignore[misc]  # they are bound
        await world.answers(worker, card, truth(card.content["text"]))


async def own_model(world: World) -> int:
    """Any model that can have suggested something."""
    now = world.clock.now()
    return await world.do(
        lambda tx: models.add(tx, project_id=None, name=None, digest="0" * 64, card={"labels": []}, now=now)
    )


@pytest.mark.parametrize(
    ("screens", "blind"),
    [
        ([None, None, None], True),
        ([Screen.WITHHELD, None, Screen.SHOWN], True),
        ([Screen.SHOWN, None, Screen.SHOWN], False),
        ([Screen.PLANTED, Screen.SHOWN, Screen.SHOWN], False),
    ],
)
async def test_what_two_people_said_is_learned_and_what_they_saw_is_told(
    world: World, owner: Person, screens: list[Screen | None], blind: bool
) -> None:
    """A label may test a model when it rests on two people at least who saw no suggestion."""
    project = await world.project(owner, ["Latin"], labels=LABELS, overlap={"min": 3, "max": 3})
    await answered(world, [await world.person(f"worker {at}") for at in range(3)], screens)
    assert await material(world, project) == {}, "it is not settled"
    world.clock.move(2 * MINUTE)
    await world.tick()
    (one,) = (await material(world, project)).values()
    assert (one.label, one.gold, one.blind, one.answers) == ("one", False, blind, 3)


async def test_a_label_that_rests_on_one_person_or_on_a_model_is_not_learned(
    world: World, owner: Person
) -> None:
    """Else a model would learn from itself."""
    alone = await world.project(owner, ["Latin"], labels=LABELS, overlap={"min": 1, "max": 1})
    await answered(world, [await world.person("ada")], [None])
    world.clock.move(2 * MINUTE)
    await world.tick()
    assert await material(world, alone) == {}
    both = await world.project(owner, ["Latin"], labels=LABELS, overlap={"min": 2, "max": 2})
    await answered(world, [await world.person(name) for name in ("bob", "eve")], [None, None])
    world.clock.move(2 * MINUTE)
    await world.tick()
    assert len(await material(world, both)) == 1
    by_model = update(task).where(task.c.project_id == both).values(settled_by="model")
    await world.do(lambda tx: tx.execute(by_model))
    assert await material(world, both) == {}


async def test_the_newest_tasks_are_learned_from_when_there_are_too_many(world: World, owner: Person) -> None:
    project = await project_of(world, owner, known(9))
    file = (await world.budget(project)).file
    found = await world.store.read(lambda tx: list(training.examples(tx, project, file, most=4)))
    assert [one.content["text"] for one in found] == varied(9)[5:]
    assert all(one.gold and one.blind and one.weight == 1 for one in found)


# --- the job --------------------------------------------------------------------------------------


async def test_a_first_training_makes_a_model_that_serves(
    world: World, office: Office, owner: Person
) -> None:
    """Its files are in their folder, the report is a picture, and nothing is left in the spool."""
    project = await project_of(world, owner, known(90))
    await office.asks(project)
    assert await office.errands.run_once()
    held = await world.store.read(lambda tx: models.serving_of(tx, project))
    assert held.champion is not None
    assert (held.trained_on, held.trained_at) == (90, world.clock.now())
    made = await world.store.read(lambda tx: models.find(tx, held.champion or 0))
    assert made is not None
    assert (made.project_id, made.learned, made.labels) == (project, 90, ("one", "two", "three"))
    loaded = load_from(office.data_dir / "models", made.digest, seconds=10)
    (prediction,) = loaded.predict([{"text": "漢字漢字漢字漢字 7"}], office.data_dir / "media")
    assert prediction is not None
    assert prediction.label == "three"
    message = (await office.told())[-1]
    assert "is trained" in said(message)
    assert "It serves now" in said(message)
    assert message.picture == made.report
    assert not list((office.data_dir / "spool").iterdir())


@pytest.mark.parametrize(
    ("tasks", "words"),
    [
        (known(10), "20 more tasks are needed"),
        (known(40, of="two"), "Every task that it could learn from is"),
    ],
)
async def test_too_little_to_learn_from_is_said_in_a_sentence(
    world: World, office: Office, owner: Person, tasks: list[TaskRow], words: str
) -> None:
    """And the model so far stays."""
    project = await project_of(world, owner, tasks)
    model = await own(world, project, put(office.data_dir, text_graph()))
    held = await world.store.read(lambda tx: models.serving_of(tx, project))
    now = world.clock.now()
    await world.do(lambda tx: models.serve(tx, replace(held, champion=model), now=now))
    await office.asks(project)
    assert await office.errands.run_once()
    assert words in said((await office.told())[-1])
    assert (await world.store.read(lambda tx: models.serving_of(tx, project))).champion == model
    assert not await office.errands.run_once(), "it is over"


async def doomed() -> asyncio.subprocess.Process:
    """A training whose process is killed at once."""
    process = await begin()
    process.kill()
    return process


async def test_a_killed_training_is_begun_anew_and_given_up_at_last(
    world: World, office: Office, owner: Person
) -> None:
    """Nothing has changed, and its owner reads so in the end."""
    project = await project_of(world, owner, known(40))
    await office.asks(project)
    for time in range(1, MOST_BEGUN + 1):
        now = world.clock.now()
        job = await world.do(lambda tx, now=now: jobs.take(tx, kinds={TRAIN}, holder="one", now=now))  # type: ignore[misc]  # now is bound
        assert job is not None
        if time < MOST_BEGUN:
            with pytest.raises(Broken):
                await learn(office.desk, job, begin=doomed)
        else:
            await learn(office.desk, job, begin=doomed)
        assert not (office.data_dir / "spool" / f"train-{job.id}").exists()
    assert "broke off" in said((await office.told())[-1])
    held = await world.store.read(lambda tx: models.serving_of(tx, project))
    assert (held.champion, held.challenger) == (None, None)
    assert not await office.errands.run_once()


# --- unasked --------------------------------------------------------------------------------------


async def due(world: World) -> list[int]:
    """The projects whose training is due."""
    now = world.clock.now()
    return await world.store.read(lambda tx: training.due(tx, now=now))


async def test_a_project_trains_by_itself_when_there_is_enough_new(
    world: World, office: Office, owner: Person
) -> None:
    """First from so many tasks on, then when so many more came, and never twice within half an hour."""
    small = await project_of(world, owner, known(training.FIRST - 1))
    project = await project_of(world, owner, known(training.FIRST))
    other = await world.project(
        owner, known(training.FIRST), labels=LABELS, suggestions=OWN | {"train": False}
    )
    assert await due(world) == [project]
    now = world.clock.now()
    assert await world.do(lambda tx: training.begin(tx, project, now=now))
    assert not await world.do(lambda tx: training.begin(tx, project, now=now)), "it is on the list"
    assert await due(world) == []
    job = await world.do(lambda tx: jobs.take(tx, kinds={TRAIN}, holder="one", now=now))
    assert job is not None
    assert job.details == {"unasked": True}
    await world.do(lambda tx: jobs.end(tx, job, state=JobState.FAILED, now=now))
    world.clock.move(training.REST)
    assert await due(world) == [], "nothing new"
    more = [
        TaskRow(line=at, content={"text": f"more {at}"}, external_id=f"more {at}", lang="en", gold="one")
        for at in range(training.MORE)
    ]
    await world.do(lambda tx: importing.add_tasks(tx, project, more, now=now))
    assert await due(world) == [project]
    assert small != other


async def test_what_nobody_asked_for_says_nothing_when_nothing_came_of_it(
    world: World, office: Office, owner: Person
) -> None:
    project = await project_of(world, owner, known(10))
    await office.asks(project, unasked=True)
    assert await office.errands.run_once()
    assert await office.told() == []
    assert set((await hints(world, project)).values()) == {None}
