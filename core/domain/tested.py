"""How good a model is on tasks that it had not seen, as its card tells it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any

_Z = 1.96


@dataclass(frozen=True, slots=True)
class Tested:
    """Of 100 new tasks about `right` are right, give or take `margin`; always the commonest label gets `baseline`."""

    right: int
    margin: int
    baseline: int
    on: int  # tasks that it was tested on


def tested(card: Mapping[str, Any]) -> Tested | None:
    """What a model's card says; None when it was never tested.

    The margin is half of a 95 % interval, with two more right and two more wrong ones (Agresti and Coull 1998).
    """
    metrics = card.get("metrics")
    if not metrics or not metrics.get("tested_on"):
        return None
    on, share = int(metrics["tested_on"]), float(metrics["accuracy"])
    middle = (share * on + 2) / (on + 4)
    margin = _Z * sqrt(middle * (1 - middle) / (on + 4))
    return Tested(round(100 * share), max(1, round(100 * margin)), round(100 * metrics["baseline"]), on)
