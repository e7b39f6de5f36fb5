"""Trials, fair pay, days in a row, bonuses and the leaderboard, on both databases."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from core import bonuses, exporting, fair_pay, leaderboard, pilots, projects, streaks
from core.assigning import Handed
from core.clock import ManualClock
from core.domain.person import Person, Role
from core.domain.states import ProjectState
from core.errors import Refused
from core.events import BonusGiven, BudgetSpent, PilotOver
from core.intake.project_model import ProjectFile
from core.leaderboard import Span
from core.merging import merge
from core.store import Store, Transaction
from core.store import people as people_rows
from core.vault import Vault
from tests.world import CHOICE, World

PAIR = {"min": 2, "max": 2}
ALONE = {"min": 1, "max": 1}


@pytest.fixture
def world(store: Store, clock: ManualClock, vault: Vault) -> World:
    return World(store, clock, vault)


@pytest.fixture
async def owner(world: World) -> Person:
    return await world.person("owner", Role.REQUESTER)


async def work(world: World, worker: Person, *, takes: float = 10, label: str = "cat") -> bool:
    """One card, answered after so many seconds; False when there was none."""
    card = await world.next(worker)
    if card is None:
        return False
    world.clock.move(timedelta(seconds=takes))
    await world.answers(worker, card, label)
    return True


async def settle(world: World) -> tuple[Any, ...]:
    world.clock.move(timedelta(minutes=2))
    return await world.tick()


async def again(world: World, worker: Person) -> Person:
    """The person as the next event finds them."""
    return await world.do(lambda tx: people_rows.by_account(tx, worker.account_id))


# --- trials ---------------------------------------------------------------------------------------


async def test_a_trial_hands_out_the_first_tasks_only(world: World, owner: Person) -> None:
    """Twenty of them, to everybody who comes; the owner is told once when the last is settled."""
    texts = [f"t{number:02}" for number in range(25)]
    project = await world.project(owner, texts, launch=False, overlap=PAIR)
    await world.do(lambda tx: pilots.begin(tx, owner, project, now=world.clock.now()))
    shown: dict[str, int] = {}
    for name in ("ana", "ben"):
        worker = await world.person(name)
        while (card := await world.next(worker)) is not None:
            shown[card.content["text"]] = shown.get(card.content["text"], 0) + 1
            world.clock.move(timedelta(seconds=10))
            await world.answers(worker, card, "cat")
    assert shown == dict.fromkeys(texts[:20], 2)
    events = await settle(world) + await settle(world) + await settle(world)
    assert [one for one in events if isinstance(one, PilotOver)] == [PilotOver(owner.id, project)]
    report = await world.store.read(lambda tx: _report(tx, project))
    assert report is not None
    assert (report.tried, report.settled, report.pairs, report.agreeing) == (20, 20, 20, 20)
    assert report.over
    assert report.pay is not None
    assert report.pay.points_an_hour == 3_600
    assert report.work_left == timedelta(seconds=5 * 2 * 10)
    late = await world.person("late")
    assert await world.next(late) is None
    launched = await world.do(lambda tx: projects.launch(tx, owner, project, now=world.clock.now()))
    assert launched.state is ProjectState.RUNNING
    assert (await world.hold(late)).content["text"] == "t20"


async def test_a_trial_that_cannot_pay_says_so_once_and_goes_on_with_more(world: World) -> None:
    """Its owner is told when the budget does not reach, not at every visit; more budget and its tasks go out again."""
    owner, will = await world.person("owner", Role.REQUESTER), await world.person("will")
    project = await world.project(owner, ["a", "b", "c"], launch=False, overlap=ALONE, budget=15)
    await world.do(lambda tx: pilots.begin(tx, owner, project, now=world.clock.now()))
    await world.answers(will, await world.hold(will), "cat")
    visits = [await world.offer(will) for _ in range(2)]
    assert [[type(event) for event in one.events] for one in visits] == [[BudgetSpent], []]
    assert (await world.budget(project)).state is ProjectState.PILOT
    now = world.clock.now()
    for budget, told in ((17, [BudgetSpent]), (100, [])):
        await world.do(lambda tx, budget=budget: projects.set_budget(tx, owner, project, budget, now=now))  # type: ignore[misc]  # bound
        visit = await world.offer(will)
        assert [type(event) for event in visit.events] == told
    assert isinstance(visit, Handed)


def _report(tx: Transaction, project_id: int) -> pilots.Report | None:
    from core.store import projects as rows

    project = rows.find(tx, project_id)
    assert project is not None
    return pilots.report(tx, project)


async def test_what_comes_back_in_a_trial_is_offered_again(world: World, owner: Person) -> None:
    """A card that is given back goes to somebody else, also before the launch."""
    from core import answering

    project = await world.project(owner, ["a"], launch=False, overlap=ALONE)
    await world.do(lambda tx: pilots.begin(tx, owner, project, now=world.clock.now()))
    ana, ben = await world.person("ana"), await world.person("ben")
    card = await world.hold(ana)
    await world.do(lambda tx: answering.give_back(tx, ana, card.id, now=world.clock.now()))
    assert (await world.hold(ben)).task_id == card.task_id


async def test_a_trial_of_everything_leaves_a_finished_project(world: World, owner: Person) -> None:
    """Launched after it, the project waits for more tasks and says so."""
    project = await world.project(owner, ["a"], launch=False, overlap=ALONE)
    await world.do(lambda tx: pilots.begin(tx, owner, project, now=world.clock.now()))
    ana, ben = await world.person("ana"), await world.person("ben")
    for worker in (ana, ben):
        await work(world, worker)
    await settle(world)
    launched = await world.do(lambda tx: projects.launch(tx, owner, project, now=world.clock.now()))
    assert launched.finished_at is not None


async def test_a_point_keeps_its_value(world: World, owner: Person) -> None:
    """Once people work for it; before the launch it may change, and later it may be given where there was none."""
    cent = {"amount": "0.01", "currency": "EUR"}
    project = await world.project(owner, ["a"], point_value=cent, launch=False)

    async def change(**settings: Any) -> None:
        file = ProjectFile.model_validate(CHOICE | settings)
        await world.do(lambda tx: projects.replace_file(tx, owner, project, file, now=world.clock.now()))

    await change()
    await world.do(lambda tx: projects.launch(tx, owner, project, now=world.clock.now()))
    await change(point_value=cent)
    for other in (None, {"amount": "0.02", "currency": "EUR"}, {"amount": "0.01", "currency": "USD"}):
        with pytest.raises(Refused, match="point_value_fixed"):
            await change(point_value=other)
    await change(point_value=cent, reward=20)


# --- fair pay -------------------------------------------------------------------------------------


async def test_an_hour_pays_what_was_paid_over_what_was_worked(world: World, owner: Person) -> None:
    """A night away counts as three answers, a fine for a card that nobody answered is taken off."""
    texts = [f"t{number}" for number in range(13)]
    project = await world.project(
        owner, texts, overlap=ALONE, point_value={"amount": "0.01", "currency": "EUR"}, time_limit="2d"
    )
    ana = await world.person("ana", zone="UTC")
    for number in range(12):
        await work(world, ana, takes=20 if number else 20 * 3600)
    await settle(world)
    await settle(world)
    found = await world.store.read(lambda tx: _pay(tx, project))
    assert found is not None
    assert (found.answers, found.active) == (12, timedelta(seconds=11 * 20 + 60))
    assert found.money_an_hour is not None
    assert found.money_an_hour.amount == Decimal("15.43")  # 120 points in 280 s


def _pay(tx: Transaction, project_id: int) -> Any:
    from core.store import projects as rows

    project = rows.find(tx, project_id)
    assert project is not None
    return fair_pay.measured(tx, project)


# --- days in a row, and bonuses -------------------------------------------------------------------


async def test_days_in_a_row_are_local_and_one_may_pass(world: World, owner: Person) -> None:
    """Each first answer of a local day counts once; a day off goes unnoticed, a second within the week does not."""
    await world.project(owner, [f"t{number}" for number in range(30)], overlap=ALONE)
    worker = await world.person("ana", zone="Asia/Tokyo")
    counted = []
    for day in (0, 0.3, 1, 3, 4, 6):  # 10:00 UTC is 19:00 there; 0.3 days later it is the next day
        clock = ManualClock(world.clock.now())
        clock.move(timedelta(days=day))
        now = clock.now()
        who = await again(world, worker)
        counted.append(await world.do(lambda tx, who=who, now=now: streaks.answered(tx, who, now=now)))  # type: ignore[misc]  # bound
    assert counted == [1, 2, None, 3, 4, 1]


async def test_a_streak_bonus_is_paid_once(world: World, owner: Person) -> None:
    """For three days with a right answer; by however many processes, and the next one needs three more."""
    project = await world.project(
        owner,
        [f"t{number}" for number in range(20)],
        overlap=ALONE,
        bonus={"streak_days": 3, "points": 20},
        budget=1_000,
    )
    worker, told = await world.person("ana", zone="UTC"), []
    for _day in range(7):
        await work(world, worker)
        await settle(world)
        due = await world.store.read(lambda tx: bonuses.streaks_due(tx, now=world.clock.now()))
        for project_id, person_id in due:
            units = (
                world.do(lambda tx: bonuses.pay_streak(tx, project_id, person_id, now=world.clock.now()))  # noqa: B023  (awaited at once)
                for _ in range(3)
            )
            told += [event for events in await asyncio.gather(*units) for event in events]
        world.clock.move(timedelta(days=1))
    assert told == [BonusGiven(worker.id, project, 20, days=3)] * 2
    assert await world.balance(worker) == 7 * 10 + 2 * 20
    assert (await world.budget(project)).spent == 7 * 10 + 2 * 20
    assert (await world.budget(project)).reserved == 0


async def test_a_bonus_by_hand_is_given_once(world: World, owner: Person) -> None:
    """By the name of the answers file; two taps are one bonus, and the budget is never overspent."""
    project = await world.project(owner, ["a", "b"], overlap=ALONE, budget=100)
    worker, stranger = await world.person("ana"), await world.person("stranger")
    await work(world, worker)
    await settle(world)
    name = exporting.pseudonym(world.vault, project_id=project, person_id=worker.id)
    found = await world.do(
        lambda tx: bonuses.offer(tx, world.vault, owner, project, worker=name.upper(), points=50)
    )
    assert (found.person_id, found.nth) == (worker.id, 0)

    async def gives(points: int = 50, nth: int = 0) -> str:
        try:
            await world.do(
                lambda tx: bonuses.give(
                    tx,
                    owner,
                    project,
                    person_id=worker.id,
                    points=points,
                    nth=nth,
                    reason="",
                    now=world.clock.now(),
                )
            )
        except Refused as refused:
            return refused.reason
        return "given"

    outcomes = await asyncio.gather(*(gives() for _ in range(4)))
    assert sorted(outcomes) == ["bonus_given"] * 3 + ["given"]
    assert await gives(points=60, nth=1) == "budget_spent"
    assert await world.balance(worker) == 10 + 50
    for word in ("worker-0000000000", str(stranger.id), "77"):
        with pytest.raises(Refused, match="unknown_worker"):
            await world.do(
                lambda tx, word=word: bonuses.offer(tx, world.vault, owner, project, worker=word, points=5)  # type: ignore[misc]  # bound
            )


# --- the leaderboard ------------------------------------------------------------------------------


async def test_the_leaderboard_shows_who_chose_a_name(world: World, owner: Person) -> None:
    """Ties share a place; others are never shown, but see their own place; days and weeks are the reader's."""
    await world.project(owner, [f"t{number}" for number in range(40)], overlap=ALONE)
    people = {name: await world.person(name, zone="UTC") for name in ("ana", "ben", "cem", "dia")}
    for name, count in (("ana", 3), ("ben", 2), ("cem", 2), ("dia", 4)):
        for _ in range(count):
            await work(world, people[name])
        if name != "dia":
            await world.do(
                lambda tx, n=name: leaderboard.choose(  # type: ignore[misc]  # bound
                    tx, world.vault, people[n], n.capitalize(), now=world.clock.now()
                )
            )
    await settle(world)
    await settle(world)

    async def board(name: str, span: Span) -> leaderboard.Board:
        return await world.do(
            lambda tx: leaderboard.board(tx, world.vault, people[name], span, now=world.clock.now())
        )

    seen = await board("dia", Span.WEEK)
    assert [(one.place, one.name, one.points) for one in seen.places] == [
        (1, "Ana", 30),
        (2, "Ben", 20),
        (2, "Cem", 20),
    ]
    assert (seen.place, seen.points, seen.name) == (1, 40, None)
    assert (await board("cem", Span.ALL)).place == 2
    world.clock.move(timedelta(days=7))
    assert (await board("ana", Span.WEEK)).places == ()
    assert len((await board("ana", Span.ALL)).places) == 3
    await world.do(lambda tx: leaderboard.leave(tx, people["ana"]))
    assert [one.name for one in (await board("ana", Span.ALL)).places] == ["Ben", "Cem"]


async def test_a_name_belongs_to_one_and_follows_who_they_are(world: World, owner: Person) -> None:
    """Nobody takes a name that reads like another's; of two chats that are one, the name and its points stay."""
    await world.project(owner, [f"t{number}" for number in range(10)], overlap=ALONE)
    ana, ann = await world.person("ana"), await world.person("ann")
    await work(world, ana)
    await work(world, ann)
    await settle(world)
    await settle(world)
    await world.do(lambda tx: leaderboard.choose(tx, world.vault, ann, "Élan 7", now=world.clock.now()))
    with pytest.raises(Refused, match="nickname_taken"):
        await world.do(lambda tx: leaderboard.choose(tx, world.vault, ana, "elan7", now=world.clock.now()))
    await world.do(lambda tx: leaderboard.choose(tx, world.vault, ann, "Elan-7", now=world.clock.now()))
    await world.do(lambda tx: merge(tx, stays=ana.id, gone=ann.id, now=world.clock.now()))
    found = await world.do(
        lambda tx: leaderboard.board(tx, world.vault, ana, Span.ALL, now=world.clock.now())
    )
    assert [(one.name, one.points, one.mine) for one in found.places] == [("Elan-7", 20, True)]
