"""What a project's suggestions do, as its last refit measured it: do they help, mislead, or could they stand alone?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core import projects
from core.consensus.advisor import Audit
from core.consensus.anchoring import Anchoring
from core.domain.person import Person
from core.store import refits
from core.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class BandRight:
    """Of what the model says with a confidence of `least` and more, up to the next band."""

    least: float
    tasks: int  # that people judged
    right: float  # the share in which it said the truth, by people alone


@dataclass(frozen=True, slots=True)
class Effect:
    """The effect of one model's suggestions in one project."""

    as_of: datetime
    model_id: int | None  # whose bands and audit these are; None while nothing was learned of any
    bands: tuple[BandRight, ...]  # those in which people judged something, from the lowest
    audit: Audit | None
    anchoring: Anchoring | None  # how far people take what is on screen; None before anything was

    @property
    def alone(self) -> bool:
        """Whether the model may settle tasks without anybody, where the project wants that."""
        return self.audit is not None and self.audit.passed


def effect(tx: Transaction, person: Person, project_id: int) -> Effect | None:
    """What the last refit measured of a project's suggestions; None before the first, or without any.

    Raises:
        Refused: not_allowed, unknown_project.
    """
    projects.look(tx, person, project_id)
    kept = refits.report_of(tx, project_id)
    return None if kept is None else read(*kept)


def read(as_of: datetime, report: Mapping[str, Any]) -> Effect | None:
    """A report as it is kept."""
    advisor, measured = report.get("advisor"), report.get("anchoring")
    anchoring = None if measured is None else Anchoring.from_json(measured)
    if advisor is None and anchoring is None:
        return None
    if advisor is None:
        return Effect(as_of, None, (), None, anchoring)
    bands = tuple(BandRight(least, tasks, right) for least, tasks, right in advisor["bands"] if tasks)
    return Effect(as_of, advisor["model"], bands, Audit(*report["audit"]), anchoring)
