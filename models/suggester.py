"""Suggestions beside the event loop: callers wait together, and their tasks run together."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from threading import Condition
from typing import Final

import structlog

from models.folder import load_from
from models.loaded import Content, Outcome
from models.prediction import Prediction
from models.problems import BadModel, ModelProblem
from models.queue import Item, Queue
from models.warm import Warm
from models.worker import Limits, Told, Work, Worker

log = structlog.get_logger("models")

PASSING: Final = (ModelProblem.NO_FILE, ModelProblem.NO_MEMORY, ModelProblem.BREAKS_OFF)
"""What may be otherwise the next time; a model with any other problem is not loaded again."""
CLOSED: Final = "the suggester is closed"
LOOKS: Final = 8  # times within its patience that somebody looks whether a model hangs


class Suggester:
    """Predictions of any model in the folder, by the hash of its file.

    There is no timer: while one batch runs, the next one gathers. All methods belong to one event loop,
    which waits for no model; models run in one thread.
    """

    def __init__(self, models_dir: Path, media_dir: Path, *, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._load = partial(load_from, models_dir)
        self._media_dir = media_dir
        self._lock = Condition()
        self._queue = Queue()
        self._warm = Warm(models=self._limits.models, size=self._limits.size)
        self._worker: Worker | None = None
        self._fresh: dict[str, list[Item]] = {}
        self._refused: dict[str, BadModel] = {}
        self._door = asyncio.Lock()
        self._room = asyncio.Event()
        self._gone = asyncio.Event()
        self._inside = 0
        self._callers = 0
        self._closed = False
        self._look_again: asyncio.TimerHandle | None = None

    async def suggest(self, sha256: str, content: Content) -> Prediction | None:
        """What the model says of one task; None where the content is missing or cannot be read.

        Raises:
            BadModel: the model cannot be used, or not for this task.
            RuntimeError: after `close`.
        """
        if self._closed:
            raise RuntimeError(CLOSED)
        if self._inside < self._limits.waiting and not self._door.locked():
            self._inside += 1  # the usual case, kept short
        else:
            await self._enter(1)
        outcome = await self._ask(sha256, content)
        if isinstance(outcome, BadModel):
            raise outcome
        return outcome

    async def suggest_many(self, sha256: str, contents: Sequence[Content]) -> list[Outcome]:
        """As `suggest` for many tasks, in their order; what concerns one task alone stands in its place.

        Raises:
            BadModel: the model cannot be used: whatever loading it raises, or TOO_SLOW.
            RuntimeError: after `close`.
        """
        if self._closed:
            raise RuntimeError(CLOSED)
        waiting: list[asyncio.Future[Outcome]] = []
        self._callers += 1
        try:
            for start in range(0, len(contents), self._limits.together):
                part = contents[start : start + self._limits.together]
                await self._enter(len(part))
                waiting += [self._ask(sha256, content) for content in part]
            return [await future for future in waiting]
        finally:
            for future in waiting:
                future.cancel()
                if not future.cancelled():
                    future.exception()  # of many tasks that failed, one is enough to tell
            self._callers -= 1
            self._gone.set()

    def forget(self, sha256: str) -> None:
        """A model that was refused or too slow gets another chance."""
        self._refused.pop(sha256, None)

    async def close(self) -> None:
        """Answer everybody who asked, then end the thread."""
        self._closed = True
        while self._inside or self._callers or self._door.locked():
            self._gone.clear()
            await self._gone.wait()
        if self._look_again is not None:
            self._look_again.cancel()
        worker, self._worker = self._worker, None
        if worker is None:
            return
        with self._lock:
            worker.ending = True
            self._lock.notify_all()
        # it has nothing left but what callers gave up, which may hang
        await asyncio.to_thread(worker.thread.join, self._limits.running)

    async def _enter(self, tasks: int) -> None:
        """Wait, in the order of coming, until there is room for so many more."""
        self._callers += 1
        try:
            async with self._door:
                while self._inside and self._inside + tasks > self._limits.waiting:
                    self._room.clear()
                    await self._room.wait()
                self._inside += tasks
        finally:
            self._callers -= 1
            self._gone.set()

    def _leave(self, tasks: int) -> None:
        self._inside -= tasks
        self._room.set()
        self._gone.set()

    def _ask(self, sha256: str, content: Content) -> asyncio.Future[Outcome]:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Outcome] = loop.create_future()
        if sha256 in self._refused:
            self._leave(1)
            future.set_exception(self._refused[sha256].again())
            return future
        if not self._fresh:  # whoever was woken in the same turn of the loop is heard first
            loop.call_soon(self._hand_over)
        self._fresh.setdefault(sha256, []).append((content, future))
        return future

    def _hand_over(self) -> None:
        fresh, self._fresh = self._fresh, {}
        with self._lock:
            for sha256, items in fresh.items():
                self._queue.put(sha256, items)
            self._lock.notify()
        if self._worker is None:
            self._worker = self._employed(self._warm)
        if self._look_again is None:
            self._look_later()

    def _employed(self, warm: Warm) -> Worker:
        loop = asyncio.get_running_loop()
        return Worker(
            self._queue,
            lock=self._lock,
            clock=loop.time,
            warm=warm,
            load=self._load,
            media_dir=self._media_dir,
            limits=self._limits,
            tell=lambda told: loop.call_soon_threadsafe(self._hear, told),
        )

    def _hear(self, told: Told) -> None:
        """Back in the loop: hand out what was found."""
        self._leave(len(told.items))
        outcomes = told.outcomes
        if isinstance(outcomes, BadModel):
            if outcomes.code not in PASSING:
                self._refused[told.sha256] = outcomes
            _fail(told.items, outcomes)
            return
        for (_, future), outcome in zip(told.items, outcomes, strict=True):
            if not future.done():
                future.set_result(outcome)

    def _look_later(self) -> None:
        self._look_again = asyncio.get_running_loop().call_later(self._limits.running / LOOKS, self._look)

    def _look(self) -> None:
        """Whether the model at work keeps everybody waiting."""
        self._look_again = None
        worker = self._worker
        assert worker is not None, "it was employed before anybody looked"
        if (work := self._hanging(worker)) is not None:
            self._leave_alone(worker, work)
        if self._inside:
            self._look_later()

    def _hanging(self, worker: Worker) -> Work | None:
        with self._lock:
            work = worker.work
            if work is None or asyncio.get_running_loop().time() <= work.until:
                return None
            worker.left_alone = True
            return work

    def _leave_alone(self, worker: Worker, work: Work) -> None:
        """Go on with another worker and without that model; the thread ends when the model lets it."""
        work.stop.now()
        with self._lock:
            worker.warm.drop(work.sha256)
            warm = worker.warm.copy()
            given_up = [work.batch[place] for place in work.open] + self._queue.drop(work.sha256)
        bad = BadModel(ModelProblem.TOO_SLOW, limit_s=f"{work.seconds:g}")
        log.warning("a model hangs", model=work.sha256, seconds=work.seconds)
        self._refused[work.sha256] = bad
        self._leave(len(given_up))
        _fail(given_up, bad)
        self._worker = self._employed(warm)


def _fail(items: Sequence[Item], bad: BadModel) -> None:
    for _, future in items:
        if not future.done():
            future.set_exception(bad.again())
