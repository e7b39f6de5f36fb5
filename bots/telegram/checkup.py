"""What an operator should know of the Telegram bot before anybody writes to it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from telegram.error import InvalidToken

from bots.checkup.asking import Answer, Asking, NoAnswer
from bots.checkup.finding import Finding, Report, broken, fine, look
from bots.settings import Settings
from bots.telegram.api import TELEGRAM
from bots.telegram.webhook import Webhook, path_of
from bots.trouble import explain

ABOUT = "Telegram"
DELIVERY = "Telegram delivery"
PORTS = frozenset({None, 443, 80, 88, 8443})
_TOKEN = re.compile(r"\d+:[\w-]+", re.ASCII)
_RECENT = timedelta(days=1)


async def check_telegram(settings: Settings, asking: Asking) -> Report:
    """What was found; nothing where Telegram is not served."""
    token = settings.telegram_token.get_secret_value()
    if not token:
        return Report()
    unknown = broken(ABOUT, "the token is refused", mend=explain(InvalidToken()) or "")
    wrong = tuple(_settings_at_fault(settings))
    if not _TOKEN.fullmatch(token):
        return Report((unknown, *wrong))
    base = f"{(settings.telegram_api_url or TELEGRAM).rstrip('/')}/bot{token}"
    try:
        me, hook = await asyncio.gather(asking.post(f"{base}/getMe"), asking.post(f"{base}/getWebhookInfo"))
    except NoAnswer as none:
        mend = (
            "Check CHATCROWD_TELEGRAM_API_URL, and that your Bot API server runs."
            if settings.telegram_api_url
            else "Check this machine's network, its proxy settings and its firewall."
        )
        return Report((broken(ABOUT, str(none), mend=mend), *wrong))
    return Report((*_findings(settings, me, hook, unknown), *wrong), me.ahead)


def _findings(settings: Settings, me: Answer, hook: Answer, unknown: Finding) -> Iterator[Finding]:
    if me.body.get("ok") is not True:
        if me.body.get("error_code") in (401, 404):
            yield unknown
        else:
            yield broken(ABOUT, "refuses to answer", mend="Wait a few minutes, then run this again.")
        return
    bot = me.body.get("result") or {}
    yield fine(ABOUT, f"@{bot.get('username', '?')}")
    info = hook.body.get("result")
    if isinstance(info, dict):
        yield _delivery(settings, info, asked_at=hook.theirs or hook.at)


def _delivery(settings: Settings, info: dict[str, Any], *, asked_at: datetime) -> Finding:
    url, waiting = str(info.get("url") or ""), f"{info.get('pending_update_count', 0)} updates wait"
    if not settings.telegram_webhook_url:
        if not url:
            return fine(DELIVERY, f"polling, {waiting}")
        return look(
            DELIVERY,
            f"polling is configured, and the bot has a webhook; {waiting}",
            mend="chatcrowd removes it when it starts; if another service needs it, give that one a bot of its own.",
        )
    token = settings.telegram_token.get_secret_value()
    if not url:
        return fine(DELIVERY, f"the webhook is set at the next start, {waiting}")
    if url != settings.telegram_webhook_url.rstrip("/") + path_of(token):
        return look(
            DELIVERY,
            f"the bot's webhook leads elsewhere; {waiting}",
            mend="chatcrowd replaces it when it starts; if another service needs it, give that one a bot of its own.",
        )
    failed = info.get("last_error_date")
    if isinstance(failed, int) and asked_at - datetime.fromtimestamp(failed, UTC) < _RECENT:
        return look(
            DELIVERY,
            f"{waiting}; Telegram last met: {info.get('last_error_message', 'an error')}",
            mend="Check that CHATCROWD_TELEGRAM_WEBHOOK_URL leads to the HTTP port through your reverse proxy.",
        )
    return fine(DELIVERY, f"webhook, {waiting}")


def _settings_at_fault(settings: Settings) -> Iterator[Finding]:
    url = settings.telegram_webhook_url
    if not url:
        return
    if not url.startswith("https://"):
        yield broken(
            DELIVERY,
            "the webhook is no HTTPS address",
            mend="Telegram calls HTTPS addresses only: correct CHATCROWD_TELEGRAM_WEBHOOK_URL.",
        )
    elif _port(url) not in PORTS and not settings.telegram_api_url:
        yield broken(
            DELIVERY,
            "the webhook is on a port that Telegram does not call",
            mend="Let CHATCROWD_TELEGRAM_WEBHOOK_URL use port 443, 80, 88 or 8443.",
        )
    try:
        Webhook(url, settings.telegram_webhook_secret.get_secret_value())
    except ValueError as error:
        yield broken(
            DELIVERY,
            "the webhook has no usable secret",
            mend=f"Correct CHATCROWD_TELEGRAM_WEBHOOK_SECRET: {error}.",
        )


def _port(url: str) -> int | None:
    try:
        return urlsplit(url).port
    except ValueError:
        return 0
