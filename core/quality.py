"""How good a project's answers are, as its last refit found: agreement, mix-ups, calibration, who stands out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core import projects
from core.consensus import methods
from core.consensus.calibration import LEAST_GOLD
from core.consensus.confusion import Confusion, MixUp, mixed_up
from core.domain.person import Person
from core.domain.project import Project
from core.store import refits
from core.store.transaction import Transaction

SHARE, ANSWERS = 0.02, 3
"""Labels are mixed up when so large a share of their answers, and so many, said the other one: not for a slip."""
GREW = 1000.0
"""A suspicion whose odds grew so much since it was told is news again."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Of the tasks claimed at `target`, about `right` in 100 are right, give or take `margin`."""

    target: float
    right: int
    margin: int


@dataclass(frozen=True, slots=True)
class Suspect:
    """Somebody whose answers stand out, and why; `since` is when that was news."""

    person_id: int
    kind: str
    strength: float  # odds to one that it is so rather than honest work
    evidence: Mapping[str, Any]  # numbers, by kind
    since: datetime


@dataclass(frozen=True, slots=True)
class Quality:
    """A refit's report; of tasks with a known truth, `gold` had answers."""

    as_of: datetime
    labels: tuple[str, ...]
    alpha: float | None
    confusion: Confusion
    gold: int
    claim: Claim | None
    suspects: tuple[Suspect, ...]

    @property
    def measured(self) -> bool:
        """Whether a percentage may be shown."""
        return self.gold >= LEAST_GOLD

    @property
    def mix_ups(self) -> tuple[MixUp, ...]:
        """The labels that are taken for each other most, at most three pairs."""
        found = mixed_up(self.confusion)
        return tuple(one for one in found if one.share >= SHARE and one.mixed >= ANSWERS)


def quality(tx: Transaction, person: Person, project_id: int) -> Quality | None:
    """What the last refit of a project found; None before the first.

    Raises:
        Refused: not_allowed, unknown_project.
    """
    projects.look(tx, person, project_id)
    return found(tx, project_id)


def found(tx: Transaction, project_id: int) -> Quality | None:
    """The same, for whoever may know."""
    kept = refits.report_of(tx, project_id)
    return None if kept is None else read(*kept)


def weighs(project: Project) -> bool:
    """Whether the project weighs its votes, so that its confidence can be checked at all."""
    return methods()[project.file.method].learner is not None


def read(as_of: datetime, report: Mapping[str, Any]) -> Quality:
    """A report as it is kept."""
    claim = report["claim"]
    told = _told(report)
    return Quality(
        as_of=as_of,
        labels=tuple(report["labels"]),
        alpha=report["alpha"],
        confusion=Confusion(tuple(tuple(row) for row in report["confusion"])),
        gold=report["gold"],
        claim=None if claim is None else Claim(report["target"], *claim),
        suspects=tuple(
            Suspect(
                person_id=one["person"],
                kind=one["kind"],
                strength=one["strength"],
                evidence=one["evidence"],
                since=told.get((one["person"], one["kind"]), (as_of, 0.0))[0],
            )
            for one in report.get("suspects", ())
        ),
    )


def dated(report: Mapping[str, Any], *, before: Mapping[str, Any] | None, as_of: datetime) -> dict[str, Any]:
    """A new report that remembers what the one before told of whom, and when, so that it is told once."""
    told = {} if before is None else _told(before)
    for one in report.get("suspects", ()):
        key = one["person"], one["kind"]
        if key not in told or one["strength"] > GREW * told[key][1]:
            told[key] = as_of, one["strength"]
    kept = [[*key, at.isoformat(), strength] for key, (at, strength) in told.items()]
    return {**report, "told": kept}


def _told(report: Mapping[str, Any]) -> dict[tuple[int, str], tuple[datetime, float]]:
    return {
        (person, kind): (datetime.fromisoformat(at), strength)
        for person, kind, at, strength in report.get("told", ())
    }
