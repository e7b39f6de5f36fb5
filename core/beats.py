"""The heartbeat: how long nobody was there, and giving that time back."""

from __future__ import annotations

from datetime import datetime, timedelta

from core.overdue import shift
from core.store import leases
from core.store.transaction import Transaction

NAME = "heartbeat"
LASTS = timedelta(seconds=30)
SHORT = timedelta(seconds=15)
"""Three beats: as long as this nobody was away."""


def beat(tx: Transaction, *, holder: str, now: datetime) -> None:
    """Somebody is there."""
    leases.write(tx, NAME, holder=holder, until=now + LASTS)


def wake(tx: Transaction, *, holder: str, now: datetime) -> timedelta:
    """The first beat after a start: when the service was away, every running deadline moves by as long.

    It happens before anything is heard and before anything is swept, so what people sent meanwhile is
    judged by the moved deadlines. Returns how long nobody was there.
    """
    last = leases.until(tx, NAME)
    away = timedelta(0) if last is None else now - (last - LASTS)
    if away > SHORT:
        shift(tx, away=away, now=now)
    beat(tx, holder=holder, now=now)
    return max(away, timedelta(0))
