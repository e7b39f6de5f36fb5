"""Which labels are taken for which."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Confusion:
    """Answers by what the task turned out to be: `counts[k][l]` answers said l where the truth is k."""

    counts: tuple[tuple[int, ...], ...]

    @property
    def answers(self) -> int:
        return sum(map(sum, self.counts))

    @property
    def shares(self) -> tuple[tuple[float, ...], ...]:
        """Each row as shares of its answers; a row without answers is all zero."""
        return tuple(tuple(count / max(1, sum(row)) for count in row) for row in self.counts)


@dataclass(frozen=True, slots=True)
class MixUp:
    """Two labels, and how many of the answers to their tasks said the other one."""

    one: int
    other: int
    mixed: int
    answers: int

    @property
    def share(self) -> float:
        return self.mixed / self.answers


def mixed_up(confusion: Confusion, *, at_most: int = 3) -> tuple[MixUp, ...]:
    """The pairs of labels that are taken for each other most often, by number of such answers."""
    counts = confusion.counts
    pairs = (
        MixUp(
            one=one,
            other=other,
            mixed=counts[one][other] + counts[other][one],
            answers=sum(counts[one]) + sum(counts[other]),
        )
        for other in range(len(counts))
        for one in range(other)
    )
    found = sorted(
        (pair for pair in pairs if pair.mixed), key=lambda pair: (-pair.mixed, pair.one, pair.other)
    )
    return tuple(found[:at_most])
