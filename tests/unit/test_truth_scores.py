"""Figures about labels and claims: what each says of cases that can be counted by hand."""

from __future__ import annotations

import json
from math import comb, sqrt
from pathlib import Path
from random import Random

import pytest

from tests.benchmarks.truth_scores import (
    Figure,
    Point,
    accuracy_at,
    answers_to_reach,
    calibration_error,
    error_by_chance,
    jackknife,
    lower_bound,
    majority_right,
    mean_of,
)
from tests.benchmarks.truth_sets import Given, read_crowds, rotated, votes_of


def test_a_clear_majority_is_right_or_wrong() -> None:
    """Two of three votes decide."""
    assert majority_right([1, 1, 0], 1, labels_n=2) == 1.0
    assert majority_right([1, 1, 0], 0, labels_n=2) == 0.0


def test_a_tie_is_right_as_often_as_a_fair_die() -> None:
    """The truth among two leaders is found half of the time; among none, never."""
    assert majority_right([0, 1, 2, 0, 1], 1, labels_n=3) == 0.5
    assert majority_right([0, 1, 2, 0, 1], 2, labels_n=3) == 0.0


def test_without_votes_a_label_is_guessed() -> None:
    """One of four labels."""
    assert majority_right([], 2, labels_n=4) == 0.25


def test_a_perfect_predictor_has_no_calibration_error() -> None:
    """Of the tasks claimed at .8, eight in ten are right; of those at .6, six."""
    claims = [0.8] * 50 + [0.6] * 50
    right = [number % 10 < 8 for number in range(50)] + [number % 10 < 6 for number in range(50)]
    assert calibration_error(claims, right) == pytest.approx(0)


def test_a_lying_predictor_is_off_by_its_lie() -> None:
    """It claims .99 and is right half of the time."""
    assert calibration_error([0.99] * 200, [True, False] * 100) == pytest.approx(0.49)


def test_a_timid_predictor_is_wrong_too() -> None:
    """It claims .5 and is always right."""
    assert calibration_error([0.5] * 40, [True] * 40) == pytest.approx(0.5)


def test_errors_in_both_directions_do_not_cancel() -> None:
    """Half of the tasks are claimed too high, half too low; the means agree, the bins do not."""
    claims = [0.9] * 100 + [0.7] * 100
    right = [number % 10 < 7 for number in range(100)] + [number % 10 < 9 for number in range(100)]
    assert calibration_error(claims, right) == pytest.approx(0.2)


def test_equal_claims_do_not_depend_on_their_order() -> None:
    """A bin's border through equal claims must not find all the wrong ones on one side."""
    claims = [0.75] * 40
    assert calibration_error(claims, [True] * 30 + [False] * 10) == pytest.approx(0)


def test_few_tasks_and_none_have_an_error_too() -> None:
    """Bins without tasks weigh nothing."""
    assert calibration_error([1.0, 0.5], [True, True]) == pytest.approx(0.25)
    assert calibration_error([], []) == 0.0
    assert error_by_chance([]) == 0.0


def test_truth_looks_a_little_wrong_by_chance() -> None:
    """What a truthful predictor shows over many draws is what is foretold, and shrinks with the root of the size."""
    dice = Random(4)
    claims = [dice.uniform(0.5, 1) for _ in range(1000)]
    drawn = [calibration_error(claims, [dice.random() < one for one in claims]) for _ in range(100)]
    foretold = error_by_chance(claims)
    assert mean_of(drawn).mean == pytest.approx(foretold, rel=0.1)
    assert error_by_chance(claims * 4) == pytest.approx(foretold / 2)


def test_the_lower_bound_is_below_the_share_and_closes_in_on_it() -> None:
    """The rule of three for all right; a thousand times as much evidence proves nearly the share itself."""
    assert lower_bound(100, 100) == pytest.approx(0.05 ** (1 / 100))
    assert lower_bound(0, 10) == 0.0
    proven = lower_bound(95, 100)
    at_least = [comb(100, one) * proven**one * (1 - proven) ** (100 - one) for one in range(95, 101)]
    assert sum(at_least) == pytest.approx(0.05), "so many by luck in one case of twenty"
    assert 0.948 < lower_bound(95_000, 100_000) < 0.95


def test_answers_are_interpolated_between_two_points() -> None:
    """Half-way between .80 at 2 answers and .90 at 4."""
    curve = [Point(4, 0.9), Point(2, 0.8), Point(6, 0.92)]
    assert answers_to_reach(curve, 0.85) == pytest.approx(3)
    assert answers_to_reach(curve, 0.91) == pytest.approx(5)
    assert accuracy_at(curve, 3) == pytest.approx(0.85)
    assert accuracy_at(curve, 6) == pytest.approx(0.92)


def test_a_curve_says_nothing_beyond_its_ends() -> None:
    """What begins above the goal costs its first point; what never gets there has no cost."""
    curve = [Point(2, 0.8), Point(4, 0.9)]
    assert answers_to_reach(curve, 0.7) == 2
    assert answers_to_reach(curve, 0.95) is None
    assert accuracy_at(curve, 1.5) is None
    assert accuracy_at(curve, 9) == 0.9
    assert answers_to_reach([], 0.5) is None
    assert accuracy_at([], 3) is None


def test_a_dip_in_the_curve_does_not_hide_its_first_crossing() -> None:
    """The fewest answers count."""
    assert answers_to_reach([Point(1, 0.5), Point(2, 0.9), Point(3, 0.6), Point(4, 0.95)], 0.7) == 1.5


def test_the_error_of_a_mean_is_known_from_two_seeds_on() -> None:
    """One seed has a mean only."""
    assert mean_of([0.5]) == Figure(0.5, None)
    assert mean_of([0.4, 0.6]).error == pytest.approx(0.1)
    assert Figure(0.5, 0.01).written(2) == "0.50 ± 0.01"
    assert Figure(0.5, None).written(2) == "0.50"


def test_leaving_one_out_gives_a_means_usual_error() -> None:
    """For a mean, the jackknife is the textbook's s ∕ √n; for what is not there, there is none."""
    values = [1.0, 2.0, 4.0, 7.0]
    found = jackknife(values, lambda some: sum(some) / len(some))
    usual = mean_of(values)
    assert found is not None
    assert usual.error is not None
    assert found.mean == usual.mean
    assert found.error == pytest.approx(usual.error)
    assert jackknife([3.0], lambda some: some[0]) == Figure(3.0, None)
    assert jackknife(values, lambda _: None) is None
    assert usual.error == pytest.approx(sqrt(7) / 2)


def _write(folder: Path) -> None:
    folder.mkdir()
    (folder / "answers.csv").write_text("task,worker,label\na,x,0\na,y,2\nb,x,0\nb,x,1\n", "utf-8")
    (folder / "gold.csv").write_text("task,label\na,2\n", "utf-8")
    (folder / "meta.json").write_text(json.dumps({"name": "small", "classes": 4}), "utf-8")


def test_a_folder_of_sets_is_read(tmp_path: Path) -> None:
    """A class that nobody named exists; a second answer to a task does not count; not every truth is known."""
    _write(tmp_path / "one")
    (small,) = read_crowds(tmp_path)
    assert (small.name, small.labels_n, small.workers_n, small.tasks_n) == ("small", 4, 2, 2)
    assert small.answers == (Given(0, 0, 0), Given(0, 1, 2), Given(1, 0, 0))
    assert small.truth == (2, None)
    assert read_crowds(tmp_path / "one") == [small]
    assert votes_of(small) == [[0, 2], [0]]


def test_an_empty_folder_is_said_to_be_empty(tmp_path: Path) -> None:
    """Rather than tables without rows."""
    with pytest.raises(FileNotFoundError):
        read_crowds(tmp_path)


def test_rotated_names_change_nothing_but_names(tmp_path: Path) -> None:
    """Whoever was right still is, and the same seed renames alike."""
    _write(tmp_path / "one")
    (small,) = read_crowds(tmp_path)
    other = rotated(small, Random(3))
    assert other != small
    assert other == rotated(small, Random(3))
    assert sorted(map(len, votes_of(other))) == [1, 2]

    def rights(crowd: object) -> int:
        assert isinstance(crowd, type(small))
        return sum(one.label == crowd.truth[one.task] for one in crowd.answers)

    assert rights(other) == rights(small) == 1
