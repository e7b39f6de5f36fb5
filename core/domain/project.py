"""A project as the game sees it, with the policy of the version that is launched."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.domain.states import ProjectState
from core.intake.project_model import ProjectFile


@dataclass(frozen=True, slots=True)
class Project:
    """A project: whose it is, where it stands, what it can pay, and its file."""

    id: int
    owner_id: int
    state: ProjectState
    paused_by: str | None
    version: int
    budget: int | None
    reserved: int
    spent: int
    launched_at: datetime | None
    closed_at: datetime | None
    finished_at: datetime | None
    file: ProjectFile

    @property
    def left(self) -> int | None:
        """Points not yet spent or promised; None without a budget."""
        return None if self.budget is None else self.budget - self.spent - self.reserved
