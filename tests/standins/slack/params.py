"""The parameters of a call, whichever way they travelled."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from .refusal import Json, Refusal, invalid_arguments

_TRUTHS = {"true": True, "1": True, "false": False, "0": False}


class Params:
    """Named values of one call; a list or an object may also come as its JSON."""

    __slots__ = ("token", "values")

    def __init__(self, values: Json, token: str = "") -> None:
        self.values = values
        self.token = token

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def text(self, name: str) -> str:
        """A text, empty when absent."""
        value = self.values.get(name)
        return "" if value is None else str(value)

    def flag(self, name: str) -> bool:
        """A yes or no; no when absent."""
        value = self.values.get(name)
        return value if isinstance(value, bool) else _TRUTHS.get(str(value).lower(), False)

    def number(self, name: str) -> int:
        """A whole number, 0 when absent."""
        return int(self.values.get(name) or 0)

    def structure(self, name: str) -> Any:
        """A list or object; raises Refusal when it is no JSON."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise invalid_arguments(f"{name} is no JSON") from None


def fits(value: Any, kind: str) -> bool:
    """Whether a value is of a kind: text, flag, number or structure."""
    match kind:
        case "text":
            return isinstance(value, str)
        case "flag":
            return isinstance(value, bool) or str(value).lower() in _TRUTHS
        case "number":
            return not isinstance(value, bool) and str(value).isdigit()
    return isinstance(value, list | dict | str)


async def read_params(request: web.BaseRequest, *, takes_json: bool) -> Params:
    """Query string, body and token of a call together."""
    values: Json = dict(request.query) if request.query_string else {}
    body = await request.read() if request.can_read_body else b""
    if request.content_type == "application/json":
        if not takes_json:
            raise invalid_arguments("this method takes its parameters as a form only")
        values.update(_json_object(body))
    elif request.content_type == "multipart/form-data":
        form = await request.post()
        values.update({name: part for name, part in form.items() if isinstance(part, str)})
    elif body:
        values.update(parse_qsl(body.decode(), keep_blank_values=True))
    token = str(values.pop("token", ""))
    scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
    if scheme == "Bearer":
        token = credentials.strip()
    return Params(values, token)


def _json_object(body: bytes) -> Json:
    try:
        read = json.loads(body or b"{}")
    except ValueError:
        raise Refusal("invalid_json", blame=True) from None
    if not isinstance(read, dict):
        raise Refusal("json_not_object", blame=True)
    return read
