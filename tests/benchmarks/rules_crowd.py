"""Simulated workers for the rules: honest weeks of every kind, and five kinds of people who do not read."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from core.consensus.crowd import Crowd, evidence
from core.domain.watch import Seen

KINDS = ("random", "constant", "slow-burn", "colluding", "follower")
HONEST_FIRST = 60
"""So many honest answers come before a slow-burner turns."""
VOTES = (0, 0, 1, 1, 1, 2, 2, 3)
"""How many others have judged a task, equally likely; a project asks two to five."""
LURED, LURE = 0.1, 0.6
"""The share of tasks on which a crowd errs together, and how many of it then say the same wrong label."""
TYPICAL = 6.0
"""Seconds that the crowd takes."""


@dataclass(frozen=True, slots=True)
class Place:
    """A project: its labels and its crowd."""

    crowd: Crowd
    right: tuple[float, float]
    gold_share: float
    model: float  # how often its suggestions are right; 0: none are shown
    sorted_by: float  # the chance that a task has the truth of the one before: files are often sorted

    @property
    def size(self) -> int:
        return len(self.crowd.prior)

    @property
    def usual(self) -> tuple[float, ...]:
        """How often the crowd says each label."""
        columns = zip(*self.crowd.pooled, strict=True)
        return tuple(sum(p * s for p, s in zip(self.crowd.prior, col, strict=True)) for col in columns)


def place(dice: Random, *, labels_n: int | None = None, model: bool | None = None) -> Place:
    """Any project: two to six labels, even or so skewed that one has nine tenths of the tasks."""
    size = labels_n or dice.choice((2, 2, 3, 4, 5, 6))
    top = dice.uniform(1.0 / size, 0.9) if dice.random() < 0.6 else 1.0 / size
    rest = [dice.uniform(0.5, 1.5) for _ in range(size - 1)]
    prior = [top, *((1.0 - top) * one / sum(rest) for one in rest)]
    dice.shuffle(prior)
    usual = dice.uniform(0.7, 0.92)
    wrong = (1.0 - usual) / (size - 1)
    pooled = tuple(tuple(usual if said == truth else wrong for said in range(size)) for truth in range(size))
    suggests = dice.random() < 0.4 if model is None else model
    return Place(
        crowd=Crowd(tuple(prior), pooled, 6.0),
        right=(max(0.6, usual - 0.15), min(0.98, usual + 0.15)),
        gold_share=dice.choice((0.05, 0.05, 0.1)),
        model=dice.uniform(0.7, 0.95) if suggests else 0.0,
        sorted_by=dice.choice((0.0, 0.0, 0.0, 0.9)),
    )


@dataclass(frozen=True, slots=True)
class Worker:
    """How somebody works when they read."""

    right: float
    pace: float  # log of their time over the crowd's
    lenient: float  # how many wrong suggestions they accept


def reader(dice: Random) -> Worker:
    """Anybody honest."""
    return Worker(dice.uniform(0.6, 0.98), dice.gauss(0.0, 0.35), dice.uniform(0.1, 0.5))


@dataclass(frozen=True, slots=True)
class Spam:
    """How somebody answers who does not read, after so many honest answers; quick as such people are, or not."""

    kind: str
    quick: bool = True
    after: int = 0


def answers(
    somewhere: Place, worker: Worker, spam: Spam | None, *, count: int, dice: Random
) -> Iterator[tuple[Seen, bool]]:
    """So many answers, and whether each was given without reading."""
    labels = range(somewhere.size)
    usual, prior = somewhere.usual, somewhere.crowd.prior
    favourite = dice.randrange(somewhere.size)
    truth = dice.choices(labels, prior)[0]
    for at in range(count):
        if dice.random() >= somewhere.sorted_by:
            truth = dice.choices(labels, prior)[0]
        wrong = [label for label in labels if label != truth]
        lure = dice.choice(wrong) if dice.random() < LURED else None
        known = dice.random() < somewhere.gold_share * (3.0 if at < 10 else 1.0)
        unread = spam is not None and at >= spam.after
        kind = spam.kind if spam is not None and unread else ""
        suggested = _suggested(somewhere, truth, wrong, known=known, dice=dice)
        chances, partner = _others(
            somewhere, truth, wrong, lure, known=known, kind=kind, favourite=favourite, dice=dice
        )
        own = _read(worker, truth, wrong, lure, suggested, dice)
        label = _unread(kind, labels, favourite, partner, suggested, dice) if unread else own
        yield (
            Seen(
                label=label,
                usual=usual,
                chances=chances,
                known=known,
                suggested=suggested,
                seconds=_seconds(worker, quick=unread and spam is not None and spam.quick, dice=dice),
                typical=TYPICAL,
            ),
            unread,
        )


def _suggested(somewhere: Place, truth: int, wrong: list[int], *, known: bool, dice: Random) -> int | None:
    if not somewhere.model or dice.random() < 0.2:
        return None
    if known and dice.random() < 0.25:
        return dice.choice(wrong)  # planted
    return truth if dice.random() < somewhere.model else dice.choice(wrong)


def _others(
    somewhere: Place,
    truth: int,
    wrong: list[int],
    lure: int | None,
    *,
    known: bool,
    kind: str,
    favourite: int,
    dice: Random,
) -> tuple[tuple[float, ...], int | None]:
    """What the others' answers make of the truth, and the label of a partner among them."""
    if known:
        return tuple(float(label == truth) for label in range(somewhere.size)), None
    said = []
    for _ in range(dice.choice(VOTES)):
        if lure is not None and dice.random() < LURE:
            said.append(lure)
        else:
            said.append(truth if dice.random() < dice.uniform(*somewhere.right) else dice.choice(wrong))
    partner = None
    if kind == "colluding" and dice.random() < 0.3:
        partner = favourite if dice.random() < 0.5 else dice.randrange(somewhere.size)
        said = [*said[:2], partner]
    if not said:
        return (), partner
    logs = [math.log(p) for p in somewhere.crowd.prior]
    for label in said:
        logs = [a + b for a, b in zip(logs, evidence(somewhere.crowd, None, label), strict=True)]
    top = max(logs)
    odds = [math.exp(one - top) for one in logs]
    return tuple(one / sum(odds) for one in odds), partner


def _read(
    worker: Worker, truth: int, wrong: list[int], lure: int | None, suggested: int | None, dice: Random
) -> int:
    if lure is not None and dice.random() < LURE * (1.0 - 0.5 * worker.right):
        return lure
    own = truth if dice.random() < worker.right else dice.choice(wrong)
    if suggested is not None and suggested != own:
        persuaded = worker.lenient if suggested != truth else 0.7
        if dice.random() < persuaded:
            return suggested
    return own


def _unread(
    kind: str, labels: range, favourite: int, partner: int | None, suggested: int | None, dice: Random
) -> int:
    match kind:
        case "constant":
            return favourite
        case "colluding":
            return favourite if partner is None else partner
        case "follower" if suggested is not None:
            return suggested
        case _:
            return dice.choice(labels)


def _seconds(worker: Worker, *, quick: bool, dice: Random) -> float:
    if quick:
        return TYPICAL * math.exp(dice.gauss(-1.3, 0.5))
    time = TYPICAL * math.exp(dice.gauss(worker.pace, 0.55))
    return time * 20.0 if dice.random() < 0.04 else time
