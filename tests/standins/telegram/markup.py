"""Keyboards: what Telegram accepts below a message, and how a test sees the buttons."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from .links import WrongLink, checked_link
from .refusal import Refusal, bad_request

MOST_BUTTONS = 100
MOST_IN_A_ROW = 8
MOST_DATA_BYTES = 64
_ACTIONS = ("callback_data", "url", "web_app", "copy_text")
_STYLE = {"text", "style", "icon_custom_emoji_id"}


@dataclass(frozen=True, slots=True)
class Button:
    """One inline button: what it says and what a tap does."""

    text: str
    data: str | None = None
    url: str | None = None
    copies: str | None = None
    raw: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)


Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Markup:
    """A reply markup: an inline keyboard (`rows`), or a keyboard that belongs to the chat."""

    rows: Rows = ()
    belongs_to_chat: bool = False

    def json(self) -> dict[str, Any]:
        """The inline keyboard as an InlineKeyboardMarkup object."""
        return {"inline_keyboard": [[button.raw for button in row] for row in self.rows]}


def read_markup(value: Any, *, inline_only: bool = False) -> Markup | None:
    """The markup of a call, checked; None when there is none or it is empty."""
    if isinstance(value, str):
        if not value:
            return None
        try:
            value = json.loads(value)
        except ValueError:
            raise bad_request("can't parse reply keyboard markup JSON object") from None
    if value is None:
        return None
    if not isinstance(value, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" in value:
        rows = _rows(value["inline_keyboard"], name="inline_keyboard")
        return _inline(rows)
    if inline_only:
        raise bad_request("inline keyboard expected")
    if "keyboard" in value:
        _check_chat_keyboard(_rows(value["keyboard"], name="keyboard"))
        return Markup(belongs_to_chat=True)
    if value.get("remove_keyboard") is True or value.get("force_reply") is True:
        return Markup(belongs_to_chat=True)
    raise bad_request("object expected as reply markup")


def _rows(value: Any, *, name: str) -> list[list[Any]]:
    if not isinstance(value, list):
        raise bad_request(f'field "{name}" of the reply markup must be an Array')
    if not all(isinstance(row, list) for row in value):
        raise bad_request(f'field "{name}" of the reply markup must be an Array of Arrays')
    return value


def _inline(rows: list[list[Any]]) -> Markup | None:
    read = tuple(tuple(_button(button) for button in row) for row in rows if row)
    # The real server drops or refuses what is too many, depending on its version; neither shows a button.
    if sum(map(len, read)) > MOST_BUTTONS or any(len(row) > MOST_IN_A_ROW for row in read):
        raise bad_request("reply markup is too long")
    return Markup(read) if read else None


def _unparsable(why: str) -> Refusal:
    return bad_request(f"can't parse inline keyboard button: {why}")


def _button(value: Any) -> Button:
    if not isinstance(value, dict):
        raise _unparsable("InlineKeyboardButton must be an Object")
    if "text" not in value:
        raise _unparsable('Can\'t find field "text"')
    text = value["text"]
    if not isinstance(text, str):
        raise _unparsable('Field "text" must be of type String')
    if not text.strip():
        raise bad_request("inline keyboard button text must be non-empty")
    actions = [name for name in _ACTIONS if value.get(name)]
    unknown = set(value) - set(_ACTIONS) - _STYLE
    if unknown:
        raise _unparsable(f"the stand-in does not know {', '.join(sorted(unknown))}")
    if not actions:
        raise _unparsable("Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise _unparsable("exactly one optional field must be used")
    return _acting(value, text, actions[0])


def _acting(value: dict[str, Any], text: str, action: str) -> Button:
    given = value[action]
    if action == "copy_text":
        copies = given.get("text") if isinstance(given, dict) else None
        if not isinstance(copies, str) or not 1 <= len(copies) <= 256:
            raise bad_request("BUTTON_COPY_TEXT_INVALID")
        return Button(text, copies=copies, raw=value)
    if action == "callback_data":
        if not isinstance(given, str) or len(given.encode()) > MOST_DATA_BYTES:
            raise bad_request("BUTTON_DATA_INVALID")
        return Button(text, data=given, raw=value)
    app = action == "web_app"
    url = given.get("url") if app and isinstance(given, dict) else given
    if not isinstance(url, str):
        raise _unparsable(f'Field "{action}" has the wrong type')
    try:
        link = checked_link(url, secure=app)
    except WrongLink as wrong:
        raise bad_request(f"inline keyboard button {'Web App ' if app else ''}{wrong}") from None
    return Button(text, url=link, raw=value)


def _check_chat_keyboard(rows: list[list[Any]]) -> None:
    buttons = [button for row in rows for button in row]
    if not buttons:
        raise bad_request("reply markup must have at least one button")
    if len(buttons) > 300 or any(len(row) > 12 for row in rows):
        raise bad_request("reply markup is too long")
    for button in buttons:
        text = button.get("text") if isinstance(button, dict) else button
        if not isinstance(text, str) or not text.strip():
            raise bad_request("keyboard button text must be non-empty")
