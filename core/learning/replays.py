"""Blind replays: how tasks of known truth would have gone, had nobody known it; NumPy, for refits only."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from operator import add
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.consensus.advisor import counts_as
from core.consensus.calibration import TINY, Calibration
from core.learning.calibrated import calibrated_all

if TYPE_CHECKING:
    from core.consensus.contract import Learner
    from core.consensus.crowd import Fit
    from core.learning.record import Record

Floats = NDArray[np.float64]

MOST_ORDERS = 8
"""In how many orders a gold task's answers are imagined to come in."""

MOST_REPLAYS = 800
"""Replays in one measurement: above it more gold is worth more than more orders."""

SETTLING = 2
"""Rounds in which a refit lets a task's own posterior colour the evidence it rests on."""

_ROOTS = tuple(math.sqrt(prime) for prime in (2, 3, 5, 7, 11, 13, 17, 19))


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to a gold task, with its worker's counts as they are without this task."""

    counts: tuple[float, ...]
    label: int
    evidence: tuple[float, ...]
    weight: float = 1.0  # how much of the evidence, and of what it tells of its worker, counts


@dataclass(frozen=True, slots=True)
class Prior:
    """The logarithms of the chances before anybody answered, and what a model's word adds to them, if it had one."""

    people: tuple[float, ...]
    advice: tuple[float, ...] = ()
    counts: float = 0.0  # as how much of an answer

    @property
    def logs(self) -> tuple[float, ...]:
        """Both together."""
        return _added(self.people, self.advice) if self.advice else self.people

    @property
    def advised(self) -> bool:
        """Whether the model said anything."""
        return bool(self.advice)


@dataclass(frozen=True, slots=True)
class Path:
    """A gold task whose answers come in one imagined order, with its blind posterior after each of them."""

    task: int
    truth: int
    answers: tuple[Answer, ...]
    prior: Prior
    posteriors: tuple[tuple[float, ...], ...]
    stops: bool
    weight: float


@dataclass(frozen=True, slots=True)
class Replay:
    """How a gold task would have ended, had its truth been unknown."""

    task: int
    truth: int
    posterior: tuple[float, ...]
    answers: float
    weight: float


def gold_answers(method: Learner, record: Record, fit: Fit) -> dict[int, list[Answer]]:
    """The answers of each task of known truth, in an order that no name and no time decides."""
    weights = np.ones(len(record.tasks)) if record.weights is None else record.weights
    rows = np.flatnonzero((record.known[record.tasks] >= 0) & (weights > 0))
    tasks = np.unique(record.tasks[rows])
    if len(tasks) > MOST_REPLAYS:
        kept = tasks[np.linspace(0, len(tasks) - 1, MOST_REPLAYS).astype(np.int64)]
        rows = rows[np.isin(record.tasks[rows], kept)]
    labels_n = record.labels_n
    found: dict[int, list[Answer]] = {}
    for row in rows.tolist():
        task, said = int(record.tasks[row]), int(record.labels[row])
        counts = fit.counts[int(record.workers[row])].ravel().tolist()
        own = int(record.known[task]) * labels_n + said
        weight = float(weights[row])
        counts[own] = max(0.0, counts[own] - weight)
        without = tuple(counts)
        evidence = tuple(weight * one for one in method.evidence(fit.crowd, without, said))
        found.setdefault(task, []).append(Answer(without, said, evidence, weight))
    for task, answers in found.items():
        truth = int(record.known[task])
        answers.sort(key=lambda answer: (round(answer.evidence[truth], 9), sorted(answer.evidence)))
    return found


def all_paths(
    record: Record,
    fit: Fit,
    gold: dict[int, list[Answer]],
    *,
    most: int,
    escalated: Collection[int],
    advice: Floats | None = None,
) -> list[Path]:
    """Each gold task in the orders that its answers may have come in; an escalated one whole, and once."""
    orders = MOST_REPLAYS // len(gold)
    return [
        path
        for task, answers in gold.items()
        for truth, prior in [(int(record.known[task]), _prior(fit, None if advice is None else advice[task]))]
        for path in (
            _paths(prior, task, truth, answers, orders=1, most=len(answers), stops=False)
            if task in escalated
            else _paths(prior, task, truth, answers, orders=orders, most=most, stops=True)
        )
    ]


def stops_of(paths: Sequence[Path], believed: Calibration, *, target: float) -> list[int]:
    """After how many answers the project would have stopped asking, for each path."""
    lengths = np.array([len(path.posteriors) for path in paths])
    ends = lengths.cumsum()
    blind = np.array([posterior for path in paths for posterior in path.posteriors])
    answers = np.arange(1, ends[-1] + 1) - np.repeat(ends - lengths, lengths)
    said = answers + np.repeat([path.prior.counts for path in paths], lengths)
    reached = calibrated_all(believed, blind, said).max(axis=1) >= target
    reached &= np.repeat([path.stops for path in paths], lengths)
    reached[ends - 1] = True  # more answers than all there are
    first = np.minimum.reduceat(np.where(reached, answers, ends[-1]), ends - lengths)
    return [int(one) for one in first]


def replay(path: Path, given: int, posterior: tuple[float, ...]) -> Replay:
    """The path, ended after so many answers."""
    return Replay(path.task, path.truth, posterior, given + path.prior.counts, path.weight)


def settled(method: Learner, fit: Fit, path: Path, given: int) -> tuple[float, ...]:
    """The posterior after a refit, where a task of unknown truth is evidence about its own workers too.

    What people said tells of them, and what a model said does not.
    """
    posterior, answers, prior = path.posteriors[given - 1], path.answers[:given], path.prior
    if prior.advised:
        posterior = _chances(_added(_logs(posterior), [-more for more in prior.advice]))
    labels_n = len(posterior)
    for _ in range(SETTLING if len(answers) > 1 else 0):
        logs = prior.people
        for answer in answers:
            counts = list(answer.counts)
            for truth, chance in enumerate(posterior):
                counts[truth * labels_n + answer.label] += answer.weight * chance
            row = method.evidence(fit.crowd, counts, answer.label)
            logs = tuple(log + answer.weight * more for log, more in zip(logs, row, strict=True))
        posterior = _chances(logs)
    return _chances(_added(_logs(posterior), prior.advice)) if prior.advised else posterior


def _paths(
    prior: Prior,
    task: int,
    truth: int,
    answers: Sequence[Answer],
    *,
    orders: int,
    most: int,
    stops: bool,
) -> Iterator[Path]:
    """The orders in which the answers may have come; a single answer has one."""
    roots = _ROOTS[: min(orders, MOST_ORDERS, math.factorial(min(len(answers), 4)))]
    for root in roots:
        order = sorted(range(len(answers)), key=lambda place: (place + 1) * root % 1)[:most]
        chosen = tuple(answers[place] for place in order)
        logs, posteriors = prior.logs, []
        for answer in chosen:
            logs = _added(logs, answer.evidence)
            posteriors.append(_chances(logs))
        yield Path(task, truth, chosen, prior, tuple(posteriors), stops, 1 / len(roots))


def _prior(fit: Fit, advice: Floats | None) -> Prior:
    logs = _logs(fit.crowd.prior)
    if advice is None or not advice.any():
        return Prior(logs)
    words = tuple(advice.tolist())
    return Prior(logs, words, counts_as(fit.crowd, words))


def _logs(chances: Sequence[float]) -> tuple[float, ...]:
    return tuple(math.log(max(chance, TINY)) for chance in chances)


def _added(logs: Sequence[float], more: Sequence[float]) -> tuple[float, ...]:
    return tuple(map(add, logs, more))


def _chances(logs: Sequence[float]) -> tuple[float, ...]:
    top = max(logs)
    weights = [math.exp(log - top) for log in logs]
    whole = sum(weights)
    return tuple(weight / whole for weight in weights)
