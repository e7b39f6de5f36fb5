"""What was on screen at each standing answer, as columns beside the record."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from core.domain.suggestions import Screen

Flags = NDArray[np.bool_]


class On(IntEnum):
    """What a card showed of a suggestion; `core.domain.suggestions.Screen` as a number."""

    NOTHING = 0
    SHOWN = 1
    WITHHELD = 2
    PLANTED = 3


SCREENS: dict[Screen | None, On] = {None: On.NOTHING, **{screen: On[screen.name] for screen in Screen}}
"""From what an assignment keeps."""


@dataclass(frozen=True, slots=True)
class Cards:
    """Row i belongs to row i of the record."""

    suggested: NDArray[np.int32]
    """(n,) the suggestion on screen or withheld, 0 … K-1; -1: none."""
    screens: NDArray[np.int8]
    """(n,) `On`."""
    times: NDArray[np.float64]
    """(n,) milliseconds to the answer; NaN: unknown."""

    def on(self, *screens: On) -> Flags:
        """(n,) Where the screen was one of these and the suggestion is a label that there is."""
        return np.isin(self.screens, screens) & (self.suggested >= 0)

    def kept(self, rows: Flags) -> Cards:
        """Some of the rows."""
        return Cards(self.suggested[rows], self.screens[rows], self.times[rows])
