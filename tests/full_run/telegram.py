"""Telegram in a run: the stand-in, the faults of its network, and a house that speaks on it alone."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bots.telegram.platform import Telegram
from bots.telegram.webhook import Webhook
from core.clock import ManualClock, chance_of
from core.store import Store
from core.vault import Vault
from tests.full_run.house import BOSS, House, no_time, serving
from tests.full_run.side import Mishap, Phone, clock_of
from tests.standins.telegram import Call, TelegramStandIn, User

TOKEN = "42:TEST"
SECRET = "s3cret-of_the-hook"
REPEATED = ("message is not modified", "query is too old")
CLIENTS = {"zh": "zh-hans"}
"""Language → what an app says its language is, where that is not the same."""


@dataclass(slots=True)
class TelegramSide:
    """Telegram and the people on it."""

    server: TelegramStandIn
    platform: Telegram
    tells_zones: bool = False

    def phone(self, number: int, *, name: str, lang: str = "en", zone: str = "UTC") -> User:  # noqa: ARG002  (nobody asks)
        """Somebody's app; Telegram never says where their clock is."""
        return self.server.user(number, first_name=name, language_code=CLIENTS.get(lang, lang))

    def has(self, phone: Phone) -> bool:
        """Whether this is an app of this platform."""
        return isinstance(phone, User)

    def leaves(self, phone: Phone) -> None:
        """The person blocks the bot."""
        assert isinstance(phone, User)
        self.server.block(phone)

    def returns(self, phone: Phone) -> None:
        """Whoever writes has let the bot write again."""

    def file(self, ref: str) -> bytes:
        """The bytes of a document."""
        return self.server.bot_file(ref)

    async def drained(self) -> None:
        """Wait until every update was confirmed."""
        await self.server.updates.drained(timeout=30)

    def unmet(self) -> list[object]:
        """The faults that no call has met yet."""
        return list(self.server.faults.waiting)

    def refused(self) -> list[object]:
        """The calls that a real Telegram would have refused, beside the faults that a test asked for.

        What is repeated because its answer may have been lost is refused rightly: an edit that changes
        nothing any more, the second answer to a tap that was delivered twice.
        """
        return [call for call in self.server.calls if not _right(call)]

    def unanswered(self) -> list[str]:
        """The taps that nobody answered."""
        queries = self.server.world.queries.values()
        return [f"{query.account.id}: {query.data}" for query in queries if query.answer is None]

    def surprises(self) -> list[object]:
        """Whatever did not succeed; a notice may say again what stands there already."""
        refused = [how for how in self.server.calls.counts if how[1] != 200]
        return [how for how in refused if how != ("editMessageText", 400)]

    def bad_welcome(self, phone: Phone) -> None:
        """Every update says who it is from: nothing can go wrong."""

    def bad_night(self) -> None:
        """Sending goes wrong while people sleep."""
        faults = self.server.faults
        faults.fails(502, method="sendMessage")
        faults.too_many(2, method="sendMessage")
        faults.resets_before(method="sendMessage")

    def mishaps(self) -> list[Mishap]:
        """What goes wrong on the way, one thing a round."""
        faults, updates = self.server.faults, self.server.updates
        mishaps: list[Mishap] = [
            lambda: faults.too_many(1, method="editMessageText"),
            lambda: faults.fails(500, method="editMessageText", times=2),
            lambda: faults.fails(502, method="editMessageText"),
            lambda: faults.resets_before(method="editMessageText"),
            lambda: faults.resets_after(method="editMessageText"),
            lambda: faults.garbage(method="editMessageText"),
            lambda: updates.double(5),
            lambda: updates.redeliver(updates.last_id - 9),
            lambda: faults.resets_after(method="answerCallbackQuery"),
        ]
        if self.server.webhook.hook is None:
            mishaps += [
                lambda: faults.too_many(1, method="getUpdates"),
                lambda: faults.fails(502, method="getUpdates"),
                lambda: faults.resets_before(method="getUpdates"),
                lambda: faults.garbage(method="getUpdates"),
            ]
        return mishaps


def _right(call: Call) -> bool:
    return call.ok or call.fault is not None or any(why in call.description for why in REPEATED)


@dataclass(slots=True)
class TelegramHouse(House):
    """A house that speaks on Telegram alone."""

    server: TelegramStandIn


@asynccontextmanager
async def telegram_side(
    clock: ManualClock, data_dir: Path, *, door: socket.socket | None = None, history: bool = True
) -> AsyncIterator[TelegramSide]:
    """The stand-in and the adapter, which polls, or is called at `door`."""
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(
            TelegramStandIn(token=TOKEN, history=history, webhook_unit=0.001, wall=clock_of(clock))
        )
        hook = Webhook(f"http://127.0.0.1:{door.getsockname()[1]}", SECRET) if door else None
        telegram = Telegram(
            token=TOKEN,
            data_dir=data_dir,
            api_url=server.url,
            webhook=hook,
            chance=chance_of(1),
            sleep=no_time,
        )
        await telegram.start()
        stack.push_async_callback(telegram.close)
        yield TelegramSide(server, telegram)


@asynccontextmanager
async def telegram_house(
    store: Store,
    clock: ManualClock,
    vault: Vault,
    data_dir: Path,
    *,
    webhook: bool = False,
    history: bool = True,
) -> AsyncIterator[TelegramHouse]:
    """Open the house; the store is closed by who opened it."""
    async with AsyncExitStack() as stack:
        door = socket.create_server(("127.0.0.1", 0)) if webhook else None
        if door is not None:
            stack.callback(door.close)
        side = await stack.enter_async_context(telegram_side(clock, data_dir, door=door, history=history))
        service = await stack.enter_async_context(
            serving(
                store,
                clock,
                vault,
                data_dir,
                platforms=[side.platform],
                admins=frozenset({f"telegram:{BOSS}"}),
                door=door,
            )
        )
        if webhook:
            await side.server.calls.wait("setWebhook", status=200)
            stack.push_async_callback(side.server.webhook.remove)
        yield TelegramHouse(service, clock, [side], side.server)
