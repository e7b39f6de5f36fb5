"""A web chat on a real port, and a page of it without a browser."""

from __future__ import annotations

import asyncio
import io
import json
import socket
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp
from aiohttp import web

from bots.dialogue.vocabulary import Heard
from bots.platform import Address, Hear
from bots.web import Web
from bots.web.reception import Arrival
from core.clock import Clock, ManualClock
from core.store import Store
from core.vault import Vault

TOKEN = "one-time"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def a_port() -> int:
    """A port that is free now."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def a_web(
    store: Store,
    folder: Path,
    *,
    clock: Clock | None = None,
    demo: bool = False,
    password: str | None = None,
    public_url: str | None = None,
    on_arrival: Arrival | None = None,
    heartbeat: float = 60,
    port: int | None = None,
) -> Web:
    """A web chat with a key of its own."""
    vault = Vault(b"k" * 32)
    return Web(
        store=store,
        data_dir=folder,
        host="127.0.0.1",
        port=port or a_port(),
        demo=demo,
        password=password,
        public_url=public_url,
        seal=vault.seal,
        unseal=vault.unseal,
        fingerprint=vault.fingerprint,
        clock=clock or ManualClock(NOON),
        token=TOKEN,
        on_arrival=on_arrival,
        heartbeat=heartbeat,
    )


@asynccontextmanager
async def serving(chat: Web, hear: Hear | None = None) -> AsyncIterator[str]:
    """Serve the chat while the block runs; gives the address without the token."""
    base = chat.url.partition("/?")[0].rstrip("/")
    app = web.Application()
    app.add_routes(chat.routes())
    runner = web.AppRunner(app, shutdown_timeout=5)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", int(base.rpartition(":")[2])).start()
    listening = [asyncio.create_task(chat.listen(hear))] if hear else []
    await asyncio.sleep(0)  # it listens from its first step on
    try:
        yield base
    finally:
        for task in listening:
            task.cancel()
        await asyncio.gather(*listening, return_exceptions=True)
        await runner.cleanup()


@dataclass
class Ear:
    """Hears, remembers, and does what the test says."""

    then: Hear | None = None
    heard: list[Heard] = field(default_factory=list)

    async def __call__(self, heard: Heard) -> None:
        self.heard.append(heard)
        if self.then is not None:
            await self.then(heard)


class Page:
    """What the page's script does, as a test says it."""

    def __init__(self, base: str, *, persona: str | None = None) -> None:
        self.base = base
        self.headers = {"Origin": base, "Accept-Language": "en"}
        self.session = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        self.query = {"as": persona} if persona else {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.session.close()

    async def enter(self, token: str = TOKEN) -> dict[str, Any]:
        """Open the printed address, then the chat."""
        async with self.session.get(f"{self.base}/", params={"t": token}) as answer:
            assert answer.status == 200, await answer.text()
        return await self.open()

    async def open(self) -> dict[str, Any]:
        """What the page begins with; its CSRF token is kept."""
        status, opened = await self.get("/chat/open")
        assert status == 200, opened
        self.headers["X-CSRF-Token"] = opened["csrf"]
        return dict(opened)

    async def get(self, path: str) -> tuple[int, Any]:
        async with self.session.get(self.base + path, params=self.query, headers=self.headers) as answer:
            return answer.status, await _body(answer)

    async def post(self, path: str, body: Any) -> tuple[int, Any]:
        async with self.session.post(
            self.base + path, params=self.query, headers=self.headers, json=body
        ) as answer:
            return answer.status, await _body(answer)

    async def say(self, text: str, event_id: str = "s1") -> tuple[int, Any]:
        return await self.post("/chat/say", {"id": event_id, "text": text})

    async def press(self, data: str, message: str | None, event_id: str = "p1") -> tuple[int, Any]:
        return await self.post("/chat/press", {"id": event_id, "data": data, "message": message})

    async def upload(
        self, name: str, content: bytes, *, event_id: str = "u1", caption: str = ""
    ) -> tuple[int, Any]:
        form = aiohttp.FormData(quote_fields=False)  # browsers send names as they are
        form.add_field("id", event_id)
        form.add_field("caption", caption)
        form.add_field("file", io.BytesIO(content), filename=name)
        async with self.session.post(
            f"{self.base}/chat/upload", params=self.query, headers=self.headers, data=form
        ) as answer:
            return answer.status, await _body(answer)

    @asynccontextmanager
    async def live(self, after: int) -> AsyncIterator[AsyncGenerator[tuple[str, Any], None]]:
        """The stream of (event, data); a heartbeat is ("", None)."""
        query = {**self.query, "after": str(after)}
        async with self.session.get(f"{self.base}/chat/live", params=query, headers=self.headers) as answer:
            assert answer.status == 200
            async with aclosing(_events(answer)) as events:
                yield events


async def _events(answer: aiohttp.ClientResponse) -> AsyncGenerator[tuple[str, Any], None]:
    kind = ""
    async for raw in answer.content:
        line = raw.decode().rstrip("\n")
        if line.startswith("event: "):
            kind = line[7:]
        elif line.startswith("data: "):
            yield kind, json.loads(line[6:])
        elif line.startswith(":"):
            yield "", None


async def _body(answer: aiohttp.ClientResponse) -> Any:
    return await answer.json() if answer.content_type == "application/json" else await answer.read()


def address(user_id: str) -> Address:
    """Where a web chat's person is."""
    return Address("", user_id)
