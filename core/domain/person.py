"""Someone the system knows, and what their roles allow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from core.domain.deadlines import QuietHours
from core.errors import Refused


class Role(StrEnum):
    WORKER = "worker"
    REQUESTER = "requester"
    MODERATOR = "moderator"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Person:
    """A person and the account they speak from."""

    id: int
    account_id: int
    roles: frozenset[Role]
    locale: str
    zone: str | None
    quiet_from: int
    quiet_to: int
    nudges: bool
    consented_at: datetime | None
    step: str | None
    draft: str | None
    menu: str | None
    seen_at: datetime
    linked_at: datetime | None  # since when they may speak from several accounts
    streak: int = 0  # days in a row, up to the last one on which they worked: see domain/streaks.py
    worked_on: int = 0
    rested_on: int = 0
    consent_version: int | None = None  # of the agreement that they agreed to last
    banned: bool = False
    paused_until: datetime | None = None  # no project hands them anything until then
    restricted: bool = False  # some project may hand them nothing
    checked_until: datetime | None = None  # some project looks closer at their answers until then

    @property
    def quiet(self) -> QuietHours | None:
        """Their quiet hours; unknown without a time zone."""
        if self.zone is None:
            return None
        return QuietHours(ZoneInfo(self.zone), self.quiet_from, self.quiet_to)

    @property
    def tz(self) -> ZoneInfo:
        """Their zone, UTC when unknown."""
        return ZoneInfo(self.zone or "UTC")


@lru_cache(maxsize=64)
def roles_of(text: str) -> frozenset[Role]:
    """The roles that the database keeps as one text."""
    return frozenset(Role(name) for name in text.split(",") if name)


def roles_text(roles: frozenset[Role]) -> str:
    """The same roles as one text, sorted."""
    return ",".join(sorted(roles))


_W, _R, _M, _A = Role.WORKER, Role.REQUESTER, Role.MODERATOR, Role.ADMIN

RIGHTS: dict[str, frozenset[Role]] = {
    "work": frozenset({_W}),
    "create project": frozenset({_R, _M, _A}),
    "run project": frozenset({_R, _M, _A}),  # their own; moderators and admins: any
    "read any project": frozenset({_M, _A}),
    "decide": frozenset({_R, _M, _A}),  # settle what the crowd did not decide, in projects they may run
    "read summary": frozenset({_M, _A}),
    "pay out": frozenset({_A}),
    "review": frozenset({_M, _A}),
    "restrict": frozenset({_M, _A}),  # warn, restrict, pause, ban and lift; moderators: whoever is no admin
    "adjust": frozenset({_M, _A}),
    "set rules": frozenset({_M, _A}),  # for the house; a project's own with the right to run it
    "appeal": frozenset({_W}),
    "grant requester": frozenset({_M, _A}),
    "grant any role": frozenset({_A}),
    "read audit": frozenset({_A}),
}
"""Every right, and the roles that hold it: the one place where rights are decided."""
WHILE_BANNED = frozenset({"appeal"})
"""What a ban leaves."""

OF_A_PROJECT = frozenset({"run project", "decide"})
"""The rights that are asked for with a project: requesters hold them for their own."""


def may(person: Person, right: str, *, owner_id: int | None = None) -> bool:
    """Whether `person` holds `right`; of a project's rights, requesters hold those of their own projects only."""
    if not person.roles & RIGHTS[right] or (person.banned and right not in WHILE_BANNED):
        return False
    if owner_id is None or owner_id == person.id:
        return True
    return bool(person.roles & RIGHTS["read any project"])


def require(person: Person, right: str, *, owner_id: int | None = None) -> None:
    """Raises Refused("not_allowed") unless `person` holds `right`; ("banned") when nothing but a ban is in the way."""
    if person.banned and right not in WHILE_BANNED:
        raise Refused("banned")
    if not may(person, right, owner_id=owner_id):
        raise Refused("not_allowed", right=right)
