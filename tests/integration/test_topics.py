"""Sensitive topics: nobody sees them unasked, everybody is told before, and may change their mind."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bots.dialogue.vocabulary import Limits
from core import projects, topics
from core.admission import Gate
from core.assigning import Handed, NothingToDo, next_task
from core.clock import ManualClock
from core.domain.person import Person, Role
from core.domain.states import AssignmentState
from core.domain.topics import EVERY, Lack, Topic, mask, topics_in
from core.errors import Refused
from core.events import TakenBack
from core.intake.project_model import ProjectFile
from core.store import Store, Transaction, admissions
from core.vault import Vault
from tests.house import paper_house
from tests.invariants import check
from tests.standins.paper import Paper
from tests.world import CHOICE, World

HARD = ("violence", "medical")


@pytest.fixture
def world(store: Store, clock: ManualClock, vault: Vault) -> World:
    return World(store, clock, vault)


@pytest.fixture
def small(sqlite_store: Store, clock: ManualClock, vault: Vault) -> World:
    """The same where the database does not matter."""
    return World(sqlite_store, clock, vault)


async def hard(world: World, *topics: str) -> int:
    """A launched project about some topics."""
    return await world.project(await world.person("owner", Role.REQUESTER), ["Yelp"], topics=topics)


async def gate(world: World, worker: Person) -> tuple[Lack, int] | None:
    """What is asked of a worker who comes, and by which project."""
    now = world.clock.now()

    def comes(tx: Transaction) -> Gate | None:
        given = next_task(tx, worker, asked=True, now=now, chance=world.chance, gates=True)
        return given.gate if isinstance(given, NothingToDo) else None

    found = await world.do(comes)
    return None if found is None else (found.lack, found.project.id)


def test_a_set_of_topics_is_one_number() -> None:
    """Each topic has its bit for good."""
    assert topics_in(mask([Topic.MEDICAL, Topic.VIOLENCE])) == (Topic.VIOLENCE, Topic.MEDICAL)
    assert [mask([one]) for one in Topic] == [1, 2, 4, 8, 16, 32, 64]
    assert mask(Topic) == EVERY


async def test_asked_when_such_work_waits(world: World) -> None:
    """Nothing is shown unasked; after a yes, other projects of these topics only give notice."""
    first, ana = await hard(world, *HARD), await world.person("ana")
    assert await world.next(ana) is None
    assert await gate(world, ana) == (Lack.TOPICS, first)
    await world.do(lambda tx: topics.allow(tx, ana, first, shown=EVERY))
    card = await world.hold(ana)
    await world.answers(ana, card, "cat")
    second = await hard(world, "violence")
    assert await gate(world, ana) == (Lack.NOTICE, second)
    await world.do(lambda tx: topics.go_on(tx, ana, second, shown=EVERY))
    assert (await world.hold(ana)).project_id == second


async def test_a_no_is_kept(small: World) -> None:
    """Who said no to a topic is not asked again, by no project; of other topics they are."""
    first, ana = await hard(small, *HARD), await small.person("ana")
    await small.do(lambda tx: topics.refuse(tx, ana, first, shown=EVERY))
    assert await gate(small, ana) is None
    await hard(small, "medical", "hate")
    assert await gate(small, ana) is None
    third = await hard(small, "politics")
    assert await gate(small, ana) == (Lack.TOPICS, third)


async def test_not_this_project(small: World) -> None:
    """Fine with the topics, yet not with this project."""
    one, ana = await hard(small, "violence"), await small.person("ana")
    now = small.clock.now()
    await small.do(lambda tx: topics.choose(tx, ana, (Topic.VIOLENCE,), now=now))
    assert await gate(small, ana) == (Lack.NOTICE, one)
    await small.do(lambda tx: topics.decline(tx, ana, one, now=now))
    assert await gate(small, ana) is None
    assert await small.next(ana) is None


async def test_who_opts_out_returns_the_card_free(world: World) -> None:
    """The card goes back without a penalty, its slot and its points are free, and it is offered to others."""
    one, ana = await hard(world, *HARD), await world.person("ana")
    await world.do(lambda tx: topics.allow(tx, ana, one, shown=EVERY))
    card, now = await world.hold(ana), world.clock.now()
    assert await world.do(lambda tx: topics.switch(tx, ana, Topic.HATE, now=now)) == ()
    happened = await world.do(lambda tx: topics.switch(tx, ana, Topic.MEDICAL, now=now))
    assert happened == (TakenBack(ana.id, ana.account_id, card.id, "topics"),)
    assert (await world.card(card)).state is AssignmentState.RETURNED
    assert (await world.budget(one)).reserved == 0
    assert await world.next(ana) is None
    assert await world.do(lambda tx: topics.switch(tx, ana, Topic.MEDICAL, now=now)) == ()
    assert (await world.hold(ana)).task_id == card.task_id
    world.clock.move(timedelta(days=2))
    await world.tick()
    await world.store.read(check)


async def test_a_project_that_becomes_sensitive(world: World) -> None:
    """Topics of a new version hold at once, and whoever was told of others is told anew."""
    owner, ana = await world.person("owner", Role.REQUESTER), await world.person("ana")
    one = await world.project(owner, ["Meow", "Yelp"], overlap={"min": 1, "max": 1})
    await world.answers(ana, await world.hold(ana), "cat")
    now = world.clock.now()

    async def becomes(*about: str) -> None:
        file = ProjectFile.model_validate(CHOICE | {"topics": about, "overlap": {"min": 1, "max": 1}})
        await world.do(lambda tx: projects.replace_file(tx, owner, one, file, now=now))

    await becomes("violence")
    assert await gate(world, ana) == (Lack.TOPICS, one)
    await world.do(lambda tx: topics.allow(tx, ana, one, shown=EVERY))
    await becomes("violence", "hate")
    assert await gate(world, ana) == (Lack.TOPICS, one)
    await becomes()
    assert isinstance(await world.offer(ana), Handed)


async def test_a_yes_to_what_was_shown(small: World) -> None:
    """Who said yes before the project came to be about more is asked of that, and was told of nothing else."""
    owner, ana = await small.person("owner", Role.REQUESTER), await small.person("ana")
    one = await hard(small, "politics")
    shown, now = mask([Topic.POLITICS]), small.clock.now()
    file = ProjectFile.model_validate(CHOICE | {"topics": ("politics", "adult")})
    await small.do(lambda tx: projects.replace_file(tx, owner, one, file, now=now))
    await small.do(lambda tx: topics.allow(tx, ana, one, shown=shown))
    assert await small.store.read(lambda tx: topics.chosen(tx, ana)) == (shown, shown)
    assert await gate(small, ana) == (Lack.TOPICS, one)
    await small.do(lambda tx: topics.choose(tx, ana, (Topic.POLITICS, Topic.ADULT), now=now))
    await small.do(lambda tx: topics.go_on(tx, ana, one, shown=shown))
    assert await gate(small, ana) == (Lack.NOTICE, one)


async def test_only_what_asks_can_be_answered(small: World) -> None:
    """A button that somebody made up changes nothing."""
    owner, ana = await small.person("owner", Role.REQUESTER), await small.person("ana")
    plain = await small.project(owner, ["Meow"])
    for one in (plain, 77):
        with pytest.raises(Refused, match="unknown_button"):
            await small.do(lambda tx, p=one: topics.allow(tx, ana, p, shown=EVERY))  # type: ignore[misc]  # bound
    assert await small.store.read(lambda tx: topics.chosen(tx, ana)) == (0, 0)


async def test_in_one_form(sqlite_store: Store, clock: ManualClock, vault: Vault, tmp_path: Path) -> None:
    """Where a platform has forms, the topics are a field; sending it is an answer for all of them."""
    paper = Paper(limits=Limits(forms=True))
    async with paper_house(sqlite_store, clock, vault, tmp_path, paper=paper) as house:
        ana = await house.joined("ana")
        await ana.commands("settings")
        assert await ana.fills(topics=("hate", "politics")) is None
        chosen = await sqlite_store.read(lambda tx: admissions.chosen(tx, 1))
        assert chosen == (mask([Topic.HATE, Topic.POLITICS]), EVERY)
        await ana.commands("settings")
        assert await ana.fills(topics=()) is None
        assert (await sqlite_store.read(lambda tx: admissions.chosen(tx, 1))).fine == 0
