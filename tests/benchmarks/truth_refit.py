"""What a refit of a million answers costs, in processes of their own; `python -m … FOLDER CONTESTANT` is one."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import numpy as np

from core.consensus.dawid_skene import LEARNER
from core.learning.record import Record
from tests.benchmarks.measuring import Rounds, Sample, Spread, Watch
from tests.benchmarks.reporting import Goal, Report, Table
from tests.benchmarks.truth_methods import STEPS, crowdkit, frame

OURS, THEIRS = "dawid_skene", "crowd-kit DawidSkene"
EACH, LABELS, WORKERS_PER_ANSWER, GUESSING = 5, 4, 1 / 500, 0.1
MOST_SECONDS, MOST_MEMORY, LEAST_FASTER = 2.0, 100.0, 10.0
COLUMNS = ("tasks", "workers", "labels")
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


async def run(folder: Path, *, answers: int, rounds: int) -> Report:
    """Measure both in turn, each time in a fresh process."""
    _make(folder, answers)
    seen, memory = Rounds(), {OURS: 0.0, THEIRS: 0.0}
    for _ in range(rounds):
        for name in (OURS, THEIRS):
            told = await _measured(folder, name)
            seen.add(name, Sample(1, told["wall"], told["cpu"]))
            memory[name] = max(memory[name], told["memory"])
    return _report(answers, seen, memory)


def _report(answers: int, seen: Rounds, memory: dict[str, float]) -> Report:
    def wall(name: str) -> Spread:
        return Spread.of([one.wall for one in seen.samples[name]])

    def cpu(name: str) -> Spread:
        return Spread.of([one.cpu for one in seen.samples[name]])

    faster = seen.cheaper(OURS, THEIRS)
    tasks, workers = answers // EACH, _workers(answers)
    table = Table(
        f"Refit of {answers:,} answers: {tasks:,} tasks, {workers:,} workers, {LABELS} classes",
        ("", "seconds", "CPU seconds", "MB above inputs", "ours ×, CPU"),
        (
            (OURS, wall(OURS).written(), cpu(OURS).written(), f"{memory[OURS]:.0f}", ""),
            (
                THEIRS,
                wall(THEIRS).written(),
                cpu(THEIRS).written(),
                f"{memory[THEIRS]:.0f}",
                faster.written(1),
            ),
        ),
        (
            "Long-tailed activity (the n-th busiest worker gives answers as n^-0.8), skills from beta(5, 3) that "
            "differ by class, one person in ten guesses. "
            "One thread, a fresh process each time, after a small refit; memory is the greatest resident set above "
            f"the one with the inputs loaded. Three starts for ours; at most {STEPS} steps for crowd-kit's one.",
        ),
    )
    seconds, most = cpu(OURS).median, memory[OURS]
    return Report(
        (table,),
        (
            Goal(
                f"refit of {answers:,} answers, CPU",
                f"≤ {MOST_SECONDS:.0f} s",
                f"{seconds:.2f} s",
                seconds <= MOST_SECONDS,
            ),
            Goal(
                f"refit of {answers:,} answers, memory above inputs",
                f"≤ {MOST_MEMORY:.0f} MB",
                f"{most:.0f} MB",
                most <= MOST_MEMORY,
            ),
            Goal(
                "refit against crowd-kit's DawidSkene, CPU",
                f"≥ {LEAST_FASTER:.0f}×",
                f"{faster.median:.1f}×",
                faster.median >= LEAST_FASTER,
            ),
        ),
    )


def _workers(answers: int) -> int:
    return max(EACH, round(answers * WORKERS_PER_ANSWER))


def _make(folder: Path, answers: int) -> None:
    """A crowd of that size, a file a column."""
    chance = np.random.default_rng(1)
    tasks_n, workers_n = answers // EACH, _workers(answers)
    active = np.arange(1, workers_n + 1) ** -0.8
    truth = chance.choice(LABELS, tasks_n, p=(0.4, 0.3, 0.2, 0.1))
    tasks = np.repeat(np.arange(tasks_n), EACH)
    workers = chance.choice(workers_n, len(tasks), p=active / active.sum())
    skill = np.where(chance.random(workers_n) < GUESSING, 1 / LABELS, chance.beta(5.0, 3.0, workers_n))
    skills = np.clip(skill[:, None] + chance.normal(0, 0.1, (workers_n, LABELS)), 0.05, 0.98)
    right = chance.random(len(tasks)) < skills[workers, truth[tasks]]
    slips = (truth[tasks] + chance.integers(1, LABELS, len(tasks))) % LABELS
    order = chance.permutation(len(tasks))
    for name, column in zip(COLUMNS, (tasks, workers, np.where(right, truth[tasks], slips)), strict=True):
        np.save(folder / f"{name}.npy", column[order].astype(np.int32))


async def _measured(folder: Path, name: str) -> dict[str, float]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__, str(folder), name, stdout=PIPE, env={**os.environ, **ONE_THREAD}
    )
    said, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"{name} ended with {process.returncode}; what it said stands above")
    told: dict[str, float] = json.loads(said.splitlines()[-1])
    return told


def measure(folder: Path, name: str) -> dict[str, float]:
    """One refit in this process."""
    tasks, workers, labels = (np.load(folder / f"{column}.npy") for column in COLUMNS)
    record = Record(
        tasks, workers, labels, np.full(tasks.max() + 1, -1, np.int32), int(workers.max()) + 1, LABELS
    )
    few = np.arange(40, dtype=np.int32)
    small = Record(
        few // 4, few % 4, few % LABELS, np.full(10, -1, np.int32), 4, LABELS
    )  # imports, first plans
    if name == OURS:
        LEARNER.refit(small)
        before, watch = _resident(), Watch()
        LEARNER.refit(record)
    else:
        method, inputs = crowdkit().DawidSkene, frame(record)
        method(n_iter=2).fit(frame(small))
        before, watch = _resident(), Watch()
        method(n_iter=STEPS).fit(inputs)
    took = watch.stop(1)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"wall": took.wall, "cpu": took.cpu, "memory": (peak - before) / 1e6}


def _resident() -> int:
    """Bytes of memory that this process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1]), sys.argv[2])))
