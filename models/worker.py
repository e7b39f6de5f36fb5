"""The thread beside the event loop in which models run: one batch after the other, whatever waits goes together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
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
    """A batch that a worker has in hand; something of it should be done by `until`, after `seconds` at most.

    `open` are the places in the batch of which nothing was told yet.
    """

    sha256: str
    batch: Sequence[Item]
    until: float
    seconds: float
    stop: Stop = field(default_factory=Stop)
    open: set[int] = field(init=False)

    def __post_init__(self) -> None:
        self.open = set(range(len(self.batch)))


@dataclass(frozen=True, slots=True)
class Told:
    """What became of some tasks of a model: an outcome each, or why the model cannot be used."""

    sha256: str
    items: Sequence[Item]
    outcomes: Sequence[Outcome] | BadModel


class Worker:
    """Works through a queue in a thread of its own, until it is told to end or is left to itself.

    It calls `tell` in that thread, which raises RuntimeError when nobody listens any more.
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
        tell: Callable[[Told], object],
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
        self._tell = tell
        # nobody waits for a thread that hangs within a model
        self.thread = Thread(target=self._run, name="suggester", daemon=True)
        self.thread.start()

    def _run(self) -> None:
        while (work := self._next()) is not None:
            for places, outcomes in self._parts(work):
                with self._lock:
                    if self.left_alone:
                        return
                    work.open.difference_update(places)
                    work.until = self._clock() + work.seconds
                    if not work.open:
                        self.work = None
                told = Told(work.sha256, [work.batch[place] for place in places], outcomes)
                try:
                    self._tell(told)
                except RuntimeError:  # the loop is closed
                    return

    def _next(self) -> Work | None:
        with self._lock:
            while not self._queue:
                if self.ending or self.left_alone:
                    return None
                self._lock.wait()
            sha256, batch = self._queue.take(self._limits.together)
            seconds = self._limits.running
            self.work = Work(sha256, batch, until=self._clock() + seconds, seconds=seconds)
            return self.work

    def _parts(self, work: Work) -> Iterator[tuple[Sequence[int], Sequence[Outcome] | BadModel]]:
        """Every place of the batch once, with an outcome each, or with what is wrong with the model."""
        wanted = [place for place, (_, future) in enumerate(work.batch) if not future.done()]
        try:
            if wanted:
                contents = [work.batch[place][0] for place in wanted]
                for rows, outcomes in self._model(work).parts(contents, self._media_dir, stop=work.stop):
                    yield [wanted[row] for row in rows], outcomes
        except BadModel as bad:
            yield tuple(work.open), bad
        except Exception:  # a thread that ended would leave everybody waiting
            log.exception("a model broke off")
            yield tuple(work.open), BadModel(ModelProblem.BREAKS_OFF)
        if work.open:  # without content, or their callers have gone
            yield tuple(work.open), [None] * len(work.open)

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
