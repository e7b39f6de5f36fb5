"""What two people had both, when they turn out to be one: which answer counts, which card stays."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest

from core import answering, people, settling, slots
from core.clock import ManualClock
from core.domain.person import Person, Role
from core.domain.states import AssignmentState, TaskState
from core.events import TakenBack
from core.intake.rows import TaskRow
from core.store import Store, chats, tasks
from core.store import people as people_rows
from core.vault import Vault
from tests.linked import again, checked, linked, settled, state_of
from tests.world import World

_S = AssignmentState
MINUTE = timedelta(minutes=1)


@pytest.fixture
def world(store: Store, clock: ManualClock, vault: Vault) -> World:
    """People and projects on either database."""
    return World(store, clock, vault)


@pytest.fixture
async def owner(world: World) -> Person:
    """Somebody who has projects."""
    return await world.person("owner", Role.REQUESTER)


@pytest.fixture
async def two(world: World, owner: Person) -> tuple[Person, Person]:
    """The same human in two chats, not linked yet; the first is the older person."""
    return await world.person("here"), await world.person("there")


Two = tuple[Person, Person]


class Lucky(Random):
    """Dice that always give gold."""

    def random(self) -> float:
        return 0.0


# --- both had the same task -----------------------------------------------------------------------


@pytest.mark.parametrize("first", [0, 1], ids=["the older answered first", "the younger answered first"])
async def test_the_earlier_answer_counts(world: World, owner: Person, two: Two, first: int) -> None:
    """The later one no longer votes, its place is asked again, and only the earlier is paid."""
    early, late = two[first], two[1 - first]
    project = await world.project(owner, ["a"], overlap={"min": 2, "max": 3})
    a = await world.hold(early)
    await world.answers(early, a, "cat")
    world.clock.move(timedelta(seconds=10))
    b = await world.hold(late)
    await world.answers(late, b, "dog")
    here, _, _ = await linked(world, *two)
    assert (await state_of(world, a.id), await state_of(world, b.id)) == (_S.ANSWERED, _S.SUPERSEDED)
    case = await world.do(lambda tx: slots.take_up(tx, a.task_id, a.file))
    counts = case.counts
    assert (counts.answered, counts.free, [vote.value for vote in case.votes]) == (1, 1, ["cat"])
    await checked(world)
    assert await world.next(here) is None, "they had it"
    third = await world.person("third")
    await world.answers(third, await world.hold(third), "cat")
    await settled(world)
    assert [await world.balance(who) for who in (here, third)] == [10, 10]
    assert (await world.budget(project)).reserved == 0
    await checked(world)


async def test_what_is_settled_stays(world: World, owner: Person, two: Two) -> None:
    """Both were paid, and nothing is clawed back."""
    await world.project(owner, ["a"], overlap={"min": 2, "max": 2})
    cards = [await world.hold(who) for who in two]
    for who, card in zip(reversed(two), reversed(cards), strict=True):
        await world.answers(who, card, "cat")
    await settled(world)
    before = await world.do(lambda tx: tasks.lock(tx, cards[0].task_id))
    here, _, _ = await linked(world, *two)
    assert await world.do(lambda tx: tasks.lock(tx, cards[0].task_id)) == before
    assert {await state_of(world, card.id) for card in cards} == {_S.ANSWERED}
    assert await world.balance(here) == 20
    await checked(world)


async def test_an_escalated_task_counts_one_of_them(world: World, owner: Person, two: Two) -> None:
    """A person still decides it; the later answer is neither counted nor paid."""
    await world.project(owner, ["a"], overlap={"min": 2, "max": 2})
    cards = [await world.hold(who) for who in two]
    for who, card, label in zip(two, cards, ("cat", "dog"), strict=True):
        await world.answers(who, card, label)
    await settled(world)
    here, _, _ = await linked(world, *two)
    case = await world.do(lambda tx: slots.take_up(tx, cards[0].task_id, cards[0].file))
    counts = case.counts
    assert (counts.state, counts.answered, [vote.value for vote in case.votes]) == (
        TaskState.ESCALATED,
        1,
        ["cat"],
    )
    now = world.clock.now()
    await world.do(lambda tx: settling.decide(tx, owner, counts.task_id, "dog", now=now))
    assert await world.balance(here) == 0, "the earlier one said cat"
    await checked(world)


@pytest.mark.parametrize("paid", [0, 1, 2])
async def test_gold_that_is_not_paid_yet_is_paid_once(
    world: World, owner: Person, two: Two, paid: int
) -> None:
    """Gold tasks never end: what was paid stays, of two unpaid answers the earlier is paid."""
    gold = TaskRow(2, {"text": "g"}, external_id="g", gold="cat", lang="en")
    await world.project(owner, [gold, "x"], gold_share=0.5)
    world.chance = Lucky()
    for number, who in enumerate(two):
        card = await world.hold(who)
        assert card.gold == "cat"
        await world.answers(who, card, "cat")
        if number < paid:
            await settled(world)
    here, _, _ = await linked(world, *two)
    await checked(world)
    await settled(world)
    assert await world.balance(here) == 10 * max(paid, 1)
    await checked(world)


async def test_a_late_answer_counts_when_it_came_first(world: World, owner: Person, two: Two) -> None:
    """The one in time came later: its place is free again, and the penalty stays one."""
    here, there = two
    await world.project(owner, ["a"], overlap={"min": 2, "max": 3}, time_limit="2h", penalty=5)
    card = await world.hold(here)
    world.clock.move(timedelta(hours=1, minutes=1))
    await world.remind()
    world.clock.move(timedelta(hours=1))
    await world.tick()
    await world.answers(here, card, "cat")
    world.clock.move(MINUTE)
    other = await world.hold(there)
    await world.answers(there, other, "dog")
    here, _, _ = await linked(world, here, there)
    assert (await state_of(world, card.id), await state_of(world, other.id)) == (
        _S.ANSWERED_LATE,
        _S.SUPERSEDED,
    )
    assert await world.balance(here) == -5
    await checked(world)


async def test_an_answer_counts_before_a_card(world: World, owner: Person, two: Two) -> None:
    """Who answered in one chat and holds the same task in the other gives that back, and is told."""
    await world.project(owner, ["a"], overlap={"min": 2, "max": 2})
    card = await world.hold(two[0])
    other = await world.hold(two[1])
    await world.answers(two[1], other, "cat")
    here, _, done = await linked(world, *two)
    assert (await state_of(world, card.id), await state_of(world, other.id)) == (_S.RETURNED, _S.ANSWERED)
    assert TakenBack(two[0].id, two[0].account_id, card.id, "linked") in done.events
    assert await world.next(here) is None
    await checked(world)
    world.clock.move(timedelta(seconds=30))
    back = await world.do(lambda tx: answering.undo(tx, here, other.id, now=world.clock.now()))
    assert back.state is _S.ACTIVE, "the answer moved with its undo"
    await checked(world)


# --- cards in hand --------------------------------------------------------------------------------


@pytest.mark.parametrize("older", [0, 1])
async def test_of_two_cards_the_older_that_was_asked_for_stays(
    world: World, owner: Person, two: Two, older: int
) -> None:
    """The other goes back free, and its chat says so."""
    await world.project(owner, ["a", "b", "c"], overlap={"min": 1, "max": 1})
    kept = await world.hold(two[older])
    world.clock.move(MINUTE)
    given = await world.hold(two[1 - older])
    here, there, done = await linked(world, *two)
    assert (await state_of(world, kept.id), await state_of(world, given.id)) == (_S.ACTIVE, _S.RETURNED)
    assert [one for one in done.events if isinstance(one, TakenBack)] == [
        TakenBack(given.person_id, given.account_id, given.id, "linked")
    ]
    for who in (here, there):
        assert (await world.hold(who)).id == kept.id, "one card, from either chat"
    await checked(world)


async def test_a_card_that_was_asked_for_stays_before_an_older_one_that_was_not(
    world: World, owner: Person, two: Two
) -> None:
    await world.project(owner, ["a", "b"], overlap={"min": 1, "max": 1})
    followed = await world.hold(two[0], asked=False)
    world.clock.move(MINUTE)
    asked = await world.hold(two[1])
    await linked(world, *two)
    assert (await state_of(world, asked.id), await state_of(world, followed.id)) == (_S.ACTIVE, _S.RETURNED)


@pytest.mark.parametrize("owns", [0, 1])
async def test_nobody_works_in_what_they_own_by_now(world: World, two: Two, owns: int) -> None:
    """An open card in it goes back, one that is overdue is over; answers that were given stay."""
    boss, worker = two[owns], two[1 - owns]
    await world.do(lambda tx: people.give_role(tx, boss, Role.REQUESTER, now=world.clock.now()))
    project = await world.project(await again(world, boss), ["a", "b", "c"], time_limit="2h")
    await world.answers(worker, await world.hold(worker), "cat")
    missed = await world.hold(worker)
    world.clock.move(timedelta(hours=3))
    await world.tick()
    card = await world.hold(worker)
    here, _, done = await linked(world, *two)
    assert (await state_of(world, missed.id), await state_of(world, card.id)) == (_S.EXPIRED, _S.RETURNED)
    assert TakenBack(worker.id, worker.account_id, card.id, "own_project") in done.events
    assert await world.next(here) is None
    assert (await world.budget(project)).reserved == 10
    await checked(world)


async def test_lateness_goes_on(world: World, owner: Person, two: Two) -> None:
    """The card of the one who went is reminded of in its chat, and its penalty hits the one balance once."""
    await world.project(owner, ["a"], penalty=5)
    card = await world.hold(two[1])
    here, _, _ = await linked(world, *two)
    world.clock.move(timedelta(hours=4, minutes=1))
    (reminder,) = await world.remind()
    assert (reminder.account_id, reminder.assignment_id) == (two[1].account_id, card.id)  # type: ignore[union-attr]  # a reminder
    world.clock.move(timedelta(hours=1))
    await world.tick()
    await world.tick()
    assert await world.balance(here) == -5
    await checked(world)


async def test_news_goes_where_the_person_is(world: World, two: Two) -> None:
    """To the reachable account that was in use last; to the first one when none was."""
    here, there, _ = await linked(world, *two)

    async def best() -> int:
        found = await world.store.read(lambda tx: people_rows.by_id(tx, here.id))
        assert found is not None
        return found.account_id

    assert await best() == here.account_id
    for at, who in enumerate((there, here, there)):
        now = world.clock.now() + at * MINUTE
        await world.do(
            lambda tx, w=who, n=now: chats.lease(tx, w.account_id, holder="x", now=n, until=n + MINUTE)  # type: ignore[misc]  # bound
        )
        assert await best() == who.account_id
    await world.do(lambda tx: people.became_unreachable(tx, there, now=world.clock.now()))
    assert await best() == here.account_id


async def test_who_still_reads_another_chat_keeps_their_card(world: World, owner: Person, two: Two) -> None:
    """Blocked in one chat the card is told of in the other; blocked in both it goes back."""
    await world.project(owner, ["a"])
    here, there, _ = await linked(world, *two)
    card = await world.hold(there)
    await world.do(lambda tx: people.became_unreachable(tx, there, now=world.clock.now()))
    assert ((await world.card(card)).state, (await world.card(card)).account_id) == (
        _S.ACTIVE,
        here.account_id,
    )
    await world.do(lambda tx: people.became_unreachable(tx, here, now=world.clock.now()))
    assert (await world.card(card)).state is _S.RETURNED
    await checked(world)
