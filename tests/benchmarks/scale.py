"""What a cycle costs when there are many tasks, and for a worker who has answered many."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from tests.benchmarks.crowd import Crowd, Worker, crowd
from tests.benchmarks.measuring import Rounds
from tests.benchmarks.reporting import Goal, Report, Table
from tests.benchmarks.templates import names, template

MOST_GROWTH = 1.2
AT_ONCE = 16


async def run(
    folder: Path,
    *,
    rounds: int,
    cycles: int,
    few: int = 10_000,
    many: int = 1_000_000,
    answered: int = 20_000,
) -> Report:
    """Measure."""
    table, goal = await _tasks(folder, rounds=rounds, cycles=cycles, few=few, many=many)
    table_2, goal_2 = await _veteran(folder, rounds=rounds, cycles=cycles, answered=answered)
    return Report((table, table_2), (goal, goal_2))


async def _tasks(folder: Path, *, rounds: int, cycles: int, few: int, many: int) -> tuple[Table, Goal]:
    sizes = {f"{size:,} tasks": size for size in (few, many)}
    seen = Rounds()
    async with AsyncExitStack() as stack:
        crowds: dict[str, Crowd] = {}
        for name, size in sizes.items():
            made = await template(folder, workers=names(AT_ONCE), tasks=size, name=f"tasks-{size}")
            home = folder / f"home-{size}"
            store = await made.opened(f"run-{size}")
            crowds[name] = await stack.enter_async_context(crowd(store, home, names(AT_ONCE)))
        await _take_turns(seen, {name: (one, one.workers) for name, one in crowds.items()}, rounds, cycles)
    small, large = sizes
    return _compared(
        seen,
        f"Answer cycles by size of the project, {AT_ONCE} at once",
        small,
        large,
        f"CPU of a cycle at {many:,} tasks against {few:,}",
    )


async def _veteran(folder: Path, *, rounds: int, cycles: int, answered: int) -> tuple[Table, Goal]:
    made = await template(
        folder,
        workers=names(2),
        tasks=2 * answered + 2 * rounds * cycles + 1000,
        veteran=answered,
        name="veteran",
    )
    seen = Rounds()
    async with crowd(await made.opened("run-veteran"), folder, names(2)) as both:
        old, new = f"a worker with {answered:,} answers", "a new worker"
        veteran, fresh = both.workers
        await _take_turns(seen, {new: (both, [fresh]), old: (both, [veteran])}, rounds, cycles)
    return _compared(
        seen,
        "Answer cycles by what the worker has answered, one at a time",
        new,
        old,
        f"CPU of a cycle for a worker with {answered:,} answers against a new one",
    )


async def _take_turns(
    seen: Rounds, contestants: dict[str, tuple[Crowd, Sequence[Worker]]], rounds: int, cycles: int
) -> None:
    for one, workers in contestants.values():  # whoever comes first must not pay for cold pages
        await one.work(max(cycles // 4, 1), by=workers)
    for _ in range(rounds):
        for name, (one, workers) in contestants.items():
            seen.add(name, await one.work(cycles, by=workers))


def _compared(seen: Rounds, title: str, least: str, most: str, goal: str) -> tuple[Table, Goal]:
    growth = seen.dearer(most, least)
    rows = tuple(
        (
            name,
            seen.rate(name).written(0),
            seen.cpu_ms(name).written(3),
            growth.written() if name == most else "",
        )
        for name in (least, most)
    )
    table = Table(title, ("", "cycles/s", "CPU ms a cycle", "× CPU"), rows)
    return table, Goal(goal, f"≤ {MOST_GROWTH}×", f"{growth.written()}×", growth.median <= MOST_GROWTH)
