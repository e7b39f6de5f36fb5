"""Brings changes to open pages; the database is the truth, a nudge only says when to look."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from bots.web.history import History, Row

HEARTBEAT = 15.0  # seconds; also how long a message of another process may stay unseen


class Nudges:
    """Wakes the open pages of a user."""

    def __init__(self) -> None:
        self._pages: dict[str, set[asyncio.Event]] = {}
        self.closed = False

    def nudge(self, user_id: str) -> None:
        """Something changed in this user's chat."""
        for page in self._pages.get(user_id, ()):
            page.set()

    def open(self) -> None:
        """Let pages listen."""
        self.closed = False

    def close(self) -> None:
        """End every stream, so that the server can stop."""
        self.closed = True
        for pages in self._pages.values():
            for page in pages:
                page.set()

    @contextmanager
    def listening(self, user_id: str) -> Iterator[asyncio.Event]:
        """An event that is set whenever there may be news."""
        page = asyncio.Event()
        self._pages.setdefault(user_id, set()).add(page)
        try:
            yield page
        finally:
            pages = self._pages[user_id]
            pages.discard(page)
            if not pages:
                del self._pages[user_id]


async def stream(
    history: History,
    nudges: Nudges,
    *,
    user_id: str,
    after: int,
    show: Callable[[Row], dict[str, Any]],
    heartbeat: float,
) -> AsyncGenerator[bytes, None]:
    """The chat's changes after a version as server-sent events, until the server stops."""
    menu = None
    with nudges.listening(user_id) as page:
        while not nudges.closed:
            page.clear()
            news = await history.news(user_id, after)
            if news.menu != menu:  # before the messages, which may name its commands
                menu = news.menu
                yield _event("menu", menu)
            for row in news.rows:
                yield _event("message", show(row), version=row.version)
            after = max(after, news.version)
            try:
                await asyncio.wait_for(page.wait(), heartbeat)
            except TimeoutError:
                yield b": still here\n\n"


def _event(kind: str, value: object, version: int | None = None) -> bytes:
    name = f"id: {version}\n" if version is not None else ""
    return f"{name}event: {kind}\ndata: {json.dumps(value, separators=(',', ':'))}\n\n".encode()
