"""What delivery promises: effects once and durable before anybody hears of them, order kept, nothing owed for ever."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import func, select

from bots.courier import LEASE, Dispatch
from bots.dialogue.buttons import read
from bots.dialogue.vocabulary import Message, Para
from bots.platform import Address, Media, NotSent, Posted, TryLater
from bots.postbox import Postbox
from bots.runner import Service, compose
from bots.telegram.platform import Telegram
from core import people
from core.clock import Clock, ManualClock
from core.domain.person import Role
from core.domain.states import AssignmentState, OutboxState
from core.store import Store, chats, open_store
from core.store import people as people_rows
from core.store.base import Unit
from core.store.tables import account, answer, assignment, inbox, ledger, outbox
from core.store.transaction import Transaction
from core.vault import Vault
from i18n import Phrase, translator_for
from tests.house import PaperHouse, paper_house
from tests.integration.telegram_ears import TOKEN
from tests.standins.paper import Paper
from tests.standins.telegram import TelegramStandIn, User
from tests.standins.telegram.params import Params
from tests.world import World

T = TypeVar("T")
FULL = 2


@dataclass(slots=True)
class Post:
    """A service whose only platform is Telegram, with its stand-in."""

    service: Service
    telegram: TelegramStandIn
    clock: ManualClock
    vault: Vault
    platform: Telegram

    async def worker(self, number: int) -> User:
        """Somebody who joined and works in English."""
        user = self.telegram.user(number, first_name=f"W{number}", language_code="en")
        await user.says("/start")
        await user.sees("Welcome")
        await self.service.store.write(lambda tx: _join(tx, self.clock))
        return user

    async def owe(self, account_id: int, *texts: str, slot: str | None = None) -> None:
        """Owe messages, as the clockwork does."""
        postbox = Postbox(self.vault, {self.platform.name: self.platform.limits})

        def unit(tx: Transaction) -> None:
            for text in texts:
                message = Message((Para(Phrase(text)),), slot=slot)
                postbox.owe_account(tx, account_id, message, now=self.clock.now())

        await self.service.store.write(unit)

    async def deliver(self, *, rounds: int = 40) -> None:
        """Let the courier come by, minute by minute, until nothing is owed any more."""
        for _ in range(rounds):
            await self.service.courier.sweep()
            await self.service.courier.settled()
            if not await self.owed():
                return
            self.clock.move(timedelta(minutes=1))
        raise AssertionError(f"{await self.owed()} messages are owed for ever")

    async def owed(self) -> int:
        """How many messages wait."""
        return await count(self.service.store, outbox, outbox.c.state == OutboxState.OWED)


@asynccontextmanager
async def post_office(store: Store, clock: ManualClock, vault: Vault, data_dir: Path) -> AsyncIterator[Post]:
    """The service, heard by polling."""
    async with TelegramStandIn(token=TOKEN) as telegram:
        platform = Telegram(token=TOKEN, data_dir=data_dir, api_url=telegram.url)
        await platform.start()
        service = compose(
            store=store,
            clock=clock,
            vault=vault,
            platforms={platform.name: platform},
            data_dir=data_dir,
            reaction=timedelta(0),
            holder="test",
        )
        await service.begin()
        listening = asyncio.create_task(platform.listen(service.desk.hear))
        try:
            yield Post(service, telegram, clock, vault, platform)
        finally:
            listening.cancel()
            await asyncio.wait([listening])
            await service.courier.close()
            await platform.close()


@pytest.fixture
async def post(sqlite_store: Store, clock: ManualClock, vault: Vault, tmp_path: Path) -> AsyncIterator[Post]:
    async with post_office(sqlite_store, clock, vault, tmp_path) as opened:
        yield opened


def _join(tx: Transaction, clock: Clock) -> int:
    account_id = people_rows.account_ids(tx)[-1]
    person = people_rows.by_account(tx, account_id)
    people.consent(tx, person, now=clock.now())
    people.set_languages(tx, person, ("en",))
    people_rows.set_step(tx, account_id, step=None, draft=None)
    return account_id


async def count(store: Store, table: Any, *where: Any) -> int:
    """How many rows there are."""
    query = select(func.count()).select_from(table).where(*where)
    return await store.read(lambda tx: int(tx.execute(query).scalar_one()))


async def project(store: Store, clock: ManualClock, vault: Vault, *, tasks: int = 9) -> int:
    """A running project of somebody who is not here."""
    world = World(store, clock, vault)
    owner = await world.person("owner", Role.REQUESTER)
    return await world.project(owner, [f"picture {at}" for at in range(tasks)], overlap={"min": 1, "max": 1})


async def newest(store: Store) -> int:
    """The account of whoever came last."""
    return (await store.read(people_rows.account_ids))[-1]


def shown(user: User) -> list[str]:
    """The texts of the bot's messages, in order."""
    return [message.text for message in user.chat if message.from_bot]


# --- durable before it is told --------------------------------------------------------------------


async def test_the_running_writer_syncs_every_commit(sqlite_store: Store) -> None:
    """An acknowledged answer survives a power cut: WAL with synchronous=FULL, asked of the writer itself."""

    def pragmas(tx: Transaction) -> tuple[int, str]:
        return (
            tx.raw.execute("PRAGMA synchronous").fetchone()[0],
            tx.raw.execute("PRAGMA journal_mode").fetchone()[0],
        )

    assert await sqlite_store.write(pragmas) == (FULL, "wal")


@dataclass(slots=True)
class Probe:
    """Looks into the database file, from outside, at the moment a call arrives at Telegram."""

    path: Path
    told: list[int] = field(default_factory=list)
    too_early: list[str] = field(default_factory=list)

    def __call__(self, method: str, params: Params) -> bool:
        for data in _buttons(params):
            pressed = read(data)
            if pressed.verb == "undo":  # the card that follows an answer says which one it was
                held = pressed.number()
                with sqlite3.connect(f"file:{self.path}?mode=ro", uri=True) as database:
                    kept = database.execute(
                        "SELECT 1 FROM answer WHERE assignment_id = ?", (held,)
                    ).fetchone()
                self.told.append(held)
                if kept is None:
                    self.too_early.append(f"{method} told of the answer to {held}")
        return False


def _buttons(params: Params) -> list[str]:
    markup = params.structure("reply_markup") or {}
    return [button["callback_data"] for row in markup.get("inline_keyboard", ()) for button in row]


async def test_what_people_are_told_is_already_durable(
    clock: ManualClock, vault: Vault, tmp_path: Path
) -> None:
    """When the next card reaches Telegram, another connection to the file can read the answer before it."""
    path = tmp_path / "told.sqlite3"
    store = await open_store(f"sqlite:///{path}")
    probe = Probe(path)
    async with post_office(store, clock, vault, tmp_path) as post:
        await project(store, clock, vault)
        worker = await post.worker(7)
        post.telegram.faults.refuses(500, "never", when=probe)
        await worker.says("/task")
        await worker.sees("picture 0")
        for at in range(5):
            assert (await worker.presses(worker.last, "Cat")).text.startswith("Saved")
            await worker.sees(f"picture {at + 1}")
    await store.close()
    assert len(probe.told) == 5
    assert probe.too_early == []


class HeldStore:
    """A store whose commits a test can hold up; units that run while it holds are not committed yet."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.dialect, self.address = store.dialect, store.address
        self.open = asyncio.Event()
        self.open.set()
        self.waiting = asyncio.Event()

    async def write(self, unit: Unit[T]) -> T:
        if not self.open.is_set():
            self.waiting.set()
            await self.open.wait()
        return await self._store.write(unit)

    async def read(self, query: Unit[T]) -> T:
        return await self._store.read(query)

    async def close(self) -> None:
        await self._store.close()


async def test_nothing_is_said_or_confirmed_while_the_commit_waits(
    sqlite_store: Store, clock: ManualClock, vault: Vault, tmp_path: Path
) -> None:
    """Without a commit there is no toast, no next card, and Telegram keeps the update."""
    await project(sqlite_store, clock, vault)
    held = HeldStore(sqlite_store)
    async with post_office(held, clock, vault, tmp_path) as post:
        worker = await post.worker(7)
        await worker.says("/task")
        card = await worker.sees("picture 0")
        await post.telegram.updates.drained()
        held.open.clear()
        before = post.telegram.calls.seq
        press = await worker.presses(card, "Cat", wait=False)
        await held.waiting.wait()
        # the bot asks for updates again while it waits, so it had every opportunity to speak
        await post.telegram.calls.wait("getUpdates", count=len(post.telegram.calls.of("getUpdates")) + 1)
        said = [call.method for call in post.telegram.calls if call.seq > before]
        assert set(said) == {"getUpdates"}
        assert len(post.telegram.updates) == 1
        held.open.set()
        assert (await press.answered()).text.startswith("Saved")
        await worker.sees("picture 1")
        await post.telegram.updates.drained()


# --- order, whatever Telegram answers -------------------------------------------------------------


async def test_order_is_kept_under_every_fault(post: Post) -> None:
    """429, 5xx, nonsense and resets delay a chat; its messages come in order, all of them, and others do not wait."""
    ana, ben = await post.worker(7), await post.worker(8)
    first, second = await post.service.store.read(people_rows.account_ids)
    faults = post.telegram.faults
    faults.too_many(3, method="sendMessage", chat_id=7)
    faults.fails(500, method="sendMessage", chat_id=7)
    faults.resets_before(method="sendMessage", chat_id=7)
    faults.fails(502, method="sendMessage", chat_id=7)
    faults.garbage(method="sendMessage", chat_id=7)
    texts = [f"news {at}" for at in range(8)]
    await post.owe(first, *texts)
    await post.owe(second, *texts)
    await post.service.courier.sweep()
    await post.service.courier.settled()
    assert shown(ben)[1:] == texts, "another chat does not wait"
    assert shown(ana)[1:] == [], "nothing overtakes what could not be sent"
    await post.deliver()
    assert shown(ana)[1:] == texts


async def test_a_message_comes_twice_only_after_an_ambiguous_reset(post: Post) -> None:
    """A reset after the call was carried out is the one case: the message comes again, in its place."""
    ana = await post.worker(7)
    first = await newest(post.service.store)
    post.telegram.faults.resets_after(
        method="sendMessage", when=lambda _, params: "news 1" in params.text("text")
    )
    await post.owe(first, "news 0", "news 1", "news 2")
    await post.deliver()
    assert shown(ana)[1:] == ["news 0", "news 1", "news 1", "news 2"]


async def test_an_ambiguous_reset_of_an_edit_changes_nothing(post: Post) -> None:
    """An edit that took effect is sent again and is the same: edits converge."""
    store = post.service.store
    await project(store, post.clock, post.vault)
    ana = await post.worker(7)
    await ana.says("/task")
    card = await ana.sees("picture 0")
    await post.telegram.updates.drained()
    await post.service.courier.settled()
    post.telegram.faults.resets_after(method="editMessageText")
    await ana.presses(card, "Cat")
    await ana.sees("picture 1")
    await post.deliver()
    assert card.edits == 1
    assert "picture 1" in ana.last.text
    assert await count(store, answer) == 1


# --- people who cannot be reached -----------------------------------------------------------------


async def test_a_blocked_bot_takes_the_work_back_and_comes_back_when_called(post: Post) -> None:
    """403: the card goes back free and nothing is owed; the next word of the person makes all well."""
    store = post.service.store
    await project(store, post.clock, post.vault)
    ana = await post.worker(7)
    first = await newest(store)
    await ana.says("/task")
    await ana.sees("picture 0")
    await post.telegram.updates.drained()
    post.telegram.faults.refuses(403, "Forbidden: bot was blocked by the user", chat_id=7)
    await post.owe(first, "news 0", "news 1")
    await post.deliver(rounds=1)
    assert await count(store, assignment, assignment.c.state == AssignmentState.RETURNED) == 1
    assert await count(store, account, account.c.unreachable_at.isnot(None)) == 1
    assert await count(store, ledger) == 0, "it costs nothing"
    await post.owe(first, "news 2")
    assert await post.owed() == 0, "nothing more is owed to somebody who cannot be reached"
    await ana.says("/task")
    await ana.sees("picture")
    assert await count(store, account, account.c.unreachable_at.isnot(None)) == 0
    assert "news" not in " ".join(shown(ana))


async def test_who_blocks_the_bot_and_comes_back_gets_a_card(post: Post) -> None:
    """The same, told by Telegram's own update before anything was sent."""
    store = post.service.store
    await project(store, post.clock, post.vault)
    ana = await post.worker(7)
    await ana.says("/task")
    await ana.sees("picture 0")
    post.telegram.block(ana)
    await post.telegram.updates.drained()
    assert await count(store, assignment, assignment.c.state == AssignmentState.RETURNED) == 1
    post.telegram.unblock(ana)
    await ana.says("/task")
    await ana.sees("picture")
    assert await count(store, assignment, assignment.c.state == AssignmentState.ACTIVE) == 1


# --- updates that come again ----------------------------------------------------------------------


async def test_redelivered_updates_change_nothing(post: Post) -> None:
    """Every update of a session delivered twice, and then all of them once more: not one row, not one message."""
    store = post.service.store
    await project(store, post.clock, post.vault)
    first = post.telegram.updates.last_id + 1
    post.telegram.updates.double(100)
    ana = await post.worker(7)
    await ana.says("/task")
    card = await ana.sees("picture 0")
    for at in range(3):
        await ana.presses(card, "Cat")
        await ana.sees(f"picture {at + 1}")
    await post.telegram.updates.drained()
    await post.service.courier.settled()
    tables = (inbox, outbox, answer, assignment, ledger)
    before = [await count(store, table) for table in tables]
    messages, edits = len(ana.chat), card.edits
    assert post.telegram.updates.redeliver(first) == 5
    await post.telegram.updates.drained()
    await post.service.courier.settled()
    assert [await count(store, table) for table in tables] == before
    assert (len(ana.chat), card.edits) == (messages, edits)
    assert await count(store, answer) == 3
    assert await count(store, inbox) == 5


# --- cards in their chat --------------------------------------------------------------------------


@pytest.fixture
async def house(
    sqlite_store: Store, clock: ManualClock, vault: Vault, tmp_path: Path
) -> AsyncIterator[PaperHouse]:
    async with paper_house(sqlite_store, clock, vault, tmp_path) as opened:
        yield opened


async def test_a_card_is_edited_while_it_is_last_and_posted_anew_when_it_is_not(
    house: PaperHouse, vault: Vault
) -> None:
    """Nobody has to scroll up: after other words the next card is a new message below them."""
    await project(house.service.store, house.clock, vault)
    ana = await house.joined("ana")
    await ana.says("/task")
    posted = len(ana.chat.messages)
    await ana.taps("Cat")
    assert len(ana.chat.messages) == posted, "edited in place"
    await ana.says("/balance")
    await ana.taps("Cat")
    assert len(ana.chat.messages) == posted + 2, "the balance, and the card below it"
    assert "picture 2" in " ".join(part.words for part in ana.last.parts)


async def test_a_card_behind_other_news_is_posted_below_it(house: PaperHouse, vault: Vault) -> None:
    """News and a card that are delivered together: the news would stand below an edited card."""
    store, clock = house.service.store, house.clock
    await project(store, clock, vault)
    ana = await house.joined("ana")
    await ana.says("/task")
    on_paper = await newest(store)
    postbox = Postbox(vault, {"paper": house.paper.limits})

    def unit(tx: Transaction) -> None:
        postbox.owe_account(tx, on_paper, Message((Para(Phrase("news")),)), now=clock.now())
        postbox.owe_account(tx, on_paper, Message((Para(Phrase("card")),), slot="card"), now=clock.now())

    await store.write(unit)
    await house.service.courier.sweep()
    await house.settle()
    assert [message.parts[0].words for message in ana.chat.messages.values()][-2:] == ["news", "card"]


async def test_only_the_newest_edit_of_a_message_goes_out(house: PaperHouse, vault: Vault) -> None:
    """While the platform is away cards pile up; when it is back, the person sees the last one only."""
    store = house.service.store
    await project(store, house.clock, vault)
    ana = await house.joined("ana")
    await ana.says("/task")
    away = True
    house.paper.refuse = lambda _user, _message: NotSent() if away else None
    card = ana.button("Cat").data
    await ana.presses(card)
    for _ in range(2):
        held = await store.read(_active)
        await ana.presses(f"1:a:{held}:0")
    edits = sum(line.startswith("bot*") for line in ana.chat.log)
    away = False
    await house.later(minutes=5)
    assert sum(line.startswith("bot*") for line in ana.chat.log) == edits + 1
    assert "picture 3" in " ".join(part.words for part in ana.last.parts)
    assert await count(store, outbox, outbox.c.state == OutboxState.SUPERSEDED) == 2
    assert await count(store, outbox, outbox.c.state == OutboxState.OWED) == 0


def _active(tx: Transaction) -> int:
    held = tx.execute(
        select(assignment.c.id).where(assignment.c.state == AssignmentState.ACTIVE)
    ).scalar_one()
    return int(held)


class Gate(Paper):
    """A platform that takes its time: sending waits until the test opens it."""

    def __init__(self) -> None:
        super().__init__()
        self.open = asyncio.Event()
        self.reached = asyncio.Event()

    async def send(
        self, to: Address, message: Message, media: Media | None, *, below: str | None = None
    ) -> Posted:
        self.reached.set()
        await self.open.wait()
        return await super().send(to, message, media, below=below)


async def test_what_is_handed_over_and_read_from_the_outbox_goes_out_once(
    sqlite_store: Store, clock: ManualClock, vault: Vault, tmp_path: Path
) -> None:
    """A reply that is committed while its chat's older news are on their way is found both ways, and sent once."""
    gate = Gate()
    async with paper_house(sqlite_store, clock, vault, tmp_path, paper=gate) as house:
        gate.open.set()
        ana = await house.joined("ana")
        gate.open.clear()
        gate.reached.clear()
        on_paper = await newest(sqlite_store)
        postbox = Postbox(vault, {"paper": gate.limits})
        reply = Message((Para(Phrase("reply")),))
        await sqlite_store.write(
            lambda tx: postbox.owe_account(tx, on_paper, Message((Para(Phrase("news")),)), now=clock.now())
        )
        house.service.courier.look_at(on_paper)
        await gate.reached.wait()

        def unit(tx: Transaction) -> Dispatch:
            person = people_rows.by_account(tx, on_paper)
            t = translator_for(person.locale, person.zone)
            row = postbox.owe(tx, on_paper, reply, platform="paper", t=t, now=clock.now())
            assert row is not None, "it has no key"
            return Dispatch(on_paper, "paper", Address("", "ana"), [row], {})

        house.service.courier.hand_over(await sqlite_store.write(unit))
        gate.open.set()
        await house.settle()
        assert [message.parts[0].words for message in ana.chat.messages.values()][-2:] == ["news", "reply"]
        assert await count(sqlite_store, outbox, outbox.c.state == OutboxState.OWED) == 0


# --- one sender a chat ----------------------------------------------------------------------------


async def test_a_chat_that_another_process_holds_is_left_alone_until_the_lease_ends(
    store: Store, clock: ManualClock, vault: Vault, tmp_path: Path
) -> None:
    """The other one may be sending right now; when it died, its lease ends and the message goes out."""
    async with paper_house(store, clock, vault, tmp_path) as house:
        ana = await house.joined("ana")
        on_paper = await newest(store)
        postbox = Postbox(vault, {"paper": house.paper.limits})
        before = len(ana.chat.messages)

        def dies(tx: Transaction) -> bool:
            now = clock.now()
            tx.execute(account.update().values(leased_by=None, leased_until=None))
            taken = chats.lease(tx, on_paper, holder="another", now=now, until=now + LEASE)
            postbox.owe_account(tx, on_paper, Message((Para(Phrase("news")),)), now=now)
            return taken

        assert await store.write(dies)
        house.service.courier.look_at(on_paper)
        await house.settle()
        assert await house.service.courier.sweep() == 0
        assert len(ana.chat.messages) == before
        clock.move(LEASE + timedelta(seconds=1))
        assert await house.service.courier.sweep() == 1
        await house.settle()
        assert len(ana.chat.messages) == before + 1


async def test_a_pause_that_the_platform_asked_for_is_kept(house: PaperHouse) -> None:
    """429: nothing is sent to the chat before the time is over, and everything after it, in order."""
    ana = await house.joined("ana")
    house.paper.refuse = lambda _user, _message: TryLater(30)
    before = len(ana.chat.messages)
    await ana.says("/help")
    await ana.says("/balance")
    house.paper.refuse = lambda _user, _message: None
    assert await house.service.courier.sweep() == 0
    assert len(ana.chat.messages) == before
    await house.later(seconds=31)
    assert len(ana.chat.messages) == before + 2


async def test_the_reminder_counts_from_its_delivery(house: PaperHouse, vault: Vault) -> None:
    """Nobody pays for a reminder that only lay in the outbox: it is written down when the platform has it."""
    store = house.service.store
    await project(store, house.clock, vault)
    ana = await house.joined("ana")
    await ana.says("/task")
    house.paper.refuse = lambda _user, _message: NotSent()
    await house.later(hours=4, minutes=1)
    reminded = select(assignment.c.reminded_at)
    assert await store.read(lambda tx: tx.execute(reminded).scalar_one()) is None
    house.paper.refuse = lambda _user, _message: None
    await house.later(minutes=2)
    delivered = await store.read(lambda tx: tx.execute(reminded).scalar_one())
    assert delivered is not None
    assert house.clock.now() - delivered < timedelta(minutes=1)
