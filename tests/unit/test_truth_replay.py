"""A recorded crowd replayed through the core: only what was recorded is given, and a run can be taken up again."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from core.domain.states import TaskState
from core.store import Store
from tests.benchmarks.truth_replay import Wanted, run
from tests.benchmarks.truth_replay_core import Plan, planned, replay
from tests.benchmarks.truth_replay_units import Unit, kept_in, play_one, read_line, write_line
from tests.benchmarks.truth_sets import Crowd, Given, rotated, votes_of

TASKS, WORKERS = 30, 6


@pytest.fixture
def crowd() -> Crowd:
    """Six people, of whom each judged each of thirty tasks; they are right four times in five."""
    dice = Random(11)
    truth = [dice.randrange(3) for _ in range(TASKS)]
    answers = tuple(
        Given(task, worker, truth[task] if dice.random() < 0.8 else dice.randrange(3))
        for task in range(TASKS)
        for worker in range(WORKERS)
    )
    return Crowd("small", 3, WORKERS, answers, tuple(truth))


def _write(crowd: Crowd, folder: Path) -> None:
    folder.mkdir(parents=True)
    with (folder / "answers.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("task", "worker", "label"), *crowd.answers])
    with (folder / "gold.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("task", "label"), *enumerate(crowd.truth)])
    (folder / "meta.json").write_text(json.dumps({"name": crowd.name, "classes": crowd.labels_n}), "utf-8")


async def test_every_task_ends_and_every_answer_was_recorded(sqlite_store: Store, crowd: Crowd) -> None:
    """No more answers are paid than were recorded; what is settled has a label that somebody gave."""
    plan = planned(crowd, 1)
    replayed = await replay(sqlite_store, plan, target=0.9, method="majority")
    assert {one.number for one in replayed.tasks} == set(range(TASKS)) - plan.gold
    assert 0 <= replayed.paid_gold <= len(plan.gold) * WORKERS
    assert len(replayed.tasks) <= replayed.paid - replayed.paid_gold <= len(replayed.tasks) * WORKERS
    votes = votes_of(plan.crowd)
    for one in replayed.tasks:
        assert one.state is not TaskState.SETTLED or one.label in votes[one.number]


def test_a_plan_is_the_same_for_a_seed_and_another_for_the_next(crowd: Crowd) -> None:
    """So that targets are compared on the same arrivals, and seeds are different draws."""

    def of(seed: int) -> Plan:
        return replace(planned(crowd, seed), dice=Random(0))

    first, again, other = of(1), of(1), of(2)
    assert (first.crowd, first.gold, first.visits) == (again.crowd, again.gold, again.visits)
    assert first.visits != other.visits
    assert len(first.gold) == 3, "a tenth of a tiny set"
    assert sorted(first.visits) == sorted(one.worker for one in first.crowd.answers)


async def test_a_unit_comes_out_the_same_when_played_again(crowd: Crowd) -> None:
    """Nothing in a replay depends on the machine, and a line of the file holds all of it."""
    unit = await play_one(crowd, 1, 0.9, "majority")
    assert replace(await play_one(crowd, 1, 0.9, "majority"), seconds=0) == replace(unit, seconds=0)
    assert read_line(write_line(unit)) == replace(
        unit, confidence=tuple(None if one is None else round(one, 6) for one in unit.confidence)
    )
    assert 0.5 < unit.accuracy <= 1
    assert unit.majority > 0.8


async def test_majority_of_all_answers_does_not_depend_on_names(crowd: Crowd) -> None:
    """Renaming classes, tasks and workers moves nothing but the draw of the gold."""
    same = await play_one(rotated(crowd, Random(5)), 1, 0.9, "majority")
    unit = await play_one(crowd, 1, 0.9, "majority")
    assert same.majority == pytest.approx(unit.majority, abs=0.1)
    assert same.recorded == TASKS * WORKERS


async def test_a_run_is_taken_up_where_it_was_broken_off(crowd: Crowd, tmp_path: Path) -> None:
    """What the file holds is not played again; a line that was torn is."""
    _write(crowd, tmp_path / "data" / "small")
    wanted = Wanted(
        tmp_path / "data",
        seeds=2,
        targets=(0.8, 0.95),
        method="majority",
        out=tmp_path / "out" / "kept.jsonl",
        picture=tmp_path / "out" / "curve.png",
    )
    report = await run(wanted)
    assert wanted.picture.stat().st_size > 1000
    lines = wanted.out.read_text("utf-8").splitlines()
    assert len(lines) == len(kept_in(wanted.out)) == 4
    marked = [replace(read_line(line), seconds=9999.0) for line in lines[:3]]
    torn = "\n".join([*map(write_line, marked), lines[3][:50]])
    wanted.out.write_text(torn, "utf-8")
    again = await run(wanted)
    assert [one.seconds == 9999.0 for one in kept_in(wanted.out)] == [True, True, True, False]
    assert [table.rows for table in again.tables[:2]] == [table.rows for table in report.tables[:2]]
    only_tables = await run(replace(wanted, seeds=0))
    assert only_tables.goals == again.goals


def _unit(seed: int, target: float, *, paid: int, right: int) -> Unit:
    return Unit(
        crowd="made",
        seed=seed,
        target=target,
        method="majority",
        recorded=1000,
        tasks=100,
        paid=paid,
        paid_gold=0,
        settled=100,
        escalated=0,
        majority=0.8,
        full=None,
        right=tuple(number < right for number in range(100)),
        confidence=(0.96,) * 90 + (None,) * 10,
        seconds=1.0,
    )


async def test_the_tables_say_what_can_be_counted_by_hand(tmp_path: Path) -> None:
    """Half-way between two targets lies the accuracy of majority; what was not claimed is not judged."""
    units = [
        _unit(seed, target, paid=paid, right=right)
        for seed in (1, 2)
        for target, paid, right in ((0.9, 200, 70), (0.95, 400, 90))
    ]
    out = tmp_path / "kept.jsonl"
    out.write_text("".join(write_line(one) + "\n" for one in units), "utf-8")
    wanted = Wanted(tmp_path, seeds=0, method="majority", out=out, picture=tmp_path / "curve.svg")
    accuracy, price, _, at_95, _ = (await run(wanted)).tables
    assert accuracy.rows[0][3:] == ("0.700 ± 0.000 @ 2.00", "0.900 ± 0.000 @ 4.00")
    assert price.rows[0] == ("made", "0.800", "3.00", "0.300 ± 0.000")
    error, _, claimed, right, bound = at_95.rows[0][1:]
    assert (error, claimed, right) == ("0.040 ± 0.000", "0.900 ± 0.000", "1.000 ± 0.000")
    assert float(bound) == pytest.approx(0.05 ** (1 / 90), abs=1e-3)
