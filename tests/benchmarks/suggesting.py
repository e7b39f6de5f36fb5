"""Suggestions through the Suggester beside a bare session with the best fixed batch; and the lag of the loop."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from core.intake.images import image_path
from models.card import ImageInput, ModelCard, TextInput
from models.folder import model_path
from models.images import pixels
from models.loaded import Content
from models.suggester import Suggester
from models.text import code_points
from tests.benchmarks import suggesting_models as made
from tests.benchmarks.measuring import Rounds, Sample, Spread, Watch, percentile
from tests.benchmarks.reporting import Goal, Report, Table

BATCHES = (1, 2, 4, 8, 16, 32, 64)
AT_ONCE = (1, 8, 32)
BARE = "bare session, best fixed batch"
TICK = 0.005  # a shorter one would itself cost what is measured
SCHEDULER = "/proc/thread-self/schedstat"
QUIET_SECONDS = 1.0
LAG_GOAL = 10.0  # ms, of 99 in 100 turns
SHARE_GOAL = 0.8
QUIET = "nothing at all"
COUNTED = (
    "Counted on both sides, on one thread: preparing (code points of texts; reading, decoding, scaling of JPEGs)"
    " and the run.",
    "Counted for the Suggester only: queueing, checks of what the graph gives, calibration, a Prediction for each.",
    f"The bare session reads fixed batches from a list and keeps the raw output; its batch is the best of {BATCHES}.",
    "The lag is how much later than asked a timer of 5 ms rings in the loop that all callers share;"
    f" {QUIET} is the same timer alone, in the same rounds: what the machine's other work does.",
    "Blocked by ourselves: the lag less the time for which the loop's thread waited for a processor"
    " (Linux: schedstat), which a busy machine takes and an idle one does not.",
)


@dataclass(slots=True)
class Lags:
    """How late a timer rang, in ms; `blocked` is without the time for which the thread waited for a processor."""

    late: list[float] = field(default_factory=list)
    blocked: list[float] = field(default_factory=list)


@dataclass(slots=True)
class Case:
    """One model and what it is asked, without end and always in the same order."""

    name: str
    card: ModelCard
    contents: Sequence[Content]
    models_dir: Path
    media_dir: Path
    rounds: Rounds = field(default_factory=Rounds)
    latencies: dict[int, list[float]] = field(default_factory=lambda: {at_once: [] for at_once in AT_ONCE})
    lags: dict[int, Lags] = field(default_factory=lambda: {at_once: Lags() for at_once in (0, *AT_ONCE)})

    def prepared(self, contents: Sequence[Content]) -> NDArray[Any]:
        """A batch as the graph takes it."""
        given = self.card.input
        if isinstance(given, TextInput):
            return code_points([one["text"] for one in contents], longest=given.longest)
        return pixels([image_path(self.media_dir, one["image"]) for one in contents], given)

    def bare(self) -> Callable[[NDArray[Any]], object]:
        """A session of one thread, otherwise as the runtime makes it."""
        options = ort.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        session = ort.InferenceSession(
            str(model_path(self.models_dir, self.card.sha256)), options, providers=["CPUExecutionProvider"]
        )
        name = session.get_inputs()[0].name
        return lambda batch: session.run(["probabilities"], {name: batch})


async def run(
    folder: Path, *, rounds: int, texts: int, images: int, different: tuple[int, int] = (2000, 48)
) -> Report:
    """So many texts and pictures for each contestant and round, of so many different ones."""
    chance = np.random.default_rng(5)
    models_dir, media_dir = folder / "models", folder / "media"
    messages = [{"text": one} for one in made.texts(chance, different[0])]
    photos = [{"image": one} for one in made.photos(chance, media_dir, different[1])]
    asked: list[tuple[str, bytes, TextInput | ImageInput, list[Content], int]] = [
        ("texts", made.text_model(chance), made.TEXT, list(messages), texts),
        ("pictures", made.image_model(chance), made.IMAGE, list(photos), images),
    ]
    tables: list[Table] = []
    goals: list[Goal] = []
    for name, data, given, contents, size in asked:
        card = made.put(models_dir, data, given)
        case = Case(name, card, contents, models_dir, media_dir)
        batch = await _measure(case, rounds=rounds, size=size)
        tables.append(_table(case, batch))
        goals += _goals(case)
    return Report(tuple(tables), tuple(goals))


async def _measure(case: Case, *, rounds: int, size: int) -> int:
    """Samples of every contestant, in turns; the bare session's best batch."""
    session = case.bare()
    best = max(BATCHES, key=lambda batch: _bare(case, session, batch=batch, size=max(size // 3, 64)).rate)
    suggester = Suggester(case.models_dir, case.media_dir)
    await suggester.suggest(case.card.sha256, case.contents[0])
    for _ in range(rounds):
        case.rounds.add(BARE, _bare(case, session, batch=best, size=size))
        await _alone(case.lags[0])
        for at_once in AT_ONCE:
            case.rounds.add(_ours(at_once), await _suggested(case, suggester, at_once=at_once, size=size))
    await suggester.close()
    return best


def _bare(case: Case, session: Callable[[NDArray[Any]], object], *, batch: int, size: int) -> Sample:
    watch = Watch()
    asked = cycle(case.contents)
    done = 0
    while done < size:
        session(case.prepared(list(islice(asked, batch))))
        done += batch
    return watch.stop(done)


async def _suggested(case: Case, suggester: Suggester, *, at_once: int, size: int) -> Sample:
    asked = islice(cycle(case.contents), size)
    lagging = asyncio.create_task(_lag(case.lags[at_once]))
    watch = Watch()
    async with asyncio.TaskGroup() as callers:
        for _ in range(at_once):
            callers.create_task(_caller(case, suggester, asked, case.latencies[at_once]))
    sample = watch.stop(size)
    lagging.cancel()
    return sample


async def _caller(case: Case, suggester: Suggester, asked: Iterator[Content], latencies: list[float]) -> None:
    for content in asked:
        since = time.perf_counter()
        found = await suggester.suggest(case.card.sha256, content)
        latencies.append(1000 * (time.perf_counter() - since))
        assert found is not None, "every task of the benchmark can be read"


async def _alone(lags: Lags) -> None:
    lagging = asyncio.create_task(_lag(lags))
    await asyncio.sleep(QUIET_SECONDS)
    lagging.cancel()


async def _lag(lags: Lags) -> None:
    with _scheduler() as waited_for_processor:
        while True:
            waited, since = waited_for_processor(), time.perf_counter()
            await asyncio.sleep(TICK)
            late = 1000 * (time.perf_counter() - since - TICK)
            lags.late.append(late)
            lags.blocked.append(max(late - (waited_for_processor() - waited), 0))


@contextmanager
def _scheduler() -> Iterator[Callable[[], float]]:
    """Tells for how many ms this thread could have run and had no processor; 0 where the system does not say."""
    try:
        told = os.open(SCHEDULER, os.O_RDONLY)
    except OSError:
        yield lambda: 0
        return
    try:
        yield lambda: int(os.pread(told, 100, 0).split()[1]) / 1e6
    finally:
        os.close(told)


def _ours(at_once: int) -> str:
    return f"Suggester, {at_once} at once"


def _table(case: Case, batch: int) -> Table:
    rate, cpu = case.rounds.rate(BARE).written(0), case.rounds.cpu_ms(BARE).written(3)
    rows = [(f"{BARE} ({batch})", rate, "1", cpu, "–", "–", "–")]
    for at_once in AT_ONCE:
        name = _ours(at_once)
        rows.append(
            (
                name,
                case.rounds.rate(name).written(0),
                case.rounds.faster(name, BARE).written(),
                case.rounds.cpu_ms(name).written(3),
                _spread_of(case.latencies[at_once]),
                _spread_of(case.lags[at_once].late),
                _spread_of(case.lags[at_once].blocked),
            )
        )
    quiet = case.lags[0]
    rows.append((QUIET, "–", "–", "–", "–", _spread_of(quiet.late), _spread_of(quiet.blocked)))
    spans = (
        "waited, ms: p50 / p99 / max",
        "lag of the loop, ms: p50 / p99 / max",
        "of it blocked by ourselves",
    )
    columns = ("", f"{case.name} a second", "of the bare rate", "CPU ms each", *spans)
    return Table(f"Suggestions for {case.name}", columns, tuple(rows), COUNTED)


def _spread_of(values: Sequence[float]) -> str:
    at = (percentile(values, 0.5), percentile(values, 0.99), max(values))
    return " / ".join(f"{value:.2f}" for value in at)


def _goals(case: Case) -> list[Goal]:
    most = max(AT_ONCE)
    share: Spread = case.rounds.faster(_ours(most), BARE)
    lag, quiet = percentile(case.lags[most].late, 0.99), percentile(case.lags[0].late, 0.99)
    blocked = percentile(case.lags[most].blocked, 0.99)
    speed = f"suggestions for {case.name}, {most} at once, to the bare session"
    loop = f"lag of the loop meanwhile, p99 ({case.name})"
    return [
        Goal(speed, f"≥ {SHARE_GOAL}", share.written(), share.median >= SHARE_GOAL),
        Goal(loop, f"≤ {LAG_GOAL:g} ms", f"{lag:.1f} ms ({QUIET}: {quiet:.1f} ms)", lag <= LAG_GOAL),
        Goal(f"{loop}, blocked by ourselves", f"≤ {LAG_GOAL:g} ms", f"{blocked:.1f} ms", blocked <= LAG_GOAL),
    ]
