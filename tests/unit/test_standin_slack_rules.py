"""Block Kit and the rules of the Web API: the largest that is taken, and one more that is refused."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from tests.standins.slack import SlackStandIn
from tests.standins.slack.client import BareApp
from tests.standins.slack.refusal import Json

Make = Callable[[int], Json]


def plain(length: int) -> Json:
    """A plain text of so many characters."""
    return {"type": "plain_text", "text": "x" * length}


def marked(length: int) -> Json:
    """A marked text of so many characters."""
    return {"type": "mrkdwn", "text": "x" * length}


def button(**more: Any) -> Json:
    """A button."""
    return {"type": "button", "text": plain(1), **more}


def actions(*elements: Json) -> Json:
    """A row."""
    return {"type": "actions", "elements": list(elements)}


def image(**more: Any) -> Json:
    """A picture from the web."""
    return {"type": "image", "image_url": "https://example.org/a.png", "alt_text": "a cat", **more}


def option(at: int = 0, text: int = 1, value: int = 0) -> Json:
    """A choice in a menu."""
    return {"text": plain(text), "value": "v" * value or f"v{at}"}


def options(count: int) -> list[Json]:
    """So many choices."""
    return [option(at) for at in range(count)]


def menu(kind: str, **more: Any) -> Json:
    """A menu with one choice."""
    return {"type": kind, "options": options(1), **more}


def line(**more: Any) -> Json:
    """A field for a line of text."""
    return {"type": "plain_text_input", "action_id": "value", **more}


def field(element: Json, **more: Any) -> Json:
    """A field of a form."""
    return {"type": "input", "label": plain(1), "element": element, **more}


def modal(*blocks: Json, **more: Any) -> Json:
    """A form."""
    return {"type": "modal", "title": plain(1), "submit": plain(1), "blocks": list(blocks), **more}


def section(length: int) -> Json:
    """A paragraph of so many characters."""
    return {"type": "section", "text": marked(length)}


IN_MESSAGES: list[tuple[str, int, Callable[[int], list[Json]], str]] = [
    ("section mrkdwn", 3000, lambda n: [section(n)], "/blocks/0/text/text"),
    ("section plain", 3000, lambda n: [{"type": "section", "text": plain(n)}], "/blocks/0/text/text"),
    ("fields", 10, lambda n: [{"type": "section", "fields": [plain(1)] * n}], "/blocks/0/fields"),
    ("field", 2000, lambda n: [{"type": "section", "fields": [plain(n)]}], "/blocks/0/fields/0/text"),
    ("header", 150, lambda n: [{"type": "header", "text": plain(n)}], "/blocks/0/text/text"),
    ("context", 10, lambda n: [{"type": "context", "elements": [plain(1)] * n}], "/blocks/0/elements"),
    ("actions", 25, lambda n: [actions(*[button() for _ in range(n)])], "/blocks/0/elements"),
    ("button text", 75, lambda n: [actions(button(text=plain(n)))], "/blocks/0/elements/0/text/text"),
    ("value", 2000, lambda n: [actions(button(value="v" * n))], "/blocks/0/elements/0/value"),
    (
        "url",
        3000,
        lambda n: [actions(button(url="https://a.org/".ljust(n, "u")))],
        "/blocks/0/elements/0/url",
    ),
    ("action_id", 255, lambda n: [actions(button(action_id="a" * n))], "/blocks/0/elements/0/action_id"),
    ("block_id", 255, lambda n: [{"type": "divider", "block_id": "b" * n}], "/blocks/0/block_id"),
    ("alt_text", 2000, lambda n: [image(alt_text="x" * n)], "/blocks/0/alt_text"),
    ("image title", 2000, lambda n: [image(title=plain(n))], "/blocks/0/title/text"),
    ("blocks", 50, lambda n: [{"type": "divider"}] * n, "/blocks"),
    ("options", 100, lambda n: [actions(menu("static_select") | {"options": options(n)})], "options"),
    ("radio", 10, lambda n: [actions(menu("radio_buttons") | {"options": options(n)})], "options"),
    ("boxes", 10, lambda n: [actions(menu("checkboxes") | {"options": options(n)})], "options"),
    ("overflow", 5, lambda n: [actions(menu("overflow") | {"options": options(n)})], "options"),
    (
        "option text",
        75,
        lambda n: [actions({"type": "static_select", "options": [option(text=n)]})],
        "/options/0/text/text",
    ),
    (
        "option value",
        150,
        lambda n: [actions({"type": "static_select", "options": [option(value=n)]})],
        "/options/0/value",
    ),
    ("placeholder", 150, lambda n: [actions(menu("static_select", placeholder=plain(n)))], "placeholder"),
]

IN_VIEWS: list[tuple[str, int, Make, str]] = [
    ("title", 24, lambda n: modal(title=plain(n)), "/view/title/text"),
    ("submit", 24, lambda n: modal(submit=plain(n)), "/view/submit/text"),
    ("close", 24, lambda n: modal(close=plain(n)), "/view/close/text"),
    ("metadata", 3000, lambda n: modal(private_metadata="m" * n), "/view/private_metadata"),
    ("callback_id", 255, lambda n: modal(callback_id="c" * n), "/view/callback_id"),
    ("blocks", 100, lambda n: modal(*[{"type": "divider"}] * n), "/view/blocks"),
    ("label", 2000, lambda n: modal(field(line(), label=plain(n))), "/view/blocks/0/label/text"),
    ("hint", 2000, lambda n: modal(field(line(), hint=plain(n))), "/view/blocks/0/hint/text"),
    ("placeholder", 150, lambda n: modal(field(line(placeholder=plain(n)))), "/placeholder/text"),
    ("initial", 3000, lambda n: modal(field(line(initial_value="i" * n))), "/element/initial_value"),
    ("max_length", 3000, lambda n: modal(field(line(max_length=n))), "/element/max_length"),
    (
        "initial within max",
        10,
        lambda n: modal(field(line(initial_value="i" * n, max_length=10))),
        "/element/initial_value",
    ),
    (
        "choices of several",
        100,
        lambda n: modal(field(menu("multi_static_select") | {"options": options(n)})),
        "/element/options",
    ),
    ("boxes", 10, lambda n: modal(field(menu("checkboxes") | {"options": options(n)})), "/element/options"),
]


@pytest.fixture
async def slack() -> AsyncIterator[SlackStandIn]:
    async with SlackStandIn(echoes=False) as server:
        server.user("U1")
        yield server


@pytest.fixture
async def app(slack: SlackStandIn) -> AsyncIterator[BareApp]:
    async with BareApp(slack.url) as app:
        yield app


async def faults_of(app: BareApp, *blocks: Json) -> list[str]:
    """What is wrong with the blocks of a message."""
    told = await app.call("chat.postMessage", channel="U1", blocks=list(blocks))
    assert told["ok"] or told["error"] == "invalid_blocks", told
    return list(told.get("errors", []))


async def faults_of_view(app: BareApp, view: Json) -> list[str]:
    """What is wrong with a modal; without a fault it fails for its trigger only."""
    told = await app.call("views.open", trigger_id="none", view=view)
    assert told["error"] in ("invalid_trigger_id", "invalid_arguments"), told
    return list(told.get("response_metadata", {}).get("messages", []))


@pytest.mark.parametrize(("name", "most", "make", "where"), IN_MESSAGES, ids=[one[0] for one in IN_MESSAGES])
async def test_the_limits_of_a_message(
    app: BareApp, name: str, most: int, make: Callable[[int], list[Json]], where: str
) -> None:
    """So much is taken, one more is refused, and Slack says where."""
    assert await faults_of(app, *make(most)) == []
    (fault,) = await faults_of(app, *make(most + 1))
    assert where in fault


@pytest.mark.parametrize(("name", "most", "make", "where"), IN_VIEWS, ids=[one[0] for one in IN_VIEWS])
async def test_the_limits_of_a_modal(app: BareApp, name: str, most: int, make: Make, where: str) -> None:
    """The same in a view, as invalid_arguments."""
    assert await faults_of_view(app, make(most)) == []
    (fault,) = await faults_of_view(app, make(most + 1))
    assert where in fault
    assert fault.startswith("[ERROR] ")


WRONG: list[tuple[str, list[Json], str]] = [
    ("an empty text", [section(0)], "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
    ("no text at all", [{"type": "section"}], "missing required field: text [json-pointer:/blocks/0]"),
    ("an unknown block", [{"type": "carousel"}], "unsupported type: carousel [json-pointer:/blocks/0/type]"),
    (
        "an unknown key",
        [{"type": "divider", "color": "red"}],
        "invalid additional property: color [json-pointer:/blocks/0]",
    ),
    (
        "an unknown key of a button",
        [actions(button(colour="red"))],
        "invalid additional property: colour [json-pointer:/blocks/0/elements/0]",
    ),
    (
        "an unknown key of a text",
        [{"type": "header", "text": plain(1) | {"verbatim": True}}],
        "invalid additional property: verbatim [json-pointer:/blocks/0/text]",
    ),
    (
        "markup in a header",
        [{"type": "header", "text": marked(1)}],
        "must be one of: plain_text [json-pointer:/blocks/0/text/type]",
    ),
    (
        "markup on a button",
        [actions(button(text=marked(1)))],
        "must be one of: plain_text [json-pointer:/blocks/0/elements/0/text/type]",
    ),
    (
        "a style of its own",
        [actions(button(style="warning"))],
        "must be one of: primary, danger [json-pointer:/blocks/0/elements/0/style]",
    ),
    ("no picture", [{"type": "image", "alt_text": "x"}], "must provide exactly one of image_url and"),
    (
        "two pictures",
        [image(slack_file={"id": "F1"})],
        "must provide exactly one of image_url and slack_file [json-pointer:/blocks/0]",
    ),
    (
        "a picture without words",
        [{"type": "image", "image_url": "https://a.org/b.png"}],
        "missing required field: alt_text [json-pointer:/blocks/0]",
    ),
    (
        "an unknown file",
        [{"type": "image", "slack_file": {"id": "F9"}, "alt_text": "x"}],
        "invalid slack file [json-pointer:/blocks/0/slack_file]",
    ),
    ("a field outside a form", [field(line())], "unsupported type: input [json-pointer:/blocks/0/type]"),
    (
        "the same action twice",
        [actions(button(action_id="a"), button(action_id="a"))],
        "`action_id` a already exists [json-pointer:/blocks/0]",
    ),
    (
        "the same block twice",
        [{"type": "divider", "block_id": "b"}, {"type": "divider", "block_id": "b"}],
        "`block_id` b already exists [json-pointer:/blocks]",
    ),
    ("an empty row", [actions()], "no less than 1 items allowed [json-pointer:/blocks/0/elements]"),
    (
        "a choice that is not offered",
        [actions(menu("static_select", initial_option=option(7)))],
        "must match exactly one of the options [json-pointer:/blocks/0/elements/0/initial_option]",
    ),
    ("a number as text", [{"type": "header", "text": plain(1) | {"text": 5}}], "must provide a string"),
    ("an address without a scheme", [actions(button(url="example.org"))], "must be a valid URL"),
]


@pytest.mark.parametrize(("name", "blocks", "fault"), WRONG, ids=[one[0] for one in WRONG])
async def test_what_a_message_must_not_hold(app: BareApp, name: str, blocks: list[Json], fault: str) -> None:
    """One fault, named as Slack names it."""
    (found,) = await faults_of(app, *blocks)
    assert found.startswith(fault)


async def test_the_same_action_in_two_blocks_is_fine(app: BareApp) -> None:
    """Only within a block must actions differ; a missing id is made up."""
    assert await faults_of(app, actions(button(action_id="a")), actions(button(action_id="a"))) == []
    assert await faults_of(app, actions(button(), button())) == []


WRONG_VIEWS: list[tuple[str, Json, str]] = [
    ("no submit", {"type": "modal", "title": plain(1), "blocks": [field(line())]}, "`submit` is required"),
    ("no title", {"type": "modal", "blocks": []}, "missing required field: title [json-pointer:/view]"),
    ("a home tab", {"type": "home", "blocks": []}, "must be one of: modal [json-pointer:/view/type]"),
    ("markup in the title", modal(title=marked(1)), "must be one of: plain_text"),
    ("an unknown key", modal(subtitle=plain(1)), "invalid additional property: subtitle"),
    ("a button as a field", modal(field(button())), "unsupported type: button"),
    (
        "two fields with focus",
        modal(field(line(focus_on_load=True)), field(line(focus_on_load=True))),
        "only one element may have focus_on_load",
    ),
]


@pytest.mark.parametrize(("name", "view", "fault"), WRONG_VIEWS, ids=[one[0] for one in WRONG_VIEWS])
async def test_what_a_modal_must_not_be(app: BareApp, name: str, view: Json, fault: str) -> None:
    """One fault, named as Slack names it."""
    (found,) = await faults_of_view(app, view)
    assert found.removeprefix("[ERROR] ").startswith(fault)


async def test_a_view_has_a_size(app: BareApp) -> None:
    """250 kB altogether."""
    blocks = [section(2400) for _ in range(100)]
    assert await faults_of_view(app, modal(*blocks)) == []
    wide = [{"type": "section", "text": {"type": "mrkdwn", "text": "é" * 2400}} for _ in range(100)]
    assert await app.refused("views.open", trigger_id="none", view=modal(*wide)) == "view_too_large"


async def test_all_text_in_blocks_together(app: BareApp, slack: SlackStandIn) -> None:
    """13,000 characters pass, one more does not, whatever blocks they stand in."""
    most = [section(3000)] * 4 + [section(999)] + [actions(button())]
    await app.does("chat.postMessage", channel="U1", blocks=most)
    too_long: Json = {"channel": "U1", "blocks": [*most, {"type": "header", "text": plain(1)}]}
    assert (await app.call("chat.postMessage", **too_long))["error"] == "msg_blocks_too_long"
    assert slack.violations == ["chat.postMessage: msg_blocks_too_long"]


async def test_the_length_of_a_text(app: BareApp, slack: SlackStandIn) -> None:
    """Cut at 40,000 when posted; refused over 4,000 when edited."""
    sent = await app.does("chat.postMessage", channel="U1", text="x" * 40_000)
    assert slack.violations == []
    cut = await app.does("chat.postMessage", channel="U1", text="x" * 40_001)
    assert len(cut["message"]["text"]) == 40_000
    assert len(slack.violations) == 1
    there: Json = {"channel": sent["channel"], "ts": sent["ts"]}
    await app.does("chat.update", **there, text="x" * 4_000)
    assert await app.refused("chat.update", **there, text="x" * 4_001) == "msg_too_long"


async def test_nothing_to_say(app: BareApp, slack: SlackStandIn) -> None:
    """Neither text nor blocks, or only white space."""
    sent = await app.does("chat.postMessage", channel="U1", text="x")
    for words in ({}, {"text": ""}, {"text": " \n"}, {"text": "", "blocks": []}):
        said: Json = {"channel": "U1", **words}
        assert await app.refused("chat.postMessage", **said) == "no_text"
    there: Json = {"channel": sent["channel"], "ts": sent["ts"]}
    assert await app.refused("chat.update", **there) == "no_text"


async def test_parameters_travel_in_three_ways(app: BareApp, slack: SlackStandIn) -> None:
    """JSON, a form with JSON in it, and the query string that slack_sdk uses."""
    ana = slack.user("U1")
    blocks = [actions(button(value="v"))]
    await app.does("chat.postMessage", channel="U1", blocks=blocks)
    await app.does("chat.postMessage", form=True, channel="U1", blocks=blocks)
    query = {"channel": "U1", "text": "hi", "token": "xoxb-T1"}
    async with app.session.post(f"{slack.api_url}chat.postMessage", params=query) as answer:
        assert (await answer.json())["ok"] is True
    assert [message.labels for message in ana.chat] == [["x"], ["x"], []]


async def test_parameters_that_slack_does_not_know_or_take(app: BareApp, slack: SlackStandIn) -> None:
    """An unknown one is written down, one of the wrong kind refused, a missing one named."""
    await app.does("chat.postMessage", channel="U1", text="x", chanel="U1")
    assert slack.violations == ["chat.postMessage: unknown parameter 'chanel'"]
    wrong: Json = {"channel": "U1", "text": 5}
    assert await app.refused("chat.postMessage", **wrong) == "invalid_arguments"
    told = await app.call("chat.postMessage", text="x")
    assert told["response_metadata"]["messages"] == ["[ERROR] missing required field: channel"]
    async with app.session.post(
        f"{slack.api_url}auth.test", data=b"{", headers={"Content-Type": "application/json"}
    ) as answer:
        assert (await answer.json())["error"] == "invalid_json"


async def test_tokens_and_scopes(app: BareApp, slack: SlackStandIn) -> None:
    """No token, an unknown one, the wrong kind, one without the right; the header says what is granted."""
    assert (await app.call("auth.test"))["team_id"] == "T1"
    poor = slack.workspace("T2", scopes=("chat:write",))
    poor.user("U2")
    for token, method, error in (
        ("", "auth.test", "not_authed"),
        ("xoxb-9", "auth.test", "invalid_auth"),
        ("xapp-1", "auth.test", "not_allowed_token_type"),
        ("xoxb-T1", "apps.connections.open", "not_allowed_token_type"),
        ("xapp-9", "apps.connections.open", "invalid_auth"),
        ("xoxb-T1", "chat.whistle", "unknown_method"),
        ("xoxb-T1", "conversations.info", "missing_scope"),
    ):
        async with BareApp(slack.url, token) as other:
            assert await other.refused(method, form=True) == error
    async with BareApp(slack.url, poor.bot_token) as other:
        told = await other.call("users.info", form=True, user="U2")
        assert (told["error"], told["needed"], told["provided"]) == (
            "missing_scope",
            "users:read",
            "chat:write",
        )
        async with other.session.post(
            f"{slack.api_url}auth.test", headers={"Authorization": f"Bearer {poor.bot_token}"}
        ) as answer:
            assert answer.headers["x-oauth-scopes"] == "chat:write"
    assert len(slack.violations) == 8


async def test_an_installation_is_exchanged_once(app: BareApp, slack: SlackStandIn) -> None:
    """The code, the id and the secret of the app are checked; the token works at once."""
    code = slack.code("T9", "U9", ("chat:write",))
    ours: Json = {"client_id": "1.1", "client_secret": "hush"}
    wrong = ours | {"client_secret": "guess", "code": code}
    assert (await app.call("oauth.v2.access", form=True, **wrong))["error"] == "bad_client_secret"
    unknown = ours | {"code": "code.x"}
    assert (await app.call("oauth.v2.access", form=True, **unknown))["error"] == "invalid_code"
    made = await app.does("oauth.v2.access", form=True, **ours, code=code)
    assert (made["team"]["id"], made["authed_user"]["id"], made["scope"]) == ("T9", "U9", "chat:write")
    again = ours | {"code": code}
    assert (await app.call("oauth.v2.access", form=True, **again))["error"] == "code_already_used"
    async with BareApp(slack.url, made["access_token"]) as other:
        assert (await other.does("auth.test"))["user_id"] == made["bot_user_id"]
        assert (await other.does("auth.revoke"))["revoked"] is True
        assert await other.refused("auth.test") == "token_revoked"
    anew = await app.does("oauth.v2.access", form=True, **ours, code=slack.code("T9", "U9"))
    assert anew["access_token"] != made["access_token"]


async def test_every_picture_and_pointer_is_told_at_once(app: BareApp) -> None:
    """Several faults come in one answer, in both places Slack writes them."""
    told = await app.call("chat.postMessage", channel="U1", blocks=[section(3001), {"type": "x"}])
    assert told["errors"] == [
        "must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
        "unsupported type: x [json-pointer:/blocks/1/type]",
    ]
    assert told["response_metadata"]["messages"] == [f"[ERROR] {one}" for one in told["errors"]]
