"""The log of everything the app called."""

# ruff: noqa: ASYNC109  (a test says how long it is ready to wait)

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from tests.standins.telegram.waiting import Signal

from .refusal import Json


@dataclass(frozen=True, slots=True)
class Call:
    """One call: what was asked, what was answered (status 0: the connection was cut), what it changed.

    `method` is also `response_url`, `upload` or `download`; `error` is empty when the app was told "ok".
    """

    seq: int
    method: str
    params: Json
    team: str
    status: int
    error: str
    time: float
    carried_out: bool
    fault: str | None = None
    answer: Json | None = None

    @property
    def ok(self) -> bool:
        """Whether the app was told that it worked."""
        return self.status == 200 and not self.error

    @property
    def channel(self) -> str:
        """The channel (or user) the call was about."""
        return str(self.params.get("channel") or self.params.get("channel_id") or "")


class CallLog:
    """All calls in order (none kept without history), and how many of each there were."""

    def __init__(self, *, history: bool) -> None:
        self._calls: list[Call] = []
        self._history = history
        self._signal = Signal()
        self.counts: Counter[tuple[str, str]] = Counter()  # (method, error or "ok")
        self.seq = 0

    def __iter__(self) -> Iterator[Call]:
        return iter(self._calls)

    def __len__(self) -> int:
        return len(self._calls)

    def __getitem__(self, index: int) -> Call:
        return self._calls[index]

    def add(self, call: Call) -> None:
        """Write a call down."""
        outcome = "ok" if call.ok else call.error or str(call.status)
        self.counts[call.method, outcome] += 1
        if self._history:
            self._calls.append(call)
        self._signal.notify()

    def next_seq(self) -> int:
        """The number of a call that has just arrived."""
        self.seq += 1
        return self.seq

    def of(
        self,
        *methods: str,
        channel: str | None = None,
        team: str | None = None,
        error: str | None = None,
        carried_out: bool | None = None,
    ) -> list[Call]:
        """The calls of these methods, narrowed down; `error=""` are those that worked."""
        return [
            call
            for call in self._calls
            if call.method in methods
            and (channel is None or call.channel == channel)
            and (team is None or call.team == team)
            and (error is None or call.error == error)
            and (carried_out is None or call.carried_out == carried_out)
        ]

    async def wait(
        self, *methods: str, count: int = 1, timeout: float = 5, channel: str | None = None
    ) -> list[Call]:
        """The calls of these methods as soon as there are `count` of them."""

        def enough() -> list[Call] | None:
            found = self.of(*methods, channel=channel)
            return found if len(found) >= count else None

        return await self._signal.until(
            enough,
            timeout=timeout,
            otherwise=lambda: f"not {count} calls of {methods} in {timeout} s, only {self.of(*methods)}",
        )
