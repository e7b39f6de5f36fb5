"""Opening for the day: from the operator's settings to a running service, and what is told when it runs."""

from __future__ import annotations

import asyncio
import socket
from contextlib import AsyncExitStack
from dataclasses import dataclass
from ipaddress import ip_address
from random import Random
from typing import Protocol

import structlog
from telegram.error import InvalidToken, TelegramError

from bots.demo.crowd import Crowd
from bots.demo.personas import arrivals
from bots.demo.seed import known, seed, store_pictures
from bots.introducing import introduce
from bots.platform import NotSent, Platform, TryLater
from bots.runner import compose, open_parts, serve, stop_on_signals
from bots.settings import Settings
from bots.slack import modes
from bots.slack.opening import open_slack
from bots.slack.platform import Slack
from bots.telegram.pace import Pace
from bots.telegram.platform import Telegram
from bots.telegram.polling import pause
from bots.telegram.webhook import Webhook
from bots.trouble import Trouble
from bots.web import Web
from core.clock import Clock, chance_of, new_seed, new_token
from core.store import Store
from core.vault import Vault

log = structlog.get_logger("opening")

DEMO = "demo"
"""The folder, below the data folder, in which the simulated crowd works: never on real projects."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What runs now, for the operator: where the web chat, Telegram and Slack are, and the crowd's size."""

    url: str | None
    needs_password: bool
    personas: bool
    telegram: str | None
    slack: str | None
    crowd: int


class Announce(Protocol):
    """Is called once, when everything can be reached."""

    def __call__(self, opened: Opened, /) -> None: ...


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a server that is bound to `host`."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def is_demo(settings: Settings) -> bool:
    """A newcomer's start: no bot token, no password, and nobody but this machine can come in."""
    return (
        not settings.telegram_token.get_secret_value()
        and not modes.is_served(settings)
        and not settings.web_password.get_secret_value()
        and is_loopback(settings.http_host)
    )


def for_crowd(settings: Settings) -> Settings:
    """The same machine with a database of its own, without a bot and without anybody from outside."""
    nothing = type(settings.telegram_token)("")
    return settings.model_copy(
        update={
            "data_dir": settings.data_dir / DEMO,
            "database_url": "",
            "telegram_token": nothing,
            **dict.fromkeys(("slack_bot_token", "slack_app_token", "slack_signing_secret"), nothing),
            "slack_client_id": "",
            "slack_client_secret": nothing,
            "web_password": nothing,
            "http_host": settings.http_host if is_loopback(settings.http_host) else "127.0.0.1",
        }
    )


async def run(settings: Settings, *, announce: Announce, crowd: bool = False) -> None:
    """Serve until SIGTERM or Ctrl-C.

    Raises:
        Trouble, and whatever else `trouble.explain` has a sentence for.
    """
    stop = asyncio.Event()
    stop_on_signals(stop)
    if crowd:
        settings = for_crowd(settings)
    if not settings.http_port:
        settings = settings.model_copy(update={"http_port": a_free_port(settings.http_host)})
    async with AsyncExitStack() as stack:
        store, vault, clock = await open_parts(
            database=settings.database,
            data_dir=settings.data_dir,
            secret=settings.secret_key.get_secret_value(),
            before=settings.secret_keys_before.get_secret_value(),
        )
        stack.push_async_callback(store.close)
        platforms: dict[str, Platform] = {}
        telegram = await _telegram(settings, stop, stack)
        if telegram is not None:
            platforms[telegram.name] = telegram
        if stop.is_set():
            return
        slack = await _slack(settings, stop, stack, parts=(store, vault, clock))
        if slack is not None:
            platforms[slack.name] = slack
        if stop.is_set():
            return
        demo = is_demo(settings)
        if demo and await seed(store, vault, clock=clock, media_dir=settings.data_dir / "media"):
            log.info("demo projects made")
        chat = _web(settings, store, vault, clock, demo=demo)
        if chat is not None:
            platforms[chat.name] = chat
        simulated = await _crowd(settings, chance_of(new_seed())) if crowd else None
        if simulated is not None:
            platforms[simulated.name] = simulated
        service = compose(
            store=store,
            clock=clock,
            vault=vault,
            platforms=platforms,
            data_dir=settings.data_dir,
            admins=settings.admins,
            fair_pay_floor=settings.fair_pay_floor,
            payout_minimum=settings.payout_minimum,
        )
        opened = Opened(
            url=None if chat is None else chat.url,
            needs_password=bool(settings.web_password.get_secret_value()),
            personas=demo,
            telegram=None if telegram is None else telegram.username,
            slack=None if slack is None else str(modes.mode_of(settings)),
            crowd=0 if simulated is None else len(simulated.workers),
        )

        def ready() -> None:
            announce(opened)
            if telegram is not None:
                introducing = asyncio.create_task(introduce(telegram), name="introduce")
                stack.callback(introducing.cancel)

        await serve(service, host=settings.http_host, port=settings.http_port, stop=stop, ready=ready)


def a_free_port(host: str) -> int:
    """A port that nobody listens on, for the operator who asked for any (port 0)."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.bind((host.strip("[]"), 0))
        return int(probe.getsockname()[1])


async def _telegram(settings: Settings, stop: asyncio.Event, stack: AsyncExitStack) -> Telegram | None:
    """The bot of the token, once Telegram knows it; while Telegram is out of reach, it is asked again."""
    token = settings.telegram_token.get_secret_value()
    if not token:
        return None
    chance = chance_of(new_seed())
    try:
        telegram = Telegram(
            token=token,
            data_dir=settings.data_dir,
            api_url=settings.telegram_api_url or None,
            webhook=_webhook(settings),
            pace=Pace(clock=asyncio.get_running_loop().time),
            chance=chance,
        )
    except InvalidToken:
        raise InvalidToken("not a token") from None  # the original spells it out
    stack.push_async_callback(telegram.close)
    failures = 0
    while not stop.is_set():
        try:
            await telegram.start()
        except InvalidToken:
            raise
        except TelegramError as error:
            failures += 1
            log.warning("Telegram is out of reach, it is tried again", trouble=str(error), failures=failures)
            await _until(stop, seconds=pause(failures, chance))
        else:
            return telegram
    return None


async def _slack(
    settings: Settings, stop: asyncio.Event, stack: AsyncExitStack, *, parts: tuple[Store, Vault, Clock]
) -> Slack | None:
    """The app of the tokens, once Slack knows them; while Slack is out of reach, it is asked again."""
    if not modes.is_served(settings):
        return None
    wrong = next(modes.faults(settings), None)
    if wrong is not None:
        raise Trouble(wrong.mend)
    store, vault, clock = parts
    chance = chance_of(new_seed())
    failures = 0
    while not stop.is_set():
        try:
            slack = await open_slack(settings, store=store, vault=vault, clock=clock)
        except (TryLater, NotSent) as error:
            failures += 1
            log.warning("Slack is out of reach, it is tried again", trouble=str(error), failures=failures)
            await _until(stop, seconds=pause(failures, chance))
        else:
            stack.push_async_callback(slack.close)
            return slack
    return None


def _webhook(settings: Settings) -> Webhook | None:
    if not settings.telegram_webhook_url:
        return None
    if not settings.telegram_webhook_url.startswith("https://"):
        raise Trouble("Telegram calls HTTPS addresses only: correct CHATCROWD_TELEGRAM_WEBHOOK_URL.")
    try:
        return Webhook(settings.telegram_webhook_url, settings.telegram_webhook_secret.get_secret_value())
    except ValueError as error:
        raise Trouble(f"Correct CHATCROWD_TELEGRAM_WEBHOOK_SECRET: {error}.") from None


async def _until(stop: asyncio.Event, *, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return


def _web(settings: Settings, store: Store, vault: Vault, clock: Clock, *, demo: bool) -> Web | None:
    """The web chat, where it is safe: on this machine only, or behind a password."""
    password = settings.web_password.get_secret_value()
    if not password and not is_loopback(settings.http_host):
        log.info("no web chat: it needs CHATCROWD_WEB_PASSWORD, or CHATCROWD_HTTP_HOST=127.0.0.1")
        return None
    return Web(
        store=store,
        data_dir=settings.data_dir,
        host=settings.http_host,
        port=settings.http_port,
        demo=demo,
        password=password or None,
        public_url=settings.public_url or None,
        seal=vault.seal,
        unseal=vault.unseal,
        fingerprint=vault.mark,
        clock=clock,
        token=new_token(),
        on_arrival=arrivals(store, vault, clock) if demo else None,
    )


async def _crowd(settings: Settings, chance: Random) -> Crowd:
    names = await asyncio.to_thread(store_pictures, settings.data_dir / "media")
    return Crowd(known(names), chance=chance)


__all__ = ["Announce", "Opened", "a_free_port", "for_crowd", "is_demo", "is_loopback", "run"]
