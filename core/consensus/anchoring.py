"""What suggestions do to a project's answers: the figures that its people are shown, plain values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Span:
    """A figure with its 95 % interval, and how many answers it rests on (in expectation, so not whole)."""

    value: float
    low: float
    high: float
    of: float


@dataclass(frozen=True, slots=True)
class Anchoring:
    """How far people take what is on screen; None where the answers cannot tell."""

    shown: int
    """Answers with the model's own suggestion on screen; planted ones are not among them."""
    withheld: int
    planted: int
    agreed_shown: Span | None
    """The share of answers that say what the model says, with its suggestion on screen …"""
    agreed_withheld: Span | None
    """… and without."""
    copied: Span | None
    """The share of answers, of those with a suggestion on screen, in which it was simply taken."""
    followed_wrong: Span | None
    """Of wrong suggestions on screen (planted ones too), the share that was accepted …"""
    wrong_alone: Span | None
    """… and how often people make that same mistake by themselves, where it was withheld."""
    seconds_shown: float | None
    """Medians."""
    seconds_withheld: float | None
    pace: Span | None
    """Time with a suggestion as a part of the time without, each person compared with themselves."""
    right_shown: Span | None
    right_withheld: Span | None
    helped: Span | None
    """By how much more often answers are right with a suggestion than without."""
    taken: float
    """`copied`, drawn to what is usual as long as little is known; 0 … 1, never None."""
    discount: float
    """What accepting a suggestion loses as evidence, 0 … 1: its log-odds count 1 - discount times."""

    @property
    def saved(self) -> float | None:
        """The share of time that suggestions save; negative where they cost time."""
        return None if self.pace is None else 1.0 - self.pace.value

    def as_json(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Anchoring:
        """Back from JSON."""
        named = (field.name for field in fields(cls))
        return cls(**{name: _back(kept[name]) for name in named})


def _back(kept: Any) -> Any:
    return Span(**kept) if isinstance(kept, Mapping) else kept
