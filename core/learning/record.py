"""The standing answers of a project as columns: what a refit reads."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from core.domain.suggestions import Screen

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CODES = {Screen.SHOWN: 1, Screen.WITHHELD: 2, Screen.PLANTED: 3}
"""What became of a suggestion, as a column has it; 0: there was none."""


@dataclass(frozen=True, slots=True)
class Cards:
    """What a model had for the card of each answer."""

    suggested: NDArray[np.int32]
    """(n,) the label; -1: none, or one that is no more."""
    screens: NDArray[np.int8]
    """(n,) what became of it, by `CODES`."""

    @property
    def seen(self) -> NDArray[np.int32]:
        """(n,) the label that was on screen; -1: none."""
        import numpy as np

        visible = (self.screens == CODES[Screen.SHOWN]) | (self.screens == CODES[Screen.PLANTED])
        return np.where(visible, self.suggested, np.int32(-1))


def suggestions_of(rows: NDArray[np.int32], *, answers: int) -> Cards:
    """The columns from (answer, label, code) of those answers for which there was something."""
    import numpy as np

    suggested, screens = np.full(answers, -1, np.int32), np.zeros(answers, np.int8)
    suggested[rows[:, 0]], screens[rows[:, 0]] = rows[:, 1], rows[:, 2]
    return Cards(suggested, screens)


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
    """What was suggested; None: nothing ever was."""
    weights: NDArray[np.float64] | None = None
    """(n,) how much of an answer counts; None: all of each."""

    @property
    def tasks_n(self) -> int:
        """How many tasks there are, answered or not."""
        return len(self.known)

    def weighed(self, followed: float) -> Record:
        """The record in which an answer that its worker saw suggested counts so much, and one that was suggested
        wrongly on purpose not at all."""
        import numpy as np

        if self.cards is None:
            return self
        taken = self.cards.seen == self.labels
        weights = np.where(taken, followed, 1.0)
        weights[taken & (self.cards.screens == CODES[Screen.PLANTED])] = 0.0
        return replace(self, weights=weights)
