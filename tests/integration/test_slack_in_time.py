"""The whole service before Slack: confirmed in time whatever holds us up, each event once, nothing lost."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

import pytest
from sqlalchemy import select

from bots.dialogue.refusals import REFUSALS
from bots.keeping import to_bytes
from bots.slack.hearing import hear
from bots.slack.workspaces import Installed, Workspace
from core.clock import ManualClock
from core.store import Store
from core.store import inbox as inbox_rows
from core.store.tables import account, assignment, inbox
from core.store.tables.metadata import metadata
from core.vault import Vault
from i18n import translator_for
from tests.full_run.people import Somebody
from tests.full_run.requester import all_joined, with_requester
from tests.full_run.slack import SlackHouse, SlackPhone, slack_house
from tests.invariants import check
from tests.standins.slack import User

PROJECT = b"project: Animals\ninstructions: Which one?\nlabels: [{id: cat, en: Cat}, {id: dog, en: Dog}]\n"
IN_TIME = 3.0


@pytest.fixture(params=["socket", "http"])
async def house(
    request: pytest.FixtureRequest, sqlite_store: Store, clock: ManualClock, vault: Vault, tmp_path: Path
) -> AsyncIterator[SlackHouse]:
    over_http = request.param == "http"
    data = tmp_path / "data"
    async with slack_house(sqlite_store, clock, vault, data, over_http=over_http, ping=0.1) as house:
        yield house
        await house.rest()
        await house.service.store.read(check)
    assert (house.server.violations, house.server.mentions, house.server.late) == ([], [], [])
    assert house.unanswered() == []
    assert max((one.seconds for one in house.server.deliveries), default=0) < IN_TIME


def slack_of(one: Somebody) -> User:
    """Somebody with Slack's own hands."""
    assert isinstance(one.user, SlackPhone)
    return one.user.user


async def joined(house: SlackHouse, number: int) -> Somebody:
    """A worker."""
    one = Somebody(house, house.sides[0].phone(number, name=f"W{number}"), "en")
    await all_joined([one])
    return one


async def with_project(house: SlackHouse, tasks: int) -> Somebody:
    """A requester whose project runs."""
    _, owner = await with_requester(house)
    await owner.sends("p.yaml", PROJECT)
    texts = "\n".join(["text", *(f"animal {at}" for at in range(tasks))])
    await owner.sends("t.csv", texts.encode(), caption="/addtasks 1")
    await owner.taps("p-launch", 1)
    return owner


# --- in time ---------------------------------------------------------------------------------------


async def test_a_file_that_comes_slowly(house: SlackHouse) -> None:
    """It is confirmed before it is fetched, and so is what the person does meanwhile; all comes in order."""
    owner = await with_project(house, 1)
    user = slack_of(owner)
    hold = house.server.faults.hold_after(method="download")
    since = user.moment
    await user.uploads("slow.csv", b"text\nslow\n", caption="crowd addtasks 1")
    await hold.reached.wait()
    message = house.server.deliveries.of("message")[-1]
    await message.answered()
    await user.says("what now?")
    told = await user.command("balance")
    await told.answered()
    await house.server.drained()
    assert [m for m in user.chat if m.from_bot and m.now.change > since] == []
    hold.release()
    await house.calm()
    said = [m.words for m in user.chat if m.from_bot and m.now.change > since]
    assert any("1 task added" in words for words in said)
    refused = owner.reads(owner.t(REFUSALS["nothing_expected"]))
    assert refused in said
    assert message.seconds < IN_TIME


async def test_a_database_that_is_busy(house: SlackHouse) -> None:
    """For a second nothing can be written: everything is confirmed in time, and each is answered once."""
    people = [await joined(house, 50 + at) for at in range(4)]
    busy, marks = threading.Event(), [one.user.moment for one in people]

    def take_a_second(_tx: object) -> None:
        busy.set()
        threading.Event().wait(1.0)  # what holds the database up

    async def work() -> None:
        await house.service.store.write(take_a_second)

    holding = asyncio.create_task(work())
    await asyncio.to_thread(busy.wait)
    for one in people:
        await slack_of(one).command("balance")
        await slack_of(one).says("hello")
        await slack_of(one).opens_home()
    await holding
    await house.calm()
    for one, since in zip(people, marks, strict=True):
        fresh = [m for m in slack_of(one).chat if m.from_bot and m.now.change > since]
        assert len(fresh) == 2, [m.words for m in fresh]
        assert slack_of(one).home is not None


async def test_a_newcomer_of_whom_slack_says_nothing(house: SlackHouse) -> None:
    """Slack takes for ever to say who it is: they are welcome all the same, in time, and others meanwhile."""
    holds = [house.server.faults.hold_before(method="users.info") for _ in range(2)]
    ana, bo = house.server.user("U50", locale="es-ES"), house.server.user("U51", locale="es-ES")
    await ana.says("hola")
    await bo.command("start")
    await ana.sees("Welcome!")
    await bo.sees("Welcome!")
    for hold in holds:
        hold.release()


@pytest.mark.parametrize("fault", ["fails", "refuses", "none"])
async def test_newcomers_are_spoken_to_in_their_language(house: SlackHouse, fault: str) -> None:
    """As far as Slack says it and we have it."""
    if fault == "fails":
        house.server.faults.fails(500, method="users.info", times=5)
    if fault == "refuses":
        house.server.faults.refuses("user_not_found", method="users.info", times=5)
    tongues = {"es-ES": "es", "zh-CN": "zh_Hans", "ar": "ar", "pt-BR": "en", "en-GB": "en"}
    for at, (locale, ours) in enumerate(tongues.items()):
        one = house.server.user(f"U{60 + at}", locale=locale, tz="Europe/Madrid")
        await one.says("hi")
        await one.sees(translator_for(ours if fault == "none" else "en")("Welcome!"))


# --- once ------------------------------------------------------------------------------------------


def everything(tx):  # type: ignore[no-untyped-def]  # a read in a test
    """All rows of all tables."""
    return {
        table.name: sorted(repr(tuple(row)) for row in tx.execute(select(table)))
        for table in metadata.sorted_tables
    }


async def test_what_is_told_again_changes_nothing(house: SlackHouse) -> None:
    """All of a day's events once more, with Slack's headers, in the wrong order."""
    await with_project(house, 6)
    worker = await joined(house, 50)
    await worker.says("/task")
    for _ in range(3):
        await worker.press(worker.last, worker.last.button("Cat").data or "")
        await house.calm()
    await slack_of(worker).opens_home()
    await house.calm()
    before, chats = await house.service.store.read(everything), [len(one.chat) for one in people_of(house)]
    for delivery in reversed(list(house.server.deliveries)):
        assert (await house.server.redeliver(delivery)).reason == ""
    await house.rest()
    assert await house.service.store.read(everything) == before
    assert [len(one.chat) for one in people_of(house)] == chats


def people_of(house: SlackHouse) -> list[User]:
    """Everybody in the workspace."""
    return list(house.server.first.people.values())


async def test_confirmations_that_get_lost(house: SlackHouse) -> None:
    """Slack tells it again: before we heard of it, or after; each answer comes once."""
    worker = await joined(house, 50)
    losses: tuple[Literal["before", "after"], ...] = ("before", "after")
    for when in losses:
        house.server.loses(when, times=2)
        since = worker.user.moment
        await worker.says("hello")
        await house.calm()
        fresh = [m for m in slack_of(worker).chat if m.from_bot and m.now.change > since]
        assert len(fresh) == 1


@pytest.mark.parametrize("house", ["socket"], indirect=True)
async def test_connections_that_end_in_a_busy_hour(house: SlackHouse) -> None:
    """People go on working while connections are renewed and cut: nothing is lost, nothing is doubled."""
    await with_project(house, 12)
    people = [await joined(house, 50 + at) for at in range(3)]
    for one in people:
        await one.says("/task")
    for round_ in range(6):
        for one in people:
            await one.press(one.last, one.last.button("Cat").data or "")
        if round_ == 2:
            await house.server.sockets.ask_to_leave("refresh_requested")
        await house.calm()
        if round_ == 4:
            await house.server.sockets.cut()
            await house.server.connected()
    answered = await house.service.store.read(states)
    assert answered.count("answered") == 18


def states(tx):  # type: ignore[no-untyped-def]  # a read in a test
    """The states of all cards."""
    return [row.state for row in tx.execute(select(assignment.c.state))]


# --- apart -----------------------------------------------------------------------------------------


async def test_the_same_id_in_two_workspaces_is_two_people(
    house: SlackHouse, sqlite_store: Store, clock: ManualClock, vault: Vault
) -> None:
    """Each is answered where they are, with the token of that place."""
    other = house.server.workspace("T2")
    installed = Installed(store=sqlite_store, vault=vault, clock=clock)
    await installed.keep(Workspace("T2", other.bot_token, other.space.bot_user))
    here = await joined(house, 50)
    there = Somebody(house, SlackPhone(other.user("U50", name="Another")), "en")
    await all_joined([there])
    for one in (here, there):
        since = one.user.moment
        await one.says("/balance")
        assert one.user.last.now.change > since
    people = await sqlite_store.read(
        lambda tx: [row.person_id for row in tx.execute(select(account.c.person_id))]
    )
    assert len(set(people)) == 2
    posted = house.server.calls.of("chat.postMessage")
    assert {(one.team, one.error) for one in posted} == {("T1", ""), ("T2", "")}


# --- dying and leaving -----------------------------------------------------------------------------


async def test_the_process_dies_between_keeping_and_working(
    sqlite_store: Store, clock: ManualClock, vault: Vault, tmp_path: Path
) -> None:
    """What was confirmed is worked on by the next start, once, though Slack tells it again."""
    async with slack_house(sqlite_store, clock, vault, tmp_path) as house:
        worker = await joined(house, 50)
        user = slack_of(worker)
        await worker.says("hello")
        payload = next(one.payload for one in reversed(house.server.deliveries.of("message")) if one.account)
        kept = hear({**payload, "event_id": "EvKept"})[0].heard

        def die(tx):  # type: ignore[no-untyped-def]  # a unit in a test
            inbox_rows.keep(tx, kept.key, vault.seal(to_bytes(kept)), seed=1, now=clock.now())

        await sqlite_store.write(die)
        since = user.moment
        await house.service.begin()
        await house.calm()
        again = house.server.deliveries.of("message")[-1]
        again.payload.update(payload, event_id="EvKept")
        assert (await house.server.redeliver(again)).reason == ""
        await house.calm()
        fresh = [m for m in user.chat if m.from_bot and m.now.change > since]
        assert len(fresh) == 1
        rows = await sqlite_store.read(
            lambda tx: [row.state for row in tx.execute(select(inbox.c.state).where(inbox.c.key == kept.key))]
        )
        assert rows == ["done"]


@pytest.mark.parametrize("way", ["uninstalled", "revoked", "unheard"])
async def test_a_workspace_leaves(house: SlackHouse, clock: ManualClock, way: str) -> None:
    """Its people cannot be reached any more, and what they had begun goes back free."""
    await with_project(house, 3)
    workers = [await joined(house, 50), await joined(house, 51)]
    for one in workers:
        await one.says("/task")
    match way:
        case "uninstalled":
            house.server.uninstall("T1")
        case "revoked":
            house.server.revoke("T1")
        case _:  # Slack told nobody: the next call says it
            grant = house.server.first.space.grant
            assert grant is not None
            grant.trouble = "account_inactive"
    await house.rest()
    await house.later(hours=4, minutes=45)  # a reminder would be due
    await house.later(hours=2)
    found = await house.service.store.read(
        lambda tx: [row.unreachable_at for row in tx.execute(select(account.c.unreachable_at))]
    )
    assert sum(one is not None for one in found) >= 2
    assert set(await house.service.store.read(states)) <= {"returned", "answered"}
