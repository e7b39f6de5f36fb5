"""Slack from its other side, heard over Socket Mode and by signed HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from bots.platform import Address
from bots.slack.api import Api
from bots.slack.manifest import EVENTS_PATH
from bots.slack.platform import Slack
from bots.slack.workspaces import OneWorkspace, Workspace
from core.store import Store
from tests.contract.platforms import FieldShown, FormShown, Opener, Shown, Told
from tests.standins.slack import Delivery, Message, SlackStandIn, View
from tests.standins.web_chat import a_port

BOT_TOKEN = "xoxb-AAverysecretindeed"
APP_TOKEN = "xapp-AAverysecrettoo"
SIGNING_SECRET = "5h4r3dw1thn0b0dy"


class SlackSide:
    """A person with Slack open."""

    secrets = (BOT_TOKEN, APP_TOKEN, SIGNING_SECRET)

    def __init__(self, server: SlackStandIn, platform: Slack, clock: list[float], url: str | None) -> None:
        self._server = server
        self._ana = server.user("U1", name="Ana", locale="en-GB", tz="Europe/Madrid")
        left = server.user("U2", name="Bo")
        server.deactivate(left)
        self._clock = clock
        self._url = url
        self._last: Delivery | None = None
        self.platform = platform
        self.person = Address("T1", "U1")
        self.stranger = Address("T1", "U2")
        faults = server.faults
        self.faults = {
            "too many": lambda: faults.too_many(7),
            "broken": lambda: faults.fails(500),
            "bad gateway": lambda: faults.fails(502),
            "garbage": lambda: faults.garbage(),
            "no object": lambda: faults.garbage(b"[1]"),
            "reset before": lambda: faults.resets_before(),
            "reset after": lambda: faults.resets_after(),
        }

    async def ready(self) -> None:
        if self._url is None:
            await self._server.connected()
        else:
            await self._server.deliver_to(self._url)

    async def types(self, words: str) -> None:
        await self._ana.says(words)
        self._last = self._server.deliveries.of("message")[-1]

    async def commands(self, name: str, args: str = "") -> None:
        self._last = await self._ana.command(f"{name} {args}".strip())

    async def taps(self, ref: str, label: str) -> Told:
        since = self._ana.moment
        press = await self._ana.presses(self._message(ref), label, wait=False)
        self._last = press.delivery

        async def told() -> str:
            return (await self._ana.sees_whisper("", since=since)).words

        return told

    async def sends(self, name: str, data: bytes, caption: str = "") -> None:
        await self._ana.uploads(name, data, caption=caption)
        self._last = self._server.deliveries.of("message")[-1]

    async def repeats(self) -> None:
        assert self._last is not None
        await self._server.redeliver(self._last)

    def unconfirmed(self) -> int:
        return sum(one.account is not None for one in self._server.unacknowledged())

    async def confirmed(self) -> None:
        for one in self._server.deliveries:
            if one.account is not None:  # not the echo of our own words
                await one.answered()
        assert self.unconfirmed() == 0

    async def sees(self) -> list[Shown]:
        return [self._shown(one) for one in self._ana.chat if one.from_bot]

    async def vanish(self, ref: str) -> None:
        self._message(ref).deleted = True

    async def away(self) -> None:
        await self._server.stop()

    def passes(self, seconds: float) -> None:
        self._clock[0] += seconds

    def complaints(self) -> list[str]:
        called = [f"{one.markup} calls people in {one.where}" for one in self._server.mentions]
        return [*self._server.violations, *called]

    # --- forms ------------------------------------------------------------------------------------

    async def form(self) -> FormShown:
        return _form(await self._ana.sees_modal())

    async def submits(self, values: Mapping[str, str | tuple[str, ...]]) -> Mapping[str, str]:
        await self._ana.fills(**values)
        sent = await self._ana.submits()
        assert sent.action in ("close", "errors")
        self._last = sent.delivery
        return sent.errors

    def slow(self) -> None:
        self._server.world.trigger_seconds = -1.0

    # --- how --------------------------------------------------------------------------------------

    def _message(self, ref: str) -> Message:
        return self._ana.dm.messages[ref.partition(":")[2]]

    def _shown(self, message: Message) -> Shown:
        buttons = [button for row in message.buttons for button in row]
        file = (
            (message.file_name or "", self._server.bot_file(message.document)) if message.document else None
        )
        return Shown(
            ref=f"{message.channel}:{message.id}",
            words=message.words,
            labels=tuple(button.label for button in buttons),
            links=tuple(button.url for button in buttons if button.url),
            picture=self._server.bot_file(message.picture) if message.picture else None,
            file=file,
        )


def _form(view: View) -> FormShown:
    fields = {
        one.block_id: FieldShown(
            one.label, view.value(one.block_id), tuple(label for label, _ in one.options)
        )
        for one in view.fields
    }
    return FormShown(view.title, view.words, fields)


def _adapter(server: SlackStandIn, data_dir: Path, clock: list[float], *, sockets: bool) -> Slack:
    def now() -> float:
        return clock[0]

    home = OneWorkspace()
    home.is_at(Workspace(team="T1", token=BOT_TOKEN, bot_user="UBOT", bot_id="BT1"))
    return Slack(
        data_dir=data_dir,
        api=Api(server.api_url, clock=now),
        workspaces=home,
        app_token=APP_TOKEN if sockets else "",
        signing_secret="" if sockets else SIGNING_SECRET,
        clock=now,
    )


def _server() -> SlackStandIn:
    return SlackStandIn(bot_token=BOT_TOKEN, app_token=APP_TOKEN, signing_secret=SIGNING_SECRET)


@asynccontextmanager
async def connected(_store: Store, data_dir: Path) -> AsyncIterator[SlackSide]:
    """Socket Mode: the connection is ours."""
    async with _server() as server:
        clock = [1000.0]
        platform = _adapter(server, data_dir, clock, sockets=True)
        yield SlackSide(server, platform, clock, None)
        await platform.close()


@asynccontextmanager
async def called(_store: Store, data_dir: Path) -> AsyncIterator[SlackSide]:
    """Signed requests to a server of ours."""
    async with _server() as server:
        clock, port = [1000.0], a_port()
        platform = _adapter(server, data_dir, clock, sockets=False)
        app = web.Application()
        app.add_routes(platform.routes())
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield SlackSide(server, platform, clock, f"http://127.0.0.1:{port}{EVENTS_PATH}")
        await platform.close()
        await runner.cleanup()


SIDES: dict[str, Opener] = {"slack": connected, "slack by HTTP": called}
