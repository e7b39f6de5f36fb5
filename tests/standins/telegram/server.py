"""The stand-in itself: a strict Telegram Bot API over real HTTP, and the people of a test."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from aiohttp import StreamReader, web
from aiohttp.http import RawRequestMessage

from .calls import Call, CallLog
from .faults import Fault, Faults
from .files import MEGABYTE, MOST_UPLOAD
from .flood import Flood
from .methods import METHODS
from .params import Params, read_params
from .receiving import Receiving
from .refusal import Refusal
from .user import User
from .webhook import Webhook
from .world import Account, World


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a call comes back with."""

    status: int
    body: bytes
    description: str = ""
    retry_after: int | None = None

    def response(self) -> web.Response:
        """The outcome as HTTP."""
        headers = {"Retry-After": str(self.retry_after)} if self.retry_after is not None else None
        return web.Response(
            status=self.status, body=self.body, headers=headers, content_type="application/json"
        )


def _refused(refusal: Refusal) -> Outcome:
    body = json.dumps(refusal.body()).encode()
    return Outcome(refusal.code, body, refusal.description, refusal.retry_after)


class TelegramStandIn:
    """A Bot API server for one bot on a loopback port; its state outlives the bot and its own restarts."""

    def __init__(
        self,
        *,
        token: str = "42:TEST",
        host: str = "127.0.0.1",
        port: int = 0,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        history: bool = True,
        flood: Flood | None = None,
        callback_window: float = 15.0,
        conflict_delay: float = 3.0,
        webhook_unit: float = 1.0,
    ) -> None:
        self._clock = clock
        self._host, self.port = host, port
        self._prefix, self._file_prefix = f"/bot{token}/", f"/file/bot{token}/"
        self._runner: web.ServerRunner | None = None
        self._users: dict[int, User] = {}
        self.world = World(
            token,
            clock=clock,
            wall=wall,
            history=history,
            callback_window=callback_window,
            conflict_delay=conflict_delay,
        )
        self.updates = self.world.updates
        self.calls = CallLog(history=history)
        self.faults = Faults()
        self.flood = flood
        self.crashes: list[Exception] = []
        self.webhook = Webhook(self.updates, unit=webhook_unit, clock=clock, call=self._called_by_webhook)
        self._receiving = Receiving(self.updates, self.webhook, self.world.date)

    @property
    def token(self) -> str:
        """The only token this server knows."""
        return self.world.token

    @property
    def url(self) -> str:
        """Where the server is; methods are at `<url>/bot<token>/<method>`."""
        return f"http://{self._host}:{self.port}"

    async def start(self) -> None:
        """Begin to serve; the first time this chooses the port, later it is the same again."""
        self._runner = web.ServerRunner(
            web.Server(self._handle, request_factory=_request, access_log=None), shutdown_timeout=0.2
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Stop to serve, as in an outage: everything is still there after the next start."""
        self.updates.release_polls()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.webhook.remove()
        await self.stop()
        if self.crashes and error is None:
            raise self.crashes[0]

    def user(
        self,
        user_id: int,
        *,
        first_name: str = "Ana",
        language_code: str | None = "en",
        username: str | None = None,
        last_name: str | None = None,
        started: bool = False,
    ) -> User:
        """A person with a phone; the bot may write to them once they wrote, or when they `started` before."""
        if user_id not in self._users:
            account = Account(user_id, first_name, language_code, username, last_name, started)
            self.world.accounts[user_id] = account
            self._users[user_id] = User(self.world, account)
        return self._users[user_id]

    def block(self, user: User) -> None:
        """The person blocks the bot; the bot is told, and refused from now on."""
        user.account.blocked = True
        self.world.membership(user.account, before="member", after="kicked")

    def unblock(self, user: User) -> None:
        """The person lets the bot write again."""
        user.account.blocked = False
        self.world.membership(user.account, before="kicked", after="member")

    def deactivate(self, user: User) -> None:
        """The person deletes their account."""
        user.account.deactivated = True

    def bot_file(self, file_id: str) -> bytes:
        """The bytes of any file, such as a document the bot sent."""
        file = self.world.files.get(file_id)
        assert file is not None, f"no file {file_id!r}"
        return file.data

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        path = request.path
        if path.startswith(self._prefix):
            return await self._called(request, path[len(self._prefix) :])
        if path.startswith(self._file_prefix):
            return self._download(path[len(self._file_prefix) :])
        known = path.startswith(("/bot", "/file/bot")) and path.count("/") > 1
        refusal = Refusal(401, "Unauthorized") if known else Refusal(404, "Not Found")
        return _refused(refusal).response()

    def _download(self, path: str) -> web.Response:
        try:
            return web.Response(body=self.world.files.download(path))
        except Refusal as refusal:
            return _refused(refusal).response()

    async def _called(self, request: web.BaseRequest, name: str) -> web.StreamResponse:
        seq = self.calls.next_seq()
        try:
            params = await read_params(request)
        except Refusal as refusal:
            outcome = _refused(refusal)
            self._log(seq, name, Params({}), outcome, carried_out=False)
            return outcome.response()
        fault = self.faults.take(name, params)
        if fault is not None:
            return await self._called_with(fault, request, seq=seq, name=name, params=params)
        outcome = await self._carry_out(name, params)
        self._log(seq, name, params, outcome, carried_out=outcome.status == 200)
        return outcome.response()

    async def _called_with(
        self, fault: Fault, request: web.BaseRequest, *, seq: int, name: str, params: Params
    ) -> web.StreamResponse:
        if fault.kind == "hold_before" and fault.hold:
            fault.hold.reached.set()
            await fault.hold.released.wait()
        if fault.kind in ("resets_after", "slow", "hold_before", "hold_after"):
            outcome = await self._carry_out(name, params)
            carried_out = outcome.status == 200
        else:
            carried_out = False
            outcome = _refused(fault.refusal) if fault.refusal else Outcome(fault.status, fault.body)
        if fault.kind == "hold_after" and fault.hold:
            fault.hold.reached.set()
            await fault.hold.released.wait()
        if fault.seconds:
            await asyncio.sleep(fault.seconds)
        if fault.kind.startswith("resets"):
            outcome = Outcome(0, b"")
        self._log(seq, name, params, outcome, carried_out=carried_out, fault=fault.kind)
        return outcome.response() if outcome.status else _cut(request)

    async def _carry_out(self, name: str, params: Params) -> Outcome:
        receive = self._receiving.find(name)
        if receive is None:
            return self._carry_out_at_once(name, params)
        try:
            return Outcome(200, f'{{"ok":true,"result":{await receive(params)}}}'.encode())
        except Refusal as refusal:
            return _refused(refusal)
        except Exception as error:  # the test is told when the server closes
            return self._crashed(error)

    def _carry_out_at_once(self, name: str, params: Params) -> Outcome:
        method = METHODS.get(name.lower())
        if method is None:
            return _refused(Refusal(404, "Not Found"))
        try:
            method.check(params)
            if self.flood is not None:
                self.flood.check(method.name, params, self._clock)
            result = method.run(self.world, params)
        except Refusal as refusal:
            return _refused(refusal)
        except Exception as error:  # the test is told when the server closes
            return self._crashed(error)
        return Outcome(200, f'{{"ok":true,"result":{json.dumps(result)}}}'.encode())

    def _crashed(self, error: Exception) -> Outcome:
        self.crashes.append(error)
        return _refused(Refusal(500, f"Internal Server Error: the stand-in failed with {error!r}"))

    def _called_by_webhook(self, name: str, params: Params) -> None:
        seq = self.calls.next_seq()
        outcome = self._carry_out_at_once(name, params)
        self._log(seq, name, params, outcome, carried_out=outcome.status == 200)

    def _log(
        self,
        seq: int,
        name: str,
        params: Params,
        outcome: Outcome,
        *,
        carried_out: bool,
        fault: str | None = None,
    ) -> None:
        known = METHODS.get(name.lower())
        self.calls.add(
            Call(
                seq=seq,
                method=known.name if known else self._receiving.proper_name(name),
                params=params.values,
                files=params.files,
                status=outcome.status,
                description=outcome.description,
                time=self._clock(),
                carried_out=carried_out,
                fault=fault,
            )
        )


def _request(
    message: RawRequestMessage,
    payload: StreamReader,
    protocol: Any,
    writer: Any,
    task: asyncio.Task[None],
) -> web.BaseRequest:
    loop = asyncio.get_running_loop()
    most = MOST_UPLOAD + MEGABYTE
    return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=most)


def _cut(request: web.BaseRequest) -> web.StreamResponse:
    transport = request.transport
    if transport is not None:
        sock = transport.get_extra_info("socket")
        if sock is not None:
            # Without lingering, closing sends a reset instead of an orderly end.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response()
