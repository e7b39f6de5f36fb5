"""From an update of the Bot API to what was heard."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import structlog

from bots.dialogue.vocabulary import Command, Heard, Press, Sender, Text, Unreachable, Upload

NAME = "telegram"
WANTED = ("message", "callback_query", "my_chat_member")
"""The kinds of update to ask for; edited messages are not among them."""

Raw = Mapping[str, Any]
_What = Text | Command | Press | Upload | Unreachable

_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]+))?(?:\s+(.*))?", re.DOTALL)
_LONGEST_NAME = 64
_NOBODY_SAID_IT = frozenset(  # what Telegram itself writes into a private chat
    {
        *("pinned_message", "message_auto_delete_timer_changed", "chat_background_set", "boost_added"),
        *("write_access_allowed", "proximity_alert_triggered", "users_shared", "chat_shared"),
        *("successful_payment", "refunded_payment", "passport_data", "web_app_data", "connected_website"),
    }
)

_log = structlog.get_logger(__name__)


def hear(update: Raw, *, bot: str, username: str) -> Heard | None:
    """What an update says, None when it is nothing for us: groups, edited messages, service messages.

    A plain dict is read: building python-telegram-bot's Update first costs about fifty times as much.
    """
    try:
        return _hear(update, bot, username)
    except (LookupError, TypeError, AttributeError, ValueError, ArithmeticError, OSError) as error:
        _log.warning("unreadable update", update=update.get("update_id"), trouble=type(error).__name__)
        return None


def _hear(update: Raw, bot: str, username: str) -> Heard | None:
    sent_at = None
    what: _What | None
    if (press := update.get("callback_query")) is not None:
        who, what = press["from"], _press(press)
    elif (message := update.get("message")) is not None:
        if message["chat"]["type"] != "private":
            return None
        who, what = message["from"], _said(message, username)
        sent_at = datetime.fromtimestamp(message["date"], UTC)
    elif (change := update.get("my_chat_member")) is not None:
        gone = change["new_chat_member"]["status"] == "kicked" and change["chat"]["type"] == "private"
        who, what = change["from"], Unreachable() if gone else None
    else:
        return None
    if what is None:
        return None
    return Heard(f"{NAME}:{bot}:{update['update_id']}", _sender(who), what, sent_at)


def _sender(who: Raw) -> Sender:
    name = f"{who.get('first_name', '')} {who.get('last_name', '')}".strip() or who.get("username", "")
    return Sender(
        platform=NAME,
        workspace="",
        user_id=str(who["id"]),
        name=name[:_LONGEST_NAME],
        locale=who.get("language_code"),
    )


def _press(press: Raw) -> Press | None:
    message = press.get("message")
    if message is None or message["chat"]["type"] != "private" or "data" not in press:
        return None
    return Press(press["data"], press["id"], str(message["message_id"]))


def _said(message: Raw, username: str) -> _What | None:
    text = message.get("text")
    if text is not None:
        return _command(text, username) or Text(text)
    if (document := message.get("document")) is not None:
        return _upload(document, document.get("file_name") or "file", message)
    if photos := message.get("photo"):
        return _upload(max(photos, key=lambda size: size["width"] * size["height"]), "photo.jpg", message)
    if not _NOBODY_SAID_IT.isdisjoint(message):
        return None
    return Text("")


def _command(text: str, username: str) -> Command | None:
    if not text.startswith("/") or (found := _COMMAND.fullmatch(text)) is None:
        return None
    name, addressed, args = found.groups()
    if addressed is not None and addressed.lower() != username.lower():
        return None
    return Command(name.lower(), (args or "").strip())


def _upload(file: Raw, name: str, message: Raw) -> Upload:
    return Upload(
        name=name, handle=file["file_id"], size=file.get("file_size"), caption=message.get("caption", "")
    )
