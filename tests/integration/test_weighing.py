"""What is kept between two refits is what the answers alone say, whatever happened on the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import update

from core import answering, rebuilding, refitting, serving, slots, weighing
from core.clock import ManualClock, milliseconds
from core.consensus import methods
from core.consensus.online import Worker
from core.domain.person import Person, Role
from core.domain.states import TaskState
from core.domain.task import Assignment
from core.errors import Refused
from core.intake.rows import TaskRow
from core.rebuilding import Rebuilt
from core.store import Store, Transaction, crowds, projects, refits, suggestions, tasks
from core.store import rebuilding as rows
from core.store.suggestions import Said
from core.store.tables import task
from core.vault import Vault
from tests.linked import everything
from tests.world import World

LABELS = ("cat", "dog", "fox")
RIGHT = (0.95, 0.9, 0.85, 0.7, 0.5, 0.33)
STEPS = 260


@pytest.fixture
def world(store: Store, clock: ManualClock, vault: Vault) -> World:
    """People and projects on either database."""
    return World(store, clock, vault)


@dataclass(slots=True)
class Machine:
    """Does one thing after another at random: nothing at the same moment, everything allowed."""

    world: World
    project: int
    right: dict[Person, float]
    chance: Random
    held: dict[Person, Assignment] = field(default_factory=dict)
    answered: dict[Person, Assignment] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)
    credulous: float = 0.0  # how often somebody takes what a model suggests

    async def step(self) -> None:
        """One thing, and a moment later."""
        worker = self.chance.choice(list(self.right))
        what = self.chance.choices(
            (self.work, self.wait, self.undo, self.tick, self.refit, self.tap_twice), (60, 6, 8, 10, 2, 4)
        )[0]
        try:
            await what(worker)
        except Refused as refused:
            self.done.add(f"refused: {refused}")
        self.world.clock.move(timedelta(milliseconds=self.chance.randrange(200, 9_000)))

    async def work(self, worker: Person) -> None:
        """Take a card, or answer the one in hand; in time or not."""
        card = self.held.pop(worker, None)
        if card is None:
            card = await self.world.next(worker)
            if card is not None:
                self.held[worker] = card
            return
        truth = card.content["text"].split()[0]
        wrong = [label for label in LABELS if label != truth]
        value = truth if self.chance.random() < self.right[worker] else self.chance.choice(wrong)
        seen = card.suggested
        if seen is not None and seen.visible and self.chance.random() < self.credulous:
            value = seen.label
            self.done.add(f"followed what was {seen.screen}")
        given = await self.world.answers(worker, card, value)
        self.answered[worker] = card
        self.done.add("late" if given.late else "gold" if card.gold is not None else "in time")

    async def wait(self, _: Person) -> None:
        """Time passes, for some cards too much."""
        self.world.clock.move(timedelta(seconds=self.chance.randrange(30, 240)))

    async def undo(self, worker: Person) -> None:
        """Take the last answer back."""
        card = self.answered.pop(worker, None)
        if card is not None:
            now = self.world.clock.now()
            await self.world.do(lambda tx: answering.undo(tx, worker, card.id, now=now))
            self.held[worker] = card
            self.done.add("undone")

    async def tick(self, _: Person) -> None:
        """What is due."""
        await self.world.tick()

    async def refit(self, _: Person) -> None:
        """Everything learned anew."""
        now = self.world.clock.now()
        await self.world.do(lambda tx: refitting.run_whole(tx, self.project, now=now))
        self.done.add("refit")

    async def tap_twice(self, worker: Person) -> None:
        """The same answer again changes nothing at all."""
        card = self.answered.get(worker)
        if card is None:
            return
        before = await self.world.store.read(everything)
        with pytest.raises(Refused):
            await self.world.answers(worker, card, "fox")
        assert await self.world.store.read(everything) == before
        self.done.add("twice")


def _made(tx: Transaction, project_id: int) -> Rebuilt:
    project = projects.find(tx, project_id)
    assert project is not None
    learner = methods()[project.file.method].learner
    assert learner is not None
    believed = weighing.believed(tx, project_id, project.file)
    kept = crowds.workers(tx, project_id=project_id, generation=believed.generation)
    bases = {person: Worker(base=worker.base) for person, worker in kept.items()}
    swapped = rows.swapped_at(tx, project_id)
    return rebuilding.rebuilt(learner, believed, bases, rows.given(tx, project_id), swapped=swapped)


def _compared(tx: Transaction, project_id: int) -> int:
    """Compare every open task, also those whose votes are made anew when they are needed; returns the votes."""
    project = projects.find(tx, project_id)
    assert project is not None
    made, seen = _made(tx, project_id), 0
    for one in tx.execute(
        task.select().where(task.c.project_id == project_id, task.c.state == TaskState.OPEN)
    ):
        case = slots.case_of(tx, tasks.lock(tx, one.id), project.file)
        if one.gold is not None:
            assert (case.votes, one.votes) == ((), None), "everybody answers gold, and its truth is known"
            continue
        assert case.votes == tuple(made.votes[one.id].values()), one.id
        assert all(vote.evidence for vote in case.votes)
        seen += len(case.votes)
    return seen


def _gathered(tx: Transaction, project_id: int) -> int:
    generation = refits.present(tx, project_id).generation
    kept = crowds.workers(tx, project_id=project_id, generation=generation)
    return sum(one.base is not None and one.gathered is not None for one in kept.values())


async def _advised(world: World) -> int:
    """A project with a model that is right of two tasks in three, and says so of all of them beforehand."""
    now = world.clock.now()
    card = {"title": "Robot", "labels": list(LABELS)}
    model = await world.do(lambda tx: serving.offer(tx, name="robot", digest="0", card=card, now=now))
    project_id = await _project(world, suggestions={"model": "robot", "show_above": 0.5})

    def say(tx: Transaction) -> None:
        for at, one in enumerate(suggestions.unread(tx, project_id, model, most=100)):
            label = one.content["text"].split()[0]
            other = LABELS[(LABELS.index(label) + 1) % 3]
            said = (
                Said(one.task_id, other, 0.6, label) if at % 3 == 0 else Said(one.task_id, label, 0.9, other)
            )
            serving.keep(tx, project_id, model, [said], now=now)

    await world.do(say)
    return project_id


async def _project(world: World, **settings: Any) -> int:
    owner = await world.person("owner", Role.REQUESTER)
    texts = [
        TaskRow(
            line=at,
            content={"text": f"{LABELS[at % 3]} {at}"},
            external_id=str(at),
            lang="en",
            gold=LABELS[at % 3] if at % 5 == 0 else None,
        )
        for at in range(60)
    ]
    return await world.project(
        owner,
        texts,
        labels=[{"id": label, "en": label} for label in LABELS],
        method="dawid_skene",
        overlap={"min": 2, "max": 5, "confidence": 0.9},
        time_limit="2m",
        gold_share=0.2,
        **settings,
    )


@pytest.mark.parametrize(("seed", "model"), [(1, False), (2, False), (3, False), (1, True), (2, True)])
async def test_what_is_kept_is_what_the_answers_say(world: World, seed: int, model: bool) -> None:
    """After claims, answers, late ones, gold, undo, settling and refits in any order, with a model and without."""
    project_id = await (_advised(world) if model else _project(world))
    right = {await world.person(f"worker {at}"): share for at, share in enumerate(RIGHT)}
    machine = Machine(world, project_id, right, Random(seed), credulous=0.5 if model else 0.0)
    compared = gathered = 0
    for step in range(STEPS):
        await machine.step()
        if step % 5 == 0 or step == STEPS - 1:
            at = milliseconds(world.clock.now())
            project = await world.budget(project_id)
            assert await world.store.read(
                lambda tx, at=at, project=project: rebuilding.astray(tx, project, at=at)  # type: ignore[misc]  # they are bound
            ) == ([], [])
            compared += await world.do(lambda tx: _compared(tx, project_id))
            gathered += await world.store.read(lambda tx: _gathered(tx, project_id))
    assert machine.done >= {"in time", "gold", "late", "undone", "refit", "twice"}
    assert ({"followed what was shown", "followed what was planted"} <= machine.done) is model
    assert (await world.store.read(lambda tx: refits.present(tx, project_id))).generation > 0
    assert compared > 100
    assert gathered, "answers after a refit told something of their workers"


async def test_what_went_astray_is_found(world: World) -> None:
    """A vote and a worker that are kept otherwise than the answers say are named."""
    project_id = await _project(world)
    right = {await world.person(f"worker {at}"): share for at, share in enumerate(RIGHT)}
    machine = Machine(world, project_id, right, Random(5))
    for _ in range(120):
        await machine.work(machine.chance.choice(list(right)))
        world.clock.move(timedelta(seconds=1))
    victim = next(iter(right)).id

    file = (await world.budget(project_id)).file

    def spoil(tx: Transaction) -> int:
        generation = weighing.believed(tx, project_id, file).generation
        whose = {"project_id": project_id, "person_id": victim, "generation": generation}
        crowds.keep(tx, Worker(gathered=(1.0,) * 9), **whose)
        at, tally = max(rows.tallies(tx, project_id), key=lambda one: len(one[1].votes))
        counts = tasks.lock(tx, at)
        assert counts.tally == tally
        kept = tx.execute(task.select().where(task.c.id == at)).one().votes
        tx.execute(update(task).where(task.c.id == at).values(votes=kept.replace("[-", "[-1")))
        return at

    spoiled = await world.do(spoil)
    project = await world.budget(project_id)
    at = milliseconds(world.clock.now())
    found = await world.store.read(lambda tx: rebuilding.astray(tx, project, at=at))
    assert found == ([spoiled], [victim])
