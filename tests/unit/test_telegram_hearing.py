"""What an update of Telegram says to us, and what it does not."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bots.dialogue.vocabulary import Command, Heard, Press, Sender, Text, Unreachable, Upload
from bots.telegram.hearing import hear

UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # the machine may be busy

ANA = {"id": 1001, "is_bot": False, "first_name": "Ana", "last_name": "Ruiz", "language_code": "es"}
PRIVATE = {"id": 1001, "type": "private", "first_name": "Ana"}
GROUP = {"id": -5, "type": "group", "title": "Friends"}


def message(**content: Any) -> dict[str, Any]:
    """An update with a message of Ana's."""
    body = {"message_id": 7, "from": ANA, "chat": PRIVATE, "date": 1_700_000_000, **content}
    return {"update_id": 55, "message": body}


def press(**more: Any) -> dict[str, Any]:
    """An update with a press of Ana's."""
    card = {"message_id": 9, "chat": PRIVATE, "date": 1_700_000_000}
    query = {"id": "q1", "from": ANA, "message": card, "data": "1:a:z:0:1", **more}
    return {"update_id": 56, "callback_query": query}


def membership(status: str, chat: dict[str, Any] = PRIVATE) -> dict[str, Any]:
    """An update about the bot's membership in a chat."""
    change = {"chat": chat, "from": ANA, "date": 1, "new_chat_member": {"status": status}}
    return {"update_id": 57, "my_chat_member": change}


def said(update: dict[str, Any]) -> Heard | None:
    """What our bot hears of it."""
    return hear(update, bot="42", username="Crowd_Bot")


def what(update: dict[str, Any]) -> object:
    """What was heard, without who and when."""
    heard = said(update)
    return heard.what if heard else None


def test_a_message_tells_who_when_and_under_which_key() -> None:
    """The key names bot and update, the sender carries what Telegram knows."""
    assert said(message(text="hello")) == Heard(
        key="telegram:42:55",
        sender=Sender("telegram", "", "1001", "Ana Ruiz", locale="es"),
        what=Text("hello"),
        sent_at=datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("/task", Command("task")),
        ("/Task", Command("task")),
        ("/start w_abc-1", Command("start", "w_abc-1")),
        ("/start@crowd_bot  hi there ", Command("start", "hi there")),
        ("/start@CROWD_BOT", Command("start")),
        ("/addtasks 5\nfirst\nsecond", Command("addtasks", "5\nfirst\nsecond")),
        ("/task@other_bot", Text("/task@other_bot")),
        ("/", Text("/")),
        ("/привет", Text("/привет")),
        ("/task-1", Text("/task-1")),
        (" /task", Text(" /task")),
        ("24/7", Text("24/7")),
    ],
)
def test_commands_are_told_from_text(text: str, heard: object) -> None:
    """A command begins with a slash and is addressed to us or to nobody."""
    assert what(message(text=text)) == heard


def test_a_press_names_its_button_and_its_card() -> None:
    """Data, the handle by which it is answered, and the message as text."""
    heard = said(press())
    assert heard is not None
    assert (heard.key, heard.what, heard.sent_at) == ("telegram:42:56", Press("1:a:z:0:1", "q1", "9"), None)


def test_a_document_is_an_upload() -> None:
    """With its name, its size and what was written below it."""
    document = {"file_id": "F1", "file_name": "tasks.csv", "file_size": 12}
    assert what(message(document=document, caption="/addtasks 5")) == Upload(
        name="tasks.csv", handle="F1", size=12, caption="/addtasks 5"
    )


def test_a_document_may_be_nameless() -> None:
    """Telegram promises neither name nor size."""
    assert what(message(document={"file_id": "F1"})) == Upload(name="file", handle="F1")


def test_the_largest_photo_is_taken() -> None:
    """Whatever the order of the sizes."""
    sizes = [
        {"file_id": "small", "width": 90, "height": 60, "file_size": 1},
        {"file_id": "large", "width": 900, "height": 600, "file_size": 99},
        {"file_id": "middle", "width": 320, "height": 200, "file_size": 9},
    ]
    assert what(message(photo=sizes)) == Upload(name="photo.jpg", handle="large", size=99)


@pytest.mark.parametrize(
    "content",
    [
        {"sticker": {"file_id": "S"}},
        {"voice": {"file_id": "V"}},
        {"location": {"latitude": 1, "longitude": 2}},
        {"something_new": {}},
    ],
)
def test_other_content_is_an_empty_text(content: dict[str, Any]) -> None:
    """So that the dialogue can say what it expects."""
    assert what(message(**content)) == Text("")


@pytest.mark.parametrize(
    "update",
    [
        message(text="/task", chat=GROUP),
        press(message={"message_id": 9, "chat": GROUP, "date": 1}),
        press(message=None),
        {"update_id": 1, "callback_query": {"id": "q", "from": ANA, "game_short_name": "g"}},
        {"update_id": 1, "edited_message": message(text="/task")["message"]},
        {"update_id": 1, "poll": {}},
        {"update_id": 1},
        message(pinned_message={"message_id": 3}),
        message(write_access_allowed={}),
        membership("member"),
        membership("kicked", GROUP),
    ],
)
def test_what_is_not_for_us(update: dict[str, Any]) -> None:
    """Groups, edits, games, polls and Telegram's own remarks."""
    assert said(update) is None


def test_a_press_on_an_old_card_is_heard() -> None:
    """Telegram then tells no more of the card than its number."""
    assert what(press(message={"message_id": 9, "chat": PRIVATE, "date": 0})) == Press("1:a:z:0:1", "q1", "9")


def test_a_block_is_heard() -> None:
    """The person cannot be reached any more."""
    heard = said(membership("kicked"))
    assert heard is not None
    assert (heard.sender.user_id, heard.what) == ("1001", Unreachable())


@pytest.mark.parametrize(
    ("who", "name"),
    [
        ({"id": 1, "first_name": "Ana"}, "Ana"),
        ({"id": 1, "first_name": "", "username": "ana"}, "ana"),
        ({"id": 1, "first_name": "A" * 64, "last_name": "B" * 64}, "A" * 64),
        ({"id": 1}, ""),
    ],
)
def test_names_are_at_most_64_letters(who: dict[str, Any], name: str) -> None:
    """First and last name, the user name when there is neither."""
    heard = said(message(text="x", **{"from": who}))
    assert heard is not None
    assert heard.sender.name == name
    assert heard.sender.locale is None


_JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=6,
)
_KEYS = st.sampled_from(
    ["message", "callback_query", "my_chat_member", "from", "chat", "id", "type", "data", "date", "photo"]
)


@UNHURRIED
@given(st.dictionaries(_KEYS, st.dictionaries(_KEYS, _JSON) | _JSON))
def test_nonsense_is_nothing(update: dict[str, Any]) -> None:
    """No answer of the server stops the bot."""
    assert said(update) is None


@UNHURRIED
@given(st.text(min_size=1, max_size=40))
def test_any_text_is_kept_or_a_command(text: str) -> None:
    """Nothing a person writes is lost."""
    heard = what(message(text=text))
    assert heard == Text(text) or isinstance(heard, Command)
