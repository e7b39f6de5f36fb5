"""What must come out, computed from what was tapped alone, by the words of the rules and not by the product's code."""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from core.intake.results import restored


@dataclass(slots=True)
class Books:
    """What people did: their answers, and the cards they let run out."""

    tapped: dict[tuple[str, str], str] = field(default_factory=dict)  # (worker, task) → label
    late: set[tuple[str, str]] = field(default_factory=set)
    decided: dict[str, str] = field(default_factory=dict)  # task → the label that a person chose
    same: dict[str, str] = field(default_factory=dict)  # worker → who they turned out to be

    def votes(self) -> dict[str, Counter[str]]:
        """Task → how often each label was tapped."""
        votes: dict[str, Counter[str]] = defaultdict(Counter)
        for (_, task), label in self.tapped.items():
            votes[task][label] += 1
        return votes

    def labels(self) -> dict[str, str | None]:
        """Task → the label most people tapped; where there is a tie, what the person who decided said."""
        return {task: self._label(task, votes) for task, votes in self.votes().items()}

    def _label(self, task: str, votes: Counter[str]) -> str | None:
        ranked = votes.most_common(2)
        if len(ranked) == 1 or ranked[0][1] > ranked[1][1]:
            return ranked[0][0]
        return self.decided.get(task)

    def points(self, truths: Mapping[str, str], *, reward: int, penalty: int) -> Counter[str]:
        """Worker → the sum of r(R) − λ·p(t) over everything they did."""
        points: Counter[str] = Counter()
        for (worker, task), label in self.tapped.items():
            points[self.same.get(worker, worker)] += reward if truths[task] == label else 0
        for worker, _ in self.late:
            points[self.same.get(worker, worker)] -= penalty
        return points

    def join(self, stays: str, gone: str, *, paid: Collection[str]) -> int:
        """Two workers turn out to be one; returns how many answers no longer count.

        Of two answers to a task that is not paid yet the earlier counts. What was paid stays as it is.
        """
        order = list(self.tapped)
        dropped = 0
        for worker, task in order:
            if worker != gone or ((stays, task) in self.tapped and task in paid):
                continue
            label = self.tapped.pop((gone, task))
            if (stays, task) not in self.tapped:
                self.tapped[stays, task] = label
                continue
            dropped += 1
            if order.index((gone, task)) < order.index((stays, task)):
                self.tapped[stays, task] = label
        self.same[gone] = stays
        return dropped

    def of_each_worker(self) -> list[list[tuple[str, str]]]:
        """Every worker's answers without their names, in an order that names play no part in."""
        return grouped((worker, task, label) for (worker, task), label in self.tapped.items())


def grouped(answers: Iterable[tuple[str, str, str]]) -> list[list[tuple[str, str]]]:
    """(worker, task, label) → each worker's sorted answers, sorted."""
    by_worker: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for worker, task, label in answers:
        by_worker[worker].append((task, label))
    return sorted(sorted(one) for one in by_worker.values())


def table(data: bytes) -> list[dict[str, str]]:
    """A CSV file that the product sent, with every cell as it was before it was made safe."""
    rows = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    return [{column: restored(cell) for column, cell in row.items()} for row in rows]
