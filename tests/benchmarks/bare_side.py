"""A process of its own: a bare bot that answers taps with the same two calls, and tells what CPU it used."""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, Update
from telegram.request import BaseRequest, HTTPXRequest

from bots.telegram.request import AiohttpRequest
from tests.benchmarks.lines import serve_lines, used

TOKEN = "42:TEST"
WANTED = ["message", "callback_query"]


async def bare(url: str, request: BaseRequest, polling: BaseRequest) -> None:
    """The library as it is: typed updates in, the same two calls out, nothing kept."""
    bot = Bot(TOKEN, base_url=f"{url}/bot", request=request, get_updates_request=polling)
    async with bot:
        polling_task = asyncio.create_task(_poll(bot))
        await serve_lines({}, {"used": used})
        polling_task.cancel()
        with suppress(asyncio.CancelledError):
            await polling_task


async def _poll(bot: Bot) -> None:
    offset = None
    while True:
        updates = await bot.get_updates(offset=offset, timeout=10, allowed_updates=WANTED)
        if updates:
            offset = updates[-1].update_id + 1
            await asyncio.gather(*(_answer(bot, update) for update in updates))


async def _answer(bot: Bot, update: Update) -> None:
    plain = LinkPreviewOptions(is_disabled=True)
    if update.callback_query is not None:
        press = update.callback_query
        assert press.message is not None, "taps are on messages"
        await bot.answer_callback_query(press.id, text="Saved. Thank you!")
        await bot.edit_message_text(
            _card(update.update_id),
            chat_id=press.from_user.id,
            message_id=press.message.message_id,
            parse_mode="HTML",
            reply_markup=_keyboard(update.update_id),
            link_preview_options=plain,
        )
    elif update.effective_chat is not None:
        await bot.send_message(
            update.effective_chat.id,
            _card(update.update_id),
            parse_mode="HTML",
            reply_markup=_keyboard(update.update_id),
            link_preview_options=plain,
        )


def _card(number: int) -> str:
    words = "We came by on a rainy afternoon and stayed until they closed; number %d was the best of all."
    return (
        "<b>Street scenes</b>\nWhat is said about the place?\n\n"
        f"<blockquote>{words % number}</blockquote>\n\n<i>10 points if right</i>"
    )


def _keyboard(number: int) -> InlineKeyboardMarkup:
    rows = (
        (("Good", f"1:a:{number}:0"), ("Bad", f"1:a:{number}:1"), ("Both", f"1:a:{number}:2")),
        (
            ("Skip", f"1:skip:{number}"),
            ("Keep for later", f"1:keep:{number}"),
            ("Pause", f"1:pause:{number}"),
        ),
        (("Undo “Good”", f"1:undo:{number}"),),
    )
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(words, callback_data=data) for words, data in row] for row in rows]
    )


async def main(transport: str, url: str) -> None:
    """A bot with the library's own transport, or with ours."""
    if transport == "httpx":
        await bare(url, HTTPXRequest(connection_pool_size=100), HTTPXRequest(connection_pool_size=1))
    else:
        request = AiohttpRequest()
        await bare(url, request, request)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
