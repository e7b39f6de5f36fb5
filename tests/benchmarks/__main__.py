"""`python -m tests.benchmarks [part …] [--quick] [--data FOLDER]`: measure and print, and keep the tables in `out/`."""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import fields, replace
from pathlib import Path

from rich.console import Console

from bots.logs import configure
from tests.benchmarks import (
    adapter,
    advised,
    anchoring,
    cycles,
    helped,
    imports,
    postgres,
    rules,
    scale,
    slack,
    suggesting,
    swap,
    truth_full,
    truth_replay,
)
from tests.benchmarks.reporting import Goal, Report, Table, goals_table, write

OUT = Path("out/benchmarks.md")
ADVISED_OUT = Path("out/advised.jsonl")
TRUTH, METHODS, ADVISED = "truth", "methods", "advised"
"""The parts that need recorded crowds."""

Parts = dict[str, Callable[[Path], Coroutine[None, None, Report]]]
FULL: Parts = {
    "cycles": lambda folder: cycles.run(folder, rounds=5, cycles=1500),
    "postgres": lambda folder: postgres.run(folder, rounds=3, cycles=300),
    "scale": lambda folder: scale.run(folder, rounds=7, cycles=400),
    "adapter": lambda folder: adapter.run(folder, rounds=5, trips=1500),
    "slack": lambda folder: slack.run(folder, rounds=5, trips=1500),
    "imports": lambda folder: imports.run(folder),
    "anchoring": lambda folder: anchoring.run(folder, crowds=400, further=64),
    "rules": lambda folder: rules.run(folder, weeks=8_000, spammers=600),
    "suggest": lambda folder: suggesting.run(folder, rounds=5, texts=10_000, images=192),
    "swap": lambda folder: swap.run(folder),
    "helped": lambda folder: helped.run(folder, digits=1_797, texts=2_000, seeds=10),
}
QUICK: Parts = {
    "cycles": lambda folder: cycles.run(folder, rounds=3, cycles=400),
    "postgres": lambda folder: postgres.run(folder, rounds=1, cycles=100),
    "scale": lambda folder: scale.run(folder, rounds=3, cycles=200, many=100_000),
    "adapter": lambda folder: adapter.run(folder, rounds=2, trips=500),
    "slack": lambda folder: slack.run(folder, rounds=2, trips=500),
    "imports": lambda folder: imports.run(folder, rows=20_000, calm=3),
    "anchoring": lambda folder: anchoring.run(folder, crowds=64, further=16),
    "rules": lambda folder: rules.run(folder, weeks=500, spammers=50),
    "suggest": lambda folder: suggesting.run(folder, rounds=2, texts=3_000, images=96),
    "swap": lambda folder: swap.run(folder, tasks=5_000, calm=4.0, swaps=2),
    "helped": lambda folder: helped.run(folder, digits=500, texts=500, seeds=1),
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure the parts that are named, all when none is."""
    reader = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    reader.add_argument("parts", nargs="*", metavar="part", help=", ".join([*FULL, METHODS, TRUTH, ADVISED]))
    reader.add_argument("--quick", action="store_true", help="small sizes: a minute instead of ten")
    _read_truth(reader)
    chosen = reader.parse_args(arguments)
    parts = _parts(chosen)
    unknown = set(chosen.parts) - parts.keys()
    if unknown & {TRUTH, METHODS, ADVISED}:
        reader.error(f"{METHODS}, {TRUTH} and {ADVISED} need --data FOLDER: recorded crowds, one folder each")
    if unknown:
        reader.error(
            f"no part {', '.join(sorted(unknown))}; there are {', '.join([*FULL, METHODS, TRUTH, ADVISED])}"
        )
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


def _read_truth(reader: argparse.ArgumentParser) -> None:
    usual = truth_replay.Wanted(Path())
    group = reader.add_argument_group(TRUTH, "replays of recorded crowds; part of a run when --data is given")
    group.add_argument("--data", type=Path, metavar="FOLDER", help="a set, or a folder of sets")
    group.add_argument("--seeds", type=int, default=usual.seeds, help="0: tables of what --out holds")
    group.add_argument("--targets", type=float, nargs="+", default=usual.targets, help="of confidence")
    group.add_argument("--jobs", type=int, default=usual.jobs, help="processes at the same time")
    group.add_argument("--method", default=usual.method, help="default: the product's, %(default)s")
    group.add_argument("--out", type=Path, default=usual.out, help="keeps each replay, and is taken up again")
    group.add_argument("--picture", type=Path, default=usual.picture)


def _parts(chosen: argparse.Namespace) -> Parts:
    parts = QUICK if chosen.quick else FULL
    if chosen.data is None:
        return parts
    names = (field.name for field in fields(truth_replay.Wanted))
    wanted = truth_replay.Wanted(**{name: getattr(chosen, name) for name in names})
    if chosen.quick:
        wanted = replace(wanted, seeds=min(wanted.seeds, 1))
    size = 100_000 if chosen.quick else 1_000_000

    def methods(folder: Path) -> Coroutine[None, None, Report]:
        return truth_full.run(
            folder, data=wanted.data, rotations=3, seeds=min(wanted.seeds, 8) or 8, answers=size, rounds=2
        )

    def helped(_: Path) -> Coroutine[None, None, Report]:
        return advised.run(wanted.data, seeds=wanted.seeds or 3, jobs=wanted.jobs, out=ADVISED_OUT)

    def conduct(folder: Path) -> Coroutine[None, None, Report]:
        sizes = (500, 50) if chosen.quick else (8_000, 600)
        return rules.run(folder, weeks=sizes[0], spammers=sizes[1], data=wanted.data)

    return {
        **parts,
        "rules": conduct,
        METHODS: methods,
        TRUTH: lambda _: truth_replay.run(wanted),
        ADVISED: helped,
    }


if __name__ == "__main__":
    main()
