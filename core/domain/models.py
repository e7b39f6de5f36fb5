"""A model as the game sees it: whose it is, what it can say, and which of a project's it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Model:
    """A model that is on the list; its card tells what it was trained on and how good it was."""

    id: int
    project_id: int | None  # whose own it is; None: an operator's, for every project that fits
    name: str | None
    digest: str  # SHA-256 of its file
    card: dict[str, Any]
    report: str | None
    learned: int  # from how many tasks
    created_at: datetime
    withdrawn_at: datetime | None

    @property
    def labels(self) -> tuple[str, ...]:
        """What it can say, in the order of its outputs."""
        return tuple(self.card["labels"])


@dataclass(frozen=True, slots=True)
class Serving:
    """Which models serve a project."""

    project_id: int
    champion: int | None = None
    challenger: int | None = None
    before: int | None = None
    trained_at: datetime | None = None
    trained_on: int = 0
    changed_at: datetime | None = None
