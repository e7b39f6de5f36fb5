"""Tasks that wait for a model, and how they come together into batches."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from models.loaded import Content, Outcome


@dataclass(slots=True, eq=False)
class Asked:
    """Some tasks that one caller asked about together; answered when none is `left`."""

    contents: Sequence[Content]
    future: asyncio.Future[list[Outcome]]
    left: int = field(init=False)
    outcomes: list[Outcome] = field(init=False)

    def __post_init__(self) -> None:
        self.left = len(self.contents)
        self.outcomes = [None] * self.left


Item = tuple[Asked, int]
"""One task: by whom it was asked, and its place there."""


class Queue:
    """Tasks in the order in which they came, a row for each model; the models take turns."""

    def __init__(self) -> None:
        self._rows: OrderedDict[str, deque[Item]] = OrderedDict()

    def __bool__(self) -> bool:
        return bool(self._rows)

    def put(self, sha256: str, asked: Asked) -> None:
        """Let all tasks of `asked` wait for that model."""
        row = self._rows.setdefault(sha256, deque())
        row.extend((asked, place) for place in range(len(asked.contents)))

    def take(self, most: int) -> tuple[str, list[Item]]:
        """The model whose turn it is, and what waits for it, oldest first, at most so many."""
        sha256, row = next(iter(self._rows.items()))
        batch = [row.popleft() for _ in range(min(most, len(row)))]
        del self._rows[sha256]
        if row:
            self._rows[sha256] = row  # behind the other models
        return sha256, batch

    def drop(self, sha256: str) -> list[Item]:
        """Nobody waits for that model any longer; who did."""
        return list(self._rows.pop(sha256, ()))
