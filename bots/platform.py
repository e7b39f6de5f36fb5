"""What a chat platform promises; each one lives in a folder of its own and translates only."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from aiohttp import web

from bots.dialogue.vocabulary import Answer, Heard, Limits, Message, Sender


@dataclass(frozen=True, slots=True)
class Address:
    """Where a person's private chat is."""

    workspace: str
    user_id: str


@dataclass(frozen=True, slots=True)
class Media:
    """A stored image: its file, and the platform's own id for it once it was uploaded."""

    path: Path
    ref: str | None = None


@dataclass(frozen=True, slots=True)
class Posted:
    """Where a message now stands, and what the platform calls the picture in it."""

    ref: str
    media_ref: str | None = None


class TryLater(Exception):  # noqa: N818  (an outcome of sending)
    """The platform asks to wait `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class NotSent(Exception):  # noqa: N818
    """The platform could not be reached, or answered nonsense; whether it took effect is not known."""


class Blocked(Exception):  # noqa: N818
    """The person blocked the bot, left, or never was there: final until they write again."""


class Impossible(Exception):  # noqa: N818
    """The platform refuses this message for good; `gone` when the message to edit no longer exists."""

    def __init__(self, why: str, *, gone: bool = False) -> None:
        super().__init__(why)
        self.gone = gone


Hear = Callable[[Heard], Awaitable[None]]
"""Works on one event; when it returns, the event is committed and may be confirmed to the platform."""


class Platform(Protocol):
    """One chat platform, as the front desk and the courier use it."""

    name: str
    bot: str  # which bot of the platform this is: media ids belong to it
    limits: Limits
    listens_alone: bool  # whether only one process at a time may listen
    patient: bool  # else events are confirmed within seconds: as soon as they are durable, worked on or not

    @property
    def invite_link(self) -> Callable[[str], str] | None:
        """Makes a link that opens the chat with `/start token`; None where there are no such links."""
        ...

    async def who_is(self, sender: Sender) -> Sender:
        """Who a newcomer is, where events do not say it; as well as it is known, never raising."""
        ...

    async def send(
        self, to: Address, message: Message, media: Media | None, *, below: str | None = None
    ) -> Posted:
        """Post a new message, in its place; where there are threads, below the message that `below` names.

        Raises:
            TryLater, NotSent, Blocked, Impossible
        """
        ...

    async def edit(self, to: Address, ref: str, message: Message, media: Media | None) -> Posted:
        """Replace the message `ref`; an edit that changes nothing is a success. Raises as `send`."""
        ...

    async def acknowledge(self, handle: str, answer: Answer | None) -> bool:
        """Answer what carried the handle; never raises: False when a form came too late to be shown."""
        ...

    async def fetch(self, handle: str, into: Path, most: int) -> None:
        """Download an uploaded file into `into`, at most `most` bytes.

        Raises:
            NotSent: when it cannot be fetched.
            Impossible: when it is larger.
        """
        ...

    async def show_menu(self, to: Address, commands: Sequence[tuple[str, str]]) -> None:
        """Show these commands, with their descriptions, in the person's command menu. Raises as `send`."""
        ...

    def routes(self) -> Sequence[web.RouteDef]:
        """What it needs of the one HTTP server."""
        ...

    async def listen(self, hear: Hear) -> None:
        """Hear until cancelled; an event is confirmed only after `hear` returned."""
        ...
