"""What replays came to, as tables and goals: accuracy against cost, the price of majority's accuracy, calibration."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from math import sqrt
from statistics import fmean

from tests.benchmarks.reporting import Goal, Report, Table
from tests.benchmarks.truth_replay_units import SURE, Unit
from tests.benchmarks.truth_scores import (
    Figure,
    Point,
    accuracy_at,
    answers_to_reach,
    jackknife,
    lower_bound,
    mean_of,
)

NAMED = ("rte", "product", "web", "ms")
"""The sets for which a goal is set when all of them are there."""
FEW, RIGHT_AT_FEW = 3.0, 0.875
MOST_SHARE = 0.45
MOST_ERROR = 0.05
LEAST_RIGHT, LEAST_SURE = 0.93, 0.5
LOOKED_AT = 0.95
"""Calibration is judged at the target nearest to this, the product's default."""

HOW_JUDGED = (
    "Error: |claimed − right| in ten bins of equal mass, for each seed, then the mean. By chance alone: what a "
    "truthful claim would show in bins of this size.",
    "Lower bound: Clopper–Pearson, one-sided, at the mean number of tasks so claimed in one seed, since seeds "
    "repeat the same tasks and do not count as more evidence.",
)

Seeds = list[dict[float, Unit]]
"""The replays of a set: for each seed, the unit of each target."""


def by_crowd(units: Sequence[Unit]) -> dict[str, Seeds]:
    """The replays of each set, in the order of their seeds."""
    found: dict[str, dict[int, dict[float, Unit]]] = defaultdict(lambda: defaultdict(dict))
    for one in sorted(units, key=lambda one: (one.seed, one.target)):
        found[one.crowd][one.seed][one.target] = one
    return {name: list(seeds.values()) for name, seeds in found.items()}


def by_target(seeds: Sequence[dict[float, Unit]]) -> dict[float, Point]:
    """The mean for each target, over the seeds that have it."""
    found: dict[float, list[Unit]] = defaultdict(list)
    for one in seeds:
        for target, unit in one.items():
            found[target].append(unit)
    return {
        target: Point(fmean(one.answers for one in units), fmean(one.accuracy for one in units))
        for target, units in sorted(found.items())
    }


def curve(seeds: Sequence[dict[float, Unit]]) -> list[Point]:
    """A set's points, from few answers to many."""
    return sorted(by_target(seeds).values())


def mean_curve(crowds: Sequence[Seeds]) -> list[Point]:
    """The mean over sets for each target that all of them have."""
    of_sets = [by_target(seeds) for seeds in crowds]
    shared = set.intersection(*(set(one) for one in of_sets)) if of_sets else set()
    return sorted(
        Point(fmean(one[at].answers for one in of_sets), fmean(one[at].accuracy for one in of_sets))
        for at in shared
    )


def share_for_majority(seeds: Sequence[dict[float, Unit]]) -> float | None:
    """The share of all recorded answers that buys majority's full-data accuracy; None when nothing does."""
    some = next(iter(seeds[0].values()))
    answers = answers_to_reach(curve(seeds), fmean(_any(one).majority for one in seeds))
    return None if answers is None else answers * some.tasks / some.recorded


def report(units: Sequence[Unit]) -> Report:
    """All tables and goals."""
    crowds = by_crowd(units)
    targets = sorted({one.target for one in units})
    price, mean_share = _price(crowds)
    looked_at = min(targets, key=lambda one: abs(one - LOOKED_AT))
    calibration = [
        _calibration(crowds, target, notes=HOW_JUDGED if target == targets[-1] else ()) for target in targets
    ]
    goals = [_few_answers(crowds), _share_goal(mean_share)]
    return Report(
        (_accuracy(crowds, targets), price, *calibration, _ends(crowds, targets)),
        (*(one for one in goals if one is not None), *_calibration_goals(crowds, looked_at)),
    )


def _accuracy(crowds: dict[str, Seeds], targets: Sequence[float]) -> Table:
    rows = []
    groups = {name: [seeds] for name, seeds in crowds.items()} | {"mean": list(crowds.values())}
    if len(crowds) > len(NAMED) and set(NAMED) <= crowds.keys():
        groups[f"mean of {', '.join(NAMED)}"] = [crowds[name] for name in NAMED]
    for name, group in groups.items():
        cells = [
            _at(
                [mean_of([_any(one).majority for one in seeds]) for seeds in group],
                fmean(_any(seeds[0]).recorded / _any(seeds[0]).tasks for seeds in group),
            ),
            _full(group),
        ]
        for target in targets:
            had = [[one[target] for one in seeds if target in one] for seeds in group]
            if not all(had):
                cells.append("")
                continue
            accuracy = [mean_of([one.accuracy for one in some]) for some in had]
            cells.append(_at(accuracy, fmean(fmean(one.answers for one in some) for some in had)))
        rows.append((name, *cells))
    method = _any(next(iter(crowds.values()))[0]).method
    seeds = sorted({len(seeds) for seeds in crowds.values()})
    return Table(
        f"Accuracy @ answers per task of {method}, replayed through the core",
        ("set", "majority, all answers", "all answers", *(f"target {target:g}" for target in targets)),
        tuple(rows),
        (
            f"Seeds: {'–'.join(map(str, seeds))}; ± is the standard error over them. One setting for all sets.",
            "Answers per task: all answers paid, those to the gold tasks too, for each task that is not gold. "
            "Accuracy is that of the tasks that are not gold, with majority's ties in expectation; a task that was "
            "escalated or is still open counts by its leading label, and as wrong when it has none.",
            "All answers: every recorded one, by majority vote and by the method's own refit that knows the same gold.",
        ),
    )


def _full(group: Sequence[Seeds]) -> str:
    full = [[one for seed in seeds if (one := _any(seed).full) is not None] for seeds in group]
    return _mean([mean_of(some) for some in full]).written() if all(full) else ""


def _price(crowds: dict[str, Seeds]) -> tuple[Table, float]:
    rows, shares = [], []
    for name, seeds in crowds.items():
        share = jackknife(seeds, share_for_majority)
        wanted = fmean(_any(one).majority for one in seeds)
        answers = answers_to_reach(curve(seeds), wanted)
        first = curve(seeds)[0].answers
        mark = "≤ " if answers == first else ""
        shares.append(1.0 if share is None else share.mean)
        rows.append(
            (
                name,
                f"{wanted:.3f}",
                "not reached" if answers is None else f"{mark}{answers:.2f}",
                "" if share is None else mark + share.written(),
            )
        )
    rows.append(("mean", "", "", f"{fmean(shares):.3f}"))
    return (
        Table(
            "Answers that buy majority vote's full-data accuracy",
            ("set", "accuracy", "answers per task", "share of all answers"),
            tuple(rows),
            (
                "Interpolated on the set's mean curve, ± by leaving out one seed at a time; ≤ where the first "
                "point is above it already; where it is not reached, all answers count.",
            ),
        ),
        fmean(shares),
    )


def _calibration(crowds: dict[str, Seeds], target: float, *, notes: tuple[str, ...]) -> Table:
    rows, errors, chances, sures = [], [], [], []
    for name, units in _of_target(crowds, target).items():
        error, sure = _errors(units), _sure_share(units)
        chance = fmean(one.by_chance for one in units)
        errors.append(error)
        chances.append(chance)
        sures.append(sure)
        right, bound = _right(units)
        claimed = ("", "") if right is None else (right.written(), f"{bound:.3f}")
        rows.append((name, error.written(), f"{chance:.3f}", sure.written(), *claimed))
    means = (_mean(errors).written(), f"{fmean(chances):.3f}", _mean(sures).written())
    rows.append(("mean", *means, "", ""))
    return Table(
        f"Calibration at target {target:g}",
        ("set", "error", "by chance alone", f"claimed ≥ {SURE}", "of them right", "lower 95 % bound"),
        tuple(rows),
        notes,
    )


def _ends(crowds: dict[str, Seeds], targets: Sequence[float]) -> Table:
    rows = []
    for target in targets:
        for name, units in _of_target(crowds, target).items():
            ends = [(one.settled, one.escalated, one.tasks - one.settled - one.escalated) for one in units]
            shares = [sum(counts) / sum(one.tasks for one in units) for counts in zip(*ends, strict=True)]
            rows.append(
                (
                    f"{name}, target {target:g}",
                    *(f"{share:.3f}" for share in shares),
                    f"{fmean(one.paid_gold for one in units):.1f}",
                    f"{fmean(one.seconds for one in units):.0f}",
                )
            )
    return Table(
        "How tasks ended",
        ("", "settled", "escalated", "still open", "answers to gold", "seconds a replay"),
        tuple(rows),
    )


# --- goals --------------------------------------------------------------------------------------------


def _few_answers(crowds: dict[str, Seeds]) -> Goal | None:
    if not set(NAMED) <= crowds.keys():
        return None
    accuracy = accuracy_at(mean_curve([crowds[name] for name in NAMED]), FEW)
    return Goal(
        f"accuracy at {FEW} answers per task, mean of {', '.join(NAMED)}",
        f"≥ {RIGHT_AT_FEW}",
        "the curve begins above" if accuracy is None else f"{accuracy:.3f}",
        accuracy is not None and accuracy >= RIGHT_AT_FEW,
    )


def _share_goal(share: float) -> Goal:
    what = "share of the answers that buys majority's full-data accuracy, mean over sets"
    return Goal(what, f"≤ {MOST_SHARE}", f"{share:.3f}", share <= MOST_SHARE)


def _calibration_goals(crowds: dict[str, Seeds], target: float) -> list[Goal]:
    of_target = _of_target(crowds, target)
    error = _mean([_errors(units) for units in of_target.values()])
    sure = _mean([_sure_share(units) for units in of_target.values()])
    rights = {name: right.mean for name, units in of_target.items() if (right := _right(units)[0])}
    worst = min(rights, key=lambda name: rights[name], default="")
    return [
        Goal(
            f"calibration error at target {target:g}, mean over sets",
            f"≤ {MOST_ERROR}",
            error.written(),
            error.mean <= MOST_ERROR,
        ),
        Goal(
            f"right of the tasks claimed ≥ {SURE}, worst set",
            f"≥ {LEAST_RIGHT}",
            f"{rights[worst]:.3f} ({worst})" if rights else "none is claimed",
            bool(rights) and rights[worst] >= LEAST_RIGHT,
        ),
        Goal(
            f"tasks claimed ≥ {SURE}, mean over sets",
            f"≥ {LEAST_SURE}",
            sure.written(),
            sure.mean >= LEAST_SURE,
        ),
    ]


# --- figures ------------------------------------------------------------------------------------------


def _any(seed: dict[float, Unit]) -> Unit:
    """What does not depend on the target is the same in each."""
    return next(iter(seed.values()))


def _of_target(crowds: dict[str, Seeds], target: float) -> dict[str, list[Unit]]:
    found = {name: [one[target] for one in seeds if target in one] for name, seeds in crowds.items()}
    return {name: units for name, units in found.items() if units}


def _errors(units: Sequence[Unit]) -> Figure:
    return mean_of([one.calibration for one in units])


def _sure_share(units: Sequence[Unit]) -> Figure:
    return mean_of([len(one.sure) / len(one.right) for one in units])


def _right(units: Sequence[Unit]) -> tuple[Figure | None, float]:
    """The share of right ones among those claimed so high, with its lower bound; None when there are none."""
    claimed = sum(len(one.sure) for one in units)
    if not claimed:
        return None, 0.0
    right = sum(sum(one.sure) for one in units)
    shares = [fmean(one.sure) for one in units if one.sure]
    bound = lower_bound(right / len(units), claimed / len(units))
    return Figure(right / claimed, mean_of(shares).error), bound


def _mean(figures: Sequence[Figure]) -> Figure:
    """The mean over sets, whose draws have nothing to do with each other."""
    errors = [one.error for one in figures if one.error is not None]
    known = len(errors) == len(figures)
    error = sqrt(sum(one**2 for one in errors)) / len(figures) if known else None
    return Figure(fmean(one.mean for one in figures), error)


def _at(accuracy: Sequence[Figure], answers: float) -> str:
    return f"{_mean(accuracy).written()} @ {answers:.2f}"
