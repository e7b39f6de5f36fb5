"""A simulated model that errs where its crowd errs: what it says of every task of a recorded crowd."""

from __future__ import annotations

import math
from random import Random

from tests.benchmarks.truth_replay_core import Word
from tests.benchmarks.truth_sets import Crowd, votes_of

RIGHT = 0.8
"""How often it is right, of the tasks whose truth is known."""
SHARED = 0.5
"""This part of its errors falls on tasks as often as people err there, and repeats what one of them said; the rest
falls anywhere."""
SHARPNESS = 0.8
"""The log-odds of its confidence are normal, so far above their mean where it is right, and so far below where it
errs, that they are true: of what it says with 90 %, nine in ten are right."""


def words(crowd: Crowd, dice: Random) -> list[Word]:
    """What it says of each task, with a confidence that is true on average and knows nothing of the crowd."""
    votes = votes_of(crowd)
    known = [number for number, truth in enumerate(crowd.truth) if truth is not None]
    errors = round((1 - RIGHT) * len(known))
    said: dict[int, int] = {}
    misled = {number: [one for one in votes[number] if one != crowd.truth[number]] for number in known}
    for number in _weighted(
        known, [len(misled[one]) / max(1, len(votes[one])) for one in known], round(SHARED * errors), dice
    ):
        said[number] = dice.choice(misled[number])
    others = [number for number in known if number not in said]
    for number in dice.sample(others, errors - len(said)):
        said[number] = dice.choice([one for one in range(crowd.labels_n) if one != crowd.truth[number]])
    found = []
    for number, truth in enumerate(crowd.truth):
        label = said.get(number, dice.randrange(crowd.labels_n) if truth is None else truth)
        found.append(Word(label, _confidence(dice, right=number not in said, labels_n=crowd.labels_n)))
    return found


def _weighted(numbers: list[int], weights: list[float], size: int, dice: Random) -> list[int]:
    """Some of the numbers, each at most once, as likely as they weigh (Efraimidis & Spirakis 2006)."""
    keys = [
        (math.log(dice.random() or 1e-300) / weight, number)
        for number, weight in zip(numbers, weights, strict=True)
        if weight > 0
    ]
    return [number for _, number in sorted(keys, reverse=True)[:size]]


def _confidence(dice: Random, *, right: bool, labels_n: int) -> float:
    score = dice.gauss(SHARPNESS if right else -SHARPNESS, 1.0)
    odds = RIGHT / (1 - RIGHT) * math.exp(2 * SHARPNESS * score)
    return min(0.999, max(1 / labels_n, odds / (1 + odds)))
