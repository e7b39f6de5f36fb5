"""Suggestions in chat: on a worker's card or withheld, chosen by requesters, and a training that is asked for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bots.dialogue import cards
from bots.dialogue.fit import fit
from bots.dialogue.vocabulary import Limits, Message
from core import advising, jobs
from core.clock import ManualClock
from core.domain.person import Person, Role
from core.domain.states import AssignmentState, TaskState
from core.domain.suggestions import Screen, Suggested, audited
from core.domain.task import Assignment
from core.errors import Refused
from core.intake.project_model import ProjectFile
from core.store import Store, models
from core.store import people as people_rows
from core.vault import Vault
from i18n import Content, translator_for
from tests.advice import operators_model, own_model, says
from tests.house import PaperHouse, paper_house
from tests.spoken import labels, said
from tests.standins.paper import Someone
from tests.world import CHOICE, World

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
OWN: dict[str, Any] = {"suggestions": {"model": "own", "show_above": 0.6, "control_share": 0.0}}


@pytest.fixture
async def house(
    sqlite_store: Store, clock: ManualClock, vault: Vault, tmp_path: Path
) -> AsyncIterator[PaperHouse]:
    async with paper_house(sqlite_store, clock, vault, tmp_path) as opened:
        yield opened


async def speaker(house: PaperHouse) -> Person:
    """Whoever joined last, as the core knows them."""

    def newest(tx: Any) -> Person:
        return people_rows.by_account(tx, people_rows.account_ids(tx)[-1])

    return await house.service.store.read(newest)


def world_of(house: PaperHouse) -> World:
    return World(house.service.store, house.clock, house.service.house.vault)


async def rita_with(house: PaperHouse, *, launch: bool = True, **settings: Any) -> Someone:
    """A requester whose project 1 has three tasks."""
    rita = await house.joined("rita", Role.REQUESTER)
    await world_of(house).project(
        await speaker(house), ["Meow", "Woof", "Moo"], launch=launch, **(CHOICE | settings)
    )
    return rita


# --- the card -------------------------------------------------------------------------------------


def held(suggested: Suggested | None, **file: Any) -> Assignment:
    """A card in somebody's hand."""
    return Assignment(
        id=5,
        task_id=7,
        project_id=1,
        person_id=2,
        account_id=2,
        version=1,
        state=AssignmentState.ACTIVE,
        asked=True,
        extended=False,
        reserve=10,
        penalty=5,
        claimed_at=NOW,
        due_at=NOW + timedelta(hours=5),
        remind_at=None,
        reminded_at=None,
        content={"text": "Meow"},
        context=None,
        gold=None,
        task_state=TaskState.OPEN,
        task_deadline=None,
        file=ProjectFile.model_validate(CHOICE | file),
        suggested=suggested,
    )


def card(suggested: Suggested | None, locale: str = "en", **file: Any) -> Message:
    """The same as a message."""
    t = translator_for(locale)
    return cards.card(t, held(suggested, **file), now=NOW, undo=(4, Content("Dog")))


CAT = Suggested(1, "cat", 0.873, Screen.SHOWN)


def test_a_suggestion_stands_under_what_is_judged() -> None:
    """One line with the label, how sure the model is, and that the person decides; its button has a sign."""
    shown = card(CAT)
    assert said(shown).splitlines()[1:4] == [
        "Which animal is it?",
        "Meow",
        "✦ A model’s guess: Cat (87% sure). Please judge for yourself.",
    ]
    assert labels(shown) == ["✦ Cat", "Dog", "Skip", "More time", "Pause", "Report", "Undo “Dog”"]


def test_a_withheld_suggestion_leaves_no_trace() -> None:
    """The card of the control is to the letter the card of a task of which no model said anything."""
    assert card(replace(CAT, screen=Screen.WITHHELD)) == card(None)


def test_a_planted_suggestion_looks_like_any_other() -> None:
    assert card(replace(CAT, screen=Screen.PLANTED)) == card(CAT)


def test_no_model_is_shown_as_certain() -> None:
    assert "(99% sure)" in said(card(replace(CAT, confidence=0.9999)))


def test_buttons_stand_where_they_stand_without_a_suggestion() -> None:
    """Neither their order nor their rows depend on what a model says."""
    names = [{"id": "a", "en": "Exactly8"}, {"id": "b", "en": "Short"}, {"id": "c", "en": "Third"}]
    for label in ("a", "b", "c"):
        shown = card(replace(CAT, label=label), labels=names)
        without = card(None, labels=names)
        assert [[one.data for one in row if hasattr(one, "data")] for row in shown.rows] == [
            [one.data for one in row if hasattr(one, "data")] for row in without.rows
        ]


@pytest.mark.parametrize("locale", ["en", "es", "zh_Hans", "ar"])
def test_the_sign_fits_on_every_platform(locale: str) -> None:
    """Also on the longest label that a project may have, and in a caption that is full."""
    names = [{"id": "a", "en": "x" * 48}, {"id": "b", "en": "ة" * 48}]
    for label in ("a", "b"):
        shown = card(replace(CAT, label=label), locale, labels=names, instructions="y" * 500)
        shown = replace(shown, picture="1.jpg")
        fitted = fit(shown, Limits(), translator_for(locale))
        assert fitted.rows == shown.rows
        assert any("✦" in part.words and "…" not in part.words for part in fitted.parts)


# --- a worker meets one ---------------------------------------------------------------------------


async def model_says(house: PaperHouse, said_: Mapping[str, tuple[str, float]]) -> None:
    """The project has a model of its own, which says that."""
    now = house.clock.now()

    def unit(tx: Any) -> None:
        own_model(tx, 1, now=now)
        says(tx, 1, said_, now=now)

    await house.service.store.write(unit)


async def suggesting(house: PaperHouse, said_: Mapping[str, tuple[str, float]], **settings: Any) -> Someone:
    """A project whose own model says that, and a worker."""
    await rita_with(house, **(OWN | settings))
    await model_says(house, said_)
    return await house.joined("will")


SURE = {"Meow": ("cat", 0.8), "Woof": ("cat", 0.7), "Moo": ("dog", 0.9)}
LINE = "A model’s guess"


async def test_the_same_suggestion_stays_with_its_card(house: PaperHouse) -> None:
    """Kept, extended, shown anew or brought back by undo: the card says what it said before."""
    will = await suggesting(house, SURE)
    await will.says("/task")
    assert not audited(1)
    line = next(line for line in said(will.last).splitlines() if LINE in line)
    await will.taps("More time")
    assert line in said(will.last)
    await will.taps("✦ Cat")
    await will.taps("Undo “Cat”")
    assert line in said(will.last)
    await will.says("/task")
    assert line in said(will.last)


async def test_below_the_threshold_and_without_a_model_nothing_is_suggested(house: PaperHouse) -> None:
    will = await suggesting(house, {"Meow": ("cat", 0.59)})
    await will.says("/task")
    assert "Meow" in said(will.last)
    assert LINE not in said(will.last)
    await will.taps("Cat")
    assert "Woof" in said(will.last)
    assert LINE not in said(will.last)


async def test_the_control_sees_nothing(house: PaperHouse) -> None:
    will = await suggesting(
        house, SURE, suggestions={"model": "own", "show_above": 0.6, "control_share": 1.0}
    )
    for _ in range(3):
        await will.says("/task")
        assert "✦" not in said(will.last) + str(labels(will.last))
        await will.taps("Cat")


async def test_the_preview_shows_none(house: PaperHouse) -> None:
    rita = await rita_with(house, **OWN)
    await model_says(house, SURE)
    await rita.says("/project 1")
    await rita.taps("Preview")
    assert "✦" not in said(rita.last) + str(labels(rita.last))


# --- the requester --------------------------------------------------------------------------------


async def policy(house: PaperHouse) -> tuple[int, Any]:
    """The project's version and its settings of suggestions."""
    project = await world_of(house).budget(1)
    return project.version, project.file.suggestions


async def test_a_requester_chooses_a_model(house: PaperHouse) -> None:
    """Nothing, the project's own, or an operator's that knows its labels; each choice is a new version."""
    rita = await rita_with(house)
    now = house.clock.now()

    def unit(tx: Any) -> None:
        operators_model(tx, "pets", now=now)
        operators_model(tx, "birds", labels=("owl", "crow"), now=now)

    await house.service.store.write(unit)
    await rita.says("/project 1")
    await rita.taps("Suggestions")
    assert "No model suggests anything here: people judge by themselves." in said(rita.last)
    assert labels(rita.last) == [
        "✓ No suggestions",
        "Own model",
        "Model “pets”",
        "Train now",
        "Back to the project",
    ]
    await rita.taps("Model “pets”")
    assert rita.chat.toasts[-1] == "Saved."
    assert said(rita.last).splitlines()[1:] == [
        "The model “pets” suggests.",
        "It gets about 87 of 100 new tasks right, ± 5 (tested on 210 tasks).",
        "Always saying the commonest label would get 55.",
        "A suggestion stands on the card when the model is at least 60% sure.",
        "10% of them are held back, to measure what they do. Both numbers are in the project file.",
    ]
    version, wanted = await policy(house)
    assert (version, wanted.model) == (2, "pets")
    await rita.taps("Own model")
    assert "There is no model yet, so nothing is suggested." in said(rita.last)
    assert (await policy(house))[1].model == "own"
    await rita.taps("No suggestions")
    assert rita.chat.toasts[-1] == "Nothing is suggested any more."
    assert (await policy(house))[1].model == "none"


async def test_choosing_what_is_chosen_changes_nothing(house: PaperHouse) -> None:
    rita = await rita_with(house, **OWN)
    await rita.says("/project 1")
    await rita.taps("Suggestions")
    await rita.taps("✓ Own model")
    assert (await policy(house))[0] == 1


async def test_a_raised_budget_survives_the_choice(house: PaperHouse) -> None:
    rita = await rita_with(house, budget=500)
    await rita.says("/project 1")
    await rita.taps("Budget")
    await rita.says("900")
    await rita.says("/project 1")
    await rita.taps("Suggestions")
    await rita.taps("Own model")
    assert (await world_of(house).budget(1)).budget == 900


async def test_the_way_back_to_the_model_before(house: PaperHouse) -> None:
    """Offered only while there is one that fits."""
    rita = await rita_with(house, **OWN)
    now = house.clock.now()
    await house.service.store.write(lambda tx: own_model(tx, 1, now=now, learned=60))
    await rita.says("/project 1")
    await rita.taps("Suggestions")
    assert "Its own model suggests. It learned from 60 tasks" in said(rita.last)
    assert "Previous model" not in labels(rita.last)

    def takes_over(tx: Any) -> None:
        newer = own_model(tx, 1, now=now, learned=200)
        before = models.hold_serving(tx, 1)
        models.serve(tx, replace(before, champion=newer, before=before.champion), now=now)

    await house.service.store.write(takes_over)
    await rita.says("/project 1")
    await rita.taps("Suggestions")
    assert "It learned from 200 tasks" in said(rita.last)
    await rita.taps("Previous model")
    assert rita.chat.toasts[-1] == "The model before suggests again."
    assert "It learned from 60 tasks" in said(rita.last)
    await rita.taps("Previous model")
    assert "It learned from 200 tasks" in said(rita.last)


async def test_a_challenger_in_the_shadow_is_told(house: PaperHouse) -> None:
    rita = await rita_with(house, **OWN)
    now = house.clock.now()

    def unit(tx: Any) -> None:
        own_model(tx, 1, now=now)
        newer = own_model(tx, 1, now=now)
        models.serve(tx, replace(models.hold_serving(tx, 1), challenger=newer), now=now)

    await house.service.store.write(unit)
    await rita.says("/project 1")
    await rita.taps("Suggestions")
    assert "A newer one runs in the shadow." in said(rita.last)


async def test_settling_without_asking_is_explained_before_it_is_switched_on(house: PaperHouse) -> None:
    rita = await rita_with(house, **OWN)
    await rita.says("/project 1")
    await rita.taps("Suggestions")
    await rita.taps("Settle without asking")
    words = said(rita.last)
    assert words.startswith("Settle without asking? It is off.")
    assert "as sure as your target of 95%, nobody else is asked." in words
    assert "1 task in 10, drawn by chance, still goes to 3 people, who see no suggestion." in words
    assert "Too early to say how often it would be wrong: 0 of 30 tasks are measured." in words
    assert not (await policy(house))[1].automatic
    await rita.taps("Settle without asking")
    assert rita.chat.toasts[-1] == "Sure tasks settle without asking now."
    assert said(rita.last).startswith("Settle without asking? It is on.")
    assert (await policy(house))[1].automatic
    await rita.says("/project 1")
    assert "nobody else is asked.\nToo early to say how often it would be wrong" in said(rita.last)
    await rita.taps("Suggestions")
    await rita.taps("Settle without asking")
    await rita.taps("Always ask people")
    assert not (await policy(house))[1].automatic


async def test_nobody_else_chooses_or_trains(house: PaperHouse) -> None:
    """Another requester cannot even see whose project it is."""
    await rita_with(house, **OWN)
    mona = await house.joined("mona", Role.REQUESTER)
    for data in ("models:1", "model!:1:none", "model-back:1", "auto:1", "auto!:1:1", "train:1"):
        await mona.presses(f"1:{data}")
        assert mona.chat.toasts[-1].startswith("I can’t find this project."), data
    await mona.says("/train 1")
    assert said(mona.last).startswith("I can’t find this project.")
    version, wanted = await policy(house)
    assert (version, wanted.model, wanted.automatic) == (1, "own", False)


async def test_what_cannot_be_chosen_is_refused_in_words(house: PaperHouse) -> None:
    rita = await rita_with(house)
    await rita.presses("1:model!:1:named:9")
    assert rita.chat.toasts[-1].startswith("I can’t find this model.")
    await rita.presses("1:model!:1:settings")
    assert rita.chat.toasts[-1].startswith("This button does not work any more.")
    await rita.presses("1:model-back:1")
    assert rita.chat.toasts[-1] == "There is no model before this one that fits the labels."
    await rita.says("/project 1")
    await rita.taps("Close")
    await rita.taps("Yes, close it")
    assert "Suggestions" not in labels(rita.last)
    await rita.presses("1:model!:1:own")
    assert rita.chat.toasts[-1] == "This project is closed."
    await rita.says("/train 1")
    assert said(rita.last) == "This project is closed."


async def test_a_training_is_asked_for_once(house: PaperHouse, clock: ManualClock) -> None:
    """While one is on the list, the second one is refused."""
    await rita_with(house, **OWN)
    rita = await speaker(house)

    def asked_twice(tx: Any) -> None:
        assert advising.may_train(tx, rita, 1).id == 1
        jobs.start(tx, "train", account_id=None, project_id=1, details={}, now=clock.now())
        with pytest.raises(Refused, match="training_already"):
            advising.may_train(tx, rita, 1)

    await house.service.store.write(asked_twice)
