"""The rules of Block Kit as data: small checks that are put together, and the words Slack has for a fault."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Sheet:
    """The faults found so far, all the text seen, and which files a picture may show."""

    knows_file: Callable[[dict[str, Any]], bool]
    errors: list[str] = field(default_factory=list)
    characters: int = 0
    marked: list[str] = field(default_factory=list)  # texts in Slack's markup

    def wrong(self, message: str, at: str) -> None:
        """Write down a fault."""
        self.errors.append(f"{message} [json-pointer:{at}]")


Check = Callable[[Any, str, Sheet], None]


def string(most: int, *, least: int = 1) -> Check:
    """A text of so many characters."""

    def check(value: Any, at: str, sheet: Sheet) -> None:
        if not isinstance(value, str):
            sheet.wrong("must provide a string", at)
        elif len(value) < least:
            sheet.wrong(f"must be more than {least - 1} characters", at)
        elif len(value) > most:
            sheet.wrong(f"must be less than {most + 1} characters", at)

    return check


def one_of(*values: str) -> Check:
    """One of these words."""

    def check(value: Any, at: str, sheet: Sheet) -> None:
        if value not in values:
            sheet.wrong(f"must be one of: {', '.join(values)}", at)

    return check


def flag(value: Any, at: str, sheet: Sheet) -> None:
    """A yes or no."""
    if not isinstance(value, bool):
        sheet.wrong("must provide a boolean", at)


def integer(least: int, most: int) -> Check:
    """A whole number within bounds."""

    def check(value: Any, at: str, sheet: Sheet) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            sheet.wrong("must provide an integer", at)
        elif not least <= value <= most:
            sheet.wrong(f"must be between {least} and {most}", at)

    return check


def shape(
    required: Mapping[str, Check], optional: Mapping[str, Check], *more: Check, name: str | None = None
) -> Check:
    """An object with these keys and no others; `more` looks at it as a whole."""
    keys = {**required, **optional}

    def check(value: Any, at: str, sheet: Sheet) -> None:
        if not isinstance(value, dict):
            sheet.wrong("must provide an object", at)
            return
        for key in required:
            if key not in value:
                sheet.wrong(f"missing required field: {key}", at)
        before = len(sheet.errors)
        for key, part in value.items():
            if key == "type" and name is not None:
                continue
            known = keys.get(key)
            if known is None:
                sheet.wrong(f"invalid additional property: {key}", at)
            else:
                known(part, f"{at}/{key}", sheet)
        if len(sheet.errors) == before:
            for one in more:
                one(value, at, sheet)

    return check


def by_type(kinds: Mapping[str, Check]) -> Check:
    """An object whose `type` says which of these it must be."""

    def check(value: Any, at: str, sheet: Sheet) -> None:
        kind = value.get("type") if isinstance(value, dict) else None
        known = kinds.get(kind) if isinstance(kind, str) else None
        if known is None:
            sheet.wrong(f"unsupported type: {kind}", f"{at}/type")
        else:
            known(value, at, sheet)

    return check


def items(each: Check, most: int, *, least: int = 1) -> Check:
    """A list of so many things."""

    def check(value: Any, at: str, sheet: Sheet) -> None:
        if not isinstance(value, list):
            sheet.wrong("must provide an array", at)
            return
        if len(value) < least:
            sheet.wrong(f"no less than {least} items allowed", at)
        elif len(value) > most:
            sheet.wrong(f"no more than {most} items allowed", at)
        for number, one in enumerate(value):
            each(one, f"{at}/{number}", sheet)

    return check


def text(most: int, *kinds: str, least: int = 1) -> Check:
    """A text object: plain_text or mrkdwn."""
    inner = string(most, least=least)

    def check(value: Any, at: str, sheet: Sheet) -> None:
        if not isinstance(value, dict):
            sheet.wrong("must provide an object", at)
            return
        kind = value.get("type")
        if kind not in kinds:
            sheet.wrong(f"must be one of: {', '.join(kinds)}", f"{at}/type")
            return
        switch = "emoji" if kind == "plain_text" else "verbatim"
        for key, part in value.items():
            if key == switch:
                flag(part, f"{at}/{key}", sheet)
            elif key not in ("type", "text"):
                sheet.wrong(f"invalid additional property: {key}", at)
        if "text" not in value:
            sheet.wrong("missing required field: text", at)
            return
        inner(value["text"], f"{at}/text", sheet)
        if isinstance(value["text"], str):
            sheet.characters += len(value["text"])
            if kind == "mrkdwn":
                sheet.marked.append(value["text"])

    return check


def distinct(values: Sequence[Any], what: str, at: str, sheet: Sheet) -> None:
    """Ids must not come twice."""
    seen: set[Any] = set()
    for value in values:
        if value in seen:
            sheet.wrong(f"`{what}` {value} already exists", at)
        seen.add(value)
