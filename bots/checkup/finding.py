"""What a check comes back with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Mark(StrEnum):
    """How a check went: as it should, worth a look, or broken."""

    FINE = "✓"
    LOOK = "!"
    BROKEN = "✗"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report; `mend` is what to do where something is not fine."""

    about: str
    mark: Mark
    found: str
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What a platform's checks found, and how far this machine's clock is ahead of the platform's."""

    findings: tuple[Finding, ...] = ()
    ahead: timedelta | None = None


def fine(about: str, found: str) -> Finding:
    """As it should be."""
    return Finding(about, Mark.FINE, found)


def look(about: str, found: str, *, mend: str) -> Finding:
    """It works, and deserves a look."""
    return Finding(about, Mark.LOOK, found, mend)


def broken(about: str, found: str, *, mend: str) -> Finding:
    """It does not work until it is mended."""
    return Finding(about, Mark.BROKEN, found, mend)
