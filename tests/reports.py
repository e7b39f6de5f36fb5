"""What a refit may report, kept as if one had just been put in use."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from core.consensus.believed import Believed
from core.quality import dated
from core.store import refits
from core.store.transaction import Transaction

REPORT: dict[str, Any] = {
    "labels": ["cat", "dog"],
    "alpha": 0.823,
    "confusion": [[90, 10], [4, 96]],
    "gold": 12,
    "target": 0.95,
    "claim": [96, 3],
    "suspects": [],
}


def suspect(person: int, kind: str = "constant", *, strength: float = 1e4, **evidence: Any) -> dict[str, Any]:
    """A finding as a report has it."""
    seen = {"answers": 120, "label": "cat", "share": 0.97, "expected_share": 0.31} | evidence
    return {"person": person, "kind": kind, "strength": strength, "evidence": seen}


def keep(
    tx: Transaction,
    project_id: int,
    *,
    as_of: datetime,
    model: Believed | None = None,
    **changes: Any,
) -> None:
    """The project's next generation, with this report."""
    before = refits.report_of(tx, project_id)
    refits.swap(
        tx,
        project_id,
        generation=refits.present(tx, project_id).generation + 1,
        upto=0,
        outdated=False,
        as_of=as_of,
        model=model,
        report=dated(REPORT | changes, before=before and before[1], as_of=as_of),
    )
