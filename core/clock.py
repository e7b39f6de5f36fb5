"""The only place that reads the clock, rolls dice or makes secrets; everything else takes them as arguments."""

from __future__ import annotations

import random
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Clock(Protocol):
    """Tells the time, aware and in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(slots=True)
class ManualClock:
    """A clock that stands still until a test moves it."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment

    def move(self, span: timedelta) -> datetime:
        """Move on by `span` and return the new time."""
        self.moment += span
        return self.moment


def milliseconds(moment: datetime) -> int:
    """Whole milliseconds since 1970."""
    return (moment - EPOCH) // timedelta(milliseconds=1)


def new_seed() -> int:
    """A 62-bit seed: one per event, kept with it, so that a repeated unit rolls the same dice."""
    return secrets.randbits(62)


def chance_of(seed: int) -> random.Random:
    """The dice of one event."""
    return random.Random(seed)  # noqa: S311  (choices among tasks, no secrets)


def new_token() -> str:
    """An unguessable token of 22 letters for invites and links."""
    return secrets.token_urlsafe(16)


def new_secret() -> bytes:
    """32 bytes for a key."""
    return secrets.token_bytes(32)


def aware(moment: datetime) -> datetime:
    """The same moment in UTC; a naive time is a mistake of the caller.

    Raises:
        ValueError: when `moment` carries no time zone.
    """
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return moment.astimezone(UTC)
