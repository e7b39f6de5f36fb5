"""Erasing people: nothing leads to them any more, and everything still adds up."""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from structlog.testing import capture_logs

from bots.audit_commands import follow
from bots.dialogue.vocabulary import Button, Message, Para
from core import exporting, linking, people, privacy
from core.clock import ManualClock
from core.domain.person import Role
from core.errors import Refused
from core.intake.results import ResultRow
from core.people import Identity
from core.store import Store, Transaction
from core.store import people as people_rows
from core.store.tables import account, ledger, metadata, outbox, person, task
from core.vault import Unsealable, Vault
from i18n import Content, translator_for
from tests import invariants
from tests.house import PaperHouse, paper_house
from tests.standins.paper import Someone
from tests.world import World

PEOPLE = 100
TALKS = 4
"""One in so many speaks through the whole product; the others play the same game against the core."""
TASKS = [f"item {number}" for number in range(190)]


@pytest.fixture
async def house(store: Store, clock: ManualClock, vault: Vault, tmp_path: Path) -> AsyncIterator[PaperHouse]:
    async with paper_house(store, clock, vault, tmp_path / "data") as house:
        yield house


class Human:
    """Somebody with a name and an id that nobody else has, and events whose keys tell neither."""

    numbers = itertools.count(1)

    def __init__(self, house: PaperHouse, number: int) -> None:
        self.house = house
        self.name = f"Zaphira Nomen{number:03}quux"
        self.user_id = f"ident{number:03}xyzzy"
        self.one: Someone = house.someone(self.user_id, name=self.name)

    @property
    def traces(self) -> tuple[str, ...]:
        """What must not be found."""
        return self.name, self.user_id

    @property
    def identity(self) -> Identity:
        """What the platform says of them."""
        return Identity("paper", "", self.user_id, self.name, "en")

    async def says(self, words: str) -> None:
        await self.one.says(words, key=f"event-{next(self.numbers)}")

    async def taps(self, verb: str, nth: int = 0) -> None:
        """Tap a button of a verb on the newest message that has one."""
        for message in reversed(self.one.chat.messages.values()):
            made = [one.data for row in message.rows for one in row if isinstance(one, Button)]
            found = [one for one in made if one.split(":")[1] == verb]
            if found:
                await self.one.presses(found[nth], key=f"event-{next(self.numbers)}")
                return
        raise AssertionError(f"no button {verb} in {self.one.chat.log[-3:]}")

    async def joins(self) -> None:
        await self.says("/start")
        await self.taps("join")
        vault, store = self.house.service.house.vault, self.house.service.store
        who = self.identity

        def unit(tx: Transaction) -> None:
            found = people.find(tx, vault, who)
            assert found is not None
            people.set_languages(tx, found, ("en",))
            people.set_zone(tx, found, "Africa/Cairo", now=self.house.clock.now())
            people_rows.set_step(tx, found.account_id, step=None, draft=None)

        await store.write(unit)

    async def erases(self) -> None:
        await self.says("/mydata")
        await self.taps("erase")
        await self.taps("erase!")


@dataclass(frozen=True, slots=True)
class Books:
    """What must be the same before and after."""

    labels: tuple[tuple[Any, ...], ...]
    results: tuple[ResultRow, ...]
    answers: tuple[Any, ...]
    points: int  # of everybody, and what went to nobody
    spent: int


def books(tx: Transaction, vault: Vault) -> Books:
    invariants.check(tx)
    everybody = tx.execute(select(person.c.id)).all()
    forfeited = tx.execute(
        select(func.coalesce(func.sum(ledger.c.points), 0)).where(ledger.c.kind == "forfeit")
    ).scalar_one()
    labels = tx.execute(
        select(task.c.id, task.c.state, task.c.label, task.c.settled_by).where(task.c.state == "settled")
    )
    gave = select(func.sum(ledger.c.points))
    return Books(
        labels=tuple(sorted(tuple(row) for row in labels)),
        results=tuple(exporting.result_rows(tx, 1)),
        answers=tuple(exporting.answer_rows(tx, vault, 1)),
        points=sum(people_rows.balance(tx, row.id) for row in everybody) + int(forfeited),
        spent=int(tx.execute(gave.where(ledger.c.from_project.isnot(None))).scalar_one() or 0),
    )


def found_in(tx: Transaction, vault: Vault) -> Iterator[tuple[str, str]]:
    """Every text and every sealed thing of every table, opened."""
    for table in metadata.sorted_tables:
        for row in tx.execute(select(table)):
            for column, value in row._mapping.items():
                where = f"{table.name}.{column}"
                if isinstance(value, str):
                    yield where, value
                elif isinstance(value, bytes | memoryview):
                    raw = bytes(value)
                    yield where, raw.decode("latin-1")
                    try:
                        yield where, vault.unseal(raw).decode()
                    except Unsealable:
                        continue


@pytest.mark.timeout(300)
async def test_erasing_a_hundred_people(
    house: PaperHouse, vault: Vault, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Balances, labels, results and the audit trail are as before; no table, file or log knows them."""
    caplog.set_level(logging.INFO)
    world = World(house.service.store, house.clock, vault)
    owner = await world.person("owner", Role.REQUESTER)
    await world.project(owner, TASKS, overlap={"min": 2, "max": 3})
    humans = [Human(house, number) for number in range(PEOPLE)]
    with capture_logs() as logs:
        for at, human in enumerate(humans):
            if at % TALKS == 0:
                await human.joins()
                await human.says("/task")
                for card in range(2):
                    await human.taps("a", nth=int((at + card) % 7 == 0))
                await human.says("/mydata")
                await human.taps("mycopy")
            else:
                quiet = await world.join(human.identity)
                for card in range(2):
                    label = "dog" if (at + card) % 7 == 0 else "cat"
                    await world.answers(quiet, await world.hold(quiet), label)
                if at % 3 == 0:
                    await world.hold(quiet)
        await house.later(minutes=3)
        store = house.service.store
        here, there = humans[0], humans[TALKS]
        await here.says("/link")
        code = next(one.words for one in here.one.last.parts if type(one).__name__ == "Code")
        await there.says("/link")
        await there.taps("link-enter")
        await there.says(code)
        await there.taps("link")
        await house.later(minutes=3)
        before = await store.read(lambda tx: books(tx, vault))
        assert len(before.labels) > 50
        assert before.points > 0
        traces = [trace for human in humans for trace in human.traces]
        known = await store.read(lambda tx: [text for _, text in found_in(tx, vault)])
        assert all(any(trace in text for text in known) for trace in traces), "else the test proves nothing"
        assert list((tmp_path / "data" / "exports").glob("*my-data.json"))
        for at, human in enumerate(humans):
            if human is there:  # linked: erased with the other chat
                continue
            if at % TALKS == 0:
                await human.erases()
                assert "you are erased" in human.one.chat.log[-1] + human.one.chat.log[-2]
            else:
                assert await erased(world, human.identity) is not None
        await house.later(minutes=3)
        after = await store.read(lambda tx: books(tx, vault))
    assert after == before
    end, _ = await store.read(follow)
    assert end.broken is None
    dump = await store.read(lambda tx: list(found_in(tx, vault)))
    fingerprints = [vault.fingerprint(f"paper::{human.user_id}") for human in humans]
    for where, text in dump:
        for trace in (*traces, *fingerprints):
            assert trace not in text, where
    for path in (tmp_path / "data").rglob("*"):
        if path.is_file():
            content = path.read_bytes().decode("latin-1")
            assert not any(trace in content for trace in traces), path
    told = json.dumps(logs, default=str) + caplog.text
    assert not any(trace in told for trace in traces)
    here_still = await store.read(
        lambda tx: [row.id for row in tx.execute(select(person.c.id).where(person.c.erased_at.is_(None)))]
    )
    assert here_still == [owner.id]


@pytest.fixture
def world(store: Store, clock: ManualClock, vault: Vault) -> World:
    return World(store, clock, vault)


async def erased(world: World, name: str | Identity) -> privacy.Erased | None:
    """Somebody erases themselves; None when they are nobody already."""
    who = world.identity(name) if isinstance(name, str) else name

    def unit(tx: Transaction) -> privacy.Erased | None:
        found = people.find(tx, world.vault, who)
        return None if found is None else privacy.erase(tx, world.vault, found, now=world.clock.now())

    return await world.do(unit)


async def test_whoever_writes_again_is_somebody_new(world: World) -> None:
    """No way leads from the account to the number it had."""
    before = await world.person("ana")
    await erased(world, "ana")
    after = await world.person("ana")
    assert after.id != before.id
    assert after.account_id != before.account_id
    assert await world.store.read(lambda tx: people_rows.by_id(tx, before.id)) is None


async def test_a_second_tap_makes_nobody(house: PaperHouse) -> None:
    """Who taps twice, or whose tap is delivered twice, is erased once and not begun anew."""
    human = Human(house, 1)
    await human.joins()
    await human.says("/mydata")
    await human.taps("erase")
    for key in ("one", "one", "two"):
        await human.one.presses("1:erase!", key=key)
    store = house.service.store
    accounts = await store.read(lambda tx: tx.execute(select(account.c.fingerprint)).scalars().all())
    assert accounts == ["erased:1"]
    assert "you are erased" in human.one.chat.log[-2] + human.one.chat.log[-1]


async def test_erasing_at_the_same_moment(world: World) -> None:
    """Of many taps at once one erases; the others find nobody."""
    await world.person("ana")
    done = await asyncio.gather(*(erased(world, "ana") for _ in range(6)))
    assert sum(one is not None for one in done) == 1
    forfeits = await world.store.read(
        lambda tx: tx.execute(select(ledger.c.id).where(ledger.c.kind == "forfeit")).all()
    )
    assert forfeits == []


async def test_erasing_while_being_paid(world: World) -> None:
    """Points that come at that moment are forfeited or stay with the number; none is made or lost twice."""
    owner = await world.person("owner", Role.REQUESTER)
    await world.project(owner, ["a", "b", "c"], overlap={"min": 1, "max": 1})
    ana = await world.person("ana")
    for label in ("cat", "dog", "cat"):
        await world.answers(ana, await world.hold(ana), label)
    world.clock.move(timedelta(minutes=3))
    await asyncio.gather(world.tick(), erased(world, "ana"), world.tick())
    await world.tick()
    await world.store.read(invariants.check)
    entries = await world.store.read(
        lambda tx: tx.execute(select(ledger.c.kind, ledger.c.points).order_by(ledger.c.id)).all()
    )
    assert [tuple(row) for row in entries if row.kind == "reward"] == [("reward", 10)] * 3


async def test_a_card_in_hand_goes_back_free(world: World) -> None:
    """Its place is free at once, and nobody is fined."""
    owner = await world.person("owner", Role.REQUESTER)
    await world.project(owner, ["a"], overlap={"min": 1, "max": 1})
    ana, ben = await world.person("ana"), await world.person("ben")
    held = await world.hold(ana)
    assert await world.next(ben) is None
    await erased(world, "ana")
    assert (await world.hold(ben)).task_id == held.task_id
    assert await world.balance(ana) == 0
    await world.store.read(invariants.check)


async def test_who_has_a_project_under_way_ends_it_first(world: World) -> None:
    """A launched project keeps its owner; a draft ends with them."""
    rita = await world.person("rita", Role.REQUESTER)
    draft = await world.project(rita, ["a"], launch=False)
    await world.project(rita, ["a"])
    with pytest.raises(Refused, match="own_projects"):
        await erased(world, "rita")
    assert (await world.budget(draft)).state == "draft"
    sam = await world.person("sam", Role.REQUESTER)
    draft = await world.project(sam, ["a"], launch=False)
    await erased(world, "sam")
    assert (await world.budget(draft)).state == "closed"


async def test_nothing_is_owed_to_nobody(house: PaperHouse, vault: Vault) -> None:
    """What happens later is not told to somebody who is gone, and trips nobody up."""
    world = World(house.service.store, house.clock, vault)
    owner = await world.person("owner", Role.REQUESTER)
    await world.project(owner, ["a"], overlap={"min": 1, "max": 1})
    human = Human(house, 1)
    await human.joins()
    await human.says("/task")
    await human.taps("a")
    await human.erases()
    log = len(human.one.chat.log)
    with capture_logs() as logs:
        for _ in range(3):
            await house.later(hours=1)
    assert len(human.one.chat.log) == log
    assert [line for line in logs if line["log_level"] in ("error", "critical")] == []
    owed = await house.service.store.read(
        lambda tx: tx.execute(select(outbox.c.id).where(outbox.c.state == "owed")).all()
    )
    assert owed == []


async def test_a_farewell_that_a_crash_kept_back_is_dropped(house: PaperHouse, vault: Vault) -> None:
    """After the commit nobody knows where to send it: it is given up, and not tried for ever."""
    world = World(house.service.store, house.clock, vault)
    ana = await world.person("ana")
    postbox = house.service.errands._desk.postbox

    def unit(tx: Transaction) -> None:
        privacy.erase(tx, vault, ana, now=house.clock.now())
        people_rows.change_account(tx, ana.account_id, unreachable_at=None)
        words = Message((Para(Content("Farewell")),))
        postbox.owe(
            tx, ana.account_id, words, platform="paper", t=translator_for("en"), now=house.clock.now()
        )

    await world.do(unit)
    with capture_logs() as logs:
        await house.service.courier.sweep()
        await house.settle()
    assert logs == []
    states = await world.store.read(lambda tx: tx.execute(select(outbox.c.state)).scalars().all())
    assert states == ["failed"]


async def test_two_linked_chats_are_erased_together(world: World) -> None:
    """Both chats lead to nobody, and what was merged is as empty."""
    here, there = await world.person("here"), await world.person("there")
    now = world.clock.now()
    made = await world.do(lambda tx: linking.offer(tx, world.vault, here, token="t", now=now))
    await world.do(lambda tx: linking.link(tx, world.vault, there, made.code, now=now))
    await erased(world, "there")

    def unit(tx: Transaction) -> tuple[list[bytes], list[str]]:
        sealed = [bytes(row.sealed) for row in tx.execute(select(account))]
        return sealed, [row.roles for row in tx.execute(select(person))]

    assert await world.store.read(unit) == ([b"", b""], ["", ""])


async def test_a_copy_holds_all_that_is_kept(house: PaperHouse, vault: Vault, tmp_path: Path) -> None:
    """It is the person's own, with their name, and names nobody else."""
    world = World(house.service.store, house.clock, vault)
    owner = await world.person("owner", Role.REQUESTER)
    await world.project(owner, ["a", "b"], overlap={"min": 1, "max": 1})
    human = Human(house, 1)
    await human.joins()
    await human.says("/task")
    await human.taps("a")
    await house.later(minutes=3)
    await human.says("/mydata")
    await human.taps("mycopy")
    (file,) = (tmp_path / "data" / "exports").glob("*my-data.json")
    assert file.stat().st_mode & 0o077 == 0
    copy = json.loads(file.read_text("utf-8"))
    assert human.one.last.attachment is not None
    assert human.one.last.attachment.name == "my-data.json"
    assert copy["chats"] == [
        {
            "platform": "paper",
            "workspace": "",
            "id": human.user_id,
            "name": human.name,
            "since": "2026-03-02T10:00:00+00:00",
        }
    ]
    assert copy["languages"] == [{"language": "en"}]
    assert copy["consents"] == [{"version": people.CONSENT_VERSION, "at": "2026-03-02T10:00:00+00:00"}]
    assert [one["answer"] for one in copy["answers"]] == ["cat"]
    assert [(one["why"], one["points"]) for one in copy["points"]] == [("reward", 10)]
    assert [one["state"] for one in copy["assignments"]] == ["answered", "active"]
    (alias,) = copy["pseudonyms"]
    rows = await world.store.read(lambda tx: list(exporting.answer_rows(tx, vault, 1)))
    assert alias == {"project": 1, "pseudonym": rows[0].worker}
    assert "owner" not in json.dumps(copy)
    await human.erases()
    assert list((tmp_path / "data" / "exports").glob("*my-data.json")) == []
