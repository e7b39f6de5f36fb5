"""How the Slack stand-in tells the app what people do, and what it does when the app is slow, deaf or forged."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from tests.standins.slack import SlackStandIn, sign
from tests.standins.slack.client import BareApp, Ears, Heard, Line
from tests.standins.slack.refusal import Json


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time


def card(*labels: str) -> list[Json]:
    """A card with buttons."""
    row = [
        {"type": "button", "text": {"type": "plain_text", "text": label}, "value": label} for label in labels
    ]
    return [{"type": "actions", "elements": row}]


def a_form() -> Json:
    """A modal without fields."""
    return {"type": "modal", "title": {"type": "plain_text", "text": "Form"}, "blocks": []}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def slack(clock: Clock) -> AsyncIterator[SlackStandIn]:
    async with SlackStandIn(
        clock=clock, wall=lambda: 1_800_000_000.0, retry_unit=0.01, echoes=False
    ) as server:
        yield server


@pytest.fixture
async def app(slack: SlackStandIn) -> AsyncIterator[BareApp]:
    async with BareApp(slack.url) as app:
        yield app


@pytest.fixture
async def ears(slack: SlackStandIn) -> AsyncIterator[Ears]:
    async with Ears() as ears:
        await slack.deliver_to(ears.url)
        yield ears


async def test_requests_are_signed(slack: SlackStandIn, ears: Ears) -> None:
    """The signature is over the version, the time and the very bytes."""
    await slack.user("U1").says("hi")
    (heard,) = await ears.hears()
    timestamp = heard.headers["x-slack-request-timestamp"]
    assert timestamp == "1800000000"
    assert heard.headers["x-slack-signature"] == sign("shhh", timestamp, heard.body)


async def test_an_address_must_answer_the_challenge(slack: SlackStandIn) -> None:
    """As Slack refuses to save one that does not."""

    async def deaf(request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(text="hello?")

    runner = web.ServerRunner(web.Server(deaf), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        with pytest.raises(AssertionError, match="challenge"):
            await slack.deliver_to(f"http://127.0.0.1:{runner.addresses[0][1]}/")
    finally:
        await runner.cleanup()


async def test_events_commands_and_presses_have_their_forms(
    slack: SlackStandIn, ears: Ears, app: BareApp
) -> None:
    """JSON, fields of a form, and JSON in a form."""
    ana = slack.user("U1", name="Ana")
    room = slack.channel("C1", members=[ana], name="cats")
    await (await ana.command("settle <me>", channel=room)).answered()
    await app.does("chat.postMessage", channel="U1", text="x", blocks=card("Yes"))
    await ana.presses(ana.last, "Yes")
    command, press = await ears.hears(2)
    said = command.payload
    assert (said["command"], said["text"], said["channel_id"], said["channel_name"]) == (
        "/crowd",
        "settle &lt;me&gt;",
        "C1",
        "cats",
    )
    assert (said["team_id"], said["user_id"], said["is_enterprise_install"]) == ("T1", "U1", "false")
    assert press.body.startswith("payload=")
    assert press.payload["type"] == "block_actions"
    assert press.payload["message"]["ts"] == ana.last.id


async def test_an_event_that_is_not_confirmed_comes_again(slack: SlackStandIn, ears: Ears) -> None:
    """At once, after one minute and after five, with the same id and the reason; then it is given up."""
    ears.answer = lambda _: web.Response(status=500)
    await slack.user("U1").says("hi")
    heard = await ears.hears(4)
    await slack.drained()
    assert [one.headers.get("x-slack-retry-num") for one in heard] == [None, "1", "2", "3"]
    assert [one.headers.get("x-slack-retry-reason") for one in heard] == [None, *["http_error"] * 3]
    assert len({one.payload["event_id"] for one in heard}) == 1
    assert [(late.attempt, late.reason, late.status) for late in slack.late] == [
        (at, "http_error", 500) for at in range(4)
    ]
    assert [one.event_id for one in slack.unacknowledged()] == [heard[0].payload["event_id"]]


async def test_repetition_ends_with_a_confirmation_or_when_told(slack: SlackStandIn, ears: Ears) -> None:
    """The second try is confirmed; or the answer says that none is wanted."""
    answers = [
        web.Response(status=503),
        web.Response(),
        web.Response(status=500, headers={"X-Slack-No-Retry": "1"}),
    ]
    ears.answer = lambda _: answers.pop(0)
    ana = slack.user("U1")
    await ana.says("one")
    await slack.drained()
    assert (len(ears.heard), slack.unacknowledged()) == (2, [])
    await ana.says("two")
    await slack.drained()
    assert len(ears.heard) == 3
    assert len(slack.unacknowledged()) == 1


async def test_three_seconds_are_kept(ears: Ears, slack: SlackStandIn) -> None:
    """A silent app is late; a person sees that for a command, and it does not come again."""
    async with SlackStandIn(ack_within=0.05, retry_unit=0.01) as hasty:
        await hasty.deliver_to(ears.url)
        ears.silent.clear()
        ana = hasty.user("U1")
        asked = await ana.command("task")
        await asked.answered()
        assert (asked.person_sees, len(asked.attempts)) == ("operation_timeout", 1)
        await ana.says("hi")
        await hasty.drained()
        assert [late.reason for late in hasty.late] == ["http_timeout"] * 5
        retries = [one.headers.get("x-slack-retry-reason") for one in ears.heard if "event" in one.payload]
        assert retries == [None, *["http_timeout"] * 3]


async def test_a_refused_command_is_seen_by_the_person(slack: SlackStandIn, ears: Ears) -> None:
    """An error status is no confirmation either."""
    ears.answer = lambda _: web.Response(status=401)
    asked = await (await slack.user("U1").command("task")).answered()
    assert (asked.acknowledged, asked.person_sees) == (False, "dispatch_failed")
    assert len(ears.heard) == 1


async def test_deliveries_that_break_off(slack: SlackStandIn, ears: Ears) -> None:
    """Before: the app hears once, as a repetition. After: it hears twice, with the same id."""
    ana = slack.user("U1")
    slack.loses("before")
    await ana.says("one")
    await slack.drained()
    assert [one.headers.get("x-slack-retry-num") for one in ears.heard] == ["1"]
    slack.loses("after")
    await ana.says("two")
    await slack.drained()
    first, second = ears.heard[1:]
    assert first.payload == second.payload
    assert second.headers["x-slack-retry-reason"] == "connection_failed"
    assert slack.late == []


async def test_hostile_deliveries(slack: SlackStandIn, ears: Ears) -> None:
    """Twice the same, another secret, an old time, another team: the app gets what the test asks for."""
    await slack.user("U1").says("hi")
    await slack.drained()
    (told,) = slack.deliveries.of("message")
    await slack.redeliver(told)
    await slack.forges(told, secret="guess")
    await slack.forges(told, age=301)
    await slack.forges(told, team="T666")
    same, wrong, old, foreign = ears.heard[1:]
    assert same.payload == told.payload
    assert same.headers["x-slack-retry-num"] == "1"
    now = wrong.headers["x-slack-request-timestamp"]
    assert wrong.headers["x-slack-signature"] == sign("guess", now, wrong.body)
    then = old.headers["x-slack-request-timestamp"]
    assert int(now) - int(then) == 301
    assert old.headers["x-slack-signature"] == sign("shhh", then, old.body)
    assert foreign.payload["team_id"] == foreign.payload["authorizations"][0]["team_id"] == "T666"
    assert len({one.payload["event_id"] for one in ears.heard}) == 4


async def test_sockets_deliver_and_wait_for_confirmation(slack: SlackStandIn, app: BareApp) -> None:
    """Envelopes with what HTTP would carry; an answer may come with the confirmation of a command."""
    line = await Line.opened(app, slack.url)
    ana = slack.user("U1")
    await ana.says("hi")
    event = await line.hears()
    assert (event["type"], event["accepts_response_payload"]) == ("events_api", False)
    assert (event["retry_attempt"], event["payload"]["event"]["text"]) == (0, "hi")
    await line.confirms(event)
    asked = await ana.command("balance")
    command = await line.hears()
    assert (command["type"], command["accepts_response_payload"]) == ("slash_commands", True)
    await line.confirms(command, {"text": "10 points"})
    assert (await ana.sees_whisper("10 points")).whisper
    assert (await asked.answered()).acknowledged
    await app.does("chat.postMessage", channel="U1", text="x", blocks=card("Yes"))
    press = await ana.presses(ana.last, "Yes", wait=False)
    assert (await line.takes())["type"] == "block_actions"
    await press.answered()
    await slack.drained()
    assert (slack.late, slack.violations) == ([], [])


async def test_a_ticket_is_good_once(slack: SlackStandIn, app: BareApp) -> None:
    """The address of a connection cannot be used again."""
    async with BareApp(slack.url, "xapp-1") as dialler:
        told = await dialler.does("apps.connections.open")
        first = await dialler.session.ws_connect(told["url"])
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await dialler.session.ws_connect(told["url"])
        await first.close()


async def test_each_payload_goes_to_one_of_ten_connections(slack: SlackStandIn, app: BareApp) -> None:
    """An eleventh is refused."""
    lines = [await Line.opened(app, slack.url) for _ in range(10)]
    await slack.connected(count=10)
    async with BareApp(slack.url, "xapp-1") as dialler:
        assert await dialler.refused("apps.connections.open") == "too_many_websockets"
    ana = slack.user("U1")
    for at in range(10):
        await ana.says(f"m{at}")
    heard = await asyncio.gather(*(line.takes() for line in lines))
    assert {one["event"]["text"] for one in heard} == {f"m{at}" for at in range(10)}
    await slack.drained()
    assert slack.late == []


async def test_sockets_repeat_what_was_not_confirmed(app: BareApp) -> None:
    """Too late, or cut off: the event comes again, and says why."""
    async with SlackStandIn(ack_within=0.4, retry_unit=0.01) as hasty, BareApp(hasty.url) as caller:
        line = await Line.opened(caller, hasty.url)
        ana = hasty.user("U1")
        await ana.says("hi")
        first, second = await line.hears(), await line.hears()
        assert first["payload"] == second["payload"]
        assert (second["retry_attempt"], second["retry_reason"]) == (1, "timeout")
        assert first["envelope_id"] != second["envelope_id"]
        await line.confirms(second)
        await hasty.drained()
        assert [late.reason for late in hasty.late] == ["timeout"]
    async with SlackStandIn(ack_within=5, retry_unit=0.01) as slack, BareApp(slack.url) as caller:
        line = await Line.opened(caller, slack.url)
        await slack.user("U1").says("hi")
        await line.hears()
        await slack.sockets.cut()
        again = await Line.opened(caller, slack.url)
        envelope = await again.hears()
        assert (envelope["retry_attempt"], envelope["retry_reason"]) == (1, "connection_failed")
        await again.confirms(envelope)
        await slack.drained()


async def test_a_connection_is_asked_to_leave(slack: SlackStandIn, app: BareApp) -> None:
    """A warning leaves it open, a refresh ends it; pings are answered."""
    line = await Line.opened(app, slack.url)
    pinging = asyncio.create_task(slack.sockets.ping())
    leaving = asyncio.create_task(slack.sockets.ask_to_leave("warning"))
    warned = await line.hears()
    assert (warned["type"], warned["reason"]) == ("disconnect", "warning")
    await asyncio.gather(pinging, leaving)
    leaving = asyncio.create_task(slack.sockets.ask_to_leave("refresh_requested"))
    assert (await line.hears())["reason"] == "refresh_requested"
    assert (await line.socket.receive()).type == aiohttp.WSMsgType.CLOSE
    await leaving
    assert slack.sockets.pongs == 1


async def test_an_event_is_not_answered(slack: SlackStandIn, app: BareApp) -> None:
    """A payload with the confirmation of an event, or no envelope id, breaks the protocol."""
    line = await Line.opened(app, slack.url)
    await slack.user("U1").says("hi")
    envelope = await line.hears()
    await line.socket.send_str("thanks")
    await line.confirms(envelope, {"text": "hello"})
    await slack.drained()
    assert len(slack.violations) == 2


async def test_the_way_can_change_while_running(slack: SlackStandIn, ears: Ears, app: BareApp) -> None:
    """From HTTP to sockets and back."""
    ana = slack.user("U1")
    slack.use_sockets()
    line = await Line.opened(app, slack.url)
    await ana.says("by socket")
    assert (await line.takes())["event"]["text"] == "by socket"
    await slack.deliver_to(ears.url)
    await ana.says("by http")
    (heard,) = await ears.hears()
    assert heard.event["text"] == "by http"


async def test_a_trigger_is_good_once_and_for_three_seconds(
    slack: SlackStandIn, ears: Ears, app: BareApp, clock: Clock
) -> None:
    """Used up, too old, or never given."""
    ana = slack.user("U1")
    one, two, three = [(await (await ana.command("new")).answered()).payload["trigger_id"] for _ in range(3)]
    clock.time += 3.0
    await app.does("views.open", trigger_id=one, view=a_form())
    assert await app.refused("views.open", trigger_id=one, view=a_form()) == "exchanged_trigger_id"
    assert await app.refused("views.open", trigger_id="trigger.9", view=a_form()) == "invalid_trigger_id"
    slack.workspace("T2")
    async with BareApp(slack.url, "xoxb-T2") as other:
        assert await other.refused("views.open", trigger_id=two, view=a_form()) == "invalid_trigger_id"
    clock.time += 0.1
    assert await app.refused("views.open", trigger_id=three, view=a_form()) == "expired_trigger_id"


async def test_at_most_three_forms_stand_above_each_other(
    slack: SlackStandIn, ears: Ears, app: BareApp
) -> None:
    """The fourth is refused."""
    ana = slack.user("U1")
    triggers = [(await (await ana.command("new")).answered()).payload["trigger_id"] for _ in range(4)]
    await app.does("views.open", trigger_id=triggers[0], view=a_form())
    for trigger in triggers[1:3]:
        await app.does("views.push", trigger_id=trigger, view=a_form())
    refused = await app.refused("views.push", trigger_id=triggers[3], view=a_form())
    assert refused == "push_limit_reached"
    assert len(ana.account.modals) == 3


async def test_a_response_url_is_good_five_times_in_half_an_hour(
    slack: SlackStandIn, ears: Ears, app: BareApp, clock: Clock
) -> None:
    """Whispers by default; a sixth use and a late one are refused, and a fault uses nothing up."""
    ana = slack.user("U1")
    room = slack.channel("C1", members=[ana])
    asked = [
        (await (await ana.command("x", channel=room)).answered()).payload["response_url"] for _ in range(2)
    ]
    assert (await app.posts(asked[0], {"text": ""}))[0] == 400
    for at in range(4):
        assert await app.posts(asked[0], {"text": f"m{at}"}) == (200, "ok")
    assert (await app.posts(asked[0], {"text": "all", "response_type": "in_channel"}))[0] == 200
    status, body = await app.posts(asked[0], {"text": "again"})
    assert (status, json.loads(body)["error"]) == (404, "used_url")
    assert [whisper.words for whisper in ana.whispers] == ["m0", "m1", "m2", "m3"]
    assert room.last.words == "all"
    clock.time += 1800
    assert (await app.posts(asked[1], {"text": "still"}))[0] == 200
    clock.time += 1
    assert json.loads((await app.posts(asked[1], {"text": "late"}))[1])["error"] == "expired_url"
    assert slack.calls.counts["response_url", "ok"] == 6


async def test_a_response_url_changes_the_message_that_was_pressed(
    slack: SlackStandIn, ears: Ears, app: BareApp
) -> None:
    """Replaced with the same limits, whispers too; then deleted."""
    ana = slack.user("U1")
    await app.does("chat.postMessage", channel="U1", text="x", blocks=card("Yes"))
    url = (await ana.presses(ana.last, "Yes")).payload["response_url"]
    wrong = {"replace_original": True, "blocks": [{"type": "nonsense"}]}
    assert json.loads((await app.posts(url, wrong))[1])["error"] == "invalid_blocks"
    await app.posts(url, {"replace_original": True, "text": "done"})
    assert (ana.last.words, ana.last.labels, ana.last.edits) == ("done", [], 1)
    await app.posts(url, {"delete_original": True})
    assert ana.chat == []
    slack.channel("C1", members=[ana], bot_in=True)
    await app.does("chat.postEphemeral", channel="C1", user="U1", text="psst", blocks=card("Go"))
    pressed = (await ana.presses(ana.whispers[0], "Go")).payload
    assert "message" not in pressed
    assert pressed["container"]["is_ephemeral"] is True
    await app.posts(pressed["response_url"], {"replace_original": True, "text": "gone"})
    assert [whisper.words for whisper in ana.whispers] == ["gone"]


async def test_an_uninstalled_workspace_is_deaf_and_dumb(
    slack: SlackStandIn, ears: Ears, app: BareApp
) -> None:
    """The app is told twice; then its token and the acts of people there are worth nothing."""
    ana = slack.user("U1")
    await app.does("chat.postMessage", channel="U1", text="x", blocks=card("Yes"))
    slack.uninstall("T1")
    await ears.hears(2)
    assert {one.event["type"] for one in ears.heard} == {"app_uninstalled", "tokens_revoked"}
    assert await app.refused("chat.postMessage", channel="U1", text="x") == "account_inactive"
    await ana.says("anybody?")
    pressed = await ana.presses(ana.last, "Yes")
    assert pressed.person_sees == "dispatch_failed"
    await slack.drained()
    assert len(ears.heard) == 2
    assert slack.violations == []


async def test_a_revoked_token(slack: SlackStandIn, ears: Ears, app: BareApp) -> None:
    """Its bot is named in the event."""
    slack.revoke("T1")
    (heard,) = await ears.hears()
    assert heard.event["tokens"] == {"oauth": [], "bot": ["UBOT"]}
    assert await app.refused("auth.test") == "token_revoked"


async def test_events_need_their_scope(ears: Ears, slack: SlackStandIn) -> None:
    """Without im:history nothing that people write arrives."""
    mute = slack.workspace("T2", scopes=("chat:write", "app_mentions:read"))
    bo = mute.user("U2", name="Bo")
    room = mute.channel("C2", members=[bo], bot_in=True)
    await bo.says("hello?")
    await bo.mentions("hello", room)
    await slack.drained()
    assert [heard.event["type"] for heard in ears.heard] == ["app_mention"]
    with pytest.raises(AssertionError, match="commands"):
        await bo.command("help")


async def test_an_app_hears_itself(ears: Ears) -> None:
    """What it posts and edits in a direct chat comes back as events that name its bot."""
    async with SlackStandIn() as slack, BareApp(slack.url) as app:
        await slack.deliver_to(ears.url)
        slack.user("U1")
        sent = await app.does("chat.postMessage", channel="U1", text="one")
        await app.does("chat.update", channel=sent["channel"], ts=sent["ts"], text="two")
        await app.does("chat.delete", channel=sent["channel"], ts=sent["ts"])
        await slack.drained()
        by_kind = {heard.event.get("subtype", ""): heard.event for heard in ears.heard}
        assert by_kind.keys() == {"", "message_changed", "message_deleted"}
        assert (by_kind[""]["bot_id"], by_kind[""]["user"]) == ("BT1", "UBOT")
        assert by_kind["message_changed"]["message"]["text"] == "two"


async def test_faults_of_the_web_api(slack: SlackStandIn, app: BareApp) -> None:
    """Each of them, for the call it is meant for, and what it leaves behind."""
    ana = slack.user("U1")
    said: Json = {"channel": "U1", "text": "x"}
    faults, url = slack.faults, f"{slack.api_url}chat.postMessage"
    headers = {"Authorization": "Bearer xoxb-T1"}

    async def raw() -> tuple[int, str | None, bytes]:
        async with app.session.post(url, json=said, headers=headers) as answer:
            return answer.status, answer.headers.get("Retry-After"), await answer.read()

    faults.too_many(7, method="chat.postMessage")
    status, after, body = await raw()
    assert (status, after, json.loads(body)["error"]) == (429, "7", "ratelimited")
    faults.fails(503)
    assert (await raw())[0] == 503
    faults.garbage()
    assert (await raw())[2].startswith(b"<!doctype")
    faults.refuses("fatal_error", channel="U2")
    faults.refuses("internal_error", channel="U1")
    assert await app.refused("chat.postMessage", **said) == "internal_error"
    faults.clear()
    assert ana.chat == []
    for cut, left in ((faults.resets_before, 0), (faults.resets_after, 1)):
        cut(method="chat.postMessage")
        with pytest.raises(aiohttp.ClientError):
            await raw()
        assert len(ana.chat) == left
    faults.slow(0.01)
    await app.does("chat.postMessage", **said)
    hold = faults.hold_after(method="chat.postMessage")
    calling = asyncio.create_task(app.does("chat.postMessage", **said))
    await hold.reached.wait()
    assert (len(ana.chat), calling.done()) == (3, False)
    hold.release()
    await calling
    assert [call.carried_out for call in slack.calls.of("chat.postMessage")] == [False] * 5 + [True] * 3
    assert slack.violations == []


async def test_faults_of_a_response_url_and_of_files(slack: SlackStandIn, ears: Ears, app: BareApp) -> None:
    """They have names of their own."""
    ana = slack.user("U1")
    url = (await (await ana.command("x")).answered()).payload["response_url"]
    slack.faults.fails(500, method="response_url")
    assert (await app.posts(url, {"text": "x"}))[0] == 500
    assert await app.posts(url, {"text": "x"}) == (200, "ok")
    slack.faults.fails(500, method="upload")
    with pytest.raises(AssertionError):
        await app.uploads("a.csv", b"1")
    slack.faults.garbage(b"half", method="download")
    sent = await ana.uploads("a.csv", b"1")
    address = f"{slack.url}{sent.files[0].path}"
    assert [await app.fetches(address) for _ in range(2)] == [b"half", b"1"]


async def test_an_outage_forgets_nothing(slack: SlackStandIn, app: BareApp) -> None:
    """Stopped and started again at the same address, with everything that was there."""
    ana = slack.user("U1")
    await app.does("chat.postMessage", channel="U1", text="before")
    address = slack.url
    await slack.stop()
    with pytest.raises(aiohttp.ClientError):
        await app.call("auth.test")
    await slack.start()
    assert slack.url == address
    await app.does("chat.postMessage", channel="U1", text="after")
    assert [message.words for message in ana.chat] == ["before", "after"]


async def test_what_an_app_answers_to_a_press_is_seen_by_nobody(
    slack: SlackStandIn, ears: Ears, app: BareApp
) -> None:
    """A confirmation of a press carries no words."""
    ana = slack.user("U1")
    await app.does("chat.postMessage", channel="U1", text="x", blocks=card("Yes"))

    def talks(heard: Heard) -> web.Response:
        return web.Response(text="saved")

    ears.answer = talks
    await ana.presses(ana.last, "Yes")
    assert len(slack.violations) == 1


async def test_calls_are_waited_for(slack: SlackStandIn, app: BareApp) -> None:
    """A test waits for calls, and is told what there was when they do not come."""
    slack.user("U1")
    waiting = asyncio.create_task(slack.calls.wait("chat.postMessage", count=2))
    for words in ("one", "two"):
        await app.does("chat.postMessage", channel="U1", text=words)
    first, second = await waiting
    assert (first.params["text"], second.channel, second.team) == ("one", "U1", "T1")
    found: Any = slack.calls.of("chat.postMessage", error="")
    assert len(found) == 2
    with pytest.raises(AssertionError, match="not 1 calls"):
        await slack.calls.wait("chat.delete", timeout=0.01)
