"""Receiving updates by webhook; Telegram repeats one until it was heard."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from random import Random
from typing import Any

import structlog
from aiohttp import web
from telegram.error import BadRequest, TelegramError

from bots.dialogue.vocabulary import Heard
from bots.platform import Hear
from bots.telegram.api import Api
from bots.telegram.hearing import WANTED
from bots.telegram.polling import Sleep, pause

MOST_BODY = 1_000_000
_CONNECTIONS = 40
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_HEADER = "X-Telegram-Bot-Api-Secret-Token"

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where Telegram reaches us from outside, and the secret it must repeat."""

    url: str
    secret: str = field(repr=False)

    def __post_init__(self) -> None:
        if not _SECRET.fullmatch(self.secret):
            raise ValueError("a webhook secret has 1 to 256 of A-Z, a-z, 0-9, _ and -")


def path_of(token: str) -> str:
    """The path of a bot's webhook: nobody can guess it, and it does not give the token away."""
    return f"/telegram/{hashlib.sha256(token.encode()).hexdigest()[:32]}"


class Door:
    """The route that Telegram calls; it answers 200 only when the update was heard."""

    __slots__ = ("_hear", "_read", "_webhook", "path")

    def __init__(
        self, webhook: Webhook, *, path: str, read: Callable[[dict[str, Any]], Heard | None]
    ) -> None:
        self._webhook = webhook
        self._read = read
        self._hear: Hear | None = None
        self.path = path

    def routes(self) -> list[web.RouteDef]:
        """The one route."""
        return [web.post(self.path, self._receive)]

    async def listen(self, api: Api, hear: Hear, *, chance: Random, sleep: Sleep = asyncio.sleep) -> None:
        """Tell Telegram where we are and hear until cancelled.

        Raises:
            BadRequest: when Telegram does not accept the address.
        """
        self._hear = hear
        try:
            await self._announce(api, chance, sleep)
            await asyncio.Event().wait()
        finally:
            self._hear = None

    async def _announce(self, api: Api, chance: Random, sleep: Sleep) -> None:
        failures = 0
        while True:
            try:
                await api.call(
                    "setWebhook",
                    {
                        "url": self._webhook.url.rstrip("/") + self.path,
                        "secret_token": self._webhook.secret,
                        "allowed_updates": WANTED,
                        "max_connections": _CONNECTIONS,
                    },
                )
                return
            except BadRequest:
                raise
            except TelegramError as error:
                failures += 1
                _log.warning("the webhook is not set yet", failures=failures, trouble=str(error))
                await sleep(pause(failures, chance))

    async def _receive(self, request: web.Request) -> web.Response:
        said = request.headers.get(_HEADER, "")
        if not hmac.compare_digest(said.encode(), self._webhook.secret.encode()):
            return web.Response(status=HTTPStatus.FORBIDDEN)
        body = await _body(request)
        if body is None:
            return web.Response(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        try:
            update = json.loads(body)
        except ValueError:
            update = None
        if not isinstance(update, dict):
            return web.Response(status=HTTPStatus.BAD_REQUEST)
        return web.Response(status=await self._pass_on(update))

    async def _pass_on(self, update: dict[str, Any]) -> HTTPStatus:
        hear = self._hear
        if hear is None:  # starting or stopping: Telegram comes again
            return HTTPStatus.SERVICE_UNAVAILABLE
        heard = self._read(update)
        if heard is None:
            return HTTPStatus.OK
        try:
            await hear(heard)
        except Exception:  # whatever it was, Telegram repeats the update
            _log.exception("an update was not heard", update=heard.key)
            return HTTPStatus.INTERNAL_SERVER_ERROR
        return HTTPStatus.OK


async def _body(request: web.Request) -> bytes | None:
    if (request.content_length or 0) > MOST_BODY:
        return None
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > MOST_BODY:
            return None
    return bytes(body)
