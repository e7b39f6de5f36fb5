"""A summary arrives once and whole, whatever moment its process ends at; in words alone where it cannot be drawn."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import update

from bots.dialogue.turn import House
from bots.dialogue.vocabulary import Limits, Message
from bots.dialogue.wire import from_wire
from bots.errands import Errands, drawing
from bots.postbox import Postbox
from core import adjusting, jobs, mornings, summaries
from core.clock import ManualClock
from core.domain.person import Person, Role
from core.intake.images import image_path
from core.store import Store, outbox
from core.store import people as people_rows
from core.store.tables import job
from core.vault import Vault
from tests.house import PaperHouse, paper_house
from tests.integration.test_errands import Killed, Mortal
from tests.spoken import said
from tests.world import World


class Desk:
    """A moderator to whom a summary is due, and whoever runs errands."""

    def __init__(self, store: Store, clock: ManualClock, vault: Vault, data_dir: Path) -> None:
        self.store, self.clock, self.vault, self.data_dir = store, clock, vault, data_dir
        self.world = World(store, clock, vault)
        self.mona: Person

    async def open(self) -> None:
        self.mona = await self.world.person("mona", Role.MODERATOR)
        owner = await self.world.person("owner", Role.REQUESTER)
        await self.world.project(owner, ["a", "b"])
        worker = await self.world.person("will")
        await self.world.answers(worker, await self.world.hold(worker), "cat")
        self.clock.move(timedelta(days=1))
        await self.tick()

    async def tick(self) -> None:
        now = self.clock.now()
        await self.store.write(lambda tx: mornings.owe_due(tx, now=now))

    def errands(self, *, holder: str = "one", store: Store | None = None) -> Errands:
        house = House(self.vault, frozenset(), self.data_dir, lambda: "token")
        return Errands(
            store=store or self.store,
            clock=self.clock,
            postbox=Postbox(self.vault, {"paper": Limits()}),
            house=house,
            courier_nudge=lambda _account: None,
            holder=holder,
        )

    async def said(self) -> list[Message]:
        owed = await self.store.read(lambda tx: outbox.owed_to(tx, self.mona.account_id, most=100))
        return [from_wire(self.vault.unseal(one.payload)) for one in owed]

    def picture(self, message: Message) -> Image.Image:
        assert message.picture is not None
        return Image.open(io.BytesIO(image_path(self.data_dir / "media", message.picture).read_bytes()))


@pytest.fixture
async def desk(store: Store, clock: ManualClock, vault: Vault, tmp_path: Path) -> Desk:
    opened = Desk(store, clock, vault, tmp_path)
    await opened.open()
    return opened


@pytest.mark.parametrize("after_commit", [False, True], ids=["before commit", "after commit"])
@pytest.mark.parametrize("dies_at", [1, 2], ids=["taking it", "owing it"])
async def test_a_kill_at_any_write_leaves_exactly_one(desk: Desk, dies_at: int, after_commit: bool) -> None:
    """Killed when it was taken, or between drawing and owing: who comes next tells it, once, with its picture."""
    mortal = Mortal(desk.store, dies_at=dies_at, after_commit=after_commit)
    with pytest.raises(Killed):
        await desk.errands(holder="killed", store=mortal).run_once()
    await desk.tick()
    desk.clock.move(jobs.LEASE + timedelta(seconds=1))
    survivor = desk.errands(holder="survivor")
    while await survivor.run_once():
        pass
    (told,) = await desk.said()
    assert said(told).startswith("Summary of Mar 2, 2026")
    assert "Answers: 1 ↑ (0 · 0)" in said(told)
    assert desk.picture(told).size[0] == 1080


async def test_one_that_is_worked_on_twice_is_told_once(desk: Desk) -> None:
    """The lease ran out while it was drawn, and another process told it: the first one's telling is taken back."""
    first, second = desk.errands(holder="first"), desk.errands(holder="second")
    taken = await desk.store.write(
        lambda tx: jobs.take(tx, kinds={mornings.SUMMARY}, holder="first", now=desk.clock.now())
    )
    assert taken is not None
    desk.clock.move(jobs.LEASE + timedelta(seconds=1))
    assert await second.run_once()
    assert not await first.run_once()
    assert len(await desk.said()) == 1


async def test_where_nothing_can_be_kept_the_words_come_alone(desk: Desk) -> None:
    """Drawn twice in vain, with a pause after each; the third time without a picture, rather than not at all."""
    (desk.data_dir / drawing.DRAWN).write_text("a file where a folder should be")
    errands = desk.errands()
    for _ in range(jobs.MOST_ATTEMPTS):
        assert await errands.run_once()
        desk.clock.move(timedelta(minutes=1))
    (told,) = await desk.said()
    assert told.picture is None
    assert "Answers: 1 ↑ (0 · 0)" in said(told)
    assert not await errands.run_once()


async def test_who_was_a_moderator_when_it_was_owed_is_told_nothing(desk: Desk) -> None:
    """The role went in between; nobody is told that something was refused that they did not ask for."""
    await desk.store.write(
        lambda tx: people_rows.change_person(tx, desk.mona.id, roles=frozenset({Role.WORKER}))
    )
    errands = desk.errands()
    assert await errands.run_once()
    assert not await errands.run_once()
    assert await desk.said() == []


async def test_a_day_is_told_once_even_with_two_jobs(desk: Desk) -> None:
    """The key in the outbox is a second lock beside the person's row."""
    details = {"day": "2026-03-02", "key": f"summary:{desk.mona.id}:2026-03-02"}
    account, now = desk.mona.account_id, desk.clock.now()
    await desk.store.write(
        lambda tx: jobs.start(
            tx, mornings.SUMMARY, account_id=account, project_id=None, details=details, now=now
        )
    )
    await desk.store.write(lambda tx: tx.execute(update(job).values(attempts=jobs.MOST_ATTEMPTS - 1)))
    errands = desk.errands()
    while await errands.run_once():
        pass
    assert len(await desk.said()) == 1


# --- in the chat ----------------------------------------------------------------------------------


@pytest.fixture
async def house(
    sqlite_store: Store, clock: ManualClock, vault: Vault, tmp_path: Path
) -> AsyncIterator[PaperHouse]:
    async with paper_house(sqlite_store, clock, vault, tmp_path) as opened:
        yield opened


async def test_the_hour_is_chosen_in_the_settings(house: PaperHouse) -> None:
    """By a tap or in words; a worker is not offered it, and may not press it either."""
    mona, will = await house.joined("mona", Role.MODERATOR), await house.joined("will")
    await mona.says("/settings")
    assert "Summary of the day before: 09:00 UTC" in said(mona.last)
    await mona.chooses("setsummary")
    await mona.taps("07:00")
    assert "Summary of the day before: 07:00 UTC" in said(mona.last)
    await mona.chooses("setsummary")
    await mona.says("25:00")
    assert said(mona.last) == "Please send a time, for example 08:30."
    await mona.says("18:30")
    assert "Summary of the day before: 18:30 UTC" in said(mona.last)
    await will.says("/settings")
    assert "Summary" not in said(will.last)
    await will.presses("1:summary-hour:1")
    assert "Summary" not in said(will.last)


async def test_today_so_far_from_the_morning_s_message(house: PaperHouse) -> None:
    """The button leads to another summary; a day that has not begun is refused."""
    mona = await house.joined("mona", Role.MODERATOR)
    house.clock.moment = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
    await house.service.clockwork.summaries()
    await house.settle()
    assert said(mona.last).startswith("Summary of Mar 2, 2026")
    await mona.taps("Today so far")
    assert said(mona.last).startswith("Summary of Mar 3, 2026")
    assert mona.last.picture is not None
    await mona.says("/summary 2026-03-04")
    assert said(mona.last) == "Please send a date like 2026-03-01."
    for words in ("0001-01-01", "9999-12-31"):
        await mona.says(f"/summary {words}")
        assert said(mona.last) == "Please send a date like 2026-03-01."


async def test_points_beside_answers_are_not_pay(desk: Desk) -> None:
    """What a moderator gave by hand, or was given back, is no answer's reward, and the day does not count it."""
    world = desk.world
    boss = await world.person("boss", Role.ADMIN)
    will = await world.person("will")
    for points in (30, -5):
        now = world.clock.now()
        await world.do(
            lambda tx, points=points, now=now: adjusting.adjust(  # type: ignore[misc]  # bound
                tx, boss, person_id=will.id, project_id=1, points=points, words="Sorry.", now=now
            )
        )
        world.clock.move(timedelta(minutes=1))
    assert await world.balance(will) == 25
    found = await world.store.read(
        lambda tx: summaries.of_day(tx, world.vault, boss, world.clock.now().date())
    )
    assert found.this.paid_points == 0
