"""A day of the service in a few hours of a soak."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.clock import Clock


@dataclass(frozen=True, slots=True)
class QuickClock:
    """A clock that runs `speed` times as fast since `origin`, also across restarts."""

    real: Clock
    origin: datetime
    speed: float

    def now(self) -> datetime:
        return self.origin + (self.real.now() - self.origin) * self.speed
