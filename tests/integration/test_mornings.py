"""Every moderator is told of every local day once, whatever the clocks do, and in figures that a recount confirms."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from core import mornings, people, summaries
from core.clock import ManualClock
from core.domain.person import Person, Role
from core.errors import Refused
from core.intake.rows import TaskRow
from core.store import Store
from core.store import mornings as rows
from core.store import people as people_rows
from core.store.tables import job
from core.store.transaction import Transaction
from core.vault import Vault
from tests.recount import Rows, recount
from tests.recount import rows as raw_rows
from tests.world import World

HOUR = timedelta(hours=1)


@pytest.fixture
def world(store: Store, clock: ManualClock, vault: Vault) -> World:
    return World(store, clock, vault)


async def tick(world: World) -> int:
    """Whose hour has come."""
    now, due = world.clock.now(), 0
    while more := await world.store.write(lambda tx: mornings.owe_due(tx, now=now)):
        due += more
    return due


async def told(world: World) -> list[tuple[int, date, datetime]]:
    """Account, day and moment of every summary that was owed, in their order."""

    def query(tx: Transaction) -> list[tuple[int, date, datetime]]:
        found = tx.execute(select(job).where(job.c.kind == mornings.SUMMARY).order_by(job.c.id))
        return [
            (row.account_id, date.fromisoformat(json.loads(row.details)["day"]), row.created_at)
            for row in found
        ]

    return await world.store.read(query)


async def days_told(world: World) -> list[str]:
    """The days of one moderator's summaries."""
    return [day.isoformat() for _, day, _ in await told(world)]


# --- six zones, two changes of the clocks ---------------------------------------------------------

ZONES = {
    "Europe/Berlin": 2 * 60 + 30,  # skipped in March, twice in October
    "America/New_York": 9 * 60,
    "Asia/Kathmandu": 9 * 60,
    "Pacific/Auckland": 0,
    "Australia/Lord_Howe": 23 * 60 + 59,
    "Pacific/Honolulu": 9 * 60,
}
SPANS = ((datetime(2026, 3, 27, tzinfo=UTC), 6), (datetime(2026, 10, 23, tzinfo=UTC), 6))
"""Europe changes on 29 March and 25 October; what lies between the spans is a downtime."""


class Crowd:
    """Workers who answer, disagree, come late and stay away, by dice."""

    def __init__(self, world: World) -> None:
        self.world, self.dice = world, Random(11)
        self.workers: list[Person] = []
        self.held: dict[int, Any] = {}

    async def open(self) -> None:
        owner = await self.world.person("owner", Role.REQUESTER)
        texts = [
            TaskRow(
                line=at + 2, content={"text": f"t{at}"}, external_id=f"t{at}", lang=("en", "es", "ar")[at % 3]
            )
            for at in range(120)
        ]
        for part in (texts[:80], texts[80:]):
            await self.world.project(owner, part, overlap={"min": 2, "max": 2}, time_limit="2h", penalty=5)

    async def hour(self) -> None:
        """What the crowd does in an hour."""
        await self.world.remind()
        await self.world.tick()
        if self.dice.random() < 0.1 and len(self.workers) < 12:
            name = f"worker {len(self.workers)}"
            self.workers.append(await self.world.person(name, langs=("en", "es", "ar")))
        for worker in [one for one in self.workers if self.dice.random() < 0.12]:
            card = self.held.pop(worker.id, None) or await self.world.next(worker)
            if card is not None and self.dice.random() < 0.3:
                self.held[worker.id] = card  # forgotten for now
            elif card is not None:
                try:
                    await self.world.answers(worker, card, self.dice.choice(("cat", "cat", "cat", "dog")))
                except Refused:
                    continue  # it expired


def compared(found: summaries.Summary, counted: Rows, person: Person) -> None:
    """The day, the week before and the parts, held against a recount."""
    for one in (found.this, *found.week):
        expected = recount(counted, one.day, person.tz)
        languages, projects = expected.pop("languages"), expected.pop("projects")
        shown = asdict(one)
        assert shown.pop("day") == one.day
        assert shown == {**expected, "agreement": pytest.approx(expected["agreement"])}
        if one is found.this:
            assert {part.lang: part.answers for part in found.languages.top} == languages
            assert {part.project.id: part.answers for part in found.projects.top if part.project} == projects
    week = [recount(counted, one.day, person.tz) for one in found.week]
    for part in found.languages.top:
        assert part.before == week[-1]["languages"][part.lang]
        assert part.week == pytest.approx(sum(one["languages"][part.lang] for one in week) / 7)
    fortnight = [(day, recount(counted, day, person.tz)["answers"]) for day, _ in found.fortnight]
    assert list(found.fortnight) == fortnight


@pytest.mark.timeout(300)
async def test_six_zones_over_changes_of_the_clocks(world: World) -> None:
    """In each span: one summary for each local day, at the hour of each moderator, with the figures of a recount."""
    begin = SPANS[0][0] - HOUR
    world.clock.moment = begin
    crowd = Crowd(world)
    await crowd.open()
    moderators = [await world.person(zone, Role.MODERATOR, zone=zone) for zone in ZONES]
    for one, minute in zip(moderators, ZONES.values(), strict=True):
        await world.do(partial(mornings.set_hour, person=one, minute=minute, now=begin))
    by_account = {one.account_id: one for one in moderators}
    looked = 0
    for start, days in SPANS:
        world.clock.moment = start
        await tick(world)  # what was missed in between is one summary
        before = len(await told(world))
        for _ in range(24 * days):
            world.clock.move(HOUR / 2)
            await tick(world)
            await crowd.hour()
            world.clock.move(HOUR / 2)
            await tick(world)
        owed = (await told(world))[before:]
        for one in moderators:
            mine = [(day, at.astimezone(one.tz)) for account, day, at in owed if account == one.account_id]
            assert [day for day, _ in mine] == [mine[0][0] + timedelta(days=n) for n in range(len(mine))]
            assert days - 1 <= len(mine) <= days + 1
            minute = ZONES[one.tz.key]
            for day, at in mine:
                hour = datetime.combine(day + timedelta(days=1), time(minute // 60, minute % 60))
                late = (
                    at.replace(tzinfo=None) - hour
                )  # half an hour between ticks, and an hour that is skipped
                assert timedelta(0) <= late <= 1.5 * HOUR, (one.tz.key, at)
        counted = await world.store.read(raw_rows)
        for account, day, _ in owed[-12::2]:
            person = by_account[account]
            found = await world.store.read(
                partial(summaries.of_day, vault=world.vault, person=person, day=day)
            )
            compared(found, counted, person)
            looked += found.this.answers
    everything = Counter((account, day) for account, day, _ in await told(world))
    assert set(everything.values()) == {1}, "no day twice, over the whole year"
    assert looked > 0
    total = await world.store.read(raw_rows)
    assert sum(row.kind == "penalty" for row in total.entries)
    assert any(row.late for row in total.answers)
    assert any(row.escalated_at for row in total.tasks)


# --- moving, stopping, many at once ---------------------------------------------------------------


async def mona(world: World, zone: str = "Europe/Berlin") -> Person:
    """A moderator, on the evening before 3 March; she was told of the days before."""
    world.clock.moment = datetime(2026, 3, 1, 23, tzinfo=UTC)
    made = await world.person("mona", Role.MODERATOR, zone=zone)
    world.clock.moment = datetime(2026, 3, 2, 20, tzinfo=UTC)
    await tick(world)
    return made


async def at(world: World, moment: str) -> None:
    """It is that moment of UTC, and everybody ticks."""
    world.clock.moment = datetime.fromisoformat(f"{moment}+00:00")
    await tick(world)


async def set_hour(world: World, person: Person, minute: int) -> None:
    await world.do(partial(mornings.set_hour, person=person, minute=minute, now=world.clock.now()))


async def set_zone(world: World, person: Person, zone: str) -> None:
    await world.do(partial(people.set_zone, person=person, zone=zone, now=world.clock.now()))


async def test_an_hour_that_has_passed_today_is_told_now(world: World) -> None:
    """From nine to seven at eight o'clock: today's is not lost, and nine brings no second one."""
    one = await mona(world)
    await at(world, "2026-03-03T07:00")
    assert await days_told(world) == ["2026-03-01"]
    await set_hour(world, one, 7 * 60)
    await at(world, "2026-03-03T08:30")
    await at(world, "2026-03-03T23:00")
    assert await days_told(world) == ["2026-03-01", "2026-03-02"]
    await at(world, "2026-03-04T06:00")
    assert await days_told(world) == ["2026-03-01", "2026-03-02", "2026-03-03"]


async def test_a_later_hour_brings_nothing_twice(world: World) -> None:
    one = await mona(world)
    await at(world, "2026-03-03T08:00")
    await set_hour(world, one, 18 * 60)
    await at(world, "2026-03-03T18:00")
    assert await days_told(world) == ["2026-03-01", "2026-03-02"]
    await at(world, "2026-03-04T16:59")
    assert len(await days_told(world)) == 2
    await at(world, "2026-03-04T17:00")
    assert await days_told(world) == ["2026-03-01", "2026-03-02", "2026-03-03"]


@pytest.mark.parametrize(
    ("start", "moves", "to"),
    [
        ("America/Los_Angeles", "2026-03-04T16:30", "Pacific/Auckland"),
        ("America/Los_Angeles", "2026-03-04T21:30", "Pacific/Auckland"),
        ("Pacific/Auckland", "2026-03-04T21:30", "America/Los_Angeles"),
        ("Pacific/Pago_Pago", "2026-03-04T19:30", "Pacific/Kiritimati"),
        ("Pacific/Kiritimati", "2026-03-04T23:30", "Pacific/Pago_Pago"),
    ],
)
async def test_a_flight_neither_doubles_nor_loses_a_day(
    world: World, start: str, moves: str, to: str
) -> None:
    """Across the date line: every calendar day is told once, in its order; also when the hour changes with it."""
    one = await mona(world, start)
    hour = datetime(2026, 3, 2, 20, tzinfo=UTC)
    moved = False
    while hour < datetime(2026, 3, 9, tzinfo=UTC):
        hour += HOUR / 2
        if not moved and hour >= datetime.fromisoformat(f"{moves}+00:00"):
            world.clock.moment, moved = hour, True
            await set_zone(world, one, to)
            await set_hour(world, one, 7 * 60)
        await at(world, hour.replace(tzinfo=None).isoformat())
    days = [day for _, day, _ in await told(world)]
    assert days == [days[0] + timedelta(days=n) for n in range(len(days))]
    assert days[-1] >= date(2026, 3, 6)


async def test_after_a_downtime_there_is_one(world: World) -> None:
    """Of the day before the last hour that passed; then it goes on as usual."""
    await mona(world)
    await at(world, "2026-03-06T13:00")
    await at(world, "2026-03-06T13:01")
    assert await days_told(world) == ["2026-03-01", "2026-03-05"]
    await at(world, "2026-03-07T08:00")
    assert (await days_told(world))[2:] == ["2026-03-06"]


async def test_many_ticks_at_once_owe_one_each(world: World, stores: list[Store]) -> None:
    """Twenty moderators, several processes, three ticks each: twenty summaries."""
    for number in range(20):
        await world.person(f"mod {number}", Role.MODERATOR)
    now = world.clock.move(timedelta(days=1))

    async def ticking(store: Store) -> None:
        while await store.write(lambda tx: mornings.owe_due(tx, now=now, most=3)):
            pass

    await asyncio.gather(*(ticking(store) for store in stores for _ in range(3)))
    owed = Counter(account for account, _, _ in await told(world))
    assert len(owed) == 20
    assert set(owed.values()) == {1}


async def test_an_hour_chosen_twice_at_once_owes_one(world: World, stores: list[Store]) -> None:
    """The press and the tick meet at the same moment."""
    one = await mona(world)
    now = world.clock.moment = datetime(2026, 3, 3, 8, 30, tzinfo=UTC)
    await asyncio.gather(
        *(
            store.write(unit)
            for store in stores
            for unit in (
                partial(mornings.owe_due, now=now),
                partial(mornings.set_hour, person=one, minute=8 * 60, now=now),
                partial(mornings.set_hour, person=one, minute=7 * 60, now=now),
            )
        )
    )
    assert await days_told(world) == ["2026-03-01", "2026-03-02"]


async def test_who_is_no_moderator_any_more_is_told_nothing(world: World) -> None:
    one = await mona(world)
    await world.do(lambda tx: people_rows.change_person(tx, one.id, roles=frozenset({Role.WORKER})))
    await at(world, "2026-03-03T08:00")
    assert await days_told(world) == ["2026-03-01"]
    assert (await world.store.read(lambda tx: rows.of(tx, one.id))).next_at is None


@pytest.mark.parametrize("minute", [-1, 24 * 60])
async def test_an_hour_that_no_clock_shows(world: World, minute: int) -> None:
    one = await mona(world)
    with pytest.raises(Refused, match="bad_hour"):
        await set_hour(world, one, minute)


async def test_only_moderators_choose_an_hour_or_read_a_day(world: World) -> None:
    """And nobody reads of a day that has not begun, or from before there was any."""
    worker, one = await world.person("will"), await mona(world)
    with pytest.raises(Refused, match="not_allowed"):
        await set_hour(world, worker, 60)
    now = world.clock.now()
    with pytest.raises(Refused, match="not_allowed"):
        mornings.asked_for(worker, date(2026, 3, 1), now=now)
    for day in (date.min, date(1999, 12, 31), date(2026, 3, 3), date.max):
        with pytest.raises(Refused, match="bad_date"):
            mornings.asked_for(one, day, now=now)
    assert mornings.asked_for(one, date(2026, 3, 2), now=now) == date(2026, 3, 2)
