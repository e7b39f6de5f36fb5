"""Refits beside the conversation: each is computed in a process of its own, and put in use in small units."""

from __future__ import annotations

import asyncio
import contextlib
import pickle
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime
from itertools import count

import structlog

from bots.courier import Courier
from bots.dialogue import notices
from bots.holding import Held, Overtaken
from bots.postbox import Postbox
from core import refitter, refitting
from core.clock import Clock
from core.events import Event
from core.refitting import BATCH, Outcome
from core.store import Store
from core.store.transaction import Transaction
from core.surroundings import surroundings

log = structlog.get_logger("refits")

Begin = Callable[[], Awaitable[asyncio.subprocess.Process]]

RENEW = 15
"""Seconds between two signs that the process of a refit is still at work."""
ROWS = 200


class Broken(Exception):  # noqa: N818  (its name says what it is)
    """The process ended without an outcome: killed, or out of memory."""

    def __init__(self, code: int, trace: str) -> None:
        super().__init__(code)
        self.code = code
        self.trace = trace


async def begin() -> asyncio.subprocess.Process:
    """A process that computes one refit; no signal of the terminal reaches it."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", refitter.__name__),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=surroundings(),
        start_new_session=True,
    )


class Refits:
    """One refit at a time, the project that waited longest first."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        postbox: Postbox,
        courier: Courier,
        holder: str,
        begin: Begin = begin,
    ) -> None:
        self._store = store
        self._clock = clock
        self._postbox = postbox
        self._courier = courier
        self._holder = holder
        self._begin = begin
        self._attempts = count(1)
        self._at_work = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None
        self._closed = False

    async def tick(self) -> None:
        """Refit every project that is due; what fails or is overtaken is tried again at the next tick."""
        if self._at_work.locked():
            return
        async with self._at_work:
            now = self._clock.now()
            for project_id in await self._store.read(lambda tx: refitting.due(tx, now=now)):
                if self._closed:
                    return
                await self._attempt(project_id)

    async def close(self) -> None:
        """End the process that is at work, if any; what it would have found is found again."""
        self._closed = True
        if self._process is not None:
            _kill(self._process)
        async with self._at_work:
            pass

    async def _attempt(self, project_id: int) -> None:
        holder = f"{self._holder} {next(self._attempts)}"  # what one attempt lost, the next one does not have
        held = Held(self._store, self._clock, name=f"refit {project_id}", holder=holder)
        if not await held.take():
            return
        try:
            outcome = await self._computed(project_id, held)
            if outcome is not None:
                await self._put_in_use(outcome, held)
        except Overtaken:
            log.info("a refit was overtaken", project=project_id)
        except Broken as broken:
            if not self._closed:
                log.error("a refit broke off", project=project_id, code=broken.code, trace=broken.trace)
        finally:
            await held.give_up()

    async def _computed(self, project_id: int, held: Held) -> Outcome | None:
        """What the process found; None when there is no such project any more."""
        process = self._process = await self._begin()
        try:
            asked = pickle.dumps((self._store.address, project_id, self._clock.now()))
            talk = asyncio.ensure_future(_talk(process, asked))
            try:
                while not talk.done():
                    await asyncio.wait({talk}, timeout=RENEW)
                    await held.keep()
                told, trace = talk.result()
            finally:
                talk.cancel()
            code = await process.wait()
        finally:
            self._process = None
            _kill(process)
            await process.wait()
        if code:
            raise Broken(code, trace)
        outcome: Outcome | None = pickle.loads(told)  # noqa: S301  (from the process we started)
        return outcome

    async def _put_in_use(self, outcome: Outcome, held: Held) -> None:
        while await held.write(lambda tx: refitting.put_away(tx, outcome, most=ROWS)):
            pass
        for start in range(0, len(outcome.bases), ROWS):
            await held.write(lambda tx, start=start: refitting.stage(tx, outcome, start=start, most=ROWS))  # type: ignore[misc]  # start is bound
        if not await held.write(lambda tx: refitting.swap(tx, outcome)):
            raise Overtaken
        for start in range(0, outcome.follows, BATCH):
            await self._happen(
                held,
                lambda tx, now, start=start: refitting.follow(tx, outcome, start=start, now=now),  # type: ignore[misc]  # start is bound
            )
        await self._happen(held, lambda tx, now: refitting.finish(tx, outcome, now=now))
        log.info(
            "a refit is in use",
            project=outcome.project_id,
            generation=outcome.generation,
            answers=outcome.answers,
        )

    async def _happen(self, held: Held, unit: Callable[[Transaction, datetime], tuple[Event, ...]]) -> None:
        now = self._clock.now()
        accounts = await held.write(lambda tx: notices.announce(tx, self._postbox, unit(tx, now), now=now))
        for account in accounts:
            self._courier.look_at(account)


async def _talk(process: asyncio.subprocess.Process, asked: bytes) -> tuple[bytes, str]:
    """Ask; what it told, and what it complained of. Its input stays open: it ends when we end."""
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    with contextlib.suppress(ConnectionError):  # it is gone already, which its code will tell
        process.stdin.write(asked)
        await process.stdin.drain()
    told, complaint = await asyncio.gather(process.stdout.read(), process.stderr.read())
    return told, complaint.decode(errors="replace")


def _kill(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
