"""The parameters of a call, whichever way they travelled."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web
from aiohttp.web_request import FileField

from .files import MOST_UPLOAD, Upload
from .refusal import Refusal, bad_request

_TRUE = {"true", "1", "yes", "y"}


class Params:
    """Named values and uploads of one call; every value may be JSON or its text."""

    __slots__ = ("files", "values")

    def __init__(self, values: dict[str, Any], files: dict[str, Upload] | None = None) -> None:
        self.values = values
        self.files = files or {}

    def __contains__(self, name: str) -> bool:
        return name in self.values or name in self.files

    def __iter__(self) -> Iterator[str]:
        yield from self.values
        yield from self.files

    def text(self, name: str) -> str:
        """A text, empty when absent."""
        value = self.values.get(name)
        if value is None:
            return ""
        return value if isinstance(value, str) else json.dumps(value)

    def integer(self, name: str, default: int = 0) -> int:
        """A whole number; what is not one counts as absent, as the real server has it."""
        try:
            return int(self.values.get(name, default))
        except (TypeError, ValueError):
            return default

    def truth(self, name: str) -> bool:
        """A yes or no."""
        return self.text(name).lower() in _TRUE

    def structure(self, name: str) -> Any:
        """A list or object; raises Refusal when it is no JSON."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(f"can't parse {name} JSON object") from None

    def chat_id(self) -> int | None:
        """The chat the call is about, if it names one."""
        try:
            return int(self.values["chat_id"])
        except (KeyError, TypeError, ValueError):
            return None


async def read_params(request: web.BaseRequest) -> Params:
    """Query string and body of a call together."""
    values: dict[str, Any] = dict(request.query) if request.query_string else {}
    if not request.can_read_body:
        return Params(values)
    kind = request.content_type
    try:
        if kind == "multipart/form-data":
            return await _multipart(request, values)
        body = await request.read()
    except web.HTTPRequestEntityTooLarge:
        raise Refusal(413, "Request Entity Too Large") from None
    if kind == "application/json":
        values.update(_json_object(body))
    elif kind == "application/x-www-form-urlencoded":
        values.update(parse_qsl(body.decode(), keep_blank_values=True))
    return Params(values)


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        read = json.loads(body)
    except ValueError:
        raise bad_request("can't parse JSON object") from None
    if not isinstance(read, dict):
        raise bad_request("object expected")
    return read


async def _multipart(request: web.BaseRequest, values: dict[str, Any]) -> Params:
    files: dict[str, Upload] = {}
    for name, part in (await request.post()).items():
        if isinstance(part, FileField):
            files[name] = Upload(part.filename, part.file.read())
            part.file.close()
        elif isinstance(part, (bytes, bytearray)):
            files[name] = Upload(name, bytes(part))
        else:
            values[name] = part
    if any(len(file.data) > MOST_UPLOAD for file in files.values()):
        raise Refusal(413, "Request Entity Too Large")
    return Params(values, files)
