"""Interface text and people's text as two types, and how a value is put into a sentence."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import NewType

Phrase = NewType("Phrase", str)
"""Interface text in the reader's language, made only by a Translator."""

Content = NewType("Content", str)
"""What people wrote: task content, labels, names; shown as it is, never translated."""

FSI, LRI, RLI, PDI = "\u2068", "\u2066", "\u2067", "\u2069"
RLM = "\u200f"
_OPENERS = frozenset({FSI, LRI, RLI})
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN", "RLE", "RLO", "RLI", "LRO"})
_LEFT_TO_RIGHT = re.compile(
    rf"(?<![\w/{FSI}{LRI}])(?:/[a-z]+(?: %\(\w+\)s)?|\d{{4}}-\d\d-\d\d|\d\d:\d\d-\d\d:\d\d)"
)
"""Commands, dates and spans of time that a message spells out: they read from left to right everywhere."""
_PLACEHOLDER = re.compile(r"%(?:\(([^)]*)\)s|%)")
_ISOLATED = re.compile(rf"[{FSI}{LRI}{RLI}][^{PDI}]*{PDI}")
_STRONG = frozenset({"L", "R", "AL"})


def N_(message: str) -> str:  # noqa: N802  (the name that extraction tools know)
    """Mark a constant for translation without translating it yet."""
    return message


def reads_right_to_left(text: str) -> bool:
    """Say whether any character of the text could turn the line around it."""
    if text.isascii():
        return False
    return any(unicodedata.bidirectional(character) in _RIGHT_TO_LEFT for character in text)


def isolate(text: str, *, opener: str = FSI) -> str:
    """Wrap each line so that its direction neither leaks out nor is changed from outside."""
    # An isolate ends with its paragraph, so one pair around several lines would protect only the first.
    return "\n".join(_isolated_line(line, opener) if line else line for line in text.split("\n"))


def holds_isolates(text: str) -> bool:
    """Whether a text was put together by us; FSI would skip its parts and guess its direction wrongly."""
    return any(character in _OPENERS for character in text)


def left_to_right(text: str) -> str:
    """Wrap a text that is always read left to right, such as a command."""
    return f"{LRI}{_balanced(text)}{PDI}"


def commands_kept(message: str) -> str:
    """A right-to-left message with the commands and dates that it spells out isolated."""
    return _LEFT_TO_RIGHT.sub(lambda found: left_to_right(found.group()), message)


def turned(message: str) -> str:
    """A right-to-left message with a mark in front where it would be values and signs only.

    Who shows a line guesses its direction from what is outside the isolates; from nothing they guess left to right.
    """
    outside = _ISOLATED.sub("", _PLACEHOLDER.sub("", message))
    if any(unicodedata.bidirectional(character) in _STRONG for character in outside):
        return message
    return RLM + message


def fill(message: str, values: Mapping[str, str]) -> str:
    """Put values into a message's `%(name)s` places (`%%` is a percent sign); KeyError if one is missing."""

    def value(place: re.Match[str]) -> str:
        name = place.group(1)
        return "%" if name is None else values[name]

    return _PLACEHOLDER.sub(value, message)


def plain(name: str) -> str:
    """Reduce a name to what stays the same however it is typed: words without case or accents."""
    kept = []
    for character in unicodedata.normalize("NFKD", name.casefold()):
        category = unicodedata.category(character)
        if category[0] in "LN":
            kept.append(character)
        elif category not in {"Mn", "Cf"} and character not in "'’":
            kept.append(" ")
    return " ".join("".join(kept).split())


def _isolated_line(line: str, opener: str) -> str:
    balanced = _balanced(line)
    return balanced if _is_isolate(balanced) else f"{opener}{balanced}{PDI}"


def _is_isolate(line: str) -> bool:
    """Say whether a balanced line is one isolate from its first character to its last."""
    if line[:1] not in _OPENERS:
        return False
    depth = 0
    for place, character in enumerate(line, start=1):
        depth += (character in _OPENERS) - (character == PDI)
        if depth == 0:
            return place == len(line)
    return False


def _balanced(line: str) -> str:
    """Drop closing marks without an opening and close what is open: no text escapes its wrap."""
    depth = 0
    kept: list[str] = []
    for character in line:
        if character == PDI and depth == 0:
            continue
        depth += (character in _OPENERS) - (character == PDI)
        kept.append(character)
    return "".join(kept) + PDI * depth
