"""Recorded crowds of which half the answers are spam, whole workers at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

from tests.benchmarks.truth_sets import Crowd, Given

SHARE = 0.5
Spammer = Callable[[], int]


@dataclass(frozen=True, slots=True)
class Pair:
    """The same crowd with spammers, and with their answers left out."""

    spam: Crowd
    absent: Crowd


def spammed(crowd: Crowd, dice: Random) -> Pair:
    """Make workers spammers, in a random order, as long as no more than half of all answers are theirs."""
    answered = Counter(one.worker for one in crowd.answers)
    order = sorted(answered)
    dice.shuffle(order)
    shared = dice.randrange(crowd.labels_n)
    spammers: dict[int, Spammer] = {}
    covered = 0
    for worker in order:
        if covered + answered[worker] > SHARE * len(crowd.answers):
            continue
        spammers[worker] = _spammer(len(spammers), shared, crowd.labels_n, dice)
        covered += answered[worker]
    said = tuple(
        Given(one.task, one.worker, spammers[one.worker]()) if one.worker in spammers else one
        for one in crowd.answers
    )
    left = tuple(one for one in crowd.answers if one.worker not in spammers)
    return Pair(replace(crowd, answers=said), replace(crowd, answers=left))


def _spammer(number: int, shared: int, labels_n: int, dice: Random) -> Spammer:
    """A fifth share one label, two fifths always say one of their own, two fifths guess."""
    if number % 5 == 0:
        return lambda: shared
    if number % 5 <= 2:
        own = dice.randrange(labels_n)
        return lambda: own
    return lambda: dice.randrange(labels_n)
