"""What more answers would bring: each target's cost from here on, and how right the labels would be."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TYPE_CHECKING

import numpy as np

from core.consensus.calibration import TINY, Calibration
from core.consensus.contract import Learner
from core.consensus.outlook import Ahead, Forecast, Outlook
from core.learning.play import Ends, Floats, Ints, Panel, Rule, Standing, Tasks, node_table, play

if TYPE_CHECKING:
    from core.consensus.crowd import Fit
    from core.learning.record import Record

TARGETS = (0.80, 0.85, 0.90, 0.95, 0.98)
TOUCHED, FRESH = 750, 250
"""At most so many tasks that had answers, and so many that had none, are played."""
PANEL = 24
"""So many workers stand for the crowd, each as often as they answer."""
TENTH = 1.2816
"""A normal variable lies within so many deviations eight times in ten."""


def forecast(
    learner: Learner,
    record: Record,
    fit: Fit,
    calibration: Calibration,
    *,
    standing: Sequence[Standing],
    rule: Rule,
    chance: Random,
) -> Forecast:
    """Play some tasks to their end; `standing` says of each task of the record what can become of it.

    All targets share one play, so a higher one never takes fewer answers.
    """
    state = np.asarray(standing, dtype=np.int64)
    votes = _votes(record)
    counted = np.flatnonzero((state != Standing.LEFT_OUT) & (votes.sum(axis=1) > 0))
    chosen = _evenly(counted, TOUCHED)
    prior = np.log(np.maximum(np.asarray(fit.crowd.prior), TINY))
    fresh = Tasks(np.tile(prior, (FRESH, 1)), np.zeros((FRESH, len(prior))), np.full(FRESH, Standing.OPEN))
    touched = Tasks(np.log(np.maximum(fit.posterior[chosen], TINY)), votes[chosen], state[chosen])
    targets = sorted({*TARGETS, rule.overlap.confidence})
    panel = _panel(learner, record, fit)
    gold = bool((record.known[state == Standing.LEFT_OUT] >= 0).any())
    price = rule.reward / (1 - rule.gold_share if gold else 1)
    rows = []
    for tasks, whole in ((touched, len(counted)), (fresh, None)):
        if not len(tasks.standing):  # nobody met a task yet: no weight is given to what these come to
            tasks = fresh
        ends = play(tasks, panel, calibration, targets=targets, rule=rule, chance=chance)
        rows.append(_outlooks(ends, tasks, calibration, price=price, whole=whole))
    ahead = (Ahead(target, *both) for target, *both in zip((0.0, *targets), *rows, strict=True))
    return Forecast(len(counted), calibration.measured, tuple(ahead))


def _votes(record: Record) -> Floats:
    cells = record.tasks.astype(np.int64) * record.labels_n + record.labels
    found = np.bincount(cells, minlength=record.tasks_n * record.labels_n)
    return found.reshape(record.tasks_n, record.labels_n).astype(np.float64)


def _evenly(places: Ints, most: int) -> Ints:
    if len(places) <= most:
        return places
    found: Ints = places[np.linspace(0, len(places) - 1, most).astype(np.int64)]
    return found


def _panel(learner: Learner, record: Record, fit: Fit) -> Panel:
    """Workers picked evenly from the answers given, so that who answers often is met often."""
    labels = range(record.labels_n)
    met = _evenly(np.sort(record.workers).astype(np.int64), PANEL).tolist()
    rows = {}
    for who in set(met):
        counts = tuple(fit.counts[who].ravel().tolist())
        rows[who] = [learner.evidence(fit.crowd, counts, said) for said in labels]
    newcomer = [learner.evidence(fit.crowd, None, said) for said in labels]
    weighs = np.array([rows[who] for who in met] or [newcomer], dtype=np.float64)
    says = np.exp(weighs).transpose(0, 2, 1).cumsum(axis=2)
    return Panel(says / says[:, :, -1:], weighs)


def _outlooks(
    ends: Ends, tasks: Tasks, calibration: Calibration, *, price: float, whole: int | None
) -> list[Outlook]:
    """The means at each target; these tasks are a sample of `whole`, or of any number.

    More answers never make the likeliest labels worse. That the discount on many answers may say so a little
    is its roughness, which is not passed on.
    """
    waits = tasks.standing == Standing.ESCALATED
    opens = tasks.standing == Standing.OPEN
    left = (waits | opens | (ends.answers > 0)) & ends.unsure
    left[0] = waits | opens
    nodes = node_table(calibration)
    found, reached = [], 0.0
    for at in range(len(ends.answers)):
        mean, low, high = _band(ends.claimed[at], nodes[2], gold=calibration.gold, whole=whole)
        reached = max(reached, mean)
        found.append(
            Outlook(
                answers=float(ends.answers[at].mean()),
                points=float(ends.right[at].mean() * price),
                accuracy=reached,
                low=low + reached - mean,
                high=min(1.0, high + reached - mean),
                left=float(left[at].mean()),
                sound=float((ends.claimed[at] @ nodes[2] * ~left[at]).mean()),
            )
        )
    return found


def _band(claimed: Floats, weights: Floats, *, gold: int, whole: int | None) -> tuple[float, float, float]:
    """The expected accuracy, and between what it lies eight times in ten.

    Uncertain are the exponent (its nodes), which tasks were played, and what so little gold can tell at all:
    of the lapse a node holds the mean only.
    """
    each = claimed.mean(axis=0)
    mean = min(1.0, float(each @ weights))  # of ones it may be a rounding more
    order = np.argsort(each)
    passed = weights[order].cumsum() - weights[order] / 2
    low, high = np.interp((0.1, 0.9), passed, each[order])
    size = len(claimed)
    unplayed = 1.0 if whole is None else max(0.0, 1 - size / max(1, whole))
    played = float((claimed @ weights).var()) / size * unplayed
    told = mean * (1 - mean) / max(1, gold)
    other = TENTH * (played + told) ** 0.5
    down, up = np.hypot((max(0.0, mean - low), max(0.0, high - mean)), other)
    return mean, max(0.0, float(mean - down)), min(1.0, float(mean + up))
