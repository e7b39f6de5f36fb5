"""How the contract suite meets a platform from its other side: one harness each, found by the platform's folder.

A harness is a module named as the platform's folder. Its `SIDES` name the ways in which the platform can be
reached, the plainest first; each opens a `Side`: our adapter, its stand-in, and a person in front of it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Protocol

from bots.platform import Address, Platform
from core.store import Store

BOTS = Path(__file__).resolve().parents[3] / "bots"


@dataclass(frozen=True, slots=True)
class Shown:
    """A message of ours as the person sees it now."""

    ref: str
    words: str
    labels: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    picture: bytes | None = None
    file: tuple[str, bytes] | None = None


@dataclass(frozen=True, slots=True)
class FieldShown:
    """A field of a form: what it asks, what stands in it, what can be chosen."""

    label: str
    value: str | tuple[str, ...]
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FormShown:
    """A form as the person sees it; its fields by name."""

    title: str
    words: str
    fields: Mapping[str, FieldShown]


Told = Callable[[], Awaitable[str]]
"""Waits for the short answer to a tap, as the person reads it."""


class Side(Protocol):
    """The other side of a platform."""

    @property
    def platform(self) -> Platform:
        """Our adapter, not listening yet."""
        ...

    @property
    def person(self) -> Address:
        """Somebody who can be written to."""
        ...

    @property
    def stranger(self) -> Address | None:
        """Somebody who cannot, where there is such a thing."""
        ...

    @property
    def faults(self) -> Mapping[str, Callable[[], None]]:
        """What the next call can meet, by name; "too many" asks for seven seconds."""
        ...

    @property
    def secrets(self) -> tuple[str, ...]:
        """What nobody may ever read in a log or an error."""
        ...

    async def ready(self) -> None:
        """Wait until the listening platform can be spoken to."""
        ...

    async def types(self, words: str) -> None:
        """Write words."""
        ...

    async def commands(self, name: str, args: str = "") -> None:
        """Give a command, in the manner of the platform."""
        ...

    async def taps(self, ref: str, label: str) -> Told:
        """Tap a button of a message."""
        ...

    async def sends(self, name: str, data: bytes, caption: str = "") -> None:
        """Send a file."""
        ...

    async def repeats(self) -> None:
        """What was heard last is delivered once more."""
        ...

    def unconfirmed(self) -> int:
        """How many events the platform still waits for, or would give again."""
        ...

    async def confirmed(self) -> None:
        """Wait until there is none."""
        ...

    async def sees(self) -> list[Shown]:
        """Our messages in the private chat, oldest first."""
        ...

    async def vanish(self, ref: str) -> None:
        """A message of ours is deleted."""
        ...

    async def away(self) -> None:
        """The platform's servers are gone."""
        ...

    def passes(self, seconds: float) -> None:
        """Let the adapter's own clock go on."""
        ...

    def complaints(self) -> list[str]:
        """What the platform objected to, and whom our words would have called."""
        ...


class FormSide(Side, Protocol):
    """The same where forms can be shown."""

    async def form(self) -> FormShown:
        """The form in front of the person."""
        ...

    async def submits(self, values: Mapping[str, str | tuple[str, ...]]) -> Mapping[str, str]:
        """Fill in some fields and send it; gives the faults by field, none when it closed."""
        ...

    def slow(self) -> None:
        """The person's forms come too late from now on."""
        ...


Opener = Callable[[Store, Path], AbstractAsyncContextManager[Side]]


def platforms() -> list[str]:
    """The platforms that there are: each lives in a folder of its own."""
    return sorted(path.parent.name for path in BOTS.glob("*/platform.py"))


def ways(platform: str) -> Mapping[str, Opener]:
    """The ways in which a platform can be reached, by name; none while it has no harness."""
    if not (Path(__file__).parent / f"{platform}.py").exists():
        return {}
    found: Mapping[str, Opener] = import_module(f"{__name__}.{platform}").SIDES
    return found
