"""The standing answers of a project as columns: what a refit reads."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from core.learning.anchoring import Cards


@dataclass(frozen=True, slots=True)
class Record:
    """Row i of the first three columns is one answer; rows are in the order of the answers' ids."""

    tasks: NDArray[np.int32]
    """(n,) which task, 0 … T-1."""
    workers: NDArray[np.int32]
    """(n,) who answered, 0 … W-1."""
    labels: NDArray[np.int32]
    """(n,) what was said, 0 … K-1."""
    known: NDArray[np.int32]
    """(T,) the truth where it is known (gold, or decided by a person), else -1."""
    workers_n: int
    labels_n: int
    cards: Cards | None = None
    """What was on the screen of each answer; None: nothing ever was suggested."""
    weights: NDArray[np.float64] | None = None
    """(n,) how much of an answer counts; None: all of each."""
    stands: NDArray[np.float64] | None = None
    """(T,) for how many tasks each of those stands that tell of who answered them; None: for itself alone."""

    @property
    def tasks_n(self) -> int:
        """How many tasks there are, answered or not."""
        return len(self.known)

    def weighed(self, followed: float) -> Record:
        """The record in which an answer that its worker saw suggested counts so much, and one that was suggested
        wrongly on purpose not at all."""
        import numpy as np

        from core.learning.anchoring import On

        if self.cards is None:
            return self
        taken = self.cards.suggested == self.labels
        weights = np.where(taken & self.cards.on(On.SHOWN), followed, 1.0)
        weights[taken & self.cards.on(On.PLANTED)] = 0.0
        return replace(self, weights=weights)
