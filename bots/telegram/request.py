"""python-telegram-bot's calls over aiohttp, at a fraction of the cost of its own httpx transport."""

from __future__ import annotations

import asyncio
import json
import re
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

from bots.carrying import save

if TYPE_CHECKING:
    from telegram._utils.types import ODVInput  # the library names the type of a timeout nowhere else

_CONNECT = 5.0  # seconds
_WRITE = 5.0
_WRITE_UPLOAD = 120.0
_READ = 20.0
_READ_AFTER_UPLOAD = 120.0  # Telegram answers only after it has stored the file
_DOWNLOAD = 300.0
_JSON = {"Content-Type": "application/json"}
_TOKEN = re.compile(r"(bot\d+:)[\w-]+")


class Flooded(TelegramError):  # noqa: N818  (what Telegram says, in one word)
    """429: wait this many seconds."""

    __slots__ = ("seconds",)

    def __init__(self, seconds: float) -> None:
        super().__init__(f"too many requests, wait {seconds:g} s")
        self.seconds = seconds


class AiohttpRequest(BaseRequest):
    """One keep-alive session for everything a bot calls, long polls and downloads included."""

    __slots__ = ("_connections", "_proxy", "_session")

    def __init__(self, *, proxy: str | None = None, connections: int = 100) -> None:
        self._connections = connections
        self._proxy = proxy
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float | None:
        """Seconds until an answer must have come, where a call does not say otherwise."""
        return _READ

    async def initialize(self) -> None:
        """Open the session; a second time changes nothing."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT},
                proxy=self._proxy,
            )

    async def shutdown(self) -> None:
        """Close the session; a second time changes nothing."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        write_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        connect_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        pool_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """The status and the bytes of one answer.

        Raises:
            Flooded, TimedOut, NetworkError
        """
        uploads = request_data is not None and request_data.contains_files
        timeout = _timeout(
            _seconds(read_timeout, _READ_AFTER_UPLOAD if uploads else _READ),
            _seconds(write_timeout, _WRITE_UPLOAD if uploads else _WRITE),
            _seconds(connect_timeout, _CONNECT),
            _seconds(pool_timeout, _CONNECT),
        )
        body: bytes | aiohttp.FormData | None = None
        if request_data is not None:
            body = _form(request_data) if uploads else _json(request_data)
        headers = _JSON if isinstance(body, bytes) else None
        try:
            async with self._opened().request(
                method, url, data=body, headers=headers, timeout=timeout
            ) as answer:
                payload = await answer.read()
        except TimeoutError:
            raise TimedOut from None
        except (aiohttp.ClientError, OSError) as error:
            raise NetworkError(_tokenless(error)) from None  # the original names the token in its URL
        if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
            raise Flooded(_wait(payload, answer.headers.get("Retry-After")))
        return answer.status, payload

    async def download(self, url: str, into: Path, most: int) -> None:
        """Stream a file to disk; what is not complete is removed.

        Raises:
            TooBig: when more than `most` bytes come.
            TimedOut, NetworkError: when it does not come.
        """
        try:
            await self._download(url, into, most)
        except BaseException:
            await asyncio.to_thread(into.unlink, missing_ok=True)
            raise

    async def _download(self, url: str, into: Path, most: int) -> None:
        timeout = aiohttp.ClientTimeout(total=_DOWNLOAD, connect=_CONNECT, sock_read=_READ)
        try:
            async with self._opened().get(url, timeout=timeout) as answer:
                if answer.status != HTTPStatus.OK:
                    raise NetworkError(f"the file was answered with {answer.status}")
                await save(answer, into, most)
        except TimeoutError:
            raise TimedOut from None
        except aiohttp.ClientError as error:
            raise NetworkError(_tokenless(error)) from None

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise RuntimeError("the session is not open: start() comes first")
        return self._session


@lru_cache(maxsize=64)
def _timeout(*parts: float | None) -> aiohttp.ClientTimeout:
    """One timer for read, write, connect and pool together, since each timer of its own costs as much."""
    _, _, connect, pool = parts
    total = sum(part for part in parts if part is not None)
    waited = None if connect is None or pool is None else connect + pool
    return aiohttp.ClientTimeout(total=None if None in parts else total, connect=waited)


def _seconds(given: ODVInput[float], otherwise: float) -> float | None:
    return given if given is None or isinstance(given, (int, float)) else otherwise


def _json(data: RequestData) -> bytes:
    # "replace": half a surrogate pair in somebody's file must not make a message unsendable
    return json.dumps(data.parameters, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _form(data: RequestData) -> aiohttp.FormData:
    # Telegram takes file names as they are, and would keep a quoted one quoted
    form = aiohttp.FormData(quote_fields=False, default_to_multipart=True)
    for name, value in data.json_parameters.items():
        form.add_field(name, value.encode("utf-8", "replace").decode())
    for name, (filename, content, kind) in data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=kind)
    return form


def _wait(payload: bytes, header: str | None) -> float:
    """How long a 429 asks to wait: its JSON says, else its header, else a moment."""
    try:
        return float(json.loads(payload)["parameters"]["retry_after"])
    except (ValueError, TypeError, KeyError):
        return float(header) if header is not None and header.isdigit() else 1.0


def _tokenless(error: Exception) -> str:
    said: Any = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    return _TOKEN.sub(r"\1***", f"{type(error).__name__}: {said}")
