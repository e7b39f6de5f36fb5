"""Rules of conduct in work: one step at a time, once, told, and forgotten when it was wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bots.dialogue.vocabulary import Para
from core import answering, asking, review, rules, standing
from core.assigning import Handed
from core.clock import ManualClock
from core.domain.person import Person, Role
from core.domain.rules import CHECKED, LADDERS, MORE_GOLD, Rule, Step, Strictness
from core.domain.standing import Measure
from core.domain.task import Assignment
from core.domain.watch import Watch
from core.errors import Refused
from core.events import CaseOpened, Event, Imposed
from core.intake.rows import TaskRow
from core.store import Store, Transaction, crowds, projects, restrictions, watches
from core.store import people as people_rows
from core.store.watches import Watched
from core.vault import Vault
from tests.house import paper_house
from tests.linked import linked
from tests.world import World

LABELS = ("cat", "dog", "cow", "hen", "pig", "rat")
WRONG = "rat"
ANIMALS: dict[str, Any] = {
    "labels": [{"id": label, "en": label.title()} for label in LABELS],
    "overlap": {"min": 3, "max": 3},
}


@pytest.fixture
def world(store: Store, clock: ManualClock, vault: Vault) -> World:
    return World(store, clock, vault)


def texts(count: int) -> list[str]:
    """Texts whose first word is the truth."""
    return [f"{LABELS[at % 5]} {at}" for at in range(count)]


async def judged(world: World, count: int, **settings: Any) -> int:
    """A project whose tasks two people have answered rightly."""
    owner = await world.person("owner", Role.REQUESTER)
    made = await world.project(owner, texts(count), **(ANIMALS | settings))
    for name in ("anna", "ben"):
        worker = await world.person(name)
        for _ in range(count):
            card = await world.hold(worker)
            await world.answers(worker, card, card.content["text"].split()[0])
            world.clock.move(timedelta(seconds=7))
    return made


async def again(world: World, who: Person) -> Person:
    """The person as they stand now."""
    return await world.do(lambda tx: people_rows.by_account(tx, who.account_id))


async def watched(world: World, project: int, who: Person) -> Watched:
    """A worker as the rules see them."""
    return (await world.do(lambda tx: crowds.met(tx, project_id=project, person_id=who.id)))[2]


async def works(world: World, who: Person, count: int, *, label: str | None = None) -> list[Event]:
    """So many answers, right ones unless a label is given, or fewer when something is in the way."""
    events: list[Event] = []
    for _ in range(count):
        who = await again(world, who)
        try:
            card = await world.next(who)
        except Refused as refused:
            if refused.reason != "paused":
                raise
            world.clock.move(timedelta(hours=7))
            continue
        if card is None:
            break
        given = await world.answers(who, card, label or card.content["text"].split()[0])
        events += given.events
        world.clock.move(timedelta(seconds=7))
    return events


async def imposed(world: World, who: Person) -> list[tuple[Measure, str | None]]:
    """All that was imposed on somebody, with the rule that did."""
    held = await world.do(lambda tx: restrictions.of_person(tx, who.id))
    return [(one.kind, one.by_rule) for one in held]


async def test_a_spammer_climbs_the_ladder_one_step_at_a_time(world: World) -> None:
    """A word, more known tasks, a pause, no more tasks and a case for a moderator: each told once."""
    project = await judged(world, 45)
    mona = await world.person("mona", Role.MODERATOR)
    eve = await world.person("eve")
    events = await works(world, eve, 45, label=WRONG)
    assert [kind for kind, _ in await imposed(world, eve)] == [
        Measure.WARN,
        Measure.CHECK,
        Measure.PAUSE,
        Measure.RESTRICT,
    ]
    assert all(rule in set(LADDERS) for _, rule in await imposed(world, eve))
    assert sum(isinstance(one, Imposed) for one in events) == 4
    assert [one.person_id for one in events if isinstance(one, CaseOpened)] == [mona.id]
    counts = await world.do(lambda tx: review.counts(tx, mona))
    assert counts == {review.Kind.RULE: 1}
    assert await world.next(await again(world, eve)) is None
    assert (await watched(world, project, eve)).step is Step.RESTRICT


async def test_an_honest_worker_meets_no_rule(world: World) -> None:
    """Also one who is wrong now and then, and gives the same answer many times in a sorted file."""
    project = await judged(world, 40)
    will = await world.person("will")
    for _ in range(8):
        await works(world, will, 4)
        await works(world, will, 1, label=WRONG)
    assert await imposed(world, will) == []
    assert (await watched(world, project, will)).step is Step.NONE


async def test_bad_luck_is_forgotten(world: World) -> None:
    """Good answers after a kind word take its reason away, and the step with it."""
    project = await judged(world, 60)
    will = await world.person("will")
    while not await imposed(world, will):
        await works(world, will, 1, label=WRONG)
    assert (await watched(world, project, will)).step is Step.NUDGE
    await works(world, will, 25)
    assert (await watched(world, project, will)).step is Step.NONE
    assert [kind for kind, _ in await imposed(world, will)] == [Measure.WARN]


async def test_a_rule_that_is_off_does_nothing(world: World) -> None:
    """Neither in a project that switched all off, nor where moderators did."""
    await judged(world, 30, rules="off")
    mona, eve = await world.person("mona", Role.MODERATOR), await world.person("eve")
    await works(world, eve, 30, label=WRONG)
    assert await imposed(world, eve) == []
    now = world.clock.now()

    def unit(tx: Transaction) -> None:
        for rule in Rule:
            rules.set_for_house(tx, mona, rule, Strictness.OFF, now=now)

    await world.do(unit)
    owner = await world.person("other", Role.REQUESTER)
    await world.project(owner, ["cat 1", "dog 2"], **ANIMALS)
    await works(world, eve, 2, label=WRONG)
    assert await imposed(world, eve) == []


async def test_an_answer_taken_back_tells_nothing(world: World) -> None:
    """After an undo a worker stands where they stood before."""
    project = await judged(world, 6)
    will = await world.person("will")
    await works(world, will, 3, label=WRONG)
    before = await watched(world, project, will)
    card = await world.hold(will)
    await world.answers(will, card, WRONG)
    assert (await watched(world, project, will)).watch.careless > before.watch.careless
    now = world.clock.now()
    await world.do(lambda tx: answering.undo(tx, will, card.id, now=now))
    assert (await watched(world, project, will)).watch == before.watch


async def test_what_a_moderator_lifts_does_not_come_back_with_the_next_answer(world: World) -> None:
    """Who was wrongly warned begins anew."""
    project = await judged(world, 40)
    mona, will = await world.person("mona", Role.MODERATOR), await world.person("will")
    while not await imposed(world, will):
        await works(world, will, 1, label=WRONG)
    (warning,) = await world.do(lambda tx: restrictions.of_person(tx, will.id))
    now = world.clock.now()
    await world.do(lambda tx: standing.end(tx, mona, warning.id, now=now))
    assert (await watched(world, project, will)).watch == watches.NOBODY
    await works(world, will, 1, label=WRONG)
    assert len(await imposed(world, will)) == 1


async def test_who_is_looked_at_closer_meets_more_known_tasks(world: World) -> None:
    """For a week after the second step about three cards in ten are gold, whatever the project's own share."""
    project = await judged(world, 45)
    eve = await world.person("eve")

    async def share() -> float:
        now = world.clock.now()

        def unit(tx: Transaction) -> float:
            found = projects.find(tx, project)
            assert found is not None
            who = people_rows.by_account(tx, eve.account_id)
            return asking.caller(tx, who, project, found.file, late=0.0, now=now).gold_share

        return await world.do(unit)

    usual = await share()
    assert usual < MORE_GOLD
    while Measure.CHECK not in (kinds := [kind for kind, _ in await imposed(world, eve)]):
        assert Measure.PAUSE not in kinds
        assert await share() < MORE_GOLD
        await works(world, eve, 1, label=WRONG)
    assert await share() == MORE_GOLD
    world.clock.move(CHECKED)
    assert await share() < MORE_GOLD


async def test_a_closer_look_comes_along(world: World) -> None:
    """Who links another chat is looked at there as here."""
    owner = await world.person("owner", Role.REQUESTER)
    here, eve = await world.person("here"), await world.person("eve")
    project, now = await world.project(owner, texts(1), **ANIMALS), world.clock.now()
    await world.do(
        lambda tx: standing.impose(
            tx,
            eve.id,
            kind=Measure.CHECK,
            by="gold",
            reason="gold",
            project_id=project,
            until=now + CHECKED,
            now=now,
        )
    )
    here, _, _ = await linked(world, here, eve)
    assert await world.do(lambda tx: standing.is_checked(tx, here, project, now=now))


def _skip(tx: Transaction, *, who: Person, card: Assignment, now: datetime) -> None:
    rules.skipped(tx, answering.skip(tx, who, card.id, now=now), now=now)


async def skips(world: World, who: Person, count: int) -> None:
    """So many cards skipped in a row."""
    for _ in range(count):
        await world.do(partial(_skip, who=who, card=await world.hold(who), now=world.clock.now()))
        world.clock.move(timedelta(seconds=7))


async def test_skips_count_in_a_row(world: World) -> None:
    """An answer in between ends the row."""
    owner, will = await world.person("owner", Role.REQUESTER), await world.person("will")
    await world.project(owner, texts(30), **ANIMALS)
    await skips(world, will, 9)
    await works(world, will, 1)
    await skips(world, will, 9)
    assert await imposed(world, will) == []
    await skips(world, will, 1)
    assert await imposed(world, will) == [(Measure.WARN, "skips")]


@pytest.mark.parametrize("off", [False, True])
async def test_a_rule_that_was_turned_off_spares_the_card_in_hand(world: World, *, off: bool) -> None:
    """What a project chooses holds from the next answer on, and from the next skip."""
    owner, will = await world.person("owner", Role.REQUESTER), await world.person("will")
    known = TaskRow(line=2, content={"text": "cat"}, gold="cat")
    project = await world.project(owner, [*texts(30), known], **(ANIMALS | {"gold_share": 0.5}))
    while (card := await world.hold(will)).gold is None:
        await world.do(partial(_skip, who=will, card=card, now=world.clock.now()))
    nearly, now = Watch(gold=LADDERS[Rule.GOLD][Step.NUDGE] - 0.1), world.clock.now()

    def unit(tx: Transaction) -> None:
        watches.keep(
            tx,
            nearly,
            project_id=project,
            person_id=will.id,
            before=None,
            answer_id=0,
            step=Step.NONE,
            missed=0,
        )
        for rule in Rule if off else ():
            rules.set_for_project(tx, owner, project, rule, Strictness.OFF, now=now)

    await world.do(unit)
    world.clock.move(timedelta(seconds=7))
    await world.answers(will, card, WRONG)
    assert await imposed(world, will) == ([] if off else [(Measure.WARN, "gold")])


async def test_two_cards_that_ran_out_bring_a_word(world: World) -> None:
    """Only those of which a reminder came in time, and each once, however many sweeps there are."""
    owner, will = await world.person("owner", Role.REQUESTER), await world.person("will")
    await world.project(owner, texts(5), **ANIMALS)
    for warned in (False, True, True):
        card = await world.hold(will)
        world.clock.move(timedelta(hours=4, minutes=1))
        if warned:
            await world.remind()
        world.clock.move(card.due_at - world.clock.now() + timedelta(seconds=1))
        await asyncio.gather(world.tick(), world.tick())
    assert await imposed(world, will) == [(Measure.WARN, "overdue")]
    assert isinstance(await world.offer(will), Handed)


async def test_a_word_does_not_come_instead_of_a_task(
    sqlite_store: Store, clock: ManualClock, vault: Vault, tmp_path: Path
) -> None:
    """Who asks before the sweep came by gets the word, and the task that they asked for."""
    async with paper_house(sqlite_store, clock, vault, tmp_path) as house:
        world = World(sqlite_store, clock, vault)
        await world.project(await world.person("owner", Role.REQUESTER), texts(5), **ANIMALS)
        will = await house.joined("will")
        for _ in range(2):
            await will.says("/task")
            clock.move(timedelta(hours=4, minutes=1))
            await world.remind()
            clock.move(timedelta(hours=1))
        await will.says("/task")
        assert await world.do(lambda tx: [one.reason for one in restrictions.of_person(tx, 2)]) == ["overdue"]
        said = [
            str(part.words)
            for one in will.chat.messages.values()
            for part in one.parts
            if isinstance(part, Para)
        ]
        assert not [one for one in said if one.startswith("There is nothing to do")]


async def test_the_same_answer_twice_is_one_answer(world: World) -> None:
    """Whoever taps twice at once, or sends again, is watched once and warned once."""
    project = await judged(world, 40)
    will = await world.person("will")
    while not await imposed(world, will):
        card = await world.hold(will)
        results: Sequence[object] = await asyncio.gather(
            *(world.answers(will, card, WRONG) for _ in range(2)), return_exceptions=True
        )
        assert sum(isinstance(one, Refused) for one in results) == 1
        world.clock.move(timedelta(seconds=7))
    assert len(await imposed(world, will)) == 1
    assert (await watched(world, project, will)).step is Step.NUDGE


def _torn(tx: Transaction, *, who: Person, card: Assignment, now: datetime) -> None:
    answering.answer(tx, who, card.id, WRONG, now=now)
    raise ConnectionError


async def test_a_crash_takes_the_step_back_with_its_answer(world: World) -> None:
    """Nothing of a unit that did not end stays, and the answer that is given again brings the same."""
    project = await judged(world, 40)
    will = await world.person("will")
    warned = False
    while not warned:
        card = await world.hold(will)
        before = await watched(world, project, will)
        with pytest.raises(ConnectionError):
            await world.do(partial(_torn, who=will, card=card, now=world.clock.now()))
        assert await watched(world, project, will) == before
        given = await world.answers(will, card, WRONG)
        warned = any(isinstance(one, Imposed) for one in given.events)
        world.clock.move(timedelta(seconds=7))
    assert len(await imposed(world, will)) == 1


def _set_anything(tx: Transaction, *, who: Person, project: int, house: bool, now: datetime) -> None:
    if house:
        rules.set_for_house(tx, who, Rule.SKIPS, Strictness.OFF, now=now)
    else:
        rules.set_for_project(tx, who, project, Rule.SKIPS, Strictness.OFF, now=now)


async def test_who_may_set_rules(world: World) -> None:
    """Owners those of their project, moderators those of every project; workers none."""
    owner, other = await world.person("owner", Role.REQUESTER), await world.person("other", Role.REQUESTER)
    mona, will = await world.person("mona", Role.MODERATOR), await world.person("will")
    project = await world.project(owner, ["a"])
    now = world.clock.now()
    for who in (other, will):
        refused = partial(_set_anything, who=who, project=project, now=now)
        with pytest.raises(Refused):
            await world.do(partial(refused, house=False))
        with pytest.raises(Refused):
            await world.do(partial(refused, house=True))
    await world.do(
        lambda tx: rules.set_for_project(tx, owner, project, Rule.SKIPS, Strictness.STRICT, now=now)
    )
    await world.do(lambda tx: rules.set_for_house(tx, mona, Rule.GOLD, Strictness.MILD, now=now))
    _, own, usual = await world.do(lambda tx: rules.of_project(tx, owner, project))
    assert (own, usual) == ({Rule.SKIPS: Strictness.STRICT}, {Rule.GOLD: Strictness.MILD})
    await world.do(lambda tx: rules.set_for_project(tx, owner, project, Rule.SKIPS, None, now=now))
    assert (await world.do(lambda tx: rules.of_project(tx, owner, project)))[1] == {}
