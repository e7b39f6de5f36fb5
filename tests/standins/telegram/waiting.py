"""Waiting for something to become true without looking again and again."""

# ruff: noqa: ASYNC109  (a test says how long it is ready to wait)

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class Signal:
    """Wakes whoever waits; costs nothing while nobody does."""

    __slots__ = ("_waiters",)

    def __init__(self) -> None:
        self._waiters: list[asyncio.Future[None]] = []

    def notify(self) -> None:
        """Something changed: everybody who waits looks again."""
        if not self._waiters:
            return
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    async def until(self, look: Callable[[], T | None], *, timeout: float, otherwise: Callable[[], str]) -> T:
        """What `look` finds, now or after a change; else an AssertionError that says `otherwise`."""
        try:
            async with asyncio.timeout(timeout):
                while (found := look()) is None:
                    waiter = asyncio.get_running_loop().create_future()
                    self._waiters.append(waiter)
                    await waiter
                return found
        except TimeoutError:
            raise AssertionError(otherwise()) from None
