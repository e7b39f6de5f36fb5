"""The picture of a training: where the model is wrong, and what more examples bring; for the screen of a phone."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.training.learning_curve import Curve
from models.training.order import Words

INCHES = (10, 16)
LARGE, SMALL = 24, 18
PAPER, INK, FAINT, LINE, BAND = "#ffffff", "#1f2937", "#d1d5db", "#1d4ed8", "#bfdbfe"
MOST_NAMED, MOST_COUNTED = 12, 10
"""Up to so many labels are named, and the cells of so many show their numbers."""
LONGEST_NAME = 14


@dataclass(frozen=True, slots=True)
class Report:
    """What is drawn."""

    labels: tuple[str, ...]
    confusion: NDArray[np.int64]
    """(K, K): how many held-out tasks of each label (rows) the model gave each label (columns)."""
    curve: Curve
    baseline: float
    low: float
    high: float
    words: Words


def drawable(text: str) -> bool:
    """Whether the font that comes with the drawing library shows this text as it is read.

    Scripts that run from the right or join their letters need shaping that not every installation has.
    """
    from matplotlib.font_manager import FontProperties, findfont, get_font

    font = get_font(findfont(FontProperties(family="DejaVu Sans")))
    known = font.get_charmap()
    plain = all(unicodedata.bidirectional(letter) not in {"R", "AL", "AN", "NSM"} for letter in text)
    return bool(text) and plain and all(ord(letter) in known and letter.isprintable() for letter in text)


def numbered(labels: Sequence[str], words: Words) -> tuple[str, ...]:
    """The labels that are shown by their number, counted from 1 in their order."""
    many = len(labels) > MOST_NAMED
    return tuple(label for label in labels if many or not drawable(words.labels.get(label, "")))


def draw(report: Report) -> bytes:
    """The picture as PNG, 1000 × 1600."""
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with rc_context({"font.family": "DejaVu Sans", "text.usetex": False, "text.parse_math": False}):
        figure = Figure(figsize=INCHES, dpi=100, facecolor=PAPER)
        FigureCanvasAgg(figure)
        figure.set_layout_engine("constrained", w_pad=0.2, h_pad=0.2)
        upper, lower = figure.subplots(2, 1, height_ratios=[3, 2])
        if title := _shown(report.words.title, most=60):
            figure.suptitle(title, fontsize=LARGE, color=INK)
        _confusion(upper, report)
        _curve(lower, report)
        drawn = io.BytesIO()
        figure.savefig(drawn, format="png")
    return drawn.getvalue()


def _shown(text: str, *, most: int = 40) -> str:
    cut = text if len(text) <= most else text[: most - 1] + "…"
    return cut if drawable(cut) else ""


def _confusion(axes: Any, report: Report) -> None:
    many = len(report.labels)
    rows = report.confusion.sum(axis=1, keepdims=True)
    shares = report.confusion / np.maximum(rows, 1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    by_number = set(numbered(report.labels, report.words))
    names = [
        str(place) if label in by_number else _shown(report.words.labels[label], most=LONGEST_NAME)
        for place, label in enumerate(report.labels, start=1)
    ]
    step = max(1, -(-many // 25))
    places = list(range(0, many, step))
    size = SMALL if many <= MOST_NAMED else 12
    upright = many > 4 and any(len(name) > 3 for name in names)
    axes.set_xticks(places, [names[place] for place in places], fontsize=size, rotation=90 if upright else 0)
    axes.set_yticks(places, [names[place] for place in places], fontsize=size)
    if many <= MOST_COUNTED:
        for row in range(many):
            for column in range(many):
                if count := int(report.confusion[row, column]):
                    colour = PAPER if shares[row, column] > 0.5 else INK
                    axes.text(column, row, str(count), ha="center", va="center", fontsize=SMALL, color=colour)
    _plain(axes, across=report.words.model, up=report.words.truth)


def _curve(axes: Any, report: Report) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    sizes, right = (list(values) for values in zip(*report.curve.points, strict=True))
    axes.plot(
        [sizes[-1]] * 2,
        [100 * report.low, 100 * report.high],
        color=BAND,
        linewidth=22,
        solid_capstyle="butt",
    )
    axes.axhline(100 * report.baseline, color=INK, linewidth=2, linestyle=":")
    if said := _shown(report.words.guessing):
        axes.annotate(
            said, (0.99, 100 * report.baseline), xycoords=("axes fraction", "data"), xytext=(0, 6),
            textcoords="offset points", ha="right", fontsize=SMALL, color=INK,
        )  # fmt: skip
    if report.curve.outlook:
        ahead, hoped = zip(*report.curve.outlook, strict=True)
        axes.plot(ahead, [100 * share for share in hoped], color=LINE, linewidth=4, linestyle=(0, (2, 2)))
    axes.plot(sizes, [100 * share for share in right], color=LINE, linewidth=5, marker="o", markersize=14)
    axes.set_xlim(0, None)
    axes.set_ylim(0, 102)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    axes.xaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{share:.0f}%"))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda number, _: f"{number:,.0f}".replace(",", "\u2009")))
    axes.tick_params(labelsize=SMALL)
    axes.grid(axis="y", color=FAINT, linewidth=1.5)
    axes.set_axisbelow(True)
    _plain(axes, across=report.words.tasks, up=report.words.right)


def _plain(axes: Any, *, across: str, up: str) -> None:
    axes.set_xlabel(_shown(across), fontsize=LARGE, color=INK)
    axes.set_ylabel(_shown(up), fontsize=LARGE, color=INK)
    axes.tick_params(colors=INK, length=0, pad=8)
    axes.spines[:].set_visible(False)
