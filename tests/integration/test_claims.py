"""Handing out tasks: to many at once, never too many, never twice, never for points that are not there."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import insert, select, text

from core import answering, settling
from core.assigning import Handed, NothingToDo, next_task
from core.clock import ManualClock, chance_of
from core.domain.person import Person, Role
from core.domain.states import AssignmentState, ProjectState
from core.errors import Refused
from core.events import BudgetSpent
from core.intake.project_model import Priority
from core.intake.rows import TaskRow
from core.overdue import sweep
from core.people import arrive
from core.store import Store, Transaction
from core.store.tables import answer, assignment, queue, task
from core.vault import Vault
from tests.invariants import check
from tests.world import World


def row(name: str, **more: object) -> TaskRow:
    """A task of a file."""
    plain: dict[str, object] = {"line": 2, "content": {"text": name}, "external_id": name, "lang": "en"}
    return TaskRow(**(plain | more))  # type: ignore[arg-type]  # the fields of a row


@pytest.fixture
def world(store: Store, clock: ManualClock, vault: Vault) -> World:
    """People and projects on either database."""
    return World(store, clock, vault)


async def test_many_at_once_never_exceed_the_overlap(world: World, stores: list[Store]) -> None:
    """Twelve workers reach for three tasks of two slots each, at the same moment: six get a card."""
    owner = await world.person("owner", Role.REQUESTER)
    await world.project(owner, ["a", "b", "c"])
    workers = [await world.person(f"w{n}") for n in range(12)]
    now = world.clock.now()

    def claim(tx: Transaction, worker: Person) -> Handed | NothingToDo:
        return next_task(tx, worker, asked=True, now=now, chance=chance_of(worker.id))

    handed = await asyncio.gather(
        *(stores[n % len(stores)].write(partial(claim, worker=worker)) for n, worker in enumerate(workers))
    )
    cards = [one.assignment for one in handed if isinstance(one, Handed)]
    # A task that somebody else holds at this very moment is passed over; whoever asks again gets it.
    cards += [card for worker in workers if (card := await world.next(worker)) and card not in cards]
    assert Counter(Counter(card.task_id for card in cards).values()) == {2: 3}
    await world.store.read(check)


async def test_a_whole_crowd_at_work_keeps_the_books(world: World, stores: list[Store], vault: Vault) -> None:
    """Workers, the sweep and the settling run at the same time, in two processes where that is possible."""
    owner = await world.person("owner", Role.REQUESTER)
    texts = [f"t{n}" for n in range(12)]
    first = await world.project(owner, [*texts, row("gold", gold="cat")], budget=400, gold_share=0.2)
    await world.project(owner, texts[:5], overlap={"min": 1, "max": 3}, reward=3, priority="high")
    names = [f"w{n}" for n in range(8)]
    for name in names:
        await world.person(name)

    def event(tx: Transaction, number: int, turn: int, held: int | None, now: datetime) -> int | None:
        """One press: answer or skip what is in hand, sometimes think again, and take the next."""
        person = arrive(tx, vault, world.identity(names[number]), admins=frozenset(), now=now)
        with suppress(Refused):
            if held is not None and turn % 9 == 5:
                answering.skip(tx, person, held, now=now)
            elif held is not None:
                answering.answer(tx, person, held, "dog" if (number + turn) % 4 == 0 else "cat", now=now)
                if turn % 7 == 3:
                    answering.undo(tx, person, held, now=now)
        handed = next_task(tx, person, asked=turn % 2 == 0, now=now, chance=chance_of(turn))
        return handed.assignment.id if isinstance(handed, Handed) else None

    async def work(number: int) -> None:
        held: int | None = None
        for turn in range(25):
            unit = partial(event, number=number, turn=turn, held=held, now=world.clock.now())
            held = await stores[number % len(stores)].write(unit)

    async def clockwork(store: Store) -> None:
        for _ in range(40):
            now = world.clock.now()
            await store.write(lambda tx, at=now: settling.settle_due(tx, now=at))  # type: ignore[misc]  # at is bound
            await store.write(lambda tx, at=now: sweep(tx, now=at))  # type: ignore[misc]  # the same
            await store.write(lambda tx, at=now: settling.pay_gold_due(tx, now=at))  # type: ignore[misc]  # the same
            world.clock.move(timedelta(seconds=31))

    await asyncio.gather(*(work(n) for n in range(len(names))), *(clockwork(one) for one in stores))
    await world.store.read(check)
    world.clock.move(timedelta(days=3))
    for _ in range(5):
        await world.tick()
    await world.store.read(check)
    assert (await world.budget(first)).spent > 0


async def test_a_task_never_goes_twice_to_the_same_person(world: World) -> None:
    """Whoever answered or skipped a task has had it, even when it wants more answers."""
    owner = await world.person("owner", Role.REQUESTER)
    await world.project(owner, ["a", "b"], overlap={"min": 5, "max": 5})
    worker = await world.person("worker")
    one = await world.hold(worker)
    await world.answers(worker, one, "cat")
    two = await world.hold(worker)
    assert two.task_id != one.task_id
    await world.do(lambda tx: answering.skip(tx, worker, two.id, now=world.clock.now()))
    assert await world.next(worker) is None
    await world.store.read(check)


async def test_asking_again_shows_the_same_card(world: World) -> None:
    """A worker holds one card; asking makes a card that came by itself one that was asked for."""
    owner = await world.person("owner", Role.REQUESTER)
    await world.project(owner, ["a", "b"])
    worker = await world.person("worker")
    card = await world.hold(worker, asked=False)
    again = await world.offer(worker, asked=False)
    assert isinstance(again, Handed)
    assert (again.assignment.id, again.again, again.assignment.asked) == (card.id, True, False)
    asked = await world.hold(worker)
    assert (asked.id, asked.asked) == (card.id, True)


async def test_people_get_tasks_in_their_languages(world: World) -> None:
    """A task of a language goes to those who know it; one without a language to everybody."""
    owner = await world.person("owner", Role.REQUESTER)
    await world.project(owner, [row("hola", lang="es"), row("hello"), row("picture", lang=None)])
    spaniard = await world.person("spaniard", langs=["es"])
    silent = await world.person("silent", langs=[])

    async def seen(worker: Person) -> set[str]:
        found = set()
        while (card := await world.next(worker)) is not None:
            found.add(card.content["text"])
            await world.answers(worker, card, "cat")
        return found

    assert await seen(spaniard) == {"hola", "picture"}
    assert await seen(silent) == {"picture"}


async def test_nobody_works_for_themselves(world: World) -> None:
    """An owner never gets tasks of their own projects, but those of others."""
    one = await world.person("one", Role.REQUESTER)
    two = await world.person("two", Role.REQUESTER)
    await world.project(one, ["mine"])
    assert await world.next(one) is None
    assert (await world.hold(two)).content["text"] == "mine"


async def test_only_who_joined_may_work(world: World, store: Store, vault: Vault) -> None:
    """Nobody gets a card before they agreed to how answers are used."""
    who = world.identity("new")
    person = await store.write(lambda tx: arrive(tx, vault, who, admins=frozenset(), now=world.clock.now()))
    with pytest.raises(Refused, match="not_joined"):
        await world.next(person)


async def test_urgent_tasks_come_first(world: World) -> None:
    """High before normal before low, whatever the order of the file."""
    owner = await world.person("owner", Role.REQUESTER)
    rows = [row("low", priority=Priority.LOW), row("normal"), row("high", priority=Priority.HIGH)]
    await world.project(owner, rows)
    worker = await world.person("worker")
    order = []
    while (card := await world.next(worker)) is not None:
        order.append(card.content["text"])
        await world.answers(worker, card, "cat")
    assert order == ["high", "normal", "low"]


async def test_nothing_is_handed_out_when_its_time_is_over(world: World) -> None:
    """A task or project with less than a minute left is not handed out; a due time never passes a deadline."""
    owner = await world.person("owner", Role.REQUESTER)
    deadline = world.clock.now() + timedelta(minutes=10)
    await world.project(owner, [row("dated", deadline=deadline)])
    worker, late = await world.person("worker"), await world.person("late")
    assert (await world.hold(worker)).due_at == deadline
    world.clock.move(timedelta(minutes=9, seconds=30))
    assert await world.next(late) is None


async def test_gold_is_drawn_with_its_share(world: World) -> None:
    """With a share of 0.5 about half the cards are gold; with none, no card is; each person gets it once."""
    owner = await world.person("owner", Role.REQUESTER)
    gold = [row(f"gold {n}", gold="cat") for n in range(40)]
    plain = [row(f"plain {n}") for n in range(40)]
    await world.project(owner, gold + plain, gold_share=0.5)
    worker = await world.person("worker")
    drawn = []
    for _ in range(40):
        card = await world.hold(worker)
        drawn.append(card.gold is not None)
        await world.answers(worker, card, "cat")
    assert 10 <= sum(drawn) <= 30
    await world.store.read(check)
    none = await world.project(owner, gold + plain, gold_share=0.0)
    cards = [await world.hold(await world.person(f"w{n}")) for n in range(3)]
    assert all(card.gold is None for card in cards if card.project_id == none)


async def test_gold_pays_by_the_known_truth_a_minute_later(world: World) -> None:
    """Whoever knew it earns the reward, whoever did not earns nothing, and nobody before an undo is over."""
    owner = await world.person("owner", Role.REQUESTER)
    project = await world.project(owner, [row("gold", gold="cat"), row("x")], gold_share=0.5)
    right, wrong = await world.person("right"), await world.person("wrong")
    given = {right: "cat", wrong: "dog"}
    for worker, label in given.items():
        while (card := await world.next(worker)) is not None and card.gold is None:
            now = world.clock.now()
            await world.do(partial(answering.give_back, person=worker, assignment_id=card.id, now=now))
        assert card is not None
        await world.answers(worker, card, label)
    world.clock.move(timedelta(seconds=59))
    await world.tick()
    assert await world.balance(right) == 0
    world.clock.move(timedelta(seconds=1))
    await world.tick()
    assert (await world.balance(right), await world.balance(wrong)) == (10, 0)
    assert (await world.budget(project)).reserved == 0


async def test_a_project_stops_exactly_when_it_cannot_pay(world: World) -> None:
    """35 points pay for three answers of 10; then it is paused, and its owner told once."""
    owner = await world.person("owner", Role.REQUESTER)
    project = await world.project(owner, [f"t{n}" for n in range(9)], budget=35)
    workers = [await world.person(f"w{n}") for n in range(6)]
    offers = [await world.offer(worker) for worker in workers]
    assert [isinstance(one, Handed) for one in offers] == [True] * 3 + [False] * 3
    told = [event for one in offers for event in one.events]
    assert told == [BudgetSpent(owner.id, project)]
    after = await world.budget(project)
    assert (after.state, after.paused_by, after.reserved) == (ProjectState.PAUSED, "budget", 30)
    await world.store.read(check)


async def test_many_at_once_never_exceed_the_budget(world: World, stores: list[Store]) -> None:
    """Ten workers reach for the last 45 points at the same moment: four get a card, one event is told."""
    owner = await world.person("owner", Role.REQUESTER)
    project = await world.project(owner, [f"t{n}" for n in range(30)], budget=45)
    workers = [await world.person(f"w{n}") for n in range(10)]
    now = world.clock.now()

    def claim(tx: Transaction, worker: Person) -> Handed | NothingToDo:
        return next_task(tx, worker, asked=True, now=now, chance=chance_of(1))

    offers = await asyncio.gather(
        *(stores[n % len(stores)].write(partial(claim, worker=one)) for n, one in enumerate(workers))
    )
    events = [event for one in offers for event in one.events]
    again = [await world.offer(worker) for worker in workers]
    assert sum(isinstance(one, Handed) for one in again) == 4
    assert events + [event for one in again for event in one.events] == [BudgetSpent(owner.id, project)]
    assert (await world.budget(project)).reserved == 40


async def test_a_freed_task_reaches_workers_whose_place_had_passed(world: World) -> None:
    """A card that comes back goes to somebody who was beyond it in the queue long ago."""
    owner = await world.person("owner", Role.REQUESTER)
    await world.project(owner, [f"t{n}" for n in range(30)], overlap={"min": 1, "max": 1})
    holder, walker = await world.person("holder"), await world.person("walker")
    card = await world.hold(holder)
    for _ in range(29):
        await world.answers(walker, await world.hold(walker), "cat")
    assert await world.next(walker) is None
    await world.do(lambda tx: answering.skip(tx, holder, card.id, now=world.clock.now()))
    assert (await world.hold(walker)).task_id == card.task_id


async def test_a_claim_costs_the_same_after_twenty_thousand_answers(
    sqlite_store: Store, clock: ManualClock, vault: Vault
) -> None:
    """The statements of a claim are counted for a new worker and for one with 20,000 answers behind them."""
    world = World(sqlite_store, clock, vault)
    owner = await world.person("owner", Role.REQUESTER)
    project = await world.project(owner, [f"t{n}" for n in range(400)], overlap={"min": 9, "max": 9})
    veteran, novice = await world.person("veteran"), await world.person("novice")
    done = 20_000

    def past(tx: Transaction) -> None:
        """The veteran has been through 20,000 tasks that still want answers."""
        lane = tx.execute(select(queue.c.id).where(queue.c.project_id == project)).scalar_one()
        plain = dict(tx.execute(select(task).limit(1)).one()._mapping)
        values = {"queue_id": lane, "active": 0, "answered": 1, "free": 8, "posterior": '{"cat":1}'}
        tx.execute(text("UPDATE task SET pos = pos + 100000"))
        tx.execute(text("UPDATE project SET next_pos = next_pos + 100000"))
        rows = [
            plain | values | {"id": 1000 + n, "pos": n, "external_id": f"old {n}"} for n in range(1, done + 1)
        ]
        tx.execute(insert(task), rows)
        cards = [
            {
                "id": 1000 + n,
                "task_id": 1000 + n,
                "project_id": project,
                "person_id": veteran.id,
                "account_id": veteran.account_id,
                "version": 1,
                "state": AssignmentState.ANSWERED,
                "asked": True,
                "reserve": 0,
                "penalty": 0,
                "claimed_at": clock.now(),
                "due_at": clock.now(),
            }
            for n in range(1, done + 1)
        ]
        tx.execute(insert(assignment), cards)
        given = {"project_id": project, "person_id": veteran.id, "value": "cat", "late": False}
        answers = [
            given | {"assignment_id": 1000 + n, "task_id": 1000 + n, "milliseconds": 1, "at": clock.now()}
            for n in range(1, done + 1)
        ]
        tx.execute(insert(answer), answers)

    await world.do(past)

    async def statements(worker: Person) -> int:
        seen: list[str] = []

        def unit(tx: Transaction) -> Handed | NothingToDo:
            tx.raw.set_trace_callback(seen.append)
            try:
                return next_task(tx, worker, asked=True, now=clock.now(), chance=chance_of(1))
            finally:
                tx.raw.set_trace_callback(None)

        handed = await sqlite_store.write(unit)
        assert isinstance(handed, Handed)
        await world.answers(worker, handed.assignment, "cat")
        return len(seen)

    await statements(veteran)  # walks past what they had, once, and keeps the place
    counts = {worker.id: max([await statements(worker) for _ in range(6)]) for worker in (novice, veteran)}
    assert counts[veteran.id] <= counts[novice.id] + 1
    assert counts[veteran.id] <= 16
