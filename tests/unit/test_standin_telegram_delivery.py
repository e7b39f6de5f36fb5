"""How updates reach a bot: polling, the webhook, and everything that comes twice or not at all."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from tests.standins.telegram import TelegramStandIn
from tests.standins.telegram.client import BareBot

SECRET = "X-Telegram-Bot-Api-Secret-Token"


class Clock:
    """Time that moves when the test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def telegram(clock: Clock) -> AsyncIterator[TelegramStandIn]:
    async with TelegramStandIn(clock=clock, conflict_delay=0, webhook_unit=0) as server:
        yield server


@pytest.fixture
async def bare(telegram: TelegramStandIn) -> AsyncIterator[BareBot]:
    async with BareBot(telegram.url) as bare:
        yield bare


class Bot:
    """The receiving end of a webhook: keeps what came, answers as the test says."""

    def __init__(self) -> None:
        self.came: list[dict[str, Any]] = []
        self.secrets: list[str | None] = []
        self.answers: list[web.Response] = []
        self.arrived = asyncio.Condition()
        self.url = ""

    async def receive(self, request: web.BaseRequest) -> web.Response:
        update = json.loads(await request.read())
        async with self.arrived:
            self.came.append(update)
            self.secrets.append(request.headers.get(SECRET))
            self.arrived.notify_all()
        return self.answers.pop(0) if self.answers else web.Response()

    async def has(self, count: int) -> list[str]:
        """The texts that came, once there are so many."""
        async with asyncio.timeout(5), self.arrived:
            await self.arrived.wait_for(lambda: len(self.came) >= count)
        return [update["message"]["text"] for update in self.came if "message" in update]


@pytest.fixture
async def hooked() -> AsyncIterator[Bot]:
    bot = Bot()
    runner = web.ServerRunner(web.Server(bot.receive), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    bot.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield bot
    await runner.cleanup()


def texts(updates: list[dict[str, Any]]) -> list[str]:
    """What people wrote."""
    return [update["message"]["text"] for update in updates]


async def test_updates_come_until_an_offset_confirms_them(telegram: TelegramStandIn, bare: BareBot) -> None:
    """A bot that is killed before it confirmed gets everything again."""
    ana = telegram.user(1001)
    for text in ("one", "two", "three"):
        await ana.says(text)
    first = await bare.does("getUpdates", limit=2)
    assert texts(first) == ["one", "two"]
    again = await bare.does("getUpdates", offset=first[0]["update_id"])
    assert texts(again) == ["one", "two", "three"]
    rest = await bare.does("getUpdates", offset=first[1]["update_id"] + 1)
    assert texts(rest) == ["three"]
    assert texts(await bare.does("getUpdates", offset=-1)) == ["three"]
    assert len(telegram.updates) == 1


async def test_a_long_poll_ends_with_the_first_update(telegram: TelegramStandIn, bare: BareBot) -> None:
    """Nobody waits for the timeout when somebody writes."""
    ana = telegram.user(1001)
    poll = asyncio.create_task(bare.does("getUpdates", timeout=50))
    await telegram.updates.polled()
    await ana.says("at last")
    async with asyncio.timeout(5):
        assert texts(await poll) == ["at last"]


async def test_a_poller_that_dies_loses_nothing(telegram: TelegramStandIn, bare: BareBot) -> None:
    """The update that was on its way to a killed process goes to the next one."""
    async with BareBot(telegram.url) as killed:
        poll = asyncio.create_task(killed.call("getUpdates", timeout=50))
        await telegram.updates.polled()
        poll.cancel()
        await asyncio.gather(poll, return_exceptions=True)
    await telegram.user(1001).says("survives")
    assert texts(await bare.does("getUpdates", timeout=5)) == ["survives"]


async def test_asking_the_same_again_at_once_gives_one_update(
    telegram: TelegramStandIn, bare: BareBot, clock: Clock
) -> None:
    """The real server brakes bots that never confirm."""
    ana = telegram.user(1001)
    await ana.says("one")
    await ana.says("two")
    assert len(await bare.does("getUpdates")) == 2
    assert len(await bare.does("getUpdates")) == 1
    clock.now += 0.6
    assert len(await bare.does("getUpdates")) == 2


async def test_the_older_of_two_pollers_gets_409(telegram: TelegramStandIn, bare: BareBot) -> None:
    """The newer one goes on."""
    older = asyncio.create_task(bare.call("getUpdates", timeout=50))
    await telegram.updates.polled()
    newer = asyncio.create_task(bare.does("getUpdates", timeout=50))
    status, body = await older
    assert (status, body["description"]) == (
        409,
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    )
    await telegram.updates.polled()
    await telegram.user(1001).says("hello")
    assert texts(await newer) == ["hello"]


async def test_allowed_updates_are_remembered(telegram: TelegramStandIn, bare: BareBot) -> None:
    """What the bot did not ask for is never queued; without a list the last one holds."""
    ana = telegram.user(1001)
    await bare.does("getUpdates", allowed_updates=["callback_query"], timeout=0)
    await ana.says("unheard")
    await bare.does("getUpdates", offset=1, timeout=0)
    await ana.says("unheard, too")
    await bare.does("getUpdates", offset=2, allowed_updates=[], timeout=0)
    await ana.says("heard")
    assert texts(await bare.does("getUpdates", offset=3)) == ["heard"]


async def test_old_updates_expire(telegram: TelegramStandIn, bare: BareBot, clock: Clock) -> None:
    """A tap is dropped after 150 seconds, a message after a day."""
    ana = telegram.user(1001)
    await ana.says("/task")
    markup = {"inline_keyboard": [[{"text": "Cat", "callback_data": "c"}]]}
    await bare.does("sendMessage", chat_id=1001, text="card", reply_markup=markup)
    await ana.presses(ana.last, "Cat", wait=False)
    clock.now += 151
    assert texts(await bare.does("getUpdates")) == ["/task"]
    clock.now += 24 * 3600
    await ana.says("new day")
    assert texts(await bare.does("getUpdates")) == ["new day"]


async def test_an_update_can_come_twice_in_one_answer(telegram: TelegramStandIn, bare: BareBot) -> None:
    """The same update_id, the same content: only the bot's memory can tell."""
    telegram.updates.double()
    await telegram.user(1001).says("once")
    first, second = await bare.does("getUpdates")
    assert first == second


async def test_confirmed_updates_can_come_again(telegram: TelegramStandIn, bare: BareBot) -> None:
    """Redelivery goes before what is new, whatever offset the bot asks for."""
    ana = telegram.user(1001)
    await ana.says("one")
    await ana.says("two")
    one, two = await bare.does("getUpdates")
    offset = two["update_id"] + 1
    await ana.says("three")
    assert telegram.updates.redeliver(since=one["update_id"]) == 3
    assert texts(await bare.does("getUpdates", offset=offset)) == ["one", "two", "three", "three"]
    assert texts(await bare.does("getUpdates", offset=offset)) == ["three"]


async def test_polling_with_a_webhook_set_is_a_conflict(
    telegram: TelegramStandIn, bare: BareBot, hooked: Bot
) -> None:
    """Setting the webhook ends the poll that waits, too."""
    poll = asyncio.create_task(bare.refused("getUpdates", timeout=50))
    await telegram.updates.polled()
    await bare.does("setWebhook", url=hooked.url)
    assert await poll == "409 Conflict: terminated by setWebhook request"
    refusal = await bare.refused("getUpdates")
    assert refusal.startswith("409 Conflict: can't use getUpdates method while webhook is active")
    await bare.does("deleteWebhook")
    await telegram.user(1001).says("by poll")
    assert texts(await bare.does("getUpdates")) == ["by poll"]


async def test_a_webhook_gets_updates_with_the_secret(
    telegram: TelegramStandIn, bare: BareBot, hooked: Bot
) -> None:
    """What was pending comes first, and 2xx confirms."""
    ana = telegram.user(1001)
    await ana.says("before")
    await bare.does("setWebhook", url=hooked.url, secret_token="s3cret_-", max_connections=1)
    await ana.says("after")
    assert await hooked.has(2) == ["before", "after"]
    assert hooked.secrets == ["s3cret_-", "s3cret_-"]
    await telegram.updates.drained()
    info = await bare.does("getWebhookInfo")
    assert (info["url"], info["pending_update_count"], info["max_connections"]) == (hooked.url, 0, 1)


async def test_a_failing_webhook_gets_the_update_again_in_order(
    telegram: TelegramStandIn, bare: BareBot, hooked: Bot
) -> None:
    """The queue of a chat stops at what failed; the same update comes until the bot takes it."""
    hooked.answers = [web.Response(status=500), web.Response(status=503, headers={"Retry-After": "1"})]
    await bare.does("setWebhook", url=hooked.url)
    ana = telegram.user(1001)
    await ana.says("one")
    await ana.says("two")
    assert await hooked.has(4) == ["one", "one", "one", "two"]
    assert len({update["update_id"] for update in hooked.came}) == 2
    info = await bare.does("getWebhookInfo")
    assert info["last_error_message"] == "Wrong response from the webhook: 503 Service Unavailable"


async def test_a_tap_can_overtake_the_message_before_it(
    telegram: TelegramStandIn, bare: BareBot, hooked: Bot
) -> None:
    """Order is kept per queue only: messages by chat, taps by person."""
    hooked.answers = [web.Response(status=500) for _ in range(3)]
    ana = telegram.user(1001, started=True)
    markup = {"inline_keyboard": [[{"text": "Cat", "callback_data": "c"}]]}
    await bare.does("sendMessage", chat_id=1001, text="card", reply_markup=markup)
    await ana.says("first")
    await ana.presses(ana.last, "Cat", wait=False)
    await bare.does("setWebhook", url=hooked.url)
    await hooked.has(5)
    kinds = ["tap" if "callback_query" in update else "message" for update in hooked.came]
    assert kinds.index("tap") < len(kinds) - 1 - kinds[::-1].index("message")


async def test_a_webhook_may_answer_with_a_method(
    telegram: TelegramStandIn, bare: BareBot, hooked: Bot
) -> None:
    """The call in the answer is carried out and logged like any other."""
    hooked.answers = [web.json_response({"method": "sendMessage", "chat_id": 1001, "text": "hi"})]
    await bare.does("setWebhook", url=hooked.url)
    ana = telegram.user(1001)
    await ana.says("hello")
    assert (await ana.sees("hi")).from_bot
    assert len(telegram.calls.of("sendMessage", status=200)) == 1


@pytest.mark.parametrize(
    ("params", "refusal"),
    [
        ({"url": "http://example.com/"}, "bad webhook: An HTTPS URL must be provided for webhook"),
        (
            {"url": "https://example.com:8080/"},
            "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443",
        ),
        (
            {"url": "https://example.com/", "secret_token": "no spaces"},
            "secret token contains unallowed characters",
        ),
        (
            {"url": "https://example.com/", "max_connections": 101},
            "max_connections must be between 1 and 100",
        ),
    ],
)
async def test_a_webhook_must_be_reachable_by_telegram(
    bare: BareBot, params: dict[str, Any], refusal: str
) -> None:
    """HTTPS on four ports (loopback is our exception), a plain secret, 1-100 connections."""
    assert await bare.refused("setWebhook", **params) == f"400 Bad Request: {refusal}"


async def test_pending_updates_can_be_dropped(telegram: TelegramStandIn, bare: BareBot) -> None:
    """`drop_pending_updates` forgets what nobody fetched."""
    await telegram.user(1001).says("lost")
    await bare.does("deleteWebhook", drop_pending_updates=True)
    await telegram.user(1001).says("found")
    assert texts(await bare.does("getUpdates")) == ["found"]
