"""The Slack stand-in as a test sees it: a person, an app over real HTTP, what each learns of the other."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from PIL import Image
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from tests.standins.slack import SlackStandIn
from tests.standins.slack.client import BareApp, Ears, Heard
from tests.standins.slack.refusal import Json


def picture() -> bytes:
    """A small real image."""
    out = io.BytesIO()
    Image.new("RGB", (20, 10), "teal").save(out, "PNG")
    return out.getvalue()


def section(words: str) -> dict[str, Any]:
    """A paragraph."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": words}}


def buttons(*labels: str) -> dict[str, Any]:
    """A row of buttons whose value is their label."""
    row = [
        {
            "type": "button",
            "text": {"type": "plain_text", "text": label},
            "action_id": f"press:{at}",
            "value": label,
        }
        for at, label in enumerate(labels)
    ]
    return {"type": "actions", "elements": row}


def form(*fields: dict[str, Any]) -> dict[str, Any]:
    """A modal with these fields."""
    return {
        "type": "modal",
        "callback_id": "form",
        "title": {"type": "plain_text", "text": "Appeal"},
        "submit": {"type": "plain_text", "text": "Send"},
        "notify_on_close": True,
        "blocks": list(fields),
    }


def line(name: str, label: str, **more: Any) -> dict[str, Any]:
    """A field for a line of text."""
    return {
        "type": "input",
        "block_id": name,
        "label": {"type": "plain_text", "text": label},
        "element": {"type": "plain_text_input", "action_id": "value", **more},
    }


@pytest.fixture
async def slack() -> AsyncIterator[SlackStandIn]:
    async with SlackStandIn(echoes=False) as server:
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


def bolt(slack: SlackStandIn) -> AsyncApp:
    """A Bolt app that serves one card, one form and one home tab."""
    app = AsyncApp(
        client=AsyncWebClient(token="xoxb-T1", base_url=slack.api_url, retry_handlers=[]),
        signing_secret="shhh",
        process_before_response=True,
    )

    @app.event("message")
    async def message(event: dict[str, Any], client: AsyncWebClient) -> None:
        if event.get("bot_id") is None:
            await client.chat_postMessage(
                channel=event["channel"],
                text="Card",
                blocks=[section("What is *this*?"), buttons("Cat", "Dog")],
            )

    @app.action("press:1")
    async def press(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await client.chat_update(
            channel=body["channel"]["id"],
            ts=body["message"]["ts"],
            text="Saved",
            blocks=[section(f"Saved {body['actions'][0]['value']}")],
        )

    @app.command("/crowd")
    async def command(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack("One moment")
        await client.views_open(trigger_id=body["trigger_id"], view=form(line("why", "Why?")))

    @app.view("form")
    async def sent(ack: Any, view: dict[str, Any]) -> None:
        said = view["state"]["values"]["why"]["value"]["value"]
        if len(said) < 5:
            await ack(response_action="errors", errors={"why": "Say more, please."})
        else:
            await ack()

    @app.event("app_home_opened")
    async def home(event: dict[str, Any], client: AsyncWebClient) -> None:
        await client.views_publish(
            user_id=event["user"], view={"type": "home", "blocks": [section("Your points: 10")]}
        )

    return app


async def whole_story(slack: SlackStandIn) -> None:
    """A card, a press, a command with a form, and the home tab."""
    ana = slack.user("U1", name="Ana", locale="es-ES", tz="Europe/Madrid")
    await ana.says("hi")
    card = await ana.sees("What is this?")
    assert card.labels == ["Cat", "Dog"]
    pressed = await ana.presses(card, "Do")
    assert pressed.acknowledged
    assert (await ana.sees("Saved Dog")).id == card.id
    assert [version.words for version in card.versions] == ["What is this?", "Saved Dog"]
    assert card.labels == []

    await ana.command("appeal")
    assert (await ana.sees_whisper("One moment")).channel == ana.dm.id
    await ana.sees_modal("Appeal")
    refused = await ana.submits(why="no")
    assert (refused.action, refused.errors) == ("errors", {"why": "Say more, please."})
    assert (await ana.submits(Why="It was a dog")).action == "close"
    assert ana.modal is None

    await ana.opens_home()
    assert (await ana.sees_home("Your points: 10")).kind == "home"
    await slack.drained()
    assert slack.violations == []
    assert slack.late == []
    assert slack.unacknowledged() == []


async def test_the_whole_story_with_bolt_over_sockets() -> None:
    """Bolt in Socket Mode finds everything as it expects it, its own messages included."""
    async with SlackStandIn() as slack:
        handler = AsyncSocketModeHandler(
            bolt(slack), "xapp-1", web_client=AsyncWebClient(base_url=slack.api_url)
        )
        await handler.connect_async()  # type: ignore[no-untyped-call]  # slack_bolt does not say
        try:
            await whole_story(slack)
            first = slack.sockets.connections[0]
            await slack.sockets.ask_to_leave("refresh_requested")
            await slack.user("U2", name="Bo").says("hi")
            await slack.user("U2").sees("What is this?")
            assert first not in slack.sockets.connections
        finally:
            await handler.close_async()  # type: ignore[no-untyped-call]  # slack_bolt does not say
        assert {one.payload["event"]["type"] for one in slack.deliveries.of("message")} == {"message"}


async def test_the_whole_story_with_bolt_over_http() -> None:
    """Bolt behind HTTP takes every signature and finds the same."""
    async with SlackStandIn() as slack:
        server = web.AppRunner(bolt(slack).web_app("/slack/events"), shutdown_timeout=0.1)
        await server.setup()
        await web.TCPSite(server, "127.0.0.1", 0).start()
        try:
            await slack.deliver_to(f"http://127.0.0.1:{server.addresses[0][1]}/slack/events")
            await whole_story(slack)
            told = slack.deliveries.of("message")[0]
            assert await slack.forges(told) == 200
            assert await slack.forges(told, secret="guessed") == 401
            assert await slack.forges(told, age=400) == 401
        finally:
            await server.cleanup()


async def test_what_a_person_writes_arrives_escaped(slack: SlackStandIn, ears: Ears) -> None:
    """Slack hands apps `&lt;` for `<`, and says where and in which thread it was."""
    ana = slack.user("U1")
    first = await ana.says("a < b & c")
    await ana.says("below", thread=first)
    one, two = await ears.hears(2)
    assert one.event["text"] == "a &lt; b &amp; c"
    assert (one.event["channel_type"], one.event["channel"]) == ("im", ana.dm.id)
    assert (one.payload["team_id"], one.payload["api_app_id"]) == ("T1", "A1")
    assert two.event["thread_ts"] == first.id
    assert ana.chat[0].words == "a < b & c"


async def test_words_are_read_as_slack_shows_them(slack: SlackStandIn, app: BareApp) -> None:
    """Markup is gone, entities are decoded, code stays as it is; buttons are no words."""
    ana = slack.user("U1")
    await app.does(
        "chat.postMessage",
        channel="U1",
        text="notification",
        blocks=[
            {"type": "header", "text": {"type": "plain_text", "text": "Task *1*"}},
            section("*Bold* and _slanted_ 2*3*4 snake_case_name\n>a quote\n`*code* &lt;b&gt;`"),
            section("<https://example.org/a_b_c|the _page_> &lt;x&gt; <https://example.org>"),
            {"type": "context", "elements": [{"type": "mrkdwn", "text": "~old~ note"}]},
            buttons("Yes"),
        ],
    )
    assert ana.last.words.splitlines() == [
        "Task *1*",
        "Bold and slanted 2*3*4 snake_case_name",
        "a quote",
        "*code* <b>",
        "the _page_ <x> https://example.org",
        "old note",
    ]
    assert ana.last.text == "notification"
    assert slack.violations == []


async def test_task_content_that_would_call_people_is_noticed(slack: SlackStandIn, app: BareApp) -> None:
    """An app that does not escape is found out: by a stray bracket, and by a ping."""
    slack.user("U1")
    await app.does("chat.postMessage", channel="U1", text="if a <b then")
    await app.does("chat.postMessage", channel="U1", text="x", blocks=[section("<!channel> look, <@U7>")])
    await app.does("chat.postMessage", channel="U1", text="&lt;!here&gt; is harmless")
    assert [one.markup for one in slack.mentions] == ["<!channel>", "<@U7>"]
    assert slack.violations == ["chat.postMessage: a raw < that is no markup: '<b then'"]


async def test_text_alone_takes_the_blocks_away(slack: SlackStandIn, app: BareApp) -> None:
    """chat.update with text and without blocks leaves no buttons behind."""
    ana = slack.user("U1")
    sent = await app.does("chat.postMessage", channel="U1", text="a", blocks=[buttons("Yes")])
    await app.does("chat.update", channel=sent["channel"], ts=sent["ts"], text="b")
    assert (ana.last.words, ana.last.labels, ana.last.edits) == ("b", [], 1)
    assert [version.labels for version in ana.last.versions] == [["Yes"], []]


async def test_only_own_messages_that_are_there_are_changed(slack: SlackStandIn, app: BareApp) -> None:
    """Somebody else's, a whisper and one that never was cannot be edited."""
    ana = slack.user("U1")
    room = slack.channel("C1", members=[ana], bot_in=True)
    hers = await ana.says("mine")
    whispered = await app.does("chat.postEphemeral", channel="C1", user="U1", text="psst")
    dm = ana.dm.id
    assert await app.refused("chat.update", channel=dm, ts=hers.id, text="x") == "cant_update_message"
    assert await app.refused("chat.delete", channel=dm, ts=hers.id) == "cant_delete_message"
    gone: Json = {"channel": room.id, "ts": whispered["message_ts"], "text": "x"}
    assert await app.refused("chat.update", **gone) == "message_not_found"
    assert await app.refused("chat.update", channel=dm, ts="1.1", text="x") == "message_not_found"


async def test_a_whisper_is_seen_by_one_person(slack: SlackStandIn, app: BareApp) -> None:
    """An ephemeral message stands in no chat and is pressed like any other."""
    ana, bo = slack.user("U1"), slack.user("U2", name="Bo")
    slack.channel("C1", members=[ana], bot_in=True)
    await app.does(
        "chat.postEphemeral", channel="C1", user="U1", text="psst", blocks=[section("psst"), buttons("Go")]
    )
    whisper = await ana.sees_whisper("psst", since=0)
    assert (whisper.channel, whisper.labels, bo.whispers, ana.chat) == ("C1", ["Go"], [], [])
    refused = await app.refused("chat.postEphemeral", channel="C1", user="U2", text="psst")
    assert refused == "user_not_in_channel"


async def test_channels_that_cannot_be_written_to(slack: SlackStandIn, app: BareApp) -> None:
    """Unknown, archived, deleted, not a member; and chat:write.public opens the last."""
    ana = slack.user("U1")
    room = slack.channel("C1", members=[ana])
    write: Json = {"channel": "C1", "text": "x"}
    assert await app.refused("chat.postMessage", channel="C9", text="x") == "channel_not_found"
    assert await app.refused("chat.postMessage", **write) == "not_in_channel"
    public = slack.workspace("T2", scopes=("chat:write", "chat:write.public"))
    public.channel("C2")
    async with BareApp(slack.url, public.bot_token) as other:
        await other.does("chat.postMessage", channel="C2", text="x")
        assert await other.refused("chat.postMessage", **write) == "channel_not_found"
    room.bot_in = True
    await app.does("chat.postMessage", **write)
    slack.archive(room)
    assert await app.refused("chat.postMessage", **write) == "is_archived"
    slack.delete(room)
    assert await app.refused("chat.postMessage", **write) == "channel_not_found"


async def test_threads(slack: SlackStandIn, app: BareApp) -> None:
    """A reply stands below a message, never below another reply."""
    ana = slack.user("U1")
    dm = ana.dm.id
    first = await app.does("chat.postMessage", channel="U1", text="first")
    reply = await app.does("chat.postMessage", channel=dm, text="reply", thread_ts=first["ts"])
    await app.does("chat.postMessage", channel=dm, text="below", thread_ts=reply["ts"])
    assert [message.thread for message in ana.chat] == [None, first["ts"], first["ts"]]
    assert [one.words for one in ana.dm.below(ana.chat[0])] == ["reply", "below"]
    lost: Json = {"channel": dm, "text": "x", "thread_ts": "1.1"}
    assert await app.refused("chat.postMessage", **lost) == "thread_not_found"


async def test_files_go_out_in_three_steps(slack: SlackStandIn, app: BareApp) -> None:
    """Asked for, brought, completed; the length must be exact and the place a channel."""
    ana = slack.user("U1")
    file_id = await app.uploads("results.csv", b"a,b\n", channel_id=ana.dm.id, initial_comment="Here")
    shared = await ana.sees("results.csv", since=0)
    assert (shared.document, shared.file_name, shared.words) == (file_id, "results.csv", "Here")
    assert slack.bot_file(file_id) == b"a,b\n"

    asked = await app.does("files.getUploadURLExternal", form=True, filename="x.csv", length=3)
    named = [{"id": asked["file_id"]}]
    early = await app.refused("files.completeUploadExternal", files=named, channel_id=ana.dm.id)
    assert early == "file_update_failed"
    async with app.session.post(asked["upload_url"], data=b"four") as answer:
        assert answer.status == 400
    async with app.session.post(asked["upload_url"], data=b"abc") as answer:
        assert await answer.text() == "OK - 3"
    to_person: Json = {"files": named, "channel_id": "U1"}
    assert await app.refused("files.completeUploadExternal", **to_person) == "channel_not_found"
    as_json: Json = {"filename": "x.csv", "length": 3}
    assert await app.refused("files.getUploadURLExternal", **as_json) == "invalid_arguments"


async def test_slack_sdk_uploads_and_shows_a_picture(slack: SlackStandIn) -> None:
    """The upload of slack_sdk works; unshared files are usable in an image block of their workspace only."""
    ana = slack.user("U1")
    client = AsyncWebClient(token="xoxb-T1", base_url=slack.api_url, retry_handlers=[])
    sent = await client.files_upload_v2(filename="cat.png", content=picture(), channel=ana.dm.id)
    assert ana.last.document == sent["files"][0]["id"]
    kept = (await client.files_upload_v2(filename="dog.png", content=picture()))["files"][0]["id"]
    block = {"type": "image", "slack_file": {"id": kept}, "alt_text": "a dog"}
    await client.chat_postMessage(channel="U1", text="look", blocks=[block])
    assert (ana.last.picture, ana.last.now.alt) == (kept, "a dog")
    slack.workspace("T2").user("U2")
    async with BareApp(slack.url, "xoxb-T2") as other:
        stolen = await other.call("chat.postMessage", channel="U2", text="look", blocks=[block])
    assert stolen["errors"] == ["invalid slack file [json-pointer:/blocks/0/slack_file]"]


async def test_a_picture_may_take_a_while(slack: SlackStandIn, app: BareApp) -> None:
    """A file that Slack still works on is refused in a block, and has no type yet."""
    slack.user("U1")
    slack.world.slow_files = 2
    kept = await app.uploads("dog.png", picture())
    block = {"type": "image", "slack_file": {"id": kept}, "alt_text": "a dog"}
    assert await app.refused("chat.postMessage", channel="U1", blocks=[block]) == "invalid_blocks"
    assert (await app.does("files.info", form=True, file=kept))["file"]["mimetype"] == ""
    await app.does("chat.postMessage", channel="U1", blocks=[block])


async def test_files_of_people_are_fetched_with_the_token_of_their_workspace(
    slack: SlackStandIn, ears: Ears, app: BareApp
) -> None:
    """Several files come in one event; without the right token there is only a login page."""
    ana = slack.user("U1")
    slack.workspace("T2")
    sent = await ana.uploads("a.csv", b"1", caption="for you", more=[("b.csv", b"22")])
    (heard,) = await ears.hears()
    files = heard.event["files"]
    assert heard.event["subtype"] == "file_share"
    assert (heard.event["text"], sent.file_name) == ("for you", "a.csv")
    assert [(one["name"], one["size"], one["mimetype"]) for one in files] == [
        ("a.csv", 1, "text/csv"),
        ("b.csv", 2, "text/csv"),
    ]
    address = files[1]["url_private_download"]
    assert await app.fetches(address) == b"22"
    assert await app.fetches(files[1]["url_private"]) == b"22"
    for token in ("", "xoxb-T2", "nonsense"):
        assert b"Sign in" in await app.fetches(address, token=token)


async def test_users_info_tells_the_locale_only_when_asked(slack: SlackStandIn, app: BareApp) -> None:
    """Name, time zone, deletion; and no such person."""
    slack.user("U1", name="Ana", display_name="anita", locale="es-ES", tz="Europe/Madrid")
    known = (await app.does("users.info", form=True, user="U1", include_locale="true"))["user"]
    assert (known["locale"], known["tz"], known["profile"]["display_name"]) == (
        "es-ES",
        "Europe/Madrid",
        "anita",
    )
    assert "locale" not in (await app.does("users.info", form=True, user="U1"))["user"]
    assert await app.refused("users.info", form=True, user="U9") == "user_not_found"
    assert await app.refused("users.info", user="U1") == "invalid_arguments"


async def test_conversations_open_leads_to_the_direct_chat(slack: SlackStandIn, app: BareApp) -> None:
    """Its id is the one that messages to the person go to."""
    ana = slack.user("U1")
    opened = await app.does("conversations.open", users="U1")
    sent = await app.does("chat.postMessage", channel="U1", text="hi")
    assert opened["channel"]["id"] == sent["channel"] == ana.dm.id
    slack.deactivate(ana)
    assert await app.refused("conversations.open", users="U1") == "user_disabled"
    assert await app.refused("chat.postMessage", channel="U1", text="hi") == "channel_not_found"


async def test_a_mention_in_a_channel_reaches_the_app(slack: SlackStandIn, ears: Ears) -> None:
    """Only in channels the app is in; what people say to each other does not."""
    ana = slack.user("U1")
    room = slack.channel("C1", members=[ana], bot_in=True)
    other = slack.channel("C2", members=[ana])
    await ana.writes("hello all", room)
    await ana.mentions("help", other)
    await ana.mentions("help me", room)
    (heard,) = await ears.hears()
    assert (heard.event["type"], heard.event["text"]) == ("app_mention", "<@UBOT> help me")


async def test_shortcuts_bring_a_trigger(slack: SlackStandIn, ears: Ears) -> None:
    """The global one, and the one of a message with its words."""
    ana = slack.user("U1")
    room = slack.channel("C1", members=[ana])
    await (await ana.global_shortcut("get_task")).answered()
    await (await ana.message_shortcut("make_task", "is this <a> cat?", room)).answered()
    globally, clipped = (heard.payload for heard in await ears.hears(2))
    assert (globally["type"], globally["callback_id"]) == ("shortcut", "get_task")
    assert (clipped["type"], clipped["message"]["text"]) == ("message_action", "is this &lt;a&gt; cat?")
    assert clipped["channel"]["id"] == "C1"
    assert globally["trigger_id"] != clipped["trigger_id"]


async def test_a_form_is_open_until_the_app_is_content(slack: SlackStandIn, ears: Ears, app: BareApp) -> None:
    """Errors keep it, an update changes it, a push stands above it, clear ends all."""
    ana = slack.user("U1")
    asked = await (await ana.command("new")).answered()
    choice = {
        "type": "input",
        "block_id": "kind",
        "label": {"type": "plain_text", "text": "Kind"},
        "element": {
            "type": "static_select",
            "action_id": "kind",
            "options": [{"text": {"type": "plain_text", "text": "Choice"}, "value": "choice"}],
        },
    }
    view = form(line("title", "Title", initial_value="Cats", max_length=10), choice)
    opened = await app.does("views.open", trigger_id=asked.payload["trigger_id"], view=view)
    assert ana.modal is not None
    assert ana.modal.value("Title") == "Cats"
    with pytest.raises(AssertionError, match="Kind: please complete"):
        await ana.submits()

    answers: list[Any] = [
        {"response_action": "errors", "errors": {"title": "Taken."}},
        {"response_action": "update", "view": form(line("title", "Other title"))},
        {"response_action": "push", "view": form(line("more", "More"))},
        {"response_action": "clear"},
    ]

    def answer(heard: Heard) -> web.Response:
        return web.json_response(answers.pop(0))

    ears.answer = answer
    sent = await ana.submits(kind="Choice")
    state = sent.delivery.payload["view"]["state"]["values"]
    assert state["title"]["value"] == {"type": "plain_text_input", "value": "Cats"}
    assert state["kind"]["kind"]["selected_option"]["value"] == "choice"
    assert ana.modal.errors == {"title": "Taken."}
    assert (await ana.submits()).action == "update"
    assert "Other title" in ana.modal.words
    assert (await ana.submits(title="Dogs")).action == "push"
    assert (len(ana.account.modals), ana.modal.root) == (2, opened["view"]["id"])
    assert (await ana.submits(more="x")).action == "clear"
    assert ana.account.modals == []
    assert slack.violations == []


async def test_a_wrong_answer_to_a_form_is_noticed(slack: SlackStandIn, ears: Ears, app: BareApp) -> None:
    """Errors must be about fields that are there."""
    ana = slack.user("U1")
    asked = await (await ana.command("new")).answered()
    view = form(line("title", "Title"))
    await app.does("views.open", trigger_id=asked.payload["trigger_id"], view=view)

    def answer(heard: Heard) -> web.Response:
        return web.json_response({"response_action": "errors", "errors": {"titel": "x"}})

    ears.answer = answer
    assert (await ana.submits(title="x")).action == "failed"
    assert len(slack.violations) == 1
    assert "titel" in slack.violations[0]


async def test_closing_a_form_is_told_when_asked_for(slack: SlackStandIn, ears: Ears, app: BareApp) -> None:
    """view_closed comes only with notify_on_close, and the closed form can be changed no more."""
    ana = slack.user("U1")
    for notify in (True, False):
        asked = await (await ana.command("new")).answered()
        view = form(line("title", "Title")) | {"notify_on_close": notify}
        opened = await app.does("views.open", trigger_id=asked.payload["trigger_id"], view=view)
        told = await ana.closes()
        assert (told is not None) is notify
    late: Json = {"view_id": opened["view"]["id"], "view": view}
    assert await app.refused("views.update", **late) == "not_found"
    await slack.drained()
    assert [heard.payload.get("type") for heard in ears.heard if "type" in heard.payload] == ["view_closed"]


async def test_the_home_tab_has_buttons_and_a_hash(slack: SlackStandIn, ears: Ears, app: BareApp) -> None:
    """Pressed like a message; a publication with an old hash is refused."""
    ana = slack.user("U1")
    view = {"type": "home", "blocks": [section("Hello"), buttons("Next task")]}
    first = (await app.does("views.publish", user_id="U1", view=view))["view"]
    await ana.presses_home("Next")
    (heard,) = await ears.hears()
    assert heard.payload["container"] == {"type": "view", "view_id": first["id"]}
    assert heard.payload["actions"][0]["value"] == "Next task"
    assert "response_url" not in heard.payload
    await app.does("views.publish", user_id="U1", view=view, hash=first["hash"])
    old: Json = {"user_id": "U1", "view": view, "hash": first["hash"]}
    assert await app.refused("views.publish", **old) == "hash_conflict"
    await ana.opens_home()
    assert (await ears.hears(2))[1].event["view"]["id"] == first["id"]


async def test_a_press_can_carry_what_no_button_does(slack: SlackStandIn, ears: Ears, app: BareApp) -> None:
    """An attacker's value, and the button of an earlier version."""
    ana = slack.user("U1")
    sent = await app.does("chat.postMessage", channel="U1", text="a", blocks=[buttons("Yes", "No")])
    await (await ana.presses_data(ana.last, "a:999")).answered()
    await app.does("chat.update", channel=sent["channel"], ts=sent["ts"], text="b")
    await ana.presses(ana.last, "No", version=0)
    forged, old = (heard.payload for heard in await ears.hears(2))
    assert forged["actions"][0]["value"] == "a:999"
    assert old["actions"][0]["value"] == "No"
    assert old["container"]["message_ts"] == sent["ts"]
    with pytest.raises(AssertionError, match="no button 'No'"):
        await ana.presses(ana.last, "No")


async def test_an_open_form_is_updated_by_id_or_name_unless_it_changed(
    slack: SlackStandIn, ears: Ears, app: BareApp
) -> None:
    """A stale hash is refused; what was filled in stays where the field stays; a press in it says where."""
    ana = slack.user("U1")
    asked = await (await ana.command("new")).answered()
    view = form(line("title", "Title"), buttons("Preview")) | {"external_id": "draft-1"}
    opened = (await app.does("views.open", trigger_id=asked.payload["trigger_id"], view=view))["view"]
    await ana.fills(title="Cats")
    wider = form(line("title", "Title"), line("why", "Why"), buttons("Preview")) | {"external_id": "draft-1"}
    await app.does("views.update", view_id=opened["id"], hash=opened["hash"], view=wider)
    shown = await ana.sees_modal("Why")
    assert shown.value("title") == "Cats"
    stale: Json = {"external_id": "draft-1", "hash": opened["hash"], "view": view}
    assert await app.refused("views.update", **stale) == "hash_conflict"
    await app.does("views.update", external_id="draft-1", view=view)
    assert "Why" not in shown.words
    await ana.presses_modal("Preview")
    pressed = (await ears.hears(2))[1].payload
    assert pressed["container"] == {"type": "view", "view_id": opened["id"]}
    assert pressed["view"]["state"]["values"]["title"]["value"]["value"] == "Cats"


async def test_a_form_can_be_sent_twice(slack: SlackStandIn, ears: Ears, app: BareApp) -> None:
    """A second device sends what the first one has sent already."""
    ana = slack.user("U1")
    asked = await (await ana.command("new")).answered()
    view = form(line("title", "Title"))
    await app.does("views.open", trigger_id=asked.payload["trigger_id"], view=view)
    sent = await ana.sees_modal("Appeal")
    assert (await ana.submits(title="Cats")).action == "close"
    assert (await ana.submits_again(sent)).action == "close"
    first, second = (heard.payload for heard in (await ears.hears(3))[1:])
    assert first["view"]["id"] == second["view"]["id"]


async def test_sees_looks_at_what_is_new(slack: SlackStandIn, app: BareApp) -> None:
    """What was there before a person did something is no answer to it; `since` looks further back."""
    ana = slack.user("U1")
    before = ana.moment
    await app.does("chat.postMessage", channel="U1", text="old news")
    await ana.says("and now?")
    with pytest.raises(AssertionError, match="did not see"):
        await ana.sees("news", timeout=0.01)
    assert (await ana.sees("news", since=before)).words == "old news"


async def test_what_bots_and_channels_are(slack: SlackStandIn, app: BareApp) -> None:
    """bots.info and conversations.info, the latter only with its scope."""
    assert (await app.does("bots.info", form=True, bot="BT1"))["bot"]["user_id"] == "UBOT"
    assert await app.refused("bots.info", form=True, bot="B9") == "bot_not_found"
    knowing = slack.workspace("T2", scopes=("channels:read",))
    knowing.channel("C2", members=[knowing.user("U2")], name="cats")
    async with BareApp(slack.url, knowing.bot_token) as other:
        told = (await other.does("conversations.info", form=True, channel="C2"))["channel"]
    assert (told["name"], told["is_member"], told["is_archived"]) == ("cats", False, False)


async def test_without_history_only_the_last_is_kept(app: BareApp) -> None:
    """A long run does not fill the memory."""
    async with SlackStandIn(history=False) as slack, BareApp(slack.url) as bare:
        ana = slack.user("U1")
        for at in range(60):
            sent = await bare.does("chat.postMessage", channel="U1", text=f"m{at}")
        await bare.does("chat.update", channel=sent["channel"], ts=sent["ts"], text="edited")
        assert len(ana.chat) == 50
        assert [version.words for version in ana.last.versions] == ["edited"]
        assert len(slack.calls) == 0
        assert slack.calls.counts["chat.postMessage", "ok"] == 60
