"""Whatever comes from Slack, it gets one clear sentence or nothing; nothing is lost, and nobody gets a token."""

from __future__ import annotations

import copy
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy import func, select

from bots.dialogue.buttons import data
from bots.dialogue.refusals import REFUSALS
from core.clock import ManualClock
from core.store import Store
from core.store.tables import inbox, job, person, project, task
from core.vault import Vault
from tests.full_run.people import Somebody
from tests.full_run.requester import all_joined, with_requester
from tests.full_run.slack import SlackHouse, SlackPhone, slack_house
from tests.standins.slack import Delivery, SlackStandIn, User

PROJECT = b"""\
project: Animals
instructions: {en: Which one?, es: Which one?}
labels: [{id: cat, en: Cat}, {id: dog, en: Dog}]
"""
WAYS = ["socket", "http"]


@pytest.fixture(params=WAYS)
async def house(
    request: pytest.FixtureRequest, sqlite_store: Store, clock: ManualClock, vault: Vault, tmp_path: Path
) -> AsyncIterator[SlackHouse]:
    over_http = request.param == "http"
    async with slack_house(sqlite_store, clock, vault, tmp_path / "data", over_http=over_http) as house:
        yield house
    assert (house.server.violations, house.server.mentions, house.server.late) == ([], [], [])
    assert house.unanswered() == []


def slack_of(one: Somebody) -> User:
    """Somebody with Slack's own hands."""
    assert isinstance(one.user, SlackPhone)
    return one.user.user


async def joined(house: SlackHouse, number: int, *, lang: str = "en") -> Somebody:
    """A worker."""
    one = Somebody(house, house.sides[0].phone(number, name=f"W{number}", lang=lang), lang)
    await all_joined([one])
    return one


async def with_project(house: SlackHouse, *texts: str) -> Somebody:
    """A requester whose project runs, with these tasks."""
    _, owner = await with_requester(house)
    await owner.sends("p.yaml", PROJECT)
    if texts:
        await owner.sends("t.csv", "\n".join(["text", *texts]).encode(), caption="/addtasks 1")
        await owner.taps("p-launch", 1)
    return owner


async def counted(house: SlackHouse) -> tuple[int, ...]:
    """Events, people, projects, tasks and jobs that there are."""

    def count(tx):  # type: ignore[no-untyped-def]  # a read in a test
        tables = (inbox, person, project, task, job)
        return tuple(tx.execute(select(func.count()).select_from(one)).scalar_one() for one in tables)

    return await house.service.store.read(count)


async def said_since(one: Somebody, since: int) -> list[str]:
    """What the app said privately or whispered since, message by message."""
    await one.house.calm()
    user = slack_of(one)
    return [m.words for m in [*user.chat, *user.whispers] if m.from_bot and m.now.change > since]


async def tell(server: SlackStandIn, delivery: Delivery, **changes: Any) -> str:
    """Tell something like a delivery with another event; why it was not confirmed, if it was not."""
    payload = copy.deepcopy(delivery.payload)
    payload["event_id"] = f"{payload['event_id']}x"
    payload["event"] |= changes
    assert server.deliveries.transport is not None
    told = Delivery(0, delivery.kind, delivery.team, payload)
    return (await server.deliveries.transport.send(told, 0, "")).reason


# --- not from Slack --------------------------------------------------------------------------------


@pytest.mark.parametrize("house", ["http"], indirect=True)
async def test_forged_and_replayed_requests_change_nothing(house: SlackHouse) -> None:
    """Another secret, an old recording, a workspace that we are not in."""
    worker = await joined(house, 50)
    await worker.says("/balance")
    await slack_of(worker).opens_home()
    await house.rest()
    before, heard = await counted(house), list(house.server.deliveries)
    for delivery in heard:
        assert await house.server.forges(delivery, secret="a guess") == 401
        assert await house.server.forges(delivery, age=301) == 401
        assert await house.server.forges(delivery, replay=True) == 200
        assert await house.server.forges(delivery, team="T99") == 200
    await house.rest()
    assert await counted(house) == before


@pytest.mark.parametrize("house", ["socket"], indirect=True)
async def test_another_workspace_over_our_own_connection(house: SlackHouse) -> None:
    """It is confirmed, and nothing comes of it."""
    worker = await joined(house, 50)
    await worker.says("/balance")
    before = await counted(house)
    for delivery in list(house.server.deliveries):
        assert await house.server.forges(delivery, team="T99") == 200
    await house.rest()
    assert await counted(house) == before


# --- words without end -----------------------------------------------------------------------------


async def test_words_without_end(house: SlackHouse) -> None:
    """A message as long as Slack takes: one sentence, in the person's language."""
    worker = await joined(house, 50, lang="es")
    for words in ("x" * 40_000, "&<>" * 4_000, "\n" * 20_000 + "y"):
        since = worker.user.moment
        await worker.says(words)
        assert await said_since(worker, since) == [worker.reads(worker.t(REFUSALS["nothing_expected"]))]


async def test_a_task_that_is_too_long(house: SlackHouse) -> None:
    """It is named with its line; the others are taken, and the project goes on."""
    owner = await with_project(house)
    await owner.says("/addtasks 1")
    for length in (40_000 // 4, 39_000):
        since = owner.user.moment
        await owner.says("good\n" + "x" * length)
        (told,) = await said_since(owner, since)
        assert "1 task added." in told
        assert "2,500" in told
    await owner.taps("added", 1)
    assert (await counted(house))[3] == 2


async def test_the_longest_task_is_shown_whole(house: SlackHouse) -> None:
    """With all its signs, and as an edit too."""
    longest = ("*_~`<!channel>&amp; " * 200)[:2_500].strip()
    await with_project(house, *(f'"{longest[:-1]}{at}"' for at in range(3)))
    worker = await joined(house, 50)
    await worker.says("/task")
    assert longest[:-1] in worker.last.words
    await worker.press(worker.last, worker.last.button("Cat").data or "")
    await house.calm()
    assert longest[:-1] in worker.last.words
    assert len([m for m in slack_of(worker).chat if m.from_bot and m.labels[:1] == ["Cat"]]) == 1


async def test_presses_that_no_button_of_ours_makes(house: SlackHouse) -> None:
    """Garbage, somebody else's card, a value without end."""
    await with_project(house, "a", "b")
    ana, bo = await joined(house, 50), await joined(house, 51)
    await ana.says("/task")
    card = ana.last
    theirs = card.button("Cat").data
    await bo.says("/balance")
    for forged in ("x", "1:a", "1:a:zz:0:1", "9:next", data("p-launch", 1), "1:a:" + "z" * 1_900, "\u202e"):
        since = bo.user.moment
        await bo.press(bo.last, forged)
        assert len(await said_since(bo, since)) == 1, forged
    since = bo.user.moment
    await bo.press(bo.last, theirs or "")
    assert await said_since(bo, since) == [bo.reads(bo.t(REFUSALS["unknown_card"]))]
    assert card.labels[:2] == ["Cat", "Dog"]


# --- files -----------------------------------------------------------------------------------------


async def test_a_file_that_is_too_large(house: SlackHouse) -> None:
    """It is not even fetched."""
    owner = await with_project(house)
    fetched = len(house.server.calls.of("download"))
    since = owner.user.moment
    await owner.sends("huge.csv", b"text\n" + b"x\n" * 25_000_000, caption="/addtasks 1")
    assert await said_since(owner, since) == [owner.t(REFUSALS["file_too_large"])]
    assert len(house.server.calls.of("download")) == fetched
    assert (await counted(house))[3:] == (0, 1)


async def test_a_file_that_does_not_arrive(house: SlackHouse) -> None:
    """Nothing is added or left behind; the same file works a moment later."""
    owner = await with_project(house)
    house.server.faults.fails(502, method="download")
    since = owner.user.moment
    await owner.sends("t.csv", b"text\na\n", caption="/addtasks 1")
    assert await said_since(owner, since) == [owner.t(REFUSALS["file_not_fetched"])]
    assert list((house.service.house.data_dir / "spool").iterdir()) == []
    await owner.sends("t.csv", b"text\na\n", caption="/addtasks 1")
    assert (await counted(house))[3] == 1


async def test_a_file_that_is_not_slacks(house: SlackHouse) -> None:
    """Wherever an address points, only Slack gets the token."""
    owner = await with_project(house)
    await owner.sends("t.csv", b"text\na\n", caption="/addtasks 1")
    delivery = next(one for one in reversed(house.server.deliveries.of("message")) if one.account)
    visits: list[str] = []

    async def spy(request: web.BaseRequest) -> web.Response:
        visits.append(str(request.headers))
        return web.Response(body=b"text\nz\n", content_type="text/csv")

    runner = web.ServerRunner(web.Server(spy))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    (file,) = delivery.payload["event"]["files"]
    for url in (
        f"http://127.0.0.1:{port}/files-pri/t.csv",
        f"{house.server.url}@127.0.0.1:{port}/t.csv",
        f"https://files.slack.com@127.0.0.1:{port}/t.csv",
        "https://[",
        "",
    ):
        since = owner.user.moment
        lies = {**file, "url_private": url, "url_private_download": url}
        assert await tell(house.server, delivery, files=[lies]) == ""
        delivery.payload["event_id"] += "x"
        assert await said_since(owner, since) == [owner.t(REFUSALS["file_not_fetched"])], url
    await runner.cleanup()
    assert visits == []
    assert (await counted(house))[3] == 1


# --- places and forms ------------------------------------------------------------------------------


async def test_a_channel_that_is_closed(house: SlackHouse) -> None:
    """A post for a channel that was archived meanwhile: the requester is told what to do."""
    owner = await with_project(house, "a")
    user = slack_of(owner)
    channel = house.server.channel("C1", members=[user], bot_in=True)
    house.server.archive(channel)
    house.server.faults.fails(404, method="response_url")
    since = owner.user.moment
    await user.command("announce 1", channel=channel)
    told = await said_since(owner, since)
    assert told == [owner.t("I cannot write there. Invite me first, then send the command again.")]
    channel.archived = False
    await user.command("announce 1", channel=channel)
    await house.calm()
    assert "1 task is waiting" in channel.last.words


async def test_a_channel_that_is_gone(house: SlackHouse) -> None:
    """A question asked there is answered privately."""
    worker = await joined(house, 50)
    user = slack_of(worker)
    channel = house.server.channel("C1", members=[user])
    house.server.faults.fails(404, method="response_url")
    house.server.delete(channel)
    since = worker.user.moment
    await user.command("balance", channel=channel)
    assert len(await said_since(worker, since)) == 1
    assert user.last.now.change > since


async def test_a_form_that_comes_too_late(house: SlackHouse) -> None:
    """The person reads that it did not open, and the next one opens."""
    worker = await joined(house, 50)
    house.server.faults.refuses("expired_trigger_id", method="views.open")
    since = worker.user.moment
    await worker.says("/settings")
    (told,) = await said_since(worker, since)
    assert worker.t("The form did not open in time.") in told
    await worker.says("/settings")
    assert (await slack_of(worker).sees_modal()).title == worker.t("Settings")


async def test_a_form_that_is_closed_half_way(house: SlackHouse) -> None:
    """Nothing of it is kept, nothing waits for it, and the next one shows how things stand."""
    worker = await joined(house, 50)
    user = slack_of(worker)
    await worker.says("/settings")
    await user.sees_modal()
    await user.fills(quiet="21:00-07:00")
    await user.closes()
    since = worker.user.moment
    await worker.says("hello")
    assert await said_since(worker, since) == [worker.reads(worker.t(REFUSALS["nothing_expected"]))]
    await worker.says("/settings")
    assert (await user.sees_modal()).value("quiet") != "21:00-07:00"


async def test_a_form_with_faults(house: SlackHouse) -> None:
    """They stand at their fields as often as it is sent, and when all is well it is kept."""
    worker = await joined(house, 50)
    user = slack_of(worker)
    await worker.says("/settings")
    await user.sees_modal()
    for _ in range(2):
        told = await user.submits(quiet="whenever", zone="Nowhere at all")
        assert told.action == "errors"
        assert told.errors == {
            "quiet": worker.t(REFUSALS["bad_quiet_hours"]),
            "zone": worker.t(REFUSALS["unknown_zone"]),
        }
    assert (await user.submits(quiet="21:00-07:00", zone="Cairo")).action == "close"
    await house.rest()
    await worker.says("/settings")
    form = await user.sees_modal()
    assert "21:00" in str(form.value("quiet"))
    assert form.value("zone") == worker.t.place("Africa/Cairo")
