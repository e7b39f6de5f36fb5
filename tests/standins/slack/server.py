"""The stand-in itself: a strict Slack over real HTTP and WebSocket, and the people of a test."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from aiohttp import web

from . import chatting, filing, knowing
from .calls import Call, CallLog
from .faults import Fault, Faults
from .files import LOGIN_PAGE
from .methods import METHODS, Method
from .params import Params, read_params
from .places import Grant
from .refusal import Json, Refusal
from .wire import Outcome, basic, cut, raw_request, refused, uploaded_bytes
from .workspaces import Workspaces


class SlackStandIn(Workspaces):
    """Slack for one app on a loopback port; its state outlives the app and its own restarts."""

    def __init__(
        self,
        *,
        bot_token: str = "xoxb-T1",
        app_token: str = "xapp-1",
        signing_secret: str = "shhh",
        team: str = "T1",
        app_id: str = "A1",
        bot_user: str = "UBOT",
        client_id: str = "1.1",
        client_secret: str = "hush",
        host: str = "127.0.0.1",
        port: int = 0,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        history: bool = True,
        ack_within: float = 3.0,
        retry_unit: float = 60.0,
        trigger_seconds: float = 3.0,
        echoes: bool = True,
    ) -> None:
        self.app_token = app_token
        self._client = (client_id, client_secret)
        self._clock = clock
        self._host, self.port = host, port
        self._runner: web.ServerRunner | None = None
        self.calls = CallLog(history=history)
        self.faults = Faults()
        self.crashes: list[Exception] = []
        super().__init__(
            app_id=app_id,
            signing_secret=signing_secret,
            clock=clock,
            wall=wall,
            history=history,
            ack_within=ack_within,
            retry_unit=retry_unit,
            trigger_seconds=trigger_seconds,
            echoes=echoes,
        )
        self.first = self.workspace(team, bot_token=bot_token, bot_user=bot_user)

    @property
    def url(self) -> str:
        """Where the server is."""
        return f"http://{self._host}:{self.port}"

    @property
    def api_url(self) -> str:
        """Where the methods are."""
        return f"{self.url}/api/"

    async def start(self) -> None:
        """Begin to serve; the first time this chooses the port, later it is the same again."""
        self._runner = web.ServerRunner(
            web.Server(self._handle, request_factory=raw_request, access_log=None), shutdown_timeout=0.2
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        self.world.url = self.url

    async def stop(self) -> None:
        """Stop to serve, as in an outage: everything is still there after the next start."""
        await self.sockets.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.deliveries.close()
        await self.http.close()
        await self.stop()
        if self.crashes and error is None:
            raise self.crashes[0]

    # --- serving ----------------------------------------------------------------------------------

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        path = request.path
        if path.startswith("/api/"):
            return await self._method(request, path.removeprefix("/api/"))
        if path.startswith("/actions/"):
            return await self._respond(request, path.removeprefix("/actions/"))
        if path.startswith("/upload/v1/"):
            return await self._upload(request, path.removeprefix("/upload/v1/"))
        if path.startswith("/files-pri/"):
            return await self._download(request)
        if path == "/link/":
            return await self.sockets.serve(request)
        if path == "/login":
            return web.Response(body=LOGIN_PAGE, content_type="text/html")
        return web.Response(status=404, text="Not Found")

    async def _method(self, request: web.BaseRequest, name: str) -> web.StreamResponse:
        seq = self.calls.next_seq()
        method = METHODS.get(name)
        try:
            params = await read_params(request, takes_json=method is None or method.takes_json)
        except Refusal as refusal:
            outcome = self._no(name, refusal)
            self._log(seq, name, Params({}), outcome, carried_out=False)
            return outcome.response()

        def run() -> Outcome:
            return self._run(name, method, params, request.headers.get("Authorization", ""))

        return await self._answer(request, seq=seq, name=name, params=params, run=run)

    def _run(self, name: str, method: Method | None, params: Params, authorization: str) -> Outcome:
        world, headers = self.world, {}
        try:
            if method is None:
                raise Refusal("unknown_method", blame=True, req_method=name)
            if method.token == "none":
                method.check(params, world)
                given = basic(authorization) or (params.text("client_id"), params.text("client_secret"))
                result = knowing.install(world, params, client=self._client, given=given)
            elif method.token == "app":
                method.check(params, world)
                result = self._connection(params)
                headers["x-oauth-scopes"] = "connections:write"
            else:
                grant = self._grant(params)
                if grant is not None:
                    headers["x-oauth-scopes"] = ",".join(grant.scopes)
                method.allow(grant)
                assert grant is not None
                method.check(params, world)
                result = method.run(world, world.space(grant.team), params)
        except Refusal as refusal:
            outcome = self._no(name, refusal)
            return Outcome(
                outcome.status, outcome.body, outcome.error, headers | outcome.headers, answer=outcome.answer
            )
        told = {"ok": True, **result}
        return Outcome(200, json.dumps(told).encode(), headers=headers, answer=told)

    def _connection(self, params: Params) -> Json:
        if params.token != self.app_token:
            known = params.token in self.world.grants
            raise Refusal("not_allowed_token_type" if known else "invalid_auth", blame=True)
        return {"url": self.sockets.ticket(self.url)}

    def _grant(self, params: Params) -> Grant | None:
        if not params.token:
            raise Refusal("not_authed", blame=True)
        if params.token == self.app_token:
            raise Refusal("not_allowed_token_type", blame=True)
        return self.world.grants.get(params.token)

    async def _respond(self, request: web.BaseRequest, name: str) -> web.StreamResponse:
        seq = self.calls.next_seq()
        try:
            params = await read_params(request, takes_json=True)
        except Refusal as refusal:
            outcome = self._no("response_url", refusal)
            self._log(seq, "response_url", Params({}), outcome, carried_out=False)
            return outcome.response()

        def run() -> Outcome:
            hook = self.world.response_urls.get(name)
            try:
                if hook is None:
                    raise Refusal("invalid_url", blame=True)
                chatting.respond(self.world, hook, params)
            except Refusal as refusal:
                told = self._no("response_url", refusal)
                gone = refusal.error in ("used_url", "expired_url", "invalid_url")
                return Outcome(404 if gone else 400, told.body, told.error, answer=told.answer)
            return Outcome(200, b"ok", kind="text/plain")

        return await self._answer(request, seq=seq, name="response_url", params=params, run=run)

    async def _upload(self, request: web.BaseRequest, file_id: str) -> web.StreamResponse:
        seq = self.calls.next_seq()
        data = await uploaded_bytes(request)

        def run() -> Outcome:
            try:
                filing.receive(self.world, file_id, data)
            except Refusal as refusal:
                told = self._no("upload", refusal)
                return Outcome(400, told.body, told.error)
            return Outcome(200, f"OK - {len(data)}".encode(), kind="text/plain")

        params = Params({"file": file_id, "bytes": len(data)})
        return await self._answer(request, seq=seq, name="upload", params=params, run=run)

    async def _download(self, request: web.BaseRequest) -> web.StreamResponse:
        seq, path = self.calls.next_seq(), request.path
        params = Params({"path": path}, request.headers.get("Authorization", "").removeprefix("Bearer "))

        def run() -> Outcome:
            data = filing.download(self.world, path, params.token)
            if data is None:
                # Slack shows its login page to whoever has no right, and calls that a success.
                return Outcome(302, b"", "login", {"Location": f"{self.url}/login"}, "text/html")
            return Outcome(200, data, kind="application/octet-stream")

        return await self._answer(request, seq=seq, name="download", params=params, run=run)

    async def _answer(
        self, request: web.BaseRequest, *, seq: int, name: str, params: Params, run: Callable[[], Outcome]
    ) -> web.StreamResponse:
        fault = self.faults.take(name, params) if self.faults.waiting else None
        if fault is None:
            outcome = self._guarded(run)
            self._log(seq, name, params, outcome, carried_out=not outcome.error)
            return outcome.response()
        if fault.kind == "hold_before" and fault.hold:
            fault.hold.reached.set()
            await fault.hold.released.wait()
        outcome, carried_out = self._with(fault, run)
        if fault.kind == "hold_after" and fault.hold:
            fault.hold.reached.set()
            await fault.hold.released.wait()
        if fault.seconds:
            await asyncio.sleep(fault.seconds)
        self._log(seq, name, params, outcome, carried_out=carried_out, fault=fault.kind)
        return outcome.response() if outcome.status else cut(request)

    def _with(self, fault: Fault, run: Callable[[], Outcome]) -> tuple[Outcome, bool]:
        if fault.kind in ("resets_after", "slow", "hold_before", "hold_after"):
            outcome = self._guarded(run)
            carried_out = not outcome.error
        else:
            carried_out = False
            outcome = refused(fault.refusal) if fault.refusal else Outcome(fault.status, fault.body)
        if fault.kind.startswith("resets"):
            outcome = Outcome(0, b"", "reset")
        return outcome, carried_out

    def _guarded(self, run: Callable[[], Outcome]) -> Outcome:
        try:
            return run()
        except Exception as error:  # the test is told when the server closes
            self.crashes.append(error)
            return Outcome(500, repr(error).encode(), "the stand-in failed", kind="text/plain")

    def _no(self, name: str, refusal: Refusal) -> Outcome:
        if refusal.blame:
            self.world.violations.append(f"{name}: {refusal.error} {refusal.detail or ''}".strip())
        return refused(refusal)

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
        grant = self.world.grants.get(params.token)
        self.calls.add(
            Call(
                seq=seq,
                method=name,
                params=params.values,
                team=grant.team if grant else "",
                status=outcome.status,
                error=outcome.error,
                time=self._clock(),
                carried_out=carried_out,
                fault=fault,
                answer=outcome.answer,
            )
        )
