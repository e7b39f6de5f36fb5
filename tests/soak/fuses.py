"""Where a service kills itself: a named point, and how often it is passed before."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from sqlalchemy import Table, and_, func, select

from core.clock import milliseconds
from core.store.base import Store, Unit
from core.store.tables import answer, crowd_model, inbox, lease, ledger, reliability, task, worker_model
from core.store.transaction import Transaction

T = TypeVar("T")


class Point(StrEnum):
    """The moments at which a crash could lose or double something."""

    BEFORE_COMMIT = "before_commit"  # an answer is written, and not committed
    AFTER_COMMIT = "after_commit"  # an answer is committed, and nothing is said
    BEFORE_SEND = "before_send"  # a message is on its way to the platform
    AFTER_SEND = "after_send"  # the platform has the message, which is not marked as sent
    AFTER_MARK = "after_mark"  # it is marked, and the update that caused it is not confirmed
    BEFORE_IMPORT = "before_import_commit"  # a batch of tasks is written, and not committed
    AFTER_IMPORT = "after_import_commit"
    BEFORE_SETTLE = "before_settle_commit"  # points are written by the clockwork, and not committed
    AFTER_SETTLE = "after_settle_commit"
    AFTER_KEEP = "after_keep"  # an event is durable, and neither confirmed nor worked on
    BEFORE_KEPT = "before_kept_commit"  # an event was confirmed and is worked on, and that is not committed
    BEFORE_CONFIRM = "before_confirm"  # an event is worked on, and not confirmed
    AFTER_PRESS_EDIT = "after_press_edit"  # a card was edited by the answer to a press, which is not marked
    REFIT_BEGUN = "refit_begun"  # a refit is somebody's, and nothing was learned yet
    AFTER_STAGE = "after_stage_commit"  # what it believes of workers is written, and not in use
    BEFORE_SWAP = "before_swap_commit"  # it is put in use, and that is not committed
    AFTER_SWAP = "after_swap_commit"  # it is in use, and no task has followed
    AFTER_FOLLOW = "after_follow_commit"  # something followed, and the refit is not finished
    BEFORE_FINISH = "before_finish_commit"  # everything followed, and that is not committed


EVERYWHERE = (
    *(Point.BEFORE_COMMIT, Point.AFTER_COMMIT, Point.REFIT_BEGUN),
    *(Point.BEFORE_SEND, Point.AFTER_SEND, Point.AFTER_STAGE),
    *(Point.AFTER_MARK, Point.BEFORE_IMPORT, Point.BEFORE_SWAP),
    *(Point.AFTER_IMPORT, Point.BEFORE_SETTLE, Point.AFTER_SWAP),
    *(Point.AFTER_SETTLE, Point.AFTER_FOLLOW, Point.BEFORE_FINISH),
)
"""A refit of a dead service is taken up again a minute later, so its points come far apart."""
REFITTING = (
    *(Point.REFIT_BEGUN, Point.AFTER_STAGE, Point.BEFORE_SWAP),
    *(Point.AFTER_SWAP, Point.AFTER_FOLLOW, Point.BEFORE_FINISH),
)
"""Where only a service passes whose votes weigh."""
IN_HASTE = (Point.AFTER_KEEP, Point.BEFORE_KEPT, Point.BEFORE_CONFIRM, Point.AFTER_PRESS_EDIT)
"""Where only a service passes whose platform cannot wait."""

Measure = Callable[[Transaction], int]


def _length(table: Table) -> Measure:
    return lambda tx: int(tx.execute(select(func.max(table.c.id))).scalar() or 0)


def _kept(tx: Transaction) -> int:
    waiting = select(func.count()).select_from(inbox).where(inbox.c.state == "received")
    return int(tx.execute(waiting).scalar() or 0)


def _taken(tx: Transaction) -> int:
    """Until when some refit is somebody's; the first step of each makes it later."""
    latest = select(func.max(lease.c.until)).where(lease.c.name.startswith("refit "))
    found = tx.execute(latest).scalar()
    return 0 if found is None else milliseconds(found)


def _staged(tx: Transaction) -> int:
    in_use = func.coalesce(crowd_model.c.generation, 0)
    both = worker_model.outerjoin(crowd_model, crowd_model.c.project_id == worker_model.c.project_id)
    newer = select(func.count()).select_from(both).where(worker_model.c.generation > in_use)
    return int(tx.execute(newer).scalar() or 0)


def _swapped(tx: Transaction) -> int:
    return int(tx.execute(select(func.sum(crowd_model.c.generation))).scalar() or 0)


def _followed(tx: Transaction) -> int:
    """How much is written of what the present generation says of workers, which comes with the first of the rest."""
    same = and_(reliability.c.project_id == crowd_model.c.project_id, reliability.c.at == crowd_model.c.as_of)
    rows = select(func.count()).select_from(reliability.join(crowd_model, same))
    return int(tx.execute(rows).scalar() or 0)


def _finished(tx: Transaction) -> int:
    done = select(func.count()).select_from(crowd_model).where(crowd_model.c.answers > 0)
    return int(tx.execute(done).scalar() or 0)


BEFORE: Mapping[Point, Measure] = {
    Point.BEFORE_COMMIT: _length(answer),
    Point.BEFORE_IMPORT: _length(task),
    Point.BEFORE_SETTLE: _length(ledger),
    Point.BEFORE_KEPT: lambda tx: -_kept(tx),
    Point.BEFORE_SWAP: _swapped,
    Point.BEFORE_FINISH: _finished,
}
AFTER: Mapping[Point, Measure] = {
    Point.AFTER_COMMIT: _length(answer),
    Point.AFTER_IMPORT: _length(task),
    Point.AFTER_SETTLE: _length(ledger),
    Point.AFTER_KEEP: _kept,
    Point.REFIT_BEGUN: _taken,
    Point.AFTER_STAGE: _staged,
    Point.AFTER_SWAP: _swapped,
    Point.AFTER_FOLLOW: _followed,
}
"""A point around a commit is known by what the unit of work made more."""


@dataclass(slots=True)
class Fuse:
    """Ends the process when its point is passed for the last of so many times; without a point, never."""

    point: Point | None = None
    times: int = 1

    @classmethod
    def read(cls, text: str) -> Fuse:
        """A fuse as it is written on the command line: `before_commit:17`."""
        name, _, times = text.partition(":")
        return cls(Point(name), int(times or 1)) if name else cls()

    def __str__(self) -> str:
        return f"{self.point}:{self.times}" if self.point else ""

    def passes(self, point: Point) -> None:
        """The service is there."""
        if point is not self.point:
            return
        self.times -= 1
        if self.times == 0:
            os.kill(os.getpid(), signal.SIGKILL)


class MortalStore:
    """The real store, which may die around its commits."""

    def __init__(self, store: Store, fuse: Fuse) -> None:
        self._store = store
        self._fuse = fuse
        self.dialect, self.address = store.dialect, store.address
        self.sent: set[asyncio.Task[object]] = set()  # whose next write marks a message as sent
        self.marked = asyncio.Event()

    async def write(self, unit: Unit[T]) -> T:
        marks = self._marks()
        point = self._fuse.point
        measure = None if point is None else BEFORE.get(point, AFTER.get(point))
        if point is None or measure is None:
            value = await self._store.write(unit)
        else:
            value = await self._watched(unit, point, measure)
        if marks:
            self.marked.set()
            self._fuse.passes(Point.AFTER_MARK)
        return value

    def _marks(self) -> bool:
        task_now = asyncio.current_task()
        if task_now not in self.sent:
            return False
        self.sent.discard(task_now)
        return True

    async def _watched(self, unit: Unit[T], point: Point, measure: Measure) -> T:
        def whole(tx: Transaction) -> tuple[T, bool]:
            before = measure(tx)
            value = unit(tx)
            grew = measure(tx) > before
            if grew and point in BEFORE:
                self._fuse.passes(point)
            return value, grew

        value, grew = await self._store.write(whole)
        if grew and point in AFTER:
            self._fuse.passes(point)
        return value

    async def read(self, query: Unit[T]) -> T:
        return await self._store.read(query)

    async def close(self) -> None:
        await self._store.close()
