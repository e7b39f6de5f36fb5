"""python-telegram-bot's Bot, asked by method name and answering with plain JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from telegram import Bot
from telegram.error import TelegramError
from telegram.request import BaseRequest

TELEGRAM = "https://api.telegram.org"


class Api(Bot):
    """The Bot API; building a typed object of every answer costs twice what the call itself does."""

    __slots__ = ()

    @classmethod
    def at(cls, url: str, token: str, request: BaseRequest) -> Api:
        """The API of one bot, at Telegram's servers or at a self-hosted one."""
        base = url.rstrip("/")
        return cls(
            token,
            base_url=f"{base}/bot",
            base_file_url=f"{base}/file/bot",
            request=request,
            get_updates_request=request,
        )

    @property
    def file_url(self) -> str:
        """Where the files of this bot are downloaded."""
        return self._base_file_url

    async def call(self, method: str, arguments: Mapping[str, Any], *, wait: float | None = None) -> Any:
        """The `result` of one call within `wait` seconds; arguments that are None are left out.

        Raises:
            TelegramError: in all its kinds; plain for an answer that makes no sense.
        """
        timeout = BaseRequest.DEFAULT_NONE if wait is None else wait
        try:
            return await self._post(method, dict(arguments), read_timeout=timeout)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise TelegramError(f"nonsense in answer to {method}: {type(error).__name__}") from error
