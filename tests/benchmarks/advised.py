"""What a model that errs with its crowd is worth: recorded crowds through the core, with its words and without.

Both replays of a pair have the same gold, the same people coming in the same order, and the same target. The
recorded answers were given without any suggestion, so nobody sees one: the model takes part in the consensus, in
the choice of tasks and in when a task has enough, under both guards (evidence from tasks with two answers of
people, and the audited tasks, whose further answers are in the price).
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from math import sqrt
from multiprocessing import get_context
from pathlib import Path
from random import Random
from statistics import fmean, stdev

from scipy.stats import t as student

from core.clock import chance_of
from core.intake.project_model import ProjectFile
from tests.benchmarks.advised_model import RIGHT, words
from tests.benchmarks.reporting import Goal, Report, Table
from tests.benchmarks.truth_replay_core import planned
from tests.benchmarks.truth_replay_units import on_a_store
from tests.benchmarks.truth_sets import Crowd, Given, read_crowds

TARGET = 0.95
LOSES_AT_MOST = 0.003
MOST_TASKS = 1200
"""Of larger sets so many tasks are drawn, others for each seed: a pair takes minutes."""


@dataclass(frozen=True, slots=True)
class Side:
    """One replay: how right its labels were, and what they cost."""

    right: float
    answers: float
    """Paid for each task that needed a label, gold in it."""
    sure: int
    sure_right: int
    """Tasks claimed at the target, and how many of them are right."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Both replays of a set and a seed."""

    crowd: str
    seed: int
    plain: Side
    advised: Side

    @property
    def gain(self) -> float:
        """In accuracy."""
        return self.advised.right - self.plain.right

    @property
    def saved(self) -> float:
        """The share of answers."""
        return 1 - self.advised.answers / self.plain.answers


def drawn(crowd: Crowd, dice: Random, *, most: int) -> Crowd:
    """The set, or of a large one some tasks with everybody who answered them."""
    if crowd.tasks_n <= most:
        return crowd
    kept = {old: new for new, old in enumerate(sorted(dice.sample(range(crowd.tasks_n), most)))}
    left = [one for one in crowd.answers if one.task in kept]
    people = {old: new for new, old in enumerate(sorted({one.worker for one in left}))}
    return replace(
        crowd,
        workers_n=len(people),
        answers=tuple(Given(kept[one.task], people[one.worker], one.label) for one in left),
        truth=tuple(crowd.truth[old] for old in kept),
    )


async def play(crowd: Crowd, seed: int) -> Pair:
    """Replay a set twice."""
    some = drawn(crowd, chance_of(seed), most=MOST_TASKS)
    return Pair(
        crowd.name, seed, await _side(some, seed, advised=False), await _side(some, seed, advised=True)
    )


async def _side(crowd: Crowd, seed: int, *, advised: bool) -> Side:
    plan = planned(crowd, seed)
    said = words(plan.crowd, chance_of(seed + 1_000_000)) if advised else None
    method = ProjectFile.model_fields["method"].default
    replayed = await on_a_store(plan, target=TARGET, method=method, words=said)
    truth = plan.crowd.truth
    scored = [
        (one, one.label == truth[one.number]) for one in replayed.tasks if truth[one.number] is not None
    ]
    sure = [right for one, right in scored if one.confidence is not None and one.confidence >= TARGET]
    return Side(
        fmean(right for _, right in scored), replayed.paid / len(replayed.tasks), len(sure), sum(sure)
    )


def _alone(crowd: Crowd, seed: int) -> Pair:
    return asyncio.run(play(crowd, seed))


async def run(data: Path, *, seeds: int, jobs: int, out: Path) -> Report:
    """Play the pairs that the file does not hold yet, keep each there, and report all of them."""
    pairs = {(one.crowd, one.seed): one for one in kept_in(out)}
    crowds = read_crowds(data)
    wanted = [(crowd, seed) for seed in range(1, seeds + 1) for crowd in crowds]
    missing = [(crowd, seed) for crowd, seed in wanted if (crowd.name, seed) not in pairs]
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    out.parent.mkdir(parents=True, exist_ok=True)
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool, out.open("a") as file:
        for done in asyncio.as_completed([loop.run_in_executor(pool, _alone, *one) for one in missing]):
            pair = await done
            pairs[pair.crowd, pair.seed] = pair
            file.write(json.dumps(asdict(pair)) + "\n")
            file.flush()
            print(
                f"{pair.crowd}, seed {pair.seed}: {pair.gain:+.4f}, saved {pair.saved:.1%}", file=sys.stderr
            )
    return report([pairs[crowd.name, seed] for crowd, seed in wanted])


def kept_in(out: Path) -> Iterator[Pair]:
    """What earlier runs kept."""
    for line in out.read_text("utf-8").splitlines() if out.exists() else ():
        kept = json.loads(line)
        yield Pair(kept["crowd"], kept["seed"], Side(**kept["plain"]), Side(**kept["advised"]))


def report(pairs: Sequence[Pair]) -> Report:
    """Differences of pairs, set by set and over all sets."""
    names = sorted({pair.crowd for pair in pairs})
    seeds = sorted({pair.seed for pair in pairs})
    of = {name: [pair for pair in pairs if pair.crowd == name] for name in names}
    gains = {name: [pair.gain for pair in some] for name, some in of.items()}
    saved = {name: [pair.saved for pair in some] for name, some in of.items()}
    every = [[pair for pair in pairs if pair.seed == seed] for seed in seeds]
    whole = [fmean(pair.gain for pair in some) for some in every]
    whole_saved = [fmean(pair.saved for pair in some) for some in every]
    rows = [_row(name, of[name], gains[name], saved[name]) for name in names]
    rows.append(_row("mean over sets", pairs, whole, whole_saved))
    table = Table(
        f"A model that is right of {RIGHT:.0%} and errs with its crowd, at target {TARGET}",
        ("set", "without", "with", "accuracy, points", "answers", "sure and right without", "with"),
        tuple(rows),
        (
            "Accuracy @ answers a task, gold and audit in it. Differences with − without of the same seed, with "
            f"their 95 % interval over {len(seeds)} seeds.",
        ),
    )
    worst = min(names, key=lambda name: fmean(gains[name]))
    dearest = min(names, key=lambda name: fmean(saved[name]))
    goals = (
        Goal(
            "accuracy with the model, worst set",
            f"≥ −{100 * LOSES_AT_MOST:.1f} points",
            f"{_points(gains[worst])} ({worst})",
            fmean(gains[worst]) >= -LOSES_AT_MOST,
        ),
        Goal(
            "accuracy with the model, mean over sets",
            f"≥ −{100 * LOSES_AT_MOST:.1f} points",
            _points(whole),
            fmean(whole) >= -LOSES_AT_MOST,
        ),
        Goal("answers saved, mean over sets", "> 0", _percent(whole_saved), fmean(whole_saved) > 0),
        Goal(
            "answers saved, worst set",
            "> 0",
            f"{_percent(saved[dearest])} ({dearest})",
            fmean(saved[dearest]) > 0,
        ),
    )
    return Report((table,), goals)


def _row(name: str, pairs: Sequence[Pair], gains: Sequence[float], saved: Sequence[float]) -> tuple[str, ...]:
    plain, advised = [one.plain for one in pairs], [one.advised for one in pairs]
    return (
        name,
        *(
            f"{fmean(one.right for one in side):.3f} @ {fmean(one.answers for one in side):.2f}"
            for side in (plain, advised)
        ),
        _points(gains),
        _percent([-one for one in saved]),
        *(_sure(side) for side in (plain, advised)),
    )


def _sure(sides: Sequence[Side]) -> str:
    sure = sum(one.sure for one in sides)
    return f"{sum(one.sure_right for one in sides) / sure:.3f} of {sure}" if sure else "none"


def _points(values: Sequence[float]) -> str:
    return f"{100 * fmean(values):+.2f} {_interval([100 * one for one in values])}"


def _percent(values: Sequence[float]) -> str:
    return f"{100 * fmean(values):+.1f} % {_interval([100 * one for one in values])}"


def _interval(values: Sequence[float]) -> str:
    """Student's, over seeds."""
    if len(values) < 2:
        return "(one seed)"
    half = float(student.ppf(0.975, len(values) - 1)) * stdev(values) / sqrt(len(values))
    middle = fmean(values)
    return f"({middle - half:+.2f} … {middle + half:+.2f})"
