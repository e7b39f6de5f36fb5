"""Two chats of one person at the same moment, and a process that dies in the middle: nothing counts twice."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select, text

from core import answering, linking, people, settling
from core.answering import Answered
from core.assigning import Handed, next_task
from core.clock import ManualClock, chance_of
from core.domain.person import Person, Role
from core.domain.task import Assignment
from core.errors import Refused
from core.linking import Linked, Missed
from core.store import Store, Transaction, open_store
from core.store.tables import account, answer, person
from core.vault import Vault
from tests.invariants import check
from tests.linked import again, code_for, everything, linked
from tests.world import World

Unit = Callable[[Transaction], Any]
ROUNDS = 12
CROSSINGS = 4
"""Each is a deadlock on PostgreSQL, which takes a second to notice."""


@pytest.fixture
def world(store: Store, clock: ManualClock, vault: Vault) -> World:
    """People and projects on either database."""
    return World(store, clock, vault)


@pytest.fixture
async def owner(world: World) -> Person:
    """Somebody who has projects."""
    return await world.person("owner", Role.REQUESTER)


def hears(world: World, name: str, act: Callable[[Transaction, Person], object]) -> Unit:
    """An event as the front desk works on it: whose account it is comes first, a refusal is an outcome."""

    def unit(tx: Transaction) -> object:
        who = people.find(tx, world.vault, world.identity(name))
        assert who is not None
        try:
            with tx.nested():
                return act(tx, who)
        except Refused as refused:
            return refused.reason

    return unit


def claims(world: World, name: str, seed: int) -> Unit:
    """A chat asks for a task."""
    now, chance = world.clock.now(), chance_of(seed)
    return hears(world, name, lambda tx, who: next_task(tx, who, asked=True, now=now, chance=chance))


def gives(world: World, name: str, card: Assignment, label: str) -> Unit:
    """A chat answers a card."""
    now = world.clock.now()
    return hears(world, name, lambda tx, who: answering.answer(tx, who, card.id, label, now=now))


def enters(world: World, name: str, code: str) -> Unit:
    """A chat links with the one that has this code."""
    now = world.clock.now()
    return hears(world, name, lambda tx, who: linking.link(tx, world.vault, who, code, now=now))


def leaves(world: World, name: str) -> Unit:
    """A chat goes its own way."""
    now = world.clock.now()
    return hears(world, name, lambda tx, who: linking.unlink(tx, who, now=now))


def settles(world: World) -> Unit:
    """The clockwork settles and pays."""
    now = world.clock.now()
    return lambda tx: (settling.settle_due(tx, now=now, most=50), settling.pay_gold_due(tx, now=now))


async def together(world: World, *units: Unit) -> list[Any]:
    """All at the same moment."""
    return await asyncio.gather(*(world.store.write(unit) for unit in units))


async def two_chats(world: World, number: int = 0) -> tuple[str, str]:
    """The names of two linked accounts."""
    names = f"here{number}", f"there{number}"
    here, there = [await world.person(name) for name in names]
    await linked(world, here, there)
    return names


async def test_two_chats_claim_one_card(world: World, owner: Person) -> None:
    """Whoever comes second is shown the card that the first was given."""
    await world.project(owner, [f"t{number}" for number in range(60)], overlap={"min": 1, "max": 1})
    for number in range(ROUNDS):
        names = await two_chats(world, number) * 2
        handed = await together(world, *(claims(world, name, seed) for seed, name in enumerate(names)))
        assert all(isinstance(one, Handed) for one in handed), handed
        assert len({one.assignment.id for one in handed}) == 1
        assert sorted(one.again for one in handed) == [False, True, True, True]
        await world.store.read(check)


async def test_two_chats_answer_once(world: World, owner: Person) -> None:
    """One answer is kept and paid, the other tap is told that it was saved already."""
    await world.project(owner, [f"t{number}" for number in range(ROUNDS)], overlap={"min": 1, "max": 1})
    names = await two_chats(world) * 2
    who = await again(world, await world.person(names[0]))
    for _ in range(ROUNDS):
        card = await world.hold(who)
        labels = ("cat", "dog", "dog", "cat")
        taps = (gives(world, name, card, label) for name, label in zip(names, labels, strict=True))
        outcomes = await together(world, *taps)
        assert sum(isinstance(one, Answered) for one in outcomes) == 1
        assert outcomes.count("already_saved") == 3
    world.clock.move(timedelta(minutes=2))
    await together(world, *(settles(world) for _ in range(3)))
    assert await world.balance(who) == 10 * ROUNDS
    await world.store.read(check)


async def test_linking_while_both_are_at_work(world: World, owner: Person) -> None:
    """They answer and claim, they are paid, and in between two become one: the books agree."""
    texts = [f"t{number}" for number in range(60)]
    await world.project(owner, texts, overlap={"min": 2, "max": 3}, gold_share=0.3)
    other = await world.person("other")
    for number in range(ROUNDS):
        names = f"here{number}", f"there{number}"
        pair = [await world.person(name) for name in names]
        for who in (*pair, other):
            await world.answers(who, await world.hold(who), "cat")
        cards = [await world.hold(who) for who in pair]
        code = await code_for(world, pair[0])
        world.clock.move(timedelta(seconds=61))
        outcomes = await together(
            world,
            gives(world, names[0], cards[0], "cat"),
            enters(world, names[1], code),
            settles(world),
            claims(world, names[0], 1),
            settles(world),
            claims(world, names[1], 2),
        )
        assert isinstance(outcomes[1], Linked), outcomes
        await world.store.read(check)


async def test_two_people_link_each_other(world: World) -> None:
    """Each enters the other's code at the same moment: they become one, once."""
    for number in range(CROSSINGS):
        names = f"here{number}", f"there{number}"
        codes = [await code_for(world, await world.person(name)) for name in names]
        outcomes = await together(world, enters(world, names[0], codes[1]), enters(world, names[1], codes[0]))
        assert sum(isinstance(one, Linked) for one in outcomes) == 1, outcomes
        assert "linked_already" in outcomes
        await world.store.read(check)
    merged = select(func.count()).where(person.c.merged_into.isnot(None))
    assert await world.store.read(lambda tx: tx.execute(merged).scalar_one()) == CROSSINGS


async def test_a_ring_of_people(world: World) -> None:
    """Four people link in a ring at the same moment: however they meet, nobody is lost and nobody hangs."""
    names = [f"ring{number}" for number in range(4)]
    codes = [await code_for(world, await world.person(name)) for name in names]
    ring = zip(names, [*codes[1:], codes[0]], strict=True)
    outcomes = await together(world, *(enters(world, name, code) for name, code in ring))
    merged = sum(isinstance(one, Linked) for one in outcomes)
    assert merged >= 1
    await world.store.read(check)
    query = select(func.count(func.distinct(account.c.person_id)))
    assert await world.store.read(lambda tx: tx.execute(query).scalar_one()) == 4 - merged


async def test_three_chats_and_one_code(world: World) -> None:
    """Two chats enter the same code at the same moment: one of them is linked."""
    one, names = await world.person("one"), ("two", "three")
    for name in names:
        await world.person(name)
    code = await code_for(world, one)
    outcomes = await together(world, *(enters(world, name, code) for name in names))
    assert sum(isinstance(done, Linked) for done in outcomes) == 1
    assert Missed(expired=True, left=5) in outcomes
    await world.store.read(check)


async def test_unlinking_while_the_other_chat_claims(world: World, owner: Person) -> None:
    """The chat whose account the others wait for goes; the one left claims one card for itself."""
    await world.project(owner, [f"t{number}" for number in range(60)], overlap={"min": 1, "max": 1})
    for number in range(ROUNDS):
        here, there = await two_chats(world, number)
        outcomes = await together(world, leaves(world, here), claims(world, there, 1), claims(world, here, 2))
        assert isinstance(outcomes[1], Handed), outcomes
        await world.store.read(check)


async def test_linking_waits_for_who_pays(postgres_tables: str, clock: ManualClock, vault: Vault) -> None:
    """Somebody is paying the one who goes at this moment: the points are part of the balance that moves."""
    store = await open_store(postgres_tables)
    world = World(store, clock, vault)
    owner = await world.person("owner", Role.REQUESTER)
    pair = [await world.person(name) for name in ("here", "there")]
    await world.project(owner, ["a", "b"], overlap={"min": 1, "max": 1})
    await world.answers(pair[1], await world.hold(pair[1]), "cat")
    code = await code_for(world, pair[0])
    clock.move(timedelta(minutes=2))
    paying, let_go = threading.Event(), threading.Event()

    def pays(tx: Transaction) -> None:
        settles(world)(tx)
        paying.set()
        assert let_go.wait(30)

    payer = asyncio.create_task(store.write(pays))
    await asyncio.to_thread(paying.wait, 30)
    linking_now = asyncio.create_task(store.write(enters(world, "there", code)))
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    while not linking_now.done():
        if await store.read(lambda tx: tx.execute(waiting).scalar_one()):
            break
    let_go.set()
    await payer
    assert isinstance(await linking_now, Linked)
    assert [await world.balance(who) for who in pair] == [10, 0]
    await store.read(check)
    await store.close()


# --- a process that dies --------------------------------------------------------------------------


class Died(Exception):  # noqa: N818  (it stands for a process that is gone)
    """The unit of work got no further."""


class Cursor:
    """SQLite's cursor, as long as the process lives."""

    def __init__(self, cursor: Any, step: Callable[[], None]) -> None:
        self._cursor = cursor
        self._step = step

    def execute(self, sql: str, values: Sequence[Any]) -> Any:
        self._step()
        return self._cursor.execute(sql, values)


@contextmanager
def dying(tx: Transaction, after: int) -> Iterator[None]:
    """Die before the statement that comes after so many."""
    left = after

    def step(*_: Any) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise Died

    cursor = tx.cursor
    event.listen(tx.connection, "before_cursor_execute", step)
    if cursor is not None:
        tx.cursor = Cursor(cursor, step)
    try:
        yield
    finally:
        tx.cursor = cursor
        event.remove(tx.connection, "before_cursor_execute", step)


async def test_a_death_at_any_statement_changes_nothing(world: World, owner: Person) -> None:
    """Linking is one unit of work: whichever statement is the last, everything stands as before."""
    names = ("here", "there")
    here, there = [await world.person(name) for name in names]
    await world.project(owner, ["a", "b", "c", "d"], overlap={"min": 3, "max": 3})
    for who, label in ((there, "cat"), (here, "dog"), (here, "cat")):
        world.clock.move(timedelta(seconds=1))
        await world.answers(who, await world.hold(who), label)
    for who in (here, there):
        await world.hold(who)
    act = enters(world, "there", await code_for(world, here))
    before = await world.store.read(everything)
    statements = 0
    while True:

        def unit(tx: Transaction, most: int = statements) -> Any:
            with dying(tx, most):
                return act(tx)

        try:
            done = await world.store.write(unit)
            break
        except Died:
            assert await world.store.read(everything) == before, f"after {statements} statements"
            statements += 1
    assert isinstance(done, Linked)
    assert statements > 40
    await world.store.read(check)
    given = select(func.count()).where(answer.c.voided_at.is_(None), answer.c.person_id == here.id)
    assert await world.store.read(lambda tx: tx.execute(given).scalar_one()) == 2
