"""Deliveries over Socket Mode: the app calls, and is told everything over its own connections."""

# ruff: noqa: ASYNC109  (a test says how long it is ready to wait)

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from aiohttp import WSMsgType, web

from tests.standins.telegram.waiting import Signal

from .deliveries import Delivery, Outcome
from .refusal import Json, Refusal

MOST_CONNECTIONS = 10


class Sockets:
    """The way to an app without a public address."""

    def __init__(self, *, app_id: str, ack_within: float, complain: Callable[[str], None]) -> None:
        self.app_id = app_id
        self.ack_within = ack_within
        self._complain = complain
        self._tickets: set[str] = set()
        self._count = 0
        self._turn = 0
        self._waiting: dict[str, tuple[asyncio.Future[Any], web.WebSocketResponse, bool]] = {}
        self._signal = Signal()
        self.connections: list[web.WebSocketResponse] = []
        self.pongs = 0

    def ticket(self, url: str) -> str:
        """The address of one new connection; raises Refusal when there are too many."""
        if len(self.connections) >= MOST_CONNECTIONS:
            raise Refusal("too_many_websockets")
        self._count += 1
        ticket = f"ticket-{self._count}"
        self._tickets.add(ticket)
        return f"{url.replace('http', 'ws', 1)}/link/?ticket={ticket}&app_id={self.app_id}"

    async def serve(self, request: web.BaseRequest) -> web.StreamResponse:
        """One connection from its hello to its end."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            self._complain("Socket Mode: a ticket that is unknown or was used before")
            return web.Response(status=403, text="invalid ticket")
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        hello = {"type": "hello", "num_connections": len(self.connections) + 1}
        await socket.send_str(json.dumps(hello | {"connection_info": {"app_id": self.app_id}}))
        self.connections.append(socket)
        self._signal.notify()
        try:
            async for message in socket:
                if message.type == WSMsgType.PING:
                    await socket.pong(message.data)
                elif message.type == WSMsgType.PONG:
                    self.pongs += 1
                    self._signal.notify()
                elif message.type == WSMsgType.TEXT:
                    self._heard(message.data)
        finally:
            self._ended(socket)
        return socket

    async def send(self, delivery: Delivery, attempt: int, reason: str) -> Outcome:
        """One envelope over one connection; while there is none the app has as long to call."""
        self._count += 1
        takes_answer = delivery.kind != "events_api"
        envelope: Json = {
            "envelope_id": f"envelope-{self._count}",
            "type": delivery.kind,
            "payload": delivery.payload,
            "accepts_response_payload": takes_answer,
        }
        if delivery.kind == "events_api":
            envelope |= {"retry_attempt": attempt, "retry_reason": reason}
        name = envelope["envelope_id"]
        try:
            async with asyncio.timeout(self.ack_within):
                socket = await self._connection()
                answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
                self._waiting[name] = (answer, socket, takes_answer)
                await socket.send_str(json.dumps(envelope))
                return Outcome(answer=await answer, status=200)
        except TimeoutError:
            return Outcome("timeout" if name in self._waiting else "connection_failed")
        except (ConnectionError, RuntimeError):
            return Outcome("connection_failed")
        finally:
            self._waiting.pop(name, None)

    async def connected(self, *, count: int = 1, timeout: float = 5) -> None:
        """Wait until the app has called."""
        await self._signal.until(
            lambda: True if len(self.connections) >= count else None,
            timeout=timeout,
            otherwise=lambda: f"only {len(self.connections)} of {count} connections in {timeout} s",
        )

    async def ask_to_leave(self, reason: str) -> None:
        """Announce the end of the oldest connection (`warning`), or end it (`refresh_requested`)."""
        socket = self.connections[0]
        told = {"type": "disconnect", "reason": reason, "debug_info": {"host": "stand-in"}}
        await socket.send_str(json.dumps(told))
        if reason != "warning":
            self.connections.remove(socket)  # nothing new is told over it
            await socket.close()

    async def cut(self) -> None:
        """Break every connection without a word."""
        for socket in list(self.connections):
            self._ended(socket)
            transport = socket._req.transport if socket._req else None  # aiohttp offers no other way to cut
            if transport is not None:
                transport.abort()

    async def ping(self, *, timeout: float = 5) -> None:
        """Ping every connection and wait for the pongs."""
        wanted = self.pongs + len(self.connections)
        for socket in self.connections:
            await socket.ping(b"Ping from the stand-in")
        await self._signal.until(
            lambda: True if self.pongs >= wanted else None, timeout=timeout, otherwise=lambda: "no pong came"
        )

    async def close(self) -> None:
        """End every connection."""
        for socket in list(self.connections):
            await socket.close()
            self._ended(socket)

    async def _connection(self) -> web.WebSocketResponse:
        await self.connected(timeout=self.ack_within * 2)
        self._turn += 1
        return self.connections[self._turn % len(self.connections)]

    def _heard(self, words: str) -> None:
        try:
            told = json.loads(words)
            name = told["envelope_id"]
        except (ValueError, KeyError, TypeError):
            self._complain(f"Socket Mode: no confirmation of an envelope: {words[:80]!r}")
            return
        answer, _, takes_answer = self._waiting.get(name, (None, None, True))
        payload = told.get("payload") or None
        if payload is not None and not takes_answer:
            self._complain("Socket Mode: an event was answered with a payload")
        if answer is not None and not answer.done():
            answer.set_result(payload)

    def _ended(self, socket: web.WebSocketResponse) -> None:
        if socket in self.connections:
            self.connections.remove(socket)
        for answer, its_socket, _ in list(self._waiting.values()):
            if its_socket is socket and not answer.done():
                answer.set_exception(ConnectionResetError())
