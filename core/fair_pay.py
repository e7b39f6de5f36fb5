"""What an hour of work in a project pays, from its latest answers."""

from __future__ import annotations

from core.domain.fair_pay import FairPay, fair_pay
from core.domain.project import Project
from core.store import fair_pay as rows
from core.store.transaction import Transaction

LATEST = 200
"""So many answers tell it within about a fifteenth, and 500 took 12 ms of CPU, too long for a unit of work."""


def measured(tx: Transaction, project: Project) -> FairPay | None:
    """Points per active hour of the latest answers, with all that was paid and fined for them; None when too few."""
    efforts, fines = rows.latest(tx, project.id, most=LATEST)
    return fair_pay(efforts, fines=fines, value=project.file.value)
