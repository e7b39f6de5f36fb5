"""Running projects in chat: cards that are edited in place, moves, progress, results, decisions."""

from __future__ import annotations

import csv
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bots.dialogue import cards
from core.clock import ManualClock
from core.domain.person import Role
from core.domain.states import ProjectState, TaskState
from core.store import Store, task_views
from core.store import projects as project_rows
from core.vault import Vault
from i18n import translator_for
from tests.house import PaperHouse, paper_house
from tests.spoken import labels, said
from tests.standins.paper import Someone

FILE = """
project: {en: Animals, es: Animales}
instructions: Which animal is it?
labels: [Cat, Dog]
overlap: {min: 2, max: 2}
method: majority
gold_share: 0
"""


@pytest.fixture
async def house(
    sqlite_store: Store, clock: ManualClock, vault: Vault, tmp_path: Path
) -> AsyncIterator[PaperHouse]:
    async with paper_house(sqlite_store, clock, vault, tmp_path) as opened:
        yield opened


@pytest.fixture
async def rita(house: PaperHouse) -> Someone:
    """A requester with a draft of three tasks."""
    rita = await house.joined("rita", Role.REQUESTER)
    await rita.sends("animals.yaml", FILE.encode())
    await rita.says("/addtasks 1")
    await rita.says("miaow\nwoof\n=purr")
    await rita.taps("Done")
    return rita


async def state(house: PaperHouse) -> ProjectState:
    found = await house.service.store.read(lambda tx: project_rows.find(tx, 1))
    assert found is not None
    return found.state


async def votes(house: PaperHouse, *given: tuple[str, str]) -> None:
    """Workers answer every task they get: (name, the label for all of them in order, comma separated)."""
    for name, answers in given:
        worker = await house.joined(name)
        await worker.says("/task")
        for label in answers.split(","):
            await worker.taps(label)
    await house.later(seconds=61)


# --- the card -------------------------------------------------------------------------------------


async def test_the_card_offers_what_can_be_done_now(house: PaperHouse, rita: Someone) -> None:
    """Every move answers with a word and shows the card anew, in the same message."""
    assert "Draft: nobody sees it yet." in said(rita.last)
    count = len(rita.chat.messages)
    for button, word, becomes, offered in (
        ("Launch", "Launched: people get its tasks now.", ProjectState.RUNNING, "Pause the project"),
        ("Pause the", "Paused. Cards in hand may be finished.", ProjectState.PAUSED, "Resume"),
        ("Resume", "People get its tasks again.", ProjectState.RUNNING, "Pause the project"),
    ):
        await rita.taps(button)
        assert rita.chat.toasts[-1] == word
        assert await state(house) is becomes
        assert offered in labels(rita.last)
    assert len(rita.chat.messages) == count


async def test_closing_is_asked_first(house: PaperHouse, rita: Someone) -> None:
    await rita.taps("Launch")
    await rita.taps("Close")
    assert "for good?" in said(rita.last)
    await rita.taps("Back")
    assert await state(house) is ProjectState.RUNNING
    await rita.taps("Close")
    await rita.taps("Yes, close it")
    assert await state(house) is ProjectState.CLOSED
    assert not {"Launch", "Resume", "Close", "Add tasks", "Budget"} & set(labels(rita.last))
    await rita.presses("1:p-close:1")
    assert rita.chat.toasts[-1] == "This project is closed."


async def test_an_empty_draft_cannot_be_launched(house: PaperHouse, rita: Someone) -> None:
    await rita.sends("animals.yaml", FILE.encode())
    assert "Next: add tasks." in said(rita.last)
    assert "Launch" not in labels(rita.last)
    await rita.presses("1:p-launch:2")
    assert rita.chat.toasts[-1] == "This project has no tasks yet. Send /addtasks 2 first."


@pytest.mark.parametrize(
    "pressed",
    [
        "project:1",
        "p-launch:1",
        "p-close!:1",
        "budget:1",
        "budget!:1:5",
        "file:1",
        "preview:1:0",
        "export:1:csv",
        "progress:1",
        "results:1",
        "decide:1",
        "addtasks:1",
        "settle:1:0",
        "decide-next:1:0",
        "project:zz",
    ],
)
async def test_projects_of_others_are_not_there(house: PaperHouse, rita: Someone, pressed: str) -> None:
    """Another requester learns not even that the project exists; a moderator may run it."""
    ruth = await house.joined("ruth", Role.REQUESTER)
    before = len(ruth.chat.messages)
    await ruth.presses(f"1:{pressed}")
    assert ruth.chat.toasts[-1] == "I can’t find this project. Send /projects to see yours."
    assert len(ruth.chat.messages) == before
    assert await state(house) is ProjectState.DRAFT


async def test_a_moderator_runs_any_project(house: PaperHouse, rita: Someone) -> None:
    mona = await house.joined("mona", Role.MODERATOR)
    await mona.says("/projects")
    assert "1. Animals: draft, 0% of 3 settled" in said(mona.last)
    await mona.taps("Animals")
    await mona.taps("Launch")
    assert await state(house) is ProjectState.RUNNING


async def test_a_worker_sees_no_projects(house: PaperHouse, rita: Someone) -> None:
    will = await house.joined("will")
    for command in ("/projects", "/project 1", "/progress 1", "/results 1", "/addtasks 1"):
        await will.says(command)
        assert said(will.last).startswith("Your role does not allow this."), command


async def test_a_command_without_a_number_asks_or_knows(house: PaperHouse, rita: Someone) -> None:
    """The only project needs no question; of several one is tapped; nonsense is refused."""
    await rita.says("/project")
    assert "Animals (project 1)" in said(rita.last)
    await rita.sends("animals.yaml", FILE.replace("Animals", "Ants").encode())
    await rita.says("/progress")
    assert labels(rita.last) == ["2. Ants", "1. Animals"]
    await rita.taps("1. Animals")
    assert "3 tasks, settled: 0, and open: 3" in said(rita.last)
    await rita.says("/project Animals")
    assert said(rita.last) == "I can’t find this project. Send /projects to see yours."


async def test_a_long_list_has_pages(house: PaperHouse, rita: Someone) -> None:
    for number in range(2, 11):
        await rita.sends("p.yaml", FILE.replace("Animals", f"Number {number}").encode())
    await rita.says("/projects")
    assert "10. Number 10" in said(rita.last)
    assert "2. Number 2" not in said(rita.last)
    await rita.taps("More")
    assert "2. Number 2" in said(rita.last)
    assert "More" not in labels(rita.last)


async def test_titles_are_in_the_reader_s_language(house: PaperHouse, rita: Someone) -> None:
    sol = await house.joined("sol", Role.MODERATOR, locale="es")
    await sol.says("/project 1")
    assert "Animales" in said(sol.last)


# --- preview, budget ------------------------------------------------------------------------------


async def test_the_preview_is_the_card_that_workers_see(house: PaperHouse, rita: Someone) -> None:
    await rita.taps("Preview")
    shown = rita.last
    found = await house.service.store.read(lambda tx: project_rows.find(tx, 1))
    assert found is not None
    card = cards.preview(translator_for("en"), found.file, {"text": "miaow"}, None)
    assert shown.parts == card.parts
    assert shown.rows[: len(card.rows)] == card.rows
    await rita.taps("Next ›")
    await rita.taps("Next ›")
    assert "=purr" in said(rita.last)
    assert "Next ›" not in labels(rita.last)
    await rita.taps("‹ Previous")
    assert "woof" in said(rita.last)
    assert len(rita.chat.messages) == len(set(rita.chat.messages))
    await rita.taps("Cat")
    assert rita.chat.toasts[-1] == "This is a preview: nothing is saved."
    await rita.presses("1:preview:1:9")
    assert rita.chat.toasts[-1] == "That was the last one."


async def test_the_budget_can_be_typed_or_tapped(house: PaperHouse, rita: Someone) -> None:
    await rita.taps("Budget")
    assert "60 are enough for every task that is open." in said(rita.last)
    await rita.taps("60")
    assert "Budget: 60, 0 points spent, 60 left" in said(rita.last)
    await rita.taps("Budget")
    await rita.says("a lot")
    assert said(rita.last) == "Please send a whole number, for example 100."
    await rita.says("١٬٢٠٠")
    assert "Budget: 1,200, 0 points spent, 1,200 left" in said(rita.last)
    await rita.says("5")
    assert "Send /task" in said(rita.last), "nothing is expected any more"


async def test_the_budget_covers_what_is_promised(house: PaperHouse, rita: Someone) -> None:
    await rita.taps("Launch")
    await votes(house, ("will", "Cat,Cat,Cat"), ("vera", "Cat"))
    await rita.says("/project 1")
    await rita.taps("Budget")
    await rita.says("10")
    assert said(rita.last).startswith("The budget cannot be less than the 50 points")
    await rita.says("120")
    assert "Budget: 120, 20 points spent, 30 promised, 70 left" in said(rita.last)


# --- progress and results -------------------------------------------------------------------------


async def test_progress_is_refreshed_in_place(house: PaperHouse, rita: Someone) -> None:
    await rita.taps("Launch")
    await rita.says("/progress 1")
    assert "Settled: ▱▱▱▱▱▱▱▱▱▱ 0%" in said(rita.last)
    assert "At this pace" not in said(rita.last)
    await votes(house, ("will", "Cat,Dog"), ("vera", "Cat"))
    count = len(rita.chat.messages)
    await rita.taps("Refresh")
    assert "Settled: ▰▰▰▱▱▱▱▱▱▱ 33%" in said(rita.last)
    assert "3 answers in the last hour" in said(rita.last)
    assert "At this pace about 1 hour more" in said(rita.last)
    assert len(rita.chat.messages) == count


async def test_results_are_two_files(house: PaperHouse, rita: Someone, tmp_path: Path) -> None:
    """They say what was answered; what a spreadsheet would run is neutral; nobody is named."""
    await rita.taps("Launch")
    await votes(house, ("will", "Cat,Dog"), ("vera", "Cat,Cat"))
    await rita.says("/results 1")
    files = [one.attachment for one in list(rita.chat.messages.values())[-2:]]
    tables = []
    for attachment in files:
        assert attachment is not None
        with (tmp_path / attachment.path).open(encoding="utf-8-sig", newline="") as source:
            tables.append(list(csv.reader(source)))
    assert [one.name for one in files if one] == ["project-1-results.csv", "project-1-answers.csv"]
    assert tables[0] == [
        ["id", "text", "label", "confidence", "answers", "status"],
        ["#1", "miaow", "cat", "", "2", "settled"],
        ["#2", "woof", "", "", "2", "escalated"],
        ["#3", "'=purr", "", "", "0", "open"],
    ]
    given = [(task, answer) for task, _, answer, *_ in tables[1][1:]]
    assert sorted(given) == [("#1", "cat"), ("#1", "cat"), ("#2", "cat"), ("#2", "dog")]
    workers = {row[1] for row in tables[1][1:]}
    assert len(workers) == 2
    assert all(worker.startswith("worker-") and len(worker) == 17 for worker in workers)


async def test_results_come_as_json_lines_too(house: PaperHouse, rita: Someone, tmp_path: Path) -> None:
    await rita.says("/results")
    await rita.taps("As JSONL")
    attachment = list(rita.chat.messages.values())[-2].attachment
    assert attachment is not None
    assert attachment.name == "project-1-results.jsonl"
    rows = [json.loads(line) for line in (tmp_path / attachment.path).read_text("utf-8").splitlines()]
    assert [row["text"] for row in rows] == ["miaow", "woof", "=purr"]
    await rita.presses("1:export:1:exe")
    assert rita.chat.toasts[-1].startswith("This button does not work")


# --- deciding -------------------------------------------------------------------------------------


@pytest.fixture
async def undecided(house: PaperHouse, rita: Someone) -> Someone:
    """The requester of a project on two of whose tasks the crowd is of two minds."""
    await rita.taps("Launch")
    await votes(house, ("will", "Cat,Dog,Cat"), ("vera", "Cat,Cat,Dog"))
    await rita.says("/project 1")
    return rita


async def states(house: PaperHouse) -> dict[TaskState, int]:
    return await house.service.store.read(lambda tx: task_views.count_by_state(tx, 1))


async def test_the_owner_settles_what_the_crowd_did_not(house: PaperHouse, undecided: Someone) -> None:
    await undecided.taps("Decide 2 tasks")
    assert "woof" in said(undecided.last)
    assert "Votes: Dog 1 and Cat 1" in said(undecided.last)
    await undecided.taps("Skip")
    assert "=purr" in said(undecided.last)
    await undecided.taps("Skip")
    assert "woof" in said(undecided.last), "after the last one comes the first again"
    stale = undecided.button("Settle as “Dog”").data
    await undecided.taps("Settle as “Dog”")
    assert undecided.chat.toasts[-1] == "Settled as “Dog”."
    assert "=purr" in said(undecided.last)
    await undecided.presses(stale)
    assert undecided.chat.toasts[-1] == "Somebody has decided this one already."
    await undecided.taps("Settle as “Cat”")
    decided, finished = list(undecided.chat.messages.values())[-2:]
    assert said(decided) == "Nothing is left to decide."
    assert said(finished) == "Every task of “Animals” is settled."
    assert await states(house) == {TaskState.SETTLED: 3}
    await undecided.taps("Back to the project")
    assert "100%" in said(undecided.last)


async def test_made_up_decisions_are_refused(house: PaperHouse, undecided: Someone) -> None:
    for pressed, sentence in (
        ("settle:2:9", "This button does not work any more. Send /help to go on."),
        ("settle:zz:0", "I can’t find this task. Send /projects to see your projects."),
        ("settle:1:0", "Somebody has decided this one already."),
        ("settle", "This button does not work any more. Send /help to go on."),
    ):
        await undecided.presses(f"1:{pressed}")
        assert undecided.chat.toasts[-1] == sentence
    assert await states(house) == {TaskState.SETTLED: 1, TaskState.ESCALATED: 2}


async def test_who_answered_a_task_does_not_decide_it(house: PaperHouse, rita: Someone) -> None:
    """A moderator who worked on it leaves the decision to somebody else."""
    await rita.taps("Launch")
    mona = await house.joined("mona")
    await mona.says("/task")
    await mona.taps("Cat")
    await votes(house, ("vera", "Dog"))
    root = house.someone("root")
    await root.says("/start")
    await root.taps("Yes, I agree")
    await root.says("/grant 2 moderator")
    await mona.presses("1:decide:1")
    await mona.taps("Settle as “Cat”")
    assert mona.chat.toasts[-1] == "You answered this task yourself, so somebody else has to decide it."
