"""Answers that labels cost: a crowd alone, and the same crowd with a model that learns from it, in pairs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import fmean, stdev

import numpy as np

from core.store import open_store
from tests.benchmarks import helped_problems as problems
from tests.benchmarks.helped_core import Played, play, prepared
from tests.benchmarks.helped_model import MEDIA, Beside
from tests.benchmarks.helped_problems import Problem
from tests.benchmarks.reporting import Goal, Report, Table

WORKERS, ACCURACY, COPIES = 30, 0.75, 0.2
"""People, how often they are right by themselves, and how often they just take what is suggested."""
TARGET = 0.95
ENOUGH = 0.97
"""Of the reachable accuracy."""
MOST = 0.5
ALONE: dict[str, object] = {"model": "none"}
HELPED: dict[str, object] = {"model": "own", "automatic": True}


@dataclass(frozen=True, slots=True)
class Pair:
    """One seed: what could be reached, and both runs."""

    reachable: float
    alone: Played
    helped: Played

    def ratio(self, accuracy: float) -> float | None:
        """Answers with help for each answer without, to get so far; None when one never gets there."""
        with_, without = self.helped.answers_to(accuracy), self.alone.answers_to(accuracy)
        return None if with_ is None or without is None else with_ / without


async def run(folder: Path, *, digits: int, texts: int, seeds: int) -> Report:
    """Both problems, so many tasks and seeds each."""
    tables, goals = [], []
    for name, make, tasks in (("digits", problems.digits, digits), ("texts", problems.texts, texts)):
        pairs = []
        for seed in range(1, seeds + 1):
            place = folder / f"{name}-{seed}"
            (place / MEDIA).mkdir(parents=True)
            pairs.append(await _pair(place, make(place / MEDIA, tasks=tasks, seed=seed), seed=seed))
        tables.append(_table(name, tasks, pairs))
        goals += _goals(name, pairs)
    return Report(tuple(tables), tuple(goals))


async def _pair(folder: Path, problem: Problem, *, seed: int) -> Pair:
    workers = problems.crowd(WORKERS, accuracy=ACCURACY, copies=COPIES, seed=seed)
    reachable = max(
        problems.majority(problem, workers, dice=Random(seed)), learnable(problem, folder, seed=seed)
    )
    played = []
    for help_ in (ALONE, HELPED):
        store = await open_store(f"sqlite:///{folder / ('helped' if help_ is HELPED else 'alone')}.sqlite3")
        game = await prepared(store, problem, workers, target=TARGET, seed=seed, help_=help_)
        beside = Beside(game, folder, seed=seed) if help_ is HELPED else None
        try:
            played.append(await play(game, None if beside is None else beside.step))
        finally:
            if beside is not None:
                await beside.close()
            await store.close()
    return Pair(reachable, *played)


def learnable(problem: Problem, folder: Path, *, seed: int) -> float:
    """How right the product's own learner is when it knows every true label, on tasks that it did not see."""
    from models.training.order import Order
    from models.training.recipe import train
    from tests.benchmarks.measuring import Stopwatch

    material = folder / "all.jsonl"
    material.write_text("\n".join(_line(problem, at) for at in range(len(problem.truth))), "utf-8")
    watch = Stopwatch()
    order = Order.model_validate(
        {
            "material": material,
            "kind": problem.kind,
            "labels": problem.labels,
            "out": folder / "all",
            "media": folder / MEDIA,
            "title": problem.name,
            "at": "2026-03-02T08:00:00Z",
            "seed": seed,
        }
    )
    return train(order, seconds=watch.seconds, tell=lambda _stage, _share: None).accuracy


def _line(problem: Problem, at: int) -> str:
    return json.dumps({"id": at, "content": problem.contents[at], "label": problem.labels[problem.truth[at]]})


def _table(name: str, tasks: int, pairs: list[Pair]) -> Table:
    ratios = [one.ratio(ENOUGH * one.reachable) for one in pairs]
    rows = []
    for title, runs in (
        ("the crowd alone", [one.alone for one in pairs]),
        ("helped", [one.helped for one in pairs]),
    ):
        needed = [run.answers_to(ENOUGH * one.reachable) for run, one in zip(runs, pairs, strict=True)]
        rows.append(
            (
                title,
                _spread([one for one in needed if one is not None]),
                _spread([run.final.answers for run in runs]),
                _spread([run.final.accuracy for run in runs], digits=3),
                _spread([run.by_model / run.tasks for run in runs]),
                _spread([run.escalated / run.tasks for run in runs]),
            )
        )
    known = [one for one in ratios if one is not None]
    reachable = fmean(one.reachable for one in pairs)
    return Table(
        f"{name}: {tasks} tasks, {WORKERS} simulated workers right in {ACCURACY:.0%} by themselves, {len(pairs)} seeds",
        (
            "",
            f"answers a task to {ENOUGH:.0%} of the reachable",
            "in the end",
            "accuracy",
            "settled by the model",
            "escalated",
        ),
        tuple(rows),
        (
            f"Reachable: {reachable:.3f}. Ratio of the answers to get so far: {_spread(known)} "
            f"({len(known)} of {len(pairs)} pairs).",
            "Escalated tasks count by their leading label, tasks without any as wrong; answers to gold are counted.",
        ),
    )


def _spread(values: list[float], *, digits: int = 2) -> str:
    if not values:
        return "never"
    more = f" ± {stdev(values):.{digits}f}" if len(values) > 1 else ""
    return f"{fmean(values):.{digits}f}{more}"


def _goals(name: str, pairs: list[Pair]) -> list[Goal]:
    known = [ratio for one in pairs if (ratio := one.ratio(ENOUGH * one.reachable)) is not None]
    lost = float(np.mean([one.alone.final.accuracy - one.helped.final.accuracy for one in pairs]))
    got = fmean(known) if known else float("inf")
    return [
        Goal(f"{name}: answers with help for each without", f"≤ {MOST}", f"{got:.2f}", got <= MOST),
        Goal(f"{name}: accuracy lost in the end, points", "≤ 0", f"{100 * lost:.1f}", lost <= 0),
    ]
