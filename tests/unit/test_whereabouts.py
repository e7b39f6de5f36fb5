"""Everything is said where it belongs: whispered among others, on the dashboard, or in the private chat."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bots.dialogue.buttons import data
from bots.dialogue.turn import Turn
from bots.dialogue.vocabulary import (
    HOME,
    Attachment,
    Command,
    Heard,
    Home,
    Limits,
    Message,
    Para,
    Place,
    Press,
    Reply,
    Said,
    Sender,
    Toast,
    Upload,
)
from bots.dialogue.whereabouts import in_place
from core.clock import ManualClock, chance_of
from core.domain.person import Role
from core.store import Store
from core.store import people as people_rows
from core.store.transaction import Transaction
from core.vault import Vault
from i18n import Phrase, translator_for
from tests.house import PaperHouse, paper_house
from tests.spoken import labels, said
from tests.standins.paper import Chat, Paper, Someone
from tests.world import World

AMONG = Place("whisper", "C1")
SURFACES = Limits(toasts=False, forms=True, home=True, commands="/crowd ")
EVENTS = itertools.count(1)
POINTER = "I have answered you in our private chat."


@pytest.fixture
async def house(
    sqlite_store: Store, clock: ManualClock, vault: Vault, tmp_path: Path
) -> AsyncIterator[PaperHouse]:
    async with paper_house(sqlite_store, clock, vault, tmp_path, paper=Paper(limits=SURFACES)) as opened:
        yield opened


@pytest.fixture
async def someone(house: PaperHouse) -> Someone:
    """Ana, who has joined."""
    return await house.joined("ana")


@pytest.fixture
def ana(someone: Someone) -> Chat:
    """What Ana sees, since she joined."""
    someone.chat.messages.clear()
    someone.chat.toasts.clear()
    return someone.chat


async def hears(house: PaperHouse, what: Said, *, place: Place | None = None, user: str = "ana") -> None:
    """Somebody does something somewhere, and everything it brings about is delivered."""
    sender = Sender("paper", "", user, user, "en")
    await house.service.desk.hear(Heard(f"paper:event {next(EVENTS)}", sender, what, place=place))
    await house.settle()


def press(*words: int | str) -> Press:
    """A button of ours."""
    return Press(data(str(words[0]), *words[1:]), "ana/h")


# --- among others ---------------------------------------------------------------------------------


async def test_words_are_whispered_where_the_person_spoke(house: PaperHouse, ana: Chat) -> None:
    """Nobody else sees them, with their buttons, and nothing is added to the private chat."""
    await hears(house, Command("balance"), place=AMONG)
    (whisper,) = ana.elsewhere
    assert whisper.place == AMONG
    assert "You have 0 points." in said(whisper)
    assert labels(whisper) == ["Next task", "My answers"]
    assert ana.messages == {}


async def test_a_card_stays_in_the_private_chat(house: PaperHouse, ana: Chat) -> None:
    """What is edited later cannot be whispered: a whisper says where it is."""
    await hears(house, Command("settings"), place=AMONG)
    assert "Settings" in said(ana.last)
    assert [said(one) for one in ana.elsewhere] == [POINTER]


async def test_a_refusal_is_whispered(house: PaperHouse, ana: Chat) -> None:
    """In the manner of the platform: commands as they are typed there."""
    await hears(house, Command("nonsense"), place=AMONG)
    assert ana.messages == {}
    assert "/crowd help" in said(ana.elsewhere[-1])


async def test_a_stranger_among_others_is_asked_in_private(house: PaperHouse) -> None:
    """The invitation is a card of its own; the channel only hears where it is."""
    await hears(house, Command("task"), place=AMONG, user="bo")
    bo = house.paper.chat("bo")
    assert "Welcome!" in said(bo.last)
    assert [said(one) for one in bo.elsewhere] == [POINTER]


async def test_the_pointer_speaks_the_persons_language(house: PaperHouse, ana: Chat) -> None:
    """Like everything else."""
    await hears(house, press("locale", "es", "settings"))
    await hears(house, Command("settings"), place=AMONG)
    assert ana.elsewhere[-1].locale == "es"


async def placed(house: PaperHouse, reply: Reply, place: Place | None) -> Reply:
    """A reply of Ana's turn at that place."""

    def unit(tx: Transaction) -> Reply:
        person = people_rows.by_account(tx, people_rows.account_ids(tx)[0])
        turn = Turn(
            house=house.service.house,
            platform="paper",
            person=person,
            tx=tx,
            now=house.clock.now(),
            chance=chance_of(1),
            t=translator_for("en"),
            limits=SURFACES,
            place=place,
        )
        return in_place(turn, reply)

    return await house.service.store.write(unit)


WORDS = Message((Para(Phrase("words")),))
FOR_ALL = Message((Para(Phrase("42 tasks are waiting")),), place=Place("post", "C1"))
PRIVATE = {
    "a slot": Message((Para(Phrase("x")),), slot="card"),
    "a picture": Message((Para(Phrase("x")),), picture="p.png"),
    "a file": Message((Para(Phrase("x")),), attachment=Attachment("exports/1.csv", "1.csv")),
}


@pytest.mark.parametrize("kind", PRIVATE)
async def test_what_cannot_be_whispered_is_private(house: PaperHouse, ana: Chat, kind: str) -> None:
    """A whisper can neither be edited nor carry a picture or file; words beside it say enough."""
    alone = await placed(house, Reply((PRIVATE[kind],)), AMONG)
    assert [one.place for one in alone.messages] == [None, AMONG]
    with_words = await placed(house, Reply((PRIVATE[kind], WORDS)), AMONG)
    assert [(one.place, said(one)) for one in with_words.messages] == [(None, "x"), (AMONG, "words")]


async def test_what_has_a_place_keeps_it(house: PaperHouse, ana: Chat) -> None:
    """A post for everybody is no whisper, and needs no pointer."""
    for place in (None, AMONG):
        reply = await placed(house, Reply((FOR_ALL,)), place)
        assert reply.messages == (FOR_ALL,)


async def test_silence_is_kept(house: PaperHouse, ana: Chat) -> None:
    """Where nothing is said, nothing is whispered."""
    assert (await placed(house, Reply(), AMONG)).messages == ()


# --- the dashboard --------------------------------------------------------------------------------


async def test_the_dashboard_follows_a_press_on_it(house: PaperHouse, ana: Chat) -> None:
    """What was pressed there is answered in private, and the dashboard shows what became of it."""
    await hears(house, press("locale", "es", "settings"), place=HOME)
    assert ana.home is not None
    assert ana.home.locale == "es"
    assert len(ana.messages) == 1


async def test_the_dashboard_is_shown_when_it_is_looked_at(someone: Someone, ana: Chat) -> None:
    """It says the points, and leads to a task; the chat stays as it is."""
    shown = await someone.looks_home()
    assert "You have 0 points." in said(shown)
    assert "Get a task" in labels(shown)
    assert ana.messages == {}


async def test_who_has_not_joined_is_invited_at_home(house: PaperHouse) -> None:
    """Looking is no consent."""
    shown = await house.someone("bo").looks_home()
    assert labels(shown) == ["Begin"]
    await hears(house, press("begin"), place=HOME, user="bo")
    assert "Would you like to take part?" in said(house.paper.chat("bo").last)


# --- toasts ---------------------------------------------------------------------------------------


async def test_a_toast_is_left_out_where_something_else_is_said(house: PaperHouse, ana: Chat) -> None:
    """On a platform without toasts it would only double what is seen."""
    toast = Toast(Phrase("Saved."))
    assert (await placed(house, Reply((WORDS,), toast), None)).toast is None
    assert (await placed(house, Reply((), toast), None)).toast == toast


@pytest.mark.parametrize("place", [None, AMONG], ids=["private", "among others"])
async def test_a_refused_press_is_told_where_it_was(
    house: PaperHouse, ana: Chat, place: Place | None
) -> None:
    """Nothing else comes with it, so it is whispered."""
    await hears(house, press("a", 99, 0), place=place)
    assert len(ana.toasts) == 1


async def test_a_refused_press_on_the_dashboard_is_told_there(house: PaperHouse, ana: Chat) -> None:
    """Nobody can whisper there; the next look shows the dashboard without it."""
    await hears(house, press("a", 99, 0), place=HOME)
    assert ana.home is not None
    told, *rest = ana.home.parts
    await hears(house, Home())
    assert list(ana.home.parts) == rest
    assert told.words
    assert ana.toasts == []


# --- the card -------------------------------------------------------------------------------------


async def card(house: PaperHouse) -> None:
    """A project with tasks, whose first card Ana has."""
    world = World(house.service.store, house.clock, house.service.house.vault)
    owner = await world.person("owner", Role.REQUESTER)
    await world.project(owner, ["a cat", "a dog", "a bird", "a fish"])
    await hears(house, Command("task"))


async def test_places_do_not_move_the_card(house: PaperHouse, someone: Someone, ana: Chat) -> None:
    """Whatever is said elsewhere meanwhile, the card is still the last message and edited in place."""
    await card(house)
    before = list(ana.messages)
    await hears(house, Command("balance"), place=AMONG)
    await hears(house, Command("balance", handle="ana/2"), place=AMONG)
    await someone.looks_home()
    await hears(house, pressing(ana, "Cat"))
    assert list(ana.messages) == before
    await hears(house, pressing(ana, "Dog"), place=HOME)
    assert list(ana.messages) == before


async def test_words_in_the_chat_do_move_the_card(house: PaperHouse, ana: Chat) -> None:
    """What stands above other messages is posted anew below them: also with an upload, and by a menu's answer."""
    await card(house)
    for what in (Command("balance"), Command("balance", handle="ana/2"), Upload("x.csv", "x", 3)):
        before = list(ana.messages)
        await hears(house, what)
        await hears(house, pressing(ana, "Cat"))
        fresh = [ref for ref in ana.messages if ref not in before]
        assert labels(ana.last)[:2] == ["Cat", "Dog"]
        assert len(fresh) == 2, "the answer, and the next card below it"


def pressing(chat: Chat, label: str) -> Press:
    """The newest button that says so."""
    for message in reversed(chat.messages.values()):
        for row in message.rows:
            for one in row:
                if one.label == label and hasattr(one, "data"):
                    return Press(one.data, "ana/h")
    raise AssertionError(f"no button {label}")
