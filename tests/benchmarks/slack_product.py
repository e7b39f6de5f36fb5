"""A process of its own: the whole product over Slack; it tells what CPU it used."""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

from bots.logs import configure
from bots.runner import compose, serve
from bots.slack.api import Api
from bots.slack.manifest import EVENTS_PATH
from bots.slack.modes import Mode
from bots.slack.platform import Slack
from bots.slack.workspaces import Installed, OneWorkspace, Workspace
from core.clock import SystemClock
from core.store import open_store
from tests.benchmarks.crowd import VAULT
from tests.benchmarks.lines import serve_lines, used
from tests.benchmarks.slack_side import APP_TOKEN, BOT_TOKEN, BOT_USER, SIGNING_SECRET, TEAM
from tests.standins.web_chat import a_port


async def main(url: str, mode: Mode, database: Path) -> None:
    """Everything that `make run` starts."""
    configure("ERROR")
    store, clock, port = await open_store(f"sqlite:///{database}"), SystemClock(), a_port()
    first = OneWorkspace()
    first.is_at(Workspace(TEAM, BOT_TOKEN, BOT_USER))
    platform = Slack(
        data_dir=database.parent,
        api=Api(url),
        workspaces=Installed(store=store, vault=VAULT, clock=clock, first=first),
        app_token=APP_TOKEN if mode is Mode.SOCKET else "",
        signing_secret=SIGNING_SECRET if mode is Mode.HTTP else "",
    )
    service = compose(
        store=store,
        clock=clock,
        vault=VAULT,
        platforms={platform.name: platform},
        data_dir=database.parent,
        reaction=timedelta(microseconds=1),  # looked up as in life; nobody here is too quick
    )
    stop, ready = asyncio.Event(), asyncio.Event()
    running = asyncio.create_task(serve(service, host="127.0.0.1", port=port, stop=stop, ready=ready.set))
    await ready.wait()
    address = f"http://127.0.0.1:{port}{EVENTS_PATH}" if mode is Mode.HTTP else ""
    await serve_lines({"address": address}, {"used": used})
    stop.set()
    await running
    await platform.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Mode(sys.argv[2]), Path(sys.argv[3])))
