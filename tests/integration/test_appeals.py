"""Appeals: who may make one, who decides, and that everybody who was right after all is paid, once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from core import adjusting, appeals, settling, standing
from core.clock import ManualClock
from core.domain.person import Person, Role
from core.domain.standing import Measure
from core.domain.states import TaskState
from core.domain.task import Assignment
from core.errors import Refused
from core.events import AppealDecided, CaseOpened
from core.intake.rows import TaskRow
from core.refitting import truth_of
from core.store import Store, Transaction, ledger, refits, restrictions, task_views
from core.store import appeals as rows
from core.store.tables import ledger as entries
from core.vault import Vault
from tests.invariants import check
from tests.world import World

TERMS: dict[str, Any] = {"overlap": {"min": 3, "max": 5}}


@pytest.fixture
def world(store: Store, clock: ManualClock, vault: Vault) -> World:
    return World(store, clock, vault)


async def outvoted(
    world: World,
    *,
    mona: bool = True,
    answers: tuple[str, ...] = ("cat", "cat", "dog", "dog", "dog"),
    **settings: Any,
) -> tuple[Person, list[Person], list[Assignment]]:
    """A settled task: who owns it, who answered, and their cards; the first of them were outvoted."""
    owner = await world.person("owner", Role.REQUESTER)
    await world.project(owner, ["Meow"], **TERMS | settings)
    workers, cards = [], []
    for number, label in enumerate(answers):
        workers.append(await world.person(f"worker{number}"))
        cards.append(await world.hold(workers[-1]))
        await world.answers(workers[-1], cards[-1], label)
    world.clock.move(timedelta(minutes=2))
    await world.tick()
    if mona:
        await world.person("mona", Role.MODERATOR)
    return owner, workers, cards


async def disputes(world: World, who: Person, card: Assignment) -> int:
    """The worker appeals how an answer was judged."""
    now = world.clock.now()
    made, _ = await world.do(lambda tx: appeals.about_answer(tx, who, card.id, now=now))
    return made


async def decides(
    world: World, who: Person, appeal_id: int, outcome: str = appeals.UPHELD
) -> tuple[object, ...]:
    """A moderator decides an appeal."""
    now = world.clock.now()
    return await world.do(lambda tx: appeals.decide(tx, who, appeal_id, outcome=outcome, now=now))


async def test_an_upheld_appeal_pays_everybody_who_was_right_and_takes_from_nobody(world: World) -> None:
    """The truth changes on a person's word, and what is learned of people follows it."""
    _, workers, cards = await outvoted(world)
    assert [await world.balance(one) for one in workers] == [0, 0, 10, 10, 10]
    appeal = await disputes(world, workers[0], cards[0])
    mona = await world.person("mona")
    assert await decides(world, mona, appeal) == (AppealDecided(workers[0].id, appeal, True, 10),)
    assert [await world.balance(one) for one in workers] == [10] * 5
    end = await world.do(lambda tx: task_views.end_of(tx, cards[0].task_id))
    assert end is not None
    assert (end.state, end.label, end.settled_by) == (TaskState.SETTLED, "cat", f"person:{mona.id}")
    (row,) = await world.do(lambda tx: refits.tasks_of(tx, cards[0].project_id))
    assert truth_of(row) == "cat"
    assert not await world.do(lambda tx: refits.reopen(tx, row.id, now=world.clock.now())), (
        "a decision is final"
    )
    world.clock.move(timedelta(minutes=6))
    news = await world.do(lambda tx: ledger.take_news(tx, before=world.clock.now(), most=20))
    assert {one.person_id: one.corrected for one in news} == {
        one.id: 10 if at < 2 else 0 for at, one in enumerate(workers)
    }
    await world.do(check)


async def test_a_dismissed_one_changes_nothing(world: World) -> None:
    _, workers, cards = await outvoted(world)
    appeal = await disputes(world, workers[0], cards[0])
    happened = await decides(world, await world.person("mona"), appeal, appeals.DISMISSED)
    assert happened == (AppealDecided(workers[0].id, appeal, False, 0),)
    assert await world.balance(workers[0]) == 0
    with pytest.raises(Refused, match="appealed_before"):
        await disputes(world, workers[0], cards[0])
    await world.do(check)


async def test_two_moderators_at_once_decide_it_once(world: World) -> None:
    """One decides, the other is refused, and nobody is paid twice; nor when it is pressed again."""
    _, workers, cards = await outvoted(world)
    mona, mike = await world.person("mona"), await world.person("mike", Role.MODERATOR)
    appeal = await disputes(world, workers[0], cards[0])
    found = await asyncio.gather(
        decides(world, mona, appeal), decides(world, mike, appeal), return_exceptions=True
    )
    assert [one.reason for one in found if isinstance(one, Refused)] == ["decided_before"]
    with pytest.raises(Refused, match="decided_before"):
        await decides(world, mona, appeal, appeals.DISMISSED)
    assert [await world.balance(one) for one in workers] == [10] * 5
    corrections = select(func.count()).where(entries.c.kind == "correction")
    assert await world.do(lambda tx: tx.execute(corrections).scalar_one()) == 2
    await world.do(check)


async def test_a_second_appeal_about_one_task_pays_nothing_twice(world: World) -> None:
    """Both who were outvoted appeal, and both are upheld."""
    _, workers, cards = await outvoted(world)
    mona = await world.person("mona")
    first, second = await disputes(world, workers[0], cards[0]), await disputes(world, workers[1], cards[1])
    await decides(world, mona, first)
    mike = await world.person("mike", Role.MODERATOR)
    with pytest.raises(Refused, match="involved"):
        await decides(world, mona, second)
    await decides(world, mike, second)
    assert [await world.balance(one) for one in workers] == [10] * 5
    await world.do(check)


async def test_a_decision_that_cannot_be_paid_waits(world: World) -> None:
    """Nothing of it stays when the budget does not last, and the appeal is still open."""
    _, workers, cards = await outvoted(world, budget=50)
    mona = await world.person("mona")
    appeal = await disputes(world, workers[0], cards[0])
    spent = (await world.budget(cards[0].project_id)).spent

    def short(tx: Transaction) -> None:
        from core.store import projects

        projects.change(tx, cards[0].project_id, budget=spent + 10)

    await world.do(short)
    with pytest.raises(Refused, match="appeal_unpaid"):
        await decides(world, mona, appeal)
    assert await world.balance(workers[0]) == 0
    found = await world.do(lambda tx: rows.find(tx, appeal))
    assert found is not None
    assert found.decided_at is None
    await world.do(check)


async def test_what_cannot_be_appealed(world: World) -> None:
    """What was paid in full, what is a week old, what is somebody else's, and more than a few at once."""
    _, workers, cards = await outvoted(world)
    now = world.clock.now()
    with pytest.raises(Refused, match="not_appealable"):
        await disputes(world, workers[2], cards[2])
    with pytest.raises(Refused, match="unknown_card"):
        await disputes(world, workers[2], cards[0])
    listed = await world.do(lambda tx: appeals.possible(tx, workers[0], now=now))
    assert [one.assignment_id for one in listed.answers] == [cards[0].id]
    world.clock.move(timedelta(days=7))
    with pytest.raises(Refused, match="appeal_too_late"):
        await disputes(world, workers[0], cards[0])
    assert not await world.do(lambda tx: appeals.possible(tx, workers[0], now=world.clock.now()))


async def test_only_a_few_wait_at_once(world: World) -> None:
    """Three open ones; the fourth may come when one is decided."""
    owner, mona = await world.person("owner", Role.REQUESTER), await world.person("mona", Role.MODERATOR)
    await world.project(owner, [f"t{number}" for number in range(4)], overlap={"min": 3, "max": 3})
    will, cards = await world.person("will"), []
    for label, who in (("cat", will), ("dog", await world.person("b")), ("dog", await world.person("c"))):
        for _ in range(4):
            card = await world.hold(who)
            await world.answers(who, card, label)
            cards += [card] if who is will else []
    world.clock.move(timedelta(minutes=2))
    await world.tick()
    made = [await disputes(world, will, card) for card in cards[:3]]
    with pytest.raises(Refused, match="appeals_open"):
        await disputes(world, will, cards[3])
    await decides(world, mona, made[0], appeals.DISMISSED)
    await disputes(world, will, cards[3])
    await world.do(check)


async def test_a_sole_moderator_who_decided_it_hands_it_to_an_admin(world: World) -> None:
    """The admin is called, and only where no other person is left may an admin decide again."""
    owner = await world.person("owner", Role.REQUESTER)
    mona, root = await world.person("mona", Role.MODERATOR), await world.person("root", Role.ADMIN)
    await world.project(owner, ["Meow"], overlap={"min": 2, "max": 2})
    will, cards = await world.person("will"), []
    for who, label in ((will, "cat"), (await world.person("ben"), "dog")):
        cards.append(await world.hold(who))
        await world.answers(who, cards[-1], label)
    world.clock.move(timedelta(minutes=2))
    await world.tick()
    now = world.clock.now()
    await world.do(lambda tx: settling.decide(tx, mona, cards[0].task_id, "dog", now=now))
    made, called = await world.do(lambda tx: appeals.about_answer(tx, will, cards[0].id, now=now))
    assert called == (CaseOpened(root.id),)
    with pytest.raises(Refused, match="involved"):
        await decides(world, mona, made)
    await decides(world, root, made)
    assert await world.balance(will) == 10
    await world.do(check)


async def test_wrong_gold_is_put_right(world: World) -> None:
    """The known answer changes; who said it is paid, also who answers a moment before."""
    owner, mona = await world.person("owner", Role.REQUESTER), await world.person("mona", Role.MODERATOR)
    gold = TaskRow(line=2, content={"text": "Purr"}, lang="en", gold="dog", external_id="g")
    await world.project(owner, [gold, *(f"t{number}" for number in range(9))], gold_share=0.5)
    people = [await world.person(name) for name in ("will", "wes")]
    cards = []
    for who in people:
        card = await world.hold(who)
        while card.gold is None:
            await world.answers(who, card, "cat")
            card = await world.hold(who)
        cards.append(card)
    await world.answers(people[0], cards[0], "cat")
    world.clock.move(timedelta(minutes=2))
    await world.tick()
    await world.answers(people[1], cards[1], "cat")
    made = await disputes(world, people[0], cards[0])
    assert (await decides(world, mona, made))[-1] == AppealDecided(people[0].id, made, True, 10)
    world.clock.move(timedelta(minutes=2))
    await world.tick()
    paid = [await world.do(lambda tx, c=card: ledger.paid_before(tx, c.id)) for card in cards]  # type: ignore[misc]  # bound
    assert paid == [10, 10]
    await world.do(check)


async def test_a_penalty_comes_back(world: World) -> None:
    """The same points, from the project that took them, once."""
    owner, mona = await world.person("owner", Role.REQUESTER), await world.person("mona", Role.MODERATOR)
    await world.project(owner, ["a"], time_limit="2h")
    will = await world.person("will")
    card = await world.hold(will)
    world.clock.move(timedelta(minutes=61))
    await world.remind()
    world.clock.move(timedelta(minutes=61))
    await world.tick()
    assert await world.balance(will) == -5
    now = world.clock.now()
    made, _ = await world.do(lambda tx: appeals.about_penalty(tx, will, card.id, now=now))
    assert await decides(world, mona, made) == (AppealDecided(will.id, made, True, 5),)
    assert await world.balance(will) == 0
    await world.do(check)


async def test_a_banned_person_can_appeal_that_and_nothing_else(world: World) -> None:
    """Somebody else than who banned them decides, and the ban ends."""
    _, workers, cards = await outvoted(world)
    mona, mike = await world.person("mona"), await world.person("mike", Role.MODERATOR)
    now, will = world.clock.now(), workers[0]
    await world.do(lambda tx: standing.act(tx, mona, will.id, kind=Measure.BAN, reason="spam", now=now))
    will = await world.person("worker0")
    assert will.banned
    with pytest.raises(Refused, match="banned"):
        await disputes(world, will, cards[0])
    listed = await world.do(lambda tx: appeals.possible(tx, will, now=now))
    assert not listed.answers
    (held,) = listed.measures
    made, called = await world.do(lambda tx: appeals.about_measure(tx, will, held.id, now=now))
    assert called == (CaseOpened(mike.id),)
    with pytest.raises(Refused, match="involved"):
        await decides(world, mona, made)
    await decides(world, mike, made)
    assert not (await world.person("worker0")).banned


@pytest.mark.parametrize(("by", "hours", "can"), [("gold", 8, True), ("gold", 169, False), (1, 8, False)])
async def test_a_pause_that_a_rule_made_can_be_disputed_when_it_is_over(
    world: World, by: int | str, hours: int, can: bool
) -> None:
    """It may pass in a night, and what the rule counts from there; for a week, as a warning."""
    await world.person("mona", Role.MODERATOR)
    will, now = await world.person("will"), world.clock.now()
    until = now + timedelta(hours=6)
    await world.do(
        lambda tx: standing.impose(
            tx, will.id, kind=Measure.PAUSE, by=by, reason="gold", until=until, now=now
        )
    )
    later = now + timedelta(hours=hours)
    assert bool(await world.do(lambda tx: appeals.possible(tx, will, now=later))) is can
    if not can:
        with pytest.raises(Refused, match="not_appealable"):
            await world.do(lambda tx: appeals.about_measure(tx, will, 1, now=later))
        return
    made, _ = await world.do(lambda tx: appeals.about_measure(tx, will, 1, now=later))
    await decides(world, await world.person("mona"), made)
    held = await world.do(lambda tx: restrictions.find(tx, 1))
    assert held is not None
    assert held.lifted_at is not None


async def test_points_are_adjusted_within_the_budget(world: World) -> None:
    """Both legs are booked; more than the budget is refused; whoever never worked cannot be paid."""
    _, workers, cards = await outvoted(world, budget=60)
    mona, now, project = await world.person("mona"), world.clock.now(), cards[0].project_id

    def adjust(points: int, who: Person, seconds: int = 0) -> Any:
        return world.do(
            lambda tx: adjusting.adjust(
                tx,
                mona,
                person_id=who.id,
                project_id=project,
                points=points,
                words="thank you",
                now=now + timedelta(seconds=seconds),
            )
        )

    await adjust(7, workers[0])
    await adjust(-3, workers[0], 1)
    assert await world.balance(workers[0]) == 4
    with pytest.raises(Refused, match="adjust_unpaid"):
        await adjust(1000, workers[0], 2)
    with pytest.raises(Refused, match="never_worked"):
        await adjust(1, await world.person("nobody"), 3)
    with pytest.raises(Refused, match="own_case"):
        await adjust(1, mona, 4)
    await world.do(check)
