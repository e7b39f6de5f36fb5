"""What the front desk promises platforms that cannot wait: durable first, each event once, everybody in order."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import func, select

from bots.dialogue.vocabulary import (
    Answer,
    Command,
    Form,
    Heard,
    Limits,
    Message,
    Para,
    Press,
    Said,
    Sender,
    Submit,
    Text,
    Unreachable,
    Upload,
)
from bots.keeping import to_bytes
from bots.platform import Address, Media, Posted
from bots.postbox import Postbox
from bots.runner import Service, compose
from core.clock import ManualClock
from core.domain.person import Role
from core.store import Store, inbox
from core.store import people as people_rows
from core.store.base import Unit
from core.store.tables import account
from core.store.tables import inbox as inbox_table
from core.store.transaction import Transaction
from core.vault import Vault
from i18n import Phrase
from tests.house import PaperHouse, paper_house
from tests.spoken import said
from tests.standins.paper import Paper

T = TypeVar("T")
FILE = b"text\na cat\n"


class Hasty(Paper):
    """A paper that must have its events confirmed at once, and says no more of people than their ids."""

    patient = False

    def __init__(self, limits: Limits | None = None) -> None:
        super().__init__(limits=limits)
        self.asked: list[str] = []
        self.below: list[tuple[str, str | None]] = []
        self.fetching = asyncio.Event()
        self.may_fetch = asyncio.Event()
        self.may_fetch.set()
        self.in_time = True

    async def who_is(self, sender: Sender) -> Sender:
        self.asked.append(sender.user_id)
        return replace(sender, name="Ana", locale="es-ES", zone="Europe/Madrid")

    async def fetch(self, handle: str, into: Path, most: int) -> None:
        self.fetching.set()
        await self.may_fetch.wait()
        await super().fetch(handle, into, most)

    async def send(
        self, to: Address, message: Message, media: Media | None, *, below: str | None = None
    ) -> Posted:
        posted = await super().send(to, message, media, below=below)
        self.below.append((posted.ref, below))
        return posted

    async def acknowledge(self, handle: str, answer: Answer | None) -> bool:
        if isinstance(answer, Form) and not self.in_time:
            return False
        return await super().acknowledge(handle, answer)


@dataclass(slots=True)
class Kept:
    """How an event stands in the inbox."""

    state: str
    payload: bytes | None


@pytest.fixture
def paper() -> Hasty:
    return Hasty()


def heard(
    what: Said | Unreachable, key: str, *, user: str = "ana", introduced: bool = True, name: str = "Ana"
) -> Heard:
    """An event of somebody's."""
    sender = Sender("paper", "", user, name, "en", introduced=introduced)
    return Heard(f"paper:{key}", sender, what)


def upload(paper: Hasty, name: str = "tasks.csv") -> Upload:
    """A file that can be fetched."""
    paper.files[name] = FILE
    return Upload(name, name, len(FILE))


async def in_inbox(store: Store, key: str) -> Kept | None:
    """What is known of an event."""
    query = select(inbox_table.c.state, inbox_table.c.payload).where(inbox_table.c.key == f"paper:{key}")
    row = await store.read(lambda tx: tx.execute(query).first())
    return None if row is None else Kept(row.state, row.payload)


async def state_of(store: Store, key: str) -> str | None:
    """How far an event has come."""
    found = await in_inbox(store, key)
    return found.state if found else None


async def done(house: PaperHouse) -> None:
    """Wait until everything that was heard is worked on, and everything said is delivered."""
    await house.service.desk.settled()
    await house.settle()


def spoken(paper: Paper, user: str = "ana") -> list[str]:
    """All that was said to somebody, oldest first."""
    return [said(one) for one in paper.chat(user).messages.values()]


async def requester(house: PaperHouse) -> None:
    """Ana has joined and may send files."""
    await house.joined("ana", Role.REQUESTER)
    house.paper.chat("ana").messages.clear()


# --- durable before it is confirmed ---------------------------------------------------------------


async def test_a_file_is_fetched_after_it_was_confirmed(
    store: Store, clock: ManualClock, vault: Vault, tmp_path: Path, paper: Hasty
) -> None:
    """The event is durable and sealed when the platform may confirm it; its work follows."""
    async with paper_house(store, clock, vault, tmp_path, paper=paper) as house:
        await requester(house)
        paper.may_fetch.clear()
        await house.service.desk.hear(heard(upload(paper), "1"))
        waiting = await in_inbox(store, "1")
        assert waiting is not None
        assert waiting.state == "received"
        assert waiting.payload is not None
        assert b"tasks.csv" not in waiting.payload
        assert spoken(paper) == []
        paper.may_fetch.set()
        await done(house)
        assert await in_inbox(store, "1") == Kept("done", None)
        assert len(spoken(paper)) == 1


async def test_who_is_busy_is_heard_all_the_same(
    store: Store, clock: ManualClock, vault: Vault, tmp_path: Path, paper: Hasty
) -> None:
    """While a file is on its way, what follows is confirmed at once and answered in its turn; others do not wait."""
    async with paper_house(store, clock, vault, tmp_path, paper=paper) as house:
        await requester(house)
        await house.joined("bo")
        paper.may_fetch.clear()
        await house.service.desk.hear(heard(upload(paper), "1"))
        await paper.fetching.wait()
        await house.service.desk.hear(heard(Text("not a command"), "2"))
        await house.service.desk.hear(heard(Command("balance"), "3"))
        assert [await state_of(store, key) for key in "123"] == ["received"] * 3
        await house.service.desk.hear(heard(Command("balance"), "4", user="bo"))
        assert await state_of(store, "4") == "done"
        paper.may_fetch.set()
        await done(house)
        assert [await state_of(store, key) for key in "123"] == ["done"] * 3
        assert len(spoken(paper)) == 3
        assert "point" in spoken(paper)[2]


async def test_words_do_not_overtake_the_file_before_them(
    store: Store, clock: ManualClock, vault: Vault, tmp_path: Path, paper: Hasty
) -> None:
    """Also when both come in the same instant, before the file's event is durable."""
    async with paper_house(store, clock, vault, tmp_path, paper=paper) as house:
        await requester(house)
        hear = house.service.desk.hear
        for turn in range(5):
            paper.chat("ana").messages.clear()
            await asyncio.gather(
                hear(heard(upload(paper), f"{turn}-1")),
                hear(heard(Command("balance"), f"{turn}-2")),
            )
            await done(house)
            assert len(spoken(paper)) == 2
            assert "point" in spoken(paper)[1]


async def test_a_burst_is_answered_in_its_order(
    store: Store, clock: ManualClock, vault: Vault, tmp_path: Path, paper: Hasty
) -> None:
    """However fast somebody types."""
    async with paper_house(store, clock, vault, tmp_path, paper=paper) as house:
        await requester(house)
        commands = ["balance", "help", "cancel", "history", "settings"] * 4
        one_by_one = []
        for name in commands[:5]:
            await house.service.desk.hear(heard(Command(name), f"calm-{name}"))
            await done(house)
            one_by_one.append(spoken(paper)[-1])
        paper.chat("ana").log.clear()
        await asyncio.gather(
            *(
                house.service.desk.hear(heard(Command(name), f"burst-{at}"))
                for at, name in enumerate(commands)
            )
        )
        await done(house)
        firsts = [line.removeprefix("bot: ").split("\n")[0].strip("# ") for line in paper.chat("ana").log]
        asked = [words.split("\n")[0] for words in one_by_one] * 4
        # a newer edit of the settings' one message may stand for older ones
        assert [one for one in firsts if "Settings" not in one] == [
            one for one in asked if "Settings" not in one
        ]


async def test_an_event_that_cannot_be_kept_is_not_confirmed(
    sqlite_store: Store, clock: ManualClock, vault: Vault, tmp_path: Path, paper: Hasty
) -> None:
    """Then the platform gives it again, and it is heard once; nobody waits for it."""
    stumbling = Stumbling(sqlite_store)
    async with paper_house(stumbling, clock, vault, tmp_path, paper=paper) as house:
        await requester(house)
        stumbling.falls = 1
        with pytest.raises(Fell):
            await house.service.desk.hear(heard(upload(paper), "1"))
        assert await in_inbox(sqlite_store, "1") is None
        await house.service.desk.hear(heard(Command("balance"), "2"))
        assert await state_of(sqlite_store, "2") == "done"
        await house.service.desk.hear(heard(upload(paper), "1"))
        await done(house)
        assert len(spoken(paper)) == 2


# --- once -----------------------------------------------------------------------------------------


async def test_a_redelivery_changes_nothing(
    store: Store, clock: ManualClock, vault: Vault, tmp_path: Path, paper: Hasty
) -> None:
    """Neither before it is durable, nor while it waits, nor afterwards."""
    async with paper_house(store, clock, vault, tmp_path, paper=paper) as house:
        await requester(house)
        hear = house.service.desk.hear
        file, words = heard(upload(paper), "1"), heard(Command("balance"), "2")
        paper.may_fetch.clear()
        await asyncio.gather(hear(file), hear(file))
        await asyncio.gather(hear(words), hear(file), hear(words))
        paper.may_fetch.set()
        await done(house)
        await asyncio.gather(hear(file), hear(words))
        await done(house)
        assert len(spoken(paper)) == 2


async def test_what_a_dead_process_left_is_done_by_the_next(
    store: Store, clock: ManualClock, vault: Vault, tmp_path: Path, paper: Hasty
) -> None:
    """It died between keeping and working: the next start works on it, in the order in which it came."""
    async with paper_house(store, clock, vault, tmp_path, paper=paper) as house:
        await requester(house)
        paper.may_fetch.clear()
        await house.service.desk.hear(heard(upload(paper), "1"))
        await paper.fetching.wait()
        clock.move(timedelta(seconds=1))
        await house.service.desk.hear(heard(Command("balance"), "2"))
        await dies()
    assert spoken(paper) == []
    paper.may_fetch.set()
    async with paper_house(store, clock, vault, tmp_path, paper=paper) as after:
        await done(after)
        assert [await state_of(store, key) for key in "12"] == ["done", "done"]
        assert len(spoken(paper)) == 2
        assert "point" in spoken(paper)[1]
        assert await after.service.desk.recover(waiting=timedelta(0)) == 0


async def test_a_slow_process_and_its_heir_do_it_once(
    store: Store, clock: ManualClock, vault: Vault, tmp_path: Path, paper: Hasty
) -> None:
    """Who was only slow finds the work done, and says nothing more."""
    async with paper_house(store, clock, vault, tmp_path, paper=paper) as slow:
        await requester(slow)
        paper.may_fetch.clear()
        await slow.service.desk.hear(heard(upload(paper), "1"))
        await paper.fetching.wait()
        heir = beside(slow, "heir")
        await heir.begin()
        paper.may_fetch.set()
        await heir.desk.settled()
        await heir.courier.settled()
        await done(slow)
        await slow.service.courier.sweep()  # what the heir owes a chat that the slow one holds
        await done(slow)
        assert await state_of(store, "1") == "done"
        assert len(spoken(paper)) == 1


async def test_two_processes_recover_the_same_events_once(
    store: Store, clock: ManualClock, vault: Vault, tmp_path: Path, paper: Hasty
) -> None:
    """Both look at the same moment; each event is worked on by one of them."""
    async with paper_house(store, clock, vault, tmp_path, paper=paper) as house:
        users = [f"p{at}" for at in range(6)]
        for user in users:
            await house.joined(user)
        events = [
            heard(Command("balance"), f"{user} kept {at}", user=user) for user in users for at in range(3)
        ]
        await keep(house, *events)
        before = {user: len(spoken(paper, user)) for user in users}
        other = beside(house, "other")
        clock.move(timedelta(seconds=61))
        await asyncio.gather(house.service.desk.recover(), other.desk.recover())
        for _ in range(2):  # what one owes a chat that the other holds goes out with the next look
            await other.courier.settled()
            await done(house)
            clock.move(timedelta(minutes=1))
            await house.service.courier.sweep()
        await done(house)
        assert {user: len(spoken(paper, user)) - before[user] for user in users} == dict.fromkeys(users, 3)


def beside(house: PaperHouse, holder: str) -> Service:
    """Another process on the same store and platform."""
    one = house.service
    return compose(
        store=one.store,
        clock=one.clock,
        vault=one.house.vault,
        platforms=one.platforms,
        data_dir=one.house.data_dir,
        holder=holder,
    )


async def test_the_clockwork_recovers_after_a_minute(
    store: Store, clock: ManualClock, vault: Vault, tmp_path: Path, paper: Hasty
) -> None:
    """What another process left is not taken from it while it may still be at it."""
    async with paper_house(store, clock, vault, tmp_path, paper=paper) as house:
        await requester(house)
        await keep(house, heard(Command("balance"), "1"))
        await house.later(seconds=30)
        assert await state_of(store, "1") == "received"
        await house.later(seconds=31)
        assert await state_of(store, "1") == "done"
        assert len(spoken(paper)) == 1


async def test_an_event_of_a_platform_that_was_switched_off_waits(
    sqlite_store: Store, clock: ManualClock, vault: Vault, tmp_path: Path, paper: Hasty
) -> None:
    """It keeps nobody from starting, and those behind it are heard; once it is back, so is the event."""
    async with paper_house(sqlite_store, clock, vault, tmp_path, paper=paper) as house:
        await requester(house)
        foreign = replace(heard(Command("balance"), "1"), sender=Sender("carrier-pigeon", "", "ana", "Ana"))
        await keep(house, foreign)
        clock.move(timedelta(seconds=1))
        await keep(house, heard(Command("balance"), "2"))
    async with paper_house(sqlite_store, clock, vault, tmp_path, paper=paper) as after:
        await done(after)
        assert [await state_of(sqlite_store, key) for key in "12"] == ["received", "done"]


async def test_an_event_that_was_sealed_with_another_key_is_given_up(
    sqlite_store: Store, clock: ManualClock, vault: Vault, tmp_path: Path, paper: Hasty
) -> None:
    """Nobody can read it any more, so it must not keep the service from starting."""
    async with paper_house(sqlite_store, clock, vault, tmp_path, paper=paper) as house:
        await requester(house)
        payload = Vault(b"another key of thirty-two bytes.").seal(to_bytes(heard(Text("x"), "1")))
        await sqlite_store.write(lambda tx: inbox.keep(tx, "paper:1", payload, seed=1, now=clock.now()))
        clock.move(timedelta(seconds=1))
        await keep(house, heard(Command("balance"), "2"))
    async with paper_house(sqlite_store, clock, vault, tmp_path, paper=paper) as after:
        await done(after)
        assert [await state_of(sqlite_store, key) for key in "12"] == ["failed", "done"]


async def keep(house: PaperHouse, *events: Heard) -> None:
    """Leave events as a process does that dies before it works on them."""
    seal = house.service.house.vault.seal
    for one in events:
        await house.service.store.write(
            lambda tx, one=one: inbox.keep(tx, one.key, seal(to_bytes(one)), seed=1, now=house.clock.now())  # type: ignore[misc]  # one is bound
        )


async def dies() -> None:
    """The process is gone in the middle of what it confirmed."""
    works = [task for task in asyncio.all_tasks() if task.get_name() == "kept event"]
    assert works
    for task in works:
        task.cancel()
    await asyncio.wait(works)


# --- failing --------------------------------------------------------------------------------------


class Fell(Exception):  # noqa: N818  (what a store does here)
    """The commit did not come off."""


class Stumbling:
    """A store whose next `falls` units of work are taken back at their end."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.dialect, self.address = store.dialect, store.address
        self.falls = 0

    async def write(self, unit: Unit[T]) -> T:
        def stumbling(tx: Transaction) -> T:
            result = unit(tx)
            if self.falls:
                self.falls -= 1
                raise Fell
            return result

        return await self._store.write(stumbling)

    async def read(self, query: Unit[T]) -> T:
        return await self._store.read(query)

    async def close(self) -> None:
        await self._store.close()


@pytest.mark.parametrize("patient", [True, False])
async def test_an_event_that_fails_once_is_done_once(
    store: Store, clock: ManualClock, vault: Vault, tmp_path: Path, paper: Hasty, patient: bool
) -> None:
    """The second attempt has the same effect, and nobody learns of the first."""
    stumbling = Stumbling(store)
    paper.patient = patient
    async with paper_house(stumbling, clock, vault, tmp_path, paper=paper) as house:
        await requester(house)
        stumbling.falls = 1
        await house.service.desk.hear(heard(Command("balance"), "1"))
        await done(house)
        assert await state_of(store, "1") == "done"
        assert len(spoken(paper)) == 1
        assert "point" in spoken(paper)[0]


async def test_an_event_that_fails_twice_is_confirmed_with_an_apology(
    store: Store, clock: ManualClock, vault: Vault, tmp_path: Path, paper: Hasty
) -> None:
    """It is marked as failed, never tried again, and what came after it is heard."""
    stumbling = Stumbling(store)
    async with paper_house(stumbling, clock, vault, tmp_path, paper=paper) as house:
        await requester(house)
        stumbling.falls = 2
        await house.service.desk.hear(heard(Command("balance"), "1"))
        await done(house)
        assert await state_of(store, "1") == "failed"
        assert spoken(paper)[0].startswith("Sorry, that did not work.")
        await house.service.desk.hear(heard(Command("balance"), "1"))
        await house.service.desk.hear(heard(Command("balance"), "2"))
        await done(house)
        assert len(spoken(paper)) == 2


async def test_a_kept_event_that_fails_twice_is_not_recovered_for_ever(
    store: Store, clock: ManualClock, vault: Vault, tmp_path: Path, paper: Hasty
) -> None:
    """The apology ends it; its payload is gone."""
    stumbling = Stumbling(store)
    async with paper_house(stumbling, clock, vault, tmp_path, paper=paper) as house:
        await requester(house)
        await keep(house, heard(Command("balance"), "1"))
        stumbling.falls = 2
        assert await house.service.desk.recover(waiting=timedelta(0)) == 1
        await done(house)
        assert await in_inbox(store, "1") == Kept("failed", None)
        assert [one.partition(".")[0] for one in spoken(paper)] == ["Sorry, that did not work"]
        assert await house.service.desk.recover(waiting=timedelta(0)) == 0


# --- strangers ------------------------------------------------------------------------------------


async def people_known(store: Store) -> int:
    """How many accounts there are."""
    return await store.read(
        lambda tx: int(tx.execute(select(func.count()).select_from(account)).scalar_one())
    )


async def test_a_stranger_is_asked_for_once(
    store: Store, clock: ManualClock, vault: Vault, tmp_path: Path, paper: Hasty
) -> None:
    """Where events say no more than an id, the platform is asked when somebody is new, and never again."""
    async with paper_house(store, clock, vault, tmp_path, paper=paper) as house:
        for key in "123":
            await house.service.desk.hear(heard(Command("start"), key, introduced=False, name=""))
        await done(house)
        assert paper.asked == ["ana"]
        assert await people_known(store) == 1
        assert "¡" in spoken(paper)[0], "spoken to in the language that the platform told"
        person = await store.read(lambda tx: people_rows.by_account(tx, people_rows.account_ids(tx)[0]))
        assert (person.locale, person.zone) == ("es", "Europe/Madrid")


async def test_who_is_introduced_is_not_asked_for(
    sqlite_store: Store, clock: ManualClock, vault: Vault, tmp_path: Path, paper: Hasty
) -> None:
    """The event says it all, or we know them already."""
    async with paper_house(sqlite_store, clock, vault, tmp_path, paper=paper) as house:
        await house.service.desk.hear(heard(Command("start"), "1"))
        await house.service.desk.hear(heard(Command("start"), "2", introduced=False, name=""))
        await done(house)
        assert paper.asked == []


async def test_a_stranger_who_waits_is_asked_for_too(
    store: Store, clock: ManualClock, vault: Vault, tmp_path: Path, paper: Hasty
) -> None:
    """Their first event was a file, kept and recovered: they are made once, by it."""
    async with paper_house(store, clock, vault, tmp_path, paper=paper) as house:
        await house.service.desk.hear(heard(upload(paper), "1", introduced=False, name=""))
        await house.service.desk.hear(heard(Command("start"), "2", introduced=False, name=""))
        await done(house)
        assert paper.asked == ["ana"]
        assert await people_known(store) == 1
        assert [await state_of(store, key) for key in "12"] == ["done", "done"]


async def test_a_stranger_who_leaves_is_not_made_a_person(
    store: Store, clock: ManualClock, vault: Vault, tmp_path: Path, paper: Hasty
) -> None:
    """Nobody is asked about somebody who is gone and was never here."""
    async with paper_house(store, clock, vault, tmp_path, paper=paper) as house:
        await house.service.desk.hear(heard(Unreachable(), "1", introduced=False, name=""))
        await done(house)
        assert paper.asked == []
        assert await people_known(store) == 0
        assert await state_of(store, "1") == "done"


# --- answers and threads --------------------------------------------------------------------------


async def test_a_press_is_acknowledged_also_when_it_waited(
    store: Store, clock: ManualClock, vault: Vault, tmp_path: Path, paper: Hasty
) -> None:
    """What was kept is answered as if it had been worked on at once."""
    async with paper_house(store, clock, vault, tmp_path, paper=paper) as house:
        await requester(house)
        paper.may_fetch.clear()
        await house.service.desk.hear(heard(upload(paper), "1"))
        await paper.fetching.wait()
        await house.service.desk.hear(heard(Press("1:nonsense", "ana/2"), "2"))
        assert paper.chat("ana").toasts == []
        paper.may_fetch.set()
        await done(house)
        assert len(paper.chat("ana").toasts) == 1


async def test_a_form_that_came_too_late_is_said_in_a_sentence(
    store: Store, clock: ManualClock, vault: Vault, tmp_path: Path
) -> None:
    """The person is told to try again; the next one opens, and nothing is said beside it."""
    paper = Hasty(Limits(toasts=False, forms=True))
    async with paper_house(store, clock, vault, tmp_path, paper=paper) as house:
        await requester(house)
        paper.in_time = False
        await house.service.desk.hear(heard(Command("settings", handle="ana/1"), "1"))
        await done(house)
        assert [one.partition("\n")[0] for one in spoken(paper)] == ["The form did not open in time."]
        paper.in_time = True
        await house.service.desk.hear(heard(Command("settings", handle="ana/2"), "2"))
        await done(house)
        assert len(paper.chat("ana").forms) == 1
        assert len(spoken(paper)) == 1


async def test_a_form_with_faults_is_sent_again_under_the_same_name(
    store: Store, clock: ManualClock, vault: Vault, tmp_path: Path
) -> None:
    """Nothing of the faulty one is kept; the right one counts once, however often it is delivered."""
    paper = Hasty(Limits(toasts=False, forms=True))
    async with paper_house(store, clock, vault, tmp_path, paper=paper) as house:
        await requester(house)
        await house.service.desk.hear(heard(Command("settings", handle="ana/1"), "1"))
        await done(house)
        form = paper.chat("ana").forms[-1]
        standing = {one.name: one.value for one in form.fields}
        for quiet, takes in (("nonsense", False), ("21:00-07:00", True), ("20:00-06:00", True)):
            sent = Submit(form.data, standing | {"quiet": quiet, "zone": "Madrid", "nudges": "0"}, "ana/f")
            await house.service.desk.hear(heard(sent, "form"))
            await done(house)
            assert (paper.chat("ana").wrong is None) == takes
            assert (await state_of(store, "form") is not None) == takes
        person = await store.read(lambda tx: people_rows.by_account(tx, people_rows.account_ids(tx)[0]))
        assert (person.quiet_from, person.quiet_to) == (21 * 60, 7 * 60)


async def test_a_form_that_is_sent_while_a_file_is_fetched_waits_for_its_turn(
    store: Store, clock: ManualClock, vault: Vault, tmp_path: Path
) -> None:
    """Its faults go back with the confirmation, so it cannot be confirmed before it was worked on."""
    paper = Hasty(Limits(toasts=False, forms=True))
    async with paper_house(store, clock, vault, tmp_path, paper=paper) as house:
        await requester(house)
        paper.may_fetch.clear()
        await house.service.desk.hear(heard(upload(paper), "1"))
        await paper.fetching.wait()
        sent = asyncio.create_task(house.service.desk.hear(heard(Submit("1:set-form", {}, "ana/f"), "2")))
        await house.service.desk.hear(heard(Command("balance"), "3"))
        assert not sent.done()
        paper.may_fetch.set()
        await sent
        await done(house)
        assert paper.chat("ana").wrong is not None


async def test_what_follows_a_message_is_said_below_it(
    store: Store, clock: ManualClock, vault: Vault, tmp_path: Path, paper: Hasty
) -> None:
    """The platform is told where the slot's message stands; without one it is said as always."""
    async with paper_house(store, clock, vault, tmp_path, paper=paper) as house:
        await requester(house)
        first = (await store.read(people_rows.account_ids))[0]
        await owe(house, first, Message((Para(Phrase("import")),), slot="job-1"))
        await owe(house, first, Message((Para(Phrase("row 7")),), below="job-1"))
        await owe(house, first, Message((Para(Phrase("row 8")),), below="job-2"))
        ref = next(iter(paper.chat("ana").messages))
        assert paper.below[-3:] == [(ref, None), (paper.below[-2][0], ref), (paper.below[-1][0], None)]
        assert spoken(paper) == ["import", "row 7", "row 8"]


async def owe(house: PaperHouse, account_id: int, message: Message) -> None:
    """Owe a message and deliver it."""
    postbox = Postbox(house.service.house.vault, {house.paper.name: house.paper.limits})

    def unit(tx: Transaction) -> None:
        postbox.owe_account(tx, account_id, message, now=house.clock.now())

    await house.service.store.write(unit)
    await house.service.courier.sweep()
    await house.settle()
