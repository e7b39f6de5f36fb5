"""The curves as a picture: accuracy against answers per task, for each set and for their mean."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from pathlib import Path
from statistics import fmean

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tests.benchmarks.truth_replay_tables import Seeds, by_crowd, curve, mean_curve
from tests.benchmarks.truth_replay_units import Unit
from tests.benchmarks.truth_scores import Point

COLUMNS = 3
OURS, THEIRS = "#0b6e99", "#b4561f"


def draw(units: Sequence[Unit], path: Path) -> None:
    """Write the picture; its ending says in which form."""
    crowds = by_crowd(units)
    panels = [(name, curve(seeds), [seeds]) for name, seeds in crowds.items()]
    panels.append(("mean over sets", mean_curve(list(crowds.values())), list(crowds.values())))
    rows = ceil(len(panels) / COLUMNS)
    figure = Figure(figsize=(4.2 * COLUMNS, 3.3 * rows), layout="constrained")
    for at, (name, points, group) in enumerate(panels, start=1):
        _panel(figure.add_subplot(rows, COLUMNS, at), name, points, group)
    figure.axes[0].legend(loc="lower right", fontsize=8, frameon=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=150)


def _panel(axes: Axes, name: str, points: Sequence[Point], group: Sequence[Seeds]) -> None:
    some = [[next(iter(one.values())) for one in seeds] for seeds in group]
    majority = fmean(fmean(one.majority for one in units) for units in some)
    recorded = fmean(units[0].recorded / units[0].tasks for units in some)
    method = some[0][0].method
    full = [[one.full for one in units if one.full is not None] for units in some]
    axes.axhline(majority, color=THEIRS, linewidth=1, linestyle="--")
    axes.plot([recorded], [majority], "s", color=THEIRS, label="majority, all answers")
    if all(full):
        axes.plot([recorded], [fmean(map(fmean, full))], "D", color=OURS, label=f"{method}, all answers")
    answers, accuracy = [one.answers for one in points], [one.accuracy for one in points]
    axes.plot(answers, accuracy, "o-", color=OURS, markersize=4, label=f"{method}, by target")
    axes.set_title(name, fontsize=10)
    axes.set_xlabel("answers paid per task", fontsize=8)
    axes.set_ylabel("accuracy", fontsize=8)
    axes.set_xlim(left=0)
    axes.tick_params(labelsize=8)
    axes.grid(visible=True, alpha=0.25)
