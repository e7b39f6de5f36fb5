"""Measuring on tasks of known truth how far posteriors can be believed; numpy stays on this side."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

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
from core.learning.replays import Answer, Replay, all_paths, gold_answers, replay, settled, stops_of

if TYPE_CHECKING:
    from core.consensus.contract import Learner
    from core.consensus.crowd import Fit
    from core.learning.record import Record

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ROUNDS = 3
"""Where a replay stops depends on what is measured; from the third time on nothing moves."""

CLAIMS = tuple(hundredth / 100 for hundredth in range(50, 100))

_STEPS = np.linspace(-3.0, 3.0, 25)
_LAPSES = 1 / (1 + np.exp(-(LAPSE + LAPSE_SPREAD * _STEPS)))
_SPREAD = EXPONENT_SPREAD * np.array(NODES)
_PRIOR = -0.5 * np.array(NODES)[:, None] ** 2 - 0.5 * _STEPS[None, :] ** 2


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
    gold = gold_answers(method, record, fit)
    if len(gold) < LEAST_GOLD:
        return Calibration.unknown(gold=len(gold))
    paths = all_paths(record, fit, gold, most=most, escalated=escalated)
    seen: dict[tuple[int, int], tuple[float, ...]] = {}
    agreement = alpha(record)
    exponents = np.exp(expected_exponent(agreement) + _SPREAD)
    believed = Calibration.unknown(gold=len(gold), agreement=agreement)
    for _ in range(ROUNDS):
        stops = stops_of(paths, believed, target=target)
        for place in set(enumerate(stops)) - seen.keys():
            path, given = paths[place[0]], place[1]
            seen[place] = settled(method, fit, path, given)
        replays = [
            replay(path, given, seen[place, given])
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


def _with_words(
    method: Learner,
    record: Record,
    fit: Fit,
    gold: dict[int, list[Answer]],
    advice: Floats,
    believed: Calibration,
    *,
    most: int,
    escalated: Collection[int],
    target: float,
) -> list[Replay]:
    """The replays in which the model has its word, stopped by what is believed of people."""
    paths = all_paths(record, fit, gold, most=most, escalated=escalated, advice=advice)
    stops = stops_of(paths, believed, target=target)
    return [
        replay(path, given, settled(method, fit, path, given))
        for path, given in zip(paths, stops, strict=True)
    ]


def _score(replays: Sequence[Replay], believed: Calibration) -> float:
    """The chances that were left to the truths, as weighted logarithms."""
    chances = calibrated_all(
        believed,
        np.array([one.posterior for one in replays]),
        np.array([one.answers for one in replays], dtype=np.float64),
    )
    left = chances[np.arange(len(replays)), [one.truth for one in replays]]
    return float(np.log(np.maximum(left, 1e-9)) @ np.array([one.weight for one in replays]))


def _leads(posterior: Sequence[float], truth: int) -> bool:
    """Whether no other label is as likely; a tie is no answer."""
    return all(posterior[truth] > chance for label, chance in enumerate(posterior) if label != truth)


def _chances_of(labels: Ints, replays: Sequence[Replay], exponents: Floats) -> Floats:
    """The chance of one label for every replay, exponent and lapse: (R, 7, 25)."""
    logs = np.log(np.maximum(np.array([one.posterior for one in replays], dtype=np.float64), TINY))
    logs -= logs.max(axis=1, keepdims=True)
    answers = np.array([min(one.answers, MOST_TOGETHER) for one in replays], dtype=np.float64)
    together = 1 + TOGETHER * (answers - 1)
    powers = np.exp(logs[:, None, :] * (exponents[None, :] / together[:, None])[:, :, None])
    shares = powers[np.arange(len(replays)), :, labels] / powers.sum(axis=2)
    chances: Floats = shares[:, :, None] * (1 - _LAPSES) + _LAPSES / logs.shape[1]
    return chances


def _likelihood(replays: Sequence[Replay], exponents: Floats) -> Floats:
    """How well each exponent and lapse foretold each truth: weighted logarithms, (R, 7, 25)."""
    truths = np.array([one.truth for one in replays])
    weights = np.array([one.weight for one in replays])[:, None, None]
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


def _held(replays: Sequence[Replay], likelihood: Floats, exponents: Floats) -> tuple[Held, ...]:
    """Each gold task claimed by what all the other gold says, and whether that came true."""
    leads = np.array([one.posterior for one in replays]).argmax(axis=1)
    claims = _chances_of(leads, replays, exponents)
    tasks = np.array([one.task for one in replays])
    whole = likelihood.sum(axis=0)
    claimed = np.zeros(len(replays))
    for task in np.unique(tasks):
        own = tasks == task
        weights = _weights(whole - likelihood[own].sum(axis=0))
        claimed[own] = (claims[own] * weights).sum(axis=(1, 2))
    right = np.array([_leads(one.posterior, one.truth) for one in replays])
    weight = np.array([one.weight for one in replays])
    return tuple(
        Held(one, float(weight[reached & right].sum()), float(weight[reached].sum()))
        for one in CLAIMS
        for reached in [claimed >= one - 1e-9]
    )
