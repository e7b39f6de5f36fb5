"""The review queue: reports, tasks without agreement, people who stand out; each decided once, by who may."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from core import deciding, flags, quality, review, settling
from core.clock import ManualClock
from core.domain.person import Person, Role
from core.domain.states import AssignmentState, TaskState
from core.domain.task import Assignment
from core.errors import Refused
from core.events import CaseOpened, TaskReported
from core.review import Kind, Waiting
from core.store import Store, cases, task_views
from core.store.tables import task
from core.vault import Vault
from tests.invariants import check
from tests.reports import keep, suspect
from tests.world import World


@pytest.fixture
def world(store: Store, clock: ManualClock, vault: Vault) -> World:
    return World(store, clock, vault)


async def cast(world: World) -> tuple[Person, Person, Person]:
    """An owner and two moderators."""
    return (
        await world.person("owner", Role.REQUESTER),
        await world.person("mona", Role.MODERATOR),
        await world.person("mike", Role.MODERATOR),
    )


async def disputed(world: World, owner: Person, **settings: Any) -> int:
    """A task on which two people differ for good; its number."""
    await world.project(owner, ["Meow"], **{"overlap": {"min": 2, "max": 2}} | settings)
    card = None
    for name, label in (("ana", "cat"), ("ben", "dog")):
        worker = await world.person(name)
        card = await world.hold(worker)
        await world.answers(worker, card, label)
    world.clock.move(timedelta(minutes=2))
    await world.tick()
    assert card is not None
    return card.task_id


async def reports(world: World, who: Person, card: Assignment, why: str = "broken") -> tuple[object, ...]:
    """The worker reports the task in their hand."""
    now = world.clock.now()
    return await world.do(lambda tx: flags.report(tx, who, card.id, why, now=now))


async def state_of(world: World, task_id: int) -> task_views.End:
    """How a task stands."""
    found = await world.do(lambda tx: task_views.end_of(tx, task_id))
    assert found is not None
    return found


async def test_more_people_are_asked_until_a_tie_ends(world: World) -> None:
    """One more person on a tie of two; then plurality settles it, and the overlap is kept to that."""
    owner, mona, _ = await cast(world)
    task_id = await disputed(world, owner)
    now = world.clock.now()
    await world.do(lambda tx: deciding.ask_more(tx, mona, task_id, now=now))
    assert (await state_of(world, task_id)).state is TaskState.OPEN
    await world.do(check)
    cem, dan = await world.person("cem"), await world.person("dan")
    card = await world.hold(cem)
    assert await world.next(dan) is None, "one more was asked for, not two"
    await world.answers(cem, card, "cat")
    await world.do(check)
    world.clock.move(timedelta(minutes=2))
    await world.tick()
    assert (await state_of(world, task_id)).label == "cat"
    await world.do(check)


async def test_a_weighed_task_asks_three_more_at_most(world: World) -> None:
    """It goes to a person again when even they do not make it sure."""
    owner, mona, _ = await cast(world)
    await world.project(owner, ["Meow"], overlap={"min": 2, "max": 2}, method="dawid_skene")
    for name, label in (("ana", "cat"), ("ben", "dog")):
        worker = await world.person(name)
        await world.answers(worker, card := await world.hold(worker), label)
    world.clock.move(timedelta(minutes=2))
    await world.tick()
    now, task_id = world.clock.now(), card.task_id
    await world.do(lambda tx: deciding.ask_more(tx, mona, task_id, now=now))
    for name in ("cem", "dan", "eve"):
        worker = await world.person(name)
        found = await world.next(worker)
        if found is not None:
            await world.answers(worker, found, "cat" if name != "dan" else "dog")
    answered = await world.do(
        lambda tx: tx.execute(select(task.c.answered).where(task.c.id == task_id)).scalar_one()
    )
    assert 2 < answered <= 5
    assert await world.next(await world.person("fay")) is None


async def test_a_cancelled_task_pays_everybody_in_full(world: World) -> None:
    owner, mona, mike = await cast(world)
    task_id = await disputed(world, owner)
    now = world.clock.now()
    await world.do(lambda tx: deciding.cancel(tx, mona, task_id, now=now))
    end = await state_of(world, task_id)
    assert (end.state, end.settled_by) == (TaskState.CANCELLED, f"person:{mona.id}")
    assert [await world.balance(await world.person(name)) for name in ("ana", "ben")] == [10, 10]
    with pytest.raises(Refused, match="decided_before"):
        await world.do(lambda tx: deciding.cancel(tx, mike, task_id, now=now))
    await world.do(check)


@pytest.mark.parametrize("pair", ["settle and cancel", "more and settle", "cancel and more"])
async def test_two_moderators_at_once_decide_a_task_once(world: World, pair: str) -> None:
    """Whatever the two press, one decides and the other is refused; or more people are asked, and then it is open."""
    owner, mona, mike = await cast(world)
    task_id = await disputed(world, owner)
    now = world.clock.now()
    acts: dict[str, Callable[[Person], Awaitable[object]]] = {
        "settle": lambda who: world.do(lambda tx: settling.decide(tx, who, task_id, "cat", now=now)),
        "cancel": lambda who: world.do(lambda tx: deciding.cancel(tx, who, task_id, now=now)),
        "more": lambda who: world.do(lambda tx: deciding.ask_more(tx, who, task_id, now=now)),
    }
    first, _, second = pair.partition(" and ")
    found = await asyncio.gather(acts[first](mona), acts[second](mike), return_exceptions=True)
    refused = [one.reason for one in found if isinstance(one, Refused)]
    end = await state_of(world, task_id)
    if pair == "cancel and more" and not refused:
        assert end.state is TaskState.CANCELLED, "an open task may be cancelled"
    else:
        assert refused == ["decided_before"]
    await world.do(check)


async def test_a_report_gives_the_card_back_for_good_and_opens_one_case(world: World) -> None:
    """Free, never again to this person; the owner and the moderators are told; a second report joins the case."""
    owner, mona, mike = await cast(world)
    project = await world.project(owner, ["a"], overlap={"min": 1, "max": 1})
    ana, ben = await world.person("ana"), await world.person("ben")
    card = await world.hold(ana)
    happened = await reports(world, ana, card)
    assert happened == (
        CaseOpened(mona.id),
        CaseOpened(mike.id),
        TaskReported(owner.id, project, card.task_id, held=False),
    )
    assert (await world.card(card)).state is AssignmentState.SKIPPED
    assert await world.next(ana) is None
    with pytest.raises(Refused, match="card_closed"):
        await reports(world, ana, card)
    await reports(world, ben, await world.hold(ben), "offensive")
    (case,) = await world.do(lambda tx: cases.of_task(tx, card.task_id))
    assert await world.do(lambda tx: cases.flags_of(tx, case.id)) == [
        (ana.id, "broken"),
        (ben.id, "offensive"),
    ]
    await world.do(check)


async def held_task(world: World, owner: Person, **settings: Any) -> tuple[int, int, Assignment]:
    """A task that three people reported while a fourth has it in hand: task, case, and that card."""
    await world.project(owner, ["a"], **{"overlap": {"min": 4, "max": 4}} | settings)
    fay = await world.person("fay")
    card = await world.hold(fay)
    for name in ("ana", "ben", "cem"):
        worker = await world.person(name)
        await reports(world, worker, await world.hold(worker))
    (case,) = await world.do(lambda tx: cases.of_task(tx, card.task_id))
    return card.task_id, case.id, card


async def test_three_reports_hold_a_task_until_somebody_looked(world: World) -> None:
    """Nobody gets it, also after an answer of who had it; kept, it goes out again, and three new ones hold it anew."""
    owner, mona, _ = await cast(world)
    task_id, case_id, card = await held_task(world, owner)
    dan, now = await world.person("dan"), world.clock.now()
    assert await world.next(dan) is None
    await world.do(check)
    await world.answers(await world.person("fay"), card, "cat")
    assert await world.next(dan) is None
    await world.do(check)

    def kept(tx: Any) -> None:
        case = review.take(tx, mona, case_id, outcome="keep", now=now)
        flags.keep(tx, mona, case, now=now)

    await world.do(kept)
    again = await world.hold(dan)
    assert again.task_id == task_id
    await reports(world, dan, again)
    both = await world.do(lambda tx: cases.of_task(tx, task_id))
    assert [one.decided_at is None for one in both] == [False, True]
    assert await world.next(await world.person("eve")) is not None, "one report holds nothing"
    await world.do(check)


async def test_gold_that_is_reported_is_held_and_thrown_out_like_any_other(world: World) -> None:
    """Whoever was judged by it is paid in full."""
    owner, mona, _ = await cast(world)
    from core.intake.rows import TaskRow

    gold = TaskRow(line=2, content={"text": "Purr"}, lang="en", gold="dog", external_id="g")
    await world.project(owner, [gold, *(f"t{number}" for number in range(30))], gold_share=0.5)

    async def meets(name: str) -> tuple[Person, Assignment]:
        who = await world.person(name)
        card = await world.hold(who)
        while card.gold is None:
            await world.answers(who, card, "cat")
            card = await world.hold(who)
        return who, card

    wes, met = await meets("wes")
    await world.answers(wes, met, "cat")
    for name in ("ana", "ben", "cem"):
        await reports(world, *await meets(name))
    await world.do(check)
    now = world.clock.now()
    await world.do(lambda tx: deciding.cancel(tx, mona, met.task_id, now=now))
    world.clock.move(timedelta(minutes=2))
    await world.tick()
    from core.store import ledger

    assert await world.do(lambda tx: ledger.paid_before(tx, met.id)) == 10
    await world.do(check)


async def test_a_case_is_decided_once(world: World) -> None:
    """Two moderators at once; who comes second is refused and changes nothing."""
    owner, mona, mike = await cast(world)
    task_id, case_id, _ = await held_task(world, owner)
    now = world.clock.now()

    def keeps(tx: Any) -> None:
        flags.keep(tx, mona, review.take(tx, mona, case_id, outcome="keep", now=now), now=now)

    def cancels(tx: Any) -> None:
        review.take(tx, mike, case_id, outcome="cancel", now=now)
        deciding.cancel(tx, mike, task_id, now=now)

    found = await asyncio.gather(world.do(keeps), world.do(cancels), return_exceptions=True)
    assert [one.reason for one in found if isinstance(one, Refused)] == ["decided_before"]
    case = await world.do(lambda tx: cases.find(tx, case_id))
    assert case is not None
    cancelled = (await state_of(world, task_id)).state is TaskState.CANCELLED
    assert cancelled is (case.outcome == "cancel")
    await world.do(check)


async def test_people_who_stand_out_enter_once(world: World) -> None:
    """A refit's news opens a case; the same again does not; nobody decides about themselves."""
    owner, mona, mike = await cast(world)
    project = await world.project(owner, ["a"])
    will, now = await world.person("will"), world.clock.now()

    def found(tx: Any) -> None:
        keep(tx, project, as_of=now, suspects=[suspect(will.id), suspect(mona.id)])
        seen = quality.found(tx, project)
        assert seen is not None
        review.open_suspects(tx, project, seen.suspects, news_of=now, now=now)

    await world.do(found)
    await world.do(found)
    assert await world.do(lambda tx: review.counts(tx, mike)) == {Kind.SUSPECT: 2}
    first = await world.do(lambda tx: review.following(tx, mona))
    assert first is not None
    case = await world.do(lambda tx: cases.find(tx, first.id))
    assert case is not None
    assert case.person_id == will.id
    assert await world.do(lambda tx: review.following(tx, mona, first)) == first, "the other is about her"
    second = await world.do(lambda tx: review.following(tx, mike, first))
    assert second is not None
    assert second != first
    with pytest.raises(Refused, match="own_case"):
        await world.do(lambda tx: review.take(tx, mona, second.id, outcome="dismiss", now=now))


async def test_the_queue_is_walked_in_order_and_skips_what_one_answered(world: World) -> None:
    """People who wait come first; a task that this moderator answered is for somebody else."""
    owner, mona, mike = await cast(world)
    await world.project(owner, ["Meow"], overlap={"min": 2, "max": 2})
    for who, label in ((mona, "cat"), (await world.person("ben"), "dog")):
        await world.answers(who, card := await world.hold(who), label)
    world.clock.move(timedelta(minutes=2))
    await world.tick()
    task_id = card.task_id
    assert await world.do(lambda tx: review.following(tx, mona)) is None
    one = Waiting(Kind.ESCALATED, task_id)
    assert await world.do(lambda tx: review.following(tx, mike)) == one
    assert await world.do(lambda tx: review.following(tx, mike, one)) == one, (
        "behind the last comes the first"
    )
    with pytest.raises(Refused, match="own_answer"):
        await world.do(lambda tx: deciding.cancel(tx, mona, task_id, now=world.clock.now()))
    with pytest.raises(Refused, match="not_allowed"):
        await world.do(lambda tx: review.following(tx, owner))
