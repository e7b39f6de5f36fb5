"""The standing answers of a project as columns: what a refit reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


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

    @property
    def tasks_n(self) -> int:
        """How many tasks there are, answered or not."""
        return len(self.known)
