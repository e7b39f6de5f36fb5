"""What can stand inside a block: buttons, menus, fields."""

from __future__ import annotations

from typing import Any

from .schema import Check, Sheet, by_type, distinct, flag, integer, items, one_of, shape, string, text

MOST_ID = 255
_ID = string(MOST_ID)
_PLAIN = "plain_text"
_MARKED = "mrkdwn"


def _url(value: Any, at: str, sheet: Sheet) -> None:
    string(3000)(value, at, sheet)
    if isinstance(value, str) and not value.startswith(("http://", "https://", "mailto:")):
        sheet.wrong("must be a valid URL", at)


def _picture(value: dict[str, Any], at: str, sheet: Sheet) -> None:
    if ("image_url" in value) == ("slack_file" in value):
        sheet.wrong("must provide exactly one of image_url and slack_file", at)
    elif "slack_file" in value and not sheet.knows_file(value["slack_file"]):
        sheet.wrong("invalid slack file", f"{at}/slack_file")


def _slack_file(value: Any, at: str, sheet: Sheet) -> None:
    shape({}, {"id": string(255), "url": _url})(value, at, sheet)
    if isinstance(value, dict) and ("id" in value) == ("url" in value):
        sheet.wrong("must provide exactly one of id and url", at)


PICTURE_PARTS: dict[str, Check] = {"image_url": _url, "slack_file": _slack_file}
picture_of_one_source = _picture

image = shape({"alt_text": string(2000)}, PICTURE_PARTS, _picture, name="image")

confirm = shape(
    {"title": text(100, _PLAIN), "text": text(300, _PLAIN, _MARKED)},
    {"confirm": text(30, _PLAIN), "deny": text(30, _PLAIN), "style": one_of("primary", "danger")},
)

button = shape(
    {"text": text(75, _PLAIN)},
    {
        "action_id": _ID,
        "value": string(2000),
        "url": _url,
        "style": one_of("primary", "danger"),
        "confirm": confirm,
        "accessibility_label": string(75),
    },
    name="button",
)


def _option(*kinds: str) -> Check:
    return shape(
        {"text": text(75, *kinds), "value": string(150)},
        {"description": text(75, *kinds), "url": _url},
    )


def _choice(name: str, most: int, *kinds: str, several: bool, placeholder: bool) -> Check:
    options = _option(*kinds)
    parts: dict[str, Check] = {"action_id": _ID, "confirm": confirm, "focus_on_load": flag}
    if placeholder:
        parts["placeholder"] = text(150, _PLAIN)
    if several:
        parts["initial_options"] = items(options, most)
    else:
        parts["initial_option"] = options
    if name == "multi_static_select":
        parts["max_selected_items"] = integer(1, 100)
    return shape({"options": items(options, most)}, parts, _initially, _told_apart, name=name)


def _initially(value: dict[str, Any], at: str, sheet: Sheet) -> None:
    options = value["options"]
    if "initial_option" in value and value["initial_option"] not in options:
        sheet.wrong("must match exactly one of the options", f"{at}/initial_option")
    for number, option in enumerate(value.get("initial_options", [])):
        if option not in options:
            sheet.wrong("must match exactly one of the options", f"{at}/initial_options/{number}")


def _told_apart(value: dict[str, Any], at: str, sheet: Sheet) -> None:
    distinct([option["value"] for option in value["options"]], "value", f"{at}/options", sheet)


static_select = _choice("static_select", 100, _PLAIN, several=False, placeholder=True)
multi_static_select = _choice("multi_static_select", 100, _PLAIN, several=True, placeholder=True)
checkboxes = _choice("checkboxes", 10, _PLAIN, _MARKED, several=True, placeholder=False)
radio_buttons = _choice("radio_buttons", 10, _PLAIN, _MARKED, several=False, placeholder=False)
overflow = shape(
    {"options": items(_option(_PLAIN), 5)}, {"action_id": _ID, "confirm": confirm}, name="overflow"
)


def _bounds(value: dict[str, Any], at: str, sheet: Sheet) -> None:
    least, most = value.get("min_length", 0), value.get("max_length", 3000)
    if least > most:
        sheet.wrong("min_length must not be more than max_length", at)
    if len(value.get("initial_value", "")) > most:
        sheet.wrong(f"must be less than {most + 1} characters", f"{at}/initial_value")


plain_text_input = shape(
    {},
    {
        "action_id": _ID,
        "initial_value": string(3000, least=0),
        "multiline": flag,
        "min_length": integer(0, 3000),
        "max_length": integer(1, 3000),
        "placeholder": text(150, _PLAIN),
        "focus_on_load": flag,
    },
    _bounds,
    name="plain_text_input",
)

INTERACTIVE = {
    "button": button,
    "static_select": static_select,
    "checkboxes": checkboxes,
    "radio_buttons": radio_buttons,
    "overflow": overflow,
}
in_actions = by_type(INTERACTIVE)
as_accessory = by_type({**INTERACTIVE, "multi_static_select": multi_static_select, "image": image})
in_context = by_type(
    {"image": image, _PLAIN: text(2000, _PLAIN, _MARKED), _MARKED: text(2000, _PLAIN, _MARKED)}
)
in_input = by_type(
    {
        "plain_text_input": plain_text_input,
        "static_select": static_select,
        "multi_static_select": multi_static_select,
        "checkboxes": checkboxes,
        "radio_buttons": radio_buttons,
    }
)
