"""What a soak needs of a platform: its stand-in outside the service, and the apps of the people there."""

# ruff: noqa: ASYNC109  (a test says how long it is ready to wait)

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Protocol, TypeVar

from tests.full_run.side import Tap
from tests.soak.fuses import Point

T = TypeVar("T")
PATIENCE = 90.0
"""Seconds within which everything that was asked must be answered, whoever was killed meanwhile."""


@dataclass(frozen=True, slots=True)
class Act:
    """Something that people do on one platform only; it ends when it was answered."""

    name: str
    share: float  # of all that they do
    run: Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Heard:
    """The inbox keys that there must be, and those that there may be."""

    must: frozenset[str]
    may: frozenset[str]


class SoakTap(Tap, Protocol):
    """A tap whose effects may be late, or lost."""

    @property
    def label(self) -> str: ...

    @property
    def over(self) -> bool:
        """Whether the platform waits for nothing any more."""
        ...

    @property
    def lost(self) -> bool:
        """Whether the person has to tap again: the platform told them so, or nothing came of it."""
        ...


class App(Protocol):
    """A person's app, and what it is in the soak to look at it and to use it."""

    @property
    def joining(self) -> tuple[str, ...]:
        """The buttons between the first word and the first card."""
        ...

    @property
    def acts(self) -> Sequence[Act]:
        """What people do here and nowhere else."""
        ...

    @property
    def id(self) -> int | str: ...

    @property
    def language(self) -> str: ...

    @property
    def chat(self) -> Sequence[Any]: ...  # of messages, as the stand-ins have them

    @property
    def moment(self) -> int: ...

    @property
    def unseen_acts(self) -> Sequence[int]:
        """The moments at which the person typed something that does not stand in the chat."""
        ...

    def transcript(self) -> str: ...

    async def until(self, look: Callable[[], T | None], *, timeout: float, what: str) -> T:
        """What `look` finds, now or after any change in this chat."""
        ...

    async def says(self, text: str) -> int:
        """Write, until it is heard; the moment after which there may be an answer."""
        ...

    async def uploads(self, name: str, data: bytes, *, caption: str = "") -> object:
        """Send a file."""
        ...

    async def presses_data(self, message: Any, data: str) -> SoakTap:
        """Tap a button that sends this, whether there is one or not."""
        ...

    async def sees(self, fragment: str, *, timeout: float) -> Any:
        """A message of the bot since the latest own act."""
        ...


class Side(Protocol):
    """One platform of a soak."""

    points: Sequence[Point]
    """The moments at which a service that speaks this platform can die."""

    @property
    def admin(self) -> App: ...

    @property
    def arguments(self) -> Sequence[str]:
        """What the service has to be told to find this platform."""
        ...

    def worker(self, number: int) -> App:
        """Somebody's app; languages take turns."""
        ...

    def file(self, ref: str) -> bytes:
        """The bytes of a file that the bot sent."""
        ...

    async def service_runs(self) -> None:
        """A service was started for the first time."""
        ...

    @property
    def drafts(self) -> int:
        """How many projects the requester has made beside the one that people work on."""
        ...

    async def make_drafts(self, stop: asyncio.Event) -> None:
        """The requester makes projects meanwhile, where that takes one act."""
        ...

    def died(self) -> None:
        """The service is gone, as was just noticed."""
        ...

    def tell_again(self, chance: Random) -> None:
        """The platform repeats some of what it told before, while people work; where it does such things."""
        ...

    async def tell_all_again(self) -> int:
        """Repeat what was told, at rest; how much."""
        ...

    async def drained(self) -> None:
        """Wait until everything that people did was confirmed."""
        ...

    def heard(self) -> Heard:
        """What must be in the inbox."""
        ...

    def looks(self, version: Any) -> object:
        """All that tells a message from another."""
        ...

    def empty_edits(self) -> int:
        """How many edits changed nothing."""
        ...

    def wrong(self) -> list[str]:
        """What the platform has to complain about."""
        ...

    def figures(self) -> list[tuple[str, str]]:
        """What else was measured: a name and a value each."""
        ...
