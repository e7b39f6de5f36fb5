"""Payouts: each point is paid once, whatever happens at the same moment, and everything adds up."""

from __future__ import annotations

import asyncio
from collections import Counter
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from core import payouts
from core.clock import ManualClock
from core.domain.money import Money
from core.domain.payouts import PayoutState
from core.domain.person import Person, Role
from core.errors import Refused
from core.merging import merge
from core.payouts import Owed
from core.store import Store, Transaction, ledger
from core.store import payouts as rows
from core.store import people as people_rows
from core.store.payouts import Payout
from core.store.tables import ledger as entries
from core.store.tables import payout as statements
from core.vault import Vault
from tests.world import World

CENT = {"amount": "0.01", "currency": "EUR"}
EUR_5 = {"EUR": Decimal(5)}
NO_MINIMUM: dict[str, Decimal] = {}


@pytest.fixture
def world(store: Store, clock: ManualClock, vault: Vault) -> World:
    return World(store, clock, vault)


@pytest.fixture
async def admin(world: World) -> Person:
    """Who pays out."""
    return await world.person("admin", Role.ADMIN)


async def a_project(world: World, owner: Person, **settings: Any) -> int:
    """A project whose points are cents."""
    return await world.project(owner, ["a"], **({"point_value": CENT} | settings))


async def earns(world: World, worker: Person, project: int, points: int) -> None:
    """Points as if for answers."""
    key = f"{worker.id}:{project}:{world.chance.random()}"
    now = world.clock.now()

    def unit(tx: Transaction) -> None:
        assert ledger.bonus(tx, project_id=project, person_id=worker.id, points=points, key=key, now=now)

    await world.do(unit)


async def make(
    world: World, admin: Person, minimum: dict[str, Decimal] = NO_MINIMUM, currency: str = "EUR"
) -> int:
    """A whole statement."""
    number = await world.do(
        lambda tx: payouts.begin(tx, admin, currency, minimum=minimum, now=world.clock.now())
    )
    await fill(world, number)
    return number


async def fill(world: World, number: int) -> None:
    """What its job does."""
    for batch in payouts.batches(await world.store.read(lambda tx: payouts.due(tx, number))):
        await world.do(lambda tx, batch=batch: payouts.settle_some(tx, number, batch, now=world.clock.now()))  # type: ignore[misc]  # batch is bound
    await world.do(lambda tx: payouts.finish(tx, number, now=world.clock.now()))


async def give_back(world: World, number: int) -> None:
    """What the job of a cancelled one does."""
    after: int | None = 0
    while after is not None:
        _, after = await world.do(
            lambda tx, after=after: payouts.give_back_some(tx, number, after=after, now=world.clock.now())  # type: ignore[misc]  # after is bound
        )


async def total(world: World, number: int) -> tuple[int, int, Decimal]:
    return await world.store.read(lambda tx: rows.total(tx, number))


async def state(world: World, number: int) -> PayoutState:
    found = await world.store.read(lambda tx: rows.find(tx, number))
    assert isinstance(found, Payout)
    return found.state


async def test_a_statement_moves_balances_and_is_paid_once(world: World, admin: Person) -> None:
    """What is owed goes from the balance to the statement, and a second mark or cancel is refused."""
    owner = await world.person("owner", Role.REQUESTER)
    project, ana, ben = await a_project(world, owner), await world.person("ana"), await world.person("ben")
    await earns(world, ana, project, 1_234)
    await earns(world, ben, project, 499)
    (owed,) = (await world.store.read(lambda tx: payouts.overview(tx, admin, EUR_5))).owed
    assert owed == Owed("EUR", Decimal("12.34"), 1_234, 1, Counter(paper=1), small=1)
    number = await make(world, admin, EUR_5)
    assert await total(world, number) == (1, 1_234, Decimal("12.34"))
    assert (await world.balance(ana), await world.balance(ben)) == (0, 499)
    purse = await world.store.read(lambda tx: payouts.purse(tx, ana))
    assert (purse.worth, purse.on_the_way) == ((), (Money(Decimal("12.34"), "EUR"),))
    await world.do(lambda tx: payouts.mark_paid(tx, admin, number, now=world.clock.now()))
    for again in (payouts.mark_paid, payouts.cancel):
        with pytest.raises(Refused, match="payout_ended"):
            await world.do(lambda tx, again=again: again(tx, admin, number, now=world.clock.now()))  # type: ignore[misc]  # again is bound
    assert await state(world, number) is PayoutState.PAID
    assert await world.balance(ana) == 0


async def test_a_cancelled_statement_gives_everything_back(world: World, admin: Person) -> None:
    """By one correction for each share, also when its job is done twice."""
    owner = await world.person("owner", Role.REQUESTER)
    one, two = await a_project(world, owner), await a_project(world, owner, reward=7)
    ana = await world.person("ana")
    await earns(world, ana, one, 300)
    await earns(world, ana, two, 50)
    number = await make(world, admin)
    assert await world.balance(ana) == 0
    await world.do(lambda tx: payouts.cancel(tx, admin, number, now=world.clock.now()))
    events, last = await world.do(
        lambda tx: payouts.give_back_some(tx, number, after=0, now=world.clock.now())
    )
    assert (len(events), last) == (1, ana.id)
    await give_back(world, number)
    await give_back(world, number)
    assert await world.balance(ana) == 350
    assert await state(world, number) is PayoutState.CANCELLED
    again = await make(world, admin)
    assert await total(world, again) == (1, 350, Decimal("3.50"))


async def test_two_admins_at_once_make_one(world: World, admin: Person) -> None:
    """The other one is told that a statement is under way; another currency goes its own way."""
    other = await world.person("other", Role.ADMIN)
    owner = await world.person("owner", Role.REQUESTER)
    project, ana = await a_project(world, owner), await world.person("ana")
    await earns(world, ana, project, 100)

    async def begins(who: Person) -> int | str:
        try:
            return await world.do(
                lambda tx: payouts.begin(tx, who, "EUR", minimum=NO_MINIMUM, now=world.clock.now())
            )
        except Refused as refused:
            return refused.reason

    outcomes = await asyncio.gather(*(begins(who) for who in (admin, other) * 4))
    numbers = [one for one in outcomes if isinstance(one, int)]
    assert len(numbers) == 1
    assert set(outcomes) - set(numbers) == {"payout_under_way"}
    yen = await world.do(
        lambda tx: payouts.begin(tx, other, "JPY", minimum=NO_MINIMUM, now=world.clock.now())
    )
    await fill(world, yen)
    assert await state(world, yen) is PayoutState.CANCELLED, "it pays nobody"


async def test_a_job_done_by_two_processes_pays_once(world: World, admin: Person) -> None:
    """Both fill the same statement at the same moment: each person has one line, and nobody is below nothing."""
    owner = await world.person("owner", Role.REQUESTER)
    project = await a_project(world, owner)
    workers = [await world.person(f"w{one}") for one in range(12)]
    for at, worker in enumerate(workers):
        await earns(world, worker, project, 100 + at)
    number = await world.do(
        lambda tx: payouts.begin(tx, admin, "EUR", minimum=NO_MINIMUM, now=world.clock.now())
    )
    await asyncio.gather(*(fill(world, number) for _ in range(4)))
    assert await total(world, number) == (12, sum(range(100, 112)), Decimal(sum(range(100, 112))) / 100)
    assert [await world.balance(worker) for worker in workers] == [0] * 12


async def test_paid_and_cancelled_at_once_is_one_of_them(world: World, admin: Person) -> None:
    """Whoever comes first decides; the points are back only when it was cancelled."""
    owner = await world.person("owner", Role.REQUESTER)
    project, ana = await a_project(world, owner), await world.person("ana")
    await earns(world, ana, project, 100)
    number = await make(world, admin)

    async def tries(act: Any) -> bool:
        try:
            await world.do(lambda tx: act(tx, admin, number, now=world.clock.now()))
        except Refused:
            return False
        return True

    done = await asyncio.gather(*(tries(act) for act in (payouts.mark_paid, payouts.cancel) * 3))
    assert sum(done) == 1
    await give_back(world, number)
    assert await world.balance(ana) == (100 if done.index(True) % 2 else 0)


async def test_projects_and_currencies_are_apart(world: World, admin: Person) -> None:
    """Points without a value are never paid; those of another currency wait for its own statement."""
    owner = await world.person("owner", Role.REQUESTER)
    euros = await a_project(world, owner)
    yen = await a_project(world, owner, point_value={"amount": "2", "currency": "JPY"})
    free = await a_project(world, owner, point_value=None)
    ana = await world.person("ana")
    for project, points in ((euros, 10), (yen, 20), (free, 40)):
        await earns(world, ana, project, points)
    await make(world, admin)
    assert await world.balance(ana) == 60
    number = await make(world, admin, currency="JPY")
    assert await total(world, number) == (1, 20, Decimal(40))
    assert await world.balance(ana) == 40


async def test_who_was_merged_is_paid_as_who_they_are(world: World, admin: Person) -> None:
    """What two chats earned is one line; what a cancelled statement took from one who went comes back to who stayed."""
    owner = await world.person("owner", Role.REQUESTER)
    project = await a_project(world, owner)
    ana, ann = await world.person("ana"), await world.person("ann")
    await earns(world, ana, project, 70)
    await earns(world, ann, project, 30)
    first = await make(world, admin)
    await world.do(lambda tx: payouts.cancel(tx, admin, first, now=world.clock.now()))

    def join(tx: Transaction) -> None:
        for one in (ana, ann):
            people_rows.by_account(tx, one.account_id)
        merge(tx, stays=ana.id, gone=ann.id, now=world.clock.now())

    await world.do(join)
    await give_back(world, first)
    assert await world.balance(ana) == 100
    second = await make(world, admin)
    assert await total(world, second) == (1, 100, Decimal(1))
    assert (await world.balance(ana), await world.balance(ann)) == (0, 0)


async def test_only_admins_pay_out(world: World) -> None:
    """A moderator sees and makes nothing."""
    moderator = await world.person("moderator", Role.MODERATOR)
    for unit in (
        lambda tx: payouts.overview(tx, moderator, NO_MINIMUM),
        lambda tx: payouts.begin(tx, moderator, "EUR", minimum=NO_MINIMUM, now=world.clock.now()),
        lambda tx: payouts.mark_paid(tx, moderator, 1, now=world.clock.now()),
        lambda tx: payouts.cancel(tx, moderator, 1, now=world.clock.now()),
    ):
        with pytest.raises(Refused, match="not_allowed"):
            await world.do(unit)


@pytest.mark.parametrize("seed", range(3))
async def test_in_any_order_nothing_is_paid_twice(world: World, admin: Person, seed: int) -> None:
    """Rewards, fines, statements paid and cancelled by chance: money sent and points left are what was earned."""
    chance = Random(seed)
    owner = await world.person("owner", Role.REQUESTER)
    values = [CENT, {"amount": "0.0015", "currency": "EUR"}, {"amount": "0.07", "currency": "EUR"}]
    projects = [await a_project(world, owner, point_value=value) for value in values]
    workers = [await world.person(f"w{one}") for one in range(3)]
    cards = {
        (worker.id, project): await world.do(lambda tx, w=worker, p=project: _card(tx, w, p, world))  # type: ignore[misc]  # bound
        for worker in workers
        for project in projects
    }
    fined: set[tuple[int, int]] = set()
    for _ in range(40):
        worker, project = chance.choice(workers), chance.choice(projects)
        match chance.choice(["earn", "earn", "fine", "pay", "cancel"]):
            case "earn":
                await earns(world, worker, project, chance.randrange(200))
            case "fine" if (worker.id, project) not in fined:
                fined.add((worker.id, project))
                await world.do(
                    lambda tx, w=worker, p=project: ledger.penalty(  # type: ignore[misc]  # bound
                        tx,
                        project_id=p,
                        person_id=w.id,
                        assignment_id=cards[w.id, p],
                        points=chance.randrange(100),
                        now=world.clock.now(),
                    )
                )
            case "pay" | "cancel" as end:
                number = await make(world, admin)
                if await state(world, number) is not PayoutState.MADE:
                    continue
                act = payouts.mark_paid if end == "pay" else payouts.cancel
                await world.do(lambda tx, a=act, n=number: a(tx, admin, n, now=world.clock.now()))  # type: ignore[misc]  # bound
                await give_back(world, number)
    await world.store.read(lambda tx: _adds_up(tx, [worker.id for worker in workers]))


def _card(tx: Transaction, worker: Person, project: int, world: World) -> int:
    """An assignment that a penalty can name; several of one worker, so they are answered."""
    from sqlalchemy import insert

    from core.store.tables import assignment, task

    now = world.clock.now()
    made = insert(assignment).values(
        task_id=select(task.c.id).where(task.c.project_id == project).scalar_subquery(),
        project_id=project,
        person_id=worker.id,
        account_id=worker.account_id,
        version=1,
        state="expired",
        asked=True,
        reserve=10,
        penalty=5,
        claimed_at=now,
        due_at=now,
    )
    return int(tx.execute(made.returning(assignment.c.id)).scalar_one())


def _adds_up(tx: Transaction, workers: list[int]) -> None:
    found = tx.execute(select(entries)).all()
    states = {row.id: row.state for row in tx.execute(select(statements))}
    for worker in workers:
        sums: Counter[str] = Counter()
        for row in found:
            sums[row.kind] += row.points * ((row.to_person == worker) - (row.from_person == worker))
        sent = sum(
            share.points
            for number, where in states.items()
            if where == PayoutState.PAID
            for line in rows.lines(tx, number)
            if line.person_id == worker
            for share in line.shares
        )
        assert -sums["payout"] - sums["correction"] == sent
        assert sent <= sums["bonus"], "no more is sent than was earned"
        assert people_rows.balance(tx, worker) == sums["bonus"] + sums["penalty"] - sent
    assert all(row.points > 0 for row in found if row.kind == "payout")
