"""A suggestion on a card: drawn once, kept with the assignment, and of one model whatever happens meanwhile."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from core import serving
from core.answering import give_back
from core.clock import ManualClock
from core.domain.models import Serving
from core.domain.person import Person, Role
from core.domain.suggestions import Screen, audited
from core.errors import Refused
from core.projects import replace_file
from core.store import Store, models, projects, suggestions
from core.store.suggestions import AUDITED_TASK, Said
from core.store.tables import task
from core.store.transaction import Transaction
from core.vault import Vault
from tests.shadow import hints
from tests.world import CHOICE, World

CARD = {"title": "Animals", "labels": ["cat", "dog"]}
SHOWN: dict[str, Any] = {"model": "animals", "show_above": 0.5, "control_share": 0.0}


@pytest.fixture
def world(store: Store, clock: ManualClock, vault: Vault) -> World:
    return World(store, clock, vault)


async def offered(world: World, name: str = "animals", labels: tuple[str, ...] = ("cat", "dog")) -> int:
    """A model that the operator added."""
    card = CARD | {"labels": list(labels)}
    now = world.clock.now()
    return await world.do(lambda tx: serving.offer(tx, name=name, digest="0" * 64, card=card, now=now))


async def looked_at(
    world: World, project: int, model: int, label: str = "cat", confidence: float = 0.9
) -> int:
    """The model looks at every task that it has not seen; how many these were."""

    def unit(tx: Transaction) -> int:
        found = suggestions.unread(tx, project, model, most=500)
        second = "dog" if label == "cat" else "cat"
        said = [Said(one.task_id, label, confidence, second) for one in found]
        serving.keep(tx, project, model, said, now=world.clock.now())
        return len(found)

    return await world.do(unit)


async def begun(world: World, **settings: Any) -> tuple[Person, int, int]:
    """The owner, a project with a model, and the model, which has looked at its tasks."""
    owner = await world.person("owner", Role.REQUESTER)
    model = await offered(world)
    texts = [f"animal {at}" for at in range(12)]
    project = await world.project(owner, texts, suggestions=SHOWN | settings)
    assert await looked_at(world, project, model) == 12
    return owner, project, model


async def until_plain(world: World, worker: Person) -> Any:
    """The worker's first card of a task that is not audited."""
    while True:
        card = await world.hold(worker)
        if not audited(card.task_id):
            return card
        await world.answers(worker, card, "cat")


async def test_a_card_has_what_the_model_said_beforehand_and_keeps_it(world: World) -> None:
    """Read again, it is the same; a task that the model has not seen has none, and nobody waits for it."""
    owner, project, model = await begun(world)
    worker = await world.person("ada")
    card = await until_plain(world, worker)
    assert card.suggested is not None
    assert (card.suggested.model_id, card.suggested.label, card.suggested.screen) == (
        model,
        "cat",
        Screen.SHOWN,
    )
    assert (await world.card(card)).suggested == card.suggested
    fresh = await world.project(owner, ["new"], suggestions=SHOWN)
    await world.do(lambda tx: projects.change(tx, project, state="paused", paused_by="requester"))
    await world.answers(worker, card, "cat")
    unseen = await world.hold(worker)
    assert unseen.project_id == fresh
    assert unseen.suggested is None


async def test_a_card_that_is_handed_out_again_is_drawn_again(world: World) -> None:
    """What is withheld the second time is not left on screen from the first."""
    owner, project, _ = await begun(world)
    worker = await world.person("ada")
    card = await until_plain(world, worker)
    now = world.clock.now()
    await world.do(lambda tx: give_back(tx, worker, card.id, now=now))
    file = (await world.budget(project)).file
    hidden = file.model_copy(update={"suggestions": file.suggestions.model_copy(update={"show_above": 0.95})})
    await world.do(lambda tx: replace_file(tx, owner, project, hidden, now=now))
    again = await world.hold(worker)
    while again.id != card.id:
        await world.answers(worker, again, "cat")
        again = await world.hold(worker)
    assert again.suggested is None
    assert (await world.card(again)).suggested is None


async def test_another_model_takes_over_task_by_task_and_never_mixes(world: World) -> None:
    """Until a task's row is rewritten it carries the old model's word whole; what was on screen stays."""
    owner, project, old = await begun(world)
    new = await offered(world, "better")
    worker = await world.person("ada")
    card = await until_plain(world, worker)
    file = (await world.budget(project)).file
    other = file.model_copy(update={"suggestions": file.suggestions.model_copy(update={"model": "better"})})
    now = world.clock.now()
    await world.do(lambda tx: replace_file(tx, owner, project, other, now=now))
    assert (await world.do(lambda tx: models.serving_of(tx, project))).before == old
    assert await looked_at(world, project, new, label="dog", confidence=0.7) == 12
    assert await hints_of(world, project) == {(new, "dog", 0.7)}
    kept = (await world.card(card)).suggested
    assert kept == card.suggested

    await world.do(lambda tx: serving.back(tx, project, file, now=now))
    await refreshed(world, project)
    assert await hints_of(world, project) == {(old, "cat", 0.9)}


async def hints_of(world: World, project: int) -> set[tuple[int, str, float]]:
    """What the rows of a project's tasks carry."""
    found = await hints(world, project)
    return {(one.model_id, one.label, one.confidence) for one in found.values() if one is not None}


async def refreshed(world: World, project: int) -> None:
    """Every task carries what the champion said, five at a time."""
    champion = (await world.do(lambda tx: models.serving_of(tx, project))).champion
    while stale := await world.do(lambda tx: suggestions.stale(tx, project, champion, most=5)):
        await world.do(lambda tx, stale=stale: serving.refresh(tx, project, stale))  # type: ignore[misc]  # stale is bound


async def test_the_database_says_the_same_of_the_audit(world: World) -> None:
    """One task in ten, and the same ones."""
    owner = await world.person("owner", Role.REQUESTER)
    await world.project(owner, [f"animal {at}" for at in range(300)])
    found = await world.do(lambda tx: list(tx.execute(select(task.c.id, AUDITED_TASK.label("audited")))))
    assert [bool(row.audited) for row in found] == [audited(row.id) for row in found]
    assert 20 <= sum(bool(row.audited) for row in found) <= 40


async def test_a_model_must_know_every_label(world: World) -> None:
    """A project that names an unknown model, or one with other labels, is refused with the reason."""
    owner = await world.person("owner", Role.REQUESTER)
    with pytest.raises(Refused, match="unknown_model"):
        await world.project(owner, ["a"], suggestions=SHOWN)
    await offered(world, labels=("cat", "horse"))
    with pytest.raises(Refused, match="model_labels_differ"):
        await world.project(owner, ["a"], suggestions=SHOWN)


async def test_a_model_that_is_withdrawn_serves_nobody(world: World) -> None:
    """The name is free again, and rows lose its hints at the next refresh."""
    _, project, _ = await begun(world)
    now = world.clock.now()
    await world.do(lambda tx: serving.withdraw(tx, "animals", now=now))
    assert await world.do(lambda tx: models.serving_of(tx, project)) == Serving(project, changed_at=now)
    await refreshed(world, project)
    assert await hints_of(world, project) == set()
    await offered(world)
    file = (await world.budget(project)).file
    with pytest.raises(Refused, match="no_model_before"):
        await world.do(lambda tx: serving.back(tx, project, file, now=now))


async def test_without_a_model_nothing_is_kept(world: World) -> None:
    """A project without suggestions has no row about any."""
    owner = await world.person("owner", Role.REQUESTER)
    await world.project(owner, ["a", "b"])
    assert "suggestions" not in CHOICE
    card = await world.hold(await world.person("ada"))
    assert card.suggested is None
    assert (await world.card(card)).suggested is None
