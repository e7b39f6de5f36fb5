"""Recorded answers of real crowds: `answers.csv` (task,worker,label), `gold.csv` (task,label), `meta.json`."""

from __future__ import annotations

import csv
import json
import os
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

VARIABLE = "CHATCROWD_CROWD_DATA"


@dataclass(frozen=True, slots=True)
class Recorded:
    """One crowd: who answered what to which task, and the truth where it is known."""

    name: str
    labels: tuple[str, ...]
    answers: dict[tuple[str, str], str]  # (worker, task) → label
    gold: dict[str, str]

    @property
    def by_task(self) -> dict[str, list[str]]:
        """Task → the workers who answered it."""
        found: dict[str, list[str]] = defaultdict(list)
        for worker, task in self.answers:
            found[task].append(worker)
        return found

    def part(self, tasks: Iterable[str]) -> Recorded:
        """The same crowd on these tasks only."""
        kept = set(tasks)
        answers = {key: label for key, label in self.answers.items() if key[1] in kept}
        return Recorded(self.name, self.labels, answers, self.gold)

    def batches(self, size: int) -> list[list[str]]:
        """The tasks in portions in which the same people answered most, so that few cards are skipped."""
        crowds = {task: sorted(workers) for task, workers in self.by_task.items()}
        alike = sorted(crowds, key=lambda task: (crowds[task], task))
        return [alike[at : at + size] for at in range(0, len(alike), size)]


def folder() -> Path | None:
    """Where the recorded crowds are: the folder that the environment names, else one beside the checkout."""
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named)
    beside = Path(__file__).resolve().parents[3] / "shared" / "crowd-data"
    return beside if beside.is_dir() else None


def read(data: Path, name: str) -> Recorded:
    """A set by its name; of two answers of a worker to one task the first counts."""
    answers: dict[tuple[str, str], str] = {}
    for row in _rows(data / name / "answers.csv"):
        answers.setdefault((row["worker"], row["task"]), row["label"])
    gold = {row["task"]: row["label"] for row in _rows(data / name / "gold.csv")}
    meta = json.loads((data / name / "meta.json").read_text("utf-8"))
    labels = {str(at) for at in range(int(meta["classes"]))} | set(answers.values()) | set(gold.values())
    return Recorded(name, tuple(sorted(labels, key=lambda one: (len(one), one))), answers, gold)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
