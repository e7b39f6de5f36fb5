"""What more answers bring, as a picture: drawn in a process of its own, asked on its input, answering on its output.

Its only text is digits and %, which every reader knows; what they mean is said in the message.
"""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Sequence
from typing import NamedTuple

POLITE = 10
INCHES = (12, 6)  # 1200 × 600 pixels: two to one
LARGE = 26  # readable where a phone shows the picture at a third of its size
PAPER, INK, FAINT, LINE, BAND = "#ffffff", "#1f2937", "#d1d5db", "#1d4ed8", "#bfdbfe"
APART = 0.09
"""So far apart, in parts of the width, must marks be for each to have its label."""
STEPS = [1, 2, 5, 10]
FINE_SPACE = "\u2009"


class Mark(NamedTuple):
    """Where one target leads."""

    target: float | None
    """None where things stand without another answer."""
    points: int
    accuracy: float
    low: float
    high: float
    chosen: bool


def curve(marks: Sequence[Mark]) -> bytes:
    """Accuracy against points as PNG; the marks are in the order of their points."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    figure = Figure(figsize=INCHES, dpi=100, facecolor=PAPER)
    FigureCanvasAgg(figure)
    figure.set_layout_engine("constrained", w_pad=0.2, h_pad=0.2)
    axes = figure.subplots()
    points = [mark.points for mark in marks]
    right = [100 * mark.accuracy for mark in marks]
    axes.fill_between(
        points,
        [100 * mark.low for mark in marks],
        [100 * mark.high for mark in marks],
        color=BAND,
        linewidth=0,
    )
    axes.plot(points, right, color=LINE, linewidth=5, solid_capstyle="round")
    for mark in marks:
        axes.plot(
            mark.points,
            100 * mark.accuracy,
            marker="o",
            markersize=22 if mark.chosen else 15,
            markerfacecolor=LINE if mark.chosen else PAPER,
            markeredgecolor=LINE,
            markeredgewidth=4,
            zorder=3,
        )
    for mark in _named(marks):
        axes.annotate(
            f"{100 * (mark.target or 0):g}%",
            (mark.points, 100 * mark.accuracy),
            xytext=(0, 20),
            textcoords="offset points",
            ha="center",
            fontsize=LARGE,
            fontweight="bold" if mark.chosen else "normal",
            color=LINE,
            zorder=4,
        )
    most = max(1, *points)
    axes.set_xlim(-0.04 * most, 1.06 * most)
    lowest, highest = min(100 * mark.low for mark in marks), max(100 * mark.high for mark in marks)
    room = 0.12 * max(10.0, highest - lowest)
    axes.set_ylim(max(0.0, lowest - room / 2), highest + room)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True, steps=STEPS))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{share:.0f}%" if share <= 100 else ""))
    axes.xaxis.set_major_locator(MaxNLocator(nbins=5, integer=True, steps=STEPS))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda number, _: f"{number:,.0f}".replace(",", FINE_SPACE)))
    axes.tick_params(labelsize=LARGE, colors=INK, length=0, pad=10)
    axes.grid(axis="y", color=FAINT, linewidth=1.5)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(FAINT)
    drawn = io.BytesIO()
    figure.savefig(drawn, format="png")
    return drawn.getvalue()


def _named(marks: Sequence[Mark]) -> list[Mark]:
    """The marks that have room for their target beside the others; the chosen one always has."""
    width = APART * max(1, *(mark.points for mark in marks))
    named: list[Mark] = []
    for mark in sorted(marks, key=lambda mark: not mark.chosen):
        if mark.target is not None and all(abs(mark.points - one.points) > width for one in named):
            named.append(mark)
    return named


def main() -> None:
    """Read the marks as JSON and write the picture."""
    os.nice(POLITE)
    marks = [Mark(*row) for row in json.load(sys.stdin)]
    sys.stdout.buffer.write(curve(marks))


if __name__ == "__main__":
    main()
