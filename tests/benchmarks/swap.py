"""Models at work beside people who tap: what looking ahead costs them, and what a swap leaves on their cards."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
from sqlalchemy import func, select

from bots.dialogue.cards import ALMOST
from bots.dialogue.vocabulary import Message
from bots.runner import Service
from bots.training import MODELS
from core import advising, serving
from core.store import people, projects
from core.store.tables import inbox, suggestion, task
from core.store.transaction import Transaction
from i18n import translator_for
from models.card import ModelCard
from models.folder import keep
from models.loaded import Loaded
from tests.benchmarks import suggesting_models as made
from tests.benchmarks.crowd import Crowd, crowd
from tests.benchmarks.imports import A_SECOND, PEOPLE, PROJECT, Seen, beside
from tests.benchmarks.preparing import WORDS
from tests.benchmarks.reporting import Goal, Report, Table
from tests.benchmarks.templates import names, template

MODELS_AT_PLAY = {"first": "good", "second": "bad"}
"""By name, the label that it says of nearly every task; how sure it is differs from task to task."""
LABELS = ("good", "bad", "both", "not-here", "nor-there")
"""What the project does not offer is not suggested."""
GUESS = re.compile(r"guess: (\w+) \((\S+) sure\)")
NUMBER = re.compile(r"number (\d+) was")
GOLD_EVERY = 50
SLOWER = 1.5
"""How many times as long a tap may take beside a model at work, or 10 ms more, whatever is more."""
LEAST_SLOWER = 10.0


@dataclass(frozen=True, slots=True)
class Looked:
    """What the cards of a run showed."""

    cards: int
    guesses: int
    first: int
    second: int
    mixed: int


async def run(folder: Path, *, tasks: int = 8_000, calm: float = 15.0, swaps: int = 4) -> Report:
    """Measure: taps alone; beside a model that looks at every task; and while two models take turns."""
    prepared = await template(folder, workers=names(PEOPLE), tasks=tasks)
    async with crowd(await prepared.opened("swap"), folder, names(PEOPLE)) as people_:
        service = people_.service
        ids = [await _offered(service, folder, name, seed) for seed, name in enumerate(MODELS_AT_PLAY)]
        alone = await beside(people_, asyncio.create_task(asyncio.sleep(calm)))
        await _choose(service, "first")
        ahead = await beside(people_, asyncio.create_task(service.suggesting.tick()))
        await _choose(service, "second")  # it must have said something to be swapped for
        await service.suggesting.tick()
        for worker in people_.workers:
            worker.kept = []
        swapping = await beside(people_, asyncio.create_task(_swap(service, swaps)))
        looked = await _look(people_, ids)
        lost = await service.store.read(_failed)
    return _report(tasks, swaps, alone=alone, ahead=ahead, swapping=swapping, looked=looked, lost=lost)


async def _offered(service: Service, folder: Path, name: str, seed: int) -> int:
    card = await asyncio.to_thread(_model, folder, name, seed)
    now, found = service.clock.now(), card.model_dump(mode="json")
    return await service.store.write(
        lambda tx: serving.offer(tx, name=name, digest=card.sha256, card=found, now=now)
    )


def _model(folder: Path, name: str, seed: int) -> ModelCard:
    """A model of random weights whose usual label is the wanted one; its files are in their folder."""
    data = made.text_model(np.random.default_rng(seed))
    plain = ModelCard(
        title=name,
        input=made.TEXT,
        labels=made.LABELS,
        sha256=hashlib.sha256(data).hexdigest(),
        temperature=1.3,
    )
    (usual,) = Loaded.load(data, plain).predict([{"text": WORDS % 1}], folder)
    assert usual is not None, "it has a text"
    labels = [label for label in LABELS if label != MODELS_AT_PLAY[name]]
    labels.insert(made.LABELS.index(usual.label), MODELS_AT_PLAY[name])
    card = plain.model_copy(update={"labels": tuple(labels)})
    keep(data, card, folder / MODELS)
    return card


async def _choose(service: Service, model: str) -> None:
    now = service.clock.now()

    def unit(tx: Transaction) -> None:
        project = projects.find(tx, PROJECT)
        assert project is not None, "prepared"
        owner = people.by_id(tx, project.owner_id)
        assert owner is not None, "prepared"
        advising.choose(tx, owner, PROJECT, model=model, show_above=0.0, now=now)

    await service.store.write(unit)


async def _swap(service: Service, times: int) -> None:
    """One after the other takes over, and its hints are put on every task that is not over."""
    for at in range(times):
        await _choose(service, tuple(MODELS_AT_PLAY)[at % 2])
        await service.suggesting.tick()
        await asyncio.sleep(Random(at).uniform(0.2, 0.6))


async def _look(people_: Crowd, ids: list[int]) -> Looked:
    """What stood on each card, beside what each model had said of its task."""
    said = [await people_.service.store.read(lambda tx, one=one: _said(tx, one)) for one in ids]  # type: ignore[misc]  # one is bound
    cards = [card for worker in people_.workers for card in worker.kept or ()]
    guesses = [found for card in cards if (found := _guess(card)) is not None]
    matched = [tuple(one.get(number) == words for one in said) for number, words in guesses]
    return Looked(
        cards=len(cards),
        guesses=len(guesses),
        first=sum(a and not b for a, b in matched),
        second=sum(b and not a for a, b in matched),
        mixed=sum(not a and not b for a, b in matched),
    )


def _said(tx: Transaction, model_id: int) -> Mapping[int, tuple[str, str]]:
    """By a task's number: the label and how sure the model is, as a card shows them."""
    t, found = translator_for("en"), {}
    rows = tx.execute(
        select(task.c.content, suggestion.c.label, suggestion.c.confidence)
        .join(suggestion, suggestion.c.task_id == task.c.id)
        .where(suggestion.c.model_id == model_id, suggestion.c.label.isnot(None))
    )
    for row in rows:
        number = NUMBER.search(row.content)
        assert number is not None, "prepared"
        sure = str(t.percent(min(round(row.confidence, 4), ALMOST)))
        found[int(number[1])] = (row.label.capitalize(), sure)
    return found


def _failed(tx: Transaction) -> int:
    """Events that ended in an apology."""
    query = select(func.count()).where(inbox.c.state == "failed")
    return int(tx.execute(query).scalar_one())


def _guess(card: Message) -> tuple[int, tuple[str, str]] | None:
    """The number of the task and what the card says that a model guesses; gold may show what is wrong on purpose."""
    words = "\n".join(part.words for part in card.parts)
    number, guess = NUMBER.search(words), GUESS.search(words)
    if number is None or guess is None or int(number[1]) % GOLD_EVERY == 0:
        return None
    return int(number[1]), (guess[1], guess[2])


def _report(
    tasks: int, swaps: int, *, alone: Seen, ahead: Seen, swapping: Seen, looked: Looked, lost: int
) -> Report:
    runs = (alone, ahead, swapping)
    table = Table(
        f"{A_SECOND} taps a second beside models that look at {tasks:,} tasks and take over from each other",
        ("", "taps alone", "a model looks ahead", f"{swaps} swaps"),
        (
            ("tap to card, p50 ms", *(f"{one.tap(0.5):.1f}" for one in runs)),
            ("tap to card, p99 ms", *(f"{one.tap(0.99):.1f}" for one in runs)),
            ("tap to card, longest ms", *(f"{one.tap(1):.1f}" for one in runs)),
            ("taps", *(f"{len(one.taps):,}" for one in runs)),
            ("taps that failed", "", "", f"{lost}"),
            ("cards with a guess", "", "", f"{looked.guesses:,} of {looked.cards:,}"),
            ("of the first / second model", "", "", f"{looked.first:,} / {looked.second:,}"),
            ("cards with a label of one and a score of the other", "", "", f"{looked.mixed}"),
        ),
        (
            "Both models have the size of real ones: 2¹⁶ hashed n-grams, random weights. A swap is a new version of "
            "the project; then every task gets the other model's hint in small units.",
            "What a card shows is compared with what each model had said of that task.",
        ),
    )
    within = max(SLOWER * alone.tap(0.99), alone.tap(0.99) + LEAST_SLOWER)
    return Report(
        (table,),
        (
            Goal("taps that fail while models are swapped", "0", f"{lost}", lost == 0),
            Goal("cards that mix two models", "0", f"{looked.mixed}", looked.mixed == 0 < looked.second),
            Goal(
                "p99 of a tap beside a model that looks ahead",
                f"≤ {within:.0f} ms",
                f"{ahead.tap(0.99):.1f} ms",
                ahead.tap(0.99) <= within,
            ),
        ),
    )
