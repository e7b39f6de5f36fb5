"""What a worker may do with a card, and what it costs or earns."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from core import answering, overdue, projects, settling
from core.clock import ManualClock
from core.domain.person import Person, Role
from core.domain.states import AssignmentState, TaskState
from core.domain.task import Assignment
from core.errors import Refused
from core.events import BecameOverdue, ReminderDue, TakenBack
from core.store import Store, Transaction, answers, assignments, tasks
from core.store.tables import answer, task
from core.vault import Vault
from tests.invariants import check
from tests.world import World

_S = AssignmentState
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
LABELS = [{"id": "cat", "en": "Cat"}, {"id": "dog", "en": "Dog"}, {"id": "owl", "en": "Owl"}]


@pytest.fixture
def world(store: Store, clock: ManualClock, vault: Vault) -> World:
    """People and projects on either database."""
    return World(store, clock, vault)


@pytest.fixture
async def owner(world: World) -> Person:
    """Somebody who has projects."""
    return await world.person("owner", Role.REQUESTER)


async def act(world: World, use_case: Any, worker: Person, card: Assignment) -> Any:
    """The worker presses a button of the card."""
    return await world.do(partial(use_case, person=worker, assignment_id=card.id, now=world.clock.now()))


async def refused(world: World, use_case: Any, worker: Person, card: Assignment) -> str:
    """Why the button was refused."""
    with pytest.raises(Refused) as refusal:
        await act(world, use_case, worker, card)
    return refusal.value.reason


async def come_late(world: World, worker: Person) -> Assignment:
    """A card that was asked for, fairly warned of, and not answered in time."""
    card = await world.hold(worker)
    world.clock.move(card.due_at - world.clock.now() - HOUR)
    assert any(isinstance(one, ReminderDue) and one.assignment_id == card.id for one in await world.remind())
    world.clock.move(HOUR + MINUTE)
    return card


# --- late answers ---------------------------------------------------------------------------------


@pytest.mark.parametrize("swept", [True, False])
async def test_a_late_answer_earns_the_reward_minus_one_penalty(
    world: World, owner: Person, swept: bool
) -> None:
    """r − λ·p = 5, whether the sweep came before the answer or not, and however often it comes after."""
    project = await world.project(owner, ["a"], overlap={"min": 1, "max": 1})
    worker = await world.person("worker")
    card = await come_late(world, worker)
    if swept:
        assert await world.tick() == (BecameOverdue(worker.id, worker.account_id, card.id, 5),)
        assert await world.balance(worker) == -5
    given = await world.answers(worker, card, "cat")
    assert given.late
    assert given.events == (() if swept else (BecameOverdue(worker.id, worker.account_id, card.id, 5),))
    for _ in range(3):
        world.clock.move(timedelta(seconds=61))
        await world.tick()
    assert await world.balance(worker) == 5
    after = await world.budget(project)
    assert (after.spent, after.reserved) == (5, 0)
    await world.store.read(check)


async def test_lambda_weighs_the_penalty(world: World, owner: Person) -> None:
    """λ = 0.5 and p = 5 cost three points, as rounded once for the project."""
    await world.project(owner, ["a"], penalty_weight=0.5)
    worker = await world.person("worker")
    await come_late(world, worker)
    await world.tick()
    assert await world.balance(worker) == -3


@pytest.mark.parametrize("delivered", [None, 29, 30, 60])
async def test_lateness_costs_only_after_a_fair_warning(
    world: World, owner: Person, delivered: int | None
) -> None:
    """No reminder, or one that arrived less than half an hour before: the card is overdue, and costs nothing."""
    await world.project(owner, ["a"])
    worker = await world.person("worker")
    card = await world.hold(worker)
    if delivered is not None:
        at = card.due_at - timedelta(minutes=delivered)
        await world.do(lambda tx: assignments.change(tx, card.id, remind_at=None))  # it is in the outbox
        await world.do(lambda tx: assignments.reminded(tx, card.id, at=at))
    world.clock.move(card.due_at - world.clock.now() + MINUTE)
    (event,) = await world.tick()
    fair = delivered is not None and delivered >= 30
    assert event == BecameOverdue(worker.id, worker.account_id, card.id, 5 if fair else 0)
    assert await world.balance(worker) == (-5 if fair else 0)


async def test_a_reminder_of_an_old_deadline_warns_of_nothing(world: World, owner: Person) -> None:
    """Who got more time before the reminder arrived has not been reminded of the new deadline."""
    await world.project(owner, ["a"])
    worker = await world.person("worker")
    card = await world.hold(worker)
    world.clock.move(timedelta(hours=1))
    await world.do(lambda tx: answering.extend(tx, worker, card.id, now=world.clock.now()))
    await world.do(lambda tx: assignments.reminded(tx, card.id, at=world.clock.now()))
    held = await world.do(lambda tx: assignments.get(tx, card.id))
    assert held is not None
    assert held.reminded_at is None


async def test_a_late_answer_takes_the_free_slot(world: World, owner: Person) -> None:
    """The slot that lateness freed is filled by the late answer: nobody else is asked in vain."""
    await world.project(owner, ["a"])
    one, two, three = [await world.person(name) for name in ("one", "two", "three")]
    card = await come_late(world, one)
    await world.tick()
    await world.answers(one, card, "cat")
    await world.answers(two, await world.hold(two), "cat")
    assert await world.next(three) is None, "two answers agree: the task is full"
    world.clock.move(timedelta(seconds=61))
    await world.tick()
    assert (await world.balance(one), await world.balance(two)) == (5, 10)
    await world.store.read(check)


@pytest.mark.parametrize("touched", [True, False])
async def test_a_late_answer_withdraws_an_untouched_replacement(
    world: World, owner: Person, touched: bool
) -> None:
    """The replacement's card goes back free while nobody touched it; a kept one stays and is paid."""
    project = await world.project(owner, ["a"], overlap={"min": 1, "max": 1})
    one, two = await world.person("one"), await world.person("two")
    card = await come_late(world, one)
    await world.tick()
    replacement = await world.hold(two, asked=False)
    if touched:
        await act(world, answering.keep, two, replacement)
    given = await world.answers(one, card, "cat")
    taken = [event for event in given.events if isinstance(event, TakenBack)]
    assert [event.assignment_id for event in taken] == ([] if touched else [replacement.id])
    assert (await world.card(replacement)).state is (_S.ACTIVE if touched else _S.RETURNED)
    if touched:
        await world.answers(two, replacement, "cat")
    world.clock.move(timedelta(seconds=61))
    await world.tick()
    assert await world.balance(two) == (10 if touched else 0)
    assert (await world.budget(project)).reserved == 0
    await world.store.read(check)


async def test_an_overdue_card_expires_a_day_later(world: World, owner: Person) -> None:
    """Until then its reward stays promised; then the promise is taken back and an answer is too late."""
    project = await world.project(owner, ["a"])
    worker = await world.person("worker")
    card = await come_late(world, worker)
    await world.tick()
    assert (await world.budget(project)).reserved == 10
    world.clock.move(timedelta(hours=24))
    await world.tick()
    assert (await world.card(card)).state is _S.EXPIRED
    assert (await world.budget(project)).reserved == 0
    with pytest.raises(Refused, match="too_late"):
        await world.answers(worker, card, "cat")
    assert await world.balance(worker) == -5, "p = 1 also when the answer never comes"
    await world.store.read(check)


async def test_an_overdue_card_blocks_nobody(world: World, owner: Person) -> None:
    """Whoever is late can ask for more, before the sweep came by, and still answer the late card."""
    await world.project(owner, ["a", "b"])
    worker = await world.person("worker")
    card = await come_late(world, worker)
    offer = await world.offer(worker)
    assert offer.events == (BecameOverdue(worker.id, worker.account_id, card.id, 5),)
    assert getattr(offer, "assignment").task_id != card.task_id  # noqa: B009  (either outcome has it here)
    assert (await world.answers(worker, card, "cat")).late
    await world.store.read(check)


# --- cards that came by themselves ----------------------------------------------------------------


async def test_an_untouched_card_goes_back_silently(world: World, owner: Person) -> None:
    """When its reminder would be due; no penalty, no promise left, and it reaches somebody else."""
    project = await world.project(owner, ["a"], overlap={"min": 1, "max": 1})
    worker, other = await world.person("worker"), await world.person("other")
    card = await world.hold(worker, asked=False)
    world.clock.move(card.due_at - world.clock.now() - HOUR)
    assert await world.remind() == (TakenBack(worker.id, worker.account_id, card.id, "untouched"),)
    assert (await world.card(card)).state is _S.RETURNED
    assert (await world.budget(project)).reserved == 0
    assert (await world.hold(other)).task_id == card.task_id
    assert await world.balance(worker) == 0


async def test_the_sweep_returns_an_untouched_card_that_no_reminder_found(
    world: World, owner: Person
) -> None:
    """Also when its time is over before anybody looked: it is returned, not overdue."""
    await world.project(owner, ["a"])
    worker = await world.person("worker")
    card = await world.hold(worker, asked=False)
    world.clock.move(timedelta(hours=6))
    assert await world.tick() == (TakenBack(worker.id, worker.account_id, card.id, "untouched"),)
    assert (await world.card(card)).state is _S.RETURNED


async def test_a_card_nobody_asked_for_is_never_late(world: World, owner: Person) -> None:
    """After its due time, before anything swept it: an answer is in time, and giving back is free."""
    await world.project(owner, ["a", "b"])
    one, two = await world.person("one"), await world.person("two")
    first, second = await world.hold(one, asked=False), await world.hold(two, asked=False)
    world.clock.move(timedelta(hours=6))
    assert not (await world.answers(one, first, "cat")).late
    await act(world, answering.give_back, two, second)
    assert await world.tick() == ()
    assert (await world.balance(one), await world.balance(two)) == (0, 0)
    await world.store.read(check)


async def test_keeping_a_card_makes_its_deadline_count(world: World, owner: Person) -> None:
    """A kept card is reminded of, and may become overdue."""
    await world.project(owner, ["a"])
    worker = await world.person("worker")
    card = await world.hold(worker, asked=False)
    assert (await act(world, answering.keep, worker, card)).asked
    world.clock.move(timedelta(hours=4))
    (event,) = await world.remind()
    assert isinstance(event, ReminderDue)
    assert await world.remind() == (), "once"
    world.clock.move(HOUR + MINUTE)
    assert isinstance((await world.tick())[0], BecameOverdue)


# --- extend, skip, give back ----------------------------------------------------------------------


async def test_a_card_is_extended_once(world: World, owner: Person) -> None:
    """The time limit again from now, without penalty; a second time is refused."""
    await world.project(owner, ["a"])
    worker = await world.person("worker")
    card = await world.hold(worker)
    world.clock.move(timedelta(hours=4))
    await world.remind()
    longer = await act(world, answering.extend, worker, card)
    assert longer.due_at == world.clock.now() + timedelta(hours=5)
    assert await refused(world, answering.extend, worker, card) == "extended_before"
    world.clock.move(timedelta(hours=2))
    assert await world.tick() == (), "not overdue at the old time"
    world.clock.move(timedelta(hours=3, minutes=1))
    assert await world.tick() == (BecameOverdue(worker.id, worker.account_id, card.id, 0),), (
        "no new warning yet"
    )


async def test_no_time_beyond_the_deadline(world: World, owner: Person) -> None:
    """Extending gives nothing where the deadline is near, and says so."""
    deadline = world.clock.now() + timedelta(hours=5)
    await world.project(owner, ["a"], deadline=deadline)
    worker = await world.person("worker")
    card = await world.hold(worker)
    world.clock.move(HOUR)
    assert await refused(world, answering.extend, worker, card) == "no_more_time"


@pytest.mark.parametrize("use_case", [answering.skip, answering.give_back])
async def test_letting_go_is_free_and_frees_the_slot(world: World, owner: Person, use_case: Any) -> None:
    """Before the deadline a card goes back without cost, and its task to somebody else."""
    project = await world.project(owner, ["a"], overlap={"min": 1, "max": 1})
    worker, other = await world.person("worker"), await world.person("other")
    card = await world.hold(worker)
    assert await world.next(other) is None
    await act(world, use_case, worker, card)
    assert (await world.budget(project)).reserved == 0
    assert (await world.hold(other)).task_id == card.task_id
    assert await refused(world, use_case, worker, card) == "card_closed"
    with pytest.raises(Refused, match="card_closed"):
        await world.answers(worker, card, "cat")
    await world.store.read(check)


@pytest.mark.parametrize("use_case", [answering.skip, answering.give_back, answering.keep, answering.extend])
async def test_an_overdue_card_can_only_be_answered(world: World, owner: Person, use_case: Any) -> None:
    """Past its deadline a card that was asked for cannot be given away any more, swept or not."""
    await world.project(owner, ["a"])
    worker = await world.person("worker")
    card = await come_late(world, worker)
    assert await refused(world, use_case, worker, card) == "past_due"
    await world.tick()
    assert await refused(world, use_case, worker, card) == "past_due"


# --- undo -----------------------------------------------------------------------------------------


async def test_undo_brings_the_card_back_as_it_was(world: World, owner: Person) -> None:
    """Within a minute: the old due time, the answer voided, the task as before; then another answer counts."""
    await world.project(owner, ["a"])
    worker, other = await world.person("worker"), await world.person("other")
    card = await world.hold(worker)
    await world.answers(worker, card, "dog")
    world.clock.move(timedelta(seconds=59))
    back = await act(world, answering.undo, worker, card)
    assert (back.state, back.due_at) == (_S.ACTIVE, card.due_at)
    assert (await world.hold(worker)).id == card.id
    await world.store.read(check)
    await world.answers(worker, card, "cat")
    await world.answers(other, await world.hold(other), "cat")
    world.clock.move(timedelta(seconds=61))
    await world.tick()
    assert (await world.balance(worker), await world.balance(other)) == (10, 10)
    values = (
        select(answer.c.value, answer.c.voided_at)
        .where(answer.c.person_id == worker.id)
        .order_by(answer.c.id)
    )
    rows = await world.store.read(lambda tx: tx.execute(values).all())
    assert [(row.value, row.voided_at is None) for row in rows] == [("dog", False), ("cat", True)]


async def test_undo_gives_the_following_card_back(world: World, owner: Person) -> None:
    """A worker holds one card: the one that followed goes back free, even when its time is over."""
    project = await world.project(owner, ["a", "b"], time_limit="30s")
    worker = await world.person("worker")
    card = await world.hold(worker)
    await world.answers(worker, card, "cat")
    following = await world.hold(worker, asked=False)
    world.clock.move(timedelta(seconds=45))
    await act(world, answering.undo, worker, card)
    assert (await world.card(following)).state is _S.RETURNED
    assert (await world.budget(project)).reserved == 10
    await world.store.read(check)


async def test_undo_ends_after_a_minute(world: World, owner: Person) -> None:
    """At the sixtieth second the answer may be paid, so it stands."""
    await world.project(owner, ["a"])
    worker = await world.person("worker")
    card = await world.hold(worker)
    await world.answers(worker, card, "cat")
    world.clock.move(timedelta(seconds=60))
    assert await refused(world, answering.undo, worker, card) == "undo_too_late"


async def test_nothing_is_settled_while_an_answer_can_be_undone(world: World, owner: Person) -> None:
    """The task waits until its last answer is a minute old; undoing it stops the settling."""
    await world.project(owner, ["a"])
    one, two = await world.person("one"), await world.person("two")
    first = await world.hold(one)
    await world.answers(one, first, "cat")
    second = await world.hold(two)
    world.clock.move(timedelta(seconds=30))
    await world.answers(two, second, "cat")
    world.clock.move(timedelta(seconds=59))
    await world.tick()
    await act(world, answering.undo, two, second)
    world.clock.move(timedelta(seconds=2))
    await world.tick()
    counts = await world.do(lambda tx: tasks.lock(tx, first.task_id))
    assert (counts.state, counts.active, counts.answered) == (TaskState.OPEN, 1, 1)
    assert (await world.balance(one), await world.balance(two)) == (0, 0)


async def test_a_late_answer_cannot_be_undone(world: World, owner: Person) -> None:
    """There is no due time to go back to."""
    await world.project(owner, ["a"])
    worker = await world.person("worker")
    card = await come_late(world, worker)
    await world.answers(worker, card, "cat")
    assert await refused(world, answering.undo, worker, card) == "undo_too_late"


async def test_no_undo_in_a_closed_project(world: World, owner: Person) -> None:
    """The card could not be answered again and the answer would be lost; it stays and is paid."""
    project = await world.project(owner, [f"t{n}" for n in range(12)])
    worker = await world.person("worker")
    while (card := await world.next(worker)) is not None:
        await world.answers(worker, card, "cat")
        last = card
    await world.do(lambda tx: projects.close(tx, owner, project, now=world.clock.now()))
    assert await refused(world, answering.undo, worker, last) == "undo_too_late"
    while (await world.do(lambda tx: projects.wind_up(tx, project, now=world.clock.now())))[1]:
        pass
    assert await world.balance(worker) == 120
    await world.store.read(check)


# --- refusals -------------------------------------------------------------------------------------


async def test_an_answer_after_the_settlement_is_too_late(world: World, owner: Person) -> None:
    """A settled task takes no more answers; the late one costs its penalty and earns nothing."""
    await world.project(owner, ["a"], overlap={"min": 1, "max": 1})
    late, quick = await world.person("late"), await world.person("quick")
    card = await come_late(world, late)
    await world.tick()
    await world.answers(quick, await world.hold(quick), "cat")
    world.clock.move(timedelta(seconds=61))
    await world.tick()
    with pytest.raises(Refused, match="too_late"):
        await world.answers(late, card, "cat")
    assert (await world.card(card)).state is _S.EXPIRED
    await world.store.read(check)


async def test_a_card_that_a_settlement_ends_changes_nothing_about_it(world: World, owner: Person) -> None:
    """A kept replacement is taken back when the task settles: label, confidence and points stay as settled."""
    project = await world.project(owner, ["a"], overlap={"min": 1, "max": 1})
    late, keeps = await world.person("late"), await world.person("keeps")
    card = await come_late(world, late)
    await world.tick()
    kept = await world.hold(keeps)
    await world.answers(late, card, "dog")
    world.clock.move(timedelta(seconds=61))
    assert TakenBack(keeps.id, keeps.account_id, kept.id, "not_needed") in await world.tick()
    row = await world.store.read(
        lambda tx: tx.execute(select(task.c.state, task.c.label, task.c.settle_at, task.c.active)).one()
    )
    assert tuple(row) == (TaskState.SETTLED, "dog", None, 0)
    assert (await world.budget(project)).reserved == 0
    await world.store.read(check)


async def test_a_second_press_is_told_that_it_is_saved(world: World, owner: Person) -> None:
    """A double tap does nothing twice."""
    await world.project(owner, ["a"])
    worker = await world.person("worker")
    card = await world.hold(worker)
    await world.answers(worker, card, "cat")
    with pytest.raises(Refused, match="already_saved"):
        await world.answers(worker, card, "dog")
    assert await refused(world, answering.skip, worker, card) == "already_saved"
    given = await world.store.read(lambda tx: answers.votes(tx, card.task_id))
    assert [vote.value for vote in given] == ["cat"]


async def test_nobody_touches_another_persons_card(world: World, owner: Person) -> None:
    """Whoever forges a card's id learns nothing, not even whether it exists."""
    await world.project(owner, ["a"])
    worker, thief = await world.person("worker"), await world.person("thief")
    card = await world.hold(worker)
    for use_case in (answering.skip, answering.give_back, answering.keep, answering.extend, answering.undo):
        assert await refused(world, use_case, thief, card) == "unknown_card"
    with pytest.raises(Refused, match="unknown_card"):
        await world.answers(thief, card, "cat")
    assert (await world.card(card)).state is _S.ACTIVE


async def test_only_offered_labels_are_answers(world: World, owner: Person) -> None:
    """An unknown label and an archived one are refused, and the card stays as it was: not even overdue."""
    archived = [*LABELS[:2], LABELS[2] | {"archived": True}]
    await world.project(owner, ["a"], labels=archived)
    worker = await world.person("worker")
    card = await come_late(world, worker)
    for label in ("unicorn", "owl", ""):
        with pytest.raises(Refused, match="label"):
            await world.answers(worker, card, label)

    def refusing(tx: Transaction) -> None:
        with pytest.raises(Refused):
            answering.answer(tx, worker, card.id, "owl", now=world.clock.now())

    await world.do(refusing)
    assert (await world.card(card)).state is _S.ACTIVE
    assert await world.balance(worker) == 0, "its penalty comes with its event, in the sweep"


async def test_an_unreachable_person_loses_nothing(world: World, owner: Person) -> None:
    """Their work goes back free, also when it was about to be late."""
    project = await world.project(owner, ["a"])
    worker = await world.person("worker")
    card = await come_late(world, worker)
    await world.do(lambda tx: overdue.return_all(tx, worker.id, now=world.clock.now()))
    await world.tick()
    assert (await world.card(card)).state is _S.RETURNED
    assert (await world.balance(worker), (await world.budget(project)).reserved) == (0, 0)


async def test_downtime_is_given_back(world: World, owner: Person) -> None:
    """Every running deadline and reminder moves by as long as nobody was there."""
    await world.project(owner, ["a"])
    worker = await world.person("worker")
    card = await world.hold(worker)
    away = timedelta(hours=7)
    world.clock.move(away)
    assert await world.do(lambda tx: overdue.shift(tx, away=away, now=world.clock.now())) == 1
    moved = await world.card(card)
    assert moved.due_at == card.due_at + away
    assert moved.remind_at is not None
    assert card.remind_at is not None
    assert moved.remind_at == card.remind_at + away
    assert await world.tick() == ()
    assert not (await world.answers(worker, card, "cat")).late


async def test_a_tie_is_decided_by_the_owner_and_paid_by_the_decision(world: World, owner: Person) -> None:
    """Two against two escalate; whoever said what the owner decides is paid, nobody else, and only once."""
    project = await world.project(owner, ["a"], overlap={"min": 2, "max": 4}, labels=LABELS)
    workers = [await world.person(f"w{n}") for n in range(4)]
    for worker, label in zip(workers, ("cat", "dog", "cat", "dog"), strict=True):
        card = await world.hold(worker)
        await world.answers(worker, card, label)
    world.clock.move(timedelta(seconds=61))
    (event,) = await world.tick()
    assert type(event).__name__ == "TaskEscalated"
    now = world.clock.now()
    stranger = await world.person("stranger", Role.REQUESTER)
    moderator = await world.person("moderator", Role.MODERATOR)
    for person, reason in ((workers[0], "not_allowed"), (stranger, "not_allowed")):
        with pytest.raises(Refused, match=reason):
            await world.do(lambda tx, p=person: settling.decide(tx, p, card.task_id, "cat", now=now))  # type: ignore[misc]  # p is bound
    with pytest.raises(Refused, match="unknown_label"):
        await world.do(lambda tx: settling.decide(tx, moderator, card.task_id, "unicorn", now=now))
    events = await world.do(lambda tx: settling.decide(tx, owner, card.task_id, "dog", now=now))
    assert [type(one).__name__ for one in events] == ["ProjectFinished"]
    assert [await world.balance(worker) for worker in workers] == [0, 10, 0, 10]
    with pytest.raises(Refused, match="decided_before"):
        await world.do(lambda tx: settling.decide(tx, moderator, card.task_id, "cat", now=now))
    assert (await world.budget(project)).reserved == 0
    await world.store.read(check)
