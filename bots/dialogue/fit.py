"""What a platform can carry, in its manner: what does not fit is shortened here, once for all platforms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from bots.dialogue.routes import routes
from bots.dialogue.vocabulary import (
    Answer,
    Button,
    Limits,
    Link,
    Message,
    Note,
    Part,
    Quote,
    Row,
    Toast,
    Words,
    Wrong,
)
from i18n import Content, Phrase, Translator

ROOM = 16  # what a part costs beside its words: markup and line breaks


def fit(message: Message, limits: Limits, t: Translator) -> Message:
    """The message within the platform's limits; a shortened text says so."""
    most = limits.caption if message.picture is not None else limits.text
    spelled_out = sum(len(one.label) + len(one.url) + ROOM for one in _links(message))
    parts = _within(tuple(_in_manner(part, limits) for part in message.parts), most - spelled_out, t)
    rows = tuple(_row(row, limits) for row in _spread(message.rows, limits))
    if parts == message.parts and rows == message.rows:
        return message
    return replace(message, parts=parts, rows=rows)


def _links(message: Message) -> Iterator[Link]:
    """Links: one that cannot be a button there is said in words."""
    return (one for row in message.rows for one in row if isinstance(one, Link))


def fit_answer(answer: Answer, limits: Limits) -> Answer:
    """A toast within the platform's limit; the faults of a form in its manner."""
    match answer:
        case Toast():
            return replace(answer, words=Phrase(_cut(spell(answer.words, limits), limits.toast)))
        case Wrong():
            return Wrong({name: Content(spell(words, limits)) for name, words in answer.errors.items()})
        case _:
            return answer


def spell(words: Words, limits: Limits) -> str:
    """Our words with commands as they are typed there."""
    return words if limits.commands == "/" else _commands().sub(limits.commands, words)


@cache
def _commands() -> re.Pattern[str]:
    names = "|".join(sorted(routes().commands))
    return re.compile(rf"(?<![\w/])/(?=(?:{names})\b)")


def _in_manner(part: Part, limits: Limits) -> Part:
    if limits.commands == "/" or isinstance(part, Quote):  # what is to be judged stays as it is
        return part
    spelled = spell(part.words, limits)
    return part if spelled == part.words else replace(part, words=Content(spelled))


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
    shown: list[Row] = []
    left = limits.buttons
    for row in narrow[: limits.rows]:
        if left > 0:
            shown.append(row[:left])
            left -= len(row)
    return tuple(shown)


def _row(row: Row, limits: Limits) -> Row:
    return tuple(
        replace(one, label=Content(_cut(one.label, limits.button)))
        if isinstance(one, Button) and len(one.label) > limits.button
        else one
        for one in row
    )


def _cut(words: Words | str, most: int) -> str:
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"
