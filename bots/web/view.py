"""An entry of the history as the page gets it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from bots.dialogue.vocabulary import (
    Attachment,
    Button,
    Code,
    Link,
    Note,
    Para,
    Part,
    Quote,
    Title,
    Toast,
)
from bots.web.entries import Own, Pressed, Said
from bots.web.history import Row
from i18n import translator_for

_NAMES: dict[type[Part], str] = {Title: "title", Para: "para", Quote: "quote", Note: "note", Code: "code"}


def view(row: Row, query: str) -> dict[str, Any]:
    """The row for the page; `query` is what its links carry to say whose chat it is."""
    common = {"ref": row.ref, "version": row.version, "at": row.at.isoformat()}
    if isinstance(row.entry, Own):
        return {**common, "mine": True, **_own(row.entry)}
    return {**common, "mine": False, **_said(row.entry, row.ref, query)}


def toast_view(toast: Toast | None) -> dict[str, Any] | None:
    """The short answer to a press."""
    return None if toast is None else {"words": toast.words, "alert": toast.alert}


def _own(own: Own) -> dict[str, Any]:
    file = None if own.file is None else {"name": own.file, "size": own.size}
    return {"client": own.client, "text": own.text, "file": file}


def _said(said: Said, ref: str, query: str) -> dict[str, Any]:
    message = said.message
    return {
        "locale": message.locale.replace("_", "-"),
        "dir": "rtl" if translator_for(message.locale).is_rtl else "ltr",
        "parts": [(_NAMES[type(part)], part.words) for part in message.parts],
        "rows": [[_button(button) for button in row] for row in message.rows],
        "picture": None if message.picture is None else f"/chat/media/{message.picture}",
        "alt": message.alt,
        "file": None if message.attachment is None else _attachment(message.attachment, ref, query),
        "silent": message.silent,
        "before": _labels(said.before),
        "after": _labels(said.after),
        "more": max(0, said.count - len(said.before) - len(said.after)),
    }


def _button(button: Button | Link) -> dict[str, str | None]:
    if isinstance(button, Button):
        return {"label": button.label, "data": button.data}
    # Whatever wrote the address, a press must not run a script.
    safe = urlsplit(button.url).scheme in {"http", "https", "mailto", "tg"}
    return {"label": button.label, "url": button.url if safe else None}


def _attachment(attachment: Attachment, ref: str, query: str) -> dict[str, str]:
    return {"name": attachment.name, "url": f"/chat/file/{ref}{query}"}


def _labels(presses: tuple[Pressed, ...]) -> list[str]:
    return [press.label for press in presses]


def locale_of(row: Row) -> str | None:
    """The language that a message of ours is in."""
    return row.entry.message.locale if isinstance(row.entry, Said) else None


def last_locale(rows: tuple[Row, ...]) -> str | None:
    """The language that the person is spoken to in."""
    spoken = (locale_of(row) for row in reversed(rows))
    return next((locale for locale in spoken if locale is not None), None)
