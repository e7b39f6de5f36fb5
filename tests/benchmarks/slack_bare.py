"""A process of its own: a bare Bolt app that answers a tap with the same edit, and tells what CPU it used."""

from __future__ import annotations

import asyncio
import itertools
import logging
import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import StrEnum
from typing import Any

import aiohttp
from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bots.slack.manifest import COMMAND, EVENTS_PATH
from bots.slack.modes import Mode
from tests.benchmarks.lines import serve_lines, used
from tests.benchmarks.slack_side import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET
from tests.standins.web_chat import a_port


class Way(StrEnum):
    """How a card is edited: by the answer to its press, or by a call; each with sessions of two kinds."""

    RESPOND = "respond(), a session for each call"
    UPDATE = "chat.update, a session for each call"
    SHARED_RESPOND = "respond, one session"
    SHARED_UPDATE = "chat.update, one session"


async def main(url: str, mode: Mode, way: Way) -> None:
    """Bolt as its documentation shows it: one listener, nothing kept."""
    for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"):
        os.environ.pop(name, None)  # slack_sdk would also send loopback through one
    logging.basicConfig(level=logging.ERROR)
    async with aiohttp.ClientSession() as session:
        client = AsyncWebClient(token=BOT_TOKEN, base_url=url)
        if way in (Way.SHARED_RESPOND, Way.SHARED_UPDATE):
            client = AsyncWebClient(token=BOT_TOKEN, base_url=url, session=session, retry_handlers=[])
        app = AsyncApp(client=client, signing_secret=SIGNING_SECRET)
        _listen(app, way, session)
        async with _connected(app) if mode is Mode.SOCKET else _served(app) as address:
            await serve_lines({"address": address}, {"used": used})


def _listen(app: AsyncApp, way: Way, session: aiohttp.ClientSession) -> None:
    numbers = itertools.count(1)
    pressed = app.action(re.compile("^key"))

    @app.command(COMMAND)
    async def begin(ack: AsyncAck, client: AsyncWebClient, command: dict[str, Any]) -> None:
        await ack()
        await client.chat_postMessage(channel=command["user_id"], **_card(next(numbers)))

    @app.event("message")
    async def own_message_changed() -> None:
        """Slack tells an app of its own edits; without a listener Bolt refuses to be told."""

    async def respond_by_bolt(ack: AsyncAck, respond: AsyncRespond) -> None:
        await ack()
        await respond(replace_original=True, **_card(next(numbers)))

    async def respond_by_session(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        hook = AsyncWebhookClient(body["response_url"], session=session, retry_handlers=[])
        await hook.send(replace_original=True, **_card(next(numbers)))

    async def update(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await client.chat_update(
            channel=body["channel"]["id"], ts=body["message"]["ts"], **_card(next(numbers))
        )

    match way:
        case Way.RESPOND:
            pressed(respond_by_bolt)
        case Way.SHARED_RESPOND:
            pressed(respond_by_session)
        case Way.UPDATE | Way.SHARED_UPDATE:
            pressed(update)


@asynccontextmanager
async def _connected(app: AsyncApp) -> AsyncIterator[str]:
    handler = AsyncSocketModeHandler(app, APP_TOKEN)
    await handler.connect_async()  # type: ignore[no-untyped-call]  # the library leaves it untyped
    try:
        yield ""
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]  # as above


@asynccontextmanager
async def _served(app: AsyncApp) -> AsyncIterator[str]:
    runner, port = web.AppRunner(app.web_app(path=EVENTS_PATH), access_log=None), a_port()
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield f"http://127.0.0.1:{port}{EVENTS_PATH}"
    finally:
        await runner.cleanup()


def _card(number: int) -> dict[str, Any]:
    """As many blocks, buttons and words as a card of the product."""
    task = (
        f"We came by on a rainy afternoon and stayed until they closed; number {number} was the best of all."
    )
    heading = [
        {"type": "text", "text": "Street scenes", "style": {"bold": True}},
        {"type": "text", "text": "\n"},
        {"type": "text", "text": "What is said about the place?"},
    ]
    answers = (("Good", f"1:a:{number}:0"), ("Bad", f"1:a:{number}:1"), ("Both", f"1:a:{number}:2"))
    more = (("Skip", f"1:skip:{number}"), ("Keep it", f"1:keep:{number}"), ("Pause", f"1:pause:{number}"))
    rows = (answers, more, (("Undo “Good”", f"1:undo:{number}"),))
    return {
        "text": f"Street scenes\nWhat is said about the place?\n{task}\n10 points if right",
        "blocks": [
            {
                "type": "rich_text",
                "elements": [
                    {"type": "rich_text_section", "elements": heading},
                    {"type": "rich_text_quote", "elements": [{"type": "text", "text": task}]},
                ],
            },
            {"type": "context", "elements": [_plain("10 points if right")]},
            *(
                {"type": "actions", "block_id": f"row{at}", "elements": _row(row)}
                for at, row in enumerate(rows)
            ),
        ],
    }


def _row(keys: tuple[tuple[str, str], ...]) -> list[dict[str, Any]]:
    return [
        {"type": "button", "action_id": f"key{at}", "text": _plain(words), "value": value}
        for at, (words, value) in enumerate(keys)
    ]


def _plain(words: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": words, "emoji": False}


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Mode(sys.argv[2]), Way(sys.argv[3])))
