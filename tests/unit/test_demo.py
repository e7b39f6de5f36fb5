"""The demo: its texts and pictures are complete, it is made once, and every role can be tried."""

from __future__ import annotations

import asyncio
import io
from collections import Counter
from pathlib import Path
from random import Random

import pytest
from PIL import Image

from bots.demo.brush import SIZE
from bots.demo.content import LANGUAGES, project_files
from bots.demo.personas import welcome
from bots.demo.pictures import DRAWINGS, draw
from bots.demo.seed import HOUSE, known, seed, store_pictures
from bots.demo.worker import Chat, Rest, SimulatedWorker
from bots.dialogue.vocabulary import Button, Command, Message, Para, Press, Quote, Sender
from core import projects
from core.assigning import Handed
from core.clock import ManualClock
from core.domain.person import Person, Role
from core.domain.states import ProjectState
from core.people import Identity, find
from core.store import Store
from core.store import people as people_rows
from core.store import projects as project_rows
from core.vault import Vault
from i18n import Content
from tests.world import World

PICTURES, WISHES = project_files()


@pytest.mark.parametrize(("file", "items"), [PICTURES, WISHES], ids=["pictures", "wishes"])
def test_every_text_is_there_in_every_language(file, items) -> None:  # type: ignore[no-untyped-def]  # as parametrized
    """A newcomer reads the demo in their own language, whichever of the four it is."""
    for texts in (file.title, file.instructions, *(label.names for label in file.labels)):
        assert sorted(texts) == sorted(LANGUAGES)
        assert len(set(texts.values())) >= len(LANGUAGES) - 1  # "Animal" is Spanish, too
    assert {item.truth for item in items} == {label.id for label in file.labels}
    assert all(file.labels[item.place].id == item.truth for item in items)
    assert sum(item.gold for item in items) in range(2, 5)


def test_there_is_something_to_read_in_every_language() -> None:
    """Eight messages each, every one of its own, taking turns."""
    _, items = WISHES
    assert [item.lang for item in items[:4]] == list(LANGUAGES)
    assert {lang: sum(item.lang == lang for item in items) for lang in LANGUAGES} == dict.fromkeys(
        LANGUAGES, 8
    )
    assert len({item.text for item in items}) == len(items)


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_picture_is_small_crisp_and_always_the_same(name: str) -> None:
    """So it is stored once, under one name, whoever draws it."""
    png = draw(name)
    picture = Image.open(io.BytesIO(png))
    assert (picture.format, picture.size) == ("PNG", SIZE)
    colours = picture.convert("RGB").getcolors(1000)
    assert colours is not None
    assert len(colours) > 8  # its edges are soft
    assert len(png) < 30_000
    assert draw(name) == png


def test_every_picture_is_judged_and_none_looks_like_another(tmp_path: Path) -> None:
    _, items = PICTURES
    assert {item.picture for item in items} == DRAWINGS.keys()
    assert len(set(store_pictures(tmp_path).values())) == len(items) == 24


async def test_the_demo_is_made_once(
    sqlite_store: Store, clock: ManualClock, vault: Vault, tmp_path: Path
) -> None:
    """However often the service starts, and also when two starts meet."""
    starts = (seed(sqlite_store, vault, clock=clock, media_dir=tmp_path) for _ in range(2))
    assert sorted(await asyncio.gather(*starts)) == [False, True]
    assert not await seed(sqlite_store, vault, clock=clock, media_dir=tmp_path)
    found = await sqlite_store.read(lambda tx: project_rows.of_owner(tx, None))
    assert [project.state for project in found] == [ProjectState.RUNNING] * 2


async def test_nothing_is_added_to_the_projects_of_others(
    sqlite_store: Store, clock: ManualClock, vault: Vault, tmp_path: Path
) -> None:
    world = World(sqlite_store, clock, vault)
    owner = await world.person("ana", Role.REQUESTER)
    await world.project(owner, ["one"])
    assert not await seed(sqlite_store, vault, clock=clock, media_dir=tmp_path)
    assert len(await sqlite_store.read(lambda tx: project_rows.of_owner(tx, None))) == 1


async def test_a_newcomer_gets_a_task_at_once(
    sqlite_store: Store, clock: ManualClock, vault: Vault, tmp_path: Path
) -> None:
    await seed(sqlite_store, vault, clock=clock, media_dir=tmp_path)
    world = World(sqlite_store, clock, vault)
    for lang in LANGUAGES:
        worker = await world.person(f"newcomer-{lang}", langs=(lang,))
        handed = await world.offer(worker)
        assert isinstance(handed, Handed)


async def arrive(store: Store, vault: Vault, clock: ManualClock, user: str, persona: str | None) -> Person:
    """Somebody new comes into the web chat as a persona."""
    sender = Sender("web", "", user, "Demo", "en-GB")
    await store.write(lambda tx: welcome(tx, vault, sender, persona, now=clock.now()))
    person = await store.write(lambda tx: find(tx, vault, Identity("web", "", user, "", "en")))
    assert person is not None
    return person


@pytest.mark.parametrize(
    ("persona", "roles"),
    [
        ("worker", {Role.WORKER}),
        ("requester", {Role.WORKER, Role.REQUESTER}),
        ("moderator", {Role.WORKER, Role.MODERATOR}),
        (None, {Role.WORKER}),
    ],
)
async def test_a_persona_has_its_role_and_still_has_to_join(
    sqlite_store: Store,
    clock: ManualClock,
    vault: Vault,
    tmp_path: Path,
    persona: str | None,
    roles: set[Role],
) -> None:
    """Also when the arrival is repeated after a crash."""
    await seed(sqlite_store, vault, clock=clock, media_dir=tmp_path)
    for _ in range(2):
        person = await arrive(sqlite_store, vault, clock, "u", persona)
        assert person.roles == roles
        assert person.consented_at is None


async def test_the_first_requester_gets_the_projects_and_a_later_one_sees_them(
    sqlite_store: Store, clock: ManualClock, vault: Vault, tmp_path: Path
) -> None:
    await seed(sqlite_store, vault, clock=clock, media_dir=tmp_path)
    first = await arrive(sqlite_store, vault, clock, "a", "requester")
    later = await arrive(sqlite_store, vault, clock, "b", "requester")
    owned = await sqlite_store.read(lambda tx: project_rows.of_owner(tx, first.id))
    assert len(owned) == 2
    assert Role.MODERATOR in later.roles
    assert len(await sqlite_store.read(lambda tx: projects.mine(tx, later))) == 2


async def test_the_house_has_no_rights_beyond_its_projects(
    sqlite_store: Store, clock: ManualClock, vault: Vault, tmp_path: Path
) -> None:
    await seed(sqlite_store, vault, clock=clock, media_dir=tmp_path)
    house = await sqlite_store.write(lambda tx: find(tx, vault, HOUSE))
    assert house is not None
    assert house.roles == {Role.WORKER, Role.REQUESTER}
    assert await sqlite_store.read(lambda tx: people_rows.with_role(tx, Role.MODERATOR)) == []


# --- somebody simulated ---------------------------------------------------------------------------


def a_worker(chat: Chat, *, accuracy: float = 1.0, langs: tuple[str, ...] = ("en",)) -> SimulatedWorker:
    """One who knows the demo's messages."""
    items = known(dict.fromkeys(DRAWINGS, ""))
    return SimulatedWorker(chat, known=items, langs=langs, accuracy=accuracy, chance=Random(4))


def a_card(number: int, text: str) -> Message:
    rows = tuple(
        (Button(Content(label.id), f"1:a:{number}:{at}"),) for at, label in enumerate(WISHES[0].labels)
    )
    controls = (Button(Content("Skip"), f"1:skip:{number}"), Button(Content("Pause"), f"1:pause:{number}"))
    return Message((Para(Content("What is it?")), Quote(Content(text))), rows=(*rows, controls))


def test_a_worker_is_right_about_as_often_as_it_should_be() -> None:
    easy = next(item for item in WISHES[1] if not item.hard and item.text)
    chat, right, pressed = Chat(), 0, 0
    worker = a_worker(chat, accuracy=0.8)
    for number in range(400):
        chat.post(a_card(number, easy.text or ""))
        match worker.does():
            case Press(data=data) if data.startswith("1:a:"):
                pressed += 1
                right += data.endswith(f":{easy.place}")
    assert pressed > 350
    assert 0.74 < right / pressed < 0.86


def test_a_worker_agrees_with_itself_on_what_the_demo_does_not_know() -> None:
    """So a newcomer's own project is settled, too."""
    chat = Chat()
    worker = a_worker(chat)
    pressed: Counter[str] = Counter()
    for number in range(100):
        chat.post(a_card(number, "something of your own"))
        match worker.does():
            case Press(data=data) if data.startswith("1:a:"):
                pressed[data.rpartition(":")[2]] += 1
    assert pressed.most_common(1)[0][1] > 0.8 * pressed.total()


def test_a_worker_who_sees_no_change_asks_again() -> None:
    chat = Chat()
    worker = a_worker(chat)
    assert worker.does() == Command("start")
    ref = chat.post(Message((Para(Content("Hello")),), rows=((Button(Content("Get a task"), "1:next"),),)))
    assert worker.does() == Press("1:next", ref, ref)
    assert worker.does() == Command("task")


def test_a_worker_reads_a_card_and_rests_where_there_is_none() -> None:
    chat = Chat()
    worker = a_worker(chat)
    rest = Rest(between=(1, 1), reading=(2, 2), idle=(3, 3))
    assert worker.pause(rest) == 1
    chat.post(a_card(1, "x"))
    assert worker.pause(rest) == 2
    chat.post(Message((Para(Content("All done")),), rows=((Button(Content("Look again"), "1:next"),),)))
    assert worker.pause(rest) == 1
    worker.does()
    assert worker.pause(rest) == 3


def test_a_chat_forgets_its_oldest_messages() -> None:
    chat = Chat()
    for number in range(100):
        chat.post(a_card(number, "x"))
    assert len(chat.messages) == 30
    assert chat.newest == ("100", a_card(99, "x"))
