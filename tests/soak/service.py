"""The whole product on a file and a stand-in Telegram, composed so that it can be killed at a named point."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from bots.dialogue.vocabulary import Heard, Message
from bots.platform import Address, Hear, Media, Posted
from bots.runner import Service, compose, open_parts, serve, stop_on_signals
from bots.telegram.platform import Telegram
from core.clock import Clock, SystemClock
from tests.soak.fuses import Fuse, MortalStore, Point

TICK = 0.5  # seconds
PATIENCE = 0.5


@dataclass(frozen=True, slots=True)
class QuickClock:
    """A clock that runs `speed` times as fast since `origin`, also across restarts."""

    real: Clock
    origin: datetime
    speed: float

    def now(self) -> datetime:
        return self.origin + (self.real.now() - self.origin) * self.speed


class MortalTelegram(Telegram):
    """The real Telegram, which may die around its calls."""

    def __init__(self, *, token: str, data_dir: Path, api_url: str, fuse: Fuse, store: MortalStore) -> None:
        super().__init__(token=token, data_dir=data_dir, api_url=api_url)
        self._fuse = fuse
        self._store = store

    async def send(
        self, to: Address, message: Message, media: Media | None, *, below: str | None = None
    ) -> Posted:
        self._fuse.passes(Point.BEFORE_SEND)
        posted = await super().send(to, message, media, below=below)
        return self._sent(posted)

    async def edit(self, to: Address, ref: str, message: Message, media: Media | None) -> Posted:
        self._fuse.passes(Point.BEFORE_SEND)
        posted = await super().edit(to, ref, message, media)
        return self._sent(posted)

    def _sent(self, posted: Posted) -> Posted:
        self._fuse.passes(Point.AFTER_SEND)
        if (sender := asyncio.current_task()) is not None:
            self._store.sent.add(sender)
        return posted

    async def listen(self, hear: Hear) -> None:
        if self._fuse.point is not Point.AFTER_MARK:
            await super().listen(hear)
            return

        async def heard_and_marked(heard: Heard) -> None:
            """While this waits, the update cannot be confirmed."""
            self._store.marked.clear()
            await hear(heard)
            try:
                await asyncio.wait_for(self._store.marked.wait(), PATIENCE)
            except TimeoutError:
                return

        await super().listen(heard_and_marked)


async def tick(service: Service, stop: asyncio.Event) -> None:
    """Wake the clockwork as often as its time runs faster."""
    while not stop.is_set():
        try:
            await service.clockwork.tick()
        except RuntimeError:
            if not stop.is_set():
                raise
        try:
            await asyncio.wait_for(stop.wait(), TICK)
        except TimeoutError:
            continue


async def run(options: argparse.Namespace) -> None:
    """Serve until somebody ends it."""
    if options.kill_at == "-":
        options.kill_at = await asyncio.to_thread(sys.stdin.readline)
    fuse = Fuse.read(options.kill_at.strip())
    store, vault, clock = await open_parts(
        database=f"sqlite:///{options.data / 'soak.sqlite3'}", data_dir=options.data, secret=""
    )
    mortal = MortalStore(store, fuse)
    telegram = MortalTelegram(
        token=options.token, data_dir=options.data, api_url=options.api, fuse=fuse, store=mortal
    )
    await telegram.start()
    service = compose(
        store=mortal,
        clock=QuickClock(clock, options.origin, options.speed),
        vault=vault,
        platforms={telegram.name: telegram},
        data_dir=options.data,
        admins=frozenset(options.admin),
        reaction=timedelta(0),
    )
    stop = asyncio.Event()
    stop_on_signals(stop)
    async with asyncio.TaskGroup() as group:
        group.create_task(tick(service, stop))
        await serve(service, host="127.0.0.1", port=0, stop=stop)
    await telegram.close()


def configure_logs() -> None:
    """One JSON object a line, so that the driver can look for errors."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def read_options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--api", required=True)
    parser.add_argument("--token", default="42:TEST")
    parser.add_argument("--admin", action="append", default=[])
    parser.add_argument(
        "--kill-at", default="", help="a point and a count, such as before_commit:17; - to be told on stdin"
    )
    parser.add_argument("--speed", type=float, default=1.0)
    parser.add_argument("--origin", type=datetime.fromisoformat, default=None)
    options = parser.parse_args(arguments)
    options.origin = options.origin or SystemClock().now()
    return options


if __name__ == "__main__":
    configure_logs()
    asyncio.run(run(read_options()))
