"""Measuring on tasks of known truth how far posteriors can be believed; numpy stays on this side."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from operator import add
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.consensus.advisor import counts_as
from core.consensus.calibration import (
    EXPONENT_SPREAD,
    LAPSE,
    LAPSE_SPREAD,
    LEAST_GOLD,
    MOST_TOGETHER,
    NODES,
    TINY,
    TOGETHER,
    TRUSTS,
    Calibration,
    Held,
    Node,
    expected_exponent,
)
from core.learning.agreement import alpha
from core.learning.calibrated import calibrated_all

if TYPE_CHECKING:
    from core.consensus.contract import Learner
    from core.consensus.crowd import Fit
    from core.learning.record import Record

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOST_ORDERS = 8
"""In how many orders a gold task's answers are imagined to come in."""

MOST_REPLAYS = 800
"""Replays in one measurement: above it more gold is worth more than more orders."""

ROUNDS = 3
"""Where a replay stops depends on what is measured; from the third time on nothing moves."""

SETTLING = 2
"""Rounds in which a refit lets a task's own posterior colour the evidence it rests on."""

CLAIMS = tuple(hundredth / 100 for hundredth in range(50, 100))

_ROOTS = tuple(math.sqrt(prime) for prime in (2, 3, 5, 7, 11, 13, 17, 19))
_STEPS = np.linspace(-3.0, 3.0, 25)
_LAPSES = 1 / (1 + np.exp(-(LAPSE + LAPSE_SPREAD * _STEPS)))
_SPREAD = EXPONENT_SPREAD * np.array(NODES)
_PRIOR = -0.5 * np.array(NODES)[:, None] ** 2 - 0.5 * _STEPS[None, :] ** 2


@dataclass(frozen=True, slots=True)
class _Answer:
    """One answer to a gold task, with its worker's counts as they are without this task."""

    counts: tuple[float, ...]
    label: int
    evidence: tuple[float, ...]
    weight: float = 1.0  # how much of the evidence, and of what it tells of its worker, counts


@dataclass(frozen=True, slots=True)
class _Prior:
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
class _Path:
    """A gold task whose answers come in one imagined order, with its blind posterior after each of them."""

    task: int
    truth: int
    answers: tuple[_Answer, ...]
    prior: _Prior
    posteriors: tuple[tuple[float, ...], ...]
    stops: bool
    weight: float


@dataclass(frozen=True, slots=True)
class _Replay:
    """How a gold task would have ended, had its truth been unknown."""

    task: int
    truth: int
    posterior: tuple[float, ...]
    answers: float
    weight: float


def fit_calibration(
    method: Learner,
    record: Record,
    fit: Fit,
    *,
    target: float = 0.95,
    most: int = 50,
    escalated: Collection[int] = (),
    advice: Floats | None = None,
) -> Calibration:
    """What the gold says about exponent and lapse: their posterior over a grid, from blind replays of the gold.

    A replay gives a gold task its answers one by one, in several orders, and stops by the project's own rule;
    the task's truth is taken out of its workers' counts before. What counts is the chance that is left to the
    truth (Good 1952, the logarithmic score): an error that was foreseen as possible tells less against the crowd
    than one that was ruled out. Tasks known because a person settled them (`escalated`) are hard ones, and would
    mislead if stopped half-way: only their whole record counts.
    `advice` is (T, K) what a model's word is worth by itself for each task, zeros where it says nothing. How much
    of it counts beside people's is measured apart, on the same replays with its word, so that what it errs in is
    not held against them.
    """
    gold = _gold(method, record, fit)
    if len(gold) < LEAST_GOLD:
        return Calibration.unknown(gold=len(gold))
    paths = _all_paths(record, fit, gold, most=most, escalated=escalated)
    seen: dict[tuple[int, int], tuple[float, ...]] = {}
    agreement = alpha(record)
    exponents = np.exp(expected_exponent(agreement) + _SPREAD)
    believed = Calibration.unknown(gold=len(gold), agreement=agreement)
    for _ in range(ROUNDS):
        stops = _given(paths, believed, target=target)
        for place in set(enumerate(stops)) - seen.keys():
            path, given = paths[place[0]], place[1]
            seen[place] = _settled(method, fit, path, given)
        replays = [
            _replay(path, given, seen[place, given])
            for place, (path, given) in enumerate(zip(paths, stops, strict=True))
        ]
        likelihood = _likelihood(replays, exponents)
        believed = replace(believed, nodes=_nodes(likelihood.sum(axis=0), exponents))
    if advice is not None and advice[list(gold)].any():
        play = partial(_with_words, method, record, fit, gold, most=most, escalated=escalated, target=target)
        scores = np.array([_score(play(trust * advice, believed), believed) for trust in TRUSTS])
        weights = np.exp(scores - scores.max())
        believed = replace(believed, trust=float(weights @ TRUSTS / weights.sum()))
        replays = play(believed.trust * advice, believed)
    return replace(believed, held=_held(replays, likelihood, exponents))


def _all_paths(
    record: Record,
    fit: Fit,
    gold: dict[int, list[_Answer]],
    *,
    most: int,
    escalated: Collection[int],
    advice: Floats | None = None,
) -> list[_Path]:
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


def _with_words(
    method: Learner,
    record: Record,
    fit: Fit,
    gold: dict[int, list[_Answer]],
    advice: Floats,
    believed: Calibration,
    *,
    most: int,
    escalated: Collection[int],
    target: float,
) -> list[_Replay]:
    """The replays in which the model has its word, stopped by what is believed of people."""
    paths = _all_paths(record, fit, gold, most=most, escalated=escalated, advice=advice)
    stops = _given(paths, believed, target=target)
    return [
        _replay(path, given, _settled(method, fit, path, given))
        for path, given in zip(paths, stops, strict=True)
    ]


def _score(replays: Sequence[_Replay], believed: Calibration) -> float:
    """The chances that were left to the truths, as weighted logarithms."""
    chances = calibrated_all(
        believed,
        np.array([replay.posterior for replay in replays]),
        np.array([replay.answers for replay in replays], dtype=np.float64),
    )
    left = chances[np.arange(len(replays)), [replay.truth for replay in replays]]
    return float(np.log(np.maximum(left, 1e-9)) @ np.array([replay.weight for replay in replays]))


def _gold(method: Learner, record: Record, fit: Fit) -> dict[int, list[_Answer]]:
    """The answers of each task of known truth, in an order that no name and no time decides."""
    weights = np.ones(len(record.tasks)) if record.weights is None else record.weights
    rows = np.flatnonzero((record.known[record.tasks] >= 0) & (weights > 0))
    tasks = np.unique(record.tasks[rows])
    if len(tasks) > MOST_REPLAYS:
        kept = tasks[np.linspace(0, len(tasks) - 1, MOST_REPLAYS).astype(np.int64)]
        rows = rows[np.isin(record.tasks[rows], kept)]
    labels_n = record.labels_n
    found: dict[int, list[_Answer]] = {}
    for row in rows.tolist():
        task, said = int(record.tasks[row]), int(record.labels[row])
        counts = fit.counts[int(record.workers[row])].ravel().tolist()
        own = int(record.known[task]) * labels_n + said
        weight = float(weights[row])
        counts[own] = max(0.0, counts[own] - weight)
        without = tuple(counts)
        evidence = tuple(weight * one for one in method.evidence(fit.crowd, without, said))
        found.setdefault(task, []).append(_Answer(without, said, evidence, weight))
    for task, answers in found.items():
        truth = int(record.known[task])
        answers.sort(key=lambda answer: (round(answer.evidence[truth], 9), sorted(answer.evidence)))
    return found


def _paths(
    prior: _Prior,
    task: int,
    truth: int,
    answers: Sequence[_Answer],
    *,
    orders: int,
    most: int,
    stops: bool,
) -> Iterator[_Path]:
    """The orders in which the answers may have come; a single answer has one."""
    roots = _ROOTS[: min(orders, MOST_ORDERS, math.factorial(min(len(answers), 4)))]
    for root in roots:
        order = sorted(range(len(answers)), key=lambda place: (place + 1) * root % 1)[:most]
        chosen = tuple(answers[place] for place in order)
        logs, posteriors = prior.logs, []
        for answer in chosen:
            logs = _added(logs, answer.evidence)
            posteriors.append(_chances(logs))
        yield _Path(task, truth, chosen, prior, tuple(posteriors), stops, 1 / len(roots))


def _given(paths: Sequence[_Path], believed: Calibration, *, target: float) -> list[int]:
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


def _replay(path: _Path, given: int, posterior: tuple[float, ...]) -> _Replay:
    return _Replay(path.task, path.truth, posterior, given + path.prior.counts, path.weight)


def _settled(method: Learner, fit: Fit, path: _Path, given: int) -> tuple[float, ...]:
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


def _prior(fit: Fit, advice: Floats | None) -> _Prior:
    logs = _logs(fit.crowd.prior)
    if advice is None or not advice.any():
        return _Prior(logs)
    words = tuple(advice.tolist())
    return _Prior(logs, words, counts_as(fit.crowd, words))


def _logs(chances: Sequence[float]) -> tuple[float, ...]:
    return tuple(math.log(max(chance, TINY)) for chance in chances)


def _added(logs: Sequence[float], more: Sequence[float]) -> tuple[float, ...]:
    return tuple(map(add, logs, more))


def _chances(logs: Sequence[float]) -> tuple[float, ...]:
    top = max(logs)
    weights = [math.exp(log - top) for log in logs]
    whole = sum(weights)
    return tuple(weight / whole for weight in weights)


def _leads(posterior: Sequence[float], truth: int) -> bool:
    """Whether no other label is as likely; a tie is no answer."""
    return all(posterior[truth] > chance for label, chance in enumerate(posterior) if label != truth)


def _chances_of(labels: Ints, replays: Sequence[_Replay], exponents: Floats) -> Floats:
    """The chance of one label for every replay, exponent and lapse: (R, 7, 25)."""
    logs = np.log(np.maximum(np.array([replay.posterior for replay in replays], dtype=np.float64), TINY))
    logs -= logs.max(axis=1, keepdims=True)
    answers = np.array([min(replay.answers, MOST_TOGETHER) for replay in replays], dtype=np.float64)
    together = 1 + TOGETHER * (answers - 1)
    powers = np.exp(logs[:, None, :] * (exponents[None, :] / together[:, None])[:, :, None])
    shares = powers[np.arange(len(replays)), :, labels] / powers.sum(axis=2)
    chances: Floats = shares[:, :, None] * (1 - _LAPSES) + _LAPSES / logs.shape[1]
    return chances


def _likelihood(replays: Sequence[_Replay], exponents: Floats) -> Floats:
    """How well each exponent and lapse foretold each truth: weighted logarithms, (R, 7, 25)."""
    truths = np.array([replay.truth for replay in replays])
    weights = np.array([replay.weight for replay in replays])[:, None, None]
    logs: Floats = np.log(np.maximum(_chances_of(truths, replays, exponents), 1e-9)) * weights
    return logs


def _weights(likelihood: Floats) -> Floats:
    logs = _PRIOR + likelihood
    weights = np.exp(logs - logs.max())
    shares: Floats = weights / weights.sum()
    return shares


def _nodes(likelihood: Floats, exponents: Floats) -> tuple[Node, ...]:
    """Bayes' rule on the grid; the lapse enters a claim linearly, so its mean at each exponent is exact."""
    weights = _weights(likelihood)
    each = np.maximum(weights.sum(axis=1), 1e-12)
    lapses = (weights * _LAPSES).sum(axis=1) / each
    return tuple(
        Node(float(exponent), float(lapse), float(weight))
        for exponent, lapse, weight in zip(exponents, lapses, each / each.sum(), strict=True)
    )


def _held(replays: Sequence[_Replay], likelihood: Floats, exponents: Floats) -> tuple[Held, ...]:
    """Each gold task claimed by what all the other gold says, and whether that came true."""
    leads = np.array([replay.posterior for replay in replays]).argmax(axis=1)
    claims = _chances_of(leads, replays, exponents)
    tasks = np.array([replay.task for replay in replays])
    whole = likelihood.sum(axis=0)
    claimed = np.zeros(len(replays))
    for task in np.unique(tasks):
        own = tasks == task
        weights = _weights(whole - likelihood[own].sum(axis=0))
        claimed[own] = (claims[own] * weights).sum(axis=(1, 2))
    right = np.array([_leads(replay.posterior, replay.truth) for replay in replays])
    weight = np.array([replay.weight for replay in replays])
    return tuple(
        Held(one, float(weight[reached & right].sum()), float(weight[reached].sum()))
        for one in CLAIMS
        for reached in [claimed >= one - 1e-9]
    )
