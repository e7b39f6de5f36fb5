"""What can go wrong between an app and Slack, on demand."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypedDict, Unpack

from .params import Params
from .refusal import Refusal, ratelimited

Predicate = Callable[[str, Params], bool]


class Where(TypedDict, total=False):
    """Which calls a fault meets; what is left out matches everything.

    `method` is one of the Web API, or `response_url`, `upload`, `download`.
    """

    method: str
    channel: str
    when: Predicate
    times: int


@dataclass(slots=True, eq=False)
class Hold:
    """A call that waits until the test lets it go."""

    reached: asyncio.Event = field(default_factory=asyncio.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)

    def release(self) -> None:
        """Let the call go on."""
        self.released.set()


@dataclass(slots=True, eq=False)
class Fault:
    """One thing that goes wrong, for the next `times` calls it matches."""

    kind: str
    where: Where
    times: int
    refusal: Refusal | None = None
    status: int = 200
    body: bytes = b""
    seconds: float = 0.0
    hold: Hold | None = None

    def meets(self, method: str, params: Params) -> bool:
        """Whether this fault is for this call."""
        where = self.where
        if "method" in where and where["method"] != method:
            return False
        channel = params.text("channel") or params.text("channel_id")
        if "channel" in where and where["channel"] != channel:
            return False
        return "when" not in where or where["when"](method, params)


class Faults:
    """The queue of faults still to come; the first that matches a call is used up by it."""

    def __init__(self) -> None:
        self.waiting: list[Fault] = []

    def take(self, method: str, params: Params) -> Fault | None:
        """The fault that meets this call, if any."""
        for fault in self.waiting:
            if fault.meets(method, params):
                fault.times -= 1
                if not fault.times:
                    self.waiting.remove(fault)
                return fault
        return None

    def clear(self) -> None:
        """From now on nothing goes wrong."""
        self.waiting.clear()

    def too_many(self, retry_after: int, **where: Unpack[Where]) -> None:
        """429 with a time to wait; nothing happens."""
        self._add(Fault("too_many", where, where.get("times", 1), refusal=ratelimited(retry_after)))

    def refuses(self, error: str, *, detail: dict[str, Any] | None = None, **where: Unpack[Where]) -> None:
        """Any error in Slack's words; nothing happens."""
        refusal = Refusal(error, **(detail or {}))
        self._add(Fault("refuses", where, where.get("times", 1), refusal=refusal))

    def fails(self, status: int = 500, **where: Unpack[Where]) -> None:
        """A 5xx with the page of a proxy; nothing happens."""
        body = b"<html><head><title>Server Error</title></head><body>Slack</body></html>"
        self._add(Fault("fails", where, where.get("times", 1), status=status, body=body))

    def garbage(self, body: bytes = b"<!doctype html>\xff", **where: Unpack[Where]) -> None:
        """200 with something that is no JSON; nothing happens."""
        self._add(Fault("garbage", where, where.get("times", 1), body=body))

    def resets_before(self, **where: Unpack[Where]) -> None:
        """The connection is cut and nothing happens."""
        self._add(Fault("resets_before", where, where.get("times", 1)))

    def resets_after(self, **where: Unpack[Where]) -> None:
        """The connection is cut although the call was carried out."""
        self._add(Fault("resets_after", where, where.get("times", 1)))

    def slow(self, seconds: float, **where: Unpack[Where]) -> None:
        """The call is carried out, the answer comes late."""
        self._add(Fault("slow", where, where.get("times", 1), seconds=seconds))

    def hold_before(self, **where: Unpack[Where]) -> Hold:
        """The call waits, not yet carried out, until the test releases it."""
        return self._hold("hold_before", where)

    def hold_after(self, **where: Unpack[Where]) -> Hold:
        """The call is carried out, the answer waits until the test releases it."""
        return self._hold("hold_after", where)

    def _hold(self, kind: str, where: Where) -> Hold:
        hold = Hold()
        self._add(Fault(kind, where, where.get("times", 1), hold=hold))
        return hold

    def _add(self, fault: Fault) -> None:
        self.waiting.append(fault)
