"""Consent has versions: who agreed to an older one is asked again before the next card, once."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from bots.dialogue.consenting import agreement
from core import linking, people
from core.clock import ManualClock
from core.domain.person import Role
from core.store import Store, Transaction
from core.store import people as people_rows
from core.store.tables import consent, person
from core.vault import Vault
from i18n import translator_for
from tests.house import PaperHouse, paper_house
from tests.standins.paper import Someone
from tests.world import World

AGREED = {2: "9ed19005"}
"""The first letters of the SHA-256 of what each version says, in English."""


@pytest.fixture
async def house(store: Store, clock: ManualClock, vault: Vault, tmp_path: Path) -> AsyncIterator[PaperHouse]:
    async with paper_house(store, clock, vault, tmp_path / "data") as house:
        yield house


def test_a_changed_agreement_is_a_new_version() -> None:
    """Whoever changes its words raises the version and writes the new digest down here."""
    words = "\n".join(str(part.words) for part in agreement(translator_for("en")))
    assert AGREED[people.CONSENT_VERSION] == hashlib.sha256(words.encode()).hexdigest()[:8]


async def working(house: PaperHouse) -> Someone:
    """Somebody with a project to work in, who agreed to version 1 a year ago."""
    world = World(house.service.store, house.clock, house.service.house.vault)
    owner = await world.person("owner", Role.REQUESTER)
    await world.project(owner, ["a", "b", "c"])
    ana = await house.joined("ana")
    await older(house)
    return ana


async def older(house: PaperHouse) -> None:
    """Everybody agreed to the first version only."""
    then = house.clock.now() - timedelta(days=365)

    def unit(tx: Transaction) -> None:
        tx.execute(delete(consent))
        for row in tx.execute(select(person.c.id)).all():
            people_rows.agree(tx, row.id, version=1, now=then)

    await house.service.store.write(unit)


def heads(one: Someone) -> str:
    """The first words of the newest message."""
    return str(one.last.parts[0].words)


async def test_asked_before_the_next_card(house: PaperHouse) -> None:
    """No card until they agree; then the card that they wanted, and never the question again."""
    ana = await working(house)
    await ana.says("/task")
    assert heads(ana) == "One question before you go on"
    await ana.says("/task")
    assert heads(ana) == "One question before you go on"
    await ana.taps("Yes, I agree")
    assert heads(ana) == "Animals"
    await ana.taps("Cat")
    assert heads(ana) == "Animals"
    rows = await house.service.store.read(
        lambda tx: people_rows.consents(tx, people_rows.by_account(tx, 2).id)
    )
    assert [version for version, _ in rows] == [1, people.CONSENT_VERSION]


async def test_what_is_in_hand_may_be_answered(house: PaperHouse) -> None:
    """The question comes with the answer's place, which can still be undone."""
    ana = await working(house)
    await house.service.store.write(
        lambda tx: tx.execute(update(person).values(consent_version=people.CONSENT_VERSION)).close()
    )
    await ana.says("/task")
    await older(house)
    await ana.taps("Cat")
    assert heads(ana) == "One question before you go on"
    assert ana.button("Undo").data
    await ana.taps("Undo")
    assert heads(ana) == "Animals"


async def test_everything_else_goes_on(house: PaperHouse) -> None:
    """Nobody has to agree to anything to see their points, or to leave."""
    ana = await working(house)
    await ana.says("/balance")
    assert heads(ana) == "You have 0 points."
    await ana.says("/mydata")
    assert any("asked again" in str(part.words) for part in ana.last.parts)


async def test_agreeing_twice_keeps_the_first_time(store: Store, clock: ManualClock, vault: Vault) -> None:
    """A tap that is delivered again changes nothing of what was kept."""
    world = World(store, clock, vault)
    ana = await world.person("ana")
    then = clock.now()
    clock.move(timedelta(days=1))
    await world.do(lambda tx: people.consent(tx, ana, now=clock.now()))
    assert await store.read(lambda tx: people_rows.consents(tx, ana.id)) == [(people.CONSENT_VERSION, then)]


async def test_what_both_agreed_to_comes_together(store: Store, clock: ManualClock, vault: Vault) -> None:
    """Of two linked chats the survivor has both's versions."""
    world = World(store, clock, vault)
    here, there = await world.person("here"), await world.person("there")
    await world.do(lambda tx: people_rows.agree(tx, there.id, version=1, now=clock.now()))
    made = await world.do(lambda tx: linking.offer(tx, vault, here, token="t", now=clock.now()))
    await world.do(lambda tx: linking.link(tx, vault, there, made.code, now=clock.now()))
    kept = await store.read(lambda tx: people_rows.consents(tx, here.id))
    assert [version for version, _ in kept] == [1, people.CONSENT_VERSION]
