"""Open tasks played to their end: workers as they are, answers that err alike, and the project's own rule.

The next answer to a task repeats an earlier one of the same task now and then (Pólya's urn, whose
intraclass correlation is the calibration's TOGETHER), else its worker says what they usually say where
the truth is what it seems to be.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from random import Random

import numpy as np
from numpy.typing import NDArray

from core.consensus.calibration import MOST_TOGETHER, TOGETHER, Calibration
from core.consensus.contract import Overlap

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

OTHERS = (1 - TOGETHER) / TOGETHER
"""Against this weight of the worker's own judgement each earlier answer of the task weighs one."""


class Standing(IntEnum):
    """What can still become of a task."""

    LEFT_OUT = 0  # gold, or cancelled
    OPEN = 1
    ESCALATED = 2
    SETTLED = 3  # may open once more
    FIXED = 4  # may not
    DECIDED = 5  # by a person, so it is right


@dataclass(frozen=True, slots=True)
class Rule:
    """When a project stops asking, and what a right answer earns."""

    overlap: Overlap
    leeway: float
    """A settled task is asked about again when it falls so far below the target."""
    reward: int
    gold_share: float


@dataclass(frozen=True, slots=True)
class Tasks:
    """Tasks as they stand, a row each."""

    logs: Floats
    """(S, K) the logarithm of the method's own posterior."""
    votes: Floats
    """(S, K) how many said what."""
    standing: Ints
    """(S,)"""


@dataclass(frozen=True, slots=True)
class Panel:
    """Some workers as they judge."""

    says: Floats
    """(P, K, K) P(says one of the labels up to l | truth k)."""
    weighs: Floats
    """(P, K, K) what it says about each truth k, in logarithms, that they say l: at [p, l, k]."""


@dataclass(frozen=True, slots=True)
class Ends:
    """How each task ends at each target; the first target is 0, which asks for nothing."""

    answers: Floats
    """(A, S) further ones."""
    right: Floats
    """(A, S) of them, those that say what the label becomes."""
    claimed: Floats
    """(A, S, J) how likely the label is right, for each node of the calibration."""
    unsure: Flags
    """(A, S) whether the target was missed."""


def play(
    tasks: Tasks,
    panel: Panel,
    calibration: Calibration,
    *,
    targets: Sequence[float],
    rule: Rule,
    chance: Random,
) -> Ends:
    """Give every task its next answers until the highest target is reached; each target takes its part of them."""
    nodes = node_table(calibration)
    aims = np.array([0.0, *targets])
    size = len(tasks.standing)
    ends = Ends(
        np.zeros((len(aims), size)),
        np.zeros((len(aims), size)),
        np.zeros((len(aims), size, nodes.shape[1])),
        np.zeros((len(aims), size), dtype=np.bool_),
    )
    before = tasks.votes.sum(axis=1)
    seems = claims(nodes * [[1], [0], [1]], tasks.logs, before) @ nodes[2]  # without the lapse
    truth = _drawn(seems.cumsum(axis=1), chance)
    logs, votes = tasks.logs.copy(), tasks.votes.copy()
    asks = np.ones((len(aims), size), dtype=np.bool_)
    live = np.arange(size)
    while len(live):
        count = votes[live].sum(axis=1)
        now = claims(nodes, logs[live], count)
        chances = now @ nodes[2]
        best, lead = chances.max(axis=1), chances.argmax(axis=1)
        aim, at = np.nonzero(asks[:, live])
        here = live[at]
        ends.answers[aim, here] = (count - before[live])[at]
        ends.right[aim, here] = (votes - tasks.votes)[here, lead[at]]
        ends.claimed[aim, here] = now[at, lead[at]]
        ends.unsure[aim, here] = best[at] < aims[aim]
        asks[:, live] &= _asks(tasks.standing[live], count, best, before=before[live], aims=aims, rule=rule)
        live = live[asks[:, live].any(axis=0)]
        who, said = _said(panel, truth[live], votes[live], chance)
        logs[live] += panel.weighs[who, said]
        votes[live, said] += 1
    ends.claimed[:, tasks.standing == Standing.DECIDED] = 1.0
    return ends


def node_table(calibration: Calibration) -> Floats:
    """Exponents, lapses and weights as rows: (3, J)."""
    table: Floats = np.array([(node.exponent, node.lapse, node.weight) for node in calibration.nodes]).T
    return table


def claims(nodes: Floats, logs: Floats, count: Floats) -> Floats:
    """The chances of each label as `calibrated` has them, for each node by itself: (S, K, J)."""
    exponents, lapses, _ = nodes
    answered = count[:, None] > 0
    together = 1 + TOGETHER * (np.minimum(np.maximum(count, 1), MOST_TOGETHER) - 1)
    powers = np.where(answered, exponents / together[:, None], 1.0)
    weights = np.exp((logs - logs.max(axis=1, keepdims=True))[:, :, None] * powers[:, None, :])
    weights /= weights.sum(axis=1, keepdims=True)
    lost = np.where(answered, lapses, 0.0)[:, None, :]
    found: Floats = weights * (1 - lost) + lost / logs.shape[1]
    return found


def _asks(standing: Ints, count: Floats, best: Floats, *, before: Floats, aims: Floats, rule: Rule) -> Flags:
    """Whether one more answer is asked for, at each target and of each task: (A, S)."""
    overlap = rule.overlap
    wanted = (count < overlap.least) | (best < aims[:, None])
    shaken = best < aims[:, None] - rule.leeway
    once_more = (standing == Standing.SETTLED) & (shaken | (count > before))
    found: Flags = wanted & ((standing == Standing.OPEN) | once_more)
    return found & (count < overlap.most) & (aims[:, None] > 0)


def _said(panel: Panel, truth: Ints, votes: Floats, chance: Random) -> tuple[Ints, Ints]:
    """Who answers next, and what they say."""
    size = len(truth)
    who = (uniform(chance, size) * len(panel.says)).astype(np.int64)
    given = votes.sum(axis=1)
    repeats = uniform(chance, size) * (OTHERS + given) < given
    heard = votes.cumsum(axis=1) / np.maximum(given, 1)[:, None]
    said = _drawn(np.where(repeats[:, None], heard, panel.says[who, truth]), chance)
    return who, said


def _drawn(cumulated: Floats, chance: Random) -> Ints:
    """One label a row, by chances that are cumulated."""
    drawn = (cumulated <= uniform(chance, len(cumulated))[:, None]).sum(axis=1)
    found: Ints = np.minimum(drawn, cumulated.shape[1] - 1)
    return found


def uniform(chance: Random, size: int) -> Floats:
    """Numbers in [0, 1), the same ones with every version of NumPy."""
    drawn = np.frombuffer(chance.randbytes(8 * size), dtype="<u8") >> np.uint64(11)
    return drawn.astype(np.float64) * 2.0**-53
