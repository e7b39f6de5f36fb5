"""The units of a replay: a set, a seed and a target each; played in processes of their own, kept line by line."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import cached_property
from multiprocessing import get_context
from pathlib import Path
from statistics import fmean
from typing import Any, TextIO

import numpy as np

from core.consensus import methods
from core.domain.states import TaskState
from core.learning.record import Record
from core.store import open_store
from tests.benchmarks.measuring import Stopwatch
from tests.benchmarks.truth_replay_core import Plan, Replayed, Word, planned, replay
from tests.benchmarks.truth_scores import calibration_error, error_by_chance, majority_right
from tests.benchmarks.truth_sets import Crowd, votes_of

Key = tuple[str, int, float, str]
SURE = 0.95
"""What is claimed so high must be true."""


@dataclass(frozen=True)  # no slots: what is derived is kept beside it
class Unit:
    """What one replay came to. Tasks whose truth nobody knows are paid for, and not scored."""

    crowd: str
    seed: int
    target: float
    method: str
    recorded: int  # answers in the set
    tasks: int  # without gold
    paid: int  # answers, those to gold tasks too
    paid_gold: int
    settled: int
    escalated: int
    majority: float  # accuracy of majority vote on all recorded answers, same tasks
    full: float | None  # of the method's refit on all recorded answers, with the same gold
    right: tuple[bool, ...]  # of the scored tasks
    confidence: tuple[float | None, ...]  # what was claimed of them
    seconds: float

    @property
    def key(self) -> Key:
        """What tells it from the others."""
        return self.crowd, self.seed, self.target, self.method

    def told(self) -> str:
        """One line about it."""
        figures = f"{self.accuracy:.3f} @ {self.answers:.2f}, calibration error {self.calibration:.3f}"
        return f"{self.crowd}, seed {self.seed}, target {self.target:g}: {figures}, {self.seconds:.0f} s"

    @property
    def answers(self) -> float:
        """Answers paid for each task that needed a label; what gold cost is in it."""
        return self.paid / self.tasks

    @property
    def share(self) -> float:
        """Answers paid, of all that were recorded."""
        return self.paid / self.recorded

    @property
    def accuracy(self) -> float:
        """How many labels are right; a task without a label counts as wrong."""
        return fmean(self.right)

    @cached_property
    def claims(self) -> tuple[tuple[float, bool], ...]:
        """What was claimed, and whether the label was right, where something was claimed."""
        pairs = zip(self.confidence, self.right, strict=True)
        return tuple((claim, right) for claim, right in pairs if claim is not None)

    @cached_property
    def calibration(self) -> float:
        """The calibration error of the claims."""
        return calibration_error([claim for claim, _ in self.claims], [right for _, right in self.claims])

    @cached_property
    def by_chance(self) -> float:
        """The part of it that bins of this size have by chance."""
        return error_by_chance([claim for claim, _ in self.claims])

    @cached_property
    def sure(self) -> tuple[bool, ...]:
        """Whether the tasks that were claimed so high are right."""
        return tuple(right for claim, right in self.claims if claim >= SURE)


def write_line(unit: Unit) -> str:
    """One line of the file."""
    right = "".join("1" if one else "0" for one in unit.right)
    confidence = [None if one is None else round(one, 6) for one in unit.confidence]
    return json.dumps(asdict(unit) | {"right": right, "confidence": confidence}, separators=(",", ":"))


def read_line(line: str) -> Unit:
    """The unit that was written so."""
    kept: dict[str, Any] = json.loads(line)
    kept["right"] = tuple(one == "1" for one in kept["right"])
    kept["confidence"] = tuple(kept["confidence"])
    return Unit(**kept)


def kept_in(out: Path) -> list[Unit]:
    """What earlier runs kept; a line that a killed run left half written does not count."""
    if not out.exists():
        return []
    return [read_line(line) for line in out.read_text("utf-8").splitlines() if line.endswith("}")]


async def play(
    crowds: Sequence[Crowd], *, seeds: int, targets: Sequence[float], method: str, jobs: int, out: Path
) -> list[Unit]:
    """Play what is not in the file yet, add it there as it comes, and return all of it that was wanted.

    One target after the other: a run that is cut short lacks the last ones, and no seed of the first.
    """
    had = {unit.key: unit for unit in kept_in(out)}
    wanted = [
        (crowd, seed, target, method)
        for target in targets
        for seed in range(1, seeds + 1)
        for crowd in crowds
    ]
    missing = [one for one in wanted if _key(*one) not in had]
    done = 0
    with _to_add(out) as file:
        async for unit in _played(missing, jobs=jobs):
            file.write(write_line(unit) + "\n")
            file.flush()
            had[unit.key] = unit
            done += 1
            print(f"{done}/{len(missing)} {unit.told()}", file=sys.stderr, flush=True)
    return [had[_key(*one)] for one in wanted]


def _key(crowd: Crowd, seed: int, target: float, method: str) -> Key:
    return crowd.name, seed, target, method


def _to_add(out: Path) -> TextIO:
    """The file, open at the beginning of a fresh line."""
    out.parent.mkdir(parents=True, exist_ok=True)
    torn = out.exists() and not out.read_text("utf-8").endswith("\n")
    file = out.open("a", encoding="utf-8")
    file.write("\n" if torn else "")
    return file


async def _played(wanted: Sequence[tuple[Crowd, int, float, str]], *, jobs: int) -> AsyncIterator[Unit]:
    if jobs <= 1:
        for one in wanted:
            yield await play_one(*one)
        return
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # each process has a core, not all of them
    pool = ProcessPoolExecutor(jobs, mp_context=get_context("spawn"))
    loop = asyncio.get_running_loop()
    try:
        for done in asyncio.as_completed([loop.run_in_executor(pool, _alone, *one) for one in wanted]):
            yield await done
    finally:
        pool.shutdown(cancel_futures=True)


def _alone(crowd: Crowd, seed: int, target: float, method: str) -> Unit:
    """In a process of its own."""
    return asyncio.run(play_one(crowd, seed, target, method))


async def play_one(crowd: Crowd, seed: int, target: float, method: str) -> Unit:
    """Play one unit on a store of its own."""
    watch = Stopwatch()
    plan = planned(crowd, seed)
    replayed = await on_a_store(plan, target=target, method=method)
    truth, votes = plan.crowd.truth, votes_of(plan.crowd)
    scored = [(one, known) for one in replayed.tasks if (known := truth[one.number]) is not None]
    return Unit(
        crowd=crowd.name,
        seed=seed,
        target=target,
        method=method,
        recorded=len(crowd.answers),
        tasks=len(replayed.tasks),
        paid=replayed.paid,
        paid_gold=replayed.paid_gold,
        settled=sum(one.state is TaskState.SETTLED for one in replayed.tasks),
        escalated=sum(one.state is TaskState.ESCALATED for one in replayed.tasks),
        majority=fmean(
            majority_right(votes[one.number], known, labels_n=crowd.labels_n) for one, known in scored
        ),
        full=full_accuracy(plan, method),
        right=tuple(one.label == known for one, known in scored),
        confidence=tuple(one.confidence for one, _ in scored),
        seconds=watch.seconds(),
    )


async def on_a_store(
    plan: Plan, *, target: float, method: str, words: Sequence[Word] | None = None
) -> Replayed:
    """Replay a plan on a store that is made for it, and gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="chatcrowd-replay-") as folder:
        store = await open_store(f"sqlite:///{Path(folder) / 'replay.sqlite3'}")
        try:
            return await replay(store, plan, target=target, method=method, words=words)
        finally:
            await store.close()


def full_accuracy(plan: Plan, method: str) -> float | None:
    """How right a refit on all recorded answers is, the gold known to it; None for a method that learns nothing."""
    learner = methods()[method].learner
    if learner is None:
        return None
    crowd = plan.crowd
    columns = np.array(crowd.answers, dtype=np.int32).reshape(-1, 3)
    gold = [truth if number in plan.gold else None for number, truth in enumerate(crowd.truth)]
    record = Record(
        tasks=columns[:, 0],
        workers=columns[:, 1],
        labels=columns[:, 2],
        known=np.array([-1 if truth is None else truth for truth in gold], dtype=np.int32),
        workers_n=crowd.workers_n,
        labels_n=crowd.labels_n,
    )
    labels = learner.refit(record).posterior.argmax(axis=1)
    scored = [
        number for number, truth in enumerate(crowd.truth) if truth is not None and number not in plan.gold
    ]
    return fmean(float(labels[number] == crowd.truth[number]) for number in scored)
