"""A model takes part in the consensus: as far as people bore it out, never where it is audited, never in pay."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from core import effect, refitting, serving, settling, slots, weighing
from core.assigning import Handed, next_task
from core.clock import ManualClock
from core.consensus import methods
from core.consensus.advisor import EDGES, Advisor, Audit, Band
from core.consensus.believed import Believed
from core.consensus.calibration import Calibration
from core.domain.models import Serving
from core.domain.person import Person, Role
from core.domain.states import MODEL, TaskState
from core.domain.suggestions import Screen, audited
from core.domain.task import Assignment
from core.intake.rows import TaskRow
from core.slots import Case
from core.store import Store, answers, crowds, models, projects, refits, suggestions, tasks
from core.store.suggestions import Said
from core.store.tables import answer, ledger, task
from core.store.transaction import Transaction
from core.vault import Vault
from tests.world import World

LABELS = ("cat", "dog")
SHOWN: dict[str, Any] = {"model": "robot", "show_above": 0.5, "control_share": 0.0}
HIDDEN: dict[str, Any] = {"model": "robot", "show_above": 1.0}
MINUTE = timedelta(minutes=1)
PASSED, FAILED = Audit(50, 40, 0.0, 0.03, 0.12), Audit(50, 40, 20.0, 0.6, 0.12)


@pytest.fixture
def world(store: Store, clock: ManualClock, vault: Vault) -> World:
    """People and projects on either database."""
    return World(store, clock, vault)


async def offered(world: World, name: str = "robot") -> int:
    """A model of the operator."""
    card, now = {"title": name, "labels": list(LABELS)}, world.clock.now()
    return await world.do(lambda tx: serving.offer(tx, name=name, digest=name, card=card, now=now))


async def begun(world: World, rows: list[str | TaskRow], **settings: Any) -> tuple[int, int]:
    """A project that a model serves, and the model; it has looked at nothing yet."""
    model = await offered(world)
    owner = await world.person("owner", Role.REQUESTER)
    plain: dict[str, Any] = {
        "method": "dawid_skene",
        "overlap": {"min": 1, "max": 4, "confidence": 0.9},
        "suggestions": SHOWN,
    }
    return await world.project(owner, rows, **plain | settings), model


async def looks(
    world: World,
    project: int,
    model: int,
    says: Callable[[str], tuple[str, float]] = lambda text: (text.split()[0], 0.99),
) -> None:
    """The model looks at every task it has not seen; by itself it is right, and sure."""
    now = world.clock.now()

    def unit(tx: Transaction) -> None:
        for one in suggestions.unread(tx, project, model, most=1000):
            label, confidence = says(one.content["text"])
            other = LABELS[1 - LABELS.index(label)]
            serving.keep(tx, project, model, [Said(one.task_id, label, confidence, other)], now=now)

    await world.do(unit)


async def believes(world: World, project: int, model: int, audit: Audit, *, generation: int = 1) -> None:
    """As if a refit had found that the model is right of 97 in 100 tasks, and this in its audit."""
    learner = methods()["dawid_skene"].learner
    assert learner is not None
    bands = tuple(Band(least, 100.0, 0.97, ((0.97, 0.03), (0.03, 0.97))) for least in EDGES)
    found = Believed(
        generation,
        "dawid_skene",
        LABELS,
        learner.start(2),
        Calibration.unknown(),
        advisors=(Advisor(model, bands, audit),),
    )
    now = world.clock.now()
    await world.do(
        lambda tx: refits.swap(
            tx, project, generation=generation, upto=0, outdated=False, as_of=now, model=found, report={}
        )
    )


async def case(world: World, task_id: int) -> Case:
    """A task as it is judged now."""

    def unit(tx: Transaction) -> Case:
        counts = tasks.lock(tx, task_id)
        project = projects.find(tx, counts.project_id)
        assert project is not None
        return slots.case_of(tx, counts, project.file)

    return await world.do(unit)


async def task_ids(world: World, project: int) -> list[int]:
    """All of a project, in order."""

    def unit(tx: Transaction) -> list[int]:
        return list(
            tx.execute(select(task.c.id).where(task.c.project_id == project).order_by(task.c.id)).scalars()
        )

    return await world.store.read(unit)


async def states(world: World, project: int) -> dict[int, tuple[str, str | None, str | None]]:
    """How each task stands: state, label, and who settled it."""

    def unit(tx: Transaction) -> dict[int, tuple[str, str | None, str | None]]:
        columns = (task.c.id, task.c.state, task.c.label, task.c.settled_by)
        rows = tx.execute(select(*columns).where(task.c.project_id == project))
        return {row.id: (row.state, row.label, row.settled_by) for row in rows}

    return await world.store.read(unit)


async def card_of(world: World, worker: Person, only: Collection[int]) -> Assignment | None:
    """The worker's next card among these tasks."""
    now = world.clock.now()
    handed = await world.do(
        lambda tx: next_task(tx, worker, asked=True, now=now, chance=world.chance, only=only)
    )
    return handed.assignment if isinstance(handed, Handed) else None


async def all_answer(
    world: World, crowd: list[Person], only: Collection[int], *, turned: bool = False
) -> int:
    """Everybody answers what they are handed of these tasks, rightly or all wrong."""
    given = 0
    for worker in crowd:
        left = set(only)
        while left and (card := await card_of(world, worker, left)) is not None:
            left.discard(card.task_id)
            truth = card.content["text"].split()[0]
            await world.answers(worker, card, LABELS[1 - LABELS.index(truth)] if turned else truth)
            world.clock.move(timedelta(seconds=2))
            given += 1
    return given


def texts(count: int) -> list[str | TaskRow]:
    """Tasks whose first word is the truth."""
    return [f"{LABELS[at % 2]} {at}" for at in range(count)]


async def settle(world: World) -> None:
    """What waits for its minute is settled."""
    world.clock.move(2 * MINUTE)
    for _ in range(80):
        if not await world.store.read(lambda tx: tasks.settling_is_due(tx, now=world.clock.now())):
            return
        await world.tick()


async def test_who_takes_a_suggestion_says_less_than_who_does_not(world: World) -> None:
    """The same person's word is worth less by what is believed of followers; what was kept is what the answers say."""
    project, model = await begun(world, texts(40), overlap={"min": 3, "max": 4, "confidence": 0.99})
    await looks(world, project, model)
    plain = [one for one in await task_ids(world, project) if not audited(one)]
    anna, ben = await world.person("anna"), await world.person("ben")
    took = await card_of(world, anna, plain[:1])
    refused = await card_of(world, ben, plain[:1])
    assert took is not None
    assert refused is not None
    assert took.suggested is not None
    await world.answers(anna, took, took.suggested.label)
    await world.answers(ben, refused, LABELS[1 - LABELS.index(took.suggested.label)])
    first, second = (await case(world, plain[0])).votes
    believed = (await case(world, plain[0])).believed
    assert (first.followed, second.followed) == (True, False)
    assert first.evidence == tuple(believed.followed * one for one in reversed(second.evidence))
    read = await world.store.read(lambda tx: answers.votes(tx, plain[0]))
    assert [one.followed for one in read] == [True, False]


async def test_a_suggestion_that_is_wrong_on_purpose_costs_nothing_and_tells_nothing(world: World) -> None:
    """Whatever somebody makes of it they are paid in full, and who fell for it is thought of as before."""
    gold = [TaskRow(at, {"text": f"cat {at}"}, str(at), "en", gold="cat") for at in range(60)]
    project, model = await begun(world, [*gold, *texts(5)], reward=10, gold_share=0.5)
    await looks(world, project, model)
    worker, planted, misled, refused = await world.person("anna"), 0, 0, 0
    ids = (await task_ids(world, project))[:60]
    for one in ids:
        card = await card_of(world, worker, [one])
        if card is None:
            continue
        seen = card.suggested
        assert seen is not None
        if seen.screen is not Screen.PLANTED:
            await world.answers(worker, card, "cat")
            continue
        planted += 1
        assert seen.label == "dog"
        before = await _told(world, project, worker)
        fell = planted % 2 == 0
        await world.answers(worker, card, "dog" if fell else "cat")
        after = await _told(world, project, worker)
        misled, refused = misled + (fell and after == before), refused + (not fell and after == before + 1)
        world.clock.move(timedelta(seconds=90))
    world.clock.move(2 * MINUTE)
    now = world.clock.now()
    await world.do(lambda tx: settling.pay_gold_due(tx, now=now))
    given = await world.store.read(
        lambda tx: tx.execute(select(func.count()).select_from(answer)).scalar_one()
    )
    if planted:
        assert misled == planted // 2
        assert refused == planted - planted // 2
    assert await world.balance(worker) == 10 * given


async def _told(world: World, project: int, worker: Person) -> float:
    file = (await world.budget(project)).file

    def unit(tx: Transaction) -> float:
        generation = weighing.believed(tx, project, file).generation
        found = crowds.worker(tx, project_id=project, person_id=worker.id, generation=generation)
        return round(found.seen + sum(sum(one.chances) for one in found.waiting), 6)

    return await world.store.read(unit)


async def test_an_audited_task_is_judged_by_three_people_and_no_model(world: World) -> None:
    """Whatever is believed of the model; one that is not audited needs one person who is known."""
    project, model = await begun(world, texts(60), suggestions=HIDDEN)
    await looks(world, project, model)
    await believes(world, project, model, PASSED)
    ids = await task_ids(world, project)
    watched = next(one for one in ids if audited(one))
    plain = next(one for one in ids if not audited(one))
    overlap, advice = (await case(world, watched)).judged
    assert (overlap.least, advice) == (3, ())
    overlap, advice = (await case(world, plain)).judged
    assert overlap.least == 1
    assert advice[0] > advice[1]
    crowd = [await world.person(name) for name in ("anna", "ben", "cleo", "dora")]
    assert await all_answer(world, crowd, [watched]) >= 3


async def test_what_another_model_says_is_nothing_until_the_next_refit(world: World) -> None:
    """The words of a model that took over weigh when people have judged it, not before."""
    project, old = await begun(world, texts(60), suggestions=HIDDEN)
    await looks(world, project, old)
    await believes(world, project, old, PASSED)
    ids = [one for one in await task_ids(world, project) if not audited(one)]
    assert (await case(world, ids[0])).judged.advice
    new = await offered(world, "better")
    held = await world.do(lambda tx: models.hold_serving(tx, project))
    now = world.clock.now()

    def swap(tx: Transaction) -> None:
        models.serve(tx, Serving(held.project_id, champion=new, before=old), now=now)
        serving.refresh(tx, project, suggestions.stale(tx, project, new, most=500))

    await world.do(swap)
    await looks(world, project, new)
    assert not (await case(world, ids[0])).judged.advice
    crowd = [await world.person(name) for name in ("anna", "ben", "cleo")]
    await all_answer(world, crowd, ids)
    world.clock.move(2 * MINUTE)
    now = world.clock.now()
    await world.do(lambda tx: refitting.run_whole(tx, project, now=now))
    believed = (await case(world, ids[0])).believed
    assert [one.model_id for one in believed.advisors] == [new]
    assert (await case(world, ids[0])).judged.advice


async def test_a_project_without_a_model_is_judged_as_ever(world: World) -> None:
    """Audited or not: nobody is asked more, and nothing is believed of any model."""
    owner = await world.person("owner", Role.REQUESTER)
    project = await world.project(owner, texts(60), method="dawid_skene", overlap={"min": 1, "max": 4})
    for one in await task_ids(world, project):
        overlap, advice = (await case(world, one)).judged
        assert (overlap.least, advice) == (1, ())
    crowd = [await world.person(name) for name in ("anna", "ben")]
    await all_answer(world, crowd, await task_ids(world, project))
    world.clock.move(2 * MINUTE)
    now = world.clock.now()
    await world.do(lambda tx: refitting.run_whole(tx, project, now=now))
    assert (await case(world, (await task_ids(world, project))[0])).believed.advisors == ()
    assert await world.do(lambda tx: effect.effect(tx, owner, project)) is None


@pytest.mark.parametrize("automatic", [False, True])
async def test_nobody_is_asked_where_the_audit_allows_it_and_nobody_is_paid(
    world: World, automatic: bool
) -> None:
    """A task that nobody answered settles by the model, but never an audited one, and only where that is wanted."""
    project, model = await begun(world, texts(60), suggestions=HIDDEN | {"automatic": automatic})
    await believes(world, project, model, PASSED)
    await looks(world, project, model)
    await settle(world)
    found = await states(world, project)
    by_model = {one for one, (_, _, by) in found.items() if by == MODEL}
    assert by_model == ({one for one in found if not audited(one)} if automatic else set())
    assert {label for one, (_, label, _) in found.items() if one in by_model} <= set(LABELS)
    entries = await world.store.read(
        lambda tx: tx.execute(select(func.count()).select_from(ledger)).scalar_one()
    )
    assert entries == 0
    assert (await world.budget(project)).reserved == 0


async def test_before_it_is_measured_or_when_it_fails_no_model_settles_anything(world: World) -> None:
    """Not by what it says of itself, and not by an audit that it did not pass; nor while somebody is at the task."""
    project, model = await begun(world, texts(30), suggestions=HIDDEN | {"automatic": True})
    await looks(world, project, model)
    await settle(world)
    assert not [one for one in (await states(world, project)).values() if one[0] == TaskState.SETTLED]
    await believes(world, project, model, FAILED)
    ids = [one for one in await task_ids(world, project) if not audited(one)]
    worker = await world.person("anna")
    card = await card_of(world, worker, ids)
    assert card is not None
    assert (await case(world, card.task_id)).judged.overlap.least == 1
    await believes(world, project, model, PASSED, generation=2)
    held = await case(world, card.task_id)
    now = world.clock.now()
    await world.do(lambda tx: slots.store(tx, held, held, now=now))
    await settle(world)
    assert (await states(world, project))[card.task_id][0] == TaskState.OPEN
    await world.answers(worker, card, "cat")


async def test_an_audit_lets_a_model_settle_and_stops_it_again(world: World) -> None:
    """From the answers alone: what people bear out settles the rest, and what they refute is asked again."""
    rows = texts(900)
    project, model = await begun(world, rows, suggestions=HIDDEN | {"automatic": True})
    await looks(world, project, model)
    ids = await task_ids(world, project)
    watched = [one for one in ids if audited(one)]
    assert len(watched) > 50
    crowd = [await world.person(name) for name in ("anna", "ben", "cleo")]
    await all_answer(world, crowd[:2], [one for one in ids if not audited(one)][:60])
    await all_answer(world, crowd, watched[:34])
    await settle(world)
    now = world.clock.now()
    await world.do(lambda tx: refitting.run_whole(tx, project, now=now))
    owner = await world.person("owner", Role.REQUESTER)
    measured = await world.do(lambda tx: effect.effect(tx, owner, project))
    assert measured is not None
    assert measured.alone
    assert measured.model_id == model
    assert measured.audit is not None
    assert measured.audit.claimed == 34
    await settle(world)
    found = await states(world, project)
    alone = {one for one, (_, _, by) in found.items() if by == MODEL}
    assert len(alone) > 400
    assert [await world.balance(one) for one in crowd] == [940, 940, 340], (
        "their own answers, and nothing more"
    )

    await all_answer(world, crowd, watched[34:-3], turned=True)  # nothing is reopened once all is settled
    await settle(world)
    now = world.clock.now()
    await world.do(lambda tx: refitting.run_whole(tx, project, now=now))
    measured = await world.do(lambda tx: effect.effect(tx, owner, project))
    assert measured is not None
    assert measured.audit is not None
    assert not measured.alone
    await settle(world)
    found = await states(world, project)
    assert all(found[one][0] == TaskState.OPEN for one in alone)
    assert await all_answer(world, crowd[:1], list(alone)[:5]) == 5, "they wait for people again"


@pytest.mark.parametrize(("order", "first"), [("unsure", 3), ("given", 0)])
async def test_what_the_model_knows_already_waits_where_that_is_wanted(
    world: World, order: str, first: int
) -> None:
    """A person teaches more about what the model has not said: that goes out first, or else what stands first."""
    project, model = await begun(world, texts(30), suggestions=HIDDEN | {"order": order})
    await believes(world, project, model, PASSED)
    plain = [one for one in await task_ids(world, project) if not audited(one)][:6]
    now = world.clock.now()
    said = [Said(one, "cat", 0.99, "dog") for one in plain[:3]]
    await world.do(lambda tx: serving.keep(tx, project, model, said, now=now))
    card = await card_of(world, await world.person("anna"), plain)
    assert card is not None
    assert card.task_id == plain[first]
