"""One thing of every sort, made by the core's own use cases, for whoever tries whether they may touch it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Table, update

from core import appeals, exporting, flags, payouts, practising, projects, standing
from core.clock import ManualClock
from core.domain.person import Person, Role
from core.domain.standing import Measure
from core.domain.task import Assignment
from core.intake.rows import TaskRow
from core.store import Store, cases, restrictions
from core.store.tables import appeal, assignment, attempt, project, restriction
from core.store.transaction import Transaction
from core.vault import Vault
from tests.world import World


@dataclass(frozen=True, slots=True)
class Scene:
    """Its numbers, and four people, one of each role, who had no part in any of it."""

    actors: Mapping[Role, Person]
    project: int
    task: int  # escalated
    card: int  # in somebody's hand
    answered: int  # a moment ago
    outvoted: int
    missed: int  # with a penalty
    case: int
    appeal: int
    measure: int
    payout: int
    person: int
    pseudonym: str  # of that person, in the project
    sensitive: int  # a project with a topic
    skilled: int  # a project that asks for a skill
    attempt: int  # somebody's way through its practice
    lesson: int  # the practice task in their hand

    def numbers(self) -> dict[str, int]:
        """Every number by its name."""
        names = (name for name in self.__slots__ if name not in ("actors", "pseudonym"))
        return {name: getattr(self, name) for name in names}

    def give_project(self, tx: Transaction, actor: Person) -> None:
        """The project is theirs."""
        _give(tx, project, "owner_id", (self.project,), actor)

    def give_work(self, tx: Transaction, actor: Person) -> None:
        """Whatever a worker has to do with here is theirs."""
        cards = (self.card, self.answered, self.outvoted, self.missed)
        _give(tx, assignment, "person_id", cards, actor)
        _give(tx, restriction, "person_id", (self.measure,), actor)
        _give(tx, appeal, "person_id", (self.appeal,), actor)
        _give(tx, attempt, "person_id", (self.attempt,), actor)


def _give(tx: Transaction, table: Table, column: str, ids: tuple[int, ...], actor: Person) -> None:
    tx.execute(update(table).where(table.c.id.in_(ids)).values({column: actor.id}))


async def played(store: Store, clock: ManualClock, vault: Vault) -> Scene:
    """The scene, played."""
    world = World(store, clock, vault)
    owner, mona = await world.person("owner", Role.REQUESTER), await world.person("mona", Role.MODERATOR)
    boss, wanda = await world.person("boss", Role.ADMIN), await world.person("wanda")
    outvoted, appealed = await _outvoted(world, owner)
    missed = await _missed(world, owner)
    made = await world.project(owner, ["Meow", "Woof", "Purr", "Bark"], overlap={"min": 2, "max": 2})
    task = await _disputed(world)
    reported, now = await world.hold(wanda), clock.now()
    await world.do(lambda tx: flags.report(tx, wanda, reported.id, "broken", now=now))
    await world.answers(wanda, answered := await world.hold(wanda), "cat")
    await world.do(
        lambda tx: standing.impose(tx, wanda.id, kind=Measure.WARN, by=mona.id, reason="other", now=now)
    )
    skilled = await _skilled(world, owner)
    lesson, _, _ = await world.do(
        lambda tx: practising.start(tx, wanda, skilled, now=now, chance=world.chance)
    )
    return Scene(
        actors={role: await world.person(f"a {role}", role) for role in Role},
        project=made,
        task=task,
        card=(await world.hold(wanda)).id,
        answered=answered.id,
        outvoted=outvoted,
        missed=missed,
        case=(await world.do(lambda tx: cases.of_task(tx, reported.task_id)))[0].id,
        appeal=appealed,
        measure=(await world.do(lambda tx: restrictions.of_person(tx, wanda.id)))[0].id,
        payout=await world.do(lambda tx: payouts.begin(tx, boss, "USD", minimum={}, now=now)),
        person=wanda.id,
        pseudonym=exporting.pseudonym(vault, project_id=made, person_id=wanda.id),
        sensitive=await world.project(owner, ["Yelp"], topics=["violence"]),
        skilled=skilled,
        attempt=lesson.attempt_id,
        lesson=lesson.id,
    )


async def _disputed(world: World) -> int:
    """A task on which two people differ for good."""
    for name, label in (("ana", "cat"), ("ben", "dog")):
        card = await world.hold(who := await world.person(name))
        await world.answers(who, card, label)
    world.clock.move(timedelta(minutes=2))
    await world.tick()
    return card.task_id


async def _outvoted(world: World, owner: Person) -> tuple[int, int]:
    """An answer that was judged wrong, and the appeal of another one who answered the same."""
    made = await world.project(owner, ["Moo"], overlap={"min": 3, "max": 5})
    cards: list[tuple[Person, Assignment]] = []
    for number, label in enumerate(("cat", "cat", "dog", "dog", "dog")):
        who = await world.person(f"worker{number}")
        cards.append((who, await world.hold(who)))
        await world.answers(who, cards[-1][1], label)
    world.clock.move(timedelta(minutes=2))
    await world.tick()
    now, (first, card) = world.clock.now(), cards[0]
    made_appeal, _ = await world.do(lambda tx: appeals.about_answer(tx, first, card.id, now=now))
    await _paused(world, owner, made)
    return cards[1][1].id, made_appeal


async def _skilled(world: World, owner: Person) -> int:
    """A project that asks for a skill."""
    lessons = [
        TaskRow(line=n, content={"text": f"Lesson {n}"}, external_id=f"p{n}", gold="cat", practice=True)
        for n in range(3)
    ]
    return await world.project(
        owner, [*lessons, "Chirp"], qualification={"skill": "sounds", "questions": 3, "pass": 0.5}
    )


async def _missed(world: World, owner: Person) -> int:
    """A card whose time was over, with points off."""
    made = await world.project(owner, ["a"], time_limit="2h")
    card = await world.hold(await world.person("miss"))
    for then in (world.remind, world.tick):
        world.clock.move(timedelta(minutes=61))
        await then()
    await _paused(world, owner, made)
    return card.id


async def _paused(world: World, owner: Person, project_id: int) -> Any:
    """Its tasks go to nobody who comes for others."""
    now = world.clock.now()
    return await world.do(lambda tx: projects.pause(tx, owner, project_id, now=now))
