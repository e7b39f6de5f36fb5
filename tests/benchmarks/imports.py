"""A large import beside people who tap: rows a second, memory, and how long a tap takes meanwhile."""

from __future__ import annotations

import asyncio
import csv
import itertools
import os
import time
from dataclasses import dataclass, field
from pathlib import Path

from bots.dialogue.vocabulary import Upload
from core.store import Store, task_views
from tests.benchmarks.crowd import Crowd, Worker, crowd
from tests.benchmarks.measuring import percentile
from tests.benchmarks.preparing import OWNER, WORDS
from tests.benchmarks.reporting import Goal, Report, Table
from tests.benchmarks.templates import names, template

A_SECOND = 50
PEOPLE = 50
PROJECT = 1
LONGEST_TAP = 0.2
MOST_MEMORY = 64  # MiB
LOOK_EVERY = 0.05


@dataclass(slots=True)
class Seen:
    """What was seen while something went on."""

    taps: list[float] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)

    @property
    def growth(self) -> float:
        """MiB between the first look at the memory and the highest."""
        return (max(self.memory) - self.memory[0]) / 2**20

    def tap(self, share: float) -> float:
        """Milliseconds that `share` of the taps did not exceed."""
        return 1000 * percentile(self.taps, share)


async def run(folder: Path, *, rows: int = 100_000, calm: float = 10.0) -> Report:
    """Measure: first taps alone for `calm` seconds, then the same beside an import."""
    made = await template(folder, workers=names(PEOPLE), tasks=10_000)
    path = folder / "tasks.csv"
    _write(path, rows)
    async with crowd(await made.opened("imports"), folder, names(PEOPLE)) as people:
        alone = await beside(people, asyncio.create_task(asyncio.sleep(calm)))
        owner = Worker(OWNER)
        people.platform.workers[OWNER] = owner
        people.platform.uploads["file"] = path
        upload = Upload("tasks.csv", "file", path.stat().st_size, f"/addtasks {PROJECT}")
        await owner.does(people.service.desk.hear, upload)
        told, began = owner.messages, time.perf_counter()
        busy = await beside(people, asyncio.create_task(people.service.errands.run_once()))
        seconds = time.perf_counter() - began
        edits = owner.messages - told
        found = await _count(people.service.store)
    assert found == rows + 10_000 - 10_000 // 50, f"every row is a task, but there are {found}"
    return _report(rows, seconds, edits, path.stat().st_size, alone=alone, busy=busy)


def _report(rows: int, seconds: float, edits: int, size: int, *, alone: Seen, busy: Seen) -> Report:
    table = Table(
        f"Import of {rows:,} rows ({size / 2**20:.1f} MiB CSV) beside {A_SECOND} taps a second",
        ("", "taps alone", "taps beside the import"),
        (
            ("tap to card, p50 ms", f"{alone.tap(0.5):.1f}", f"{busy.tap(0.5):.1f}"),
            ("tap to card, p99 ms", f"{alone.tap(0.99):.1f}", f"{busy.tap(0.99):.1f}"),
            ("tap to card, longest ms", f"{alone.tap(1):.1f}", f"{busy.tap(1):.1f}"),
            ("taps", f"{len(alone.taps):,}", f"{len(busy.taps):,}"),
            ("rows/s", "", f"{rows / seconds:,.0f}"),
            ("growth of memory, MiB", f"{alone.growth:.1f}", f"{busy.growth:.1f}"),
            ("messages of progress", "", f"{edits}"),
        ),
        ("The people who tap live in the same process; its memory holds both.",),
    )
    p99 = busy.tap(0.99)
    return Report(
        (table,),
        (
            Goal("p99 of a tap during an import", "< 200 ms", f"{p99:.0f} ms", p99 < 1000 * LONGEST_TAP),
            Goal(
                "memory that an import takes",
                f"bounded (< {MOST_MEMORY} MiB)",
                f"{busy.growth:.0f} MiB",
                busy.growth < MOST_MEMORY,
            ),
        ),
    )


def _write(path: Path, rows: int) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["id", "text", "lang"])
        table.writerows([f"i{number}", WORDS % number, "en"] for number in range(rows))


async def beside(people: Crowd, work: asyncio.Task[object]) -> Seen:
    """Tap in turn, so many times a second whatever the answers take, until the work is done."""
    seen = Seen()
    watching = asyncio.create_task(_watch(seen))
    loop = asyncio.get_running_loop()
    began = loop.time()
    async with asyncio.TaskGroup() as group:
        for number in itertools.count():
            due = began + number / A_SECOND
            await asyncio.wait([work], timeout=max(0.0, due - loop.time()))
            if work.done():
                break
            group.create_task(_tap(people, people.workers[number % PEOPLE], due, seen))
    watching.cancel()
    await work
    return seen


async def _tap(people: Crowd, worker: Worker, due: float, seen: Seen) -> None:
    await worker.answers(people.service.desk.hear)
    seen.taps.append(asyncio.get_running_loop().time() - due)


async def _watch(seen: Seen) -> None:
    while True:
        seen.memory.append(_resident())
        await asyncio.sleep(LOOK_EVERY)


def _resident() -> int:
    """Bytes of memory that this process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


async def _count(store: Store) -> int:
    counted = await store.read(lambda tx: task_views.count_by_state(tx, PROJECT))
    return sum(counted.values())
