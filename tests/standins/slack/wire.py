"""The HTTP side of an answer: what goes back, how a connection is cut, what came in."""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import socket
import struct
from dataclasses import dataclass, field
from typing import Any

from aiohttp import StreamReader, web
from aiohttp.http import RawRequestMessage

from .refusal import Json, Refusal

MOST_UPLOAD = 1024 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a call comes back with; status 0 cuts the connection."""

    status: int
    body: bytes
    error: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    kind: str = "application/json"
    answer: Json | None = None

    def response(self) -> web.Response:
        """The outcome as HTTP."""
        return web.Response(status=self.status, body=self.body, headers=self.headers, content_type=self.kind)


def refused(refusal: Refusal) -> Outcome:
    """A refusal as an outcome."""
    headers = {"Retry-After": str(refusal.retry_after)} if refusal.retry_after is not None else {}
    told = refusal.body()
    return Outcome(refusal.status, json.dumps(told).encode(), refusal.error, headers, answer=told)


async def uploaded_bytes(request: web.BaseRequest) -> bytes:
    """The bytes of an upload, raw or in a form."""
    if request.content_type != "multipart/form-data":
        return await request.read()
    for part in (await request.post()).values():
        if isinstance(part, web.FileField):
            return part.file.read()
        if isinstance(part, bytes | bytearray):
            return bytes(part)
    return b""


def basic(authorization: str) -> tuple[str, str] | None:
    """Name and secret of a Basic authorization."""
    scheme, _, credentials = authorization.partition(" ")
    if scheme != "Basic":
        return None
    try:
        user, _, secret = base64.b64decode(credentials).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return user, secret


def raw_request(
    message: RawRequestMessage,
    payload: StreamReader,
    protocol: Any,
    writer: Any,
    task: asyncio.Task[None],
) -> web.BaseRequest:
    """A request as the server makes it."""
    loop = asyncio.get_running_loop()
    return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=MOST_UPLOAD)


def cut(request: web.BaseRequest) -> web.StreamResponse:
    """End a connection with a reset."""
    transport = request.transport
    if transport is not None:
        sock = transport.get_extra_info("socket")
        if sock is not None:
            # Without lingering, closing sends a reset instead of an orderly end.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response()
