"""A message as JSON and back, for the outbox."""

from __future__ import annotations

import json
from typing import Any

from bots.dialogue.vocabulary import (
    Attachment,
    Button,
    Code,
    Link,
    Message,
    Note,
    Para,
    Part,
    Place,
    Quote,
    Row,
    Title,
)
from i18n import Content

_PARTS: dict[str, type[Title | Para | Quote | Note | Code]] = {
    "t": Title,
    "p": Para,
    "q": Quote,
    "n": Note,
    "c": Code,
}
_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_LETTERS = {kind: letter for letter, kind in _PARTS.items()}


def to_wire(message: Message) -> bytes:
    """The message as compact JSON."""
    wire: dict[str, Any] = {"p": [(_LETTERS[type(part)], part.words) for part in message.parts]}
    if message.rows:
        wire["r"] = [
            [(b.label, b.data, 0) if isinstance(b, Button) else (b.label, b.url, 1) for b in row]
            for row in message.rows
        ]
    said = (
        ("i", message.picture),
        ("a", message.alt),
        ("s", message.slot),
        ("o", message.otherwise),
        ("b", message.below),
    )
    wire |= {key: value for key, value in said if value is not None}
    if message.attachment is not None:
        wire["f"] = (message.attachment.path, message.attachment.name)
    if message.silent:
        wire["q"] = 1
    if message.between:
        wire["k"] = message.between
    if message.place is not None:
        wire["w"] = (message.place.kind, message.place.ref)
    wire["l"] = message.locale
    return _COMPACT.encode(wire).encode("utf-8", "replace")  # half a surrogate pair stops no message


def from_wire(payload: bytes) -> Message:
    """The message that `to_wire` wrote."""
    wire = json.loads(payload)
    attachment, place = wire.get("f"), wire.get("w")
    return Message(
        parts=tuple(_part(letter, words) for letter, words in wire["p"]),
        rows=tuple(_row(row) for row in wire.get("r", ())),
        picture=wire.get("i"),
        alt=wire.get("a"),
        attachment=Attachment(*attachment) if attachment else None,
        slot=wire.get("s"),
        locale=wire["l"],
        silent=bool(wire.get("q")),
        place=Place(*place) if place else None,
        otherwise=wire.get("o"),
        below=wire.get("b"),
        between=tuple(wire.get("k", ())),
    )


def _part(letter: str, words: str) -> Part:
    return _PARTS[letter](Content(words))


def _row(row: list[tuple[str, str, int]]) -> Row:
    return tuple(
        Link(Content(label), target) if is_link else Button(Content(label), target)
        for label, target, is_link in row
    )
