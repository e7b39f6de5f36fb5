"""The whole product on a file and a platform's stand-in, composed so that it can be killed at a named point."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from bots.runner import Service, compose, open_parts, serve, stop_on_signals
from core.clock import SystemClock
from tests.soak.fuses import Fuse, MortalStore
from tests.soak.mortal import OPEN, MortalPlatform
from tests.soak.quick import QuickClock

TICK = 0.5  # seconds


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
    platform = await OPEN[options.platform](options, fuse, store, vault, clock)
    service = compose(
        store=mortal,
        clock=QuickClock(clock, options.origin, options.speed),
        vault=vault,
        platforms={platform.name: MortalPlatform(platform, fuse, mortal)},
        data_dir=options.data,
        admins=frozenset(options.admin),
        reaction=timedelta(0),
    )
    stop = asyncio.Event()
    stop_on_signals(stop)
    async with asyncio.TaskGroup() as group:
        group.create_task(tick(service, stop))
        await serve(service, host="127.0.0.1", port=options.port, stop=stop)
    await platform.close()


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
    parser.add_argument("--platform", choices=sorted(OPEN), default="telegram")
    parser.add_argument("--api", required=True)
    parser.add_argument("--token", default="42:TEST")
    parser.add_argument("--team", default="", help="Slack: whose token it is")
    parser.add_argument("--app-token", default="", help="Slack: for Socket Mode")
    parser.add_argument("--signing-secret", default="", help="Slack: for HTTP")
    parser.add_argument("--port", type=int, default=0)
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
