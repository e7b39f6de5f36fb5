"""More answers or fewer: what surer labels would cost, and the target that a requester chooses for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from core import projects
from core.consensus.outlook import Forecast, Outlook
from core.domain.person import Person
from core.domain.project import Project
from core.domain.states import ProjectState
from core.intake.project_model import Overlap
from core.projects import Progress
from core.quality import weighs
from core.store import refits
from core.store.transaction import Transaction

Silence = Literal["votes", "not_begun", "ended", "early"]
"""Why nothing is offered: votes are only counted; nothing was launched; nothing is open; nobody knows yet."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What one target comes to from here on. Shares are None as long as none may be shown."""

    target: float
    answers: int
    points: int
    left: int
    """Tasks that a person will have to decide."""
    settled: float | None
    """How many of the settled labels are right."""
    accuracy: float | None
    """How many of all labels are, those of the tasks that are left counted as the crowd sees them."""
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Offers:
    """Where a project stands, and what it can be moved to; `now` is what no further answer comes to."""

    project: Project
    cost: float | None
    """Points spent for each settled label so far."""
    measured: bool
    gold: int
    """So many tasks of known truth had answers; below ten no share may be shown."""
    now: Offer | None
    ahead: tuple[Offer, ...]
    silence: Silence | None

    @property
    def target(self) -> float:
        """The present one."""
        return self.project.file.overlap.confidence


@dataclass(frozen=True, slots=True)
class Changed:
    """A project with its new target, and the one it had."""

    project: Project
    before: float


def cost_per_label(far: Progress) -> float | None:
    """Points spent for each settled label; None while there is none."""
    return far.project.spent / far.settled if far.settled else None


def can_order(project: Project) -> bool:
    """Whether more answers, or fewer, can still be asked for."""
    return _silence(project, known=True) is None


def offers(tx: Transaction, person: Person, project_id: int, *, now: datetime) -> Offers:
    """What more answers would bring, as the last refit foresaw it; also on a snapshot.

    Raises:
        Refused: not_allowed, unknown_project.
    """
    far = projects.progress(tx, person, project_id, now=now)
    found = refits.report_of(tx, project_id)
    report = {} if found is None else found[1]
    kept = report.get("forecast")
    silence = _silence(far.project, known=kept is not None)
    gold = int(report.get("gold", 0))
    if silence is not None or kept is None:
        return Offers(far.project, cost_per_label(far), False, gold, None, (), silence)
    forecast = Forecast.from_json(kept)
    tasks = far.settled + far.escalated + far.open
    fresh, given = max(0, tasks - forecast.tasks), refits.given_since(tx, project_id)
    first, *others = (
        _offer(
            one.target,
            one.of(touched=forecast.tasks, fresh=fresh),
            tasks=tasks,
            given=given,
            measured=forecast.measured,
        )
        for one in forecast.ahead
    )
    return Offers(far.project, cost_per_label(far), forecast.measured, gold, first, tuple(others), silence)


def _silence(project: Project, *, known: bool) -> Silence | None:
    if not weighs(project):
        return "votes"
    if project.state is ProjectState.DRAFT:
        return "not_begun"
    if project.state is ProjectState.CLOSED or project.finished_at is not None:
        return "ended"
    return None if known else "early"


def _offer(target: float, found: Outlook, *, tasks: int, given: int, measured: bool) -> Offer:
    """`given` answers of those that were foreseen have come since."""
    foreseen = found.answers * tasks
    to_come = max(0.0, foreseen - given)
    return Offer(
        target,
        answers=round(to_come),
        points=round(found.points * tasks * to_come / foreseen) if foreseen else 0,
        left=round(found.left * tasks),
        settled=found.settled if measured else None,
        accuracy=found.accuracy if measured else None,
        low=found.low if measured else None,
        high=found.high if measured else None,
    )


def set_confidence(
    tx: Transaction, person: Person, project_id: int, target: float, *, now: datetime
) -> Changed:
    """Choose the confidence at which tasks settle: a new version of the project, and a refit at once.

    The refit looks at the tasks again: open ones may settle now, and settled ones that are not sure enough
    any more are asked about once more, as after any refit.

    Raises:
        Refused: not_allowed, unknown_project, project_closed.
        ValueError: for a target that no project may have.
    """
    project = projects.own(tx, person, project_id)
    before = project.file.overlap.confidence
    overlap = Overlap.model_validate({**project.file.overlap.model_dump(), "confidence": target})
    # the budget may have been changed since the file was written
    file = project.file.model_copy(update={"overlap": overlap, "budget": project.budget})
    if target == before and project.state is not ProjectState.CLOSED:
        return Changed(project, before)
    changed = projects.replace_file(tx, person, project_id, file, now=now)
    refits.outdate(tx, [project_id])
    return Changed(changed, before)
