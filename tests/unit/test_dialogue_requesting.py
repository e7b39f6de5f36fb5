"""Making a project in chat: step by step, or by a file."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bots.dialogue.questions import QUESTIONS, order
from bots.dialogue.vocabulary import Message
from core.clock import ManualClock
from core.domain.person import Role
from core.domain.project import Project
from core.domain.states import ProjectState
from core.intake.project_file import build_project
from core.store import Store
from core.store import people as people_rows
from core.store import projects as project_rows
from core.vault import Vault
from i18n import available_locales
from tests.house import PaperHouse, paper_house
from tests.spoken import said
from tests.standins.paper import Someone

FILE = "project: Ants\ninstructions: Is it an ant?\nlabels: [Yes, No]\nreward: 4\n"


@pytest.fixture
async def house(
    sqlite_store: Store, clock: ManualClock, vault: Vault, tmp_path: Path
) -> AsyncIterator[PaperHouse]:
    async with paper_house(sqlite_store, clock, vault, tmp_path) as opened:
        yield opened


@pytest.fixture
async def rita(house: PaperHouse) -> Someone:
    """A requester."""
    return await house.joined("rita", Role.REQUESTER)


async def project(house: PaperHouse, number: int) -> Project | None:
    return await house.service.store.read(lambda tx: project_rows.find(tx, number))


async def expected(house: PaperHouse) -> tuple[str | None, str | None]:
    """The question that stands, and the answers before it."""
    person = await house.service.store.read(lambda tx: people_rows.by_account(tx, 1))
    return person.step, person.draft


async def answers(person: Someone, *words: str) -> Message:
    """Words for one question after the other; a button is written in brackets."""
    for one in words:
        if one.startswith("["):
            await person.taps(one.strip("[]"))
        else:
            await person.says(one)
    return person.last


async def to_labels(person: Someone) -> None:
    await answers(person, "/newproject", "Street scenes", "What is in the picture?")


async def test_seven_answers_make_a_draft(house: PaperHouse, rita: Someone) -> None:
    """What is typed and tapped becomes the project that a file with the same words would be."""
    await to_labels(rita)
    await answers(rita, "Cat\nDog\n- Bird", "English, العربية", "[2 to 5 people per task, 10", "[5 hours]")
    assert "Answers: Cat, Dog, and Bird" in said(rita.last)
    await rita.taps("Create")
    made = await project(house, 1)
    assert made is not None
    assert made.state is ProjectState.DRAFT
    assert made.file == build_project(
        {
            "project": "Street scenes",
            "instructions": "What is in the picture?",
            "labels": ["Cat", "Dog", "Bird"],
            "languages": ["en", "ar"],
            "overlap": {"min": 2, "max": 5},
            "reward": 10,
            "penalty": 5,
            "time_limit": "5h",
        },
        zone=ZoneInfo("UTC"),
    )
    assert "Street scenes (project 1)" in said(rita.last)


async def test_own_terms_take_two_more_questions(house: PaperHouse, rita: Someone) -> None:
    await to_labels(rita)
    await answers(rita, "Cat, Dog", "[Skip]", "[Something else]", "3 - 7", "٢١", "90m", "[Create]")
    made = await project(house, 1)
    assert made is not None
    assert (made.file.overlap.min, made.file.overlap.max) == (3, 7)
    assert (made.file.reward, made.file.penalty) == (21, 10)
    assert made.file.time_limit.total_seconds() == 90 * 60
    assert made.file.languages is None


async def test_ready_labels_are_read_in_every_language(house: PaperHouse, rita: Someone) -> None:
    await to_labels(rita)
    await answers(rita, "[Yes, No, Not sure", "[Skip]", "[1 person", "[1 day]", "[Create]")
    made = await project(house, 1)
    assert made is not None
    assert [label.id for label in made.file.labels] == ["yes", "no", "not-sure"]
    locales = {tag.replace("_", "-") for tag in available_locales()}
    assert all(set(label.names) == locales for label in made.file.labels)


@pytest.mark.parametrize(
    ("before", "words", "sentence"),
    [
        ((), "x" * 81, "The title has 81 characters; at most 80 fit. Please shorten it."),
        ((), "\u200b", "The title is empty. Please fill it."),
        (("A",), "y" * 501, "The question has 501 characters; at most 500 fit. Please shorten it."),
        (("A", "B?"), "Cat", "At least 2 labels are needed."),
        (("A", "B?"), "Cat\ncat", "Two labels are called “cat”. Please give each its own name."),
        (("A", "B?"), ",".join(map(str, range(25))), "At most 24 labels are possible."),
        (
            ("A", "B?"),
            f"Cat\n{'d' * 49}",
            f"{'d' * 49} has 49 characters; at most 48 fit. Please shorten it.",
        ),
        (
            ("A", "B?", "C,D"),
            "Klingonish",
            "I did not recognise a language. Send names such as: English, Arabic.",
        ),
        (("A", "B?", "C,D", "[Skip]"), "three", "Please tap one of the buttons above."),
        (("A", "B?", "C,D", "[Skip]", "[Something"), "all", "Please send a whole number, for example 100."),
        (
            ("A", "B?", "C,D", "[Skip]", "[Something"),
            "1 99",
            "The number of people must be between 1 and 50.",
        ),
        (
            ("A", "B?", "C,D", "[Skip]", "[Something", "2"),
            "10001",
            "The number of points must be between 0 and 10000.",
        ),
        (
            ("A", "B?", "C,D", "[Skip]", "[2 to"),
            "soon",
            "The time is no time span. Write for example 90s, 30m, 5h or 2d.",
        ),
        (("A", "B?", "C,D", "[Skip]", "[2 to"), "5s", "The time must be between 30s and 30d."),
    ],
)
async def test_a_bad_answer_gets_one_clear_sentence(
    house: PaperHouse, rita: Someone, before: tuple[str, ...], words: str, sentence: str
) -> None:
    """The rules are those of a project file, and the question stays open with all that was answered."""
    await answers(rita, "/newproject", *before)
    standing = await expected(house)
    await rita.says(words)
    assert said(rita.last) == sentence
    assert await expected(house) == standing


async def test_back_asks_the_question_before_again(house: PaperHouse, rita: Someone) -> None:
    await to_labels(rita)
    await rita.taps("‹ Back")
    assert "What shall people answer?" in said(rita.last)
    await answers(rita, "Which animal?", "Cat,Dog", "[Skip]", "[Something else]", "[‹ Back]", "[2 to", "[5 h")
    await rita.taps("Create")
    made = await project(house, 1)
    assert made is not None
    assert made.file.instructions.pick("en") == "Which animal?"


async def test_cancel_leaves_nothing(house: PaperHouse, rita: Someone) -> None:
    await to_labels(rita)
    await rita.taps("Cancel")
    assert said(rita.last) == "Dropped. Nothing was made."
    await rita.says("Cat, Dog")
    assert "Send /task" in said(rita.last)
    assert await project(house, 1) is None


async def test_buttons_of_questions_before_do_nothing(rita: Someone) -> None:
    """Every question's buttons name their question; an old one is refused with a word."""
    await to_labels(rita)
    old = rita.button("Yes, No").data
    await answers(rita, "Cat,Dog")
    question = rita.last
    await rita.presses(old)
    assert rita.chat.toasts == ["This button does not work any more. Send /help to go on."]
    assert rita.last == question
    for made_up in (
        "1:new:new-languages:z",
        "1:new:new-languages",
        "1:new:new-languages:else",
        "1:new-create",
    ):
        await rita.presses(made_up)
    assert len(rita.chat.toasts) == 5
    assert rita.last == question


async def test_a_worker_cannot_make_projects(house: PaperHouse) -> None:
    will = await house.joined("will")
    await will.says("/newproject")
    assert said(will.last).startswith("Your role does not allow this.")
    await will.presses("1:newproject")
    assert will.chat.toasts
    await will.sends("ants.yaml", FILE.encode())
    assert said(will.last).startswith("Your role does not allow this.")
    assert await project(house, 1) is None


def test_every_question_fills_fields_of_a_project_file() -> None:
    """No step is left out, and every ready-made answer passes the rules."""
    assert set(order(custom=True)) == {*QUESTIONS, "new-check"}
    assert set(order(custom=False)) < set(order(custom=True))
    base = {"project": "A", "instructions": "B?", "labels": ["C", "D"]}
    for question in QUESTIONS.values():
        for offer in question.offered:
            settings = offer.settings()
            assert set(settings) <= set(question.fields)
            build_project(base | settings, zone=ZoneInfo("UTC"))


# --- by a file ------------------------------------------------------------------------------------


@pytest.mark.parametrize("before", [(), ("/newproject", "Street scenes"), ("/projects",), ("/addtasks",)])
async def test_a_project_file_makes_a_draft_at_any_time(
    house: PaperHouse, rita: Someone, before: tuple[str, ...]
) -> None:
    await answers(rita, *before)
    await rita.sends("ants.YAML", FILE.encode())
    made = await project(house, 1)
    assert made is not None
    assert (made.state, made.file.reward) == (ProjectState.DRAFT, 4)
    assert "Ants (project 1)" in said(rita.last)
    await rita.says("and now?")
    assert "Send /task" in said(rita.last), "nothing is expected any more"


async def test_a_project_file_is_no_budget(house: PaperHouse, rita: Someone) -> None:
    await rita.sends("ants.yaml", FILE.encode())
    await rita.taps("Budget")
    await rita.sends("ants.yaml", FILE.encode())
    assert "Ants (project 2)" in said(rita.last)


async def test_a_broken_project_file_names_its_lines(house: PaperHouse, rita: Someone) -> None:
    await rita.sends("ants.yml", (FILE + "rewrd: 3\ngold_share: 7\n").encode())
    assert set(said(rita.last).splitlines()) == {
        "“ants.yml” could not be used.",
        "Line 6: gold_share must be between 0 and 0.5.",
        "Line 5: rewrd is nothing that I know. Please remove or correct it. Did you mean “reward”?",
    }
    assert await project(house, 1) is None


async def test_a_caption_names_the_project_to_change(house: PaperHouse, rita: Someone) -> None:
    """The same file with a caption is a new version, and what cannot change is refused."""
    await rita.sends("ants.yaml", FILE.encode())
    await rita.sends("ants.yaml", FILE.replace("reward: 4", "reward: 6").encode(), caption="/project 1")
    made = await project(house, 1)
    assert made is not None
    assert (made.version, made.file.reward) == (2, 6)
    assert await project(house, 2) is None
    await rita.sends("ants.yaml", FILE.encode(), caption="/project 77")
    assert said(rita.last) == "I can’t find this project. Send /projects to see yours."


async def test_nobody_changes_the_projects_of_others(house: PaperHouse, rita: Someone) -> None:
    await rita.sends("ants.yaml", FILE.encode())
    ruth = await house.joined("ruth", Role.REQUESTER)
    await ruth.sends("ants.yaml", FILE.replace("4", "9").encode(), caption="/project 1")
    assert said(ruth.last) == "I can’t find this project. Send /projects to see yours."
    made = await project(house, 1)
    assert made is not None
    assert made.file.reward == 4


async def test_the_file_comes_back_and_can_be_sent_again(
    house: PaperHouse, rita: Someone, tmp_path: Path
) -> None:
    """The copy reads back as the same project, with the budget as the chat changed it."""
    await rita.sends("ants.yaml", FILE.encode())
    await answers(rita, "[Budget]", "700", "[Project file]")
    attachment = rita.last.attachment
    assert attachment is not None
    assert attachment.name == "project-1.yaml"
    copy = (tmp_path / attachment.path).read_bytes()
    await rita.sends(attachment.name, copy.replace(b"reward: 4", b"reward: 5"))
    made = await project(house, 1)
    assert made is not None
    assert (made.version, made.file.reward, made.budget) == (2, 5, 700)
