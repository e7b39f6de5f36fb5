"""From a message to Block Kit: rich text that nothing in it can be mistaken for markup or a mention."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from bots.dialogue.vocabulary import Button, Code, Link, Message, Note, Para, Part, Quote, Row, Title

Block = dict[str, Any]

MOST_BLOCKS = 50
MOST_CHARACTERS = 12_800
"""Of all blocks of a message together; Slack says nowhere how many it takes, but about 13,000."""
MOST_LABEL = 75
LEAST_LABEL = 8
MOST_VALUE = 2000
MOST_ALT = 2000
MOST_CONTEXT = 2000
MOST_TEXT = 3000
"""Of the plain text beside the blocks, which notifications show."""


_HALF = re.compile(r"&[a-z]*\Z")
"""What is left of an escaped letter that was cut through."""


def blocks(message: Message, *, picture: str | None = None) -> list[Block]:
    """The blocks of a message; `picture` is the id of an uploaded file."""
    made: list[Block] = []
    if picture is not None:
        made.append(_image(message, picture))
    elif message.picture is not None and message.alt:
        made.append(_context(message.alt))
    keys = sum(len(row) for row in message.rows)
    alt = 0 if picture is not None or not made else len(made[0]["elements"][0]["text"])
    said, letters = words(message.parts), alt + sum(_weight(part) for part in message.parts)
    if (
        len(made) + len(said) + len(message.rows) > MOST_BLOCKS
        or letters + LEAST_LABEL * keys > MOST_CHARACTERS
    ):  # small print then stands among the rest, where nothing is escaped
        said, letters = list(_words(message.parts, 0)), alt + sum(len(part.words) for part in message.parts)
    most = max(LEAST_LABEL, min(MOST_LABEL, (MOST_CHARACTERS - letters) // (keys or 1)))
    return [*made, *said, *(actions(row, at, most) for at, row in enumerate(message.rows))]


def words(parts: tuple[Part, ...]) -> list[Block]:
    """The blocks of words."""
    return list(_words(parts, MOST_CONTEXT))


def _weight(part: Part) -> int:
    """How many characters a part is to Slack while small print stands apart, as plain text."""
    return len(_decodable(part.words)) if isinstance(part, Note) else len(part.words)


def otherwise(message: Message) -> Message:
    """What is said privately when the place of a message cannot be written to."""
    if message.otherwise is None:
        return replace(message, place=None)
    return Message(parts=(Para(message.otherwise),), locale=message.locale)


def text(message: Message) -> str:
    """The words of a message in one line each, for notifications and readers aloud, safe as mrkdwn."""
    said = "\n".join(part.words for part in message.parts if part.words.strip())
    return _HALF.sub("", escaped(said[:MOST_TEXT])[:MOST_TEXT]) or " "


def escaped(words: str) -> str:
    """Words in which Slack sees no markup: neither a link nor a mention."""
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain(words: str, most: int) -> Block:
    """A text object that is shown as it is, as far as it fits; also here Slack decodes `&amp;`."""
    return {"type": "plain_text", "text": _HALF.sub("", _decodable(words)[:most]), "emoji": False}


def _decodable(words: str) -> str:
    return words.replace("&", "&amp;")


def _words(parts: tuple[Part, ...], most_note: int) -> Iterator[Block]:
    """Everything but small print in one block; small print up to a length has a block of its own kind."""
    elements: list[Block] = []
    for part in parts:
        if not part.words.strip():
            continue
        if isinstance(part, Note) and _weight(part) <= most_note:
            if elements:
                yield {"type": "rich_text", "elements": elements}
                elements = []
            yield _context(part.words)
        else:
            _add(elements, part)
    if elements:
        yield {"type": "rich_text", "elements": elements}


def _add(elements: list[Block], part: Part) -> None:
    """Paragraphs share a section, so that they stand below each other without gaps."""
    match part:
        case Quote():
            elements.append({"type": "rich_text_quote", "elements": [_run(part.words)]})
        case Code():
            elements.append({"type": "rich_text_preformatted", "elements": [_run(part.words)]})
        case _:
            run = _run(part.words, bold=isinstance(part, Title))
            if elements and elements[-1]["type"] == "rich_text_section":
                elements[-1]["elements"] += [_run("\n"), run]
            else:
                elements.append({"type": "rich_text_section", "elements": [run]})


def _run(words: str, *, bold: bool = False) -> Block:
    run: Block = {"type": "text", "text": words}
    if bold:
        run["style"] = {"bold": True}
    return run


def _context(words: str) -> Block:
    return {"type": "context", "elements": [plain(words, MOST_CONTEXT)]}


def _image(message: Message, picture: str) -> Block:
    alt = (message.alt or "").strip() or "picture"
    return {"type": "image", "slack_file": {"id": picture}, "alt_text": alt[:MOST_ALT]}


def actions(row: Row, at: int, most: int) -> Block:
    return {
        "type": "actions",
        "block_id": f"row{at}",
        "elements": [_key(key, column, most) for column, key in enumerate(row)],
    }


def _key(key: Button | Link, column: int, most: int) -> Block:
    label = key.label.strip() or "…"
    made: Block = {"type": "button", "action_id": f"key{column}", "text": plain(label, most)}
    if isinstance(key, Link):
        return made | {"url": key.url}
    if not 1 <= len(key.data) <= MOST_VALUE:
        raise ValueError(f"a button's value must have 1 to {MOST_VALUE} characters")
    return made | {"value": key.data}


# --- the other way: what a person wrote -----------------------------------------------------------

_MARKUP = re.compile(r"<([^<>]*)>")
_AS_TYPED = re.compile(r"\A(?:https?://|mailto:|tel:)")


def unescaped(words: str) -> str:
    """A person's words as they typed them: Slack turns links and mentions into markup."""
    shown = _MARKUP.sub(lambda found: _shown(found[1]), words)
    return shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _shown(markup: str) -> str:
    target, _, label = markup.partition("|")
    if target.startswith("!date^"):
        return label
    if target.startswith(("@", "#", "!")):
        return label if label.startswith(("@", "#")) else target[0].replace("!", "@") + (label or target[1:])
    if not label or _AS_TYPED.sub("", target) == label:  # what Slack itself made a link of
        return label or target
    return target if label in target else f"{label} ({target})"
