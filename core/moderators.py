"""Who is called when something new waits for a decision."""

from __future__ import annotations

from core.domain.person import Role
from core.events import CaseOpened, Event
from core.store import people as people_rows
from core.store.transaction import Transaction


def call(tx: Transaction, *, but: int | None = None) -> tuple[Event, ...]:
    """The moderators, and the admins where there is no other moderator than `but`, whom it concerns."""
    for role in (Role.MODERATOR, Role.ADMIN):
        told = [one for one in people_rows.with_role(tx, role) if one != but]
        if told:
            return tuple(CaseOpened(one) for one in told)
    return ()
