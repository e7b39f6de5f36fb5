"""What follows from a refit for tasks and people, and what it makes of odd answers and late changes."""

from __future__ import annotations

import json
import math
from random import Random
from typing import Any

import pytest
from sqlalchemy import func, select

from core import projects, refitting
from core.clock import ManualClock
from core.domain.person import Person, Role
from core.domain.states import TaskState
from core.events import ProjectFinished, TaskEscalated
from core.intake.project_model import Priority, ProjectFile
from core.intake.rows import TaskRow
from core.store import Store, Transaction, crowds, tasks
from core.store import projects as project_rows
from core.store.tables import assignment, ledger, task
from core.vault import Vault
from tests.crowds import (
    LABELS,
    MINUTE,
    answers_of,
    due,
    found,
    generation,
    half,
    joined,
    ready,
    report_of,
    texts,
    whole,
)
from tests.linked import linked
from tests.world import World


@pytest.fixture
def world(store: Store, clock: ManualClock, vault: Vault) -> World:
    """People and projects on either database."""
    return World(store, clock, vault)


@pytest.fixture
async def owner(world: World) -> Person:
    """Somebody with a project."""
    return await world.person("owner", Role.REQUESTER)


async def _row(world: World, task_id: int) -> Any:
    return await world.store.read(lambda tx: tx.execute(task.select().where(task.c.id == task_id)).one())


async def _misled(world: World, owner: Person) -> tuple[int, int, dict[str, Person]]:
    """A project where two bad workers settled the first task wrongly, before anybody knew them."""
    texts_ = [f"cat {at}" if at % 2 == 0 else f"dog {at}" for at in range(40)]
    project = await world.project(
        owner, texts_, method="dawid_skene", overlap={"min": 3, "max": 3, "confidence": 0.6}
    )
    people = {name: await world.person(name) for name in ("bad", "worse", "anna", "ben", "cleo", "dora")}
    first = await world.hold(people["bad"])
    await world.answers(people["bad"], first, "dog")
    for name, label in (("worse", "dog"), ("anna", "cat")):
        card = await world.hold(people[name])
        assert card.task_id == first.task_id
        await world.answers(people[name], card, label)
    world.clock.move(2 * MINUTE)
    await world.tick()
    row = await _row(world, first.task_id)
    assert (row.state, row.label) == (TaskState.SETTLED, "dog")
    crowd = {people[name]: right for name, right in (("anna", 1.0), ("ben", 1.0), ("cleo", 1.0))}
    crowd |= {people["bad"]: 0.0, people["worse"]: 0.5}
    await answers_of(world, crowd, LABELS, most=105, chance=Random(4))
    world.clock.move(2 * MINUTE)
    return project, first.task_id, people


async def test_a_settled_task_opens_once_and_nobody_is_paid_twice(world: World, owner: Person) -> None:
    """Who was right after all is paid then; who was paid before keeps it; a second time is never."""
    project, misled, people = await _misled(world, owner)
    before = {name: await world.balance(person) for name, person in people.items()}
    paid = await world.store.read(lambda tx: _paid(tx, misled))
    assert paid[people["anna"].id] == 0
    await whole(world, project)
    row = await _row(world, misled)
    assert (row.state, row.label) == (TaskState.OPEN, "cat")
    assert row.reopened_at == world.clock.now()
    world.clock.move(2 * MINUTE)
    await world.tick()
    row = await _row(world, misled)
    assert (row.state, row.label, row.settled_by) == (TaskState.SETTLED, "cat", "consensus")
    after = await world.store.read(lambda tx: _paid(tx, misled))
    assert after == paid | {people["anna"].id: 10}
    assert all([await world.balance(person) >= before[name] for name, person in people.items()]), (
        "nothing is taken back"
    )
    await world.do(lambda tx: tx.execute(task.update().where(task.c.id == misled).values(label="dog")))
    await whole(world, project)
    assert (await _row(world, misled)).state == TaskState.SETTLED, "only once"


@pytest.mark.parametrize("meanwhile", ["paused", "closed"])
async def test_who_was_right_after_all_is_paid_when_the_project_stopped_meanwhile(
    world: World, owner: Person, meanwhile: str
) -> None:
    """A task that is open once more ends with its project; a paused project settles what it has."""
    project, misled, people = await _misled(world, owner)
    paid = await world.store.read(lambda tx: _paid(tx, misled))
    await whole(world, project)
    assert (await _row(world, misled)).state == TaskState.OPEN
    now = world.clock.now()

    def stops(tx: Transaction) -> None:
        if meanwhile == "closed":
            projects.close(tx, owner, project, now=now)
        else:
            projects.pause(tx, owner, project, now=now)

    await world.do(stops)
    world.clock.move(2 * MINUTE)
    await world.tick()
    assert (await _row(world, misled)).state in (TaskState.SETTLED, TaskState.CANCELLED)
    assert await world.store.read(lambda tx: _paid(tx, misled)) == paid | {people["anna"].id: 10}


def _paid(tx: Transaction, task_id: int) -> dict[int, int]:
    """What a task brought to whom."""
    rows = tx.execute(
        select(ledger.c.to_person, func.sum(ledger.c.points))
        .join(assignment, assignment.c.id == ledger.c.assignment_id)
        .where(assignment.c.task_id == task_id, ledger.c.to_person.isnot(None))
        .group_by(ledger.c.to_person)
    )
    return {row[0]: int(row[1]) for row in rows}


@pytest.mark.parametrize("why", ["a person settled it", "the project is finished", "the project is paused"])
async def test_what_never_opens_again(world: World, owner: Person, why: str) -> None:
    """A decision of a person and delivered results stand; while nothing is handed out nothing opens."""
    project, misled, _ = await _misled(world, owner)
    now = world.clock.now()

    def stands(tx: Transaction) -> None:
        if why == "a person settled it":
            tx.execute(task.update().where(task.c.id == misled).values(settled_by=f"person:{owner.id}"))
        elif why == "the project is finished":
            project_rows.change(tx, project, finished_at=now)
        else:
            projects.pause(tx, owner, project, now=now)

    await world.do(stands)
    await whole(world, project)
    row = await _row(world, misled)
    assert (row.state, row.label) == (TaskState.SETTLED, "dog")


async def test_what_waits_for_a_decision_may_settle(world: World, owner: Person) -> None:
    """Two said otherwise; by now it is known who is usually right, and with that the project may be done."""
    first_of_all = TaskRow(
        line=1, content={"text": "cat 0"}, external_id="0", lang="en", priority=Priority.HIGH
    )
    project = await world.project(
        owner,
        [first_of_all, *texts(30)],
        method="dawid_skene",
        overlap={"min": 2, "max": 2, "confidence": 0.6},
    )
    bad, anna, ben = [await world.person(name) for name in ("bad", "anna", "ben")]
    first = await world.hold(bad)
    await world.answers(bad, first, "dog")
    second = await world.hold(anna)
    assert second.task_id == first.task_id
    await world.answers(anna, second, "cat")
    world.clock.move(2 * MINUTE)
    assert TaskEscalated(owner.id, project, first.task_id) in await world.tick()
    await answers_of(world, {anna: 1.0, ben: 1.0, bad: 0.0}, LABELS, most=60, chance=Random(5))
    world.clock.move(2 * MINUTE)
    await world.tick()
    now = world.clock.now()
    events = await world.do(lambda tx: refitting.run_whole(tx, project, now=now))
    row = await _row(world, first.task_id)
    assert (row.state, row.label, row.settled_by) == (TaskState.SETTLED, "cat", "consensus")
    assert (await world.store.read(lambda tx: _paid(tx, first.task_id))) == {anna.id: 10, bad.id: 0}
    left = await world.store.read(lambda tx: tasks.any_unfinished(tx, project))
    assert (ProjectFinished(owner.id, project, "settled") in events) is not left


@pytest.mark.parametrize(
    ("crowd", "labels", "most"),
    [
        ({}, LABELS, 0),
        ({"anna": 0.5}, LABELS, 25),
        ({"anna": 1.0, "ben": 1.0, "cleo": 1.0}, ("cat",), 60),
        ({"anna": 0.0, "ben": 1.0}, LABELS, 60),
    ],
    ids=["nobody", "one worker", "one class", "always opposite"],
)
@pytest.mark.parametrize("gold", ["", "one", "against all"])
@pytest.mark.parametrize("method", ["dawid_skene", "one_coin", "majority"])
async def test_odd_answers_make_no_trouble(
    world: World,
    owner: Person,
    crowd: dict[str, float],
    labels: tuple[str, ...],
    most: int,
    gold: str,
    method: str,
) -> None:
    """Whatever was said: every number is finite, and every task still has its votes."""
    rows: list[str | TaskRow] = list(texts(25, labels=labels))
    if gold:
        known = 1 if gold == "one" else 10
        for at in range(known):
            word = str(rows[at])
            truth = word.split()[0] if gold == "one" else "dog" if word.startswith("cat") else "cat"
            rows[at] = TaskRow(line=at, content={"text": word}, external_id=word, lang="en", gold=truth)
    project = await world.project(owner, rows, method=method, gold_share=0.3 if gold else 0.0)
    await answers_of(world, await joined(world, **crowd), labels, most=most, chance=Random(6))
    world.clock.move(2 * MINUTE)
    now = world.clock.now()
    for _ in range(2):
        await world.do(lambda tx: refitting.run_whole(tx, project, now=now))
    made = await generation(world, project)
    assert made.generation == 2
    _, report = await report_of(world, project)
    assert _finite(report)
    for worker in (
        await world.store.read(lambda tx: crowds.workers(tx, project_id=project, generation=2))
    ).values():
        assert _finite(worker.base)
    believed = await world.store.read(lambda tx: crowds.model(tx, project))
    assert (believed is None) is (method == "majority")
    if believed is not None:
        assert _finite(json.loads(believed.as_json()))


def _finite(value: Any) -> bool:
    """Whether every number in it is a number."""
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, dict):
        return all(_finite(one) for one in value.values())
    if isinstance(value, list | tuple):
        return all(_finite(one) for one in value)
    return True


@pytest.mark.parametrize("before", [False, True], ids=["first refit to come", "refitted"])
async def test_a_label_comes_later(world: World, owner: Person, before: bool) -> None:
    """Answers go on at once under the new labels, in any order, and what is believed is made anew at once."""
    project = await ready(world, owner)
    if before:
        await whole(world, project)
        assert await due(world) == []
    labels = [{"id": label, "en": label} for label in ("fox", "dog", "cat")]
    held = await world.budget(project)
    file = ProjectFile.model_validate(
        held.file.model_dump(by_alias=True, exclude={"labels"}) | {"labels": labels}
    )
    now = world.clock.now()
    await world.do(lambda tx: projects.replace_file(tx, owner, project, file, now=now))
    assert await due(world) == [project], "at once"
    late = await joined(world, fred=0.9, gina=0.9)
    assert await answers_of(world, late, ("fox", "dog", "cat"), most=8, chance=Random(7)) == 8
    world.clock.move(2 * MINUTE)
    await world.tick()
    await whole(world, project)
    believed = await world.store.read(lambda tx: crowds.model(tx, project))
    assert believed is not None
    assert believed.labels == ("fox", "dog", "cat")
    assert await answers_of(world, late, ("fox", "dog", "cat"), most=4, chance=Random(8)) == 4
    assert await due(world) == []


async def test_two_who_are_one(world: World, owner: Person) -> None:
    """What was believed of two is made anew at once, also when they become one while a refit is under way."""
    project = await ready(world, owner)
    await whole(world, project)
    one, other = [await world.person(name) for name in ("fred", "gina")]
    await answers_of(world, {one: 0.9, other: 0.9}, LABELS, most=12, chance=Random(9))
    world.clock.move(2 * MINUTE)
    await world.tick()
    outcome = await found(world, project)
    assert await due(world) == []
    here, _, _ = await linked(world, one, other)
    assert await due(world) == [project]
    now = world.clock.now()
    await half(world, outcome, swap=True)
    await world.do(lambda tx: refitting.finish(tx, outcome, now=now))
    assert await due(world) == [project], "it looked before they were one"
    await whole(world, project)
    assert await due(world) == []
    made = await generation(world, project)
    kept = await world.store.read(
        lambda tx: crowds.workers(tx, project_id=project, generation=made.generation)
    )
    assert {one.id, other.id} & kept.keys() == {here.id}
