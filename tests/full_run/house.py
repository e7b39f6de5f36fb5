"""The whole service with the real adapters against their stand-ins over HTTP; only the clock is ours."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from aiohttp import web

from bots.platform import Platform
from bots.runner import Service, compose, listen
from core.clock import ManualClock
from core.store import Store
from core.store.health import backlog
from core.vault import Vault
from tests.full_run.side import Phone, Side

BOSS = 1
"""The number of the one admin."""
MOST_REPEATS = 60
STEP = timedelta(minutes=15)


@dataclass(slots=True)
class House:
    """A running service, the platforms it speaks on, and the clock."""

    service: Service
    clock: ManualClock
    sides: Sequence[Side]

    def side_of(self, phone: Phone) -> Side:
        """The platform that an app belongs to."""
        return next(side for side in self.sides if side.has(phone))

    async def rest(self) -> None:
        """Wait until everything that was heard is answered and every job is done."""
        await self._heard()
        await self._settled()
        while await self.service.errands.run_once():
            await self._settled()
        await self._heard()  # a platform may tell us of our own messages

    async def _heard(self) -> None:
        for side in self.sides:
            await side.drained()

    async def _settled(self) -> None:
        await self.service.desk.settled()
        await self.service.courier.settled()

    async def calm(self) -> None:
        """The same, and what had to wait for a platform is delivered too; a pause of the courier takes no time."""
        for _ in range(MOST_REPEATS):
            await self.rest()
            owed, jobs = await self.service.store.read(backlog)
            if not owed and not jobs:
                return
            self.clock.move(timedelta(seconds=1))
            await self.service.courier.sweep()
        raise AssertionError(f"{owed} messages are still owed, and {jobs} jobs wait")

    async def later(self, *, step: timedelta = STEP, **span: float) -> None:
        """Let time pass, step by step, and what it brings about."""
        end = self.clock.now() + timedelta(**span)
        while (left := end - self.clock.now()) > timedelta(0):
            self.clock.move(min(step, left))
            await self.service.clockwork.tick()
            await self.calm()

    def refused(self) -> list[object]:
        """What a real platform would have refused, beside the faults that a test asked for."""
        return [one for side in self.sides for one in side.refused()]

    def unanswered(self) -> list[str]:
        """The taps that nobody answered."""
        return [one for side in self.sides for one in side.unanswered()]

    def unmet(self) -> list[object]:
        """The faults that no call has met yet."""
        return [one for side in self.sides for one in side.unmet()]


async def no_time(_seconds: float) -> None:
    """A sleep that is over at once."""


@asynccontextmanager
async def serving(
    store: Store,
    clock: ManualClock,
    vault: Vault,
    data_dir: Path,
    *,
    platforms: Sequence[Platform],
    admins: frozenset[str],
    door: socket.socket | None = None,
) -> AsyncIterator[Service]:
    """The service of these platforms, listening, with its web server at `door`; the store stays open."""
    async with AsyncExitStack() as stack:
        service = compose(
            store=store,
            clock=clock,
            vault=vault,
            platforms={one.name: one for one in platforms},
            data_dir=data_dir,
            admins=admins,
            reaction=timedelta(0),
            holder="test",
        )
        await service.begin()
        if door is not None:
            await stack.enter_async_context(_web(platforms, door))
        for one in platforms:
            await stack.enter_async_context(_listening(service, one))
        yield service
        await service.desk.settled()
        await service.courier.close()


@asynccontextmanager
async def _web(platforms: Sequence[Platform], door: socket.socket) -> AsyncIterator[None]:
    app = web.Application()
    for one in platforms:
        app.add_routes(one.routes())
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    await web.SockSite(runner, door).start()
    try:
        yield
    finally:
        await runner.cleanup()


@asynccontextmanager
async def _listening(service: Service, platform: Platform) -> AsyncIterator[None]:
    task = asyncio.create_task(listen(service, platform))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
        if not task.cancelled():
            task.result()
