"""The dashboard as App Home: headings, words, and buttons right below what they are about."""

from __future__ import annotations

from typing import Any

from bots.dialogue.vocabulary import Message, Part, Row, Title
from bots.slack import saying
from bots.slack.saying import Block

MOST_HEADING = 150


def view(message: Message) -> dict[str, Any]:
    """The home tab of a message."""
    made: list[Block] = []
    done = 0
    for at, (row, place) in enumerate(zip(message.rows, _places(message), strict=True)):
        made += _words(message.parts[done:place], first=not made)
        made.append(_row(row, at))
        done = max(done, place)
    made += _words(message.parts[done:], first=not made)
    return {"type": "home", "blocks": made}


def _places(message: Message) -> tuple[int, ...]:
    """After how many parts each row stands; at the end, unless it is said of every row."""
    if len(message.between) == len(message.rows):
        return message.between
    return (len(message.parts),) * len(message.rows)


def _words(parts: tuple[Part, ...], *, first: bool) -> list[Block]:
    """Words, with a line above each heading but the first."""
    made: list[Block] = []
    plain: list[Part] = []
    for part in parts:
        if not isinstance(part, Title):
            plain.append(part)
            continue
        made += saying.words(tuple(plain))
        plain = []
        if made or not first:
            made.append({"type": "divider"})
        made.append({"type": "header", "text": saying.plain(part.words, MOST_HEADING)})
    return [*made, *saying.words(tuple(plain))]


def _row(row: Row, at: int) -> Block:
    return saying.actions(row, at, saying.MOST_LABEL)
