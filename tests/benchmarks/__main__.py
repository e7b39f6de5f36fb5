"""`python -m tests.benchmarks [part …] [--quick]`: measure and print, and keep the tables in `out/`."""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path

from rich.console import Console

from bots.logs import configure
from tests.benchmarks import adapter, cycles, imports, postgres, scale, slack
from tests.benchmarks.reporting import Goal, Report, Table, goals_table, write

OUT = Path("out/benchmarks.md")

FULL: dict[str, Callable[[Path], Coroutine[None, None, Report]]] = {
    "cycles": lambda folder: cycles.run(folder, rounds=5, cycles=1500),
    "postgres": lambda folder: postgres.run(folder, rounds=3, cycles=300),
    "scale": lambda folder: scale.run(folder, rounds=7, cycles=400),
    "adapter": lambda folder: adapter.run(folder, rounds=5, trips=1500),
    "slack": lambda folder: slack.run(folder, rounds=5, trips=1500),
    "imports": lambda folder: imports.run(folder),
}
QUICK: dict[str, Callable[[Path], Coroutine[None, None, Report]]] = {
    "cycles": lambda folder: cycles.run(folder, rounds=3, cycles=400),
    "postgres": lambda folder: postgres.run(folder, rounds=1, cycles=100),
    "scale": lambda folder: scale.run(folder, rounds=3, cycles=200, many=100_000),
    "adapter": lambda folder: adapter.run(folder, rounds=2, trips=500),
    "slack": lambda folder: slack.run(folder, rounds=2, trips=500),
    "imports": lambda folder: imports.run(folder, rows=20_000, calm=3),
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure the parts that are named, all when none is."""
    reader = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    reader.add_argument("parts", nargs="*", metavar="part", help=", ".join(FULL))
    reader.add_argument("--quick", action="store_true", help="small sizes: a minute instead of ten")
    chosen = reader.parse_args(arguments)
    unknown = set(chosen.parts) - FULL.keys()
    if unknown:
        reader.error(f"no part {', '.join(sorted(unknown))}; there are {', '.join(FULL)}")
    parts = QUICK if chosen.quick else FULL
    configure("ERROR")
    console = Console()
    tables: list[Table] = []
    goals: list[Goal] = []
    for name in chosen.parts or parts:
        with tempfile.TemporaryDirectory(prefix="chatcrowd-bench-") as folder:
            report = asyncio.run(parts[name](Path(folder)))
        for table in report.tables:
            table.show(console)
        tables += report.tables
        goals += report.goals
    last = goals_table(goals)
    last.show(console)
    write([last, *tables], OUT)
    console.print(f"Written to {OUT}")


if __name__ == "__main__":
    main()
