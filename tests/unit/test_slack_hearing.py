"""What every payload of Slack says, under which name, and where it was said."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.dialogue.vocabulary import HOME, Clip, Command, Home, Place, Press, Sender, Submit, Text, Upload
from bots.slack.hearing import Context, hear, introduced, is_echo, known, read_place
from bots.slack.saying import escaped, unescaped
from i18n import negotiate

ANA = Sender("slack", "T1", "U1", "", introduced=False)
HOOK = "https://hooks.slack.com/actions/1/2/3"


def event(told: dict[str, Any], **more: Any) -> dict[str, Any]:
    """An event as it is delivered."""
    envelope = {"type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event_time": 1_772_445_600}
    return envelope | more | {"event": told}


def written(text: str, **more: Any) -> dict[str, Any]:
    """Somebody wrote to the app."""
    told = {"type": "message", "channel_type": "im", "channel": "D1", "user": "U1", "ts": "1.2", "text": text}
    return event(told | more)


def pressed(container: dict[str, Any], *actions: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Somebody pressed buttons."""
    told = {"type": "block_actions", "team": {"id": "T1"}, "user": {"id": "U1"}, "trigger_id": "9.t"}
    return told | {"container": container, "actions": list(actions)} | more


def command(text: str, *, channel: str = "D1") -> dict[str, Any]:
    """Somebody typed our command."""
    return {
        "command": "/crowd",
        "text": text,
        "team_id": "T1",
        "user_id": "U1",
        "channel_id": channel,
        "trigger_id": "9.t",
        "response_url": HOOK,
    }


def what(payload: dict[str, Any]) -> list[Any]:
    """What was heard in a payload."""
    return [one.heard.what for one in hear(payload)]


# --- words ----------------------------------------------------------------------------------------


def test_words_have_the_name_of_their_event() -> None:
    """A redelivery is known by team and event, whatever else it carries."""
    (one,) = hear(written("hello"))
    assert one.heard.key == "slack:T1:Ev1"
    assert (one.heard.sender, one.heard.what, one.heard.place) == (ANA, Text("hello"), None)
    assert one.heard.sent_at == datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
    assert one.context is None
    again = hear(written("hello") | {"token": "x", "event_context": "y"})
    assert again[0].heard == one.heard


@pytest.mark.parametrize("subtype", ["me_message", "thread_broadcast"])
def test_what_a_person_wrote_is_heard_in_every_form(subtype: str) -> None:
    """Also what was written below another message."""
    assert what(written("hi", subtype=subtype)) == [Text("hi")]
    assert what(written("hi", thread_ts="1.1")) == [Text("hi")]


@pytest.mark.parametrize(
    "more",
    [
        {"bot_id": "B1"},
        {"subtype": "bot_message", "bot_id": "B2"},
        {"subtype": "message_changed", "hidden": True},
        {"subtype": "message_deleted", "hidden": True},
        {"subtype": "channel_join"},
        {"subtype": "tombstone"},
        {"channel_type": "channel"},
        {"channel_type": "mpim"},
        {"type": "reaction_added"},
    ],
    ids=str,
)
def test_what_is_not_said_to_us_is_ignored(more: dict[str, Any]) -> None:
    """Our own messages come back as events; so do edits, deletions, and what others tell each other."""
    assert hear(written("hi", **more)) == []


@pytest.mark.parametrize(
    ("payload", "echo"),
    [
        (written("hi", bot_id="B1"), True),
        (written("hi", subtype="message_changed", message={"user": "UBOT"}), True),
        (written("hi", subtype=["message_changed"]), True),
        (written("hi"), False),
        (written("hi", subtype="file_share"), False),
        (event({"type": "app_home_opened", "user": "U1"}), False),
        (pressed({"type": "message"}), False),
        (command("task"), False),
        ({"type": "event_callback", "event": "nonsense"}, False),
    ],
    ids=str,
)
def test_an_echo_is_known_without_reading_it(payload: dict[str, Any], echo: bool) -> None:
    """It says nothing to us, so that it may be confirmed at once; whatever else it is, is read."""
    assert is_echo(payload) is echo
    if echo:
        assert hear(payload) == []


def test_what_nobody_wrote_is_ignored() -> None:
    """Slack's own notices name no author."""
    told = written("hi")
    del told["event"]["user"]
    assert hear(told) == []


@pytest.mark.parametrize(
    ("raw", "typed"),
    [
        ("a &lt; b &amp;&amp; c &gt; d", "a < b && c > d"),
        ("&amp;lt; &amp;amp;", "&lt; &amp;"),
        ("<https://example.org/a?b=1&amp;c=2>", "https://example.org/a?b=1&c=2"),
        ("see <http://example.org|example.org>", "see example.org"),
        ("<https://example.org/x|https://example.org/x>", "https://example.org/x"),
        ("<https://example.org|our site>", "our site (https://example.org)"),
        ("<mailto:ana@example.org|ana@example.org>", "ana@example.org"),
        ("<tel:+34600|+34600>", "+34600"),
        ("<@U2> <@U2|bo> <#C1|general> <#C1>", "@U2 @bo #general #C1"),
        ("<!here> <!channel|channel> <!subteam^S1|@team> <!subteam^S1>", "@here @channel @team @subteam^S1"),
        ("<!date^1392734382^{date}|18 February>", "18 February"),
        ("*not bold* _nor_ `this`", "*not bold* _nor_ `this`"),
        ("مرحبا &lt;b&gt; 😀", "مرحبا <b> 😀"),
        ("", ""),
    ],
)
def test_markup_is_read_back_into_what_was_typed(raw: str, typed: str) -> None:
    """Slack makes links and mentions of what people type; a task must say what they wrote."""
    assert what(written(raw)) == [Text(typed)]


@given(st.text())
def test_whatever_was_typed_is_heard(words: str) -> None:
    """The three signs that Slack escapes come back, in any text."""
    assert unescaped(escaped(words)) == words


@pytest.mark.parametrize(
    ("typed", "heard"),
    [
        ("/crowd balance", Command("balance")),
        ("  /crowd  AddTasks   12 ", Command("addtasks", "12")),
        ("/CROWD start tok-en_1", Command("start", "tok-en_1")),
        ("/crowd /balance", Command("balance")),
        ("/crowd что", Command("help")),
        ("/crowd", Command("help")),
        ("/crowded house", Text("/crowded house")),
        ("Crowd control in the street", Text("Crowd control in the street")),
        ("crowd people waiting", Text("crowd people waiting")),
    ],
)
def test_our_command_typed_as_a_message(typed: str, heard: object) -> None:
    """In threads Slack offers no command; words that merely begin like it are an answer."""
    assert what(written(typed)) == [heard]


# --- files ----------------------------------------------------------------------------------------


def test_several_files_are_heard_one_by_one() -> None:
    """Each under a name of its own, with the words beside them, which are heard with them only."""
    files = [
        {"id": "F1", "name": "a.csv", "size": 12, "url_private_download": "https://files.slack.com/a"},
        {"id": "F2", "title": "b", "url_private": "https://files.slack.com/b"},
        {"id": "F3", "mode": "tombstone"},
    ]
    heard = hear(written("addtasks &lt;3&gt;", subtype="file_share", files=files))
    assert [one.heard.key for one in heard] == ["slack:T1:Ev1:0", "slack:T1:Ev1:1", "slack:T1:Ev1:2"]
    assert [one.heard.what for one in heard] == [
        Upload("a.csv", "T1 https://files.slack.com/a", 12, "addtasks <3>"),
        Upload("b", "T1 https://files.slack.com/b", None, "addtasks <3>"),
        Upload("file", "T1 ", None, "addtasks <3>"),
    ]


# --- mentions and the home tab --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("<@UBOT> balance", Command("balance")),
        ("<@UBOT|chatcrowd>   progress 3", Command("progress", "3")),
        ("<@UBOT>", Command("help")),
        ("<@UBOT> ", Command("help")),
        ("<@UBOT> ¿qué?", Command("help")),
    ],
)
def test_a_mention_is_a_command_that_is_answered_there(text: str, asked: Command) -> None:
    """Without words it asks for help; the answer is a whisper."""
    told = {"type": "app_mention", "channel": "C1", "user": "U1", "ts": "5.1", "text": text}
    (one,) = hear(event(told))
    assert one.heard.what == asked
    assert one.heard.key == "slack:T1:Ev1"
    assert one.heard.place is not None
    assert (one.heard.place.kind, read_place(one.heard.place.ref)) == ("whisper", ("C1", None, None))
    (below,) = hear(event(told | {"thread_ts": "4.1"}))
    assert below.heard.place is not None
    assert read_place(below.heard.place.ref) == ("C1", "4.1", None)


def test_the_home_tab_is_looked_at() -> None:
    """The messages tab is not."""
    told = {"type": "app_home_opened", "user": "U1", "channel": "D1", "tab": "home"}
    assert what(event(told)) == [Home()]
    assert what(event(told | {"tab": "messages"})) == []


# --- commands -------------------------------------------------------------------------------------


def test_a_command_can_be_answered_by_a_form() -> None:
    """In the private chat it has no place of its own."""
    (one,) = hear(command("project 7"))
    handle = "slack:T1:t:9.t"
    assert one.heard.key == handle
    assert one.heard.what == Command("project", "7", handle)
    assert one.heard.place is None
    assert one.context == Context("T1", "U1", "9.t", HOOK, "D1")
    assert what(command("")) == [Command("help", "", handle)]
    assert what(command("newproject a &lt; b &amp; c")) == [Command("newproject", "a < b & c", handle)]


@pytest.mark.parametrize("channel", ["C7", "G7"])
def test_a_command_in_a_channel_is_answered_there(channel: str) -> None:
    """To the person alone, by the way that the command opened."""
    (one,) = hear(command("balance", channel=channel))
    assert one.heard.place is not None
    assert one.heard.place.kind == "whisper"
    assert read_place(one.heard.place.ref) == (channel, None, HOOK)


# --- presses --------------------------------------------------------------------------------------


def test_a_press_on_a_message_of_ours() -> None:
    """The message can be edited by the answer."""
    container = {"type": "message", "channel_id": "D1", "message_ts": "7.7", "is_ephemeral": False}
    (one,) = hear(pressed(container, {"type": "button", "value": "1:a:0"}, response_url=HOOK))
    handle = "slack:T1:t:9.t"
    assert one.heard.key == handle
    assert one.heard.what == Press("1:a:0", handle, "D1:7.7")
    assert one.heard.place is None
    assert one.context == Context("T1", "U1", "9.t", HOOK, "D1", "D1:7.7")


def test_a_press_in_a_channel_is_answered_there() -> None:
    """A whisper cannot be edited by a call, so nothing is promised about it."""
    container = {"type": "message", "channel_id": "C1", "message_ts": "7.7", "is_ephemeral": True}
    (one,) = hear(pressed(container, {"value": "x"}, response_url=HOOK))
    assert one.heard.place == Place("whisper", f"C1 - {HOOK}")
    assert one.context is not None
    assert one.context.message is None


def test_a_press_on_the_home_tab_or_in_a_form() -> None:
    """The first is answered at home, the second privately."""
    container = {"type": "view", "view_id": "V1"}
    (home,) = hear(pressed(container, {"value": "x"}, view={"type": "home", "id": "V1"}))
    assert home.heard.place == HOME
    (form,) = hear(pressed(container, {"value": "x"}, view={"type": "modal", "id": "V1"}))
    assert form.heard.place is None
    assert home.heard.what == form.heard.what == Press("x", "slack:T1:t:9.t", None)


def test_a_link_that_was_opened_says_nothing() -> None:
    """Slack tells of it; the app has done what was wanted."""
    container = {"type": "message", "channel_id": "D1", "message_ts": "7.7"}
    assert hear(pressed(container, {"type": "button", "url": "https://example.org"})) == []
    assert hear(pressed(container)) == []


# --- shortcuts and forms --------------------------------------------------------------------------


def shortcut(kind: str, name: str, **more: Any) -> dict[str, Any]:
    """Somebody chose a shortcut."""
    told = {"type": kind, "callback_id": name, "team": {"id": "T1"}, "user": {"id": "U1"}}
    return told | {"trigger_id": "9.t"} | more


def test_get_a_task_is_pressing_next() -> None:
    """It leads to the same place as the button."""
    (one,) = hear(shortcut("shortcut", "get_task"))
    assert isinstance(one.heard.what, Press)
    assert one.heard.what.data == "1:next"
    assert hear(shortcut("shortcut", "of_another_version")) == []


def test_make_this_a_task_brings_somebodys_words() -> None:
    """Unescaped, and answered where they stand."""
    more = {"channel": {"id": "C1"}, "message": {"text": "a &lt; <@U2>"}, "response_url": HOOK}
    (one,) = hear(shortcut("message_action", "make_task", **more))
    assert one.heard.what == Clip("a < @U2", "slack:T1:t:9.t")
    assert one.heard.place == Place("whisper", f"C1 - {HOOK}")
    (private,) = hear(shortcut("message_action", "make_task", **more | {"channel": {"id": "D1"}}))
    assert private.heard.place is None


def test_a_form_that_was_sent() -> None:
    """Its name is the view as it was seen; every kind of field is read."""
    values = {
        "title": {"value": {"type": "plain_text_input", "value": "Cats & <dogs>"}},
        "empty": {"value": {"type": "plain_text_input", "value": None}},
        "one": {"value": {"type": "static_select", "selected_option": {"value": "b"}}},
        "none": {"value": {"type": "static_select", "selected_option": None}},
        "some": {"value": {"type": "multi_static_select", "selected_options": [{"value": "x"}]}},
    }
    view = {
        "id": "V1",
        "hash": "1.abc",
        "private_metadata": "1:settings",
        "state": {"values": values},
        "blocks": [{"type": "context", "block_id": "note"}, {"type": "input", "block_id": "title"}],
    }
    told = {"type": "view_submission", "team": {"id": "T1"}, "user": {"id": "U1"}, "view": view}
    (one,) = hear(told)
    assert isinstance(one.heard.what, Submit)
    assert one.heard.what.data == "1:settings"
    assert one.heard.what.values == {
        "title": "Cats & <dogs>",
        "empty": "",
        "one": "b",
        "none": "",
        "some": ("x",),
    }
    assert one.context is not None
    assert one.context.blocks == ("title",)
    assert one.heard.key.startswith("slack:T1:v:V1:")
    changed = hear(told | {"view": view | {"hash": "2.def"}})
    assert changed[0].heard.key != one.heard.key


@pytest.mark.parametrize("kind", ["view_closed", "block_suggestion", "url_verification", "something_new"])
def test_what_we_did_not_ask_for_is_nothing(kind: str) -> None:
    """Closing a form half-way included."""
    assert hear({"type": kind, "team": {"id": "T1"}, "user": {"id": "U1"}}) == []


# --- nonsense -------------------------------------------------------------------------------------

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
_KINDS = ["event_callback", "block_actions", "view_submission", "shortcut", "message_action", None]
_KEYS = ["event", "team", "team_id", "user", "view", "container", "actions", "command", "callback_id"]


@given(st.sampled_from(_KINDS), st.dictionaries(st.sampled_from(_KEYS), _JSON))
def test_nonsense_is_told_apart_from_mistakes_of_ours(kind: str | None, more: dict[str, Any]) -> None:
    """Whatever arrives is heard, ignored, or raises one of the errors that stand for an unreadable payload."""
    try:
        heard = hear({"type": kind, **more})
    except (LookupError, TypeError, ValueError, AttributeError):
        return
    assert isinstance(heard, list)


# --- who it is ------------------------------------------------------------------------------------


def test_a_newcomer_is_introduced() -> None:
    """By the name they show, with language and zone; the longest names are cut."""
    user = {
        "locale": "es-ES",
        "tz": "Europe/Madrid",
        "real_name": "Ana María",
        "profile": {"display_name": "", "real_name": "Ana María"},
    }
    ana = introduced(ANA, user)
    assert (ana.name, ana.locale, ana.zone, ana.introduced) == ("Ana María", "es-ES", "Europe/Madrid", True)
    assert introduced(ANA, {"profile": {"display_name": "ana", "real_name": "Ana"}}).name == "ana"
    assert introduced(ANA, {"profile": {"display_name": "x" * 100}}).name == "x" * 64
    bare = introduced(ANA, {})
    assert (bare.name, bare.locale, bare.zone, bare.introduced) == ("", None, None, True)
    assert known(hear(written("hi"))[0].heard).sender.introduced


@pytest.mark.parametrize(
    ("slack", "ours"),
    [
        ("en-US", "en"),
        ("es-ES", "es"),
        ("es-LA", "es"),
        ("zh-CN", "zh_Hans"),
        ("zh-TW", "zh_Hans"),
        ("ar", "ar"),
        ("pt-BR", "en"),
        ("", "en"),
        (None, "en"),
        ("nonsense!", "en"),
    ],
)
def test_slacks_locales_lead_to_ours(slack: str | None, ours: str) -> None:
    """What it says of people is no more than a tag."""
    assert negotiate(slack) == ours
