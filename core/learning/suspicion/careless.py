"""Chance and habit: workers whose answers tell nothing of the task, or are one label nearly always."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.special import logsumexp

from core.consensus.finding import MOST, Finding, Suspicion, strength
from core.learning.suspicion.habits import CONSTANT, CONTRARY, RANDOM, Habits
from core.learning.suspicion.others import Others

LEAST = 15
"""Answers before anybody is named for how they answer."""
ALMOST_ALL = 0.9
"""The share of one label from which answers are called constant rather than random."""
POORER = 0.1
"""How much less often right than readers somebody must be: missing every rare case may be mere strictness."""
READS = np.log(3.0)
"""From here on it is as likely that the answers follow the truth in a way of their own, which accuses nobody."""
CLEARLY = np.log(20.0)
"""How much likelier being contrary must be than chance: of many labels, chance is nearly always wrong too."""

GOLD_ANSWERS, SPEAKS_FOR = 20, 0.2
"""From so many answers to known tasks, being right this much more often there than by the others clears all."""


def careless(others: Others, habits: Habits) -> list[Finding]:
    """Who answers without reading, unless known truths show that it is the others who err together."""
    found = list(_named(others, habits))
    record = others.record
    known = record.known[record.tasks]
    cleared = set()
    for kind in {finding.kind for finding in found}:
        named = [finding.worker for finding in found if finding.kind is kind]
        rows = np.flatnonzero((known >= 0) & np.isin(record.workers, named))
        if len(rows) < GOLD_ANSWERS:
            continue
        by_gold = float((record.labels[rows] == known[rows]).mean())
        by_others = float(np.mean([finding.evidence["right"] for finding in found if finding.kind is kind]))
        if by_gold > by_others + SPEAKS_FOR:
            cleared.add(kind)
    return [finding for finding in found if finding.kind not in cleared]


def _named(others: Others, habits: Habits) -> Iterator[Finding]:
    """Who answers by chance, by habit or the opposite: the odds of these ways against all honest ones."""
    joint = habits.likelihood + np.log(habits.weights)
    contrary = logsumexp(joint[:, CONTRARY], axis=1)
    unread = logsumexp(joint[:, (RANDOM, CONSTANT)], axis=1)
    honest = logsumexp(joint[:, CONTRARY[-1] + 1 :], axis=1)
    right, expected = others.share(others.right), others.share(others.expected)
    ordinary = others.truth @ others.pooled
    for worker in np.flatnonzero(others.answers >= LEAST):
        odds = strength(float(np.logaddexp(unread[worker], contrary[worker]) - honest[worker]))
        opposed = contrary[worker] > unread[worker] + CLEARLY
        if odds is None or (habits.reads[worker] > READS and not opposed):
            continue
        if right[worker] > expected[worker] - POORER and odds < MOST:
            continue
        answers = int(others.answers[worker])
        label = int(habits.said[worker].argmax())
        share = float(habits.said[worker, label]) / answers
        if share >= ALMOST_ALL:
            kind = Suspicion.CONSTANT
        else:
            kind = Suspicion.CONTRARY if opposed else Suspicion.RANDOM
        yield Finding(
            worker=int(worker),
            kind=kind,
            strength=odds,
            evidence={
                "answers": answers,
                "right": float(right[worker]),
                "expected": float(expected[worker]),
                "label": label,
                "share": share,
                "expected_share": float(ordinary[others.record.workers == worker, label].mean()),
            },
        )
