"""What the simulated crowd judges: handwritten digits, and short messages in six languages."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
from PIL import Image

from core.intake.images import store_image
from tests.benchmarks.multilingual import TOPICS, messages

ACTIVITY = 0.9
"""How much the logarithm of people's activity differs between them."""
SIDE = 64
"""The digits have 8 × 8 grey values; as pictures they are larger, so that people could read them."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Tasks with their truth, 0 … K-1."""

    name: str
    kind: str
    labels: tuple[str, ...]
    contents: tuple[dict[str, str], ...]
    truth: tuple[int, ...]
    most: int
    """So many people at most are asked about a task; enough for the crowd alone to get about as far as is asked."""


def digits(media_dir: Path, *, tasks: int, seed: int) -> Problem:
    """The set that scikit-learn ships, in an order drawn by chance, as pictures in the media folder."""
    from sklearn.datasets import load_digits

    known = load_digits()
    order = list(range(len(known.target)))
    Random(seed).shuffle(order)
    order = order[:tasks]
    return Problem(
        name="digits",
        kind="image",
        labels=tuple(str(one) for one in range(10)),
        contents=tuple({"image": _picture(known.images[at], media_dir)} for at in order),
        truth=tuple(int(known.target[at]) for at in order),
        most=5,
    )


def _picture(values: np.ndarray[tuple[int, int], np.dtype[np.float64]], media_dir: Path) -> str:
    grey = Image.fromarray((255 - values * 255 / 16).astype(np.uint8)).resize((SIDE, SIDE))
    held = io.BytesIO()
    grey.save(held, "PNG")
    return store_image(held.getvalue(), media_dir).name


def texts(_: Path, *, tasks: int, seed: int) -> Problem:
    """Made-up messages about five topics, in six languages and five scripts."""
    found = messages(tasks, seed=seed)
    return Problem(
        name="texts",
        kind="text",
        labels=TOPICS,
        contents=tuple({"text": f"{one.text}"} for one in found),
        truth=tuple(TOPICS.index(one.topic) for one in found),
        most=7,
    )


@dataclass(frozen=True, slots=True)
class Simulated:
    """A worker: the share of tasks they judge right by themselves, how often they come, and how often they just
    take what is suggested."""

    accuracy: float
    activity: float
    copies: float


def crowd(workers: int, *, accuracy: float, copies: float, seed: int) -> list[Simulated]:
    """People around a stated accuracy, some of them coming far more often than others.

    The busiest of thirty gives about a seventh of the answers; in five recorded crowds it was 8 to 14 %.
    """
    dice = Random(seed)
    return [
        Simulated(
            accuracy=min(0.98, max(0.35, dice.gauss(accuracy, 0.08))),
            activity=dice.lognormvariate(0.0, ACTIVITY),
            copies=min(0.9, max(0.0, dice.gauss(copies, copies / 2))),
        )
        for _ in range(workers)
    ]


def said(worker: Simulated, truth: int, suggested: int | None, *, labels: int, dice: Random) -> int:
    """What a worker says: the suggestion when they just take it, else by themselves; mistakes fall anywhere."""
    if suggested is not None and dice.random() < worker.copies:
        return suggested
    if dice.random() < worker.accuracy:
        return truth
    return (truth + dice.randrange(1, labels)) % labels


def majority(problem: Problem, workers: Sequence[Simulated], *, dice: Random) -> float:
    """How right a majority of all simulated workers would be, ties in expectation."""
    labels, right = len(problem.labels), 0.0
    for truth in problem.truth:
        votes = [0] * labels
        for one in workers:
            votes[said(one, truth, None, labels=labels, dice=dice)] += 1
        most = max(votes)
        right += (votes[truth] == most) / votes.count(most)
    return right / len(problem.truth)
