"""Formatted text as Telegram counts it: HTML in, plain text and entities with UTF-16 offsets out."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from html import escape
from typing import Any

from .links import accepted_link
from .refusal import Refusal, bad_request

TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}
RAW_LIMIT = 32 * 1024

# Telegram calls a text empty that shows nothing, although these are not all white space.
_INVISIBLE = (
    " \t\n\v\f\r\0\u00a0\u1680\u180e\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u200b\u200c\u200d\u200e\u200f\u202e\u202f\u205f\u2800\u3000\ufffc"
)
_MARK = re.compile(r"[<&]")
_CHARACTER = re.compile(r"&(?:#x([0-9a-f]{1,8})|#([0-9]{1,9})|(lt|gt|amp|quot)(?![a-z]));?", re.IGNORECASE)
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_NAME = re.compile(r"[^\s>]*")
_ATTRIBUTE = re.compile(r"[^\s=>]*")
_TOKEN = re.compile(r"[A-Za-z0-9.\-]*")
_SPACE = re.compile(r"\s*")


@dataclass(frozen=True, slots=True)
class Entity:
    """One formatted stretch; offset and length count UTF-16 code units."""

    type: str
    offset: int
    length: int
    url: str | None = None
    language: str | None = None
    custom_emoji_id: str | None = None

    def json(self) -> dict[str, Any]:
        """The entity as a MessageEntity object."""
        body: dict[str, Any] = {"type": self.type, "offset": self.offset, "length": self.length}
        for name in ("url", "language", "custom_emoji_id"):
            if (value := getattr(self, name)) is not None:
                body[name] = value
        return body


@dataclass(frozen=True, slots=True)
class Formatted:
    """What a person reads (`text`), how it is set (`entities`), and how the bot wrote it (`html`)."""

    text: str
    entities: tuple[Entity, ...] = ()
    html: str = ""


@dataclass(frozen=True, slots=True)
class _OpenTag:
    name: str
    argument: str
    offset: int


def utf16(text: str) -> int:
    """The length of a text in UTF-16 code units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def shows_nothing(text: str) -> bool:
    """Whether Telegram would call this text empty."""
    return not text.strip(_INVISIBLE)


def formatted(source: str, parse_mode: str) -> Formatted:
    """A text of a call as Telegram keeps it: parsed, then trimmed."""
    if len(source) > RAW_LIMIT // 4 and len(source.encode()) > RAW_LIMIT:
        raise bad_request("text is too long")
    source = source.replace("\r", "")
    mode = parse_mode.lower()
    if mode == "html":
        text, entities = parse_html(source)
        return _trimmed(text, entities, source)
    if mode not in ("", "none"):
        # The product writes HTML only, and python-telegram-bot writes MarkdownV2 that Telegram refuses.
        raise bad_request("unsupported parse_mode")
    return _trimmed(source, [], escape(source, quote=False))


def _trimmed(text: str, entities: list[Entity], html: str) -> Formatted:
    kept = text.rstrip()
    lead = len(kept) - len(kept.lstrip())
    kept = kept[lead:]
    if not entities:
        return Formatted(kept, (), html.strip())
    end = utf16(kept)
    moved = []
    for entity in entities:
        first = max(entity.offset - lead, 0)
        last = min(entity.offset - lead + entity.length, end)
        if last > first:
            moved.append(replace(entity, offset=first, length=last - first))
    moved.sort(key=lambda entity: (entity.offset, -entity.length, entity.type))
    return Formatted(kept, tuple(moved), html.strip())


def parse_html(source: str) -> tuple[str, list[Entity]]:
    """The text and entities of Telegram's HTML; raises what the real parser says, with byte offsets."""
    entities: list[Entity] = []
    if "<" not in source and "&" not in source:
        return source, entities
    pieces: list[str] = []
    stack: list[_OpenTag] = []
    position = length = 0
    while mark := _MARK.search(source, position):
        start = mark.start()
        if start > position:
            pieces.append(source[position:start])
            length += utf16(pieces[-1])
        if source[start] == "&":
            piece, position = _character(source, start)
            pieces.append(piece)
            length += utf16(piece)
        elif source.startswith("</", start):
            tag, position = _closed(source, start, stack)
            if length > tag.offset:
                _add(entities, tag, length, "".join(pieces))
        else:
            name, argument, position = _opened(source, start)
            stack.append(_OpenTag(name, argument, length))
    if stack:
        raise _unparsable(f'Can\'t find end tag corresponding to start tag "{stack[-1].name}"')
    pieces.append(source[position:])
    return "".join(pieces), entities


def _unparsable(why: str) -> Refusal:
    return bad_request(f"can't parse entities: {why}")


def _byte(source: str, index: int) -> int:
    return len(source[:index].encode())


def _character(source: str, start: int) -> tuple[str, int]:
    found = _CHARACTER.match(source, start)
    if found is None:
        return "&", start + 1
    if found[3]:
        return _NAMED[found[3].lower()], found.end()
    code = int(found[1], 16) if found[1] else int(found[2])
    if 0xD800 <= code <= 0xDFFF:
        raise _unparsable(
            "Text contains invalid Unicode characters after decoding HTML entities, "
            "check for unmatched surrogate code units"
        )
    if not 0 < code <= 0x10FFFF:
        return "&", start + 1
    return chr(code), found.end()


def _decoded(value: str) -> str:
    return _CHARACTER.sub(lambda found: _character(found[0], 0)[0], value)


def _closed(source: str, start: int, stack: list[_OpenTag]) -> tuple[_OpenTag, int]:
    if not stack:
        raise _unparsable(f"Unexpected end tag at byte offset {_byte(source, start)}")
    name = _NAME.match(source, start + 2)
    assert name is not None  # the pattern matches nothing, too
    after = _skip(source, name.end())
    if source[after : after + 1] != ">":
        raise _unparsable(f"Unclosed end tag at byte offset {_byte(source, start)}")
    tag = stack.pop()
    found = name[0].lower()
    if found and found != tag.name:
        raise _unparsable(
            f"Unmatched end tag at byte offset {_byte(source, start)}, "
            f'expected "</{tag.name}>", found "</{found}>"'
        )
    return tag, after + 1


def _skip(source: str, index: int) -> int:
    space = _SPACE.match(source, index)
    return space.end() if space else index


def _opened(source: str, start: int) -> tuple[str, str, int]:
    found = _NAME.match(source, start + 1)
    assert found is not None  # the pattern matches nothing, too
    if found.end() == len(source):
        raise _unparsable(f"Unclosed start tag at byte offset {_byte(source, start)}")
    name = found[0].lower()
    if name not in TAGS:
        raise _unparsable(f'Unsupported start tag "{name}" at byte offset {_byte(source, start)}')
    attributes, after = _attributes(source, found.end(), name=name, start=start)
    if name == "span" and attributes.get("class") != "tg-spoiler":
        raise _unparsable(f'Tag "span" must have class "tg-spoiler" at byte offset {_byte(source, start)}')
    if name == "tg-emoji" and not attributes.get("emoji-id", "").isdigit():
        raise _unparsable("Invalid custom emoji identifier specified")
    argument = {
        "a": attributes.get("href", ""),
        "code": attributes.get("class", "").removeprefix("language-"),
        "tg-emoji": attributes.get("emoji-id", ""),
        "blockquote": "expandable" if "expandable" in attributes else "",
    }
    return name, argument.get(name, ""), after


def _attributes(source: str, index: int, *, name: str, start: int) -> tuple[dict[str, str], int]:
    found: dict[str, str] = {}
    while True:
        index = _skip(source, index)
        if index >= len(source):
            raise _unparsable(f'Unclosed start tag "{name}" at byte offset {_byte(source, start)}')
        if source[index] == ">":
            return found, index + 1
        key = _ATTRIBUTE.match(source, index)
        if key is None or not key[0]:
            raise _unparsable(
                f'Empty attribute name in the tag "{name}" at byte offset {_byte(source, start)}'
            )
        index = _skip(source, key.end())
        if source[index : index + 1] != "=":
            if name == "blockquote" and key[0].lower() == "expandable":
                found["expandable"] = ""
                continue
            raise _unparsable(
                f'Expected equal sign in declaration of an attribute of the tag "{name}" '
                f"at byte offset {_byte(source, start)}"
            )
        index = _skip(source, index + 1)
        found[key[0].lower()], index = _value(source, index, name=name, start=start)


def _value(source: str, index: int, *, name: str, start: int) -> tuple[str, int]:
    quote = source[index : index + 1]
    if not quote:
        raise _unparsable(f'Unclosed start tag "{name}" at byte offset {_byte(source, start)}')
    if quote in "\"'":
        end = source.find(quote, index + 1)
        if end < 0:
            raise _unparsable(f"Unclosed start tag at byte offset {_byte(source, start)}")
        return _decoded(source[index + 1 : end]), end + 1
    token = _TOKEN.match(source, index)
    assert token is not None  # the pattern matches nothing, too
    if token.end() >= len(source) or not (source[token.end()].isspace() or source[token.end()] == ">"):
        raise _unparsable(f"Unexpected end of name token at byte offset {_byte(source, index)}")
    return token[0].lower(), token.end()


def _add(entities: list[Entity], tag: _OpenTag, end: int, text: str) -> None:
    kind, size = TAGS[tag.name], end - tag.offset
    if tag.name == "a":
        shown = text.encode("utf-16-le")[tag.offset * 2 :].decode("utf-16-le")
        # As the real server does, a link that leads nowhere is quietly left out.
        if url := accepted_link(tag.argument or shown):
            entities.append(Entity(kind, tag.offset, size, url=url))
        return
    if tag.name == "pre" and entities and entities[-1].type == "code" and entities[-1].length == size:
        entities[-1] = replace(entities[-1], type="pre")
        return
    if tag.name == "blockquote" and tag.argument:
        kind = "expandable_blockquote"
    language = tag.argument if tag.name == "code" and tag.argument else None
    emoji = tag.argument if tag.name == "tg-emoji" else None
    entities.append(Entity(kind, tag.offset, size, language=language, custom_emoji_id=emoji))
