"""Telling the app what people do: within three seconds, again and again for events, once for all else."""

# ruff: noqa: ASYNC109  (a test says how long it is ready to wait)

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from tests.standins.telegram.waiting import Signal

from .places import Account
from .refusal import Json

Kind = Literal["events_api", "slash_commands", "interactive"]
Then = Callable[["Delivery"], None]
MINUTES_BEFORE = (0, 0, 1, 5)  # each try of an event


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one try ended: without a `reason` the app confirmed it, perhaps with an `answer`."""

    reason: str = ""
    answer: Any = None
    status: int = 0
    no_retry: bool = False


@dataclass(slots=True, eq=False)
class Delivery:
    """Something the app is told, until it has confirmed it or Slack gives up."""

    number: int
    kind: Kind
    team: str
    payload: Json
    account: Account | None = None
    attempts: list[Outcome] = field(default_factory=list)
    acknowledged: bool = False
    settled: bool = False
    answer: Any = None
    person_sees: str = ""  # operation_timeout or dispatch_failed
    seconds: float = 0.0  # until it was confirmed
    then: Then | None = None  # what the confirmation brings about
    signal: Signal = field(default_factory=Signal)

    @property
    def event_id(self) -> str:
        """What names an event for good."""
        return str(self.payload.get("event_id", ""))

    @property
    def about(self) -> str:
        """The type of the event, interaction or command."""
        event = self.payload.get("event", self.payload)
        return str(event.get("type") or event.get("command"))

    async def answered(self, *, timeout: float = 5) -> Delivery:
        """Itself, as soon as the app confirmed it or will never do so."""
        return await self.signal.until(
            lambda: self if self.settled else None,
            timeout=timeout,
            otherwise=lambda: f"{self.about} was not answered in {timeout} s: {self.attempts}",
        )


@dataclass(frozen=True, slots=True)
class Late:
    """A try that the app did not confirm in time."""

    delivery: Delivery
    attempt: int
    reason: str
    status: int


class Transport(Protocol):
    """A way to the app."""

    async def send(self, delivery: Delivery, attempt: int, reason: str) -> Outcome:
        """Tell the app once, and wait for its confirmation while Slack would."""
        ...


class Deliveries:
    """Everything the app was told."""

    def __init__(self, *, clock: Callable[[], float], history: bool, retry_unit: float) -> None:
        self._clock = clock
        self._history = history
        self._retry_unit = retry_unit
        self._tasks: set[asyncio.Task[None]] = set()
        self._signal = Signal()
        self._open: dict[int, Delivery] = {}
        self._all: list[Delivery] = []
        self._count = 0
        self._losses: list[str] = []
        self.failed: list[Delivery] = []
        self.late: list[Late] = []
        self.transport: Transport | None = None

    def __iter__(self) -> Iterator[Delivery]:
        return iter(self._all)

    def __len__(self) -> int:
        return self._count

    def of(self, *about: str) -> list[Delivery]:
        """The deliveries of these types, such as `message`, `block_actions` or `/crowd`."""
        return [delivery for delivery in self._all if delivery.about in about]

    def unacknowledged(self) -> list[Delivery]:
        """What the app has not confirmed yet, or never did."""
        return [*self.failed, *self._open.values()]

    def lose(self, when: Literal["before", "after"], times: int) -> None:
        """The next tries break off before they reach the app, or after it has answered."""
        self._losses += [when] * times

    def post(
        self,
        kind: Kind,
        team: str,
        payload: Json,
        *,
        account: Account | None = None,
        then: Then | None = None,
    ) -> Delivery:
        """Tell the app something."""
        delivery = self._new(kind, team, payload, account)
        delivery.then = then
        self._open[delivery.number] = delivery
        task = asyncio.get_running_loop().create_task(self._deliver(delivery))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return delivery

    def nobody(self, kind: Kind, team: str, payload: Json, account: Account) -> Delivery:
        """What somebody did where the app is not installed (any more): nothing is delivered."""
        delivery = self._new(kind, team, payload, account)
        delivery.settled, delivery.person_sees = True, "dispatch_failed"
        return delivery

    async def again(self, delivery: Delivery, *, reason: str = "http_timeout") -> Outcome:
        """Tell the app something once more, as after a lost confirmation."""
        return await self._try(delivery, max(1, len(delivery.attempts)), reason)

    async def drained(self, timeout: float) -> None:
        """Wait until nothing is on its way any more."""
        await self._signal.until(
            lambda: None if self._open else True,
            timeout=timeout,
            otherwise=lambda: f"still on their way: {[one.about for one in self._open.values()]}",
        )

    async def close(self) -> None:
        """Give up everything that is on its way."""
        tasks, self._tasks = self._tasks, set()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _new(self, kind: Kind, team: str, payload: Json, account: Account | None) -> Delivery:
        self._count += 1
        delivery = Delivery(self._count, kind, team, payload, account)
        if self._history:
            self._all.append(delivery)
        return delivery

    async def _deliver(self, delivery: Delivery) -> None:
        reason, began = "", self._clock()
        for attempt, minutes in enumerate(MINUTES_BEFORE):
            if attempt and delivery.kind != "events_api":
                break
            if minutes:
                await asyncio.sleep(minutes * self._retry_unit)
            outcome = await self._try(delivery, attempt, reason)
            if not outcome.reason:
                delivery.seconds = self._clock() - began
                break
            reason = outcome.reason
            if outcome.no_retry:
                break
        self._settle(delivery)

    async def _try(self, delivery: Delivery, attempt: int, reason: str) -> Outcome:
        assert self.transport is not None
        loss = self._losses.pop(0) if self._losses else ""
        outcome = Outcome("connection_failed")
        if loss != "before":
            outcome = await self.transport.send(delivery, attempt, reason)
        if loss == "after":
            outcome = Outcome("connection_failed")
        delivery.attempts.append(outcome)
        if outcome.reason:
            if not loss:
                self.late.append(Late(delivery, attempt, outcome.reason, outcome.status))
        elif not delivery.acknowledged:
            delivery.acknowledged, delivery.answer = True, outcome.answer
            if delivery.then is not None:
                delivery.then(delivery)
        return outcome

    def _settle(self, delivery: Delivery) -> None:
        delivery.settled = True
        if not delivery.acknowledged:
            self.failed.append(delivery)
            if delivery.kind != "events_api":
                timed_out = "timeout" in delivery.attempts[-1].reason
                delivery.person_sees = "operation_timeout" if timed_out else "dispatch_failed"
        del self._open[delivery.number]
        delivery.signal.notify()
        if not self._open:
            self._signal.notify()
