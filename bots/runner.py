"""The composition root: everything is made here once, started together and stopped in order."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import structlog
from aiohttp import web

from bots.clockwork import Clockwork
from bots.courier import Courier
from bots.dialogue.turn import House
from bots.errands import Errands
from bots.front_desk import FrontDesk
from bots.health import health_routes
from bots.platform import Hear, Platform
from bots.postbox import Postbox
from bots.refits import Refits
from bots.suggesting import Suggesting
from bots.teaching import Teaching
from bots.training import MODELS
from core import beats, rotating
from core.clock import Clock, SystemClock, new_token
from core.domain.fair_pay import Floor
from core.store import Store, chats, leases, open_store
from core.vault import Vault, read_or_make_secret, secrets_before
from i18n import prepare
from models.suggester import Suggester
from models.training.problems import parts_installed

log = structlog.get_logger("runner")

RENEW = timedelta(seconds=10)


@dataclass(slots=True)
class Service:
    """The running product, without the platforms' listening: tests drive it from here."""

    store: Store
    clock: Clock
    house: House
    platforms: Mapping[str, Platform]
    courier: Courier
    desk: FrontDesk
    clockwork: Clockwork
    refits: Refits
    suggesting: Suggesting
    errands: Errands
    holder: str
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def begin(self) -> None:
        """What must happen after a start before anything is heard: give back the time nobody was there."""
        now = self.clock.now()
        away = await self.store.write(lambda tx: beats.wake(tx, holder=self.holder, now=now))
        if away > beats.SHORT:
            log.info("deadlines moved", away=str(away))
        if self.store.dialect == "sqlite":  # the only process: whoever held a chat is gone
            await self.store.write(chats.free_leases)
        await self.desk.pick_up(waiting=timedelta(0))
        await self.courier.sweep()

    async def close(self) -> None:
        """Let go in the order in which nothing is lost."""
        self.clockwork.stop()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        await self.refits.close()
        await self.suggesting.close()
        await self.desk.settled()
        await self.errands.close()
        await self.courier.close()
        await self.store.close()


def compose(
    *,
    store: Store,
    clock: Clock,
    vault: Vault,
    platforms: Mapping[str, Platform],
    data_dir: Path,
    admins: frozenset[str] = frozenset(),
    fair_pay_floor: Floor | None = None,
    payout_minimum: Mapping[str, Decimal] | None = None,
    reaction: timedelta = timedelta(milliseconds=400),
    holder: str = "",
) -> Service:
    """Put the parts together."""
    holder = holder or new_token()
    house = House(
        vault=vault,
        admins=admins,
        data_dir=data_dir,
        new_token=new_token,
        invite_links={
            name: link for name, platform in platforms.items() if (link := platform.invite_link) is not None
        },
        fair_pay_floor=fair_pay_floor or Floor(),
        payout_minimum=payout_minimum or {},
        reaction=reaction,
    )
    postbox = Postbox(vault, {name: platform.limits for name, platform in platforms.items()})
    courier = Courier(
        store=store, clock=clock, vault=vault, platforms=platforms, data_dir=data_dir, holder=holder
    )
    errands = Errands(
        store=store, clock=clock, postbox=postbox, house=house, courier_nudge=courier.look_at, holder=holder
    )
    desk = FrontDesk(
        store=store,
        clock=clock,
        house=house,
        postbox=postbox,
        courier=courier,
        platforms=platforms,
        holder=holder,
        errands=errands.wake,
    )
    refits = Refits(store=store, clock=clock, postbox=postbox, courier=courier, holder=holder)
    suggesting = Suggesting(
        store=store,
        clock=clock,
        postbox=postbox,
        courier=courier,
        suggester=Suggester(data_dir / MODELS, house.media_dir),
        holder=holder,
    )
    clockwork = Clockwork(
        store=store,
        clock=clock,
        postbox=postbox,
        courier=courier,
        recover=desk.recover,
        refit=refits.tick,
        suggest=suggesting.tick,
        teach=Teaching(store=store, media_dir=house.media_dir).tick,
        can_train=parts_installed,
        errands=errands.wake,
        holder=holder,
    )
    return Service(
        store, clock, house, platforms, courier, desk, clockwork, refits, suggesting, errands, holder
    )


def warm_up() -> None:
    """Read ahead what would make the first person wait; what stands then stays, so the collector skips it."""
    prepare()
    gc.collect()
    gc.freeze()


async def serve(
    service: Service, *, host: str, port: int, stop: asyncio.Event, ready: Callable[[], None] = lambda: None
) -> None:
    """Run until `stop`: the HTTP server, every platform, the clockwork and the errands; `ready` when all run."""
    async with AsyncExitStack() as stack:
        stack.push_async_callback(service.close)
        await asyncio.to_thread(warm_up)
        await service.begin()
        await stack.enter_async_context(_http(service, host=host, port=port))
        async with asyncio.TaskGroup() as group:
            running = [
                group.create_task(listen(service, platform), name=f"listen {platform.name}")
                for platform in service.platforms.values()
            ]
            running.append(group.create_task(service.errands.run(), name="errands"))
            service.clockwork.start()
            ready()
            await stop.wait()
            for task in running:
                task.cancel()


async def listen(service: Service, platform: Platform) -> None:
    """Hear a platform; where only one process may listen, the one that holds the lease does."""
    if not platform.listens_alone or service.store.dialect == "sqlite":
        await platform.listen(service.desk.hear)
        return
    name = f"{platform.name} listener"
    while True:
        if await _hold(service, name):
            listening = asyncio.create_task(platform.listen(service.desk.hear))
            try:
                while not listening.done() and await _hold(service, name):
                    await asyncio.wait({listening}, timeout=RENEW.total_seconds())
            finally:  # also when we are stopped: nobody may go on listening behind our back
                listening.cancel()
                await asyncio.gather(listening, return_exceptions=True)
        await asyncio.sleep(RENEW.total_seconds())


async def _hold(service: Service, name: str) -> bool:
    now = service.clock.now()
    return await service.store.write(
        lambda tx: leases.take(tx, name, holder=service.holder, now=now, until=now + 3 * RENEW)
    )


@asynccontextmanager
async def _http(service: Service, *, host: str, port: int) -> AsyncIterator[None]:
    app = web.Application(client_max_size=2**20)
    app.add_routes(health_routes(service.store))
    for platform in service.platforms.values():
        app.add_routes(platform.routes())
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=2.0)
    await runner.setup()
    await web.TCPSite(runner, host, port).start()
    try:
        yield
    finally:
        await runner.cleanup()


def stop_on_signals(stop: asyncio.Event) -> None:
    """Ctrl-C and SIGTERM end the service in good order."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)


KEY = "secret.key"
"""The file, in the data folder, of the secret that was made."""


def _vault(data_dir: Path, secret: str, before: str) -> Vault:
    data_dir.mkdir(parents=True, exist_ok=True)
    older = tuple(one.strip().encode() for one in before.split(",") if one.strip())
    if secret:
        return Vault(secret.encode(), before=older)
    path = data_dir / KEY
    return Vault(read_or_make_secret(path), before=(*secrets_before(path), *older))


async def open_parts(
    *, database: str, data_dir: Path, secret: str, before: str = ""
) -> tuple[Store, Vault, Clock]:
    """The database, the vault and the clock of a real run; `before` are older secrets, with commas between.

    Raises:
        WrongSecret: when none of the secrets is the database's.
    """
    vault = await asyncio.to_thread(_vault, data_dir, secret, before)
    store = await open_store(database)
    try:
        return store, await store.write(lambda tx: rotating.whole(tx, vault)), SystemClock()
    except BaseException:
        await store.close()
        raise


__all__ = ["Hear", "Service", "compose", "open_parts", "serve", "stop_on_signals"]
