"""What a person sees of blocks: the words, the buttons, the pictures, the fields of a form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from . import rich_text
from .mrkdwn import reads, unescape
from .refusal import Json

Blocks = Sequence[Json]


@dataclass(frozen=True, slots=True)
class Button:
    """One button: what it says and what a tap sends."""

    label: str
    data: str | None = None
    url: str | None = None
    style: str | None = None
    action_id: str = ""
    block_id: str = ""

    @property
    def text(self) -> str:
        """The label, under the name it has elsewhere."""
        return self.label


@dataclass(frozen=True, slots=True)
class FieldSeen:
    """One field of a form, as it waits to be filled in."""

    block_id: str
    action_id: str
    label: str
    kind: str  # the type of its element
    options: tuple[tuple[str, str], ...]  # what is read, what is sent
    initial: str | tuple[str, ...]
    optional: bool
    hint: str
    most: int
    least: int
    multiline: bool


def shown(value: Any) -> str:
    """What a text object looks like."""
    if not isinstance(value, dict):
        return ""
    words = str(value.get("text", ""))
    return reads(words) if value.get("type") == "mrkdwn" else unescape(words)


def words(blocks: Blocks) -> str:
    """Everything there is to read, one line or more for each block; what buttons say is not part of it."""
    return "\n".join(line for block in blocks for line in _lines(block) if line)


def _lines(block: Json) -> Iterator[str]:
    match block["type"]:
        case "section":
            yield shown(block.get("text"))
            yield from (shown(one) for one in block.get("fields", []))
        case "rich_text":
            yield from rich_text.lines(block)
        case "header":
            yield shown(block["text"])
        case "context":
            yield " ".join(text for one in block["elements"] if (text := shown(one)))
        case "image":
            yield shown(block.get("title"))
        case "input":
            yield shown(block["label"])
            yield shown(block.get("hint"))


def rows(blocks: Blocks) -> list[list[Button]]:
    """The buttons, row by row: each actions block is one, the button beside a section is another."""
    found = []
    for block in blocks:
        elements: Iterable[Json] = ()
        if block["type"] == "actions":
            elements = block["elements"]
        elif "accessory" in block:
            elements = (block["accessory"],)
        row = [_button(one, block["block_id"]) for one in elements if one["type"] == "button"]
        if row:
            found.append(row)
    return found


def find_button(found: Sequence[Sequence[Button]], label: str, below: str) -> Button:
    """The button that says `label`, or begins with it; an AssertionError names what there is."""
    buttons = [button for row in found for button in row]
    for matches in (
        [button for button in buttons if button.label == label],
        [button for button in buttons if button.label.startswith(label)],
    ):
        if len(matches) == 1:
            return matches[0]
        if matches:
            raise AssertionError(f"{len(matches)} buttons begin with {label!r} below {below!r}")
    raise AssertionError(f"no button {label!r} below {below!r}, only {[one.label for one in buttons]}")


def picture(blocks: Blocks) -> str | None:
    """The file id or address of the first picture."""
    for block in blocks:
        if block["type"] == "image":
            source = block.get("slack_file")
            if source is None:
                return str(block["image_url"])
            return str(source.get("id") or source.get("url"))
    return None


def alt_text(blocks: Blocks) -> str:
    """The first picture in words."""
    return next((str(block["alt_text"]) for block in blocks if block["type"] == "image"), "")


def fields(blocks: Blocks) -> list[FieldSeen]:
    """The fields of a form, in order."""
    return [_field(block) for block in blocks if block["type"] == "input"]


def _button(element: Json, block_id: str) -> Button:
    return Button(
        label=shown(element["text"]),
        data=element.get("value"),
        url=element.get("url"),
        style=element.get("style"),
        action_id=element["action_id"],
        block_id=block_id,
    )


def _field(block: Json) -> FieldSeen:
    element = block["element"]
    initial: str | tuple[str, ...] = element.get("initial_value", "")
    if "initial_option" in element:
        initial = element["initial_option"]["value"]
    elif element["type"] in ("checkboxes", "multi_static_select"):
        initial = tuple(option["value"] for option in element.get("initial_options", ()))
    return FieldSeen(
        block_id=block["block_id"],
        action_id=element["action_id"],
        label=shown(block["label"]),
        kind=element["type"],
        options=tuple((shown(one["text"]), one["value"]) for one in element.get("options", ())),
        initial=initial,
        optional=bool(block.get("optional", False)),
        hint=shown(block.get("hint")),
        most=element.get("max_length", 3000),
        least=element.get("min_length", 0),
        multiline=bool(element.get("multiline", False)),
    )
