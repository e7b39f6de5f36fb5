"""Whole answer cycles on SQLite, beside raw `sqlite3` doing the same statements in one thread."""

from __future__ import annotations

import asyncio
import itertools
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

from core.answering import answer
from core.assigning import Handed, next_task
from core.clock import SystemClock, chance_of
from core.domain.person import Person
from core.domain.task import Assignment
from core.people import Identity, find
from core.store import Store, Transaction
from tests.benchmarks import weighed
from tests.benchmarks.crowd import PLATFORM, VAULT, WRONG, crowd, said
from tests.benchmarks.measuring import Rounds, Sample, Spread, Stopwatch, Watch
from tests.benchmarks.raw import Recorded, Recorder, replay
from tests.benchmarks.reporting import Goal, Report, Table
from tests.benchmarks.templates import Template, names, template

AT_ONCE = (1, 16, 64)
RAW = "raw sqlite3, one thread"
CORE = "core only, 16 at once"


def product(at_once: int) -> str:
    """The name of a contestant."""
    return f"chatcrowd, {at_once} at once"


async def run(
    folder: Path,
    *,
    rounds: int,
    cycles: int,
    tasks: int = 10_000,
    at_once: tuple[int, ...] = AT_ONCE,
    known: int = 100,
) -> Report:
    """Measure."""
    made = await template(folder, workers=names(max(*at_once, 16)), tasks=tasks)
    opening, units = await _recorded(made, cycles)
    contestants: dict[str, Callable[[], Awaitable[Sample]]] = {
        RAW: lambda: _raw(made, opening, units, cycles),
        **{product(many): _product(made, many, cycles) for many in at_once},
        CORE: lambda: _core(made, 16, cycles),
    }
    seen = Rounds()
    for _ in range(rounds):
        for name, contestant in contestants.items():
            seen.add(name, await contestant())
    rows = tuple(
        (
            name,
            seen.rate(name).written(0),
            seen.cpu_ms(name).written(3),
            "" if name == RAW else seen.faster(name, RAW).written(),
        )
        for name in contestants
    )
    flushes = await asyncio.to_thread(_flush_ms, folder)
    statements = sum(len(unit) for unit in units) / cycles
    table = Table(
        "Answer cycles, SQLite with synchronous=FULL",
        ("", "cycles/s", "CPU ms a cycle", "× raw"),
        rows,
        (
            "A cycle: inbox key, person, answer, votes (settled by majority), next claim, card into the outbox; then "
            "its sent mark. "
            f"{statements:.1f} statements in two transactions.",
            f"A durable write of 4 KiB to this disk took {flushes.written(2)} ms during the run: the slower the disk, "
            "the more it helps that units share a commit.",
            "Raw: the same statements with the same values on an equal database, BEGIN IMMEDIATE … COMMIT for each "
            "transaction. Core only: answer and next claim in one transaction, without dialogue and messages.",
        ),
    )
    goals = []
    for many in (many for many in at_once if many >= 16):
        faster = seen.faster(product(many), RAW)
        goals.append(
            Goal(
                f"answer cycles/s against raw sqlite3, {many} at once",
                "≥ 1.0×",
                f"{faster.written()}×",
                faster.median >= 1.0,
            )
        )
    weighing = await weighed.run(folder, rounds=rounds, answers=cycles, size=tasks, known=known)
    return Report((table, *weighing.tables), (*goals, *weighing.goals))


def _flush_ms(folder: Path) -> Spread:
    """How long the disk takes to keep 4 KiB."""
    path, times = folder / "flush", []
    with path.open("wb", buffering=0) as file:
        for _ in range(200):
            watch = Stopwatch()
            file.write(bytes(4096))
            os.fdatasync(file.fileno())
            times.append(1000 * watch.seconds())
    return Spread.of(times)


async def _recorded(made: Template, cycles: int) -> tuple[list[Recorded], list[Recorded]]:
    recorder = Recorder(await made.opened("recorded"))
    async with crowd(recorder, made.path.parent, names(16)) as people:
        opening = len(recorder.units)
        await people.work(cycles)
        units = list(recorder.units)
    return units[:opening], units[opening:]


async def _raw(made: Template, opening: list[Recorded], units: list[Recorded], cycles: int) -> Sample:
    path = made.copy("raw")

    def both() -> Sample:
        replay(path, opening, cycles=1)
        return replay(path, units, cycles=cycles)

    return await asyncio.to_thread(both)


def _product(made: Template, at_once: int, cycles: int) -> Callable[[], Awaitable[Sample]]:
    async def measured() -> Sample:
        async with crowd(await made.opened("product"), made.path.parent, names(at_once)) as people:
            return await people.work(cycles)

    return measured


async def _core(made: Template, at_once: int, cycles: int) -> Sample:
    store = await made.opened("core")
    left = itertools.count()
    try:
        people = [await store.write(lambda tx, name=name: _person(tx, name)) for name in names(at_once)]  # type: ignore[misc]  # name is bound
        held = [await _next(store, person, None) for person in people]

        async def one(person: Person, card: Assignment) -> None:
            while next(left) < cycles:
                card = await _next(store, person, card)

        watch = Watch()
        async with asyncio.TaskGroup() as group:
            for person, card in zip(people, held, strict=True):
                group.create_task(one(person, card))
        return watch.stop(cycles)
    finally:
        await store.close()


def _person(tx: Transaction, name: str) -> Person:
    found = find(tx, VAULT, Identity(PLATFORM, "", name, name, "en"))
    assert found is not None, "prepared"
    return found


async def _next(store: Store, person: Person, card: Assignment | None) -> Assignment:
    now = SystemClock().now()

    def unit(tx: Transaction) -> Assignment:
        if card is not None:
            answer(tx, person, card.id, said(card, right=card.id % WRONG > 0, at=card.id), now=now)
        handed = next_task(tx, person, asked=card is None, now=now, chance=chance_of(person.id))
        assert isinstance(handed, Handed), "there are more tasks than cycles"
        return handed.assignment

    return await store.write(unit)
