"""What time alone brings about happens once, whoever looks, and tasks end as their rules say."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import func, select

from core import answering, overdue, projects, settling
from core.clock import ManualClock
from core.domain.person import Person, Role
from core.domain.states import TaskState
from core.errors import Refused
from core.events import BecameOverdue, ProjectFinished, TaskEscalated
from core.intake.project_model import ProjectFile
from core.intake.rows import TaskRow
from core.store import Store, Transaction, assignments, task_views
from core.store.tables import ledger
from core.vault import Vault
from tests.invariants import check
from tests.world import World

MINUTE = timedelta(minutes=1)


@pytest.fixture
def world(store: Store, clock: ManualClock, vault: Vault) -> World:
    """People and projects on either database."""
    return World(store, clock, vault)


@pytest.fixture
async def owner(world: World) -> Person:
    """Somebody who has projects."""
    return await world.person("owner", Role.REQUESTER)


async def test_two_sweeps_at_once_write_one_penalty_each(
    world: World, owner: Person, stores: list[Store]
) -> None:
    """Forty late cards, swept by several at the same moment: forty penalties, forty events."""
    await world.project(owner, [f"t{n}" for n in range(40)], overlap={"min": 1, "max": 1})
    workers = [await world.person(f"w{n}") for n in range(40)]
    for worker in workers:
        await world.hold(worker)
    world.clock.move(timedelta(hours=4))
    await world.remind()
    world.clock.move(timedelta(hours=1, minutes=1))
    sweep = partial(overdue.sweep, now=world.clock.now(), most=7)
    batches = await asyncio.gather(*(stores[n % len(stores)].write(sweep) for n in range(12)))
    batches.append(await world.do(partial(overdue.sweep, now=world.clock.now())))
    late = [event for batch in batches for event in batch if isinstance(event, BecameOverdue)]
    assert sorted(event.person_id for event in late) == sorted(worker.id for worker in workers)
    assert {event.penalty for event in late} == {5}
    count = select(func.count(), func.sum(ledger.c.points)).where(ledger.c.kind == "penalty")
    row = await world.store.read(lambda tx: tx.execute(count).one())
    assert (row[0], int(row[1])) == (40, 200)
    await world.store.read(check)


async def test_an_answer_and_the_sweep_at_once_cost_one_penalty(
    world: World, owner: Person, stores: list[Store]
) -> None:
    """Late answers and sweeps meet at the same moment: one penalty each, every answer kept."""
    await world.project(owner, [f"t{n}" for n in range(12)], overlap={"min": 1, "max": 1})
    held = [(worker, await world.hold(worker)) for worker in [await world.person(f"w{n}") for n in range(12)]]
    world.clock.move(timedelta(hours=4))
    await world.remind()
    world.clock.move(timedelta(hours=1, minutes=1))
    now = world.clock.now()
    units: list[Callable[[Transaction], object]] = []
    for worker, card in held:
        units.append(partial(answering.answer, person=worker, assignment_id=card.id, raw="cat", now=now))
        units.append(partial(overdue.sweep, now=now, most=3))
    outcomes = await asyncio.gather(*(stores[n % len(stores)].write(unit) for n, unit in enumerate(units)))
    assert sum(isinstance(one, answering.Answered) and one.late for one in outcomes) == 12
    await world.store.read(check)
    world.clock.move(timedelta(seconds=61))
    for _ in range(2):  # a batch is ten tasks
        await world.tick()
    assert [await world.balance(worker) for worker, _ in held] == [5] * 12


async def test_several_settle_at_once_and_pay_once(world: World, owner: Person, stores: list[Store]) -> None:
    """The same tasks are due for all of them: each answer is paid once, the end is told once."""
    project = await world.project(owner, [f"t{n}" for n in range(25)], overlap={"min": 1, "max": 1})
    worker = await world.person("worker")
    while (card := await world.next(worker)) is not None:
        await world.answers(worker, card, "cat")
    world.clock.move(timedelta(seconds=61))
    settle = partial(settling.settle_due, now=world.clock.now(), most=4)
    batches = await asyncio.gather(*(stores[n % len(stores)].write(settle) for n in range(10)))
    batches += [await world.do(settle) for _ in range(7)]
    assert [event for batch in batches for event in batch] == [ProjectFinished(owner.id, project, "settled")]
    assert await world.balance(worker) == 250
    await world.store.read(check)


async def test_a_dated_task_ends_with_what_it_has(world: World, owner: Person) -> None:
    """A minute after its deadline: one answer settles it, two that differ or none are decided by a person."""
    deadline = world.clock.now() + timedelta(hours=1)
    rows = [TaskRow(n, {"text": name}, name, "en", deadline=deadline) for n, name in enumerate("abc")]
    project = await world.project(owner, rows, overlap={"min": 3, "max": 3})
    given = {"one": ["cat", "cat"], "two": ["cat", "dog"]}
    for name, labels in given.items():
        worker = await world.person(name)
        for label in labels if name == "one" else labels[1:]:
            card = await world.hold(worker)
            await world.answers(worker, card, label)
    world.clock.move(timedelta(hours=1))
    assert await world.tick() == (), "an answer of the last moment could still be undone"
    world.clock.move(MINUTE)
    events = await world.tick()
    states = await world.store.read(lambda tx: task_views.count_by_state(tx, project))
    assert states == {TaskState.SETTLED: 1, TaskState.ESCALATED: 2}
    assert [type(event) for event in events] == [TaskEscalated, TaskEscalated]
    await world.store.read(check)


async def test_the_end_of_the_last_task_is_told(world: World, owner: Person) -> None:
    """Also when it is the deadline of the task that ends it."""
    deadline = world.clock.now() + timedelta(hours=1)
    project = await world.project(owner, [TaskRow(2, {"text": "a"}, "a", "en", deadline=deadline)])
    worker = await world.person("worker")
    await world.answers(worker, await world.hold(worker), "cat")
    world.clock.move(timedelta(hours=2))
    assert await world.tick() == (ProjectFinished(owner.id, project, "settled"),)
    assert await world.tick() == ()


async def test_a_project_that_wants_more_answers_by_now_gets_them(world: World, owner: Person) -> None:
    """The overlap was raised while a task waited to be settled: it is open again for others, not stuck."""
    project = await world.project(owner, ["a"], overlap={"min": 1, "max": 1})
    one, two = await world.person("one"), await world.person("two")
    card = await world.hold(one)
    await world.answers(one, card, "cat")

    def raise_overlap(tx: Transaction) -> None:
        file = projects.own(tx, owner, project).file
        more = file.overlap.model_copy(update={"min": 2, "max": 3})
        projects.replace_file(
            tx, owner, project, file.model_copy(update={"overlap": more}), now=world.clock.now()
        )

    await world.do(raise_overlap)
    assert await world.next(two) is None
    world.clock.move(timedelta(seconds=61))
    assert await world.tick() == ()
    await world.answers(two, await world.hold(two), "cat")
    world.clock.move(timedelta(seconds=61))
    assert await world.tick() == (ProjectFinished(owner.id, project, "settled"),)
    assert (await world.balance(one), await world.balance(two)) == (10, 10)
    await world.store.read(check)


async def test_closing_pays_the_rest_in_full_and_takes_cards_back_free(world: World, owner: Person) -> None:
    """Half-answered tasks pay everybody; cards in hand and late ones cost and promise nothing more."""
    project = await world.project(owner, ["a", "b", "c"], overlap={"min": 3, "max": 3})
    answers, holds, late = [await world.person(name) for name in ("answers", "holds", "late")]
    overdue_card = await world.hold(late)
    world.clock.move(timedelta(hours=4))
    await world.remind()
    world.clock.move(timedelta(hours=1, minutes=1))
    await world.tick()
    await world.answers(answers, await world.hold(answers), "cat")
    card = await world.hold(holds)
    closed, events = await world.do(lambda tx: projects.close(tx, owner, project, now=world.clock.now()))
    assert [(type(event).__name__, getattr(event, "assignment_id", None)) for event in events] == [
        ("TakenBack", card.id)
    ]
    assert [await world.balance(one) for one in (answers, holds, late)] == [10, 0, -5]
    after = await world.budget(project)
    assert (after.reserved, after.spent, closed.state) == (0, 5, "closed")
    for worker, one in ((holds, card), (late, overdue_card)):
        with pytest.raises(Refused, match=r"card_closed|too_late"):
            await world.answers(worker, one, "cat")
    assert await world.next(answers) is None
    await world.store.read(check)


async def test_a_project_ends_at_its_deadline(world: World, owner: Person) -> None:
    """It is closed, told once, and everybody is paid."""
    deadline = world.clock.now() + timedelta(hours=8)
    project = await world.project(owner, ["a", "b"], deadline=deadline)
    worker = await world.person("worker")
    await world.answers(worker, await world.hold(worker), "cat")
    world.clock.move(timedelta(hours=8))
    end = partial(projects.close_at_deadline, project_id=project, now=world.clock.now())
    assert ProjectFinished(owner.id, project, "deadline") in await world.do(end)
    assert await world.do(end) == ()
    assert await world.balance(worker) == 10
    await world.store.read(check)


async def test_a_reminder_of_a_card_answered_meanwhile_changes_nothing(world: World, owner: Person) -> None:
    """A reminder that arrives late is noted, and harms nobody."""
    await world.project(owner, ["a"])
    worker = await world.person("worker")
    card = await world.hold(worker)
    world.clock.move(timedelta(hours=4))
    assert len(await world.do(partial(overdue.remind, now=world.clock.now()))) == 1
    await world.answers(worker, card, "cat")
    await world.do(lambda tx: assignments.reminded(tx, card.id, at=world.clock.now()))
    world.clock.move(timedelta(hours=9))
    assert await world.tick() == ()
    assert await world.balance(worker) == 0


def test_a_project_file_of_the_tests_is_one() -> None:
    """The rules above speak of the defaults: 10 points, 5 for lateness, five hours."""
    from tests.world import CHOICE

    file = ProjectFile.model_validate(CHOICE)
    assert (file.reward, file.penalty_points, file.time_limit) == (10, 5, timedelta(hours=5))
