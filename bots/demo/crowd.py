"""A simulated crowd: a platform in memory whose people read their cards and press real buttons."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from aiohttp import web

from bots.demo.seed import Known
from bots.demo.worker import Chat, Rest, SimulatedWorker
from bots.dialogue.vocabulary import Answer, Heard, Limits, Message, Sender
from bots.platform import Address, Hear, Media, NotSent, Posted
from core.clock import new_token

Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Character:
    """Someone in the crowd: what they read, and how often they are right."""

    locale: str
    langs: tuple[str, ...]
    accuracy: float


CHARACTERS = (
    Character("en", ("en",), 0.95),
    Character("zh-Hans", ("zh", "en"), 0.9),
    Character("es", ("es",), 0.85),
    Character("ar", ("ar",), 0.95),
    Character("en", ("en", "es"), 0.8),
    Character("zh-Hans", ("zh",), 0.95),
    Character("es", ("es", "en"), 0.95),
    Character("ar", ("ar", "en"), 0.75),
    Character("en", ("en",), 0.7),
    Character("zh-Hans", ("zh",), 0.8),
    Character("es", ("es",), 0.9),
    Character("ar", ("ar",), 0.85),
)


class Crowd:
    """Twelve people in four languages, who work while the service listens to them.

    `known` are the tasks whose truth the demo knows; `sleep` passes the time between what they do.
    """

    name = "crowd"
    bot = "crowd"
    limits = Limits()
    listens_alone = True
    patient = True

    def __init__(
        self, known: Known, *, chance: Random, sleep: Sleep = asyncio.sleep, rest: Rest | None = None
    ) -> None:
        self._sleep = sleep
        self._rest = rest or Rest()
        self._workers = {
            f"crowd-{number:02d}": SimulatedWorker(
                Chat(),
                known=known,
                langs=one.langs,
                accuracy=one.accuracy,
                chance=Random(chance.getrandbits(62)),  # noqa: S311  (a simulation's dice, made from ours)
            )
            for number, one in enumerate(CHARACTERS, start=1)
        }

    @property
    def workers(self) -> Sequence[SimulatedWorker]:
        """Everybody in it."""
        return tuple(self._workers.values())

    @property
    def invite_link(self) -> Callable[[str], str] | None:
        """Nobody else can come in."""
        return None

    async def who_is(self, sender: Sender) -> Sender:
        """Everybody is known."""
        return sender

    async def send(
        self,
        to: Address,
        message: Message,
        media: Media | None,  # noqa: ARG002  (the message names it)
        *,
        below: str | None = None,  # noqa: ARG002  (they read from top to bottom)
    ) -> Posted:
        return Posted(self._workers[to.user_id].chat.post(message))

    async def edit(self, to: Address, ref: str, message: Message, media: Media | None) -> Posted:  # noqa: ARG002  (as above)
        self._workers[to.user_id].chat.replace(ref, message)
        return Posted(ref)

    async def acknowledge(self, handle: str, answer: Answer | None) -> bool:  # noqa: ARG002  (they do not read toasts)
        return True

    async def fetch(self, handle: str, into: Path, most: int) -> None:  # noqa: ARG002  (there is nothing to fetch)
        raise NotSent("the crowd sends no files")

    async def show_menu(self, to: Address, commands: Sequence[tuple[str, str]]) -> None:
        """They know their commands."""

    def routes(self) -> Sequence[web.RouteDef]:
        return ()

    async def listen(self, hear: Hear) -> None:
        """Everybody works at their own pace until cancelled."""
        async with asyncio.TaskGroup() as group:
            for (user_id, worker), character in zip(self._workers.items(), CHARACTERS, strict=True):
                sender = Sender("crowd", "", user_id, f"Simulated {user_id}", character.locale)
                group.create_task(self._live(worker, sender, hear), name=user_id)

    async def _live(self, worker: SimulatedWorker, sender: Sender, hear: Hear) -> None:
        while True:
            await self._sleep(worker.pause(self._rest))
            # A key of their own each time: nothing that the simulation says comes twice.
            await hear(Heard(f"crowd:{new_token()}", sender, worker.does()))
