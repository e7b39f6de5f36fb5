"""How right labels are per answer paid, and how true the confidence is: recorded crowds through the product's core."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.intake.project_model import ProjectFile
from tests.benchmarks.reporting import Report
from tests.benchmarks.truth_replay_picture import draw
from tests.benchmarks.truth_replay_tables import report
from tests.benchmarks.truth_replay_units import kept_in, play
from tests.benchmarks.truth_sets import read_crowds

TARGETS = (0.8, 0.9, 0.95, 0.98)
OUT = Path("out/truth.jsonl")
PICTURE = Path("out/truth.png")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to replay, and where to keep it; with no seeds, tables of what the file holds."""

    data: Path
    seeds: int = 20
    targets: Sequence[float] = TARGETS
    jobs: int = 1
    method: str = ProjectFile.model_fields["method"].default
    out: Path = OUT
    picture: Path = PICTURE


async def run(wanted: Wanted) -> Report:
    """Replay what the file does not hold yet, and report."""
    if wanted.seeds:
        units = await play(
            read_crowds(wanted.data),
            seeds=wanted.seeds,
            targets=wanted.targets,
            method=wanted.method,
            jobs=wanted.jobs,
            out=wanted.out,
        )
    else:
        units = [one for one in kept_in(wanted.out) if one.method == wanted.method]
    draw(units, wanted.picture)
    return report(units)
