"""A process of its own: the whole product over Telegram; it tells what CPU it used."""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

from bots.logs import configure
from bots.runner import compose, serve
from bots.telegram.platform import Telegram
from core.clock import SystemClock
from core.store import open_store
from tests.benchmarks.crowd import VAULT
from tests.benchmarks.lines import serve_lines, used

TOKEN = "42:TEST"


async def main(url: str, database: Path) -> None:
    """Everything that `make run` starts; without the pace, which would let 28 messages a second through."""
    configure("ERROR")
    platform = Telegram(token=TOKEN, data_dir=database.parent, api_url=url)
    await platform.start()
    service = compose(
        store=await open_store(f"sqlite:///{database}"),
        clock=SystemClock(),
        vault=VAULT,
        platforms={platform.name: platform},
        data_dir=database.parent,
        reaction=timedelta(microseconds=1),  # looked up as in life; nobody here is too quick
    )
    stop = asyncio.Event()
    running = asyncio.create_task(serve(service, host="127.0.0.1", port=0, stop=stop))
    await serve_lines({}, {"used": used})
    stop.set()
    await running
    await platform.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
