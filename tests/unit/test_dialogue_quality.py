"""How good the answers are: told to requesters in /progress, to moderators once a day, to workers in /skills."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest

from bots.dialogue.agreement import lines
from bots.dialogue.summaries import tell
from bots.dialogue.suspects import WORDS
from bots.dialogue.vocabulary import Note
from core import summaries
from core.clock import ManualClock
from core.domain.person import Person, Role
from core.domain.project import Project
from core.domain.states import ProjectState
from core.exporting import pseudonym
from core.intake.project_model import ProjectFile
from core.learning.suspicion import Suspicion
from core.quality import dated, read
from core.refitting import Sheet, refit
from core.store import Store, refits
from core.store import people as people_rows
from core.store.refits import AnswerRow, Present, TaskRow
from core.vault import Vault
from i18n import translator_for
from tests.house import PaperHouse, paper_house
from tests.reports import keep, suspect
from tests.spoken import said
from tests.standins.paper import Someone
from tests.world import CHOICE, World

WEIGHED: dict[str, Any] = {"method": "dawid_skene"}


@pytest.fixture
async def house(
    sqlite_store: Store, clock: ManualClock, vault: Vault, tmp_path: Path
) -> AsyncIterator[PaperHouse]:
    async with paper_house(sqlite_store, clock, vault, tmp_path) as opened:
        yield opened


def world_of(house: PaperHouse) -> World:
    return World(house.service.store, house.clock, house.service.house.vault)


async def speaker(house: PaperHouse) -> Person:
    """Whoever joined last, as the core knows them."""

    def newest(tx: Any) -> Person:
        return people_rows.by_account(tx, people_rows.account_ids(tx)[-1])

    return await house.service.store.read(newest)


async def rita_with(house: PaperHouse, **settings: Any) -> Someone:
    """A requester whose project 1 runs."""
    rita = await house.joined("rita", Role.REQUESTER)
    await world_of(house).project(await speaker(house), ["Meow", "Woof"], **settings)
    return rita


async def learned(house: PaperHouse, project: int = 1, **changes: Any) -> None:
    """A refit of the project was put in use just now."""
    now = house.clock.now()
    await house.service.store.write(lambda tx: keep(tx, project, as_of=now, **changes))


# --- progress -------------------------------------------------------------------------------------


async def test_progress_says_nothing_before_a_refit(house: PaperHouse) -> None:
    rita = await rita_with(house, **WEIGHED)
    await rita.says("/progress 1")
    assert "gree" not in said(rita.last)
    assert "onfidence" not in said(rita.last)


async def test_progress_says_how_far_answers_can_be_trusted(house: PaperHouse) -> None:
    rita = await rita_with(house, **WEIGHED)
    await learned(house)
    await rita.says("/progress 1")
    assert said(rita.last).splitlines()[-4:] == [
        "Workers agree well (alpha 0.82).",
        "“Cat” and “Dog” are mixed up in 7% of their answers.",
        "Of the tasks claimed at 95%, about 96 in 100 are right, ± 3.",
        "Agreement as of Mon 10:00 UTC (now)",
    ]


@pytest.mark.parametrize(
    ("alpha", "sentence", "advice"),
    [
        (0.8, "Workers agree well (alpha 0.8).", False),
        (0.7, "Workers agree fairly well (alpha 0.7).", False),
        (0.5, "Workers often disagree (alpha 0.5).", True),
        (-0.1, "Workers agree hardly more than by chance (alpha -0.1).", True),
        (None, "It is too early to say how well workers agree.", False),
    ],
)
async def test_agreement_in_words(
    house: PaperHouse, alpha: float | None, sentence: str, advice: bool
) -> None:
    """Where it is low, the words say what to do about it."""
    rita = await rita_with(house, **WEIGHED)
    await learned(house, alpha=alpha)
    await rita.says("/progress 1")
    assert sentence in said(rita.last)
    told = "Look at the instructions: they could say more clearly how “Cat” and “Dog” differ." in said(
        rita.last
    )
    assert told is advice


async def test_below_ten_gold_tasks_no_percentage_of_rightness_is_shown(house: PaperHouse) -> None:
    rita = await rita_with(house, **WEIGHED)
    await learned(house, gold=3, claim=None, confusion=[[9, 0], [0, 9]])
    await rita.says("/progress 1")
    words = said(rita.last)
    assert "Confidence is not calibrated yet: 3 of 10 tasks with a known answer have been judged." in words
    assert "Add tasks with a known answer (a column “gold”) with /addtasks 1." in words
    assert "%" not in words.replace("Settled: ▱▱▱▱▱▱▱▱▱▱ 0%", "")


async def test_calibrated_but_nothing_that_sure_yet(house: PaperHouse) -> None:
    rita = await rita_with(house, **WEIGHED)
    await learned(house, claim=None)
    await rita.says("/progress 1")
    assert "Confidence is calibrated, but too few tasks are that sure yet" in said(rita.last)


async def test_a_majority_claims_nothing(house: PaperHouse) -> None:
    """Its share of votes is no probability; agreement is told all the same."""
    rita = await rita_with(house, method="majority")
    await learned(house, gold=0, claim=None)
    await rita.says("/progress 1")
    assert "Workers agree well" in said(rita.last)
    assert "onfidence" not in said(rita.last)


# --- the moderators' summary ----------------------------------------------------------------------


async def moderated(house: PaperHouse) -> Someone:
    """A moderator, and a running project of somebody else."""
    world = world_of(house)
    owner = await world.person("owner", Role.REQUESTER)
    await world.project(owner, ["Meow"], **WEIGHED)
    return await house.joined("mona", Role.MODERATOR)


async def morning_after(house: PaperHouse) -> None:
    """The next day, before a refit has anything new to say."""
    house.clock.move(timedelta(days=1))
    await house.service.clockwork.summaries()
    await house.settle()


async def test_a_summary_names_whom_to_look_at(house: PaperHouse) -> None:
    """By number and by the name that their answers have in the results; nobody is called anything."""
    mona = await moderated(house)
    worker = await world_of(house).person("will")
    await learned(house, suspects=[suspect(worker.id)])
    await mona.says("/summary 2026-03-02")
    name = pseudonym(house.service.house.vault, project_id=1, person_id=worker.id)
    assert said(mona.last).splitlines()[-3:] == [
        "Worth a look",
        f"Person {worker.id} ({name}) in “Animals”: 120 answers, 97% of them “Cat”;"
        " others would have said that in 31%.",
        "These are numbers, no proof. Look at their answers in the results (/results 1) before you decide.",
    ]
    assert "spam" not in said(mona.last).lower()
    assert "will" not in said(mona.last)


async def test_a_suspicion_is_told_on_its_day_only(house: PaperHouse) -> None:
    mona = await moderated(house)
    await learned(house, suspects=[suspect(1)])
    await morning_after(house)
    assert "Worth a look" in said(mona.last), "the summary of the morning after"
    await learned(house, suspects=[suspect(1)])
    await morning_after(house)
    assert "Summary of Mar 3, 2026" in said(mona.last)
    assert "Worth a look" not in said(mona.last)
    await learned(house, suspects=[suspect(1), suspect(2)])
    await morning_after(house)
    assert "Person 2 " in said(mona.last)
    assert "Person 1 " not in said(mona.last)


async def test_the_surest_are_named(house: PaperHouse) -> None:
    """Each person once, by their surest reason: five, or as many as there is room for under a picture."""
    mona = await moderated(house)
    world = world_of(house)
    people = [(await world.person(f"worker {at}")).id for at in range(7)]
    found = [suspect(one, strength=100.0 * (at + 1)) for at, one in enumerate(people)]
    found.append(suspect(people[6], "random", strength=90.0, right=0.5, expected=0.8))
    await learned(house, suspects=found)
    await mona.says("/summary 2026-03-02")
    lines = said(mona.last).splitlines()
    named = [line.split()[1] for line in lines if line.startswith("Person ")]
    assert named
    assert named == [str(one) for one in reversed(people)][: len(named)]
    assert f"and {7 - len(named)} more" in lines
    assert "Shortened" not in said(mona.last)
    await learned(house, suspects=found[:1])
    await mona.says("/summary 2026-03-02")
    assert "more" not in said(mona.last)


EVIDENCE: dict[str, dict[str, Any]] = {
    "random": {"answers": 60, "right": 0.34, "expected": 0.82},
    "constant": {"answers": 120, "label": "cat", "share": 0.97, "expected_share": 0.31},
    "contrary": {"answers": 60, "right": 0.04, "expected": 0.82},
    "slow_burn": {
        "answers": 90,
        "since": 40,
        "right_before": 0.9,
        "right_after": 0.5,
        "expected_after": 0.8,
    },
    "colluding": {"with": 9, "partners": 1, "tasks": 40.0, "same": 39.0, "expected_same": 27.4},
    "too_fast": {"answers": 80, "share": 0.92, "limit_ms": 700.0, "median_ms": 350.0, "crowd_ms": 4210.0},
    "following": {
        "shown": 50,
        "accepted": 0.98,
        "wrong": 9.2,
        "wrong_accepted": 0.96,
        "crowd_wrong_accepted": 0.3,
    },
}


async def test_every_suspicion_has_words(house: PaperHouse) -> None:
    """Whatever a refit may find is told with its own numbers."""
    assert set(WORDS) == set(EVIDENCE) == {str(one) for one in Suspicion}
    await moderated(house)
    person = await house.service.store.read(
        lambda tx: people_rows.by_account(tx, people_rows.account_ids(tx)[-1])
    )
    vault, day = house.service.house.vault, date(2026, 3, 2)
    told = {}
    for at, (kind, evidence) in enumerate(EVIDENCE.items()):
        one = {"person": at + 1, "kind": kind, "strength": 1e3, "evidence": evidence}
        await learned(house, suspects=[one])
        figures = await house.service.store.read(
            partial(summaries.of_day, vault=vault, person=person, day=day)
        )
        message = tell(translator_for("en"), figures).message
        line = next(line for line in said(message).splitlines() if line.startswith("Person "))
        told[kind] = line.partition("”: ")[2]
    assert told["random"] == "60 answers that look like chance: right in 34%, others would be in 82%."
    assert told["slow_burn"].startswith("right in 90% of the first 40 answers, in 50% since;")
    assert told["colluding"] == "the same answer as person 9 in 39 of 40 tasks; 27 would be usual."
    assert told["too_fast"] == "80 answers, 92% of them in less than 0.7 s; others take about 4.2 s."
    assert "96% of the wrong ones" in told["following"]
    assert "Perhaps labels were confused." in told["contrary"]


def test_a_group_is_told_as_one() -> None:
    evidence = EVIDENCE["colluding"] | {"partners": 3}
    words = WORDS["colluding"](translator_for("en"), None, evidence)  # type: ignore[arg-type]  # no label is named
    assert words.startswith("in a group of 4 who answer alike, person 9 most: compared 40 times")


def test_what_a_refit_finds_can_be_said() -> None:
    """From answers to words: a crowd with some who do not read, refitted, kept as JSON and read again."""
    chance, people = Random(3), 14
    truth = [chance.choice(("cat", "dog")) for _ in range(150)]
    answers: list[AnswerRow] = []
    copied: dict[int, str] = {}
    for task, true in enumerate(truth):
        for person in range(people):
            wrong = "dog" if true == "cat" else "cat"
            said = true if chance.random() < 0.9 else wrong
            if person == 10:
                said = "dog"
            elif person == 11:
                said = wrong if chance.random() < 0.9 else true
            elif person == 12:
                copied[task] = said = true if chance.random() < 0.6 else wrong
            elif person == 13:
                said = copied[task]
            answers.append(AnswerRow(len(answers) + 1, task + 1, person + 1, said, 4_000))
    tasks = [TaskRow(at + 1, "en", None, "open", None, None, None, False) for at in range(len(truth))]
    file = ProjectFile.model_validate(CHOICE | WEIGHED)
    as_of = datetime(2026, 3, 2, tzinfo=UTC)
    sheet = Sheet(
        project_id=1,
        file=file,
        present=Present(),
        upto=len(answers),
        as_of=as_of,
        tasks=tasks,
        answers=answers,
        held={},
    )
    kept = json.loads(json.dumps(dated(refit(sheet).report, before=None, as_of=as_of)))
    found = read(as_of, kept)
    assert {(one.person_id, one.kind) for one in found.suspects} >= {
        (11, "constant"),
        (12, "contrary"),
        (13, "colluding"),
        (14, "colluding"),
    }
    project = Project(1, 1, ProjectState.RUNNING, None, 1, None, 0, 0, as_of, None, None, file)
    t = translator_for("en")
    told = {(one.person_id, one.kind): WORDS[one.kind](t, project, one.evidence) for one in found.suspects}
    assert "of them “Dog”" in told[11, "constant"]
    assert told[13, "colluding"].startswith("the same answer as person 14 in 150 of 150 tasks")
    assert not {one for one, _ in told} & set(range(1, 11)), "nobody honest"
    assert found.alpha is not None
    assert [type(part) for part in lines(t, project, found, now=as_of)][-1] is Note


# --- skills ---------------------------------------------------------------------------------------


async def test_skills_without_answers(house: PaperHouse) -> None:
    will = await house.joined("will")
    await will.says("/skills")
    assert said(will.last).startswith("It is too early to say")


async def test_skills_in_plain_words(house: PaperHouse) -> None:
    """Several projects come together; languages stay apart; too few answers say nothing."""
    will = await rita_with(house)
    me = (await speaker(house)).id
    await world_of(house).project(await speaker(house), ["Moo"])
    await believed(
        house,
        (me, 1, "en", 20.0, 5.0),
        (me, 2, "en", 14.0, 4.0),
        (me, 1, "es", 9.0, 1.0),
        (me, 1, "", 60.0, 0.5),
    )
    await will.says("/skills")
    assert said(will.last).splitlines() == [
        "What you are good at",
        "Choice: nearly always right (by your latest 60 answers)",
        "Choice, English: right about 8 times in 10 (by your latest 43 answers)",
        "Choice, Spanish: too few answers to say",
        "Learned from tasks with a known answer, and from what others said.",
    ]


async def test_skills_lean_on_the_crowd(house: PaperHouse) -> None:
    """A crowd that errs more lets expect less; until one's own answers weigh as much, nothing is said."""
    will = await rita_with(house)
    me = (await speaker(house)).id
    world = world_of(house)
    crowd = [(await world.person(f"other {at}")).id for at in range(30)]
    await believed(house, (me, 1, "en", 15.0, 2.0), *((one, 1, "en", 20.0, 20.0) for one in crowd))
    await will.says("/skills")
    assert "too few answers to say" in said(will.last)
    await believed(house, (me, 1, "en", 44.0, 6.0))
    await will.says("/skills")
    assert "right about 7 times in 10" in said(will.last)


async def believed(house: PaperHouse, *rows: tuple[int, int, str, float, float]) -> None:
    """Person, project, language, right and wrong, as a refit writes them."""
    at = datetime(2026, 3, 2, tzinfo=UTC)

    def unit(tx: Any) -> None:
        for person, project, lang, right, wrong in rows:
            seen = refits.Seen(person, lang, right, wrong)
            refits.write_seen(tx, project, [seen], kind="choice", at=at)

    await house.service.store.write(unit)
