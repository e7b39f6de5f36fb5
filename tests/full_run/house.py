"""The whole service with the real Telegram adapter against the stand-in over HTTP; only the clock is ours."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from aiohttp import web

from bots.runner import Service, compose, listen
from bots.telegram.platform import Telegram
from bots.telegram.webhook import Webhook
from core.clock import ManualClock, chance_of
from core.store import Store
from core.store.health import backlog
from core.vault import Vault
from tests.standins.telegram import Call, TelegramStandIn

TOKEN = "42:TEST"
SECRET = "s3cret-of_the-hook"
BOSS = 1
"""The Telegram id of the one admin."""
MOST_REPEATS = 60
REPEATED = ("message is not modified", "query is too old")
STEP = timedelta(minutes=15)


@dataclass(slots=True)
class TelegramHouse:
    """A running service, its Telegram, and the clock."""

    service: Service
    server: TelegramStandIn
    clock: ManualClock

    async def rest(self) -> None:
        """Wait until everything that was heard is answered and every job is done."""
        await self.server.updates.drained(timeout=30)
        await self.service.courier.settled()
        while await self.service.errands.run_once():
            await self.service.courier.settled()
        await self.service.courier.settled()

    async def calm(self) -> None:
        """The same, and what had to wait for Telegram is delivered too; a pause of the courier takes no time."""
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

    def refused(self) -> list[Call]:
        """The calls that a real Telegram would have refused, beside the faults that a test asked for.

        What is repeated because its answer may have been lost is refused rightly: an edit that changes
        nothing any more, the second answer to a tap that was delivered twice.
        """
        return [
            call
            for call in self.server.calls
            if not call.ok and call.fault is None and not any(why in call.description for why in REPEATED)
        ]

    def unanswered(self) -> list[str]:
        """The taps that nobody answered."""
        queries = self.server.world.queries.values()
        return [f"{query.account.id}: {query.data}" for query in queries if query.answer is None]


async def no_time(_seconds: float) -> None:
    """A sleep that is over at once."""


@asynccontextmanager
async def telegram_house(
    store: Store,
    clock: ManualClock,
    vault: Vault,
    data_dir: Path,
    *,
    webhook: bool = False,
    history: bool = True,
) -> AsyncIterator[TelegramHouse]:
    """Open the house; the store is closed by who opened it."""
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(
            TelegramStandIn(token=TOKEN, history=history, webhook_unit=0.001, wall=_wall(clock))
        )
        place = socket.create_server(("127.0.0.1", 0))
        stack.callback(place.close)
        door = Webhook(f"http://127.0.0.1:{place.getsockname()[1]}", SECRET) if webhook else None
        telegram = Telegram(
            token=TOKEN,
            data_dir=data_dir,
            api_url=server.url,
            webhook=door,
            chance=chance_of(1),
            sleep=no_time,
        )
        await telegram.start()
        stack.push_async_callback(telegram.close)
        service = compose(
            store=store,
            clock=clock,
            vault=vault,
            platforms={telegram.name: telegram},
            data_dir=data_dir,
            admins=frozenset({f"telegram:{BOSS}"}),
            reaction=timedelta(0),
            holder="test",
        )
        await service.begin()
        await stack.enter_async_context(_web(telegram, place))
        await stack.enter_async_context(_listening(service, telegram))
        if webhook:
            await server.calls.wait("setWebhook", status=200)
            stack.push_async_callback(server.webhook.remove)
        yield TelegramHouse(service, server, clock)
        await service.courier.close()


def _wall(clock: ManualClock) -> Callable[[], float]:
    def wall() -> float:
        now: datetime = clock.now()
        return now.timestamp()

    return wall


@asynccontextmanager
async def _web(telegram: Telegram, place: socket.socket) -> AsyncIterator[None]:
    app = web.Application()
    app.add_routes(telegram.routes())
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    await web.SockSite(runner, place).start()
    try:
        yield
    finally:
        await runner.cleanup()


@asynccontextmanager
async def _listening(service: Service, telegram: Telegram) -> AsyncIterator[None]:
    task = asyncio.create_task(listen(service, telegram))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
        if not task.cancelled():
            task.result()
