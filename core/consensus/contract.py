"""What a consensus method promises: one file per method, found by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple, Protocol

from core.consensus.crowd import Evidence

if TYPE_CHECKING:
    from core.consensus.believed import Believed
    from core.consensus.crowd import Crowd, Fit
    from core.learning.record import Record


@dataclass(frozen=True, slots=True)
class Overlap:
    """How many answers a task gets: at least `least`, at most `most`, until `confidence`."""

    least: int
    most: int
    confidence: float


class Vote(NamedTuple):  # a tuple, since every answer and every claim reads many of them
    """One standing answer of one human, with what was believed of them when they gave it."""

    person_id: int
    value: str
    at: int = 0  # milliseconds since 1970
    evidence: Evidence = ()
    known: bool = False  # whether enough of their work had been seen
    followed: bool = False  # whether it is what a model suggested before their eyes; then `evidence` is less


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


class Learner(Protocol):
    """Learns from answers alone what to think of everybody who gave them."""

    @property
    def name(self) -> str:
        """The method's word in project files."""
        ...

    def start(self, labels_n: int) -> Crowd:
        """What is believed of a crowd that nothing is known of."""
        ...

    def refit(self, record: Record) -> Fit:
        """Everything anew: a pure function of the record, whatever its people and labels are called."""
        ...

    def evidence(self, crowd: Crowd, counts: Sequence[float] | None, label: int) -> Evidence:
        """What it says when a worker of these K·K soft counts (truth by truth) says `label`; None: a newcomer."""
        ...


class Method(Protocol):
    """Infers the truth of one task from its votes; their order never matters."""

    @property
    def name(self) -> str:
        """The word for it in project files."""
        ...

    @property
    def learner(self) -> Learner | None:
        """Learns what each person's vote weighs; None where all weigh the same."""
        ...

    def verdict(
        self,
        votes: Sequence[Vote],
        *,
        believed: Believed,
        asked: int,
        overlap: Overlap,
        advice: Evidence = (),
    ) -> Verdict:
        """What to do, `asked` answers having come in time, and a model having said what this `advice` is worth."""
        ...

    def agreement(
        self, votes: Sequence[Vote], *, person_id: int, believed: Believed, kind: Agreement
    ) -> Fraction:
        """How far this person's answer agrees with the truth as the *other* people see it, 0 … 1."""
        ...


class Agreement(Protocol):
    """How far an answer agrees with a truth, 0 … 1: the kind's partial reward."""

    def __call__(self, answer: str, truth: str) -> Fraction: ...


Registry = Mapping[str, Method]
