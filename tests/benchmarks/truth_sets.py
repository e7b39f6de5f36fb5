"""Recorded crowds: a folder of sets, each with its answers, the truth and what it is; names mean nothing."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import NamedTuple

ANSWERS, GOLD, META = "answers.csv", "gold.csv", "meta.json"


class Given(NamedTuple):
    """One recorded answer, in numbers: task, worker, label."""

    task: int
    worker: int
    label: int


@dataclass(frozen=True, slots=True)
class Crowd:
    """A recorded crowd: its answers in recorded order, and the truth of each task where it is known."""

    name: str
    labels_n: int
    workers_n: int
    answers: tuple[Given, ...]
    truth: tuple[int | None, ...]

    @property
    def tasks_n(self) -> int:
        """How many tasks it has."""
        return len(self.truth)


def read_crowds(folder: Path) -> list[Crowd]:
    """Every set in the folder, by name; a folder that is itself a set is the only one.

    Raises:
        FileNotFoundError: when there is none.
    """
    if (folder / ANSWERS).exists():
        return [read_crowd(folder)]
    found = [read_crowd(path.parent) for path in sorted(folder.glob(f"*/{ANSWERS}"))]
    if not found:
        raise FileNotFoundError(f"no {ANSWERS} in {folder} or in a folder of it")
    return found


def read_crowd(folder: Path) -> Crowd:
    """One set. A worker's second answer to the same task does not count, as in the product."""
    meta = json.loads((folder / META).read_text("utf-8")) if (folder / META).exists() else {}
    rows = list(_rows(folder / ANSWERS))
    known = {row["task"]: row["label"] for row in _rows(folder / GOLD)}
    tasks = _numbers(row["task"] for row in rows)
    workers = _numbers(row["worker"] for row in rows)
    labels = _numbers([*(row["label"] for row in rows), *known.values()])
    first: dict[tuple[int, int], Given] = {}
    for row in rows:
        given = Given(tasks[row["task"]], workers[row["worker"]], labels[row["label"]])
        first.setdefault((given.task, given.worker), given)
    truth = tuple(labels[known[task]] if task in known else None for task in tasks)
    return Crowd(
        name=str(meta.get("name", folder.name)),
        labels_n=max(len(labels), int(meta.get("classes", 2))),
        workers_n=len(workers),
        answers=tuple(first.values()),
        truth=truth,
    )


def rotated(crowd: Crowd, dice: Random) -> Crowd:
    """The same crowd with its classes renamed and its tasks and workers renumbered by chance."""
    labels = _shuffled(crowd.labels_n, dice)
    tasks = _shuffled(crowd.tasks_n, dice)
    workers = _shuffled(crowd.workers_n, dice)
    truth: list[int | None] = [None] * crowd.tasks_n
    for old, label in enumerate(crowd.truth):
        truth[tasks[old]] = None if label is None else labels[label]
    answers = [Given(tasks[one.task], workers[one.worker], labels[one.label]) for one in crowd.answers]
    return replace(crowd, answers=tuple(answers), truth=tuple(truth))


def votes_of(crowd: Crowd) -> list[list[int]]:
    """The labels that each task got."""
    votes: list[list[int]] = [[] for _ in crowd.truth]
    for one in crowd.answers:
        votes[one.task].append(one.label)
    return votes


def _rows(path: Path) -> Iterator[Mapping[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def _numbers(names: Iterator[str] | list[str]) -> dict[str, int]:
    return {name: number for number, name in enumerate(sorted(set(names)))}


def _shuffled(count: int, dice: Random) -> list[int]:
    numbers = list(range(count))
    dice.shuffle(numbers)
    return numbers
