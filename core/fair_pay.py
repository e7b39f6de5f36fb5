"""What an hour of work in a project pays, from its latest answers."""

from __future__ import annotations

from core.domain.fair_pay import FairPay, fair_pay
from core.domain.project import Project
from core.store import fair_pay as rows
from core.store.transaction import Transaction

LATEST = 500
"""So many answers tell it within about a twentieth; looking at more would cost time in every project's card."""


def measured(tx: Transaction, project: Project) -> FairPay | None:
    """Points per active hour of the latest answers, with all that was paid and fined for them; None when too few."""
    efforts, fines = rows.latest(tx, project.id, most=LATEST)
    return fair_pay(efforts, fines=fines, value=project.file.value)
