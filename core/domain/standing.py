"""What may be imposed on a worker, and why: codes, which the dialogue puts into kind words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Measure(StrEnum):
    """From the mildest to the hardest."""

    WARN = "warn"
    CHECK = "check"  # one project hands them more tasks with a known answer, until a time; rules only
    RESTRICT = "restrict"  # one project hands them nothing
    PAUSE = "pause"  # no project does, until a time
    BAN = "ban"  # nothing works but help, their data and an appeal


REASONS = (
    "careless",  # answers look like chance, or like one and the same
    "too_fast",
    "same_answer",
    "copying",  # takes over whatever is suggested
    "sharing",  # answers like somebody else
    "gold",  # fails where the answer is known
    "skips",
    "overdue",
    "spam",
    "rude",
    "other",
)
"""Why: a person or a rule names one of them; a moderator may say it in own words instead (`other`)."""

BY_PEOPLE = (Measure.WARN, Measure.RESTRICT, Measure.PAUSE, Measure.BAN)
"""What moderators impose."""


@dataclass(frozen=True, slots=True)
class Restriction:
    """What was imposed on a person; `words` are sealed."""

    id: int
    person_id: int
    kind: Measure
    project_id: int | None
    reason: str
    words: bytes | None
    by_person: int | None
    by_rule: str | None
    at: datetime
    until: datetime | None
    lifted_at: datetime | None

    def holds(self, now: datetime) -> bool:
        """Whether it keeps somebody from something now; a warning never does, nor a check."""
        if self.kind in (Measure.WARN, Measure.CHECK) or self.lifted_at is not None:
            return False
        return self.until is None or now < self.until
