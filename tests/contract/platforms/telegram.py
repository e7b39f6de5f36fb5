"""Telegram from its other side, heard by polling and by webhook."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from bots.platform import Address
from bots.telegram.platform import Telegram
from bots.telegram.webhook import Webhook
from core.clock import chance_of
from core.store import Store
from tests.contract.platforms import Opener, Shown, Told
from tests.standins.telegram import Message, TelegramStandIn, User

SECRET = "AAverysecretindeed"
TOKEN = f"42:{SECRET}"
HOOK_SECRET = "s3cret-of_the-hook"
METHODS = ("sendMessage", "sendPhoto", "sendDocument", "editMessageText", "editMessageMedia")


class TelegramSide:
    """A person with Telegram open."""

    secrets = (SECRET, HOOK_SECRET)

    def __init__(self, server: TelegramStandIn, platform: Telegram) -> None:
        self._server = server
        self._ana: User = server.user(1001, first_name="Ana", language_code="en", started=True)
        server.deactivate(server.user(1002, started=True))
        self._begun = 0
        self.platform = platform
        self.person = Address("", "1001")
        self.stranger = Address("", "1002")
        faults = server.faults
        self.faults = {
            "too many": lambda: faults.too_many(7),
            "broken": lambda: faults.fails(500),
            "bad gateway": lambda: faults.fails(502),
            "garbage": lambda: faults.garbage(),
            "nonsense": lambda: faults.garbage(b'{"ok":true,"result":true}'),
            "reset before": lambda: faults.resets_before(),
            "reset after": lambda: faults.resets_after(),
        }

    async def ready(self) -> None:
        if not self.platform.listens_alone:  # else updates wait until they are asked for
            self._begun += 1
            await self._server.calls.wait("setWebhook", count=self._begun)

    async def types(self, words: str) -> None:
        await self._ana.says(words)

    async def commands(self, name: str, args: str = "") -> None:
        await self._ana.says(f"/{name} {args}".strip())

    async def taps(self, ref: str, label: str) -> Told:
        press = await self._ana.presses(self._message(ref), label, wait=False)

        async def told() -> str:
            return (await press.answered()).text

        return told

    async def sends(self, name: str, data: bytes, caption: str = "") -> None:
        await self._ana.uploads(name, data, caption=caption)

    async def repeats(self) -> None:
        assert self._server.updates.redeliver(self._server.updates.last_id) == 1

    def unconfirmed(self) -> int:
        return len(self._server.updates)

    async def confirmed(self) -> None:
        await self._server.updates.drained()

    async def sees(self) -> list[Shown]:
        return [self._shown(one) for one in self._ana.chat if one.from_bot]

    async def vanish(self, ref: str) -> None:
        self._message(ref).deleted = True

    async def away(self) -> None:
        await self._server.stop()

    def passes(self, seconds: float) -> None:
        """Nothing of ours waits here."""

    def complaints(self) -> list[str]:
        refused = [one for one in self._server.calls.of(*METHODS) if one.status == 400]
        return [
            f"{one.method}: {one.description}" for one in refused if "not modified" not in one.description
        ]

    def _message(self, ref: str) -> Message:
        return self._ana.account.messages[int(ref)]

    def _shown(self, message: Message) -> Shown:
        buttons = [button for row in message.buttons for button in row]
        file = (
            (message.file_name or "", self._server.bot_file(message.document)) if message.document else None
        )
        return Shown(
            ref=str(message.id),
            words=message.words,
            labels=tuple(button.text for button in buttons),
            links=tuple(button.url for button in buttons if button.url),
            picture=self._server.bot_file(message.photo) if message.photo else None,
            file=file,
        )


async def no_time(_: float) -> None:
    """A sleep that is over at once."""


@asynccontextmanager
async def polled(_store: Store, data_dir: Path) -> AsyncIterator[TelegramSide]:
    """The plain way: we ask for updates."""
    async with TelegramStandIn(token=TOKEN) as server:
        platform = Telegram(
            token=TOKEN, api_url=server.url, data_dir=data_dir, chance=chance_of(1), sleep=no_time
        )
        await platform.start()
        yield TelegramSide(server, platform)
        await platform.close()


@asynccontextmanager
async def called(_store: Store, data_dir: Path) -> AsyncIterator[TelegramSide]:
    """We are called: by webhook, on a server of our own."""
    async with TelegramStandIn(token=TOKEN) as server:
        place = socket.create_server(("127.0.0.1", 0))
        hook = Webhook(f"http://127.0.0.1:{place.getsockname()[1]}/", HOOK_SECRET)
        platform = Telegram(token=TOKEN, api_url=server.url, data_dir=data_dir, webhook=hook, sleep=no_time)
        await platform.start()
        app = web.Application()
        app.add_routes(platform.routes())
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.SockSite(runner, place).start()
        yield TelegramSide(server, platform)
        await platform.close()
        await server.webhook.remove()
        await runner.cleanup()


SIDES: dict[str, Opener] = {"telegram": polled, "telegram by webhook": called}
