"""The log of everything the bot called."""

# ruff: noqa: ASYNC109  (a test says how long it is ready to wait)

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .files import Upload
from .waiting import Signal


@dataclass(frozen=True, slots=True)
class Call:
    """One call: what was asked, what was answered (status 0: the connection was cut), what it changed."""

    seq: int
    method: str
    params: dict[str, Any]
    files: dict[str, Upload]
    status: int
    description: str
    time: float
    carried_out: bool
    fault: str | None = None

    @property
    def ok(self) -> bool:
        """Whether the bot was told that it worked."""
        return self.status == 200

    @property
    def chat_id(self) -> int | None:
        """The chat the call was about."""
        value = str(self.params.get("chat_id", ""))
        return int(value) if value.lstrip("-").isdigit() else None


class CallLog:
    """All calls in order (none kept without history), and how many of each there were."""

    def __init__(self, *, history: bool) -> None:
        self._calls: list[Call] = []
        self._history = history
        self._signal = Signal()
        self.counts: Counter[tuple[str, int]] = Counter()
        self.seq = 0

    def __iter__(self) -> Iterator[Call]:
        return iter(self._calls)

    def __len__(self) -> int:
        return len(self._calls)

    def __getitem__(self, index: int) -> Call:
        return self._calls[index]

    def add(self, call: Call) -> None:
        """Write a call down."""
        self.counts[call.method, call.status] += 1
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
        chat_id: int | None = None,
        status: int | None = None,
        carried_out: bool | None = None,
    ) -> list[Call]:
        """The calls of these methods, narrowed down."""
        return [
            call
            for call in self._calls
            if call.method in methods
            and (chat_id is None or call.chat_id == chat_id)
            and (status is None or call.status == status)
            and (carried_out is None or call.carried_out == carried_out)
        ]

    async def wait(
        self,
        *methods: str,
        count: int = 1,
        timeout: float = 5,
        chat_id: int | None = None,
        status: int | None = None,
    ) -> list[Call]:
        """The calls of these methods as soon as there are `count` of them."""

        def enough() -> list[Call] | None:
            found = self.of(*methods, chat_id=chat_id, status=status)
            return found if len(found) >= count else None

        return await self._signal.until(
            enough,
            timeout=timeout,
            otherwise=lambda: f"not {count} calls of {methods} in {timeout} s, only {self.of(*methods)}",
        )
