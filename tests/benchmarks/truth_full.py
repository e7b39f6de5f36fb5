"""Full recorded data and half of it spam: our methods beside crowd-kit's; and what a refit of a million costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import mean

from tests.benchmarks import truth_refit
from tests.benchmarks.reporting import Goal, Report, Table
from tests.benchmarks.truth_methods import DEFAULT, OURS, THEIRS, accuracy, record_of, their_chances
from tests.benchmarks.truth_sets import Crowd, read_crowds, rotated
from tests.benchmarks.truth_spam import spammed

LEAST_WON = 2 / 3
MOST_BELOW_MAJORITY = 0.005
MOST_LOST = 0.02


async def run(folder: Path, *, data: Path, rotations: int, seeds: int, answers: int, rounds: int) -> Report:
    """All three; `data` holds recorded crowds, `folder` what is made on the way."""
    crowds = read_crowds(data)
    return joined(
        full(crowds, rotations=rotations),
        spam(crowds, seeds=seeds),
        await truth_refit.run(folder, answers=answers, rounds=rounds),
    )


def joined(*reports: Report) -> Report:
    """Several reports as one."""
    return Report(
        tuple(table for report in reports for table in report.tables),
        tuple(goal for report in reports for goal in report.goals),
    )


def full(crowds: Sequence[Crowd], *, rotations: int) -> Report:
    """Every answer of every set, class names rotated; mean over the rotations."""
    scores = [_scores(crowd, rotations) for crowd in crowds]
    best = [max(one[name] for name in THEIRS) for one in scores]
    won = [one[DEFAULT] >= theirs for one, theirs in zip(scores, best, strict=True)]
    below = max(one["majority"] - one[DEFAULT] for one in scores)
    columns = (*OURS, *(f"crowd-kit {name}" for name in THEIRS))
    rows = [
        (crowd.name, *(f"{one[name]:.4f}" for name in (*OURS, *THEIRS)), "yes" if wins else "no")
        for crowd, one, wins in zip(crowds, scores, won, strict=True)
    ]
    means = (f"{mean(one[name] for one in scores):.4f}" for name in (*OURS, *THEIRS))
    table = Table(
        "Accuracy with all answers",
        ("set", *columns, f"{DEFAULT} ≥ the best of crowd-kit"),
        (*rows, ("mean", *means, f"{sum(won)} of {len(won)}")),
        (
            f"Classes, tasks and workers renamed by chance, {rotations} times; the mean of all. Where labels lead "
            "together, ours count the right one by its share of the tie; crowd-kit decides by itself.",
        ),
    )
    return Report(
        (table,),
        (
            Goal(
                f"sets where {DEFAULT} ≥ the best of crowd-kit, all answers",
                "≥ two thirds",
                f"{sum(won)} of {len(won)}",
                sum(won) >= LEAST_WON * len(won),
            ),
            Goal(
                f"{DEFAULT} below majority vote on any set, all answers",
                "≤ 0.5 points",
                f"{100 * below:+.2f} points",
                below <= MOST_BELOW_MAJORITY,
            ),
        ),
    )


def _scores(crowd: Crowd, rotations: int) -> dict[str, float]:
    seen: dict[str, list[float]] = {name: [] for name in (*OURS, *THEIRS)}
    for seed in range(rotations):
        turned = rotated(crowd, Random(seed))
        record = record_of(turned)
        for name, method in OURS.items():
            seen[name].append(accuracy(method(record), turned))
        for name in THEIRS:
            seen[name].append(accuracy(their_chances(name, record), turned))
    return {name: mean(values) for name, values in seen.items()}


@dataclass(frozen=True, slots=True)
class Spammed:
    """A method's accuracy on one set without spam, with it, and with the spammers' answers left out."""

    clean: float
    spam: float
    absent: float


def spam(crowds: Sequence[Crowd], *, seeds: int) -> Report:
    """Half of the answers are spam, whole workers at a time; paired seeds."""
    scores = {name: [_under_spam(crowd, name, seeds) for crowd in crowds] for name in OURS}
    mine = scores[DEFAULT]
    rows = [
        (
            crowd.name,
            *(f"{scores[name][at].spam:.4f}" for name in OURS),
            f"{mine[at].absent:.4f}",
            f"{100 * (mine[at].absent - mine[at].spam):+.1f}",
            f"{mine[at].clean:.4f}",
            f"{100 * (mine[at].clean - mine[at].spam):+.1f}",
        )
        for at, crowd in enumerate(crowds)
    ]
    lost = mean(one.absent - one.spam for one in mine)
    every = mean(one.clean - one.spam for one in mine)
    table = Table(
        "Half of the answers replaced by spam",
        (
            "set",
            *OURS,
            f"{DEFAULT}, spammers left out",
            "points lost to the spam",
            f"{DEFAULT}, no spam",
            "points lost in all",
        ),
        (
            *rows,
            (
                "mean",
                *(f"{mean(one.spam for one in scores[name]):.4f}" for name in OURS),
                f"{mean(one.absent for one in mine):.4f}",
                f"{100 * lost:+.1f}",
                f"{mean(one.clean for one in mine):.4f}",
                f"{100 * every:+.1f}",
            ),
        ),
        (
            f"Whole workers become spammers until no other fits into half of the answers, {seeds} seeds: a fifth "
            "of them share one wrong label, two fifths always say one label of their own, two fifths guess. With their "
            "answers left out, half of the information is gone: that is lost whatever a method does.",
        ),
    )
    return Report(
        (table,),
        (
            Goal(
                "accuracy lost to 50 % spam, against the spammers left out, mean",
                "≤ 2 points",
                f"{100 * lost:.1f} points",
                lost <= MOST_LOST,
            ),
            Goal(
                "accuracy lost to 50 % spam, against no spam and twice the honest answers, mean",
                "≤ 2 points",
                f"{100 * every:.1f} points",
                every <= MOST_LOST,
            ),
        ),
    )


def _under_spam(crowd: Crowd, name: str, seeds: int) -> Spammed:
    method = OURS[name]
    pairs = [spammed(crowd, Random(seed)) for seed in range(seeds)]
    return Spammed(
        accuracy(method(record_of(crowd)), crowd),
        mean(accuracy(method(record_of(pair.spam)), crowd) for pair in pairs),
        mean(accuracy(method(record_of(pair.absent)), crowd) for pair in pairs),
    )
