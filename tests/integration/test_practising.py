"""A skill: asked for before the first card, earned by practice, held for a while, renewed."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from core import admission, asking, importing, practising, privacy, projects
from core.admission import Gate
from core.assigning import Handed, NothingToDo, next_task
from core.clock import ManualClock
from core.domain.person import Person, Role
from core.domain.states import AssignmentState
from core.domain.topics import Lack
from core.errors import Refused
from core.events import SkillEnds
from core.intake.project_model import ProjectFile
from core.intake.rows import TaskRow
from core.store import Store, Transaction, assignments, practice, qualified
from core.store import projects as project_rows
from core.store.practice import Given
from core.store.tables import answer, attempt, attempt_task, ledger, skill_held, task
from core.vault import Vault
from tests.house import paper_house
from tests.linked import linked
from tests.world import World

DAY = timedelta(days=1)
POLICY: dict[str, Any] = {"skill": "sounds", "questions": 4, "pass": 0.75, "expires": "30d"}


@pytest.fixture
def world(store: Store, clock: ManualClock, vault: Vault) -> World:
    return World(store, clock, vault)


@pytest.fixture
def small(sqlite_store: Store, clock: ManualClock, vault: Vault) -> World:
    """The same where the database does not matter."""
    return World(sqlite_store, clock, vault)


def lessons(count: int, *, lang: str | None = "en", of: str = "p") -> list[TaskRow]:
    """Practice tasks whose answer is always a dog."""
    whys = {"en": "Only dogs bark.", "es": "Solo ladran los perros."}
    return [
        TaskRow(
            line=2 + number,
            content={"text": f"Woof {number}"},
            external_id=f"{of}{number}",
            lang=lang,
            gold="dog",
            practice=True,
            whys=whys,
        )
        for number in range(count)
    ]


async def skilled(world: World, *, owner: str = "owner", of: str = "p", **settings: Any) -> int:
    """A launched project that asks for the skill, with one task and six practice tasks."""
    boss = await world.person(owner, Role.REQUESTER)
    return await world.project(
        boss,
        [*lessons(6, of=of), "Meow"],
        **{"qualification": POLICY, "overlap": {"min": 1, "max": 9}} | settings,
    )


async def comes(world: World, worker: Person, *, asked: bool = True) -> Handed | NothingToDo:
    """What a worker gets who asks for a task."""
    now = world.clock.now()
    return await world.do(
        lambda tx: next_task(tx, worker, asked=asked, now=now, chance=world.chance, gates=True)
    )


async def gate(world: World, worker: Person) -> Gate | None:
    """What is asked of a worker before the first card."""
    given = await comes(world, worker)
    return given.gate if isinstance(given, NothingToDo) else None


async def starts(world: World, worker: Person, project: int = 1) -> Given:
    """The next practice task."""
    now = world.clock.now()
    given, _, _ = await world.do(
        lambda tx: practising.start(tx, worker, project, now=now, chance=world.chance)
    )
    return given


async def practises(world: World, worker: Person, *, wrong: int = 0, project: int = 1) -> list[Any]:
    """A whole attempt with so many wrong answers, the first ones; gives what came of each."""
    judged: list[Any] = []
    now = world.clock.now()

    async def says(given: Given, label: str) -> Any:
        return await world.do(lambda tx: practising.answer(tx, worker, given.id, label, now=now))

    while not judged or judged[-1].attempt.answered < judged[-1].attempt.tasks:
        label = "cat" if len(judged) < wrong else "dog"
        judged.append(await says(await starts(world, worker, project), label))
    return judged


async def count(world: World, table: Any) -> int:
    return await world.store.read(lambda tx: tx.execute(select(func.count()).select_from(table)).scalar_one())


async def refusal(world: World, worker: Person, project: int = 1) -> str:
    """Why a worker may not practise."""
    with pytest.raises(Refused) as refused:
        await starts(world, worker, project)
    return refused.value.reason


async def test_no_card_without_the_skill_and_one_with_it(world: World) -> None:
    """Practice earns the skill until its end, and leaves no trace among tasks, answers and points."""
    await skilled(world)
    ana = await world.person("ana")
    asks = await gate(world, ana)
    assert asks is not None
    assert (asks.lack, asks.practice and asks.practice.tasks) == (Lack.SKILL, 4)
    judged = await practises(world, ana, wrong=1)
    assert [one.right for one in judged] == [False, True, True, True]
    assert judged[-1].expires_at == world.clock.now() + 30 * DAY
    assert isinstance(await comes(world, ana), Handed)
    assert (await count(world, task), await count(world, answer), await count(world, ledger)) == (1, 0, 0)
    assert await refusal(world, ana) == "skill_held"


async def test_who_does_not_pass_tries_again(world: World) -> None:
    """Tomorrow, three times in a month at most; new tasks come first, and never the same order."""
    await skilled(world)
    ana = await world.person("ana")
    orders = []
    for tries in range(3):
        judged = await practises(world, ana, wrong=2)
        orders.append([one.given.content["text"] for one in judged])
        assert judged[-1].expires_at is None
        assert await refusal(world, ana) == "practice_later"
        assert await gate(world, ana) is None  # nobody is offered what they cannot have
        assert judged[-1].again_at == world.clock.now() + (DAY if tries < 2 else 28 * DAY)
        world.clock.move(DAY)
    assert set(orders[1]) >= {f"Woof {number}" for number in range(6)} - set(orders[0])
    assert orders[0] != orders[1] != orders[2]
    assert await refusal(world, ana) == "practice_later"
    world.clock.move(27 * DAY)
    assert (await practises(world, ana))[-1].expires_at is not None


async def test_an_attempt_waits(small: World) -> None:
    """Who went away goes on where they were, and the order stays."""
    await skilled(small)
    ana = await small.person("ana")
    first = await starts(small, ana)
    assert (await starts(small, ana)).id == first.id
    now = small.clock.now()
    await small.do(lambda tx: practising.answer(tx, ana, first.id, "dog", now=now))
    small.clock.move(9 * DAY)
    assert (await starts(small, ana)).place == 2
    asks = await gate(small, ana)
    assert asks is not None
    assert asks.practice is not None
    assert asks.practice.open is not None
    assert asks.practice.open.answered == 1


async def test_not_now(small: World) -> None:
    """Who does not want to practise gets other work, and is asked again after a week."""
    await skilled(small)
    ana = await small.person("ana")
    now = small.clock.now()
    await small.do(lambda tx: practising.not_now(tx, ana, 1, now=now))
    assert await gate(small, ana) is None
    small.clock.move(7 * DAY)
    assert await gate(small, ana) is not None


async def test_other_work_is_not_interrupted(small: World) -> None:
    """What follows an answer is a card while there is one; a project asks once there is nothing else."""
    await skilled(small)
    owner, ana = await small.person("boss", Role.REQUESTER), await small.person("ana")
    await small.project(owner, ["Moo"], overlap={"min": 1, "max": 1})
    followed = await comes(small, ana, asked=False)
    assert isinstance(followed, Handed)
    await small.answers(ana, followed.assignment, "cat")
    after = await comes(small, ana, asked=False)
    assert isinstance(after, NothingToDo)
    assert after.gate is not None


async def test_a_card_that_nobody_asked_for_makes_room(small: World) -> None:
    """It goes back free and silently, since practice stands where it stood; one that was asked for stays."""
    await skilled(small)
    owner, ana = await small.person("boss", Role.REQUESTER), await small.person("ana")
    await small.project(owner, ["Moo"], overlap={"min": 1, "max": 1})
    for asked in (False, True):
        card = await small.hold(ana, asked=asked)
        await starts(small, ana)
        assert (await small.card(card)).state is (
            AssignmentState.ACTIVE if asked else AssignmentState.RETURNED
        )


async def test_at_the_same_moment(stores: list[Store], clock: ManualClock, vault: Vault) -> None:
    """Two taps of one task at once: one is kept, and the other is told so."""
    world = World(stores[0], clock, vault)
    await skilled(world)
    ana = await world.person("ana")
    given, now = await starts(world, ana), clock.now()

    async def taps(store: Store, label: str) -> str:
        try:
            await store.write(lambda tx: practising.answer(tx, ana, given.id, label, now=now))
        except Refused as refused:
            return refused.reason
        return label

    said = await asyncio.gather(
        *(taps(stores[at % len(stores)], label) for at, label in enumerate(("cat", "dog")))
    )
    assert sorted(said)[0] == "already_saved"
    kept = await world.store.read(
        lambda tx: list(tx.execute(select(attempt_task.c.value).where(attempt_task.c.value.isnot(None))))
    )
    assert [row.value for row in kept] == [one for one in said if one != "already_saved"]


async def test_the_same_event_twice(store: Store, clock: ManualClock, vault: Vault, tmp_path: Path) -> None:
    """A redelivered start begins one attempt; a redelivered answer, and a second tap, change nothing."""
    async with paper_house(store, clock, vault, tmp_path) as house:
        world = World(store, clock, vault)
        await skilled(world)
        ana = await house.joined("ana")
        await ana.says("/task")
        start = ana.button("Start").data
        for _ in range(2):
            await ana.presses(start, key="the start")
        dog, cat = ana.button("Dog").data, ana.button("Cat").data
        for _ in range(2):
            await ana.presses(dog, key="the answer")
        await ana.presses(cat)
        assert ana.chat.toasts[-1] == "Already saved."
        assert await count(world, attempt) == 1
        said = await store.read(
            lambda tx: [row.value for row in tx.execute(select(attempt_task.c.value)) if row.value]
        )
        assert said == ["dog"]
        await ana.presses(ana.button("Next").data)
        assert "Practice 2 of 4" in str(ana.last.parts[0].words)
        # Somebody else's practice is nobody's business.
        ben = await house.joined("ben")
        await ben.presses(ana.button("Dog").data)
        assert await store.read(lambda tx: practice.attempts(tx, person_id=3, skill_id=1)) == []


async def test_a_skill_ends(world: World) -> None:
    """Its holder is told a week before, once and not at night; then a shorter practice renews it."""
    await skilled(world)
    ana = await world.person("ana", zone="UTC")  # who is left alone from 22 to 8
    await practises(world, ana)
    ends = world.clock.now() + 30 * DAY

    async def told() -> tuple[Any, ...]:
        now = world.clock.now()
        return (await world.do(lambda tx: practising.remind(tx, now=now)))[0]

    world.clock.move(22 * DAY + timedelta(hours=13))  # 23:00
    assert await told() == ()
    assert await refusal(world, ana) == "skill_held"
    world.clock.move(timedelta(hours=15))
    assert await told() == (SkillEnds(ana.id, 1, 1, ends),)
    assert await told() == ()
    renewed = await practises(world, ana)
    assert len(renewed) == 3
    assert renewed[-1].expires_at == ends + 30 * DAY  # who is early loses nothing
    assert await refusal(world, ana) == "skill_held"
    world.clock.move(38 * DAY)
    asks = await gate(world, ana)
    assert asks is not None
    assert (asks.practice and asks.practice.tasks) == 3


async def test_told_at_night_in_the_morning(small: World) -> None:
    """A reminder that falls into quiet hours comes at their end."""
    await skilled(small)
    ana = await small.person("ana", zone="UTC")
    await practises(small, ana)
    small.clock.move(23 * DAY + timedelta(hours=13))  # 23:00
    now = small.clock.now()
    assert (await small.do(lambda tx: practising.remind(tx, now=now)))[0] == ()
    later = now + timedelta(hours=9)
    assert len((await small.do(lambda tx: practising.remind(tx, now=later)))[0]) == 1


async def test_projects_of_one_owner_share_a_skill(world: World) -> None:
    """Who earned it for one has it for the other; a skill of the same name of somebody else is another."""
    await skilled(world)
    second = await world.project(
        await world.person("owner", Role.REQUESTER), ["Moo"], qualification=POLICY
    )  # it needs no practice of its own
    third = await skilled(world, owner="other")
    ana = await world.person("ana")
    await practises(world, ana)

    def lacks(tx: Transaction) -> list[Lack]:
        from core.store import admissions

        now = world.clock.now()
        return [admissions.lack(tx, person_id=ana.id, project_id=one, now=now) for one in (1, second, third)]

    assert await world.store.read(lacks) == [Lack.NOTHING, Lack.NOTHING, Lack.SKILL]


async def changes(world: World, project: int, **settings: Any) -> None:
    """The owner sends the project's file again, with other settings."""
    boss, now = await world.person("owner", Role.REQUESTER), world.clock.now()

    def unit(tx: Transaction) -> None:
        found = project_rows.find(tx, project)
        assert found is not None
        file = ProjectFile.model_validate(found.file.model_dump(by_alias=True) | settings)
        projects.replace_file(tx, boss, project, file, now=now)

    await world.do(unit)


async def test_an_attempt_goes_on_for_another_project(small: World) -> None:
    """Also when the one that it began for asks for the skill no more."""
    await skilled(small)
    boss, ana = await small.person("owner", Role.REQUESTER), await small.person("ana")
    second = await small.project(boss, ["Moo"], qualification=POLICY)
    await starts(small, ana)
    await changes(small, 1, qualification=None)
    assert isinstance(await comes(small, ana), NothingToDo)
    assert (await practises(small, ana, project=second))[-1].expires_at is not None


async def test_a_label_that_is_no_longer_offered(small: World) -> None:
    """Nobody is asked what nobody can answer: the attempt counts for nothing, and another one begins."""
    labels = [{"id": label, "en": label.title()} for label in ("cat", "cow", "dog")]
    cows = [replace(one, gold="cow") for one in lessons(4, of="c")]
    boss, ana = await small.person("owner", Role.REQUESTER), await small.person("ana")
    made = await small.project(boss, cows, labels=labels, qualification=POLICY, launch=False)
    await skilled(small, labels=labels)
    while (await starts(small, ana, 2)).gold != "cow":
        await small.do(lambda tx: practice.drop(tx, person_id=ana.id, skill_id=1, now=small.clock.now()))
    given, now = await starts(small, ana, 2), small.clock.now()
    await changes(small, made, labels=[labels[0], labels[1] | {"archived": True}, labels[2]])
    with pytest.raises(Refused, match="practice_over"):
        await small.do(lambda tx: practising.answer(tx, ana, given.id, "dog", now=now))
    judged = await practises(small, ana, project=2)
    assert [one.given.gold for one in judged] == ["dog"] * 4
    assert judged[-1].expires_at is not None


async def test_a_skill_that_waits_hides_no_other(small: World) -> None:
    """Who did not pass is offered another skill, however many projects ask for the first."""
    await skilled(small)
    boss, ana = await small.person("owner", Role.REQUESTER), await small.person("ana")
    await practises(small, ana, wrong=2)
    for _ in range(admission.MOST):
        await small.project(boss, ["Moo"], qualification=POLICY)
    other = await skilled(small, owner="other")
    asks = await gate(small, ana)
    assert asks is not None
    assert asks.project.id == other


async def test_practice_is_needed_to_launch(world: World) -> None:
    """In every language of the tasks, tasks enough to practise with; what names no language serves all."""
    boss = await world.person("owner", Role.REQUESTER)
    spanish = TaskRow(line=9, content={"text": "Guau"}, external_id="s", lang="es")
    made = await world.project(boss, [*lessons(4), "Meow", spanish], launch=False, qualification=POLICY)
    now = world.clock.now()

    async def launch() -> Any:
        return await world.do(lambda tx: projects.launch(tx, boss, made, now=now))

    with pytest.raises(Refused, match="practice_missing") as refused:
        await launch()
    assert refused.value.facts == {"questions": 4, "found": 0}
    more = lessons(4, lang=None, of="q")
    assert await world.do(lambda tx: importing.add_tasks(tx, made, more, now=now)) == (4, [])
    added, repeated = await world.do(lambda tx: importing.add_tasks(tx, made, more, now=now))
    assert (added, [one.code for _, one in repeated]) == (0, ["duplicate_id"] * 4)
    assert (await launch()).id == made


async def test_practice_is_needed_to_ask_for_more(small: World) -> None:
    """A project that runs cannot ask for a skill that nobody could earn."""
    boss = await small.person("owner", Role.REQUESTER)
    made = await small.project(boss, ["Meow"])
    with pytest.raises(Refused, match="practice_missing"):
        await changes(small, made, qualification=POLICY)
    assert isinstance(await comes(small, await small.person("ana")), Handed)
    now = small.clock.now()
    await small.do(lambda tx: importing.add_tasks(tx, made, lessons(4), now=now))
    await changes(small, made, qualification=POLICY)
    await changes(small, made, qualification=POLICY | {"pass": 1})
    assert await gate(small, await small.person("ben")) is not None
    with pytest.raises(Refused, match="practice_missing"):
        await changes(small, made, qualification=POLICY | {"questions": 5})


async def test_only_what_somebody_can_read(small: World) -> None:
    """Who reads none of the practice is not asked to do it."""
    await skilled(small)
    ana = await small.person("ana", langs=("es",))
    assert await refusal(small, ana) == "practice_later"
    assert await gate(small, ana) is None


async def test_nobody_practises_for_their_own_project(small: World) -> None:
    """Nor for one that does not run, or asks for nothing."""
    one = await skilled(small)
    owner, ana = await small.person("owner", Role.REQUESTER), await small.person("ana")
    plain = await small.project(owner, ["Moo"])
    assert await refusal(small, owner, one) == "practice_over"
    assert await refusal(small, ana, plain) == "practice_over"
    assert await refusal(small, ana, 77) == "practice_over"


async def test_practice_speaks_for_a_newcomer(small: World) -> None:
    """Whom to ask what is chosen by it, until something is known of their answers; nobody is judged by it."""
    one = await skilled(small, method="one_coin")
    good, poor = await small.person("good"), await small.person("poor")
    await practises(small, good)
    await practises(small, poor, wrong=2)
    now = small.clock.now()

    def believed(tx: Transaction, who: Person) -> float:
        project = project_rows.find(tx, one)
        assert project is not None
        return asking.caller(tx, who, one, project.file, late=0.0, now=now).belief.p_right

    right = [await small.store.read(lambda tx, w=who: believed(tx, w)) for who in (good, poor)]  # type: ignore[misc]  # bound
    assert right[0] > right[1] + 0.1


async def test_two_who_turn_out_to_be_one(world: World) -> None:
    """The skill that lasts longer is kept, and one attempt goes on."""
    await skilled(world)
    here, there = await world.person("here"), await world.person("there")
    await practises(world, there)
    await starts(world, here)
    await linked(world, here, there)

    def left(tx: Transaction) -> tuple[int, list[int]]:
        held = [row.person_id for row in tx.execute(select(skill_held.c.person_id))]
        return len(practice.attempts(tx, person_id=here.id, skill_id=1)), held

    assert await world.store.read(left) == (2, [here.id])
    assert isinstance(await comes(world, here), Handed)


async def test_owners_who_turn_out_to_be_one(world: World) -> None:
    """Two skills of one name become one, and who earned either has it."""
    await skilled(world, owner="here")
    await skilled(world, owner="there")
    ana = await world.person("ana")
    await practises(world, ana, project=2)
    await linked(world, await world.person("here"), await world.person("there"))
    assert await world.store.read(lambda tx: qualified.required_by(tx, 2)) == 1
    assert await gate(world, ana) is None
    assert [one.skill_id for one in await world.store.read(lambda tx: qualified.of_person(tx, ana.id))] == [1]


async def test_nothing_of_it_is_left_of_who_was_erased(world: World, vault: Vault) -> None:
    """Skills and attempts go with the person; before, their copy holds them."""
    await skilled(world)
    ana = await world.person("ana")
    await practises(world, ana)
    copy = await world.store.read(
        lambda tx: {name: list(rows) for name, rows in privacy.sections(tx, vault, ana)}
    )
    assert [one["skill"] for one in copy["skills"]] == ["sounds"]
    assert [one["answer"] for one in copy["practice"]] == ["dog"] * 4
    now = world.clock.now()
    await world.do(lambda tx: privacy.erase(tx, vault, ana, now=now))
    assert [await count(world, one) for one in (attempt, attempt_task, skill_held)] == [0, 0, 0]


async def test_a_claim_costs_no_more(sqlite_store: Store, clock: ManualClock, vault: Vault) -> None:
    """Where nothing is lacking, not one statement is added to the way of a card."""
    world = World(sqlite_store, clock, vault)
    await skilled(world)
    ana = await world.person("ana")
    await practises(world, ana)

    async def statements(*, gates: bool) -> int:
        def unit(tx: Transaction) -> int:
            tx.journal = []
            handed = next_task(tx, ana, asked=True, now=clock.now(), chance=world.chance, gates=gates)
            assert isinstance(handed, Handed)
            ran = len(tx.journal)
            assignments.change(tx, handed.assignment.id, state="returned")
            return ran

        with pytest.raises(_TakenBack) as taken:
            await sqlite_store.write(lambda tx: _raise(unit(tx)))
        return taken.value.count

    assert await statements(gates=True) == await statements(gates=False)


class _TakenBack(Exception):  # noqa: N818  (it takes the unit back)
    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.count = count


def _raise(count: int) -> None:
    raise _TakenBack(count)
