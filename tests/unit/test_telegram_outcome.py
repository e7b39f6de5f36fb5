"""What each refusal of the Bot API means to the courier."""

from __future__ import annotations

import pytest
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    TelegramError,
    TimedOut,
)

from bots.platform import Blocked, Impossible, NotSent, TryLater
from bots.telegram.outcome import changed_nothing, outcome, stale_file
from bots.telegram.request import Flooded


@pytest.mark.parametrize(
    ("error", "means"),
    [
        (Forbidden("Forbidden: bot was blocked by the user"), Blocked),
        (Forbidden("Forbidden: user is deactivated"), Blocked),
        (BadRequest("Bad Request: chat not found"), Blocked),
        (BadRequest("Bad Request: PEER_ID_INVALID"), Blocked),
        (BadRequest("Bad Request: can't parse entities: x at byte offset 3"), Impossible),
        (BadRequest("Bad Request: BUTTON_DATA_INVALID"), Impossible),
        (BadRequest("Bad Request: message is too long"), Impossible),
        (ChatMigrated(-100), Impossible),
        (NetworkError("Request Entity Too Large"), Impossible),
        (TimedOut(), NotSent),
        (NetworkError("Bad Gateway (502)"), NotSent),
        (TelegramError("Invalid server response"), NotSent),
        (InvalidToken("Unauthorized"), NotSent),
        (Conflict("Conflict: terminated"), NotSent),
    ],
    ids=str,
)
def test_errors_are_told_in_the_words_of_a_platform(error: TelegramError, means: type[Exception]) -> None:
    """Final, to be repeated, or unknown."""
    assert type(outcome(error)) is means


def test_a_flood_says_how_long() -> None:
    """429 is no failure but a time to wait."""
    told = outcome(Flooded(7))
    assert isinstance(told, TryLater)
    assert told.seconds == 7


@pytest.mark.parametrize(
    ("said", "gone"),
    [
        ("message to edit not found", True),
        ("message can't be edited", True),
        ("MESSAGE_ID_INVALID", True),
        ("there is no text in the message to edit", True),
        ("there is no caption in the message to edit", True),
        ("message is too long", False),
    ],
)
def test_a_message_that_cannot_be_edited_is_gone(said: str, gone: bool) -> None:
    """The courier then posts a new one."""
    told = outcome(BadRequest(f"Bad Request: {said}"))
    assert isinstance(told, Impossible)
    assert told.gone is gone


def test_an_edit_that_changes_nothing_is_known() -> None:
    """The library writes Telegram's words with a capital letter."""
    assert changed_nothing(BadRequest("Bad Request: message is not modified: specified new message"))
    assert not changed_nothing(BadRequest("Bad Request: message to edit not found"))
    assert not changed_nothing(NetworkError("message is not modified"))


@pytest.mark.parametrize(
    "said", ["wrong file identifier/HTTP URL specified", "FILE_REFERENCE_EXPIRED", "can't use file of type X"]
)
def test_a_stale_file_is_known(said: str) -> None:
    """The picture is then uploaded again."""
    assert stale_file(BadRequest(f"Bad Request: {said}"))
    assert not stale_file(TelegramError(said))
    assert not stale_file(BadRequest("Bad Request: message to edit not found"))
