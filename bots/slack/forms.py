"""Forms as Slack's modals, what was filled in, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bots.dialogue.vocabulary import Choice, Field, Form, Wrong
from bots.slack.saying import Block, plain

_MOST_TITLE = 24
_MOST_LABEL = 2000
_MOST_HINT = 2000
_MOST_CHOICE = 75
_MOST_CHOICES = 100
_MOST_INPUT = 3000
_ACTION = "value"


def view(form: Form) -> dict[str, Any]:
    """The modal of a form; its data travels in the private metadata."""
    blocks: list[Block] = []
    if form.note:
        blocks.append({"type": "context", "elements": [plain(form.note, _MOST_HINT)]})
    return {
        "type": "modal",
        "title": plain(_short(form.title, _MOST_TITLE), _MOST_TITLE),
        "submit": plain(_short(form.submit, _MOST_TITLE), _MOST_TITLE),
        "private_metadata": form.data,
        "blocks": [*blocks, *(_input(field) for field in form.fields)],
    }


def values_of(sent: Mapping[str, Any]) -> dict[str, str | tuple[str, ...]]:
    """What stands in the fields of a view that was sent, by their names."""
    return {name: _value(actions[_ACTION]) for name, actions in sent["state"]["values"].items()}


def errors(wrong: Wrong, blocks: Sequence[str]) -> dict[str, str]:
    """The faults by block; what is wrong with the form as a whole stands at its first field."""
    found: dict[str, str] = {}
    for name, words in wrong.errors.items():
        block = name if name in blocks else next(iter(blocks), name)
        found[block] = f"{found[block]} {words}" if block in found else str(words)
    return found


def _input(field: Field) -> Block:
    made: Block = {
        "type": "input",
        "block_id": field.name,
        "label": plain(field.label, _MOST_LABEL),
        "optional": field.optional,
        "element": _element(field),
    }
    return made | ({"hint": plain(field.hint, _MOST_HINT)} if field.hint else {})


def _element(field: Field) -> Block:
    if field.kind in ("line", "text"):
        element: Block = {
            "type": "plain_text_input",
            "action_id": _ACTION,
            "multiline": field.kind == "text",
            "max_length": _MOST_INPUT,
        }
        words = str(field.value)[:_MOST_INPUT]
        return element | ({"initial_value": words} if words else {})
    standing = (field.value,) if isinstance(field.value, str) else field.value
    options = [
        {"text": plain(_short(one.label, _MOST_CHOICE), _MOST_CHOICE), "value": one.value}
        for one in _offered(field.choices, standing)
    ]
    chosen = [one for one in options if one["value"] in standing]
    if field.kind == "one":
        element = {"type": "static_select", "action_id": _ACTION, "options": options}
        return element | ({"initial_option": chosen[0]} if chosen else {})
    element = {"type": "multi_static_select", "action_id": _ACTION, "options": options}
    return element | ({"initial_options": chosen} if chosen else {})


def _offered(choices: tuple[Choice, ...], standing: tuple[str, ...]) -> list[Choice]:
    """As many as a menu holds, among them what is chosen already: else it would be lost by sending."""
    room = _MOST_CHOICES - sum(one.value in standing for one in choices)
    offered = []
    for one in choices:
        if one.value not in standing:
            room -= 1
        if one.value in standing or room >= 0:
            offered.append(one)
    return offered[:_MOST_CHOICES]


def _value(said: Mapping[str, Any]) -> str | tuple[str, ...]:
    match said["type"]:
        case "static_select":
            return str((said.get("selected_option") or {}).get("value", ""))
        case "multi_static_select":
            return tuple(str(one["value"]) for one in said.get("selected_options") or ())
        case _:
            return str(said.get("value") or "")


def _short(words: str, most: int) -> str:
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"
