"""A newly trained model serves only when it was shown to be better, by people who saw no suggestion."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from core import contest, importing, serving
from core.clock import ManualClock
from core.contest import LEAST, Entered, Score
from core.domain.person import Person, Role
from core.domain.suggestions import AUDIT_ANSWERS, Screen, Suggested
from core.errors import Refused
from core.events import ModelTookOver
from core.intake.rows import TaskRow
from core.store import Store, models, suggestions, tasks
from core.store.suggestions import AUDITED_TASK
from core.store.tables import task
from core.store.transaction import Transaction
from core.vault import Vault
from tests import onnx_graphs as graphs
from tests.shadow import LABELS, at_work, biased_graph, hints, own, put, said, texts, truth
from tests.world import World

MINUTE = timedelta(minutes=1)
HIDDEN: dict[str, Any] = {"model": "own", "control_share": 1.0}
"""Every suggestion is withheld."""


@pytest.fixture
def world(store: Store, clock: ManualClock, vault: Vault) -> World:
    """People and projects on either database."""
    return World(store, clock, vault)


@pytest.fixture
async def owner(world: World) -> Person:
    """Somebody with a project."""
    return await world.person("owner", Role.REQUESTER)


async def enters(world: World, project_id: int, model: int) -> Entered:
    """The model goes to the place that it has earned."""
    project, now = await world.budget(project_id), world.clock.now()
    return await world.do(lambda tx: contest.enter(tx, project, model, now=now))


async def trained(world: World, project: int, data_dir: Path, data: bytes, **metrics: float) -> int:
    """A model that a training made a moment ago."""
    world.clock.move(MINUTE)
    model = await own(world, project, put(data_dir, data), **metrics)
    await enters(world, project, model)
    world.clock.move(MINUTE)
    return model


async def judged(world: World, crowd: list[Person], *, lies: str | None = None) -> None:
    """Everybody answers all that there is, truthfully or always the same; then it is settled."""
    for worker in crowd:
        while (card := await world.next(worker)) is not None:
            await world.answers(worker, card, lies or truth(card.content["text"]))
    world.clock.move(2 * MINUTE)
    while await world.do(lambda tx: tasks.settling_is_due(tx, now=world.clock.now())):
        await world.tick()


async def crowd_of(world: World, number: int = 3) -> list[Person]:
    """So many workers."""
    return [await world.person(f"worker {at}") for at in range(number)]


async def look(world: World, project: int) -> Score:
    """How the two compare."""
    found = await world.store.read(lambda tx: contest.look(tx, project))
    assert found is not None
    return found


async def serving_now(world: World, project: int) -> tuple[int | None, int | None, int | None]:
    """Champion, challenger, and the one before."""
    held = await world.store.read(lambda tx: models.serving_of(tx, project))
    return held.champion, held.challenger, held.before


async def begun(world: World, owner: Person, data_dir: Path, *, tasks: int = LEAST) -> tuple[int, int, int]:
    """A project whose champion always says the same, and a challenger that is right; both have looked."""
    project = await world.project(owner, texts(tasks), labels=LABELS, suggestions=HIDDEN)
    champion = await trained(world, project, data_dir, biased_graph(0))
    challenger = await trained(world, project, data_dir, graphs.text_graph())
    async with at_work(world, data_dir) as suggesting:
        await suggesting.tick()
    return project, champion, challenger


async def test_the_first_model_that_beats_guessing_serves_at_once(
    world: World, owner: Person, tmp_path: Path
) -> None:
    """One that does not is thrown away, and never comes back."""
    project = await world.project(owner, texts(3), labels=LABELS, suggestions=HIDDEN)
    card = put(tmp_path, graphs.text_graph())
    guess = await own(world, project, card, accuracy=0.45)
    assert await enters(world, project, guess) is Entered.GUESSES
    assert await serving_now(world, project) == (None, None, None)
    good = await own(world, project, card)
    assert await enters(world, project, good) is Entered.SERVES
    assert await serving_now(world, project) == (good, None, None)
    found = await world.store.read(lambda tx: models.find(tx, guess))
    assert found is not None
    assert found.withdrawn_at is not None


async def test_a_project_that_did_not_ask_for_its_own_model_only_has_it(
    world: World, owner: Person, tmp_path: Path
) -> None:
    """Nobody is shown what was not chosen."""
    project = await world.project(owner, texts(3), labels=LABELS)
    model = await own(world, project, put(tmp_path, graphs.text_graph()))
    assert await enters(world, project, model) is Entered.LISTED
    assert await serving_now(world, project) == (None, None, None)


async def test_a_challenger_says_in_the_shadow_what_it_would_have_suggested(
    world: World, owner: Person, tmp_path: Path
) -> None:
    """Tasks carry what the champion said; a newer challenger takes the place of an older one."""
    project, champion, challenger = await begun(world, owner, tmp_path)
    assert await serving_now(world, project) == (champion, challenger, None)
    assert {hint and hint.model_id for hint in (await hints(world, project)).values()} == {champion}
    assert {text: truth(text) for text in texts(LEAST)} == await said(world, challenger)
    newer = await trained(world, project, tmp_path, biased_graph(2))
    assert await serving_now(world, project) == (champion, newer, None)


async def test_a_better_challenger_takes_over_and_its_owner_reads_the_figures(
    world: World, owner: Person, tmp_path: Path
) -> None:
    """Then the tasks carry its hints, and one command goes back."""
    project, champion, challenger = await begun(world, owner, tmp_path, tasks=2 * LEAST)
    crowd = await crowd_of(world, AUDIT_ANSWERS)
    assert not (await look(world, project)).over
    await judged(world, crowd)
    score = await look(world, project)
    assert (score.compared, score.challenger_right, score.champion_right) == (60, 60, 20)
    now = world.clock.now()
    (event,) = await world.do(lambda tx: contest.conclude(tx, score, now=now))
    assert event == ModelTookOver(owner.id, project, challenger, compared=60, right=60, right_before=20)
    assert await serving_now(world, project) == (challenger, None, champion)
    assert await world.do(lambda tx: contest.conclude(tx, score, now=now)) == (), "it is over"
    more = [TaskRow(line=9, content={"text": "Кириллица 99"}, external_id="new", lang="en")]
    await world.do(lambda tx: importing.add_tasks(tx, project, more, now=now))
    async with at_work(world, tmp_path) as suggesting:
        await suggesting.tick()
        hint = (await hints(world, project))["new"]
        assert hint is not None
        assert (hint.model_id, hint.label) == (challenger, "two")
        file = (await world.budget(project)).file
        await world.do(lambda tx: serving.back(tx, project, file, now=now))
        assert await serving_now(world, project) == (champion, None, challenger)
        await suggesting.tick()
        hint = (await hints(world, project))["new"]
    assert hint is not None
    assert (hint.model_id, hint.label) == (champion, "one")


async def test_one_that_is_no_better_goes_after_its_chance(
    world: World, owner: Person, tmp_path: Path
) -> None:
    """The champion stays, and the loser is not chosen again by a rollback or a change of settings."""
    project, champion, challenger = await begun(world, owner, tmp_path)
    score = replace(await look(world, project), compared=contest.MOST)
    now = world.clock.now()
    assert await world.do(lambda tx: contest.conclude(tx, score, now=now)) == ()
    assert await serving_now(world, project) == (champion, None, None)
    file = (await world.budget(project)).file
    with pytest.raises(Refused, match="no_model_before"):
        await world.do(lambda tx: serving.back(tx, project, file, now=now))
    found = await world.store.read(lambda tx: models.find(tx, challenger))
    assert found is not None
    assert found.withdrawn_at is not None


async def test_what_a_model_may_have_learned_from_does_not_count(
    world: World, owner: Person, tmp_path: Path
) -> None:
    """Tasks that ended before the challenger was trained, even when both looked at them since.

    Audited ones do count: no model ever learns from them.
    """
    project = await world.project(owner, texts(LEAST), labels=LABELS, suggestions=HIDDEN)
    await judged(world, await crowd_of(world, AUDIT_ANSWERS))
    audits = await world.do(_audits)
    assert audits
    champion = await trained(world, project, tmp_path, biased_graph(0))
    challenger = await trained(world, project, tmp_path, graphs.text_graph())
    async with at_work(world, tmp_path) as suggesting:
        await suggesting.tick()
    assert set(await said(world, champion)) == audits
    for model in (champion, challenger):
        await looked_at_everything(world, project, model)
    assert (await look(world, project)).compared == len(audits)


def _audits(tx: Transaction) -> set[str]:
    return {row.external_id for row in tx.execute(select(task.c.external_id).where(AUDITED_TASK))}


async def looked_at_everything(world: World, project: int, model: int) -> None:
    """The model said something of tasks that were over, too."""

    def unit(tx: Transaction) -> None:
        found = suggestions.unread(tx, project, model, most=500, ended=True)
        spoken = [suggestions.Said(one.task_id, "one", 0.9, "two") for one in found]
        serving.keep(tx, project, model, spoken, now=world.clock.now())

    await world.do(unit)


@pytest.mark.parametrize(
    ("screens", "counts"),
    [
        ([None, None, None], True),
        ([Screen.WITHHELD, Screen.WITHHELD, Screen.SHOWN], True),
        ([Screen.SHOWN, Screen.SHOWN, None], False),
        ([None, Screen.PLANTED, Screen.PLANTED], False),
    ],
)
async def test_only_labels_that_two_people_found_without_a_suggestion_count(
    world: World, owner: Person, tmp_path: Path, screens: list[Screen | None], counts: bool
) -> None:
    """Else the champion would be measured by those whom it had told what to say."""
    project = await world.project(
        owner, ["Latin"], labels=LABELS, suggestions=HIDDEN, overlap={"min": 3, "max": 3}
    )
    champion = await trained(world, project, tmp_path, biased_graph(0))
    await trained(world, project, tmp_path, graphs.text_graph())
    async with at_work(world, tmp_path) as suggesting:
        await suggesting.tick()
    crowd = await crowd_of(world, 3)
    for worker, screen in zip(crowd, screens, strict=True):
        card = await world.hold(worker)
        if screen is None:
            await world.do(lambda tx, card=card: suggestions.take_down(tx, card.id))  # type: ignore[misc]  # card is bound
        else:
            seen = Suggested(champion, "one", 0.9, screen)
            await world.do(lambda tx, card=card, seen=seen: suggestions.put_up(tx, card.id, seen))  # type: ignore[misc]  # they are bound
        await world.answers(worker, card, "one")
    world.clock.move(2 * MINUTE)
    await world.tick()
    assert (await look(world, project)).compared == counts


async def test_new_tasks_with_a_known_answer_count(world: World, owner: Person, tmp_path: Path) -> None:
    """They are the truth itself, and came after both had learned."""
    known = [TaskRow(line=1, content={"text": "Latin"}, external_id="old", lang="en", gold="one")]
    project = await world.project(owner, [*known, *texts(2)], labels=LABELS, suggestions=HIDDEN)
    await trained(world, project, tmp_path, biased_graph(0))
    await trained(world, project, tmp_path, graphs.text_graph())
    now = world.clock.now()
    fresh = [TaskRow(line=2, content={"text": "漢字"}, external_id="new", lang="en", gold="three")]
    await world.do(lambda tx: importing.add_tasks(tx, project, fresh, now=now))
    async with at_work(world, tmp_path) as suggesting:
        await suggesting.tick()
    score = await look(world, project)
    assert (score.compared, score.only_challenger, score.only_champion) == (1, 1, 0)
