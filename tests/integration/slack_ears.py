"""What the tests of our Slack share: tokens, a platform before its stand-in, and how it is heard."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from bots.platform import Address
from bots.slack.api import Api
from bots.slack.manifest import EVENTS_PATH
from bots.slack.platform import Slack
from bots.slack.workspaces import OneWorkspace, Workspace, Workspaces
from tests.integration.telegram_ears import Ear, listening
from tests.standins.slack import SlackStandIn

BOT_TOKEN = "xoxb-AAverysecretindeed"
APP_TOKEN = "xapp-AAverysecrettoo"
SIGNING_SECRET = "5h4r3dw1thn0b0dy"
SECRETS = (BOT_TOKEN, APP_TOKEN, SIGNING_SECRET)
ANA = Address("T1", "U1")
WAYS = ["socket", "http"]


@dataclass(slots=True)
class Now:
    """Seconds that a test moves."""

    seconds: float = 100.0

    def __call__(self) -> float:
        return self.seconds


@dataclass(slots=True)
class Line:
    """Our Slack, its stand-in, and the way between them."""

    server: SlackStandIn
    slack: Slack
    way: str
    now: Now
    url: str = ""
    ear: Ear = field(default_factory=Ear)

    async def ready(self) -> None:
        """Slack can tell us things."""
        if self.way == "http":
            await self.server.deliver_to(self.url)
        else:
            await self.server.connected()


def stand_in(*, clock: Callable[[], float] = time.monotonic, ack_within: float = 3.0) -> SlackStandIn:
    """A Slack that does not wait long before it tells something again."""
    return SlackStandIn(
        bot_token=BOT_TOKEN,
        app_token=APP_TOKEN,
        signing_secret=SIGNING_SECRET,
        retry_unit=0.001,
        clock=clock,
        ack_within=ack_within,
    )


def first_of(server: SlackStandIn) -> OneWorkspace:
    """The workspace of the bot token."""
    first = OneWorkspace()
    first.is_at(
        Workspace("T1", server.first.bot_token, server.first.space.bot_user, server.first.space.bot_id)
    )
    return first


@asynccontextmanager
async def speaking(
    server: SlackStandIn, data_dir: Path, *, way: str = "socket", workspaces: Workspaces | None = None
) -> AsyncIterator[Line]:
    """A platform that can be heard in this way, once it listens."""
    now = Now()
    slack = Slack(
        data_dir=data_dir,
        api=Api(server.api_url, clock=now),
        workspaces=workspaces or first_of(server),
        app_token=APP_TOKEN if way == "socket" else "",
        signing_secret=SIGNING_SECRET if way == "http" else "",
        clock=now,
        ping=0.1,
    )
    async with serving(slack) as url:
        yield Line(server, slack, way, now, url + EVENTS_PATH)
    await slack.close()


@asynccontextmanager
async def serving(*platforms: Slack) -> AsyncIterator[str]:
    """The routes of platforms on a port of their own; its address."""
    app = web.Application()
    for platform in platforms:
        app.add_routes(platform.routes())
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def heard(line: Line) -> AsyncIterator[Ear]:
    """Somebody listens; people can speak to us."""
    async with listening(line.slack, line.ear):
        await line.ready()
        yield line.ear
        await line.server.drained()  # it tells us of our own messages, too


@contextmanager
def no_complaints(server: SlackStandIn) -> Iterator[None]:
    """Nothing that a real Slack would have refused, and nobody was called."""
    yield
    assert server.violations == []
    assert server.mentions == []
    assert server.late == []
