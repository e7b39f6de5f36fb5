"""The thread beside the event loop in which models run: one batch after the other, whatever waits goes together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Condition, Thread
from typing import Final, Protocol

import structlog

from models.loaded import Loaded, Outcome
from models.problems import BadModel, ModelProblem
from models.queue import Item, Queue
from models.session import Stop
from models.warm import Warm

log = structlog.get_logger("models")

GRACE: Final = 1.0  # seconds; loading ends itself when it takes too long, where the runtime lets it


@dataclass(frozen=True, slots=True)
class Limits:
    """What suggesting may use: tasks a batch, tasks waiting, models in memory and their bytes, seconds."""

    together: int = 64
    waiting: int = 1024
    models: int = 8
    size: int = 256 * 2**20
    running: float = 5.0
    loading: float = 20.0


class Load(Protocol):
    """Brings the model with that hash into memory; raises BadModel."""

    def __call__(self, sha256: str, /, *, seconds: float) -> Loaded: ...


@dataclass(slots=True, eq=False)
class Work:
    """A batch that a worker has in hand; by `until` it should be done, after `seconds` at most.

    `taken` counts also those tasks whose callers have gone meanwhile, which are not in the batch.
    """

    sha256: str
    batch: Sequence[Item]
    taken: int
    until: float
    seconds: float
    stop: Stop = field(default_factory=Stop)


Done = Callable[[Work, "Sequence[Outcome] | BadModel"], object]
"""Called in the worker's thread when a batch is done; raises RuntimeError when nobody waits any more."""


class Worker:
    """Works through a queue in a thread of its own, until it is told to end or is left to itself.

    What both threads touch (the queue, the work in hand, the warm models) is touched under the lock.
    """

    def __init__(
        self,
        queue: Queue,
        *,
        lock: Condition,
        clock: Callable[[], float],
        warm: Warm,
        load: Load,
        media_dir: Path,
        limits: Limits,
        done: Done,
    ) -> None:
        self.work: Work | None = None
        self.warm = warm
        self.left_alone = False
        self.ending = False
        self._queue = queue
        self._lock = lock
        self._clock = clock
        self._load = load
        self._media_dir = media_dir
        self._limits = limits
        self._done = done
        # nobody waits for a thread that hangs within a model
        self.thread = Thread(target=self._run, name="suggester", daemon=True)
        self.thread.start()

    def _run(self) -> None:
        while (work := self._next()) is not None:
            outcomes = self._outcomes(work)
            with self._lock:
                if self.left_alone:
                    return
                self.work = None
            try:
                self._done(work, outcomes)
            except RuntimeError:  # the loop is closed
                return

    def _next(self) -> Work | None:
        with self._lock:
            while not self._queue:
                if self.ending or self.left_alone:
                    return None
                self._lock.wait()
            sha256, taken = self._queue.take(self._limits.together)
            batch = [item for item in taken if not item[0].future.done()]
            seconds = self._limits.running
            self.work = Work(sha256, batch, len(taken), until=self._clock() + seconds, seconds=seconds)
            return self.work

    def _outcomes(self, work: Work) -> Sequence[Outcome] | BadModel:
        if not work.batch:
            return ()
        try:
            contents = [asked.contents[place] for asked, place in work.batch]
            return self._model(work).outcomes(contents, self._media_dir, stop=work.stop)
        except BadModel as bad:
            return bad
        except Exception:  # a thread that ended would leave everybody waiting
            log.exception("a model broke off")
            return BadModel(ModelProblem.BREAKS_OFF)

    def _model(self, work: Work) -> Loaded:
        with self._lock:
            warm = self.warm.get(work.sha256)
            if warm is not None:
                return warm
            work.seconds = self._limits.loading
            work.until = self._clock() + self._limits.loading + GRACE
        loaded = self._load(work.sha256, seconds=self._limits.loading)
        with self._lock:
            work.seconds = self._limits.running
            work.until = self._clock() + self._limits.running
            if not self.left_alone:
                self.warm.put(loaded)
        return loaded
