"""A day counted once more, in plain Python over the raw rows: what the figures of a summary are held against."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from core.store.tables import answer, assignment, ledger, person, project, task
from core.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Rows:
    """Every row that a summary may count."""

    answers: list[Any]
    tasks: list[Any]
    cards: list[Any]
    entries: list[Any]
    people: list[Any]
    projects: list[Any]


def rows(tx: Transaction) -> Rows:
    """Everything, as it stands in the tables."""
    return Rows(
        *(list(tx.execute(select(one))) for one in (answer, task, assignment, ledger, person, project))
    )


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """When a local day begins."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def recount(found: Rows, day: date, zone: ZoneInfo) -> dict[str, Any]:
    """The figures of a local day by their names."""

    def on(one: date, moment: datetime | None) -> bool:
        if moment is None:
            return False
        return midnight(one, zone) <= moment < midnight(one + timedelta(days=1), zone)

    def workers(one: date) -> set[int]:
        return {row.person_id for row in standing if on(one, row.at)}

    def points(kinds: Iterable[str]) -> list[int]:
        return [row.points for row in found.entries if row.kind in kinds and on(day, row.at)]

    standing = [row for row in found.answers if row.voided_at is None]
    tasks = {row.id: row for row in found.tasks}
    launched = {row.id: row.launched_at for row in found.projects}
    today = [row for row in standing if on(day, row.at)]
    settled = [row for row in found.tasks if on(day, row.settled_at)]
    ended = {row.id for row in settled}
    judged = [
        row.value == tasks[row.task_id].label
        for row in standing
        if row.task_id in ended and tasks[row.task_id].gold is None
    ]
    took = [row.settled_at - max(row.created_at, launched[row.project_id]) for row in settled]
    since = set[int]().union(*(workers(day - timedelta(days=back)) for back in range(7)))
    return {
        "answers": len(today),
        "late": sum(row.late for row in today),
        "created": sum(on(day, row.created_at) for row in found.tasks),
        "settled": len(settled),
        "escalated": sum(on(day, row.escalated_at) for row in found.tasks),
        "overdue": sum(
            on(day, row.due_at) and row.state in ("overdue", "answered_late", "expired")
            for row in found.cards
        ),
        "penalties": len(points(["penalty"])),
        "penalty_points": sum(points(["penalty"])),
        "paid_points": sum(
            row.points
            for row in found.entries
            if row.kind in ("reward", "correction") and row.assignment_id is not None and on(day, row.at)
        ),
        "agreement": sum(judged) / len(judged) if judged else None,
        "time_to_settle": median(took) if took else None,
        "workers": len(workers(day)),
        "newcomers": sum(on(day, row.consented_at) for row in found.people),
        "lost": len(workers(day - timedelta(days=7)) - since),
        "languages": Counter(tasks[row.task_id].lang for row in today),
        "projects": Counter(row.project_id for row in today),
    }
