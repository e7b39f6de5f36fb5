"""How fast Telegram lets a bot send: about 30 messages a second, and one a second to each chat."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bots.platform import TryLater


@dataclass(frozen=True, slots=True)
class Rate:
    """So many a second in the long run, and so many at once after a rest."""

    per_second: float
    burst: int

    @property
    def gap(self) -> float:
        """Seconds between two in the long run."""
        return 1 / self.per_second

    @property
    def slack(self) -> float:
        """Seconds that a burst may run ahead."""
        return (self.burst - 1) * self.gap


OVERALL = Rate(per_second=28, burst=30)
PER_CHAT = Rate(per_second=1, burst=5)
_LONG = 500  # letters: longer texts meet Telegram's limits twice as soon
_NOTHING = 1e-6  # seconds: what rounding leaves over is no reason to sleep


class Pace:
    """Makes senders wait for their turn; a bucket is kept as the time at which it would be full again."""

    __slots__ = (
        "_chats",
        "_clock",
        "_each",
        "_everyone",
        "_flooded",
        "_most",
        "_patience",
        "_sleep",
        "_whole",
    )

    def __init__(
        self,
        *,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        overall: Rate = OVERALL,
        per_chat: Rate = PER_CHAT,
        patience: float = 5.0,
        most_chats: int = 10_000,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._whole = overall
        self._each = per_chat
        self._patience = patience
        self._most = most_chats
        self._everyone = 0.0
        self._chats: OrderedDict[str, float] = OrderedDict()
        self._flooded: deque[float] = deque(maxlen=3)

    async def turn(self, chat: str, letters: int = 0) -> None:
        """Wait until a message of so many letters may go to `chat`; turns are given in the order of asking.

        Raises:
            TryLater: when that is so far away that the sender has better things to do.
        """
        now = self._clock()
        full = max(self._chats.get(chat, now), now)
        everyone = max(self._everyone, now)
        spent = self._each.gap * (2 if letters > _LONG else 1)
        full += spent
        wait = max(full - self._each.gap - self._each.slack, everyone - self._whole.slack) - now
        if wait > self._patience:
            raise TryLater(wait)
        self._everyone = everyone + self._whole.gap
        self._keep(chat, full)
        if wait > _NOTHING:
            await self._sleep(wait)

    def flooded(self, chat: str, seconds: float) -> None:
        """Telegram said 429: this chat rests, and all of them at the third time within a few seconds."""
        now = self._clock()
        self._keep(chat, max(self._chats.get(chat, now), now + seconds + self._each.slack))
        self._flooded.append(now)
        if len(self._flooded) == self._flooded.maxlen and now - self._flooded[0] <= self._patience:
            self._everyone = max(self._everyone, now + seconds + self._whole.slack)

    def _keep(self, chat: str, full: float) -> None:
        self._chats[chat] = full
        self._chats.move_to_end(chat)
        while len(self._chats) > self._most:
            self._chats.popitem(last=False)
