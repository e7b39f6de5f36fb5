"""Telegram as one of the platforms."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import structlog
from aiohttp import web
from telegram.error import InvalidToken, TelegramError

from bots.dialogue.vocabulary import Answer, Heard, Limits, Message, Sender, Toast
from bots.platform import Address, Hear, Impossible, Media, Posted
from bots.proxies import proxy_for
from bots.telegram import files, hearing, menu, saying
from bots.telegram.api import TELEGRAM, Api
from bots.telegram.files import Picture
from bots.telegram.outcome import changed_nothing, outcome, stale_file
from bots.telegram.pace import Pace
from bots.telegram.polling import Sleep, poll
from bots.telegram.request import AiohttpRequest, Flooded
from bots.telegram.webhook import Door, Webhook, path_of
from core.clock import chance_of, new_seed

_log = structlog.get_logger(__name__)

Arguments = dict[str, Any]


class Telegram:
    """One bot of Telegram, heard by polling or, with a `webhook`, by being called."""

    name = hearing.NAME
    patient = True  # an update waits for hours until it is confirmed
    limits = Limits(
        text=4096,
        caption=1024,
        toast=200,
        data=saying.MOST_DATA,
        buttons=100,
        upload=20_000_000,
        attachment=files.MOST_ATTACHMENT,
        edits_media=False,
    )

    def __init__(
        self,
        *,
        token: str,
        data_dir: Path,
        api_url: str | None = None,
        webhook: Webhook | None = None,
        pace: Pace | None = None,
        chance: Random | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        url = api_url or TELEGRAM
        self._request = AiohttpRequest(proxy=proxy_for(url))
        self._api = Api.at(url, token, self._request)
        self._data_dir = data_dir
        self._pace = pace
        self._chance = chance or chance_of(new_seed())
        self._sleep = sleep
        self.listens_alone = webhook is None  # Telegram serves one poller, and any number of web servers
        self._door = Door(webhook, path=path_of(token), read=self._read) if webhook else None
        self.bot = ""
        self.username = ""

    async def start(self) -> None:
        """Learn who we are.

        Raises:
            telegram.error.TelegramError: when the token is wrong or Telegram is out of reach.
        """
        logging.getLogger("telegram").setLevel(logging.INFO)  # below, the library logs whole messages
        # It logs a traceback for every gateway page; the courier says in one line what became of it.
        logging.getLogger("telegram.request").setLevel(logging.CRITICAL)
        try:
            await self._api.initialize()
        except InvalidToken:
            raise InvalidToken("Telegram does not know this token") from None  # the original spells it out
        self.bot = str(self._api.id)
        self.username = self._api.username

    async def close(self) -> None:
        """Close all connections."""
        await self._api.shutdown()

    @property
    def invite_link(self) -> Callable[[str], str]:
        """Makes a link that opens this bot with `/start token`."""
        return lambda token: f"https://t.me/{self.username}?start={token}"

    async def who_is(self, sender: Sender) -> Sender:
        """Every update says who sent it."""
        return sender

    async def send(
        self, to: Address, message: Message, media: Media | None, *, below: str | None = None
    ) -> Posted:
        """Post a new message: with its file, its picture, or in words; as a reply to the one `below` names."""
        with self._told(to):
            arguments = self._arguments(to, message)
            if below is not None:
                arguments["reply_parameters"] = {
                    "message_id": int(below),
                    "allow_sending_without_reply": True,
                }
            if message.silent:
                arguments["disable_notification"] = True
            await self._turn(to, message)
            return _posted(await self._post(arguments, message, media))

    async def edit(self, to: Address, ref: str, message: Message, media: Media | None) -> Posted:
        """Replace the message `ref`; the picture of a message can change, its kind cannot."""
        with self._told(to):
            arguments = self._arguments(to, message)
            arguments["message_id"] = int(ref)
            await self._turn(to, message)
            try:
                return _posted(await self._replace(arguments, message, media))
            except TelegramError as error:
                if not changed_nothing(error):
                    raise
            return Posted(ref, media.ref if media else None)

    async def acknowledge(self, handle: str, answer: Answer | None) -> bool:
        """Answer a press, with a toast if there is something to say."""
        arguments: Arguments = {"callback_query_id": handle}
        if isinstance(answer, Toast):
            arguments["text"] = answer.words[: self.limits.toast]
            arguments["show_alert"] = answer.alert or None
        try:
            await self._api.call("answerCallbackQuery", arguments)
        except TelegramError as error:
            _log.debug("a press was not acknowledged", trouble=str(error))
        return True

    async def fetch(self, handle: str, into: Path, most: int) -> None:
        """Download an uploaded file."""
        await files.fetch(self._api, self._request, handle, into=into, most=most)

    async def show_menu(self, to: Address, commands: Sequence[tuple[str, str]]) -> None:
        """Show these commands in the person's chat, in one language: theirs."""
        with self._told(to):
            await menu.show_menu(self._api, int(to.user_id), commands)

    async def introduce(
        self,
        menus: Mapping[str, menu.Menu],
        *,
        descriptions: Mapping[str, str],
        abouts: Mapping[str, str],
        default: str = "en",
    ) -> None:
        """Set by locale what everybody sees: the command menu, the words in an empty chat, the profile line.

        Only what differs from what Telegram has is set, since these calls are few a day. Raises as `send`.
        """
        with self._told(None):
            await menu.show_default_menus(self._api, menus, default=default)
            await menu.describe(self._api, "description", descriptions, default=default)
            await menu.describe(self._api, "short_description", abouts, default=default)

    def routes(self) -> Sequence[web.RouteDef]:
        """The webhook's route, if there is a webhook."""
        return self._door.routes() if self._door else ()

    async def listen(self, hear: Hear) -> None:
        """Hear until cancelled."""
        if self._door is not None:
            await self._door.listen(self._api, hear, chance=self._chance, sleep=self._sleep)
        else:
            await poll(self._api, self._read, hear, chance=self._chance, sleep=self._sleep)

    def _read(self, update: Mapping[str, Any]) -> Heard | None:
        return hearing.hear(update, bot=self.bot, username=self.username)

    async def _turn(self, to: Address, message: Message) -> None:
        if self._pace is not None:
            await self._pace.turn(to.user_id, sum(len(part.words) for part in message.parts))

    @contextmanager
    def _told(self, to: Address | None) -> Iterator[None]:
        """Tell what went wrong in the platform's words."""
        try:
            yield
        except TelegramError as error:
            if isinstance(error, Flooded) and to is not None and self._pace is not None:
                self._pace.flooded(to.user_id, error.seconds)
            raise outcome(error) from error
        except (ValueError, OSError) as error:  # a button too long, a file that is not there
            raise Impossible(f"{type(error).__name__}: {error}") from error

    @staticmethod
    def _arguments(to: Address, message: Message) -> Arguments:
        return {"chat_id": int(to.user_id), "reply_markup": saying.keyboard(message)}

    async def _post(self, arguments: Arguments, message: Message, media: Media | None) -> Any:
        call = self._api.call
        if message.attachment is not None:
            async with files.attached(self._data_dir, message.attachment) as document:
                return await call("sendDocument", {**arguments, **_caption(message), "document": document})
        if media is not None:
            return await _with_picture(
                media,
                lambda picture: call("sendPhoto", {**arguments, **_caption(message), "photo": picture}),
            )
        return await call("sendMessage", arguments | _text(saying.html_without_picture(message)))

    async def _replace(self, arguments: Arguments, message: Message, media: Media | None) -> Any:
        call = self._api.call
        if media is not None:
            return await _with_picture(
                media,
                lambda picture: call(
                    "editMessageMedia", {**arguments, "media": files.as_media(picture, _caption(message))}
                ),
            )
        if message.picture is not None or message.attachment is not None:
            return await call("editMessageCaption", arguments | _caption(message))
        return await call("editMessageText", arguments | _text(saying.html(message)))


async def _with_picture(media: Media, call: Callable[[Picture], Awaitable[Any]]) -> Any:
    """Use the picture that Telegram has; upload it when Telegram has none, or no longer."""
    if media.ref is not None:
        try:
            return await call(media.ref)
        except TelegramError as error:
            if not stale_file(error):
                raise
    async with files.opened(media.path, media.path.name) as picture:
        return await call(picture)


def _text(html: str) -> Arguments:
    return {"text": html, "parse_mode": "HTML", "link_preview_options": {"is_disabled": True}}


def _caption(message: Message) -> dict[str, str]:
    return {"caption": saying.html(message), "parse_mode": "HTML"}


def _posted(result: Any) -> Posted:
    """Where the message stands; an answer without a message in it makes no sense for these calls."""
    try:
        photos = result.get("photo")
        return Posted(str(result["message_id"]), photos[-1]["file_id"] if photos else None)
    except (AttributeError, KeyError, TypeError, IndexError) as error:
        raise TelegramError("nonsense in place of a message") from error
