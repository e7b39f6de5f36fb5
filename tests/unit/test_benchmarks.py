"""Every benchmark still runs: tiny sizes, no figures checked."""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks import (
    adapter,
    anchoring,
    cycles,
    imports,
    postgres,
    rules,
    scale,
    slack,
    suggesting,
    swap,
)
from tests.benchmarks.reporting import goals_table, write
from tests.benchmarks.slack_bare import Way


async def test_cycles_run_beside_raw_sqlite(tmp_path: Path) -> None:
    """The recorded statements fit an equal database, and both sides are measured."""
    report = await cycles.run(tmp_path, rounds=1, cycles=20, tasks=400, at_once=(1, 16), known=20)
    assert [row[0] for row in report.tables[0].rows] == [
        cycles.RAW,
        cycles.product(1),
        cycles.product(16),
        cycles.CORE,
    ]
    assert [len(row) for row in report.tables[1].rows] == [4] * 4, (
        "votes that weigh the same, and known people"
    )
    assert all(float(row[2].split()[0]) > 0 for row in report.tables[1].rows)
    assert len(report.goals) == 3


async def test_scale_compares_sizes_and_workers(tmp_path: Path) -> None:
    """Few and many tasks, a new worker and one with a past."""
    report = await scale.run(tmp_path, rounds=1, cycles=4, few=100, many=200, answered=30)
    assert len(report.tables) == len(report.goals) == 2


async def test_the_adapter_is_measured_against_bare_bots(tmp_path: Path) -> None:
    """Three bots, each with a Telegram and a process of its own."""
    report = await adapter.run(tmp_path, rounds=1, trips=6, people=2, tasks=100)
    assert len(report.tables[0].rows) == 3
    write([goals_table(report.goals), *report.tables], tmp_path / "out" / "report.md")
    assert adapter.STOCK in (tmp_path / "out" / "report.md").read_text(encoding="utf-8")


async def test_slack_is_measured_against_bare_bolt_apps(tmp_path: Path) -> None:
    """Both modes and both calls; a contestant that does anything but what is compared is an error."""
    ways = (Way.SHARED_RESPOND, Way.UPDATE)
    report = await slack.run(tmp_path, rounds=1, trips=4, people=2, tasks=100, ways=ways)
    assert [len(table.rows) for table in report.tables] == [3, 3]
    assert len(report.goals) == 2


async def test_taps_are_measured_beside_an_import(tmp_path: Path) -> None:
    """Every row of the file becomes a task."""
    report = await imports.run(tmp_path, rows=400, calm=0.2)
    assert len(report.goals) == 2


async def test_rules_are_measured_on_honest_weeks_and_on_spammers(tmp_path: Path) -> None:
    """One row for all honest weeks, one for each kind of spammer."""
    report = await rules.run(tmp_path, weeks=5, spammers=2)
    assert [len(table.rows) for table in report.tables] == [1, 5]
    assert len(report.goals) == 3


async def test_anchoring_is_measured_on_simulated_crowds(tmp_path: Path) -> None:
    """One crowd of each share that is copied, and one of each other design."""
    report = await anchoring.run(tmp_path, crowds=4, further=1)
    assert [row[0] for row in report.tables[0].rows][:5] == [
        "all",
        *(f"{one:.1f} copied" for one in anchoring.COPIED),
    ]
    assert [len(table.rows) for table in report.tables[1:]] == [6, 4]
    assert len(report.goals) == 2


async def test_postgres_is_measured_or_said_to_be_absent(tmp_path: Path) -> None:
    """With a server there are figures; without one, a sentence."""
    table = (await postgres.run(tmp_path, rounds=1, cycles=4, tasks=50, at_once=(2,))).tables[0]
    assert table.rows or table.notes


async def test_suggestions_are_measured_beside_a_bare_session(tmp_path: Path) -> None:
    """Texts and pictures, and the lag of the loop."""
    report = await suggesting.run(tmp_path, rounds=1, texts=600, images=2, different=(20, 2))
    assert [len(table.rows) for table in report.tables] == [5, 5]
    assert len(report.goals) == 6


async def test_models_are_swapped_beside_people_who_tap(tmp_path: Path) -> None:
    """No tap fails, and no card mixes two models, whatever the figures."""
    report = await swap.run(tmp_path, tasks=600, calm=0.5, swaps=3)
    assert [goal.met for goal in report.goals[:2]] == [True, True]
