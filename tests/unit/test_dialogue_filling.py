"""Adding tasks in chat: lines, photos, files, and files that come without a word."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from bots.dialogue.vocabulary import Limits
from core.clock import ManualClock
from core.domain.person import Role
from core.store import Store, task_views
from core.store.task_views import Outcome
from core.vault import Vault
from tests.house import PaperHouse, paper_house
from tests.spoken import labels, said
from tests.standins.paper import Paper, Someone

FILE = "project: Animals\ninstructions: Which animal is it?\nlabels: [Cat, Dog]\n"
TABLE = b"id,text\n1,miaow\n2,woof\n"


@pytest.fixture
async def house(
    sqlite_store: Store, clock: ManualClock, vault: Vault, tmp_path: Path
) -> AsyncIterator[PaperHouse]:
    paper = Paper(limits=replace(Limits(), upload=10_000))
    async with paper_house(sqlite_store, clock, vault, tmp_path, paper=paper) as opened:
        yield opened


@pytest.fixture
async def rita(house: PaperHouse) -> Someone:
    """A requester with two empty drafts."""
    rita = await house.joined("rita", Role.REQUESTER)
    await rita.sends("animals.yaml", FILE.encode())
    await rita.sends("plants.yaml", FILE.replace("Animals", "Plants").encode())
    return rita


async def kept(house: PaperHouse, project: int = 1) -> list[Outcome]:
    return await house.service.store.read(lambda tx: list(task_views.stream(tx, project)))


def spool(house: PaperHouse) -> list[Path]:
    return list((house.service.house.data_dir / "spool").glob("*"))


def picture(colour: str = "red", kind: str = "PNG") -> bytes:
    encoded = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(encoded, kind)
    return encoded.getvalue()


# --- lines ----------------------------------------------------------------------------------------


async def test_every_line_is_a_task_until_done(house: PaperHouse, rita: Someone) -> None:
    await rita.says("/addtasks 1")
    await rita.says("miaow\n\n  woof  \n")
    assert said(rita.last).startswith("2 tasks added.")
    await rita.says("purr")
    await rita.taps("Done")
    assert "3 tasks" in said(rita.last)
    await rita.says("bye")
    assert said(rita.last).startswith("Send /task")
    assert [(one.external_id, one.content) for one in await kept(house)] == [
        ("#1", {"text": "miaow"}),
        ("#2", {"text": "woof"}),
        ("#3", {"text": "purr"}),
    ]


async def test_any_button_of_the_project_ends_the_sending(house: PaperHouse, rita: Someone) -> None:
    """What is typed after a launch is no task."""
    await rita.says("/addtasks 1")
    await rita.says("miaow")
    await rita.presses("1:project:1")
    await rita.taps("Launch")
    await rita.says("hello?")
    assert len(await kept(house)) == 1


async def test_a_bad_line_is_named_and_the_others_stay(house: PaperHouse, rita: Someone) -> None:
    await rita.says("/addtasks 1")
    await rita.says(f"miaow\n{'x' * 2501}\nwoof")
    assert "2 tasks added." in said(rita.last)
    assert "Line 2: text has 2,501 characters; at most 2,500 fit. Please shorten it." in said(rita.last)


async def test_two_hundred_lines_are_enough_at_once(house: PaperHouse, rita: Someone) -> None:
    await rita.says("/addtasks 1")
    await rita.says("\n".join(f"line {number}" for number in range(201)))
    assert said(rita.last) == "At most 200 lines at once, please. Send a file for more."
    assert await kept(house) == []
    await rita.says("\n".join(f"line {number}" for number in range(200)))
    assert len(await kept(house)) == 200


# --- files ----------------------------------------------------------------------------------------


async def test_a_table_is_read_into_the_project_that_was_named(house: PaperHouse, rita: Someone) -> None:
    """It says that it reads, then what came of it, in one message; the upload is not kept."""
    await rita.says("/addtasks 1")
    await rita.sends("tasks.csv", TABLE)
    assert rita.chat.log[-2].startswith("bot: I am reading “tasks.csv” for “Animals”…")
    assert said(rita.last) == "2 tasks added\nFrom “tasks.csv” into “Animals”."
    assert labels(rita.last) == ["Preview", "Launch", "Show the project"]
    assert [one.external_id for one in await kept(house)] == ["1", "2"]
    assert spool(house) == []


@pytest.mark.parametrize(
    "caption", ["/addtasks 2", " /addtasks #2 ", "/addtasks@crowd_bot 2", "/crowd addtasks 2"]
)
@pytest.mark.parametrize("before", ["/projects", "/addtasks 1"])
async def test_a_caption_says_where_a_file_belongs(
    house: PaperHouse, rita: Someone, caption: str, before: str
) -> None:
    await rita.says(before)
    await rita.sends("tasks.csv", TABLE, caption=caption)
    assert len(await kept(house, 2)) == 2
    assert await kept(house, 1) == []


async def test_a_file_without_a_word_asks_where_it_belongs(house: PaperHouse, rita: Someone) -> None:
    """Several files wait together for one tap."""
    await rita.sends("tasks.csv", TABLE)
    await rita.sends("more.csv", b"id,text\n3,purr\n")
    assert said(rita.last) == "Which project is this for: tasks.csv and more.csv?"
    await rita.says("the first one")
    assert said(rita.last) == "Please tap one of the buttons above."
    await rita.taps("1. Animals")
    assert [one.external_id for one in await kept(house)] == ["1", "2", "3"]
    stale = "1:upload:1"
    await rita.presses(stale)
    assert rita.chat.toasts[-1] == "Please send a file."
    assert len(await kept(house)) == 3


async def test_a_file_can_belong_nowhere(house: PaperHouse, rita: Someone) -> None:
    await rita.sends("tasks.csv", TABLE)
    await rita.taps("None of them")
    assert said(rita.last) == "Dropped. Nothing was added."
    await rita.presses("1:upload:1")
    assert await kept(house) == []


async def test_twenty_files_wait_at_most(house: PaperHouse, rita: Someone) -> None:
    for number in range(20):
        await rita.sends(f"{number}.csv", b"text\nhello\n")
    assert "and 17 more files" in said(rita.last)
    await rita.sends("20.csv", b"text\nhello\n")
    assert said(rita.last).startswith("20 files are waiting already.")
    await rita.taps("2. Plants")
    assert len(await kept(house, 2)) == 20


async def test_without_a_project_a_file_has_no_place(house: PaperHouse) -> None:
    ruth = await house.joined("ruth", Role.REQUESTER)
    await ruth.sends("tasks.csv", TABLE)
    assert said(ruth.last).startswith("You have no project for this file yet.")
    assert labels(ruth.last) == ["New project"]


async def test_a_project_in_the_making_comes_first(rita: Someone) -> None:
    """A table in the middle of the questions does not throw the answers away."""
    await rita.says("/newproject")
    await rita.says("Streets")
    await rita.sends("tasks.csv", TABLE)
    assert said(rita.last) == "Please answer the question above first, or send /cancel."
    await rita.says("What is it?")
    assert "Which answers are possible?" in said(rita.last)


async def test_files_of_workers_are_not_even_fetched(house: PaperHouse, rita: Someone) -> None:
    will = await house.joined("will")
    await will.sends("tasks.csv", TABLE, caption="/addtasks 1")
    assert said(will.last).startswith("Your role does not allow this.")
    assert spool(house) == []
    assert await kept(house) == []


async def test_nobody_fills_the_projects_of_others(house: PaperHouse, rita: Someone) -> None:
    ruth = await house.joined("ruth", Role.REQUESTER)
    await ruth.sends("tasks.csv", TABLE, caption="/addtasks 1")
    assert said(ruth.last) == "I can’t find this project. Send /projects to see yours."
    assert await kept(house) == []


async def test_a_file_that_is_too_large_names_the_other_way(house: PaperHouse, rita: Someone) -> None:
    await rita.sends("tasks.csv", b"text\n" + b"x" * 10_000, caption="/addtasks 1")
    assert said(rita.last).startswith("This file is too large for this chat.")


async def test_a_closed_project_takes_nothing(house: PaperHouse, rita: Someone) -> None:
    await rita.presses("1:p-close!:1")
    for act in (rita.says("/addtasks 1"), rita.sends("tasks.csv", TABLE, caption="/addtasks 1")):
        await act
        assert said(rita.last) == "This project is closed."
    await rita.sends("tasks.csv", TABLE)
    assert "1. Animals" not in labels(rita.last)


# --- photos ---------------------------------------------------------------------------------------


async def test_photos_come_one_by_one_and_share_a_message(house: PaperHouse, rita: Someone) -> None:
    await rita.says("/addtasks 1")
    count = len(rita.chat.messages)
    for colour in ("red", "green", "blue"):
        await rita.sends(f"{colour}.png", picture(colour))
    assert said(rita.last) == "“Animals” has 3 tasks now.\nSend more, or tap Done."
    assert len(rita.chat.messages) <= count + 3
    found = await kept(house)
    assert len({one.content["image"] for one in found}) == 3
    assert [one.extra for one in found] == [
        {"image_file": f"{name}.png"} for name in ("red", "green", "blue")
    ]
    await rita.taps("Done")
    await rita.taps("Preview")
    assert rita.last.picture == found[0].content["image"]


async def test_a_picture_that_is_none_is_said(house: PaperHouse, rita: Someone) -> None:
    await rita.says("/addtasks 1")
    await rita.sends("cat.png", b"\x89PNG\r\n but not really")
    messages = [said(one) for one in rita.chat.messages.values()]
    sentence = "This picture is damaged, or it is no picture. Save it again as JPEG or PNG."
    assert f"“cat.png” could not be used.\n{sentence}" in messages
    assert await kept(house) == []


async def test_photos_without_a_word_are_asked_for_once(house: PaperHouse, rita: Someone) -> None:
    for colour in ("red", "green"):
        await rita.sends(f"{colour}.png", picture(colour))
    await rita.taps("2. Plants")
    assert said(rita.last).startswith("“Plants” has 2 tasks now.")
