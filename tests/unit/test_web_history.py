"""The web chat's history on both databases: what it keeps, for whom, and how a page catches up."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import text

from bots.dialogue.vocabulary import Button, Message, Para
from bots.web.entries import Entry, Own, Pressed, Said, from_bytes, to_bytes
from bots.web.history import SHOWN, History, Row, Seals
from core.clock import ManualClock
from core.store import Store
from core.store.webchat import KEPT
from core.vault import Vault
from i18n import Content
from tests.standins.web_chat import NOON

CARD = Message(
    (Para(Content("Cat or dog?")),),
    rows=((Button(Content("Cat"), "a:cat"), Button(Content("Dog"), "a:dog")),),
    slot="card",
)
NEXT = replace(CARD, parts=(Para(Content("And this?")),))


def plain(words: str) -> Message:
    """A message without buttons."""
    return Message((Para(Content(words)),))


def words(row: Row) -> str:
    """What a row says."""
    return row.entry.text if isinstance(row.entry, Own) else row.entry.message.parts[0].words


def said(row: Row) -> Said:
    """A row of ours."""
    assert isinstance(row.entry, Said)
    return row.entry


@pytest.fixture
def history(store: Store, vault: Vault) -> History:
    return History(
        store=store, seals=Seals(vault.seal, vault.unseal, vault.fingerprint), clock=ManualClock(NOON)
    )


@pytest.mark.parametrize(
    "entry",
    [
        Own("c1", "hello\n你好"),
        Own("c2", "", "tasks.csv", 12),
        Said(CARD, (Pressed("p1", "Cat"),), (Pressed("p2", "Dog"),), 7),
    ],
)
def test_an_entry_survives_its_bytes(entry: Entry) -> None:
    assert from_bytes(to_bytes(entry)) == entry


async def test_messages_stand_in_their_order(history: History) -> None:
    await history.add("ana", Said(plain("one")))
    await history.add("ana", Own("c1", "two"))
    rows = await history.newest("ana")
    assert [words(row) for row in rows] == ["one", "two"]
    assert {row.at for row in rows} == {NOON}


async def test_nobody_sees_or_changes_the_chat_of_another(history: History) -> None:
    ref = await history.add("ana", Said(CARD))
    assert await history.newest("ben") == ()
    assert await history.one("ben", ref) is None
    assert not await history.edit("ben", ref, NEXT)
    assert not await history.press("ben", ref, client="p1", data="a:cat")
    (row,) = await history.newest("ana")
    assert said(row) == Said(CARD)


async def test_nothing_stands_open_in_the_database(history: History, store: Store) -> None:
    await history.add("ana", Said(plain("a secret")))
    await history.set_menu("ana", [("task", "a secret")])
    rows = await store.read(lambda tx: tx.execute(text("SELECT reader, payload FROM web_message")).fetchall())
    assert len(rows) == 2
    assert not any(b"secret" in row.payload or "ana" in row.reader for row in rows)


async def test_a_page_catches_up_from_the_version_it_saw(history: History) -> None:
    ref = await history.add("ana", Said(CARD))
    await history.add("ana", Own("c1", "hello"))
    seen = (await history.opening("ana")).version
    assert (await history.news("ana", seen)).rows == ()
    await history.edit("ana", ref, NEXT)
    await history.add("ana", Said(plain("new")))
    news = await history.news("ana", seen)
    assert [words(row) for row in news.rows] == ["And this?", "new"]
    assert [row.version for row in news.rows] == [seen + 1, seen + 2]
    assert news.version == seen + 2


async def test_changes_at_the_same_time_have_versions_of_their_own(history: History) -> None:
    ref = await history.add("ana", Said(CARD))
    sends = [history.add("ana", Own(f"c{number}", "hello")) for number in range(20)]
    await asyncio.gather(*sends, history.edit("ana", ref, NEXT))
    versions = [row.version for row in (await history.opening("ana")).rows]
    assert sorted(versions) == list(range(2, 23))


async def test_an_edit_that_changes_nothing_is_no_news(history: History) -> None:
    ref = await history.add("ana", Said(CARD))
    seen = (await history.opening("ana")).version
    assert await history.edit("ana", ref, CARD)
    assert (await history.opening("ana")).version == seen


async def test_the_persons_own_words_cannot_be_edited(history: History) -> None:
    ref = await history.add("ana", Own("c1", "hello"))
    assert not await history.edit("ana", ref, NEXT)


@pytest.mark.parametrize("ref", ["", "x", "-1", "9" * 30, "٣", "12345"])
async def test_a_ref_that_names_nothing_is_gone(history: History, ref: str) -> None:
    await history.add("ana", Said(CARD))
    assert not await history.edit("ana", ref, NEXT)


async def test_a_press_is_kept_with_its_card_once(history: History) -> None:
    ref = await history.add("ana", Said(CARD))
    for client, data in (("p1", "a:cat"), ("p1", "a:cat"), ("p2", "a:nothing")):
        assert await history.press("ana", ref, client=client, data=data)
    row = await history.one("ana", ref)
    assert row is not None
    assert said(row) == Said(CARD, (), (Pressed("p1", "Cat"),), 1)


async def test_an_edited_card_remembers_the_last_presses_as_earlier(history: History) -> None:
    ref = await history.add("ana", Said(CARD))
    for number in range(5):
        data = "a:cat" if number % 2 else "a:dog"
        await history.press("ana", ref, client=f"p{number}", data=data)
        await history.edit("ana", ref, NEXT if number % 2 else replace(NEXT, silent=True))
    row = await history.one("ana", ref)
    assert row is not None
    assert [press.label for press in said(row).before] == ["Dog", "Cat", "Dog"]
    assert said(row).after == ()
    assert said(row).count == 5


async def test_an_event_is_known_by_its_id(history: History) -> None:
    await history.add("ana", Own("c1", "hello"))
    assert await history.knows("ana", "c1")
    assert not await history.knows("ana", "c2")
    assert not await history.knows("ben", "c1")


async def test_the_menu_outlives_the_process(history: History) -> None:
    assert (await history.opening("ana")).menu == ()
    await history.set_menu("ana", [("task", "Get a task"), ("help", "帮助")])
    before = (await history.opening("ana")).version
    await history.set_menu("ana", [("task", "Get a task")])
    opening = await history.opening("ana")
    assert opening.menu == (("task", "Get a task"),)
    assert opening.version > before
    assert opening.rows == ()


async def test_an_old_message_is_let_go_and_a_page_gets_the_newest(history: History) -> None:
    first = await history.add("ana", Said(plain("0")))
    for number in range(1, KEPT + 1):
        await history.add("ana", Said(plain(str(number))))
    assert not await history.edit("ana", first, NEXT)
    rows = await history.newest("ana")
    assert [words(row) for row in rows] == [str(KEPT - SHOWN + 1 + at) for at in range(SHOWN)]


async def test_a_forgotten_chat_leaves_nothing(history: History, store: Store) -> None:
    await history.add("ana", Said(CARD))
    await history.set_menu("ana", [("task", "Get a task")])
    await history.add("ben", Said(CARD))
    await history.forget("ana")
    count = await store.read(lambda tx: tx.execute(text("SELECT count(*) FROM web_message")).scalar())
    assert count == 2  # Ben's message, and his head row
