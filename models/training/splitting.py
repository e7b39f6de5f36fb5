"""Setting examples aside: some to test on at the end, and folds to compare candidates on; never across a group."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.training.problems import CannotTrain, Trouble

Rows = NDArray[np.int64]

SHARE, LEAST_TESTED = 0.2, 20
FOLDS, FOLDS_OF_MANY, MANY = 5, 3, 3_000


def held_out(
    truth: Rows, group: Rows, allowed: NDArray[np.bool_], *, chance: np.random.Generator
) -> tuple[Rows, Rows]:
    """(rows to learn from, rows to test on): about a fifth, at least 20, of each label about its share.

    Only allowed rows are tested on. The rest of their groups is in neither part.

    Raises:
        CannotTrain: NO_VALIDATION when too much is alike or too little is allowed.
    """
    wanted = max(LEAST_TESTED, round(SHARE * len(truth)))
    usual = truth[allowed]
    share = {label: wanted * float(np.mean(usual == label)) for label in np.unique(truth).tolist()}
    tested: list[int] = []
    full: list[NDArray[np.int64]] = []
    taken = dict.fromkeys(share, 0)
    for members in _shuffled(group, chance):
        usable = members[allowed[members]]
        label = int(truth[members[0]])
        if len(usable) and len(members) <= 1 + wanted // 4 and taken[label] < round(share[label]):
            taken[label] += len(usable)
            tested.extend(usable.tolist())
            full.append(members)
    touched = np.concatenate(full) if full else np.array([], dtype=np.int64)
    learnt = np.setdiff1d(np.arange(len(truth)), touched)
    if len(tested) < LEAST_TESTED // 2 or len(np.unique(truth[learnt])) < 2:
        raise CannotTrain(Trouble.NO_VALIDATION, found=len(tested), needed=LEAST_TESTED)
    return learnt, np.sort(np.array(tested, dtype=np.int64))


def folds(truth: Rows, group: Rows, *, chance: np.random.Generator) -> Rows:
    """A fold number for each row, each fold with about its share of every label; a group is in one fold."""
    number = min(FOLDS if len(truth) < MANY else FOLDS_OF_MANY, len(np.unique(group)))
    fold = np.zeros(len(truth), dtype=np.int64)
    filled = np.zeros((number, int(truth.max()) + 1))
    for members in sorted(_shuffled(group, chance), key=len, reverse=True):
        labels = truth[members]
        # the fold that has least of these labels; of equal ones the emptiest
        goal = int(np.lexsort((filled.sum(axis=1), filled[:, labels].sum(axis=1)))[0])
        fold[members] = goal
        np.add.at(filled[goal], labels, 1)
    return fold


def _shuffled(group: Rows, chance: np.random.Generator) -> list[Rows]:
    order = np.argsort(group, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(group[order])) + 1)
    return [parts[place] for place in chance.permutation(len(parts)).tolist()]
