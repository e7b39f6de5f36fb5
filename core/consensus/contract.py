"""What a consensus method promises: one file per method, found by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

Posterior = dict[str, Any]
"""A method's state of one task: JSON, a pure function of the answers that stand."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """How many answers a task gets: at least `least`, at most `most`, until `confidence`."""

    least: int
    most: int
    confidence: float


@dataclass(frozen=True, slots=True)
class Vote:
    """One standing answer of one human."""

    person_id: int
    value: str


@dataclass(frozen=True, slots=True)
class Settle:
    """Enough is known."""

    label: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Ask:
    """More answers are needed: `target` in all."""

    target: int
    leading: str | None
    confidence: float


@dataclass(frozen=True, slots=True)
class Escalate:
    """The answers do not decide it; a person must."""

    leading: str | None
    confidence: float


Verdict = Settle | Ask | Escalate


class Method(Protocol):
    """Infers the truth of one task from its answers."""

    name: str

    def posterior(self, votes: Iterable[Vote]) -> Posterior:
        """The state that these votes, in the order of their ids, lead to."""
        ...

    def update(self, posterior: Posterior, vote: Vote) -> Posterior:
        """The state after one more vote; equal to `posterior` of all of them."""
        ...

    def verdict(self, posterior: Posterior, *, asked: int, overlap: Overlap) -> Verdict:
        """What to do, `asked` answers having come in time."""
        ...

    def agreement(self, votes: Sequence[Vote], *, person_id: int, kind: Agreement) -> Fraction:
        """How far this person's answer agrees with the truth as the *other* people see it, 0 … 1."""
        ...


class Agreement(Protocol):
    """How far an answer agrees with a truth, 0 … 1: the kind's partial reward."""

    def __call__(self, answer: str, truth: str) -> Fraction: ...


Registry = Mapping[str, Method]
