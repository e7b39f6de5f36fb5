"""What is imposed on people: it holds at once, it is told once, it can be lifted, and linking does not shake it off."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from core import answering, linking, standing
from core.assigning import NothingToDo, next_task
from core.clock import ManualClock
from core.domain.person import Person, Role, require
from core.domain.standing import Measure
from core.domain.states import AssignmentState
from core.errors import Refused
from core.events import Imposed, Lifted, TakenBack
from core.linking import Linked
from core.store import Store, Transaction, restrictions
from core.store import people as people_rows
from core.vault import Vault
from tests.invariants import check
from tests.world import World


@pytest.fixture
def world(store: Store, clock: ManualClock, vault: Vault) -> World:
    return World(store, clock, vault)


async def again(world: World, who: Person) -> Person:
    """The person as they stand now."""
    return await world.do(lambda tx: people_rows.by_account(tx, who.account_id))


async def acts(
    world: World,
    mona: Person,
    who: Person,
    kind: Measure,
    *,
    project: int | None = None,
    days: int | None = None,
) -> tuple[object, ...]:
    """A moderator imposes something."""
    now = world.clock.now()
    lasts = None if days is None else timedelta(days=days)
    return await world.do(
        lambda tx: standing.act(
            tx, mona, who.id, kind=kind, reason="too_fast", project_id=project, lasts=lasts, now=now
        )
    )


async def test_a_ban_takes_the_card_back_free_and_leaves_an_appeal_only(world: World) -> None:
    """The slot is free for others, nothing is lost, and every right but one is refused."""
    owner, mona = await world.person("owner", Role.REQUESTER), await world.person("mona", Role.MODERATOR)
    await world.project(owner, ["a"], overlap={"min": 1, "max": 1})
    will = await world.person("will")
    card = await world.hold(will)
    happened = await acts(world, mona, will, Measure.BAN)
    assert [type(one) for one in happened] == [TakenBack, Imposed]
    assert (await world.card(card)).state is AssignmentState.RETURNED
    will = await again(world, will)
    for refused in ("work", "create project", "review"):
        with pytest.raises(Refused, match="banned"):
            require(will, refused)
    require(will, "appeal")
    with pytest.raises(Refused, match="banned"):
        await world.next(will)
    assert await world.next(await world.person("other")) is not None
    await world.do(check)


async def test_a_pause_ends_by_itself(world: World) -> None:
    """Until its time no project offers anything; afterwards everything is as before."""
    owner, mona = await world.person("owner", Role.REQUESTER), await world.person("mona", Role.MODERATOR)
    await world.project(owner, ["a", "b"])
    will = await world.person("will")
    await acts(world, mona, will, Measure.PAUSE, days=1)
    will = await again(world, will)
    with pytest.raises(Refused, match="paused"):
        await world.next(will)
    world.clock.move(timedelta(days=1))
    assert await world.next(will) is not None


async def test_who_is_stopped_in_one_project_works_in_the_others(world: World) -> None:
    owner, mona = await world.person("owner", Role.REQUESTER), await world.person("mona", Role.MODERATOR)
    first = await world.project(owner, ["a"], priority="high")
    second = await world.project(owner, ["b"])
    will = await world.person("will")
    card = await world.hold(will)
    assert card.project_id == first
    await acts(world, mona, will, Measure.RESTRICT, project=first)
    will = await again(world, will)
    card = await world.hold(will)
    assert card.project_id == second
    await world.answers(will, card, "cat")
    assert isinstance(await world.offer(will), NothingToDo)


async def test_an_undo_is_no_way_around(world: World) -> None:
    """The card of an answer that was taken back would be one in hand."""
    owner, mona = await world.person("owner", Role.REQUESTER), await world.person("mona", Role.MODERATOR)
    await world.project(owner, ["a"])
    will = await world.person("will")
    card = await world.hold(will)
    await world.answers(will, card, "cat")
    await acts(world, mona, will, Measure.PAUSE, days=1)
    will, now = await again(world, will), world.clock.now()
    with pytest.raises(Refused, match="paused"):
        await world.do(lambda tx: answering.undo(tx, will, card.id, now=now))
    await world.do(check)


async def test_nobody_acts_on_themselves_nor_a_moderator_on_an_admin(world: World) -> None:
    mona, root = await world.person("mona", Role.MODERATOR), await world.person("root", Role.ADMIN)
    will = await world.person("will")
    for actor, target, why in (
        (mona, mona, "own_case"),
        (mona, root, "not_allowed"),
        (will, mona, "not_allowed"),
    ):
        with pytest.raises(Refused, match=why):
            await acts(world, actor, target, Measure.WARN)
    assert await acts(world, root, mona, Measure.BAN)


async def test_two_moderators_at_once_impose_it_once(world: World) -> None:
    """One does it, the other is told so; the same of lifting."""
    mona, mike = await world.person("mona", Role.MODERATOR), await world.person("mike", Role.MODERATOR)
    will = await world.person("will")
    found = await asyncio.gather(
        *(acts(world, one, will, Measure.BAN) for one in (mona, mike)), return_exceptions=True
    )
    refused = [one for one in found if isinstance(one, Refused)]
    assert [one.reason for one in refused] == ["imposed_before"]
    held = await world.do(lambda tx: restrictions.of_person(tx, will.id))
    assert len(held) == 1
    now = world.clock.now()

    async def lifts(who: Person) -> tuple[object, ...]:
        return await world.do(lambda tx: standing.end(tx, who, held[0].id, now=now))

    ended = await asyncio.gather(lifts(mona), lifts(mike), return_exceptions=True)
    assert sorted(type(one).__name__ for one in ended) == ["Refused", "tuple"]
    assert not (await again(world, will)).banned


async def test_a_claim_at_the_moment_of_a_ban_leaves_no_card(world: World) -> None:
    """Whoever comes first, in the end a banned person holds nothing."""
    owner, mona = await world.person("owner", Role.REQUESTER), await world.person("mona", Role.MODERATOR)
    await world.project(owner, [f"t{number}" for number in range(12)])
    for number in range(6):
        will = await world.person(f"will{number}")
        now, chance, name = world.clock.now(), world.chance, f"will{number}"

        def claims(tx: Transaction) -> object:
            who = world.identity(name)  # noqa: B023  (run at once)
            from core import people

            found = people.find(tx, world.vault, who)
            assert found is not None
            try:
                with tx.nested():
                    return next_task(tx, found, asked=True, now=now, chance=chance)  # noqa: B023  (run at once)
            except Refused as refused:
                return refused.reason

        await asyncio.gather(world.do(claims), acts(world, mona, will, Measure.BAN))
        held = await world.do(lambda tx, w=will: restrictions.cards_of(tx, w.id, project_id=None))  # type: ignore[misc]  # bound
        assert held == []
    await world.do(check)


async def test_a_rule_imposes_once_and_lifts(world: World) -> None:
    """The same measure of a rule tells nothing the second time; a longer pause does."""
    will, now = await world.person("will"), world.clock.now()

    async def pause(hours: int) -> list[type]:
        until = now + timedelta(hours=hours)
        happened = await world.do(
            lambda tx: standing.impose(
                tx, will.id, kind=Measure.PAUSE, by="too_fast", reason="too_fast", until=until, now=now
            )
        )
        return [type(one) for one in happened]

    assert await pause(2) == [Imposed]
    assert await pause(1) == []
    assert await pause(3) == [Imposed]
    held = await world.do(lambda tx: standing.holding(tx, will.id, now=now))
    for one in held:
        lifted = await world.do(lambda tx, i=one.id: standing.lift(tx, i, by=None, now=now))  # type: ignore[misc]  # bound
        assert [type(event) for event in lifted] == [Lifted]
    assert (await again(world, will)).paused_until is None


async def test_a_ban_wins_when_two_people_become_one(world: World) -> None:
    """Whichever of the two is banned, the one they become is; and a chat cannot part from it."""
    mona = await world.person("mona", Role.MODERATOR)
    owner = await world.person("owner", Role.REQUESTER)
    await world.project(owner, ["a", "b", "c"])
    for number, banned in enumerate((0, 1)):
        both = [await world.person(f"{name}{number}") for name in ("here", "there")]
        now = world.clock.now()
        code = await world.do(
            lambda tx, one=both[banned], n=number: linking.offer(  # type: ignore[misc]  # bound
                tx,
                world.vault,
                one,
                token=f"a token {n}",
                now=now,  # noqa: B023  (run at once)
            )
        )
        other = both[1 - banned]
        await world.hold(other)
        await acts(world, mona, both[banned], Measure.BAN)
        linked = await world.do(
            lambda tx, c=code.code, o=other: linking.link(tx, world.vault, o, c, now=now)  # type: ignore[misc]  # noqa: B023  (bound; run at once)
        )
        assert isinstance(linked, Linked)
        now_is = await again(world, other)
        assert now_is.id == linked.person_id
        assert now_is.banned
        assert await world.do(lambda tx, n=now_is: restrictions.cards_of(tx, n.id, project_id=None)) == []  # type: ignore[misc]  # bound
        with pytest.raises(Refused, match="standing_first"):
            await world.do(lambda tx, n=now_is: linking.unlink(tx, n, now=now))  # type: ignore[misc]  # noqa: B023  (bound; run at once)
        await world.do(check)
