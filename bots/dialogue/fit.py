"""A message that a platform can carry: what does not fit is shortened here, once for all platforms."""

from __future__ import annotations

from dataclasses import replace

from bots.dialogue.vocabulary import Button, Limits, Message, Note, Part, Quote, Row, Toast, Words
from i18n import Content, Phrase, Translator

ROOM = 16  # what a part costs beside its words: markup and line breaks


def fit(message: Message, limits: Limits, t: Translator) -> Message:
    """The message within the platform's limits; a shortened text says so."""
    most = limits.caption if message.picture is not None else limits.text
    parts = _within(message.parts, most, t)
    rows = tuple(_row(row, limits) for row in _spread(message.rows, limits))
    if parts == message.parts and rows == message.rows:
        return message
    return replace(message, parts=parts, rows=rows)


def fit_toast(toast: Toast, limits: Limits) -> Toast:
    """The toast within the platform's limit."""
    return replace(toast, words=Phrase(_cut(toast.words, limits.toast)))


def _within(parts: tuple[Part, ...], most: int, t: Translator) -> tuple[Part, ...]:
    over = sum(len(part.words) + ROOM for part in parts) - most
    if over <= 0:
        return parts
    note = Note(t("Shortened: the whole text does not fit here."))
    over += len(note.words) + ROOM
    kept = list(parts)
    for at in sorted(range(len(kept)), key=lambda at: (isinstance(kept[at], Quote), -len(kept[at].words))):
        words = kept[at].words
        shorter = max(80, len(words) - over)
        if shorter < len(words):
            over -= len(words) - shorter
            kept[at] = replace(kept[at], words=Content(_cut(words, shorter)))
        if over <= 0:
            break
    return (*kept, note)


def _spread(rows: tuple[Row, ...], limits: Limits) -> tuple[Row, ...]:
    narrow = tuple(row[at : at + limits.row] for row in rows for at in range(0, len(row), limits.row))
    return narrow[: limits.rows]


def _row(row: Row, limits: Limits) -> Row:
    return tuple(
        replace(one, label=Content(_cut(one.label, limits.button)))
        if isinstance(one, Button) and len(one.label) > limits.button
        else one
        for one in row
    )


def _cut(words: Words | str, most: int) -> str:
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"
