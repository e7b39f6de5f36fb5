"""How suggestions sway the people who see them, as a refit measured it against the control."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ENOUGH = 50
"""So many answers of the control at least, before anything is said."""


@dataclass(frozen=True, slots=True)
class Sway:
    """With a suggestion in sight and without one; shares are 0 … 1, None where nothing can be said."""

    shown: int  # answers with a suggestion in sight
    withheld: int  # answers of the control
    seconds: tuple[float, float] | None  # the median of an answer, with and without
    agreement: tuple[float, float] | None  # how often people say what is suggested, with and without
    followed: float | None  # so many of the wrong suggestions are followed
    margin: float  # half of its 95 % interval
    anyway: float | None  # so many make the same mistake without seeing it

    @property
    def enough(self) -> bool:
        """Whether there is enough to say anything."""
        return self.withheld >= ENOUGH and self.shown >= ENOUGH


def read(kept: Mapping[str, Any] | None) -> Sway | None:
    """What a refit's report keeps of it."""
    if kept is None:
        return None
    seconds, agreement = kept.get("seconds"), kept.get("agreement")
    return Sway(
        shown=int(kept["shown"]),
        withheld=int(kept["withheld"]),
        seconds=None if seconds is None else (seconds[0], seconds[1]),
        agreement=None if agreement is None else (agreement[0], agreement[1]),
        followed=kept.get("followed"),
        margin=float(kept.get("margin", 1.0)),
        anyway=kept.get("anyway"),
    )
