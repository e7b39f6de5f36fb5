"""The real platforms, which may die around whatever they do."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from aiohttp import web

from bots.dialogue.vocabulary import Answer, Heard, Message, Sender
from bots.platform import Address, Hear, Media, Platform, Posted
from bots.slack.api import Api
from bots.slack.platform import Slack
from bots.slack.workspaces import Installed, OneWorkspace, Workspace
from bots.telegram.platform import Telegram
from core.clock import Clock
from core.store import Store
from core.vault import Vault
from tests.soak.fuses import Fuse, MortalStore, Point

PATIENCE = 0.5
BOT_USER = "UBOT"


class MortalPlatform:
    """A platform that dies before or after it speaks, or with an event that nobody has confirmed."""

    def __init__(self, platform: Platform, fuse: Fuse, store: MortalStore) -> None:
        self._platform = platform
        self._fuse = fuse
        self._store = store
        self.name, self.bot, self.limits = platform.name, platform.bot, platform.limits
        self.listens_alone, self.patient = platform.listens_alone, platform.patient

    @property
    def invite_link(self) -> Callable[[str], str] | None:
        return self._platform.invite_link

    async def who_is(self, sender: Sender) -> Sender:
        return await self._platform.who_is(sender)

    async def send(
        self, to: Address, message: Message, media: Media | None, *, below: str | None = None
    ) -> Posted:
        self._fuse.passes(Point.BEFORE_SEND)
        return self._sent(await self._platform.send(to, message, media, below=below))

    async def edit(self, to: Address, ref: str, message: Message, media: Media | None) -> Posted:
        self._fuse.passes(Point.BEFORE_SEND)
        return self._sent(await self._platform.edit(to, ref, message, media))

    def _sent(self, posted: Posted) -> Posted:
        self._fuse.passes(Point.AFTER_SEND)
        if (sender := asyncio.current_task()) is not None:
            self._store.sent.add(sender)
        return posted

    async def acknowledge(self, handle: str, answer: Answer | None) -> bool:
        return await self._platform.acknowledge(handle, answer)

    async def fetch(self, handle: str, into: Path, most: int) -> None:
        await self._platform.fetch(handle, into, most)

    async def show_menu(self, to: Address, commands: Sequence[tuple[str, str]]) -> None:
        await self._platform.show_menu(to, commands)

    def routes(self) -> Sequence[web.RouteDef]:
        return self._platform.routes()

    async def listen(self, hear: Hear) -> None:
        async def heard(event: Heard) -> None:
            """While this waits, the event cannot be confirmed."""
            self._store.marked.clear()
            await hear(event)
            self._fuse.passes(Point.BEFORE_CONFIRM)
            if self._fuse.point is Point.AFTER_MARK:
                await self._marked()

        await self._platform.listen(heard)

    async def _marked(self) -> None:
        try:
            await asyncio.wait_for(self._store.marked.wait(), PATIENCE)
        except TimeoutError:
            return


class MortalApi(Api):
    """Slack's API, which may die right after it edited a message by the answer to a press."""

    def __init__(self, url: str, fuse: Fuse) -> None:
        super().__init__(url)
        self._fuse = fuse

    async def respond(self, url: str, body: Mapping[str, Any]) -> None:
        await super().respond(url, body)
        if body.get("replace_original"):
            self._fuse.passes(Point.AFTER_PRESS_EDIT)


async def open_telegram(
    options: argparse.Namespace, _fuse: Fuse, _store: Store, _vault: Vault, _clock: Clock
) -> Telegram:
    """Telegram, polling."""
    telegram = Telegram(token=options.token, data_dir=options.data, api_url=options.api)
    await telegram.start()
    return telegram


async def open_slack(
    options: argparse.Namespace, fuse: Fuse, store: Store, vault: Vault, clock: Clock
) -> Slack:
    """Slack, over Socket Mode when there is an app token, else over HTTP."""
    first = OneWorkspace()
    first.is_at(Workspace(options.team, options.token, BOT_USER))
    return Slack(
        data_dir=options.data,
        api=MortalApi(options.api, fuse),
        workspaces=Installed(store=store, vault=vault, clock=clock, first=first),
        app_token=options.app_token,
        signing_secret=options.signing_secret,
    )


Open = Callable[[argparse.Namespace, Fuse, Store, Vault, Clock], Awaitable[Telegram | Slack]]
OPEN: Mapping[str, Open] = {"telegram": open_telegram, "slack": open_slack}
