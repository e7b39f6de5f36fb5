"""Tasks that wait for a model, and how they come together into batches."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Iterable

from models.loaded import Content, Outcome

Item = tuple[Content, "asyncio.Future[Outcome]"]
"""One task, and where its outcome is awaited."""


class Queue:
    """Tasks in the order in which they came, a row for each model; the models take turns."""

    def __init__(self) -> None:
        self._rows: OrderedDict[str, deque[Item]] = OrderedDict()

    def __bool__(self) -> bool:
        return bool(self._rows)

    def put(self, sha256: str, items: Iterable[Item]) -> None:
        """Let these tasks wait for that model."""
        row = self._rows.get(sha256)
        if row is None:
            row = self._rows[sha256] = deque()
        row.extend(items)

    def take(self, most: int) -> tuple[str, list[Item]]:
        """The model whose turn it is, and what waits for it, oldest first, at most so many."""
        sha256, row = self._rows.popitem(last=False)
        batch = [row.popleft() for _ in range(min(most, len(row)))]
        if row:
            self._rows[sha256] = row  # behind the other models
        return sha256, batch

    def drop(self, sha256: str) -> list[Item]:
        """Nobody waits for that model any longer; who did."""
        return list(self._rows.pop(sha256, ()))
