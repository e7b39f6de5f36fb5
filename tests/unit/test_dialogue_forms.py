"""Forms, the dashboard, clips and posts, on a paper platform that has them all."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bots.dialogue.vocabulary import Button, Limits, Message, Place
from core.clock import ManualClock
from core.domain.person import Role
from core.store import Store
from core.vault import Vault
from tests.house import PaperHouse, paper_house
from tests.spoken import labels, said
from tests.standins.paper import Paper, Someone

RICH = Limits(toasts=False, forms=True, home=True, places=True, threads=True, commands="/crowd ")
CHANNEL = Place("whisper", "general")


@pytest.fixture
async def house(
    sqlite_store: Store, clock: ManualClock, vault: Vault, tmp_path: Path
) -> AsyncIterator[PaperHouse]:
    """A service on paper with forms, a dashboard and places."""
    async with paper_house(sqlite_store, clock, vault, tmp_path, paper=Paper(limits=RICH)) as house:
        yield house


@pytest.fixture
async def rosa(house: PaperHouse) -> Someone:
    """A requester."""
    return await house.joined("rosa", Role.REQUESTER)


async def a_project(rosa: Someone, title: str = "Animals") -> Message:
    """A draft, made by a form; returns its card."""
    await rosa.commands("newproject")
    wrong = await rosa.fills(
        **{"new-title": title, "new-question": "Which animal is it?", "new-labels": "Cat\nDog"}
    )
    assert wrong is None
    return rosa.last


async def running(rosa: Someone) -> None:
    """A project with two tasks that people get."""
    await a_project(rosa)
    await rosa.says("/addtasks 1")
    await rosa.says("meow\nwoof")
    await rosa.chooses("added")
    await rosa.chooses("p-launch")


async def test_a_project_is_made_by_one_form(rosa: Someone) -> None:
    """What most projects choose stands in it already; its card follows."""
    card = await a_project(rosa)
    assert "Animals (project 1)" in said(card)
    assert "2 to 5 people per task" in said(card)
    assert "Time for a task: 5 hours" in said(card)
    (form,) = rosa.chat.forms
    assert [field.name for field in form.fields][:3] == ["new-title", "new-question", "new-labels"]


async def test_every_field_says_what_is_wrong_with_it(rosa: Someone) -> None:
    """And nothing is made until all are right."""
    await rosa.commands("newproject")
    wrong = await rosa.fills(**{"new-title": "", "new-labels": "Cat", "new-languages": "Klingonish"})
    assert wrong is not None
    assert set(wrong.errors) == {"new-title", "new-question", "new-labels", "new-languages"}
    assert wrong.errors["new-languages"].startswith("I did not recognise a language.")
    wrong = await rosa.fills(
        **{"new-title": "A", "new-question": "B?", "new-labels": "Cat, Dog", "new-languages": "español"}
    )
    assert wrong is None
    assert "Languages: Spanish" in said(rosa.last)


async def test_without_a_handle_the_same_is_asked_step_by_step(rosa: Someone) -> None:
    """A typed command has nothing by which a form could be opened."""
    await rosa.says("/newproject")
    assert rosa.chat.forms == []
    assert "What is the project called?" in said(rosa.last)


async def test_who_may_not_make_projects_is_told_so_by_the_form_as_well(house: PaperHouse) -> None:
    """Rights are asked when a form is sent, not only when it is opened."""
    ana = await house.joined("ana")
    await ana.commands("newproject")
    assert ana.chat.forms == []
    rosa = await house.joined("rosa", Role.REQUESTER)
    await rosa.commands("newproject")
    ana.chat.forms.append(rosa.chat.forms[-1])
    wrong = await ana.fills(**{"new-title": "A", "new-question": "B?", "new-labels": "C\nD"})
    assert wrong is not None
    assert wrong.errors == {"": "Your role does not allow this. Ask a moderator if you need it."}


async def test_settings_are_one_form(house: PaperHouse) -> None:
    """What stands is in it; what is wrong is said at its field; what is right is kept together."""
    ana = await house.joined("ana")
    await ana.commands("settings")
    wrong = await ana.fills(zone="Xyzzy", quiet="late", languages=())
    assert wrong is not None
    assert set(wrong.errors) == {"zone", "quiet", "languages"}
    wrong = await ana.fills(zone="Madrid", quiet="23-7", languages=("es", "en"), nudges="1", locale="es")
    assert wrong is None
    await ana.commands("settings")
    standing = {field.name: field.value for field in ana.chat.forms[-1].fields}
    assert standing == {
        "locale": "es",
        "languages": ("en", "es"),
        "zone": "Madrid",
        "quiet": "23:00-07:00",
        "nudges": "1",
        "topics": (),
    }
    assert ana.chat.home is not None
    assert "Madrid" in said(ana.chat.home)


async def test_news_of_work_need_a_place(house: PaperHouse) -> None:
    """Without one nobody knows when it is night."""
    ana = await house.joined("ana")
    await ana.commands("settings")
    wrong = await ana.fills(nudges="1")
    assert wrong is not None
    assert wrong.errors == {"zone": "I need your place for the quiet hours."}
    assert await ana.fills(quiet="", nudges="0") is None


async def test_the_dashboard_shows_what_to_do_next_and_what_was_earned(
    house: PaperHouse, rosa: Someone
) -> None:
    """A newcomer can begin there, a worker sees the card that runs, a requester their projects."""
    new = house.someone("new")
    assert labels(await new.looks_home()) == ["Begin"]
    await running(rosa)
    home = await rosa.looks_home()
    assert "1. Animals: running" in said(home)
    assert "Animals" in labels(home)
    ana = await house.joined("ana")
    home = await ana.looks_home()
    assert labels(home)[0] == "Get a task"
    assert "New project" not in labels(home)
    await ana.says("/task")
    home = await ana.looks_home()
    assert "Your task is due" in said(home)
    assert labels(home)[0] == "Show the card"


async def test_a_clip_becomes_a_task_of_the_chosen_project(rosa: Someone) -> None:
    """The words can be changed before; more lines are one task."""
    await a_project(rosa)
    await a_project(rosa, "Plants")
    await rosa.clips("What a\nlovely dog")
    form = rosa.chat.forms[-1]
    assert [one.label for one in form.fields[0].choices] == ["2. Plants", "1. Animals"]
    assert form.fields[1].value == "What a lovely dog"
    assert await rosa.fills(project="1") is None
    assert said(rosa.last) == "1 task added to “Animals”."
    await rosa.clips("  ")
    assert said(rosa.last) == "There are no words in it. Please choose a message with text."


async def test_who_has_no_project_or_no_right_is_told_what_to_do(house: PaperHouse, rosa: Someone) -> None:
    """A clip without a project leads to a new one."""
    await rosa.clips("hello")
    assert labels(rosa.last) == ["New project"]
    ana = await house.joined("ana")
    await ana.clips("hello")
    assert "Your role does not allow this." in said(ana.last)


async def test_a_post_stands_in_the_channel_and_opens_the_work_privately(
    house: PaperHouse, rosa: Someone
) -> None:
    """Its button works for everybody; the card comes privately, and a whisper says so."""
    await running(rosa)
    await rosa.commands("announce", "1", place=CHANNEL)
    (post,) = rosa.chat.elsewhere
    assert said(post).startswith("2 tasks are waiting in “Animals”")
    assert post.place == Place("post", "general")
    assert post.otherwise == "I cannot write there. Invite me first, then send the command again."
    ana = await house.joined("ana")
    (button,) = [one for row in post.rows for one in row]
    assert isinstance(button, Button)
    await ana.presses_in(CHANNEL, button.data)
    assert "meow" in said(ana.last) or "woof" in said(ana.last)
    assert said(ana.chat.elsewhere[-1]) == "I have answered you in our private chat."


async def test_a_post_is_followed_when_all_is_done(house: PaperHouse, rosa: Someone) -> None:
    """Those who read that tasks wait read that they are done, below the post."""
    await running(rosa)
    await rosa.commands("announce", "1", place=CHANNEL)
    for name in ("ana", "bo", "cy", "di", "eva"):
        worker = await house.joined(name)
        await worker.says("/task")
        for _ in range(2):
            await worker.taps("Cat" if "meow" in said(worker.last) else "Dog")
    await house.later(minutes=2)
    below = [line for line in rosa.chat.log if line.startswith("(below)")]
    assert [line.split("\n")[1] for line in below] == ["bot: Every task of “Animals” is settled. Thank you!"]


async def test_what_does_not_run_is_not_announced(rosa: Someone) -> None:
    """A draft has nothing to do for anybody."""
    await a_project(rosa)
    await rosa.commands("announce", "1", place=CHANNEL)
    assert said(rosa.chat.elsewhere[-1]) == "This project is not running. Launch it first: /crowd project 1."
    await rosa.commands("announce", "1")
    assert rosa.chat.elsewhere[1:] == []


async def test_from_the_private_chat_it_says_where_to_send_the_command(rosa: Someone) -> None:
    """Where there are channels the post stands in one of them."""
    await running(rosa)
    await rosa.says("/announce 1")
    assert said(rosa.last) == "Send /crowd announce 1 where people should see it: I post it there."


async def test_a_budget_is_filled_in(rosa: Someone) -> None:
    """One field, with what is enough in it."""
    await running(rosa)
    await rosa.chooses("budget")
    form = rosa.chat.forms[-1]
    assert form.fields[0].value == "100"
    wrong = await rosa.fills(points="plenty")
    assert wrong is not None
    assert await rosa.fills(points="250") is None
    assert "Budget: 250" in said(rosa.last)


async def test_a_word_that_is_a_command_is_one_when_nothing_is_expected(house: PaperHouse) -> None:
    """Where a slash cannot be typed, `balance` does the same."""
    ana = await house.joined("ana")
    assert "You have 0 points." in said(await ana.says("Balance"))
    assert "Send /crowd task for a task" in said(await ana.says("good morning"))
