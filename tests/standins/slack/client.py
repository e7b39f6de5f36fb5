"""The barest app: what the stand-in says and answers, without any library's opinion."""

# ruff: noqa: ASYNC109  (a test says how long it is ready to wait)

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlencode

import aiohttp
from aiohttp import web

from tests.standins.telegram.waiting import Signal

from .refusal import Json

Failure = type[BaseException] | None


class BareApp:
    """Calls methods with a JSON body or a form and hands back the answer as it is."""

    def __init__(self, url: str, token: str = "xoxb-T1") -> None:
        self._url = url
        self._headers = {"Authorization": f"Bearer {token}"}
        self.session = aiohttp.ClientSession()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: Failure, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.session.close()

    async def call(self, method: str, *, form: bool = False, **params: Any) -> Json:
        """The answer of a method, whatever it is."""
        headers, body = dict(self._headers), _as_json(params)
        headers["Content-Type"] = "application/json; charset=utf-8"
        if form:
            headers["Content-Type"], body = "application/x-www-form-urlencoded", _as_form(params)
        async with self.session.post(f"{self._url}/api/{method}", headers=headers, data=body) as answer:
            told: Json = await answer.json()
            return told

    async def does(self, method: str, *, form: bool = False, **params: Any) -> Json:
        """The answer of a call that must work."""
        told = await self.call(method, form=form, **params)
        assert told["ok"] is True, told
        return told

    async def refused(self, method: str, *, form: bool = False, **params: Any) -> str:
        """The error of a call that must not work."""
        told = await self.call(method, form=form, **params)
        assert told["ok"] is False, told
        return str(told["error"])

    async def uploads(self, name: str, data: bytes, **sharing: Any) -> str:
        """The three steps of an upload; the file id."""
        asked = await self.does("files.getUploadURLExternal", form=True, filename=name, length=len(data))
        async with self.session.post(asked["upload_url"], data=data) as answer:
            assert answer.status == 200, await answer.text()
        files = [{"id": asked["file_id"], "title": name}]
        await self.does("files.completeUploadExternal", form=True, files=files, **sharing)
        return str(asked["file_id"])

    async def posts(self, url: str, told: Json) -> tuple[int, str]:
        """Use a response_url; status and body."""
        async with self.session.post(url, json=told) as answer:
            return answer.status, await answer.text()

    async def fetches(self, url: str, *, token: str | None = None) -> bytes:
        """Download a file."""
        headers = self._headers if token is None else {"Authorization": f"Bearer {token}"}
        async with self.session.get(url, headers=headers) as answer:
            return await answer.read()


def _as_json(params: Json) -> bytes:
    return json.dumps(params, ensure_ascii=False).encode()


def _as_form(params: Json) -> bytes:
    told = {key: one if isinstance(one, str | int) else json.dumps(one) for key, one in params.items()}
    return urlencode(told).encode()


@dataclass(frozen=True, slots=True)
class Heard:
    """One request that reached an app over HTTP."""

    headers: dict[str, str]
    body: str
    payload: Json

    @property
    def event(self) -> Json:
        """The event in it."""
        event: Json = self.payload["event"]
        return event


def confirm(heard: Heard) -> web.Response:
    """What an app says that has nothing to say."""
    return web.Response()


class Ears:
    """An app that listens on HTTP; `answer` decides what it says to anything but the challenge."""

    def __init__(self, answer: Callable[[Heard], web.Response] = confirm) -> None:
        self.answer = answer
        self.heard: list[Heard] = []
        self.silent = asyncio.Event()  # while it is clear, nothing is answered
        self.silent.set()
        self._signal = Signal()
        self._runner: web.ServerRunner | None = None
        self.url = ""

    async def __aenter__(self) -> Self:
        self._runner = web.ServerRunner(web.Server(self._hear), shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/slack/events"
        return self

    async def __aexit__(
        self, kind: Failure, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.silent.set()
        if self._runner is not None:
            await self._runner.cleanup()

    async def hears(self, count: int = 1, *, timeout: float = 5) -> list[Heard]:
        """Everything heard, as soon as it is so many."""
        return await self._signal.until(
            lambda: self.heard if len(self.heard) >= count else None,
            timeout=timeout,
            otherwise=lambda: f"heard {len(self.heard)} of {count}: {[one.payload for one in self.heard]}",
        )

    async def _hear(self, request: web.BaseRequest) -> web.StreamResponse:
        body = (await request.read()).decode()
        payload: Json
        if request.content_type == "application/json":
            payload = json.loads(body)
        else:
            payload = dict(parse_qsl(body, keep_blank_values=True))
            payload = json.loads(payload["payload"]) if "payload" in payload else payload
        if payload.get("type") == "url_verification":
            return web.json_response({"challenge": payload["challenge"]})
        heard = Heard({key.lower(): value for key, value in request.headers.items()}, body, payload)
        self.heard.append(heard)
        self._signal.notify()
        await self.silent.wait()
        return self.answer(heard)


class Line:
    """An app with one Socket Mode connection, that confirms only what it is asked to."""

    def __init__(self, app: BareApp, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._app = app
        self.socket = socket

    @classmethod
    async def opened(cls, app: BareApp, url: str, token: str = "xapp-1") -> Line:
        """Ask for an address, connect, and hear the hello."""
        async with app.session.post(
            f"{url}/api/apps.connections.open", headers={"Authorization": f"Bearer {token}"}
        ) as answer:
            told = await answer.json()
        assert told["ok"] is True, told
        line = cls(app, await app.session.ws_connect(told["url"]))
        hello = await line.hears()
        assert hello["type"] == "hello", hello
        return line

    async def hears(self, *, timeout: float = 5) -> Json:
        """The next envelope."""
        told: Json = await self.socket.receive_json(timeout=timeout)
        return told

    async def confirms(self, envelope: Json, payload: Any = None) -> None:
        """Confirm an envelope, perhaps with an answer."""
        told = {"envelope_id": envelope["envelope_id"]}
        await self.socket.send_json(told if payload is None else told | {"payload": payload})

    async def takes(self) -> Json:
        """Hear and confirm; what it was about."""
        envelope = await self.hears()
        await self.confirms(envelope)
        payload: Json = envelope["payload"]
        return payload

    async def close(self) -> None:
        """Hang up."""
        await self.socket.close()
