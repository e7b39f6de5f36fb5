"""Methods side by side: ours, and those of crowd-kit (the `bench` extra), on the same record."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.consensus.dawid_skene import LEARNER as DAWID_SKENE
from core.consensus.one_coin import LEARNER as ONE_COIN
from core.learning.record import Record
from tests.benchmarks.truth_sets import Crowd

Chances = NDArray[np.float64]
"""(T, K) how much a method gives to each label; a tie is as many equal parts."""

OURS: Mapping[str, Callable[[Record], Chances]] = {
    "majority": lambda record: _tally(record),
    "one_coin": lambda record: ONE_COIN.refit(record).posterior,
    "dawid_skene": lambda record: DAWID_SKENE.refit(record).posterior,
}
DEFAULT = "dawid_skene"
THEIRS = ("MajorityVote", "DawidSkene", "OneCoinDawidSkene")
STEPS = 100
"""What crowd-kit does at most, by its own default."""
EQUAL = 1e-9


def record_of(crowd: Crowd) -> Record:
    """A recorded crowd as a refit reads it; no truth is told."""
    columns = np.array(crowd.answers, np.int32).reshape(-1, 3).T
    tasks, workers, labels = (np.ascontiguousarray(column) for column in columns)
    known = np.full(crowd.tasks_n, -1, np.int32)
    return Record(tasks, workers, labels, known, crowd.workers_n, crowd.labels_n)


def accuracy(chances: Chances, crowd: Crowd) -> float:
    """The part of the tasks with a known truth that is right; of equal leaders each counts its share."""
    scored = [task for task, truth in enumerate(crowd.truth) if truth is not None]
    truth = [crowd.truth[task] for task in scored]
    leads = chances[scored] >= chances[scored].max(1, keepdims=True) - EQUAL
    return float((leads[np.arange(len(scored)), truth] / leads.sum(1)).mean())


def crowdkit() -> Any:
    """crowd-kit's methods for categories.

    Raises:
        ModuleNotFoundError: when the extra `bench` is not installed.
    """
    return importlib.import_module("crowdkit.aggregation")


def frame(record: Record) -> Any:
    """The record as crowd-kit reads it."""
    pandas = importlib.import_module("pandas")
    return pandas.DataFrame({"task": record.tasks, "worker": record.workers, "label": record.labels})


def their_chances(name: str, record: Record) -> Chances:
    """The labels that a method of crowd-kit decides for; it breaks ties by itself."""
    method = getattr(crowdkit(), name)
    decided = (method() if name == "MajorityVote" else method(n_iter=STEPS)).fit_predict(frame(record))
    chances = np.zeros((record.tasks_n, record.labels_n))
    chances[decided.index.to_numpy(), decided.to_numpy()] = 1
    return chances


def _tally(record: Record) -> Chances:
    tally = np.zeros((record.tasks_n, record.labels_n))
    np.add.at(tally, (record.tasks, record.labels), 1)
    return tally
