"""Updates on their way to the bot: kept until confirmed, handed out again when not."""

# ruff: noqa: ASYNC109  (the Bot API calls it timeout, and tests say how long they wait)

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from .refusal import Refusal, bad_request, conflict
from .waiting import Signal

MOST_AT_ONCE = 100
LONGEST_POLL = 50
MOST_BYTES = 4_000_000
CALLBACK_SECONDS = 150.0
MESSAGE_SECONDS = 24 * 3600.0
# These three are only sent to bots that ask for them.
ONLY_ON_REQUEST = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


@dataclass(slots=True, eq=False)
class Update:
    """One update, ready to travel; `queue` is where its order is kept."""

    id: int
    type: str
    body: str
    queue: tuple[str, int]
    expires: float
    again: bool = False
    handed_out: bool = False


class Updates:
    """The queue of one bot."""

    def __init__(self, clock: Callable[[], float], *, history: bool, conflict_delay: float) -> None:
        self._clock = clock
        self._history: list[Update] | None = [] if history else None
        self._conflict_delay = conflict_delay
        self._pending: dict[int, Update] = {}  # by arrival, so that confirming one costs nothing
        self._arrivals = 0
        self._front = 0
        self._next_id = 100_000_001
        self._wanted: frozenset[str] | None = None
        self._poller: asyncio.Future[None] | None = None
        self._next_conflict = 0.0
        self._last_offset: int | None = None
        self._last_start = 0.0
        self._doubles = 0
        self._changed = Signal()
        self.on_arrival: Callable[[Update], None] | None = None

    def __len__(self) -> int:
        return len(self._pending)

    @property
    def last_id(self) -> int:
        """The id of the newest update."""
        return self._next_id - 1

    @property
    def pending(self) -> list[Update]:
        """What is not confirmed yet, in order."""
        return list(self._pending.values())

    @property
    def wanted(self) -> list[str] | None:
        """The allowed_updates the bot asked for."""
        return sorted(self._wanted) if self._wanted else None

    async def polled(self, *, timeout: float = 5) -> None:
        """Wait until somebody waits for updates."""
        await self._changed.until(
            lambda: self._poller, timeout=timeout, otherwise=lambda: f"nobody polled within {timeout} s"
        )

    async def drained(self, *, timeout: float = 5) -> None:
        """Wait until the bot has confirmed everything."""
        await self._changed.until(
            lambda: None if self._pending else True,
            timeout=timeout,
            otherwise=lambda: f"{len(self)} updates are not confirmed after {timeout} s",
        )

    def want(self, types: Any) -> None:
        """Remember allowed_updates: None keeps what was, empty means the default."""
        if types is None:
            return
        if not isinstance(types, list) or not all(isinstance(name, str) for name in types):
            raise bad_request("can't parse allowed_updates: expected an Array of String")
        self._wanted = frozenset(types)

    def post(self, kind: str, body: dict[str, Any], *, queue: tuple[str, int]) -> int | None:
        """Queue an update; its id, or None when the bot does not want this type."""
        wanted = kind in self._wanted if self._wanted else kind not in ONLY_ON_REQUEST
        if not wanted:
            return None
        number = self._next_id
        self._next_id += 1
        seconds = CALLBACK_SECONDS if kind == "callback_query" else MESSAGE_SECONDS
        text = json.dumps({"update_id": number, kind: body}, separators=(",", ":"))
        update = Update(number, kind, text, queue, self._clock() + seconds)
        if self._history is not None:
            self._history.append(update)
        self._arrive(update)
        if self._doubles:
            self._doubles -= 1
            self._arrive(_copy(update))
        return number

    def double(self, times: int = 1) -> None:
        """Deliver each of the next updates twice, under one id."""
        self._doubles += times

    def redeliver(self, since: int) -> int:
        """Deliver everything from this update_id on once more, before anything new; how many that is."""
        assert self._history is not None, "without history nothing can be delivered again"
        copies = [_copy(update) for update in self._history if update.id >= since]
        for copy in reversed(copies):
            self._front -= 1
            self._pending = {self._front: copy, **self._pending}
        self._announce(copies)
        return len(copies)

    def _arrive(self, update: Update) -> None:
        self._arrivals += 1
        self._pending[self._arrivals] = update
        self._announce([update])

    def _announce(self, updates: Iterable[Update]) -> None:
        for update in updates:
            if self.on_arrival:
                self.on_arrival(update)
        self.release_polls()

    def drop_all(self) -> None:
        """Forget what is pending."""
        self._pending.clear()

    def done_with(self, update: Update) -> None:
        """One update was delivered by webhook, or is too old."""
        for arrival, pending in self._pending.items():
            if pending is update:
                del self._pending[arrival]
                self._changed.notify()
                return

    def end_polls(self, why: str) -> None:
        """Whoever polls now gets 409."""
        if self._poller and not self._poller.done():
            self._poller.set_exception(conflict(f"terminated by {why}"))
            self._poller.exception()  # marked as seen: a poller that hung up never looks
        self._poller = None

    def release_polls(self) -> None:
        """Whoever polls now is answered with what there is."""
        if self._poller and not self._poller.done():
            self._poller.set_result(None)

    async def poll(self, *, offset: int, limit: int, timeout: int) -> str:
        """The JSON array that getUpdates answers."""
        limit = min(max(limit, 1), MOST_AT_ONCE)
        timeout = min(max(timeout, 0), LONGEST_POLL)
        self.end_polls("other getUpdates request; make sure that only one bot instance is running")
        self._confirm(offset)
        now = self._clock()
        if offset == self._last_offset:
            # The real server slows down bots that ask the same thing again and again.
            if timeout < 3 and now < self._last_start + 3:
                timeout = 3
            if now < self._last_start + 0.5:
                limit = 1
        self._last_offset, self._last_start = offset, now
        batch = self._batch(limit)
        if not batch and timeout:
            await self._wait(timeout)
            batch = self._batch(limit)
        return f"[{','.join(batch)}]"

    async def _wait(self, timeout: float) -> None:
        poller = self._poller = asyncio.get_running_loop().create_future()
        self._changed.notify()
        try:
            async with asyncio.timeout(timeout):
                await poller
        except TimeoutError:
            return
        except Refusal:
            now = self._clock()
            late = now < self._next_conflict
            self._next_conflict = now + 3
            if late:
                await asyncio.sleep(self._conflict_delay)
            raise
        finally:
            if self._poller is poller:
                self._poller = None

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            for arrival in list(self._pending)[:offset]:
                del self._pending[arrival]
            return
        if not offset:
            return
        done: list[int] = []
        for arrival, update in self._pending.items():
            if update.id < offset and (update.handed_out or not update.again):
                done.append(arrival)
            elif not update.again:
                break
        for arrival in done:
            del self._pending[arrival]
        if done:
            self._changed.notify()

    def _batch(self, limit: int) -> list[str]:
        now, size = self._clock(), 0
        batch: list[str] = []
        gone: list[int] = []
        for arrival, update in self._pending.items():
            if update.expires < now:
                gone.append(arrival)
                continue
            size += len(update.body)
            if len(batch) == limit or (batch and size > MOST_BYTES):
                break
            update.handed_out = True
            batch.append(update.body)
        for arrival in gone:
            del self._pending[arrival]
        return batch


def _copy(update: Update) -> Update:
    return Update(update.id, update.type, update.body, update.queue, update.expires, again=True)
