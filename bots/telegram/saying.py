"""From a message to the arguments of the Bot API: HTML and an inline keyboard."""

from __future__ import annotations

from html import escape
from typing import Any
from urllib.parse import urlsplit

from bots.dialogue.vocabulary import Button, Code, Link, Message, Note, Part, Quote, Title

MOST_DATA = 64
"""Bytes of callback data."""

_TAGS: dict[type[Part], str] = {Title: "b", Quote: "blockquote", Note: "i", Code: "code"}


def html(message: Message) -> str:
    """The words of a message; links that cannot be buttons stand below as text."""
    said = ""
    last: Part | None = None
    for part in message.parts:
        if not part.words.strip():
            continue
        if last is not None:
            said += "\n\n" if isinstance(part, Quote) or isinstance(last, Quote) else "\n"
        said += _part(part)
        last = part
    links = [_spelled_out(link) for row in message.rows for link in row if _is_text(link)]
    return "\n".join([said, *links] if said else links)


def html_without_picture(message: Message) -> str:
    """The words of a message whose picture cannot be shown, with the picture in words."""
    said = html(message)
    if message.picture is None or not message.alt:
        return said
    alt = f"<i>{_escaped(message.alt)}</i>"
    return f"{alt}\n\n{said}" if said else alt


def keyboard(message: Message) -> dict[str, Any] | None:
    """The inline keyboard of a message, if it has buttons.

    Raises:
        ValueError: when a button's data is empty or longer than 64 bytes.
    """
    rows = [[_button(key) for key in row if not _is_text(key)] for row in message.rows]
    rows = [row for row in rows if row]
    return {"inline_keyboard": rows} if rows else None


def _part(part: Part) -> str:
    tag = _TAGS.get(type(part))
    words = _escaped(part.words)
    return f"<{tag}>{words}</{tag}>" if tag else words


def _escaped(words: str) -> str:
    return escape(words, quote=False)


def _button(key: Button | Link) -> dict[str, str]:
    if isinstance(key, Link):
        return {"text": key.label, "url": key.url}
    if not 1 <= len(key.data.encode()) <= MOST_DATA:
        raise ValueError(f"a button's data must have 1 to {MOST_DATA} bytes, not {len(key.data.encode())}")
    return {"text": key.label, "callback_data": key.data}


def _is_text(key: Button | Link) -> bool:
    """Whether Telegram would refuse the key as a button: it takes web links only to hosts with a dot."""
    if isinstance(key, Button):
        return False
    try:
        parts = urlsplit(key.url)
        host = parts.hostname or ""
    except ValueError:
        return True
    if parts.scheme == "tg":
        return False
    return parts.scheme not in {"http", "https"} or "." not in host.strip(".")


def _spelled_out(key: Button | Link) -> str:
    return f"{_escaped(key.label)}: <code>{_escaped(key.url)}</code>" if isinstance(key, Link) else ""
