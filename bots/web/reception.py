"""Takes an event of a page to whoever hears it, once, and brings back the toast."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from bots.dialogue.vocabulary import Heard, Sender, Toast
from bots.platform import Hear
from bots.web.history import History
from bots.web.sessions import Persona

Arrival = Callable[[Sender, str | None], Awaitable[None]]
Before = Callable[[], Awaitable[None]]


class NotOpen(Exception):  # noqa: N818  (its name says what it is)
    """Nobody listens yet, or any more."""


class Reception:
    """One event at a time per key: a repeated request waits for the first one's outcome."""

    def __init__(self, history: History, on_arrival: Arrival | None) -> None:
        self.hear: Hear | None = None
        self._history = history
        self._on_arrival = on_arrival
        self._arrived: set[str] = set()
        self._arriving = asyncio.Lock()
        self._working: dict[str, asyncio.Task[Toast | None]] = {}
        self._toasts: dict[str, Toast | None] = {}

    async def deliver(self, heard: Heard, *, persona: Persona | None, before: Before) -> Toast | None:
        """Have the event heard, after `before`; gives the toast it was acknowledged with.

        Raises:
            NotOpen: when nobody listens.
        """
        work = self._working.get(heard.key)
        if work is None:
            if self.hear is None:
                raise NotOpen
            # A task of its own: a page that goes away must not stop the work halfway.
            work = asyncio.create_task(self._work(self.hear, heard, persona, before), name="web-event")
            self._working[heard.key] = work
            work.add_done_callback(lambda _: self._working.pop(heard.key, None))
        return await asyncio.shield(work)

    def acknowledge(self, handle: str, toast: Toast | None) -> None:
        """Keep the toast for the request that waits; a late one is dropped."""
        if handle in self._toasts:
            self._toasts[handle] = toast

    async def finish(self) -> None:
        """Hear nothing new, and wait for what is being worked on."""
        self.hear = None
        await asyncio.gather(*self._working.values(), return_exceptions=True)

    async def _work(self, hear: Hear, heard: Heard, persona: Persona | None, before: Before) -> Toast | None:
        await self._welcome(heard.sender, persona)
        await before()
        self._toasts[heard.key] = None
        try:
            await hear(heard)
            await asyncio.sleep(0)  # the press is acknowledged by a task that began meanwhile: it comes first
        finally:
            toast = self._toasts.pop(heard.key)
        return toast

    async def _welcome(self, sender: Sender, persona: Persona | None) -> None:
        if self._on_arrival is None or sender.user_id in self._arrived:
            return
        async with self._arriving:
            if sender.user_id not in self._arrived:
                if not await self._history.newest(sender.user_id, most=1):
                    await self._on_arrival(sender, persona)
                self._arrived.add(sender.user_id)
