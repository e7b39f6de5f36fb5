"""A model that suggests, in tests: on the list, in service, and with what it says of each task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from core import serving
from core.consensus.anchoring import Anchoring, Span
from core.store import models
from core.store.suggestions import Said
from core.store.tables import task
from core.store.transaction import Transaction

CARD: dict[str, Any] = {
    "labels": ["cat", "dog"],
    "metrics": {"accuracy": 0.87, "baseline": 0.55, "tested_on": 210},
    "trained": {"tasks": 340},
}

MEASURED = Anchoring(
    shown=900,
    withheld=120,
    planted=24,
    agreed_shown=Span(0.91, 0.89, 0.93, 900),
    agreed_withheld=Span(0.84, 0.77, 0.9, 120),
    copied=Span(0.22, 0.17, 0.27, 900),
    followed_wrong=Span(0.38, 0.32, 0.44, 104),
    wrong_alone=Span(0.12, 0.05, 0.22, 31),
    seconds_shown=4.12,
    seconds_withheld=6.04,
    pace=Span(0.74, 0.7, 0.78, 1020),
    right_shown=Span(0.93, 0.91, 0.95, 900),
    right_withheld=Span(0.9, 0.84, 0.95, 120),
    helped=Span(0.03, -0.03, 0.09, 1020),
    taken=0.22,
    discount=0.31,
)
EFFECT: dict[str, Any] = {
    "advisor": {"model": 1, "bands": [[0.5, 4, 0.5], [0.7, 60, 0.78], [0.85, 140, 0.91]]},
    "audit": [48, 40, 1.2, 0.061, 0.07],
    "anchoring": MEASURED.as_json(),
}
"""What a refit's report holds of suggestions (`core.effect`)."""


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
    tx: Transaction,
    project_id: int,
    said: Mapping[str, tuple[str, float]],
    *,
    now: datetime,
    second: str = "dog",
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
        now=now,
    )
