"""How our Slack is told things, in both ways: in time, each once, nothing lost, and only by Slack."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from structlog.testing import capture_logs

from bots.dialogue.vocabulary import Choice, Field, Form, Heard, Home, Submit, Text, Wrong
from i18n import Phrase
from tests.integration.slack_ears import ANA, SECRETS, WAYS, Line, heard, no_complaints, speaking, stand_in
from tests.integration.telegram_ears import CARD, Ear
from tests.standins.slack import SlackStandIn, User


@pytest.fixture
async def server() -> AsyncIterator[SlackStandIn]:
    async with stand_in() as server:
        yield server


@pytest.fixture(params=WAYS)
async def line(request: pytest.FixtureRequest, server: SlackStandIn, tmp_path: Path) -> AsyncIterator[Line]:
    async with speaking(server, tmp_path, way=request.param) as line:
        yield line


@pytest.fixture
async def http(server: SlackStandIn, tmp_path: Path) -> AsyncIterator[Line]:
    async with speaking(server, tmp_path, way="http") as line:
        yield line


@pytest.fixture
async def socket(server: SlackStandIn, tmp_path: Path) -> AsyncIterator[Line]:
    async with speaking(server, tmp_path, way="socket") as line:
        yield line


@asynccontextmanager
async def hurried(tmp_path: Path, way: str) -> AsyncIterator[Line]:
    """A Slack that waits a third of a second for each confirmation."""
    async with stand_in(ack_within=0.3) as server, speaking(server, tmp_path, way=way) as line:
        yield line


@pytest.fixture
def ana(server: SlackStandIn) -> User:
    return server.user("U1", name="Ana")


# --- everything that people do ---------------------------------------------------------------------


async def test_all_that_people_do_is_heard(line: Line, server: SlackStandIn, ana: User) -> None:
    """Each once, confirmed, and without an objection."""
    channel = server.channel("C1", members=[ana], bot_in=True)
    with no_complaints(server):
        async with heard(line) as ear:
            await ana.says("a < b & c")
            await ana.mentions("balance", channel)
            await ana.opens_home()
            await (await ana.command("task 7")).answered()
            await ana.uploads("a.csv", b"x", more=[("b.csv", b"y")], caption="two")
            await (await ana.global_shortcut("get_task")).answered()
            await (await ana.message_shortcut("make_task", "make me a task", channel)).answered()
            await line.slack.send(ANA, CARD, None)
            await ana.presses(ana.last, "Cat")
            await server.drained()
            what = [one.what for one in ear.heard]
    assert sorted(type(one).__name__ for one in what) == sorted(
        ["Text", "Command", "Home", "Command", "Upload", "Upload", "Press", "Clip", "Press"]
    )
    assert Text("a < b & c") in what
    assert Home() in what
    assert len({one.key for one in ear.heard}) == len(ear.heard)
    assert {(one.sender.workspace, one.sender.user_id) for one in ear.heard} == {("T1", "U1")}
    assert server.unacknowledged() == []


async def test_what_is_told_again_has_the_same_name(line: Line, server: SlackStandIn, ana: User) -> None:
    """As often as Slack likes, with its headers: the front desk knows it by its name."""
    async with heard(line) as ear:
        await ana.says("once")
        await (await ana.command("balance")).answered()
        await ear.until(2)
        for delivery in list(server.deliveries):
            for _ in range(2):
                assert (await server.redeliver(delivery)).reason == ""
        assert len({one.key for one in ear.heard}) == 2
        assert len(ear.heard) == 6


async def test_our_own_words_are_not_heard(line: Line, server: SlackStandIn, ana: User) -> None:
    """Slack tells us of them, and of our edits; all is confirmed."""
    async with heard(line) as ear:
        posted = await line.slack.send(ANA, CARD, None)
        await line.slack.edit(ANA, posted.ref, CARD, None)
        await server.drained()
        assert len(server.deliveries) == 2
        assert ear.heard == []
    assert server.unacknowledged() == []


async def test_people_are_heard_in_order(line: Line, ana: User) -> None:
    """What came first is handed on first."""
    async with heard(line) as ear:
        for at in range(30):
            await ana.says(f"{at}")
            await ear.until(at + 1)
        assert [one.what for one in ear.heard] == [Text(f"{at}") for at in range(30)]


async def test_one_who_takes_long_holds_up_nobody(line: Line, server: SlackStandIn, ana: User) -> None:
    """Others are heard and confirmed meanwhile."""
    may_go, began = asyncio.Event(), asyncio.Event()

    async def wait(one: Heard) -> None:
        if one.what == Text("slow"):
            began.set()
            await may_go.wait()

    line.ear.then = wait
    async with heard(line) as ear:
        bo = server.user("U2")
        await ana.says("slow")
        await began.wait()
        for at in range(20):
            await bo.says(f"quick {at}")
        await ear.until(20)
        may_go.set()
        await ear.until(21)
    assert server.late == []


FORM = Form(
    data="1:settings",
    title=Phrase("Settings"),
    fields=(Field("lang", Phrase("Language"), "one", choices=(Choice(Phrase("English"), "en"),)),),
    submit=Phrase("Save"),
)


async def test_a_form_that_is_sent_twice_at_once(line: Line, server: SlackStandIn, ana: User) -> None:
    """Both are answered; whoever comes first hears of the faults."""
    may_go = asyncio.Event()
    entered: asyncio.Queue[str] = asyncio.Queue()

    async def refuse(one: Heard) -> None:
        if isinstance(one.what, Submit):
            await entered.put(one.key)
            await may_go.wait()
            await line.slack.acknowledge(one.what.handle, Wrong({"": Phrase("No.")}))

    line.ear.then = refuse
    async with heard(line) as ear:
        await (await ana.command("settings")).answered()
        await line.slack.acknowledge(ear.heard[0].key, FORM)
        view = await ana.sees_modal("Settings")
        await ana.fills(lang="English")
        sending = [asyncio.create_task(ana.submits_again(view)) for _ in range(2)]
        assert await entered.get() == await entered.get()
        may_go.set()
        told = [await one for one in sending]
        assert "errors" in [one.action for one in told]
        assert all(one.delivery.acknowledged for one in told)
    assert server.late == []


async def test_a_form_that_is_closed_half_way(line: Line, server: SlackStandIn, ana: User) -> None:
    """Nothing is heard of it, and the next one opens."""
    async with heard(line) as ear:
        for _ in range(2):
            await (await ana.command("settings")).answered()
            await line.slack.acknowledge(ear.heard[-1].key, FORM)
            await ana.sees_modal("Settings")
            await ana.fills(lang="English")
            await ana.closes()
        await server.drained()
        assert len(ear.heard) == 2
    assert server.unacknowledged() == []


# --- not in time, not listening --------------------------------------------------------------------


@pytest.mark.parametrize("way", WAYS)
async def test_what_is_not_heard_is_not_confirmed(tmp_path: Path, way: str) -> None:
    """A failure of ours: events come again until they are heard, under the same name."""
    keys = []

    async def fail(one: Heard) -> None:
        keys.append(one.key)
        if len(keys) < 3:
            raise OSError("no room left")

    async with hurried(tmp_path, way) as line:
        line.ear.then = fail
        async with heard(line) as ear:
            await line.server.user("U1").says("come again")
            (one,) = await ear.until(1)
            await line.server.drained()
        assert one.what == Text("come again")
        assert keys == [one.key] * 3
        (delivery,) = line.server.deliveries.of("message")
        assert delivery.acknowledged


async def test_nobody_hears_before_the_service_listens(http: Line, server: SlackStandIn, ana: User) -> None:
    """Starting or stopping: the address is there, Slack is told to come again."""
    await http.ready()
    await ana.says("too early")
    await server.drained()
    (delivery,) = server.deliveries.of("message")
    assert [one.status for one in delivery.attempts] == [503] * 4
    async with heard(http) as ear:
        assert (await server.redeliver(delivery)).status == 200
        assert [one.what for one in ear.heard] == [Text("too early")]
    assert (await server.redeliver(delivery)).status == 503


# --- who calls --------------------------------------------------------------------------------------


async def test_only_slack_is_heard(http: Line, server: SlackStandIn, ana: User) -> None:
    """Nobody with another secret, nobody with an old recording, nobody without a signature."""
    async with heard(http) as ear:
        await ana.says("mine")
        await (await ana.command("balance")).answered()
        await ear.until(2)
        for delivery in list(server.deliveries):
            assert await server.forges(delivery, secret="a guess") == 401
            assert await server.forges(delivery, age=600, replay=True) == 401
            assert await server.forges(delivery, age=-600) == 401
            assert await server.forges(delivery) == 200
        body = json.dumps(server.deliveries.of("message")[0].payload)
        async with aiohttp.ClientSession() as session:
            for headers in ({}, {"X-Slack-Signature": "v0=", "X-Slack-Request-Timestamp": "x"}):
                async with session.post(http.url, data=body, headers=headers) as answer:
                    assert answer.status == 401
            async with session.get(http.url) as answer:
                assert answer.status == 405
        assert len(ear.heard) == 4


@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded", "text/plain"])
@pytest.mark.parametrize("body", ["", "{", "[]", "7", '"x"', "payload=%7B", "payload=7", "\ud83d"])
async def test_signed_nonsense_is_no_disaster(http: Line, server: SlackStandIn, body: str, kind: str) -> None:
    """Whoever has the secret can still be wrong."""
    async with heard(http) as ear:
        answer = await server.http.request(http.url, body.encode(errors="replace").decode(), kind)
        assert answer.status in (200, 400)
        assert ear.heard == []


@pytest.mark.parametrize(
    "broken",
    [
        {"event": {"type": "message", "channel_type": "im", "user": "U1", "text": 7}},
        {"event": {"type": "message", "channel_type": "im", "user": "U1", "files": ["x"]}},
        {"event": {"type": "app_mention", "user": "U1"}},
        {"event": {"type": "message", "channel_type": "im", "user": "U1"}, "event_time": 10**30},
    ],
    ids=str,
)
async def test_what_cannot_be_read_is_confirmed_and_noted(
    line: Line,
    server: SlackStandIn,
    ana: User,
    capsys: pytest.CaptureFixture[str],
    broken: dict[str, object],
) -> None:
    """It would be the same the next time; the operator reads that there was something."""
    async with heard(line) as ear:
        await ana.says("fine")
        (delivery,) = server.deliveries.of("message")
        await delivery.answered()
        delivery.payload.update({**broken, "event_id": "EvBroken"})
        assert (await server.redeliver(delivery)).reason == ""
        assert len(ear.heard) == 1
    assert "unreadable payload" in capsys.readouterr().out


async def test_a_workspace_that_we_do_not_know(line: Line, server: SlackStandIn, ana: User) -> None:
    """Nothing of it is heard, nothing fails; who typed a command is told what is missing."""
    async with heard(line) as ear:
        await ana.says("mine")
        await (await ana.command("balance")).answered()
        await ear.until(2)
        for delivery in list(server.deliveries):
            assert await server.forges(delivery, team="T99") == 200
        assert len(ear.heard) == 2
    assert server.violations == []


# --- Socket Mode ------------------------------------------------------------------------------------


async def test_a_connection_is_kept_alive(socket: Line, server: SlackStandIn) -> None:
    """Slack's signs of life are answered."""
    async with heard(socket):
        await server.sockets.ping()


async def test_a_new_connection_takes_over(socket: Line, server: SlackStandIn, ana: User) -> None:
    """Slack renews them in the middle of everything: nothing is lost, nothing is late."""
    async with heard(socket) as ear:
        for at in range(60):
            await ana.says(f"{at}")
            if at % 20 == 10:
                await server.sockets.ask_to_leave("warning" if at < 20 else "refresh_requested")
                await server.connected()
        await ear.until(60)
        await server.drained()
        assert {one.what for one in ear.heard} == {Text(f"{at}") for at in range(60)}
    assert server.unacknowledged() == []


async def test_a_connection_that_is_cut_is_made_again(socket: Line, server: SlackStandIn, ana: User) -> None:
    """Without a word, in the middle of everything; what was not confirmed comes again."""
    async with heard(socket) as ear:
        for at in range(30):
            await ana.says(f"{at}")
            if at in (5, 15):
                await server.sockets.cut()
                await server.connected()
        await server.drained()
        assert {one.what for one in ear.heard} == {Text(f"{at}") for at in range(30)}
    assert server.unacknowledged() == []


async def test_slack_is_away_for_a_while(socket: Line, server: SlackStandIn, ana: User) -> None:
    """We come back when it does."""
    async with heard(socket) as ear:
        await server.stop()
        await server.start()
        await server.connected()
        await ana.says("back")
        (one,) = await ear.until(1)
        assert one.what == Text("back")


async def test_slack_is_away_when_we_begin(socket: Line, server: SlackStandIn, ana: User) -> None:
    """Also then; and an address that was good once is not tried for ever."""
    for go_wrong in (
        server.faults.fails,
        server.faults.garbage,
        server.faults.resets_before,
        lambda **where: server.faults.refuses("internal_error", **where),
    ):
        go_wrong(method="apps.connections.open")
    async with heard(socket) as ear:
        await ana.says("at last")
        (one,) = await ear.until(1)
        assert one.what == Text("at last")
        assert server.faults.waiting == []


async def test_an_address_that_is_no_good_any_more(socket: Line, server: SlackStandIn, ana: User) -> None:
    """A ticket counts for one connection and a short while; after that another one is asked for."""
    hold = server.faults.hold_after(method="apps.connections.open")

    async def spend() -> None:
        await hold.reached.wait()
        server.sockets._tickets.clear()  # as if it had expired
        hold.release()

    spending = asyncio.create_task(spend())
    async with heard(socket) as ear:
        await ana.says("at last")
        await ear.until(1)
    await spending
    assert len(server.violations) == 1  # the spent ticket was tried once


async def test_nothing_secret_is_logged(
    line: Line,
    server: SlackStandIn,
    ana: User,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """No token and nobody's words, also when a connection breaks and a handler fails."""

    async def fail(one: Heard) -> None:
        if one.what == Text("my secret answer"):
            line.ear.then = None
            raise OSError("no room left")

    caplog.set_level(logging.DEBUG, "slack_bolt")
    caplog.set_level(logging.WARNING, "slack_sdk")
    line.ear.then = fail
    with capture_logs() as logs:
        await _much_goes_wrong(line, server, ana)
    out = capsys.readouterr()
    everything = caplog.text + out.out + out.err + str(logs)
    assert "AuthorizeResult" in everything  # there was something to read
    assert not any(secret in everything for secret in (*SECRETS, "my secret", "ticket-"))


async def _much_goes_wrong(line: Line, server: SlackStandIn, ana: User) -> None:
    async with heard(line) as ear:
        await ana.says("my secret answer" if line.way == "http" else "my secret words")
        await ear.until(1)
        if line.way == "socket":
            server.faults.fails(method="apps.connections.open")
            await server.sockets.cut()
            await server.connected()
        for delivery in list(server.deliveries):
            if line.way == "http":
                await server.forges(delivery, secret="a guess")
            await server.forges(delivery, team="T99")


async def test_it_ends_quickly(line: Line, server: SlackStandIn, ana: User) -> None:
    """Whatever is under way."""
    began = time.monotonic()
    for _ in range(3):
        async with heard(line):
            await ana.says("x")
    assert time.monotonic() - began < 3
    assert isinstance(line.ear, Ear)
