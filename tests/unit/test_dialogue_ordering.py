"""More answers or fewer, in chat: what targets cost, a tap that changes one, the way back, and the curve."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bots.dialogue.ordering import about
from bots.errands.drawing import sweep
from core import projects, refitting
from core.clock import ManualClock
from core.consensus.outlook import Ahead, Forecast, Outlook
from core.domain.person import Person, Role
from core.domain.project import Project
from core.domain.states import ProjectState
from core.intake.images import image_path, store_image
from core.store import Store
from core.store import people as people_rows
from core.store import projects as project_rows
from core.vault import Vault
from tests.house import PaperHouse, paper_house
from tests.reports import keep
from tests.spoken import labels, said
from tests.standins.paper import Someone
from tests.world import World

WEIGHED: dict[str, Any] = {
    "method": "dawid_skene",
    "overlap": {"min": 1, "max": 5, "confidence": 0.9},
    "budget": 2000,
}
POINTS = {0.0: 0, 0.80: 31, 0.85: 42.4, 0.90: 64, 0.95: 123.7, 0.98: 286}
"""Points a task that each target takes."""


def forecast(*, measured: bool = True) -> Forecast:
    """Of ten tasks."""
    rows = []
    for place, (target, points) in enumerate(POINTS.items()):
        accuracy = 0.72 + 0.04 * place
        left = 0.05 * place if target else 0.6
        one = Outlook(
            points / 10, points, accuracy, accuracy - 0.05, accuracy + 0.05, left, 0.96 * (1 - left)
        )
        rows.append(Ahead(target, one, one))
    return Forecast(10, measured, tuple(rows))


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


async def rita_with(house: PaperHouse, **settings: Any) -> Someone:
    """A requester whose project 1 runs with ten tasks."""
    rita = await house.joined("rita", Role.REQUESTER)
    world = World(house.service.store, house.clock, house.service.house.vault)
    await world.project(await speaker(house), [f"Meow {at}" for at in range(10)], **(WEIGHED | settings))
    return rita


async def foreseen(house: PaperHouse, *, measured: bool = True, gold: int = 12) -> None:
    """A refit of the project was put in use just now."""
    kept, now = forecast(measured=measured).as_json(), house.clock.now()
    await house.service.store.write(lambda tx: keep(tx, 1, as_of=now, forecast=kept, gold=gold))


async def project(house: PaperHouse) -> Project:
    found = await house.service.store.read(lambda tx: project_rows.find(tx, 1))
    assert found is not None
    return found


async def opened(house: PaperHouse, **settings: Any) -> Someone:
    """The requester with the offers of a project whose confidence is measured."""
    rita = await rita_with(house, **settings)
    await foreseen(house)
    await rita.says("/project 1")
    await rita.taps("More answers or fewer")
    return rita


# --- offers ---------------------------------------------------------------------------------------


async def test_every_button_shows_the_target_and_what_it_costs(house: PaperHouse) -> None:
    rita = await opened(house)
    assert labels(rita.last) == [
        "80% · ~310 points",
        "85% · ~424 points",
        "✓ 90% · ~640 points",
        "95% · ~1,240 points",
        "98% · ~2,860 points",
        "Show the curve",
        "Back to the project",
    ]
    assert said(rita.last).splitlines() == [
        "How sure should the labels of “Animals” be?",
        "Tasks settle at 90% now.",
        "80%: about 310 more points and 96% of the settled labels right",
        "85%: about 424 more points, 96% of the settled labels right, and 1 task for you to decide",
        "90%: about 640 more points, 96% of the settled labels right, and 2 tasks for you to decide",
        "95%: about 1,240 more points, 96% of the settled labels right, and 2 tasks for you to decide",
        "98%: about 2,860 more points, 96% of the settled labels right, and 2 tasks for you to decide",
        "Expected from here on, by the answers so far. More of them make it more exact.",
        "The budget has 2,000 points left.",
    ]


async def test_a_target_of_one_s_own_is_shown_too(house: PaperHouse) -> None:
    rita = await opened(house, overlap={"min": 3, "max": 3, "confidence": 0.999})
    assert "Tasks settle at 99.9% now." in said(rita.last)
    assert "Every task gets 3 answers in any case." in said(rita.last)
    assert not any(label.startswith("✓") for label in labels(rita.last))


async def test_what_a_label_has_cost_is_on_the_card(house: PaperHouse) -> None:
    rita = await rita_with(house, overlap={"min": 1, "max": 1, "confidence": 0.7}, method="majority")
    await rita.says("/project 1")
    assert "Points for each settled label" not in said(rita.last)
    will = await house.joined("will")
    await will.says("/task")
    await will.taps("Cat")
    await house.later(seconds=61)
    await rita.says("/project 1")
    assert "Points for each settled label so far: 10" in said(rita.last)
    assert "More answers or fewer" not in labels(rita.last), "votes are counted, not weighed"


# --- choosing -------------------------------------------------------------------------------------


async def test_a_tap_changes_the_target_and_can_be_undone(house: PaperHouse) -> None:
    """The tasks are looked at again at once, in either direction."""
    rita = await opened(house)
    count, version = len(rita.chat.messages), (await project(house)).version
    await rita.taps("95%")
    assert said(rita.last).splitlines() == [
        "Tasks settle at 95% now, no longer at 90%.",
        "Tasks that are not as sure get more answers, up to 5 each.",
    ]
    assert (await project(house)).file.overlap.confidence == 0.95
    assert await house.service.store.read(lambda tx: refitting.due(tx, now=house.clock.now())) == [1]
    await rita.taps("Undo")
    assert said(rita.last).startswith(
        "Tasks settle at 90% now, no longer at 95%.\nTasks that are sure enough"
    )
    found = await project(house)
    assert (found.file.overlap.confidence, found.version) == (0.9, version + 2)
    await rita.taps("More answers or fewer")
    assert "✓ 90% · ~640 points" in labels(rita.last)
    assert len(rita.chat.messages) == count, "all in one message"


async def test_the_present_target_changes_nothing(house: PaperHouse) -> None:
    rita = await opened(house)
    version = (await project(house)).version
    await rita.taps("✓ 90%")
    assert rita.chat.toasts[-1] == "It is like that already."
    assert (await project(house)).version == version


@pytest.mark.parametrize(
    ("pressed", "sentence"),
    [
        ("order!:1:1", "This button does not work any more."),
        ("order!:1:7ps", "This button does not work any more."),  # 10,000 of 10,000
        ("order!:1", "This button does not work any more."),
        ("order!:9:7bc", "I can’t find this project."),
        ("order:zz", "I can’t find this project."),
        ("curve:9", "I can’t find this project."),
    ],
)
async def test_made_up_orders_are_refused(house: PaperHouse, pressed: str, sentence: str) -> None:
    rita = await opened(house)
    await rita.presses(f"1:{pressed}")
    assert rita.chat.toasts[-1].startswith(sentence)
    assert (await project(house)).file.overlap.confidence == 0.9


async def test_others_do_not_order(house: PaperHouse) -> None:
    await opened(house)
    ruth = await house.joined("ruth", Role.REQUESTER)
    for pressed in ("order:1", "order!:1:7bc", "curve:1"):
        await ruth.presses(f"1:{pressed}")
        assert ruth.chat.toasts[-1].startswith("I can’t find this project.")
    assert (await project(house)).file.overlap.confidence == 0.9


async def test_a_project_that_was_closed_meanwhile_is_left_alone(house: PaperHouse) -> None:
    rita = await opened(house)
    person = await speaker(house)
    await house.service.store.write(lambda tx: projects.close(tx, person, 1, now=house.clock.now()))
    await rita.taps("95%")
    assert rita.chat.toasts[-1] == "This project is closed."
    await rita.presses("1:curve:1")
    assert rita.chat.toasts[-1].startswith("That is not possible now.")
    await rita.presses("1:order:1")
    assert "Nothing is open any more" in said(rita.last)
    assert labels(rita.last) == ["Back to the project"]
    assert (await project(house)).state is ProjectState.CLOSED


# --- below ten gold tasks -------------------------------------------------------------------------


async def test_without_gold_there_are_words_and_no_percentages(house: PaperHouse) -> None:
    rita = await rita_with(house)
    await foreseen(house, measured=False, gold=4)
    await rita.says("/project 1")
    await rita.taps("More answers or fewer")
    assert labels(rita.last) == [
        "Much less sure · ~310 points",
        "A little less sure · ~424 points",
        "✓ As now · ~640 points",
        "A little surer · ~1,240 points",
        "Much surer · ~2,860 points",
        "Back to the project",
    ]
    assert (
        "I cannot give percentages yet: 4 of 10 tasks with a known answer have been judged.\n"
        "Add tasks with a known answer (a column “gold”) with /addtasks 1.\n"
        "Until then the points on the buttons are a rough guess." in said(rita.last)
    )
    assert "%" not in said(rita.last)
    before = len(rita.chat.log)
    await rita.taps("A little surer")
    assert said(rita.last).startswith("Tasks must be surer now before they settle.")
    await rita.taps("Undo")
    assert said(rita.last).startswith("Tasks settle with less certainty now.")
    assert "%" not in "".join(rita.chat.log[before:])
    await rita.presses("1:curve:1")
    assert rita.chat.toasts[-1].startswith("That is not possible now.")


async def test_it_may_be_too_early_to_say(house: PaperHouse) -> None:
    rita = await rita_with(house)
    await rita.says("/project 1")
    await rita.taps("More answers or fewer")
    assert "It is too early to say what more answers bring." in said(rita.last)
    assert labels(rita.last) == ["Back to the project"]


# --- the curve ------------------------------------------------------------------------------------


async def test_the_curve_is_a_picture_with_its_meaning_in_words(house: PaperHouse, tmp_path: Path) -> None:
    rita = await opened(house)
    await rita.taps("Show the curve")
    shown = rita.last
    assert "I am drawing the curve of “Animals”…" in "\n".join(rita.chat.log)
    assert said(shown).splitlines()[:2] == [
        "What more answers bring to “Animals”",
        "Of all labels about 72% are right as it stands, and 84% after about 640 more points.",
    ]
    assert shown.alt == said(shown).splitlines()[1]
    assert shown.picture is not None
    picture = Image.open(image_path(tmp_path / "media", shown.picture))
    assert picture.size == (1200, 600)
    assert len(picture.convert("RGB").getcolors(maxcolors=2**24) or ()) > 10
    await rita.taps("More answers or fewer")
    assert "How sure should the labels" in said(rita.last)


async def test_old_curves_are_swept_and_no_other_picture(house: PaperHouse, tmp_path: Path) -> None:
    """Not even a task's picture that is a curve, which somebody saved and uploaded."""
    rita = await opened(house)
    await rita.taps("Show the curve")
    assert rita.last.picture is not None
    drawn = image_path(tmp_path / "media", rita.last.picture)
    uploaded = image_path(tmp_path / "media", store_image(drawn, tmp_path / "media").name)
    moment = datetime.fromtimestamp(drawn.stat().st_mtime, UTC)
    sweep(house.service.house, before=moment - timedelta(minutes=1))
    assert drawn.exists()
    sweep(house.service.house, before=moment + timedelta(minutes=1))
    sweep(house.service.house, before=moment + timedelta(minutes=1))
    assert uploaded.exists()
    assert [path for path in (tmp_path / "media").rglob("*.*") if path != uploaded] == []


def test_numbers_do_not_pretend_to_be_exact() -> None:
    assert [about(points) for points in (0, 7, 424, 1237, 99_960, 286_499)] == [
        *(0, 7, 424, 1240, 100_000, 286_000)
    ]
