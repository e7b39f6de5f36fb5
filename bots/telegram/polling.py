"""Reading updates with getUpdates; one is confirmed only after it was heard."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from random import Random
from typing import Any

import structlog
from telegram.error import Conflict, TelegramError

from bots.dialogue.vocabulary import Heard
from bots.platform import Hear
from bots.telegram.api import Api
from bots.telegram.hearing import WANTED
from bots.telegram.request import Flooded

LONG_POLL = 30  # seconds
AT_ONCE = 64
_GRACE = 10.0  # seconds that an answer may take beyond the long poll
_WAIT_FOR_ALL = 0.5  # asked again sooner for the same updates, Telegram gives only one
_LONGEST_PAUSE = 30.0
_QUICK_REPEATS = 2

Read = Callable[[dict[str, Any]], Heard | None]
Sleep = Callable[[float], Awaitable[None]]

_log = structlog.get_logger(__name__)


def pause(failures: int, chance: Random) -> float:
    """Seconds to wait after so many failures in a row: 1, 2, 4 … 30, and up to half of it less."""
    return float(min(_LONGEST_PAUSE, 2.0 ** min(failures - 1, 10)) * (1 - chance.random() / 2))


async def poll(api: Api, read: Read, hear: Hear, *, chance: Random, sleep: Sleep = asyncio.sleep) -> None:
    """Hear updates until cancelled; while one takes long, those behind it are heard all the same."""
    failures = 0
    async with asyncio.TaskGroup() as group:
        lines = Lines(hear, group, chance=chance, sleep=sleep)
        while True:
            try:
                updates = await _updates(api, lines)
            except TelegramError as error:
                failures += 1
                await _complain(api, error, failures)
                asked = error.seconds if isinstance(error, Flooded) else 0.0
                await sleep(max(asked, pause(failures, chance)))
                continue
            failures = 0
            for update in updates:
                lines.take(update["update_id"], update, read)
            await lines.settle(_WAIT_FOR_ALL)


async def _updates(api: Api, lines: Lines) -> list[dict[str, Any]]:
    wait = 0 if lines.busy else LONG_POLL
    updates = await api.call(
        "getUpdates",
        {"offset": lines.offset, "timeout": wait, "allowed_updates": WANTED},
        wait=wait + _GRACE,
    )
    if isinstance(updates, list) and all(
        isinstance(update, dict) and isinstance(update.get("update_id"), int) for update in updates
    ):
        return updates
    raise TelegramError("nonsense in answer to getUpdates")


async def _complain(api: Api, error: TelegramError, failures: int) -> None:
    if not isinstance(error, Conflict):
        _log.warning("no updates from Telegram", failures=failures, trouble=str(error))
    elif "webhook" in str(error).lower():
        _log.warning("this bot has a webhook: it is removed, since updates are polled now")
        with suppress(TelegramError):
            await api.call("deleteWebhook", {})
    elif failures == 1:
        _log.error("another process receives this bot's updates: stop it, or give it another token")


class Lines:
    """Updates on their way: one line per person, heard in order, different persons at the same time."""

    __slots__ = (
        *("_chance", "_group", "_hear", "_lines", "_next", "_room", "_settled", "_sleep"),
        *("_taken", "_unheard"),
    )

    def __init__(self, hear: Hear, group: asyncio.TaskGroup, *, chance: Random, sleep: Sleep) -> None:
        self._hear = hear
        self._group = group
        self._chance = chance
        self._sleep = sleep
        self._room = asyncio.Semaphore(AT_ONCE)
        self._lines: dict[str, deque[tuple[int, Heard]]] = {}
        self._next: int | None = None
        self._unheard: set[int] = set()
        self._taken: set[int] = set()  # what Telegram gives again while something before it is unheard
        self._settled = asyncio.Event()

    @property
    def busy(self) -> bool:
        """Whether anything taken has not been heard yet."""
        return bool(self._unheard)

    @property
    def offset(self) -> int | None:
        """Where to read on: all before it has been heard."""
        return min(self._unheard) if self._unheard else self._next

    def take(self, number: int, update: dict[str, Any], read: Read) -> None:
        """Put an update into its person's line, unless it is there already."""
        if number in self._taken:
            return
        self._taken.add(number)
        self._next = number + 1  # not the highest: after a week of silence Telegram counts anew
        heard = read(update)
        if heard is None:
            return
        self._unheard.add(number)
        person = heard.sender.user_id
        if (line := self._lines.get(person)) is not None:
            line.append((number, heard))
            return
        self._lines[person] = deque([(number, heard)])
        self._group.create_task(self._work_off(person))

    async def settle(self, patience: float) -> None:
        """Wait until all is heard, but no longer than `patience` seconds."""
        if self._unheard:
            self._settled.clear()
            try:
                async with asyncio.timeout(patience):
                    await self._settled.wait()
            except TimeoutError:
                return
        self._taken.clear()

    async def _work_off(self, person: str) -> None:
        line = self._lines[person]
        while line:
            number, heard = line[0]
            await self._until_heard(heard)
            line.popleft()
            self._unheard.discard(number)
            if not self._unheard:
                self._settled.set()
        del self._lines[person]

    async def _until_heard(self, heard: Heard) -> None:
        """Call `hear` until it returns: to give up would confirm what nobody heard."""
        failures = 0
        while True:
            try:
                async with self._room:
                    await self._hear(heard)
                return
            except Exception:  # whatever it was, the update waits and the others go on
                failures += 1
                _log.exception("an update was not heard", update=heard.key, failures=failures)
            if failures > _QUICK_REPEATS:
                await self._sleep(pause(failures - _QUICK_REPEATS, self._chance))
