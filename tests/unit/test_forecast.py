"""What more answers would bring: sound at every target, and the same as playing it answer by answer."""

from __future__ import annotations

import json
from dataclasses import astuple
from itertools import pairwise
from random import Random

import numpy as np
import pytest

from core.consensus.calibration import TOGETHER, Calibration, calibrated
from core.consensus.contract import Overlap
from core.consensus.crowd import Fit
from core.consensus.dawid_skene import LEARNER
from core.consensus.outlook import Ahead, Forecast, Outlook
from core.learning.calibrating import fit_calibration
from core.learning.forecast import TARGETS, forecast
from core.learning.play import Rule, Standing
from core.learning.record import Record

OPEN = Standing.OPEN
GOLD = 30
UP_TO_SIX = Overlap(1, 6, 0.9)


def crowd(*, tasks: int = 330, workers: int = 20, labels: int = 3, each: int = 2, gold: int = GOLD) -> Record:
    """A made crowd, right three times in four; the first tasks are gold."""
    chance = Random(5)
    truth = [chance.randrange(labels) for _ in range(tasks)]
    rows = []
    for task in range(tasks):
        for who in chance.sample(range(workers), each):
            right = chance.random() < 0.55 + 0.4 * who / workers
            others = [label for label in range(labels) if label != truth[task]]
            rows.append((task, who, truth[task] if right or not others else chance.choice(others)))
    table = np.array(rows, dtype=np.int32).reshape(-1, 3)
    known = np.array([truth[task] if task < gold else -1 for task in range(tasks)], dtype=np.int32)
    return Record(table[:, 0], table[:, 1], table[:, 2], known, workers, labels)


def learned(record: Record) -> tuple[Fit, Calibration]:
    fit = LEARNER.refit(record)
    return fit, fit_calibration(LEARNER, record, fit)


def ahead_of(
    record: Record,
    *,
    standing: Standing = OPEN,
    overlap: Overlap = UP_TO_SIX,
    seed: int = 1,
    gold_share: float = 0.0,
) -> Forecast:
    """The forecast of a record whose tasks all stand alike."""
    fit, calibration = learned(record)
    return forecast(
        LEARNER,
        record,
        fit,
        calibration,
        standing=[Standing.LEFT_OUT if known >= 0 else standing for known in record.known],
        rule=Rule(overlap, 0.02, 10, gold_share),
        chance=Random(seed),
    )


def by_target(found: Forecast) -> dict[float, Ahead]:
    return {one.target: one for one in found.ahead}


@pytest.mark.parametrize("labels", [1, 2, 3, 12])
def test_a_higher_target_takes_more_and_brings_no_less(labels: int) -> None:
    found = ahead_of(crowd(labels=labels, workers=12))
    assert [one.target for one in found.ahead] == [0.0, *TARGETS]
    for rows in ([one.touched for one in found.ahead], [one.fresh for one in found.ahead]):
        assert (rows[0].answers, rows[0].points) == (0.0, 0.0)
        for before, after in pairwise(rows):
            assert before.answers <= after.answers
            assert before.accuracy <= after.accuracy
        for before, after in pairwise(rows[1:]):
            assert before.left <= after.left
        for one in rows:
            assert np.isfinite(astuple(one)).all()
            assert 0 <= one.low <= one.accuracy <= one.high <= 1
            assert one.points <= 10 * one.answers


def test_what_settles_is_as_sure_as_its_target() -> None:
    for one in ahead_of(crowd()).ahead[1:]:
        for outlook in (one.touched, one.fresh):
            assert outlook.settled is None or outlook.settled >= one.target


def test_the_same_sheet_has_the_same_forecast() -> None:
    assert ahead_of(crowd()) == ahead_of(crowd())
    assert ahead_of(crowd()) != ahead_of(crowd(), seed=2)


def test_it_survives_being_kept() -> None:
    found = ahead_of(crowd())
    assert Forecast.from_json(json.loads(json.dumps(found.as_json()))) == found


def test_below_ten_gold_tasks_nothing_is_measured() -> None:
    assert not ahead_of(crowd(gold=9)).measured
    assert ahead_of(crowd(gold=10)).measured


def test_nobody_answered_yet() -> None:
    """Then all that is said is about tasks that nobody met."""
    nothing = np.zeros(0, dtype=np.int32)
    found = ahead_of(Record(nothing, nothing, nothing, np.full(5, -1, dtype=np.int32), 0, 2))
    assert found.tasks == 0
    assert found.ahead[-1].of(touched=0, fresh=5) == found.ahead[-1].fresh
    assert found.ahead[-1].fresh.answers >= 1


def test_gold_comes_on_top() -> None:
    plain, mixed = (ahead_of(crowd(), gold_share=share).ahead[-1].touched for share in (0.0, 0.2))
    assert mixed.points == pytest.approx(plain.points / 0.8)
    assert mixed.answers == plain.answers


def test_a_fixed_overlap_costs_the_same_at_every_target() -> None:
    found = ahead_of(crowd(), overlap=Overlap(5, 5, 0.9))
    assert {one.touched.answers for one in found.ahead[1:]} == {3.0}
    assert {one.fresh.answers for one in found.ahead[1:]} == {5.0}


def test_settled_tasks_are_asked_about_again_only_when_they_may_and_must() -> None:
    opened, settled, fixed, decided = (
        by_target(ahead_of(crowd(), standing=one))
        for one in (OPEN, Standing.SETTLED, Standing.FIXED, Standing.DECIDED)
    )
    assert opened[0.98].touched.answers > 0
    assert 0 < settled[0.95].touched.answers < opened[0.95].touched.answers, "a tremble opens nothing"
    assert 0.9 * opened[0.9].touched.answers < settled[0.9].touched.answers
    assert settled[0.9].touched.answers < opened[0.9].touched.answers, "some are sure enough"
    assert fixed[0.98].touched.answers == decided[0.98].touched.answers == 0
    assert fixed[0.98].touched.left == 0
    assert decided[0.98].touched.accuracy == pytest.approx(1)
    assert settled[0.0].touched.left == 0
    assert opened[0.0].touched.left == 1


def test_escalated_tasks_get_no_more_answers_but_may_settle() -> None:
    found = by_target(ahead_of(crowd(), standing=Standing.ESCALATED))
    assert {one.touched.answers for one in found.values()} == {0.0}
    assert found[0.0].touched.left == 1
    assert found[0.80].touched.left < found[0.98].touched.left


def test_sorts_of_tasks_are_mixed_by_their_numbers() -> None:
    mine, theirs = Outlook(2, 10, 0.8, 0.7, 0.9, 0.5, 0.45), Outlook(4, 30, 0.6, 0.5, 0.7, 0.0, 0.6)
    mixed = Ahead(0.9, mine, theirs).of(touched=30, fresh=10)
    assert astuple(mixed) == pytest.approx((2.5, 15, 0.75, 0.65, 0.85, 0.375, 0.4875))
    assert mine.settled == pytest.approx(0.9)
    assert Outlook(0, 0, 0.5, 0.5, 0.5, 1.0, 0.0).settled is None


# --- against playing it answer by answer ----------------------------------------------------------


def played(
    record: Record, *, target: float, overlap: Overlap, seed: int
) -> tuple[float, float, float, float]:
    """Answers, right answers, accuracy and what is left, per task: one answer after the other."""
    fit, calibration = learned(record)
    chance, labels = Random(seed), range(record.labels_n)
    exponents = Calibration(
        calibration.gold, tuple(type(node)(node.exponent, 0.0, node.weight) for node in calibration.nodes)
    )
    workers = record.workers.tolist()
    rows = [tuple(counts.ravel().tolist()) for counts in fit.counts]
    says = [[LEARNER.evidence(fit.crowd, counts, said) for said in labels] for counts in rows]
    totals = [0.0, 0.0, 0.0, 0.0]
    tasks = [task for task in range(record.tasks_n) if record.known[task] < 0]
    for task in tasks:
        heard = record.labels[record.tasks == task].tolist()
        before = len(heard)
        logs = np.log(fit.posterior[task])
        seems = calibrated(exponents, fit.posterior[task].tolist(), answers=before)
        truth = chance.choices(labels, seems)[0]
        while True:
            posterior = np.exp(logs - logs.max())
            chances = calibrated(calibration, (posterior / posterior.sum()).tolist(), answers=len(heard))
            if len(heard) >= overlap.most or (max(chances) >= target and len(heard) >= overlap.least):
                break
            who = chance.choice(workers)
            if chance.random() < len(heard) / (len(heard) + (1 - TOGETHER) / TOGETHER):
                said = chance.choice(heard)
            else:
                said = chance.choices(labels, [np.exp(row[truth]) for row in says[who]])[0]
            logs = logs + np.array(says[who][said])
            heard.append(said)
        lead = chances.index(max(chances))
        for at, more in enumerate(
            (len(heard) - before, heard[before:].count(lead), max(chances), max(chances) < target)
        ):
            totals[at] += more / len(tasks)
    return totals[0], totals[1], totals[2], totals[3]


@pytest.mark.parametrize("target", [0.80, 0.90, 0.95])
def test_it_is_what_playing_answer_by_answer_comes_to(target: float) -> None:
    record, overlap = crowd(tasks=730), UP_TO_SIX
    found = by_target(ahead_of(record, overlap=overlap))[target].touched
    answers, right, accuracy, left = played(record, target=target, overlap=overlap, seed=3)
    assert found.answers == pytest.approx(answers, rel=0.08)
    assert found.points == pytest.approx(10 * right, rel=0.1)
    assert found.accuracy == pytest.approx(accuracy, abs=0.015)
    assert found.left == pytest.approx(left, abs=0.05)
