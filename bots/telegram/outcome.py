"""What a refusal of the Bot API means for the one who sends."""

from __future__ import annotations

from telegram.error import BadRequest, ChatMigrated, Forbidden, TelegramError

from bots.platform import Blocked, Impossible, NotSent, TryLater
from bots.telegram.request import Flooded

_BLOCKED = (
    "chat not found",
    "user is deactivated",
    "bot was blocked",
    "can't initiate conversation",
    "peer_id_invalid",
    "user not found",
)
_GONE = (
    "message to edit not found",
    "message can't be edited",
    "message_id_invalid",
    "in the message to edit",  # "there is no text": what stands there is of another kind
)
_STALE = (
    "wrong file identifier",
    "wrong remote file",
    "wrong file_id",
    "file_reference_",
    "can't use file of type",
)


def outcome(error: TelegramError) -> TryLater | NotSent | Blocked | Impossible:
    """The platform's word for an error of python-telegram-bot, whose texts differ in case from Telegram's."""
    said = str(error).lower()
    if isinstance(error, Flooded):
        return TryLater(error.seconds)
    if isinstance(error, Forbidden):
        return Blocked(said)
    if isinstance(error, BadRequest):  # it is a NetworkError to the library, and final to us
        if any(words in said for words in _BLOCKED):
            return Blocked(said)
        return Impossible(said, gone=any(words in said for words in _GONE))
    if isinstance(error, ChatMigrated) or "request entity too large" in said:
        return Impossible(said)
    return NotSent(said)


def changed_nothing(error: TelegramError) -> bool:
    """Whether an edit was refused because everything stands there already."""
    return isinstance(error, BadRequest) and "message is not modified" in str(error).lower()


def stale_file(error: TelegramError) -> bool:
    """Whether Telegram no longer knows the file id it was given."""
    return isinstance(error, BadRequest) and any(words in str(error).lower() for words in _STALE)
