"""Rich text: runs of words with a style, in which Slack looks for no markup."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .refusal import Json
from .schema import Check, Sheet, by_type, flag, items, shape, string

_STYLE = shape({}, {"bold": flag, "italic": flag, "strike": flag, "code": flag})
_any_text = string(40_000)


def _words(value: Any, at: str, sheet: Sheet) -> None:
    _any_text(value, at, sheet)
    if isinstance(value, str):
        sheet.characters += len(value)


_RUN: dict[str, Check] = {"text": shape({"text": _words}, {"style": _STYLE}, name="text")}
_runs = items(by_type(_RUN), 1000)
_ELEMENTS: dict[str, Check] = {
    "rich_text_section": shape({"elements": _runs}, {}, name="rich_text_section"),
    "rich_text_quote": shape({"elements": _runs}, {"border": flag}, name="rich_text_quote"),
    "rich_text_preformatted": shape({"elements": _runs}, {"border": flag}, name="rich_text_preformatted"),
}

RICH_TEXT: Check = shape(
    {"elements": items(by_type(_ELEMENTS), 100)}, {"block_id": string(255)}, name="rich_text"
)
"""The block as a whole."""


def lines(block: Json) -> Iterator[str]:
    """What a person reads of it, element by element."""
    for element in block["elements"]:
        yield "".join(run["text"] for run in element["elements"])
