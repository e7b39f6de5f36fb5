"""Telling Telegram, in every language, what the bot is and what it can do."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from bots.dialogue import helping
from bots.platform import Impossible, NotSent, TryLater
from bots.telegram.platform import Telegram
from core.domain.person import Role
from i18n import available_locales, translator_for

log = structlog.get_logger("introducing")

TRIES = 5
PAUSE = 30.0  # seconds


async def introduce(telegram: Telegram, *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
    """Set command menus and descriptions beside everything else: a slow Telegram must not hold up a start."""
    voices = {locale: translator_for(locale) for locale in available_locales()}
    menus = {locale: helping.menu(t, frozenset({Role.WORKER})) for locale, t in voices.items()}
    words = {
        locale: t("Here you do small tasks right in this chat: look, tap an answer, get points.")
        for locale, t in voices.items()
    }
    for _ in range(TRIES):
        try:
            await telegram.introduce(menus, descriptions=words, abouts=words)
        except TryLater as wait:
            await sleep(wait.seconds)
        except NotSent:
            await sleep(PAUSE)
        except Impossible as refused:
            log.warning("the bot's menu was refused", why=str(refused))
            return
        else:
            return
    log.warning("the bot's menu was not set; the next start tries again")
