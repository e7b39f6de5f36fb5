"""Modals and home tabs that somebody looks at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from . import reading
from .reading import Button, FieldSeen
from .refusal import Json

Value = str | tuple[str, ...]


@dataclass(slots=True, eq=False)
class View:
    """A modal or the home tab as it is now; `filled` is what the person has put into its fields."""

    id: str
    kind: str
    user: str
    team: str
    body: Json  # as the app sent it, with all ids
    hash: str
    root: str
    previous: str | None = None
    change: int = 0
    filled: dict[str, Value] = field(default_factory=dict)  # by block_id
    errors: dict[str, str] = field(default_factory=dict)  # by block_id
    earlier: list[Json] = field(default_factory=list)  # former bodies
    closed: bool = False

    @property
    def blocks(self) -> list[Json]:
        """Its blocks."""
        blocks: list[Json] = self.body["blocks"]
        return blocks

    @property
    def words(self) -> str:
        """All there is to read in it."""
        return reading.words(self.blocks)

    @property
    def title(self) -> str:
        """The title of a modal."""
        return reading.shown(self.body.get("title"))

    @property
    def callback_id(self) -> str:
        """The name the app gave it."""
        return str(self.body.get("callback_id", ""))

    @property
    def private_metadata(self) -> str:
        """What the app noted in it for itself."""
        return str(self.body.get("private_metadata", ""))

    @property
    def buttons(self) -> list[list[Button]]:
        """The buttons in it, row by row."""
        return reading.rows(self.blocks)

    @property
    def labels(self) -> list[str]:
        """What the buttons in it say."""
        return [button.label for row in self.buttons for button in row]

    @property
    def picture(self) -> str | None:
        """The file id (or address) of the picture it shows."""
        return reading.picture(self.blocks)

    @property
    def fields(self) -> list[FieldSeen]:
        """The fields of the form."""
        return reading.fields(self.blocks)

    def button(self, label: str) -> Button:
        """The button that says `label`, or begins with it."""
        return reading.find_button(self.buttons, label, self.words)

    def field(self, name: str) -> FieldSeen:
        """The field of this block id, action id or label (or its beginning)."""
        found = self.fields
        for matches in (
            [one for one in found if name in (one.block_id, one.action_id)],
            [one for one in found if one.label == name],
            [one for one in found if one.label.startswith(name)],
        ):
            if len(matches) == 1:
                return matches[0]
        raise AssertionError(f"no field {name!r} in {self.title!r}, only {[one.label for one in found]}")

    def value(self, name: str) -> Value:
        """What stands in a field now."""
        one = self.field(name)
        return self.filled.get(one.block_id, one.initial)

    def fill(self, values: Mapping[str, Any]) -> None:
        """Put values into fields, choices by what they say or what they send."""
        for name, value in values.items():
            one = self.field(name)
            self.filled[one.block_id] = _chosen(one, value)

    def unfinished(self) -> list[str]:
        """What the client itself would not let through."""
        wrong = []
        for one in self.fields:
            value = self.filled.get(one.block_id, one.initial)
            if not value and not one.optional:
                wrong.append(f"{one.label}: please complete this required field")
            if (
                isinstance(value, str)
                and not one.options
                and value
                and not one.least <= len(value) <= one.most
            ):
                wrong.append(f"{one.label}: must be {one.least} to {one.most} characters")
        return wrong

    def state(self) -> Json:
        """The fields as Slack tells them."""
        values: dict[str, Json] = {}
        for one in self.fields:
            value = self.filled.get(one.block_id, one.initial)
            values[one.block_id] = {one.action_id: _told(self.blocks, one, value)}
        return {"values": values}

    def json(self, *, app_id: str, bot_id: str) -> Json:
        """The view as a View object."""
        body: Json = {
            "id": self.id,
            "team_id": self.team,
            "type": self.kind,
            "blocks": self.blocks,
            "private_metadata": self.private_metadata,
            "callback_id": self.callback_id,
            "external_id": str(self.body.get("external_id", "")),
            "hash": self.hash,
            "state": self.state(),
            "clear_on_close": bool(self.body.get("clear_on_close", False)),
            "notify_on_close": bool(self.body.get("notify_on_close", False)),
            "root_view_id": self.root,
            "previous_view_id": self.previous,
            "app_id": app_id,
            "app_installed_team_id": self.team,
            "bot_id": bot_id,
        }
        for key in ("title", "submit", "close"):
            body[key] = self.body.get(key)
        return body

    def transcript(self) -> str:
        """The view in one line, for failing tests."""
        errors = f" errors {self.errors}" if self.errors else ""
        return f"{self.kind} {self.title!r}: {self.words!r} {self.labels}{errors}"


def _chosen(one: FieldSeen, value: Any) -> Value:
    if not one.options:
        assert isinstance(value, str), f"{one.label} takes a text"
        return value
    if one.kind in ("checkboxes", "multi_static_select"):
        return tuple(_option(one, each) for each in value)
    return _option(one, value) if value else ""


def _option(one: FieldSeen, value: str) -> str:
    for label, sent in one.options:
        if value in (label, sent):
            return sent
    raise AssertionError(f"{one.label} does not offer {value!r}, only {[label for label, _ in one.options]}")


def _told(blocks: list[Json], one: FieldSeen, value: Value) -> Json:
    if not one.options:
        return {"type": one.kind, "value": value or None}
    (element,) = [block["element"] for block in blocks if block["block_id"] == one.block_id]
    by_value = {option["value"]: option for option in element["options"]}
    if one.kind in ("checkboxes", "multi_static_select"):
        return {"type": one.kind, "selected_options": [by_value[each] for each in value]}
    return {"type": one.kind, "selected_option": by_value[str(value)] if value else None}
