"""How far the workers of a project agree, and which labels they mix up."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.consensus.confusion import Confusion
from core.learning.record import Record


def alpha(record: Record) -> float | None:
    """Krippendorff's alpha for nominal data with missing answers: 1 is full agreement, 0 is chance.

    α = 1 − D_o / D_e from the coincidences within tasks of at least two answers (Krippendorff 2011,
    "Computing Krippendorff's Alpha-Reliability", part C). None where it is undefined: no two answers to
    one task, or all comparable answers alike.
    """
    per_task = np.bincount(record.tasks, minlength=len(record.known))
    pairable = per_task[record.tasks] > 1
    tasks, labels = record.tasks[pairable], record.labels[pairable]
    n = len(labels)
    of_label = np.bincount(labels, minlength=record.labels_n)
    expected = n * n - int(of_label @ of_label)  # exact: whole numbers, however many answers
    if expected == 0:
        return None
    # Only pairs that occur are counted, so a hundred labels cost no more than two.
    cells, counts = np.unique(tasks.astype(np.int64) * record.labels_n + labels, return_counts=True)
    others = per_task[cells // record.labels_n]
    observed = float(np.sum(counts * (others - counts) / (others - 1.0)))
    return 1.0 - (n - 1) * observed / expected


def confusion(record: Record, settled: Sequence[int] | NDArray[np.int32]) -> Confusion:
    """What was said, by the settled label of each task (-1: not settled); a known truth comes first.

    A settled label rests on these very answers, so the diagonal flatters them a little.
    """
    labels_n = record.labels_n
    truth = np.where(record.known >= 0, record.known, np.asarray(settled, dtype=np.int32))[record.tasks]
    judged = truth >= 0
    cells = truth[judged].astype(np.int64) * labels_n + record.labels[judged]
    table = np.bincount(cells, minlength=labels_n * labels_n).reshape(labels_n, labels_n)
    return Confusion(tuple(tuple(int(count) for count in row) for row in table))
