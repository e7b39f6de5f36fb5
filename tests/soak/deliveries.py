"""Slack's way to the service, watched: what was confirmed, how fast, and whether a death explains what was not."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.standins.slack import Delivery
from tests.standins.slack.deliveries import Outcome, Transport

NOTICED = 2.0
"""Seconds after which the driver of a soak has certainly noticed that the service is gone."""
WRITTEN = (None, "file_share")
"""Subtypes of the messages that people write."""


@dataclass(frozen=True, slots=True)
class Try:
    """One attempt to tell the app something; `there` says whether anybody was there when it began."""

    about: str
    began: float
    ended: float
    reason: str
    there: bool


@dataclass(slots=True)
class Watch:
    """A transport that writes down how each try ended."""

    way: Transport
    connected: Callable[[], bool]
    tries: list[Try] = field(default_factory=list)
    deaths: list[float] = field(default_factory=list)

    async def send(self, delivery: Delivery, attempt: int, reason: str) -> Outcome:
        """Tell the app once."""
        began, there = time.monotonic(), self.connected()
        outcome = await self.way.send(delivery, attempt, reason)
        self.tries.append(Try(delivery.about, began, time.monotonic(), outcome.reason, there))
        return outcome

    def died(self) -> None:
        """The service is gone, as was just noticed."""
        self.deaths.append(time.monotonic())

    def met(self) -> bool:
        """Whether the service that lives now has confirmed anything."""
        since = self.deaths[-1] if self.deaths else 0.0
        return any(one.ended > since and not one.reason for one in reversed(self.tries))

    def unexplained(self) -> list[Try]:
        """The tries that a living service did not confirm in time."""
        return [one for one in self.tries if one.reason and one.there and not self._died_in(one)]

    def slowest(self) -> float:
        """Seconds that the slowest confirmation of a service took that was there."""
        return max((one.ended - one.began for one in self.tries if not one.reason and one.there), default=0.0)

    def _died_in(self, one: Try) -> bool:
        return any(one.began <= death <= one.ended + NOTICED for death in self.deaths)


def keys_of(delivery: Delivery) -> Iterator[str]:
    """The names that what somebody did has in the inbox; none for what is not for the product."""
    told = delivery.payload
    match told.get("type"):
        case "event_callback":
            yield from _keys_of_event(delivery)
        case "view_submission":
            yield f"slack:{delivery.team}:v:{told['view']['id']}:{told['view']['hash']}"
        case "view_closed":
            return
        case _:
            yield f"slack:{delivery.team}:t:{told['trigger_id']}"


def _keys_of_event(delivery: Delivery) -> Iterator[str]:
    event = delivery.payload["event"]
    if "bot_id" in event or event.get("subtype") not in WRITTEN:
        return
    name = f"slack:{delivery.team}:{delivery.event_id}"
    files = event.get("files", ())
    yield from (f"{name}:{at}" for at in range(len(files))) if files else (name,)
