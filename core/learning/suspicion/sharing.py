"""Collusion: pairs of workers who share answers far beyond what the truth and common mistakes explain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from core.consensus.finding import CERTAIN, Finding, Suspicion, strength
from core.learning.record import Record
from core.learning.suspicion.others import Floats, Others, Whole, summed, truth_given

COPIED = (0.7, 0.9)
"""The share of the answers that colluders take from each other; either is as likely."""
NEIGHBOURS = 40
"""An answer is compared with at most so many others to its task: what hundreds say is no secret."""
MOST = 2_000_000
"""Comparisons in all: in a project of a million answers colluders have enough in common within these."""
LEAST = 6
"""Tasks that two workers must have in common before they alone make a group."""
COLLUDING = 0.01
"""The share of workers who have such a partner, before looking."""
JOINING = 0.02
"""The share of the others who belong to a group that is known to exist."""
CAUTION = 0.7
"""Shared mistakes come in bundles (look-alike tasks), so each counts for less than one."""
TASKS, SAME, EXPECTED, WRONG, FIRST = range(5)


@dataclass(frozen=True, slots=True)
class Pairs:
    """What two workers have in common, as symmetric sparse matrices (W, W)."""

    gain: sparse.csr_array  # log likelihood that they collude rather than answer by themselves
    common: tuple[sparse.csr_array, ...]  # tasks, equal answers, as expected, likely wrong, before the other

    def of(self, worker: int, group: list[int]) -> list[float]:
        """The sums of `common` over a group."""
        return [float(matrix[[worker], :][:, group].sum()) for matrix in self.common]


def colluding(others: Others, *, honest: Floats) -> Iterator[Finding]:
    """Groups grown from a pair beyond doubt, by everybody who shares answers with the group alike."""
    right, expected = others.share(others.right), others.share(others.expected)
    pairs = compare(others, echo=echoes(others, honest=honest))
    for group in groups(pairs, workers_n=others.record.workers_n):
        for worker, log_odds in group.items():
            odds = strength(log_odds)
            if odds is None:
                continue
            partners = [other for other in group if other != worker]
            closest = max(partners, key=lambda other: (pairs.gain[worker, other], -other))
            sums = pairs.of(worker, partners)
            yield Finding(
                worker=worker,
                kind=Suspicion.COLLUDING,
                strength=odds,
                evidence={
                    "with": closest,
                    "partners": len(partners),
                    "tasks": sums[TASKS],
                    "same": sums[SAME],
                    "expected_same": sums[EXPECTED],
                    "wrong_same": sums[WRONG],
                    "first": sums[FIRST] / max(1.0, sums[TASKS]),
                    "right": float(right[worker]),
                    "expected": float(expected[worker]),
                },
            )


def groups(pairs: Pairs, *, workers_n: int) -> Iterator[dict[int, float]]:
    """Disjoint groups, the surest first: each member with the log odds of belonging to it."""
    upper = sparse.triu(pairs.gain, 1, format="coo")
    # A pair is one of as many as have anything in common; that is the price of having looked at all.
    before = np.log(COLLUDING * workers_n / 2.0) - np.log(max(1, upper.nnz))
    enough = upper.data + before >= np.log(CERTAIN)
    taken: set[int] = set()
    edges = zip(upper.data[enough], upper.row[enough], upper.col[enough], strict=True)
    for gain, one, other in sorted(edges, key=lambda edge: (-edge[0], edge[1], edge[2])):
        if one in taken or other in taken or pairs.common[TASKS][one, other] < LEAST:
            continue
        group = {int(one): float(gain + before), int(other): float(gain + before)}
        shared = (pairs.gain[[one], :] + pairs.gain[[other], :]).toarray()[0]
        while True:
            shared[[*group, *taken]] = -np.inf
            best = int(shared.argmax())
            if strength(float(shared[best]) + float(np.log(JOINING))) is None:
                break
            group[best] = float(shared[best]) + float(np.log(JOINING))
            shared += pairs.gain[[best], :].toarray()[0]
        taken |= group.keys()
        yield group


def compare(others: Others, *, echo: Floats) -> Pairs:
    """Every two workers with a task in common; linear in the answers, times their number per task."""
    record = others.record
    rows: list[Floats] = []
    for left, right in _together(record):
        same = record.labels[left] == record.labels[right]
        likely, wrong = agreeing(others, left, right, echo=echo)
        copied = [np.where(same, np.log(c / likely + 1.0 - c), np.log(1.0 - c)) for c in COPIED]
        common = (np.ones(len(left)), same, likely, np.where(same, wrong, 0.0), left < right)
        rows.append(np.stack((record.workers[left], record.workers[right], *copied, *common)))
    table = np.concatenate(rows, axis=1) if rows else np.zeros((9, 0))
    # Each pair of workers once, the lower index first.
    swapped = table[0] > table[1]
    low, high = np.minimum(table[0], table[1]), np.maximum(table[0], table[1])
    keys, index = np.unique((low * record.workers_n + high).astype(np.int64), return_inverse=True)
    first = np.where(swapped, 1.0 - table[8], table[8])
    sums = [summed(index, column, size=len(keys)) for column in (*table[2:8], first)]
    gain = CAUTION * (np.logaddexp(sums[0], sums[1]) - np.log(len(COPIED)))
    place = np.divmod(keys, record.workers_n)

    def matrix(column: Floats, mirrored: Floats) -> sparse.csr_array:
        shape = (record.workers_n, record.workers_n)
        one = sparse.coo_array((column, place), shape=shape)
        return (one + sparse.coo_array((mirrored, place[::-1]), shape=shape)).tocsr()

    return Pairs(
        matrix(gain, gain), (*(matrix(one, one) for one in sums[2:6]), matrix(sums[6], sums[2] - sums[6]))
    )


def echoes(others: Others, *, honest: Floats) -> Floats:
    """(K, K) P(another worker says l as well | one said l, truth k): common mistakes of those who read."""
    record = others.record
    labels_n, tasks_n = record.labels_n, len(record.known)
    truth = truth_given(others.heard, known=record.known, prior=others.prior, lapse=others.lapse)
    cells = record.tasks.astype(np.int64) * labels_n + record.labels
    weight = honest[record.workers]
    votes = summed(cells, weight, size=tasks_n * labels_n).reshape(tasks_n, labels_n)
    twice = summed(cells, weight**2, size=tasks_n * labels_n).reshape(tasks_n, labels_n)
    both = truth.T @ (votes**2 - twice)
    one = truth.T @ (votes * votes.sum(axis=1, keepdims=True) - twice)
    echo: Floats = np.maximum(others.pooled, (both + 4.0 * others.pooled) / (one + 4.0))
    return np.minimum(echo, 0.99)


def agreeing(others: Others, left: Whole, right: Whole, *, echo: Floats) -> tuple[Floats, Floats]:
    """How likely the right one says what the left one said, by themselves, and how likely that is wrong.

    The two are left out of what is believed of the task. A mistake that the crowd often repeats, or that
    this worker often makes, is likely; the greater chance counts, in favour of the two.
    """
    record = others.record
    labels, task = record.labels[left], record.tasks[left]
    evidence = others.heard[task] - others.spoken[left] - others.spoken[right]
    truth = truth_given(evidence, known=record.known[task], prior=others.prior, lapse=others.lapse)
    ordinary, repeated = others.pooled[:, labels].T, echo[:, labels].T
    lure = np.maximum(0.0, repeated - ordinary) / (
        1.0 - ordinary
    )  # how often a task itself asks for this mistake
    likely = np.zeros(len(left))
    for one, other in ((left, right), (right, left)):
        own = others.said[record.workers[other], :, labels]
        chance = np.maximum(repeated, lure + (1.0 - lure) * own)
        weight = truth * others.said[record.workers[one], :, labels]
        likely = np.maximum(likely, (weight * chance).sum(axis=1) / weight.sum(axis=1))
    return likely, 1.0 - truth[np.arange(len(left)), labels]


def _together(record: Record) -> Iterator[tuple[Whole, Whole]]:
    """Rows of two answers to one task, in batches."""
    order = np.argsort(record.tasks, kind="stable")
    tasks = record.tasks[order]
    compared = 0
    for lag in range(1, min(NEIGHBOURS, len(tasks) - 1) + 1):
        equal = np.flatnonzero(tasks[lag:] == tasks[:-lag])
        compared += len(equal)
        if not len(equal) or compared > MOST:
            return
        yield order[equal], order[equal + lag]
