"""What the tests of our Telegram share: a card, a picture, and ears."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

from PIL import Image

from bots.dialogue.vocabulary import Button, Heard, Message, Note, Para, Quote, Title
from bots.platform import Address, Platform
from i18n import Content, Phrase

TOKEN = "42:TEST"
ANA = Address("", "1001")


def picture(colour: str) -> bytes:
    """A small real image."""
    out = io.BytesIO()
    Image.new("RGB", (120, 80), colour).save(out, "PNG")
    return out.getvalue()


def said(*words: str, **more: object) -> Message:
    """A message of plain paragraphs."""
    return replace(Message(tuple(Para(Phrase(line)) for line in words)), **more)  # type: ignore[arg-type]  # any field


CARD = Message(
    (Title(Phrase("Task 1")), Quote(Content("a <cat>")), Note(Phrase("2 h left"))),
    ((Button(Phrase("Cat"), "1:a:0"), Button(Phrase("Dog"), "1:a:1")),),
)


class Ear:
    """Keeps what was heard, and lets a test decide what happens meanwhile."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.then: Callable[[Heard], Awaitable[None]] | None = None
        self._changed = asyncio.Condition()

    async def __call__(self, heard: Heard) -> None:
        if self.then is not None:
            await self.then(heard)
        self.heard.append(heard)
        async with self._changed:
            self._changed.notify_all()

    async def until(self, count: int) -> list[Heard]:
        async with self._changed, asyncio.timeout(5):
            await self._changed.wait_for(lambda: len(self.heard) >= count)
        return self.heard


@asynccontextmanager
async def listening(platform: Platform, ear: Ear) -> AsyncIterator[None]:
    """The platform hears until the block ends, and ends cleanly."""
    task = asyncio.create_task(platform.listen(ear))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
    assert task.cancelled()
