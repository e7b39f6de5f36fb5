"""Workers who tap as fast as cards come, on a platform that only takes note."""

# ruff: noqa: ARG002  (a platform that only takes note uses little of what it is given)

from __future__ import annotations

import asyncio
import itertools
import re
import shutil
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from aiohttp import web

from bots.dialogue.vocabulary import (
    Answer,
    Button,
    Command,
    Heard,
    Limits,
    Message,
    Press,
    Quote,
    Sender,
    Upload,
)
from bots.platform import Address, Hear, Media, Posted
from bots.runner import Service, compose, warm_up
from core.clock import Clock, SystemClock
from core.domain.task import Assignment
from core.store import Store
from core.vault import Vault
from tests.benchmarks.measuring import Sample, Watch

PLATFORM = "null"
VAULT = Vault(b"benchmarks only: thirty-two byte")


class NullPlatform:
    """Carries what Telegram carries, to nobody: what it is given to send is in its worker's hand at once."""

    name = PLATFORM
    bot = PLATFORM
    limits = Limits(edits_media=False)
    listens_alone = False
    patient = True

    def __init__(self) -> None:
        self.workers: dict[str, Worker] = {}
        self.uploads: dict[str, Path] = {}
        self._refs = itertools.count(1)

    @property
    def invite_link(self) -> Callable[[str], str] | None:
        return None

    async def who_is(self, sender: Sender) -> Sender:
        return sender

    async def send(
        self, to: Address, message: Message, media: Media | None, *, below: str | None = None
    ) -> Posted:
        self.workers[to.user_id].gets(message)
        return Posted(str(next(self._refs)))

    async def edit(self, to: Address, ref: str, message: Message, media: Media | None) -> Posted:
        self.workers[to.user_id].gets(message)
        return Posted(ref)

    async def acknowledge(self, handle: str, answer: Answer | None) -> bool:
        return True

    async def fetch(self, handle: str, into: Path, most: int) -> None:
        await asyncio.to_thread(shutil.copyfile, self.uploads[handle], into)

    async def show_menu(self, to: Address, commands: Sequence[tuple[str, str]]) -> None:
        return

    def routes(self) -> Sequence[web.RouteDef]:
        return ()

    async def listen(self, hear: Hear) -> None:
        await asyncio.Event().wait()


WRONG = 5
"""One answer in so many is wrong."""


def said(card: Assignment, *, right: bool, at: int) -> str:
    """What somebody says of a task whose number tells the truth."""
    labels = [label.id for label in card.file.labels]
    truth = card.gold or labels[_number(card.content["text"]) % len(labels)]
    return truth if right else labels[at % len(labels)]


def _number(text: str) -> int:
    """The number in a task's text, which tells the truth: which of the labels is right, counted round."""
    found = re.search(r"\d+", text)
    assert found is not None, "texts are numbered"
    return int(found[0])


@dataclass(slots=True)
class Worker:
    """Somebody with a card in hand."""

    user_id: str
    card: Message | None = None
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    taps: int = 0
    messages: int = 0
    kept: list[Message] | None = None  # what was shown, where somebody wants to look at it again

    @property
    def sender(self) -> Sender:
        """As the platform names them."""
        return Sender(PLATFORM, "", self.user_id, f"Worker {self.user_id}", "en")

    def gets(self, message: Message) -> None:
        """The bot shows this now."""
        self.messages += 1
        self.card = message
        if self.kept is not None:
            self.kept.append(message)
        self.arrived.set()

    async def begins(self, hear: Hear) -> None:
        """`/task`, and wait for the first card."""
        await self.does(hear, Command("task", ""))

    async def answers(self, hear: Hear) -> None:
        """Tap the right label, or in one of five cases another, and wait for the next card."""
        card = self.card
        assert card is not None, "the worker has begun"
        buttons = [one for row in card.rows for one in row if isinstance(one, Button)]
        labels = [one for one in buttons if one.data.startswith("1:a:")]
        assert labels, f"no task to answer: {card.parts}"
        text = " ".join(part.words for part in card.parts if isinstance(part, Quote))
        tapped = labels[(_number(text) + (self.taps % WRONG == 0)) % len(labels)]
        await self.does(hear, Press(tapped.data, f"{self.user_id}-{self.taps}"))

    async def does(self, hear: Hear, what: Command | Press | Upload) -> None:
        self.taps += 1
        self.arrived.clear()
        await hear(Heard(f"{PLATFORM}:{self.user_id}-{self.taps}", self.sender, what))
        await self.arrived.wait()


@dataclass(slots=True)
class Crowd:
    """A service and the workers who keep it busy."""

    service: Service
    platform: NullPlatform
    workers: Sequence[Worker]

    async def begin(self) -> None:
        """Everybody takes a card."""
        for worker in self.workers:
            await worker.begins(self.service.desk.hear)
        await self.service.courier.settled()

    async def work(self, cycles: int, *, by: Sequence[Worker] | None = None) -> Sample:
        """So many answers in all, everybody at the same time, until the last one is marked as sent."""
        left = itertools.count()

        async def one(worker: Worker) -> None:
            while next(left) < cycles:
                await worker.answers(self.service.desk.hear)

        watch = Watch()
        async with asyncio.TaskGroup() as group:
            for worker in self.workers if by is None else by:
                group.create_task(one(worker))
        await self.service.courier.settled()
        return watch.stop(cycles)


@asynccontextmanager
async def crowd(
    store: Store, data_dir: Path, names: Sequence[str], *, clock: Clock | None = None
) -> AsyncIterator[Crowd]:
    """The product on this store with these workers, each with a card in hand; closes the store."""
    platform = NullPlatform()
    service = compose(
        store=store,
        clock=clock or SystemClock(),
        vault=VAULT,
        platforms={PLATFORM: platform},
        data_dir=data_dir,
        reaction=timedelta(microseconds=1),  # looked up as in life; nobody here is too quick
        holder="benchmark",
    )
    platform.workers = {name: Worker(name) for name in names}
    made = Crowd(service, platform, list(platform.workers.values()))
    try:
        await asyncio.to_thread(warm_up)
        await service.begin()
        await made.begin()
        yield made
    finally:
        await service.close()
