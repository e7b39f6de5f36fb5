"""The transport below python-telegram-bot, against a server that misbehaves."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from telegram.error import BadRequest, NetworkError, TelegramError, TimedOut

from bots.carrying import TooBig
from bots.proxies import proxy_for
from bots.telegram.api import Api
from bots.telegram.request import AiohttpRequest, Flooded

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def api_over(handler: Handler) -> AsyncIterator[tuple[Api, AiohttpRequest, str]]:
    """A Bot API whose every call is answered by `handler`."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    async with TestServer(app) as server, AiohttpRequest() as request:
        url = str(server.make_url("")).rstrip("/")
        yield Api.at(url, "42:SECRET", request), request, url


def answers(body: bytes, *, status: int = 200, headers: dict[str, str] | None = None) -> Handler:
    """A server that says the same to everything."""

    async def handler(_: web.Request) -> web.StreamResponse:
        return web.Response(body=body, status=status, headers=headers)

    return handler


def left_in(folder: Path) -> list[Path]:
    """What a download left behind."""
    return list(folder.iterdir())


async def test_a_call_travels_as_json() -> None:
    """Texts as they are, structures as structures, None not at all."""
    seen: list[object] = []

    async def handler(request: web.Request) -> web.StreamResponse:
        seen.append((request.path, request.content_type, await request.json()))
        return web.json_response({"ok": True, "result": {"message_id": 5}})

    async with api_over(handler) as (api, _, _):
        arguments = {"chat_id": 1, "text": "¿Qué? 猫", "reply_markup": {"inline_keyboard": []}, "no": None}
        assert await api.call("sendMessage", arguments) == {"message_id": 5}
    del arguments["no"]
    assert seen == [("/bot42:SECRET/sendMessage", "application/json", arguments)]


async def test_half_a_character_can_be_sent() -> None:
    """A broken file of a requester must not make a message unsendable."""
    seen: list[str] = []

    async def handler(request: web.Request) -> web.StreamResponse:
        seen.append((await request.json())["text"])
        return web.json_response({"ok": True, "result": True})

    async with api_over(handler) as (api, _, _):
        await api.call("sendMessage", {"text": "a\ud83dz"})
    assert seen == ["a?z"]


@pytest.mark.parametrize(
    ("body", "headers", "seconds"),
    [
        (b'{"ok":false,"error_code":429,"parameters":{"retry_after":7}}', {"Retry-After": "9"}, 7),
        (b"<html>slow down</html>", {"Retry-After": "9"}, 9),
        (b"[]", None, 1),
        (b'{"ok":false,"parameters":null}', {"Retry-After": "soon"}, 1),
    ],
)
async def test_a_flood_says_how_long(body: bytes, headers: dict[str, str] | None, seconds: float) -> None:
    """Whether Telegram says it or a proxy before it."""
    async with api_over(answers(body, status=429, headers=headers)) as (api, _, _):
        with pytest.raises(Flooded) as told:
            await api.call("sendMessage", {})
    assert told.value.seconds == seconds


@pytest.mark.parametrize("status", [200, 400, 403, 500, 502])
@pytest.mark.parametrize(
    "body", [b"", b"<html>\xff", b"null", b"[]", b"{}", b'{"ok":true}', b'{"parameters":3}']
)
async def test_nonsense_is_an_error_of_the_library(status: int, body: bytes) -> None:
    """Whatever comes, the caller has one family of errors to expect."""
    async with api_over(answers(body, status=status)) as (api, _, _):
        with pytest.raises(TelegramError):
            await api.call("sendMessage", {})


async def test_a_refusal_keeps_its_words() -> None:
    """They decide what it means."""
    body = json.dumps({"ok": False, "error_code": 400, "description": "Bad Request: chat not found"})
    async with api_over(answers(body.encode(), status=400)) as (api, _, _):
        with pytest.raises(BadRequest, match="Chat not found"):
            await api.call("sendMessage", {})


async def test_a_server_that_hangs_up() -> None:
    """The call may have had its effect: that is for the caller to know."""

    async def handler(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.close()
        return web.Response()

    async with api_over(handler) as (api, _, _):
        with pytest.raises(NetworkError):
            await api.call("sendMessage", {})


async def test_a_server_that_says_nothing() -> None:
    """The wait of a call is kept."""

    async def handler(request: web.Request) -> web.StreamResponse:
        await request.content.wait_eof()
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b'{"ok":')
        await never.wait()
        return response

    never = asyncio.Event()
    async with api_over(handler) as (api, request, _):
        with pytest.raises(TimedOut):
            await request.post(
                f"{api.base_url}/getMe", read_timeout=0.05, write_timeout=0, connect_timeout=0, pool_timeout=0
            )
        never.set()


async def test_the_token_is_in_no_message() -> None:
    """Errors are logged, and whoever has the token has the bot."""
    async with AiohttpRequest() as request:
        api = Api.at("http://127.0.0.1:1", "42:SECRET", request)
        with pytest.raises(NetworkError) as told:
            await api.call("getMe", {})
    chain: BaseException | None = told.value
    assert "refused" in str(chain).lower() or "connect" in str(chain).lower()
    while chain is not None:
        assert "SECRET" not in f"{chain}{chain.args}"
        chain = None if chain.__suppress_context__ else chain.__context__


async def test_a_closed_session_is_a_mistake() -> None:
    """Opening and closing twice is none."""
    request = AiohttpRequest()
    await request.initialize()
    await request.initialize()
    await request.shutdown()
    await request.shutdown()
    with pytest.raises(NetworkError, match="not open"):
        await Api.at("http://127.0.0.1:1", "42:SECRET", request).call("getMe", {})


async def test_a_file_is_streamed_to_its_place(tmp_path: Path) -> None:
    """Byte for byte, up to the limit itself."""
    data = bytes(range(256)) * 4000
    async with api_over(answers(data)) as (_, request, url):
        await request.download(f"{url}/file", tmp_path / "x", len(data))
    assert (tmp_path / "x").read_bytes() == data


@pytest.mark.parametrize("told", [True, False])
async def test_a_file_too_large_is_not_kept(tmp_path: Path, told: bool) -> None:
    """Whether the server says its size before or not."""

    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        if told:
            response.content_length = 2000
        await response.prepare(request)
        await response.write(b"x" * 2000)
        return response

    async with api_over(handler) as (_, request, url):
        with pytest.raises(TooBig):
            await request.download(f"{url}/file", tmp_path / "x", 1999)
    assert left_in(tmp_path) == []


async def test_half_a_file_is_not_kept(tmp_path: Path) -> None:
    """A download that breaks off leaves nothing that looks like a file."""

    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        response.content_length = 2000
        await response.prepare(request)
        await response.write(b"x" * 100)
        assert request.transport is not None
        request.transport.close()
        return response

    async with api_over(handler) as (_, request, url):
        with pytest.raises(NetworkError):
            await request.download(f"{url}/file", tmp_path / "x", 5000)
    assert left_in(tmp_path) == []


async def test_a_missing_file_is_not_kept(tmp_path: Path) -> None:
    """The server's page about it is not the file."""
    async with api_over(answers(b"not here", status=404)) as (_, request, url):
        with pytest.raises(NetworkError, match="404"):
            await request.download(f"{url}/file", tmp_path / "x", 5000)
    assert left_in(tmp_path) == []


def test_a_proxy_is_taken_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Telegram can only be reached through one; a server on this machine never needs it."""
    for name in ("https_proxy", "http_proxy", "no_proxy", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    assert proxy_for("https://api.telegram.org") is None
    monkeypatch.setenv("https_proxy", "http://proxy:3128")
    monkeypatch.setenv("http_proxy", "http://proxy:3128")
    assert proxy_for("https://api.telegram.org") == "http://proxy:3128"
    assert proxy_for("http://127.0.0.1:8081") is None
    monkeypatch.setenv("no_proxy", "api.telegram.org")
    assert proxy_for("https://api.telegram.org") is None
