"""Our Telegram hears people through the strict stand-in: by polling and by webhook."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from telegram.error import BadRequest

from bots.dialogue.vocabulary import Command, Heard, Press, Text, Toast, Unreachable, Upload
from bots.telegram.platform import Telegram
from bots.telegram.webhook import MOST_BODY, Webhook, path_of
from core.clock import chance_of
from i18n import Phrase
from tests.integration.telegram_ears import ANA, CARD, TOKEN, Ear, listening, picture
from tests.standins.telegram import TelegramStandIn, User

SECRET = "s3cret-of_the-hook"
HEADER = "X-Telegram-Bot-Api-Secret-Token"


async def no_time(_: float) -> None:
    """A sleep that is over at once."""


@pytest.fixture
async def server() -> AsyncIterator[TelegramStandIn]:
    async with TelegramStandIn(token=TOKEN) as server:
        yield server


@pytest.fixture
async def telegram(server: TelegramStandIn, tmp_path: Path) -> AsyncIterator[Telegram]:
    telegram = Telegram(token=TOKEN, api_url=server.url, data_dir=tmp_path, chance=chance_of(1))
    await telegram.start()
    yield telegram
    await telegram.close()


@pytest.fixture
def ana(server: TelegramStandIn) -> User:
    return server.user(1001, first_name="Ana", language_code="es", started=True)


# --- polling ---------------------------------------------------------------------------------------


async def test_a_person_is_heard(telegram: Telegram, server: TelegramStandIn, ana: User) -> None:
    """Commands, words, presses, files, photos, and the end of it."""
    ear = Ear()
    posted = await telegram.send(ANA, CARD, None)
    async with listening(telegram, ear):
        await ana.says("/start w_1")
        await ana.says("hola")
        await ana.presses(ana.last, "Dog", wait=False)
        await ana.uploads("tasks.csv", b"text\nx\n", caption="/addtasks 1")
        await ana.sends_photo(picture("red"))
        server.block(ana)
        heard = await ear.until(6)
        await server.updates.drained()
    what = [one.what for one in heard]
    assert what[:2] == [Command("start", "w_1"), Text("hola")]
    assert isinstance(what[2], Press)
    assert (what[2].data, what[2].message) == ("1:a:1", posted.ref)
    assert isinstance(what[3], Upload)
    assert (what[3].name, what[3].size, what[3].caption) == ("tasks.csv", 7, "/addtasks 1")
    assert isinstance(what[4], Upload)
    assert what[5] == Unreachable()
    assert len({one.key for one in heard}) == 6
    assert {(one.sender.user_id, one.sender.locale) for one in heard} == {("1001", "es")}


async def test_edited_messages_are_not_even_asked_for(
    telegram: Telegram, server: TelegramStandIn, ana: User
) -> None:
    """What was said stays said."""
    ear = Ear()
    async with listening(telegram, ear):
        message = await ana.says("one")
        await ear.until(1)
        await ana.edits(message, "two")
        await ana.says("three")
        await ear.until(2)
    assert [one.what for one in ear.heard] == [Text("one"), Text("three")]
    assert server.updates.wanted == ["callback_query", "message", "my_chat_member"]


async def test_a_press_is_answered(telegram: Telegram, ana: User) -> None:
    """With a toast, an alert, or nothing but the end of the waiting."""
    posted = await telegram.send(ANA, CARD, None)
    toasts = [Toast(Phrase("x" * 300)), Toast(Phrase("Careful"), alert=True), None]
    ear = Ear()

    async def answer(heard: Heard) -> None:
        assert isinstance(heard.what, Press)
        await telegram.acknowledge(heard.what.handle, toasts.pop(0))
        await telegram.acknowledge(heard.what.handle, None)  # too late, and no reason to fail

    ear.then = answer
    async with listening(telegram, ear):
        card = ana.last
        answers = [await ana.presses(card, "Cat") for _ in range(3)]
    assert [(answer.text, answer.show_alert) for answer in answers] == [
        ("x" * 200, False),
        ("Careful", True),
        ("", False),
    ]
    assert posted.ref == str(card.id)


async def test_nothing_unheard_is_confirmed(telegram: Telegram, server: TelegramStandIn, ana: User) -> None:
    """A crash in the middle loses nothing: the next process hears it again."""
    bo = server.user(1002, first_name="Bo")
    ear, stuck = Ear(), asyncio.Event()

    async def never_ends(heard: Heard) -> None:
        if heard.sender.user_id == "1001":
            stuck.set()
            await asyncio.Event().wait()

    ear.then = never_ends
    async with listening(telegram, ear):
        await ana.says("/task")
        await stuck.wait()
        await bo.says("/help")
        await ear.until(1)
    assert [one.what for one in ear.heard] == [Command("help")]
    assert len(server.updates) == 2
    after = Ear()
    async with listening(telegram, after):
        assert {type(one.what) for one in await after.until(2)} == {Command}
        await server.updates.drained()
    assert after.heard[0].what == Command("task")


async def test_one_who_takes_long_keeps_nobody_waiting(
    telegram: Telegram, server: TelegramStandIn, ana: User
) -> None:
    """Someone's large file is fetched while others work on, update after update."""
    bo = server.user(1002, first_name="Bo")
    ear, go_on = Ear(), asyncio.Event()

    async def slow_for_ana(heard: Heard) -> None:
        if heard.sender.user_id == "1001":
            await go_on.wait()

    ear.then = slow_for_ana
    async with listening(telegram, ear):
        await ana.uploads("tasks.csv", b"x")
        for count in range(1, 4):
            await bo.says(f"{count}")
            await ear.until(count)
        assert len(server.updates) == 4
        go_on.set()
        await ear.until(4)
        await server.updates.drained()
    assert len({one.key for one in ear.heard}) == 4


async def test_order_holds_when_hearing_fails(telegram: Telegram, ana: User) -> None:
    """The second waits until the first was heard at the third attempt."""
    ear, attempts = Ear(), [0]

    async def twice_deaf(heard: Heard) -> None:
        attempts[0] += 1
        if attempts[0] <= 2:
            raise RuntimeError("no database")

    ear.then = twice_deaf
    async with listening(telegram, ear):
        await ana.says("first")
        await ana.says("second")
        await ear.until(2)
    assert [one.what for one in ear.heard] == [Text("first"), Text("second")]
    assert attempts == [4]


async def test_polling_survives_every_fault(server: TelegramStandIn, tmp_path: Path, ana: User) -> None:
    """5xx, nonsense, resets, floods and quarrels: it waits a moment and goes on."""
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    server.faults.fails(502, method="getUpdates")
    server.faults.garbage(method="getUpdates")
    server.faults.garbage(b'{"ok":true,"result":[{"no":"id"}]}', method="getUpdates")
    server.faults.resets_before(method="getUpdates")
    server.faults.resets_after(method="getUpdates")
    server.faults.too_many(9, method="getUpdates")
    server.faults.refuses(409, "Conflict: terminated by other getUpdates request", method="getUpdates")
    await ana.says("still here")
    ear = Ear()
    telegram = Telegram(token=TOKEN, api_url=server.url, data_dir=tmp_path, chance=chance_of(1), sleep=sleep)
    await telegram.start()
    async with listening(telegram, ear):
        await ear.until(1)
    await telegram.close()
    assert len(slept) == 7
    assert slept[5] >= 9
    assert all(0.5 <= seconds <= 30 for seconds in slept)


async def test_polling_takes_over_from_a_webhook(server: TelegramStandIn, tmp_path: Path, ana: User) -> None:
    """An operator who stopped using one should not have to know how to remove it."""
    async with aiohttp.ClientSession() as session:
        hook = {"url": "http://127.0.0.1:1/", "secret_token": SECRET}
        async with session.post(f"{server.url}/bot{TOKEN}/setWebhook", json=hook) as answer:
            assert answer.status == 200
    ear = Ear()
    telegram = Telegram(token=TOKEN, api_url=server.url, data_dir=tmp_path, sleep=no_time)
    await telegram.start()
    async with listening(telegram, ear):
        await ana.says("hello")
        await ear.until(1)
    await telegram.close()


async def test_a_double_delivery_has_the_same_key(
    telegram: Telegram, server: TelegramStandIn, ana: User
) -> None:
    """By which the inbox knows it."""
    ear = Ear()
    async with listening(telegram, ear):
        await ana.says("once")
        first = (await ear.until(1))[0]
        await server.updates.drained()
        server.updates.redeliver(server.updates.last_id)
        assert (await ear.until(2))[1] == first
        await server.updates.drained()


# --- webhook ---------------------------------------------------------------------------------------


@asynccontextmanager
async def behind_a_door(server: TelegramStandIn, data_dir: Path) -> AsyncIterator[tuple[Telegram, str]]:
    """Our Telegram with its route in a real HTTP server, and the address of the route."""
    place = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{place.getsockname()[1]}"
    telegram = Telegram(
        token=TOKEN, api_url=server.url, data_dir=data_dir, webhook=Webhook(f"{url}/", SECRET), sleep=no_time
    )
    app = web.Application()
    app.add_routes(telegram.routes())
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.SockSite(runner, place).start()
    await telegram.start()
    try:
        yield telegram, f"{url}{path_of(TOKEN)}"
    finally:
        await telegram.close()
        await server.webhook.remove()
        await runner.cleanup()


async def test_telegram_calls_us(server: TelegramStandIn, tmp_path: Path, ana: User) -> None:
    """The address, the secret and the kinds of update are told by ourselves; nothing is polled."""
    ear = Ear()
    async with behind_a_door(server, tmp_path) as (telegram, url), listening(telegram, ear):
        await server.calls.wait("setWebhook")
        await ana.says("/task")
        await ear.until(1)
        await server.updates.drained()
        hook = server.webhook.hook
        assert hook is not None
        assert (hook.url, hook.secret, hook.max_connections) == (url, SECRET, 40)
    assert ear.heard[0].what == Command("task")
    assert server.updates.wanted == ["callback_query", "message", "my_chat_member"]
    assert server.calls.of("getUpdates") == []
    assert TOKEN not in url


async def test_what_was_not_heard_comes_again(server: TelegramStandIn, tmp_path: Path, ana: User) -> None:
    """We answer 500 until it was heard, and 200 only then; the next waits its turn."""
    ear, attempts = Ear(), [0]

    async def once_deaf(heard: Heard) -> None:
        attempts[0] += 1
        if attempts[0] == 1:
            raise RuntimeError("no database")
        assert len(server.updates) >= 1  # not confirmed while it is being heard

    ear.then = once_deaf
    async with behind_a_door(server, tmp_path) as (telegram, _), listening(telegram, ear):
        await ana.says("first")
        await ana.says("second")
        await ear.until(2)
        await server.updates.drained()
    assert [one.what for one in ear.heard] == [Text("first"), Text("second")]
    assert ear.heard[0].key != ear.heard[1].key
    assert attempts == [3]


async def test_setting_the_webhook_is_repeated(server: TelegramStandIn, tmp_path: Path, ana: User) -> None:
    """A moment of trouble at the start is no reason to be deaf."""
    server.faults.fails(502, method="setWebhook", times=2)
    ear = Ear()
    async with behind_a_door(server, tmp_path) as (telegram, _), listening(telegram, ear):
        await ana.says("hello")
        await ear.until(1)
    assert len(server.calls.of("setWebhook")) == 3


async def test_a_webhook_telegram_refuses_is_said(server: TelegramStandIn, tmp_path: Path) -> None:
    """A wrong address is the operator's to mend; nobody waits for updates that cannot come."""
    hook = Webhook("http://bot.example.org", SECRET)
    telegram = Telegram(token=TOKEN, api_url=server.url, data_dir=tmp_path, webhook=hook)
    await telegram.start()
    with pytest.raises(BadRequest, match="https url"):
        await telegram.listen(Ear())
    await telegram.close()


@pytest.mark.parametrize("secret", ["", "x" * 257, "with space", "é"])
def test_a_secret_telegram_would_refuse(secret: str) -> None:
    """It is refused where it is read, and never shown."""
    with pytest.raises(ValueError, match="secret"):
        Webhook("https://bot.example.org", secret)
    assert SECRET not in repr(Webhook("https://bot.example.org", SECRET))


async def test_nobody_else_is_let_in(server: TelegramStandIn, tmp_path: Path) -> None:
    """No secret, a wrong one, too much, or no update: nothing is heard."""
    ear = Ear()
    update = (
        b'{"update_id":1,"message":{"message_id":1,"date":1,"text":"x",'
        b'"chat":{"id":1,"type":"private"},"from":{"id":1,"first_name":"Eve"}}}'
    )
    known = {HEADER: SECRET}
    async with (
        behind_a_door(server, tmp_path) as (telegram, url),
        aiohttp.ClientSession() as eve,
    ):

        async def knocks(body: bytes, headers: dict[str, str]) -> int:
            async with eve.post(url, data=body, headers=headers) as answer:
                return answer.status

        assert await knocks(update, known) == 503  # we do not listen yet
        async with listening(telegram, ear):
            await server.calls.wait("setWebhook")
            assert await knocks(update, {}) == 403
            assert await knocks(update, {HEADER: SECRET[:-1]}) == 403
            assert await knocks(update, {HEADER: f"{SECRET}é"}) == 403
            assert await knocks(b" " * (MOST_BODY + 1), known) == 413
            assert await knocks(b"{", known) == 400
            assert await knocks(b"[]", known) == 400
            assert await knocks(b'{"update_id":1,"poll":{}}', known) == 200
            assert ear.heard == []
            assert await knocks(update, known) == 200
            async with eve.get(url, headers=known) as answer:
                assert answer.status == 405
    assert [one.what for one in ear.heard] == [Text("x")]


async def test_a_body_without_a_length_is_bounded_too(server: TelegramStandIn, tmp_path: Path) -> None:
    """Whoever has the secret cannot fill the memory either."""

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b" " * 100_000

    async with (
        behind_a_door(server, tmp_path) as (telegram, url),
        listening(telegram, Ear()),
        aiohttp.ClientSession() as eve,
        eve.post(url, data=chunks(), headers={HEADER: SECRET}) as answer,
    ):
        assert answer.status == 413


async def test_polling_needs_no_door(telegram: Telegram) -> None:
    """Without a webhook there is no route."""
    assert list(telegram.routes()) == []
