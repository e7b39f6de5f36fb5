"""What an operator does with models by hand: put one on the list, take it off, train, choose, go back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from bots.by_hand import known, opened
from bots.dialogue.refusals import refusal
from bots.dialogue.report_words import words_on_report
from bots.dialogue.training_words import FAILURES
from bots.settings import Settings
from bots.training import MODELS, Broken, Untrained, enlist, train
from bots.trouble import Trouble
from core import advising, serving, training
from core.contest import Entered
from core.domain.models import Model
from core.domain.person import Person
from core.domain.project import Project
from core.domain.tested import Tested, tested
from core.errors import Refused
from core.intake.checks import Name
from core.intake.project_model import NO_MODEL, OWN_MODEL
from core.store import models, people, suggestions
from core.store.transaction import Transaction
from i18n import translator_for
from models import folder
from models.problems import BadModel
from models.training.problems import Trouble as NoModel


@dataclass(frozen=True, slots=True)
class Listed:
    """A model of the list: what it was tested to do, and the projects that it serves."""

    model: Model
    tested: Tested | None
    serves: tuple[int, ...]


async def listed(settings: Settings) -> tuple[tuple[Listed, ...], tuple[Listed, ...]]:
    """The models that every project may choose, and those of projects' own that serve."""

    def look(tx: Transaction) -> tuple[tuple[Listed, ...], tuple[Listed, ...]]:
        own = {one.champion for one in suggestions.served(tx) if one.champion is not None}
        found = (models.find(tx, one) for one in sorted(own))
        return (
            tuple(_listed(tx, model) for model in models.offered(tx)),
            tuple(
                _listed(tx, model) for model in found if model is not None and model.project_id is not None
            ),
        )

    async with opened(settings) as (store, _, _):
        return await store.read(look)


def _listed(tx: Transaction, model: Model) -> Listed:
    return Listed(model, tested(model.card), tuple(models.served_by(tx, model.id)))


async def add(settings: Settings, *, file: Path, card: Path, name: str) -> None:
    """Try a model in a process of its own, keep its two files, and put it on the list.

    Raises:
        Trouble: when the name or the model cannot be used; nothing is kept then.
    """
    try:
        name = TypeAdapter(Name).validate_python(name)
    except ValidationError:
        raise Trouble("A model's name is one short word, such as animals-2.") from None
    if name in (NO_MODEL, OWN_MODEL):
        raise Trouble(f"“{name}” means something else in project files: please choose another name.")
    async with opened(settings) as (store, _, clock):
        if await store.read(lambda tx: models.named(tx, name)) is not None:
            raise _told(Refused("model_name_taken", name=name))
        try:
            read = await asyncio.to_thread(folder.add, file, card, settings.data_dir / MODELS)
        except BadModel as bad:
            raise Trouble(bad.sentence) from None
        now, found = clock.now(), read.model_dump(mode="json")
        try:
            await store.write(
                lambda tx: serving.offer(tx, name=name, digest=read.sha256, card=found, now=now)
            )
        except Refused as refused:
            raise _told(refused) from None


async def remove(settings: Settings, *, name: str) -> tuple[int, ...]:
    """Take a model off the list, and its files from the disk; returns the projects that it served.

    Raises:
        Trouble: when there is no such model.
    """

    def unit(tx: Transaction, now: datetime) -> tuple[tuple[int, ...], str | None]:
        found = models.named(tx, name)
        served = () if found is None else tuple(models.served_by(tx, found.id))
        gone = serving.withdraw(tx, name, now=now)
        return served, None if models.in_use(tx, gone.digest) else gone.digest

    async with opened(settings) as (store, _, clock):
        now = clock.now()
        try:
            served, digest = await store.write(lambda tx: unit(tx, now))
        except Refused as refused:
            raise _told(refused) from None
        if digest is not None:
            await asyncio.to_thread(_unlink, settings.data_dir / MODELS, digest)
        return served


def _unlink(kept: Path, digest: str) -> None:
    folder.card_path(kept, digest).unlink(missing_ok=True)
    folder.model_path(kept, digest).unlink(missing_ok=True)


async def use(settings: Settings, *, project_id: int, model: str) -> Project:
    """Let a project choose another model: a name, `own` or `none`.

    Raises:
        Trouble: when there is no such project or model, or it does not fit.
    """
    return await _as_owner(
        settings,
        project_id,
        lambda tx, owner, now: advising.choose(tx, owner, project_id, model=model, now=now)[0],
    )


async def back(settings: Settings, *, project_id: int) -> Project:
    """Let the model before serve again.

    Raises:
        Trouble: when there is no such project or model.
    """

    def unit(tx: Transaction, owner: Person, now: datetime) -> Project:
        advising.back(tx, owner, project_id, now=now)
        return known(tx, project_id)

    return await _as_owner(settings, project_id, unit)


async def learn(
    settings: Settings, *, project_id: int, told: Callable[[str, float], Awaitable[None]]
) -> tuple[Tested | None, Entered]:
    """Train a project's own model here and now; returns how good it is and where it stands.

    Raises:
        Trouble: when there is no such project, or no model came of it.
    """
    async with opened(settings) as (store, _, clock):
        project = await store.read(lambda tx: known(tx, project_id))
        if not advising.can_suggest(project.file):
            raise _told(Refused("not_for_models"))
        now = clock.now()
        await store.write(lambda tx: training.noted(tx, project_id, now=now))
        try:
            made = await train(
                store,
                clock,
                data_dir=settings.data_dir,
                project=project,
                name=f"train-by-hand-{project_id}",
                words=words_on_report(translator_for("en"), project.file),
                told=told,
                seed=project_id,
            )
        except Untrained as reason:
            raise Trouble(_why(project, reason)) from None
        except Broken:
            raise Trouble("The training was ended from outside; the model so far stays.") from None
        now = clock.now()
        _, entered = await store.write(lambda tx: enlist(tx, project_id, made, now=now))
        return tested(made.card.model_dump(mode="json")), entered


def _why(project: Project, reason: Untrained) -> str:
    """What the owner would read in the chat; who reads this can put one thing right."""
    if reason.code == NoModel.NO_TRAINING_PARTS:
        return "Training needs more parts: install the extra with `pip install chatcrowd[train]`."
    words = FAILURES.get(reason.code, FAILURES[NoModel.BROKEN])
    return " ".join(str(one) for one in words(translator_for("en"), project, reason.facts))


async def _as_owner(
    settings: Settings, project_id: int, unit: Callable[[Transaction, Person, datetime], Project]
) -> Project:
    def whole(tx: Transaction, now: datetime) -> Project:
        owner = people.by_id(tx, known(tx, project_id).owner_id)
        if owner is None:
            raise Trouble(f"Whoever made project {project_id} has left: its model stays as it is.")
        return unit(tx, owner, now)

    async with opened(settings) as (store, _, clock):
        now = clock.now()
        try:
            return await store.write(lambda tx: whole(tx, now))
        except Refused as refused:
            raise _told(refused) from None


def _told(refused: Refused) -> Trouble:
    return Trouble(str(refusal(translator_for("en"), refused)))
