"""Simulated crowds that take a known share of suggestions from the screen instead of judging."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.domain.suggestions import AUDIT_ANSWERS, AUDITED, PLANTED_SHARE
from core.learning.anchoring import Cards, On
from core.learning.record import Record

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

GOLD, GOLD_ANSWERS = 20, 5
FASTER = 0.8
"""Time with a suggestion on screen as a part of the time without."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One crowd."""

    copied: float
    labels: int
    model: float
    answers: int = 2000
    tasks: int = 700
    workers: int = 20
    control: float = 0.1
    show_above: float = 0.0
    alike: float = 0.0
    """How often a wrong suggestion is the mistake that a person makes anyway, beyond chance."""


@dataclass(frozen=True, slots=True)
class Made:
    """What a refit sees, and what it does not."""

    record: Record
    cards: Cards
    truth: Ints
    judging: Floats
    """(W, K, K) P(says l | truth k) of everybody, by themselves."""


@dataclass(slots=True)
class _Crowd:
    setting: Setting
    dice: np.random.Generator
    truth: Ints
    suggested: Ints
    worth: NDArray[np.bool_]
    judging: Floats
    active: Floats
    rows: list[tuple[int, int, int, int, int, float]] = field(default_factory=list)
    asked: dict[int, set[int]] = field(default_factory=dict)

    def answer(self, task: int) -> None:
        """By somebody who has not seen the task."""
        dice, size = self.dice, self.setting.labels
        before = self.asked.setdefault(task, set())
        free = [worker for worker in range(self.setting.workers) if worker not in before]
        worker = int(dice.choice(free, p=self.active[free] / self.active[free].sum()))
        before.add(worker)
        on, label = self._card(task)
        truth = int(self.truth[task])
        said = int(dice.choice(size, p=self.judging[worker, truth]))
        if on in (On.SHOWN, On.WITHHELD) and label != truth and dice.random() < self.setting.alike:
            said = label
        visible = on in (On.SHOWN, On.PLANTED)
        if visible and dice.random() < self.setting.copied:
            said = label
        pace = (FASTER if visible else 1.0) * np.exp(dice.normal(9.0, 0.5) + 0.3 * np.sin(worker))
        self.rows.append((task, worker, said, label, on, pace))

    def _card(self, task: int) -> tuple[On, int]:
        """As `core.domain.suggestions.drawn` has it."""
        if not self.worth[task]:
            return On.NOTHING, -1
        label, truth = int(self.suggested[task]), int(self.truth[task])
        if task < GOLD and self.dice.random() < PLANTED_SHARE:
            size = self.setting.labels
            return On.PLANTED, label if label != truth else (truth + int(self.dice.integers(1, size))) % size
        return (On.WITHHELD if self.dice.random() < self.setting.control else On.SHOWN), label


def crowd(setting: Setting, *, seed: int) -> Made:
    """Gold; two answers each, three where audited; then a third where two disagree, then any."""
    dice, size = np.random.default_rng(seed), setting.labels
    tasks_n = GOLD + setting.tasks
    truth = dice.choice(size, tasks_n, p=dice.dirichlet(np.full(size, 8.0)))
    sure = np.maximum(dice.beta(8 * setting.model, 8 * (1 - setting.model), tasks_n), 1 / size)
    slips = _slips(dice, np.full((size, size), 2.0))
    suggested = np.array(
        [
            one if dice.random() < chance else dice.choice(size, p=slips[one])
            for one, chance in zip(truth, sure, strict=True)
        ]
    )
    audited = dice.random(tasks_n) < 1 / AUDITED
    audited[:GOLD] = False
    made = _Crowd(
        setting,
        dice,
        truth,
        suggested,
        (sure >= setting.show_above) & ~audited,
        _judging(setting, dice),
        np.arange(1, setting.workers + 1, dtype=np.float64) ** -0.5,
    )
    for task in range(tasks_n):
        for _ in range(GOLD_ANSWERS if task < GOLD else AUDIT_ANSWERS if audited[task] else 2):
            made.answer(task)
    heard: dict[int, set[int]] = {}
    for task, _, said, *_ in made.rows:
        heard.setdefault(task, set()).add(said)
    split = [task for task in range(GOLD, tasks_n) if len(heard[task]) > 1 and not audited[task]]
    dice.shuffle(split)
    while len(made.rows) < setting.answers:
        made.answer(split.pop() if split else int(dice.integers(GOLD, tasks_n)))
    known = np.full(tasks_n, -1, np.int32)
    known[:GOLD] = truth[:GOLD]
    tasks, workers, labels, shown, on, times = (np.array(column) for column in zip(*made.rows, strict=True))
    whole = np.stack((tasks, workers, labels)).astype(np.int32)
    return Made(
        Record(whole[0], whole[1], whole[2], known, setting.workers, size),
        Cards(shown.astype(np.int32), on.astype(np.int8), times.astype(np.float64)),
        truth,
        made.judging,
    )


def _judging(setting: Setting, dice: np.random.Generator) -> Floats:
    """Accuracies of .6 to .9 that differ a little by class, and mistakes that people partly share."""
    size = setting.labels
    common = dice.dirichlet(np.full(size, 3.0), size)
    found = np.zeros((setting.workers, size, size))
    for own in found:
        right = np.clip(dice.uniform(0.6, 0.9) + dice.normal(0, 0.05, size), 0.05, 0.97)
        own[:] = (1 - right)[:, None] * _slips(dice, 6 * common + 0.3)
        np.fill_diagonal(own, right)
    return found


def _slips(dice: np.random.Generator, weights: Floats) -> Floats:
    """(K, K) what is said instead of the truth."""
    found = np.array([dice.dirichlet(row) for row in weights]) * (1 - np.eye(len(weights)))
    slips: Floats = found / found.sum(axis=1, keepdims=True)
    return slips
