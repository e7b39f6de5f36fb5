"""Linking in chat: a code here, a question there, and both chats know."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bots.dialogue.vocabulary import Code
from core.clock import ManualClock
from core.domain.person import Role
from core.store import Store
from core.vault import Vault
from tests.house import PaperHouse, paper_house
from tests.spoken import labels, said
from tests.standins.paper import Someone

PETS = b"""project: Pets
instructions: Which?
labels: [{id: cat, en: Cat}, {id: dog, en: Dog}]
gold_share: 0
method: majority
overlap: {min: 1, max: 1}
"""


@pytest.fixture
async def house(
    sqlite_store: Store, clock: ManualClock, vault: Vault, tmp_path: Path
) -> AsyncIterator[PaperHouse]:
    async with paper_house(sqlite_store, clock, vault, tmp_path) as opened:
        yield opened


async def code_of(one: Someone) -> str:
    """The code that a chat shows after `/link`."""
    await one.says("/link")
    (code,) = [part.words for part in one.last.parts if isinstance(part, Code)]
    return code


async def two_chats(house: PaperHouse) -> tuple[Someone, Someone]:
    """The same human in two chats, linked."""
    here, there = await house.joined("here"), await house.joined("there")
    await there.says(f"/link {await code_of(here)}")
    await there.taps("Yes, link them")
    return here, there


async def with_pets(house: PaperHouse) -> None:
    """A project with three tasks."""
    owner = await house.joined("owner", Role.REQUESTER)
    await owner.sends("pets.yaml", PETS)
    await owner.sends("pets.csv", b"text\none\ntwo\nthree\n", caption="/addtasks 1")
    await owner.says("/project 1")
    await owner.taps("Launch")


async def test_linking_two_chats(house: PaperHouse) -> None:
    """The code, what will happen, yes; the other chat is told too."""
    here, there = await house.joined("here"), await house.joined("there")
    code = await code_of(here)
    assert said(here.last) == (
        "Use one account on two platforms\n"
        "In your other chat with me, send the word “link” and this code:\n"
        f"{code}\n"
        "It works once, until Mon 10:10 UTC (in 10 minutes)."
    )
    await there.says(f"/link {code}")
    assert said(there.last) == (
        "Link these two chats?\n"
        "Your points, answers and projects come together: one balance, one queue.\n"
        "Roles as moderator or admin must be granted anew."
    )
    await there.taps("Yes, link them")
    assert said(there.last).startswith("Linked. In both chats you are the same person now.")
    assert "This chat is linked with your other one now: one balance, one queue." in said(here.last)
    for chat in (here, there):
        await chat.says("/settings")
        assert "Linked chats: 2" in said(chat.last)


async def test_no_is_no(house: PaperHouse) -> None:
    """Nothing changes, and the code still works."""
    here, there = await house.joined("here"), await house.joined("there")
    code = await code_of(here)
    await there.says(f"/link {code}")
    await there.taps("No")
    assert said(there.last) == "All right, nothing has changed."
    await there.says("/settings")
    assert "Linked chats" not in said(there.last)
    await there.says(f"/link {code}")
    await there.taps("Yes, link them")
    assert said(there.last).startswith("Linked.")


async def test_a_code_can_be_sent_by_itself(house: PaperHouse) -> None:
    """The button asks for it; a wrong one may be corrected at once, a file is no code."""
    here, there = await house.joined("here"), await house.joined("there")
    code = await code_of(here)
    await there.says("/link")
    await there.taps("I have a code")
    assert said(there.last) == "Please send me the code from your other chat."
    await there.sends("code.txt", b"x")
    assert said(there.last) == "Please send the code from your other chat, or /cancel."
    await there.says("not this one")
    assert said(there.last).startswith("This code is not right.")
    await there.says(code.lower())
    assert said(there.last).startswith("Link these two chats?")


async def test_wrong_codes_are_counted_and_then_refused(house: PaperHouse) -> None:
    """Counting a wrong code is an outcome, so it is kept; the sixth is not looked at."""
    here, there = await house.joined("here"), await house.joined("there")
    code = await code_of(here)
    wait = "Too many wrong codes. Please wait ten minutes, then ask for a new one in your other chat."
    left = ("4 tries are left.", "3 tries are left.", "2 tries are left.", "1 try is left.", wait)
    for then in left:
        await there.says("/link WRNG")
        assert said(there.last) == (
            "This code is not right. Please look again at your other chat, and send it once more.\n" + then
        )
    await there.says(f"/link {code}")
    assert said(there.last) == wait
    house.clock.move(timedelta(minutes=10))
    await there.says(f"/link {await code_of(here)}")
    assert said(there.last).startswith("Link these two chats?")


async def test_a_code_that_ran_out_while_the_question_stood(house: PaperHouse) -> None:
    """Yes comes too late: that is said, and nothing happens."""
    here, there = await house.joined("here"), await house.joined("there")
    await there.says(f"/link {await code_of(here)}")
    house.clock.move(timedelta(minutes=10))
    await there.taps("Yes, link them")
    assert said(there.last) == ("The time of this code is over. Please ask for a new one in your other chat.")
    await there.says("/settings")
    assert "Linked chats" not in said(there.last)


async def test_ones_own_code_and_a_second_tap(house: PaperHouse) -> None:
    """Each is told what it is."""
    here, there = await house.joined("here"), await house.joined("there")
    code = await code_of(here)
    await here.says(f"/link {code}")
    assert said(here.last) == "This code is your own. Please send it in your other chat."
    await there.says(f"/link {code}")
    yes = there.button("Yes, link them").data
    await there.presses(yes)
    await there.presses(yes)
    assert there.chat.toasts[-1] == "These two chats are linked already."


async def test_points_and_the_card_are_the_same_in_both_chats(house: PaperHouse) -> None:
    """A card asked for here is shown there, and answered there it is saved here."""
    await with_pets(house)
    here, there = await two_chats(house)
    await here.says("/task")
    card = said(here.last)
    await there.says("/task")
    assert said(there.last) == card
    old = here.button("Cat").data
    await there.taps("Cat")
    await here.presses(old)
    assert here.chat.toasts[-1] == "Already saved."
    await house.later(minutes=2)
    for chat in (here, there):
        await chat.says("/balance")
        assert said(chat.last).startswith("You have 10 points.")


async def test_the_card_that_goes_back_says_why(house: PaperHouse) -> None:
    """Two cards at the moment of linking: the older stays, the other's chat says that it went back."""
    await with_pets(house)
    here, there = await house.joined("here"), await house.joined("there")
    await here.says("/task")
    house.clock.move(timedelta(minutes=1))
    await there.says("/task")
    await there.says(f"/link {await code_of(here)}")
    await there.taps("Yes, link them")
    stands = [said(message) for message in there.chat.messages.values()]
    assert any(words.startswith("This card went back, because you have another one") for words in stands)
    assert any("Cat" in labels(message) for message in here.chat.messages.values())


async def test_unlinking(house: PaperHouse) -> None:
    """Asked before; the card moves to the other chat, and here somebody new has just come."""
    await with_pets(house)
    here, there = await two_chats(house)
    await there.says("/task")
    await there.says("/unlink")
    assert said(there.last) == (
        "Unlink this chat?\n"
        "Your points, answers, projects and roles stay with your other chat.\n"
        "Here you begin anew, as somebody who has just come."
    )
    await there.taps("Yes, unlink it")
    assert said(there.last) == (
        "Unlinked. Send /start to begin anew here.\nThe card that was here is in your other chat now."
    )
    assert said(here.last) == (
        "Your other chat is not linked with this one any more.\nThe card that was there is here now."
    )
    await here.taps("Show the card")
    await here.taps("Cat")
    assert here.chat.toasts[-1] == "Saved. Thank you!"
    await there.says("/task")
    assert said(there.last).startswith("Welcome!")
    await here.says("/settings")
    assert "Linked chats" not in said(here.last)


async def test_nothing_to_unlink(house: PaperHouse) -> None:
    """A chat of its own says so; a button of an earlier question does too."""
    here = await house.joined("here")
    await here.says("/unlink")
    assert said(here.last) == "This chat is not linked with another one. Send /link to do that."
    await here.presses("1:unlink")
    assert here.chat.toasts[-1] == "This chat is not linked with another one. Send /link to do that."


async def test_the_menu_follows_the_roles(house: PaperHouse) -> None:
    """Moderators lose what must be granted anew with their next words, in both chats."""
    here, there = await house.joined("here", Role.MODERATOR), await house.joined("there")
    await here.says("/help")
    assert "summary" in here.chat.menu
    await there.says(f"/link {await code_of(here)}")
    await there.taps("Yes, link them")
    for chat in (here, there):
        await chat.says("/help")
        assert "summary" not in chat.chat.menu
        await chat.says("/summary")
        assert said(chat.last) == "Your role does not allow this. Ask a moderator if you need it."
