"""Models at work in tests: real files, real sessions, a project whose tasks they can tell apart."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from onnx import helper
from sqlalchemy import select

from bots.courier import Courier
from bots.postbox import Postbox
from bots.suggesting import Suggesting
from bots.training import MODELS
from core import serving
from core.domain.suggestions import Hint
from core.store import Store, models
from core.store.suggestions import hint_of
from core.store.tables import suggestion, task
from core.store.transaction import Transaction
from models.card import ModelCard
from models.suggester import Suggester
from tests import onnx_graphs as graphs
from tests.standins.paper import Paper
from tests.world import World

LABELS = [{"id": name, "en": name} for name in graphs.LABELS]
TEXTS = {"one": "Latin {}", "two": "Кириллица {}", "three": "漢字漢字漢字漢字 {}"}
SHOWN: dict[str, Any] = {"show_above": 0.5, "control_share": 0.0}


def texts(number: int, *, of: str = "one two three") -> list[str]:
    """So many different texts, of each label in turn."""
    names = of.split()
    return [TEXTS[names[at % len(names)]].format(at) for at in range(number)]


def varied(number: int, *, of: str = "one two three", seed: int = 5) -> list[str]:
    """Texts that are not alike but for their script, of each label in turn."""
    chance, names = Random(seed), of.split()
    letters = {"one": range(0x61, 0x7B), "two": range(0x430, 0x450), "three": range(0x4E00, 0x4E80)}

    def word(name: str) -> str:
        return "".join(chr(chance.choice(letters[name])) for _ in range(chance.randint(3, 8)))

    return [" ".join(word(names[at % len(names)]) for _ in range(4)) for at in range(number)]


def truth(text: str) -> str:
    """The label of such a text: by the script that most of it is in."""
    return "one" if text[1] < "\u0400" else "two" if text[1] < "\u4e00" else "three"


def biased_graph(column: int) -> bytes:
    """A model that is sure that every text has the label in this column."""
    lean = np.zeros((1, 3), np.float32)
    lean[0, column] = 1e6
    nodes = [
        *graphs.text_nodes(last="Identity", out="counted_up"),
        helper.make_node("Add", ["counted_up", "lean"], ["leaning"]),
        helper.make_node("Softmax", ["leaning"], ["probabilities"]),
    ]
    return graphs.graph(nodes, constants={**graphs.TEXT_CONSTANTS, "lean": lean})


def put(data_dir: Path, data: bytes) -> ModelCard:
    """The model in the service's folder."""
    return graphs.put(data_dir / MODELS, data)


async def offered(world: World, card: ModelCard, name: str = "scripts") -> int:
    """The operator puts it on the list."""
    now, found = world.clock.now(), card.model_dump(mode="json")
    return await world.do(lambda tx: serving.offer(tx, name=name, digest=card.sha256, card=found, now=now))


async def own(world: World, project_id: int, card: ModelCard, **metrics: float) -> int:
    """A model that was trained for a project; it is on no place yet."""
    found = card.model_dump(mode="json") | {"metrics": TESTED | metrics}
    now = world.clock.now()
    return await world.do(
        lambda tx: models.add(
            tx, project_id=project_id, name=None, digest=card.sha256, card=found, learned=60, now=now
        )
    )


TESTED: dict[str, float] = {
    "accuracy": 0.9,
    "macro_f1": 0.9,
    "log_loss": 0.3,
    "calibration_error": 0.05,
    "baseline": 0.4,
    "tested_on": 100,
}


@asynccontextmanager
async def at_work(
    world: World,
    data_dir: Path,
    *,
    holder: str = "one",
    store: Store | None = None,
    paper: Paper | None = None,
) -> AsyncIterator[Suggesting]:
    """What writes suggestions ahead in one process of ours; what it tells goes to `paper`."""
    paper = paper or Paper()
    platforms: Any = {paper.name: paper}
    courier = Courier(
        store=world.store,
        clock=world.clock,
        vault=world.vault,
        platforms=platforms,
        data_dir=data_dir,
        holder=holder,
    )
    made = Suggesting(
        store=store or world.store,
        clock=world.clock,
        postbox=Postbox(world.vault, {paper.name: paper.limits}),
        courier=courier,
        suggester=Suggester(data_dir / MODELS, data_dir / "media"),
        holder=holder,
    )
    try:
        yield made
    finally:
        await made.close()
        await courier.close()


async def hints(world: World, project_id: int) -> dict[str, Hint | None]:
    """What the tasks of a project carry, by their text."""

    def look(tx: Transaction) -> dict[str, Hint | None]:
        rows = tx.execute(select(task.c.external_id, task.c.hint).where(task.c.project_id == project_id))
        return {row.external_id: hint_of(row.hint) for row in rows}

    return await world.store.read(look)


async def said(world: World, model_id: int) -> dict[str, str | None]:
    """What a model said of tasks, by their text."""

    def look(tx: Transaction) -> dict[str, str | None]:
        rows = tx.execute(
            select(task.c.external_id, suggestion.c.label)
            .join(task, task.c.id == suggestion.c.task_id)
            .where(suggestion.c.model_id == model_id)
        )
        return {row.external_id: row.label for row in rows}

    return await world.store.read(look)
