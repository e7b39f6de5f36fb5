"""Whether the measured effect of suggestions covers the known one: simulated crowds, truths not given."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from core.consensus.anchoring import Anchoring, Span
from core.consensus.dawid_skene import LEARNER
from core.learning.anchoring import On, anchoring
from tests.benchmarks.anchoring_crowd import FASTER, Made, Setting, crowd
from tests.benchmarks.reporting import Goal, Report, Table

COPIED, LABELS, MODELS = (0.0, 0.1, 0.3, 0.5), (2, 3, 4, 5), (0.6, 0.7, 0.8, 0.9)
LEAST, MOST, NARROW = 0.92, 0.98, 0.05
USUAL = Setting(0.0, 2, 0.6)
NORMAL = 1.96
COLUMNS = ("", "crowds", "covered", "half-width", "could be", "bias", "spread")


@dataclass(frozen=True, slots=True)
class Try:
    """One figure of one crowd, and what it should have been."""

    setting: Setting
    truth: float
    found: Span
    bound: float = math.nan

    @property
    def covered(self) -> bool:
        return self.found.low <= self.truth + 1e-9 and self.truth <= self.found.high + 1e-9


async def run(folder: Path, *, crowds: int, further: int) -> Report:
    """`crowds` of the usual design, `further` of each other one."""
    del folder
    tried = _tries(USUAL, crowds)
    copied = [one["copied"] for one in tried if "copied" in one]
    parts = [
        ("all", copied),
        *((f"{part:.1f} copied", [one for one in copied if one.setting.copied == part]) for part in COPIED),
        *((f"{part} labels", [one for one in copied if one.setting.labels == part]) for part in LABELS),
        *(
            (f"model right {part:.1f}", [one for one in copied if one.setting.model == part])
            for part in MODELS
        ),
    ]
    rows = [_row(name, tries) for name, tries in parts]
    table = Table(
        f"The share of suggestions that people simply take: {USUAL.answers:,} answers to {USUAL.tasks} tasks",
        COLUMNS,
        tuple(row for row in rows if row),
        (
            "95 % intervals, in points. Truths are not given but for 20 gold tasks; the crowd is a real refit's. "
            "20 people right in .6 to .9 with mistakes of their own, everything suggested but on audited tasks, "
            "one in ten withheld. “Could be”: the half-width if every truth and every person were known, "
            "where something is copied.",
        ),
    )
    names = ("followed_wrong", "wrong_alone", "right_shown", "right_withheld", "helped", "pace")
    others = Table(
        "The other figures, against those that the truth would give",
        COLUMNS,
        tuple(row for name in names if (row := _row(name, [one[name] for one in tried if name in one]))),
    )
    designs = (
        ("shown above .6 only", replace(USUAL, show_above=0.6)),
        ("4,000 answers, 1,400 tasks", replace(USUAL, answers=4000, tasks=1400)),
        ("half the tasks", replace(USUAL, tasks=350)),
        ("mistakes shared with the model, .1", replace(USUAL, alike=0.1)),
    )
    beside = [
        _row(name, [one["copied"] for one in _tries(design, further) if "copied" in one])
        for name, design in designs
    ]
    also = Table("Other designs", COLUMNS, tuple(row for row in beside if row))
    return Report((table, others, also), _goals(copied))


def _goals(copied: Sequence[Try]) -> tuple[Goal, ...]:
    covered = float(np.mean([one.covered for one in copied]))
    half = float(np.mean([(one.found.high - one.found.low) / 2 for one in copied]))
    what = f"anchoring, {len(copied)} crowds of {USUAL.answers:,} answers"
    return (
        Goal(f"{what}: interval covers", "92–98 %", f"{covered:.1%}", LEAST <= covered <= MOST),
        Goal(f"{what}: half-width", "≤ 5 points", f"{100 * half:.1f}", half <= NARROW),
    )


def _tries(design: Setting, crowds: int) -> list[dict[str, Try]]:
    found = []
    for number in range(crowds):
        setting = replace(
            design,
            copied=COPIED[number % 4],
            labels=LABELS[number // 4 % 4],
            model=MODELS[number // 16 % 4],
        )
        made = crowd(setting, seed=number)
        measured = anchoring(made.record, LEARNER.refit(made.record), made.cards)
        found.append(_compared(setting, made, measured))
    return found


def _compared(setting: Setting, made: Made, measured: Anchoring) -> dict[str, Try]:
    """Each figure beside the one that the truth gives."""
    record, cards = made.record, made.cards
    truth = made.truth[record.tasks]
    agrees, right = record.labels == cards.suggested, record.labels == truth
    wrong = cards.suggested != truth

    def mean(column: np.ndarray, *screens: On, among: np.ndarray | bool = True) -> float:
        rows = cards.on(*screens) & among
        return float(column[rows].mean()) if rows.any() else math.nan

    shown, withheld = mean(right, On.SHOWN), mean(right, On.WITHHELD)
    truths = {
        "copied": setting.copied,
        "followed_wrong": mean(agrees, On.SHOWN, On.PLANTED, among=wrong),
        "wrong_alone": mean(agrees, On.WITHHELD, among=wrong),
        "right_shown": shown,
        "right_withheld": withheld,
        "helped": shown - withheld,
        "pace": FASTER,
    }
    bound = _bound(setting, made)
    return {
        name: Try(setting, one, span, bound if name == "copied" else math.nan)
        for name, one in truths.items()
        if (span := getattr(measured, name)) is not None and not math.isnan(one)
    }


def _bound(setting: Setting, made: Made) -> float:
    """The half-width that Fisher's information leaves when only the share is unknown."""
    if not setting.copied:
        return math.nan
    record, cards = made.record, made.cards
    rows = cards.on(On.SHOWN, On.PLANTED)
    alone = made.judging[record.workers, made.truth[record.tasks], record.labels][rows]
    gain = (record.labels == cards.suggested)[rows] - alone
    likely = alone + setting.copied * gain
    return NORMAL / math.sqrt(float(((gain / likely) ** 2).sum()))


def _row(name: str, tries: Sequence[Try]) -> tuple[str, ...]:
    if not tries:
        return ()
    off = np.array([one.found.value - one.truth for one in tries])
    half = np.mean([(one.found.high - one.found.low) / 2 for one in tries])
    bounds = [one.bound for one in tries if not math.isnan(one.bound)]
    return (
        name,
        str(len(tries)),
        f"{np.mean([one.covered for one in tries]):.1%}",
        f"{100 * half:.1f}",
        f"{100 * np.mean(bounds):.1f}" if bounds else "",
        f"{100 * off.mean():+.1f}",
        f"{100 * off.std():.1f}",
    )
