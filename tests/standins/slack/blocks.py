"""Block Kit as strict as Slack: what a message and a view may consist of."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from . import elements
from .mrkdwn import pings, stray
from .refusal import Json, Refusal, invalid_arguments, invalid_blocks
from .rich_text import RICH_TEXT
from .schema import Check, Sheet, by_type, distinct, flag, items, one_of, shape, string, text

MOST_IN_MESSAGE = 50
MOST_IN_VIEW = 100
MOST_CHARACTERS = 13_000
MOST_VIEW_BYTES = 250_000

KnowsFile = Callable[[Json], bool]
_ID: dict[str, Check] = {"block_id": string(255)}


def _says_something(value: Json, at: str, sheet: Sheet) -> None:
    if "text" not in value and "fields" not in value:
        sheet.wrong("missing required field: text", at)


def _distinct_actions(value: Json, at: str, sheet: Sheet) -> None:
    ids = [one["action_id"] for one in value["elements"] if "action_id" in one]
    distinct(ids, "action_id", at, sheet)


_BOTH: dict[str, Check] = {
    "section": shape(
        {},
        {
            **_ID,
            "text": text(3000, "mrkdwn", "plain_text"),
            "fields": items(text(2000, "mrkdwn", "plain_text"), 10),
            "accessory": elements.as_accessory,
            "expand": flag,
        },
        _says_something,
        name="section",
    ),
    "rich_text": RICH_TEXT,
    "divider": shape({}, _ID, name="divider"),
    "header": shape({"text": text(150, "plain_text")}, _ID, name="header"),
    "context": shape({"elements": items(elements.in_context, 10)}, _ID, name="context"),
    "actions": shape({"elements": items(elements.in_actions, 25)}, _ID, _distinct_actions, name="actions"),
    "image": shape(
        {"alt_text": string(2000)},
        {**_ID, **elements.PICTURE_PARTS, "title": text(2000, "plain_text")},
        elements.picture_of_one_source,
        name="image",
    ),
}
_INPUT = shape(
    {"label": text(2000, "plain_text"), "element": elements.in_input},
    {**_ID, "hint": text(2000, "plain_text"), "optional": flag, "dispatch_action": flag},
    name="input",
)

_message = items(by_type(_BOTH), MOST_IN_MESSAGE, least=0)
_view_blocks = items(by_type({**_BOTH, "input": _INPUT}), MOST_IN_VIEW, least=0)

_COMMON: dict[str, Check] = {
    "private_metadata": string(3000, least=0),
    "callback_id": string(255),
    "external_id": string(255),
}


def _submittable(view: Json, at: str, sheet: Sheet) -> None:
    if "submit" not in view and any(block["type"] == "input" for block in view["blocks"]):
        sheet.wrong("`submit` is required when an `input` block is present", f"{at}/submit")


def _one_focus(view: Json, at: str, sheet: Sheet) -> None:
    focused = [block for block in view["blocks"] if block.get("element", {}).get("focus_on_load")]
    if len(focused) > 1:
        sheet.wrong("only one element may have focus_on_load", f"{at}/blocks")


_VIEWS = {
    "modal": shape(
        {"title": text(24, "plain_text"), "blocks": _view_blocks},
        {
            **_COMMON,
            "submit": text(24, "plain_text"),
            "close": text(24, "plain_text"),
            "clear_on_close": flag,
            "notify_on_close": flag,
            "submit_disabled": flag,
        },
        _submittable,
        _one_focus,
        name="modal",
    ),
    "home": shape({"blocks": _view_blocks}, _COMMON, name="home"),
}
_type = one_of("modal", "home")


class Checked:
    """Blocks that Slack takes, every one with its ids, and what their text would do."""

    __slots__ = ("blocks", "pings", "stray")

    def __init__(self, blocks: list[Json], marked: list[str]) -> None:
        self.blocks = tuple(blocks)
        self.pings = [ping for one in marked for ping in pings(one)]
        self.stray = [found for one in marked if (found := stray(one)) is not None]


def check_message(blocks: Any, knows_file: KnowsFile) -> Checked:
    """The blocks of a message; raises Refusal as Slack does."""
    sheet = Sheet(knows_file)
    _message(blocks, "/blocks", sheet)
    if not sheet.errors:
        _distinct_blocks(blocks, "/blocks", sheet)
    if sheet.errors:
        raise invalid_blocks(sheet.errors)
    if sheet.characters > MOST_CHARACTERS:
        raise Refusal("msg_blocks_too_long", blame=True)
    return Checked(_with_ids(blocks), sheet.marked)


def check_view(view: Any, kind: str, knows_file: KnowsFile) -> Checked:
    """The blocks of a modal or a home tab, and all the rest of it; raises Refusal as Slack does."""
    sheet = Sheet(knows_file)
    found = view.get("type") if isinstance(view, dict) else None
    if found != kind:
        sheet.wrong(f"must be one of: {kind}", "/view/type")
        _type(found, "/view/type", sheet)
    else:
        _VIEWS[kind](view, "/view", sheet)
    if not sheet.errors:
        _distinct_blocks(view["blocks"], "/view/blocks", sheet)
    if sheet.errors:
        raise invalid_arguments(*sheet.errors)
    if len(json.dumps(view, ensure_ascii=False).encode()) > MOST_VIEW_BYTES:
        raise Refusal("view_too_large", blame=True)
    return Checked(_with_ids(view["blocks"]), sheet.marked)


def _distinct_blocks(blocks: list[Json], at: str, sheet: Sheet) -> None:
    distinct([block["block_id"] for block in blocks if "block_id" in block], "block_id", at, sheet)


def _with_ids(blocks: list[Json]) -> list[Json]:
    taken = {block.get("block_id") for block in blocks}
    done = []
    for number, block in enumerate(blocks):
        whole = dict(block)
        if "block_id" not in whole:
            whole["block_id"] = next(name for at in range(1000) if (name := f"b{number}.{at}") not in taken)
        if whole["type"] == "actions":
            whole["elements"] = [_with_action_id(one, at) for at, one in enumerate(whole["elements"])]
        for key in ("accessory", "element"):
            if key in whole and whole[key]["type"] != "image":
                whole[key] = _with_action_id(whole[key], 0)
        done.append(whole)
    return done


def _with_action_id(element: Json, at: int) -> Json:
    return element if "action_id" in element else {**element, "action_id": f"made{at}"}
