"""A model that suggests, in tests: on the list, in service, and with what it says of each task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from core import serving
from core.store import models
from core.store.suggestions import Said
from core.store.tables import task
from core.store.transaction import Transaction

CARD: dict[str, Any] = {
    "labels": ["cat", "dog"],
    "metrics": {"accuracy": 0.87, "baseline": 0.55, "tested_on": 210},
    "trained": {"tasks": 340},
}


def own_model(tx: Transaction, project_id: int, *, now: datetime, learned: int = 340, **card: Any) -> int:
    """A model that was trained for the project; it serves when the project wants its own and none did."""
    made = models.add(
        tx, project_id=project_id, name=None, digest="0" * 64, card=CARD | card, learned=learned, now=now
    )
    held = models.hold_serving(tx, project_id)
    if held.champion is None:
        models.serve(tx, replace(held, champion=made), now=now)
    return made


def operators_model(
    tx: Transaction, name: str, *, now: datetime, labels: Sequence[str] = ("cat", "dog"), **card: Any
) -> int:
    """A model of the operator's."""
    return serving.offer(tx, name=name, digest="1" * 64, card=CARD | {"labels": list(labels)} | card, now=now)


def says(
    tx: Transaction, project_id: int, said: Mapping[str, tuple[str, float]], *, second: str = "dog"
) -> None:
    """What the project's champion says of tasks, by their id in the file: a label and how sure it is."""
    champion = models.serving_of(tx, project_id).champion
    assert champion is not None
    ids = {
        row.external_id: row.id
        for row in tx.execute(select(task.c.id, task.c.external_id).where(task.c.project_id == project_id))
    }
    serving.keep(
        tx,
        project_id,
        champion,
        [Said(ids[text], label, sure, second) for text, (label, sure) in said.items()],
    )
