"""What the product says must be true: a confidence is checked on tasks whose truth is known."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.consensus.calibration import LEAST_GOLD, Calibration, Held, calibrated, claim
from core.consensus.dawid_skene import LEARNER
from core.learning.agreement import alpha
from core.learning.calibrated import calibrated_all
from core.learning.calibrating import fit_calibration
from core.learning.record import Record

STATED = Calibration.unknown()


def crowd(
    *,
    gold: int,
    misled: float = 0.0,
    skill: float = 0.85,
    labels_n: int = 2,
    tasks_n: int = 400,
    seed: int = 7,
) -> tuple[Record, np.ndarray]:
    """Five answers a task; on a share of the tasks nearly everybody is misled into the same wrong label."""
    chance = np.random.default_rng(seed)
    truth = chance.integers(labels_n, size=tasks_n)
    wrong = (truth + chance.integers(1, labels_n, size=tasks_n)) % labels_n
    trap = chance.random(tasks_n) < misled
    tasks = np.repeat(np.arange(tasks_n), 5)
    workers = np.concatenate([chance.permutation(25)[:5] for _ in range(tasks_n)])
    fails = chance.random(len(tasks)) > np.where(trap[tasks], 0.1, skill)
    other = (truth[tasks] + chance.integers(1, labels_n, size=len(tasks))) % labels_n
    said = np.where(fails, np.where(trap[tasks], wrong[tasks], other), truth[tasks])
    arrival = chance.permutation(len(tasks))
    known = np.full(tasks_n, -1)
    known[:gold] = truth[:gold]
    columns = [column[arrival].astype(np.int32) for column in (tasks, workers, said)]
    return Record(columns[0], columns[1], columns[2], known.astype(np.int32), 25, labels_n), truth


def measured(record: Record) -> Calibration:
    """The calibration of this record."""
    return fit_calibration(LEARNER, record, LEARNER.refit(record))


RELIABLE, TRAPPED = crowd(gold=40, skill=0.95)[0], crowd(gold=40, misled=0.3)[0]
GOOD, MISLED = measured(RELIABLE), measured(TRAPPED)
ALL = [STATED, GOOD, MISLED]


@st.composite
def posteriors(draw: st.DrawFn) -> tuple[float, ...]:
    """Chances of two to ten labels, certainty and impossibility included."""
    weights = draw(st.lists(st.floats(0, 1), min_size=2, max_size=10).filter(lambda some: sum(some) > 1e-6))
    return tuple(weight / sum(weights) for weight in weights)


@given(posteriors(), st.integers(0, 200), st.sampled_from(ALL))
def test_the_order_of_the_labels_never_changes(
    posterior: tuple[float, ...], answers: int, calibration: Calibration
) -> None:
    """Calibration says how sure, never which: chances stay chances, and the leader leads."""
    chances = calibrated(calibration, posterior, answers=answers)
    assert math.isclose(sum(chances), 1, abs_tol=1e-9)
    assert all(0 <= chance <= 1 for chance in chances)
    for one, held in enumerate(posterior):
        for other, against in enumerate(posterior):
            if held > against:
                assert chances[one] >= chances[other]


@given(posteriors(), st.integers(0, 200), st.sampled_from(ALL), st.randoms(use_true_random=False))
def test_labels_are_only_names(
    posterior: tuple[float, ...], answers: int, calibration: Calibration, chance: Random
) -> None:
    """Labels in another order get the same chances in that order."""
    order = list(range(len(posterior)))
    chance.shuffle(order)
    there = calibrated(calibration, tuple(posterior[place] for place in order), answers=answers)
    here = calibrated(calibration, posterior, answers=answers)
    assert there == pytest.approx([here[place] for place in order])


@given(st.floats(0.5, 1), st.floats(0.5, 1), st.integers(1, 50), st.sampled_from(ALL))
def test_a_surer_posterior_is_a_surer_claim(
    one: float, other: float, answers: int, calibration: Calibration
) -> None:
    """The claim grows with the posterior of the leader."""
    low, high = sorted((one, other))
    assert (
        calibrated(calibration, (low, 1 - low), answers=answers)[0]
        <= calibrated(calibration, (high, 1 - high), answers=answers)[0] + 1e-12
    )


@given(posteriors(), st.integers(1, 50), st.sampled_from(ALL))
def test_answers_err_together(posterior: tuple[float, ...], answers: int, calibration: Calibration) -> None:
    """The same posterior made of more answers holds more disagreement, and is believed less."""
    few = max(calibrated(calibration, posterior, answers=answers))
    assert max(calibrated(calibration, posterior, answers=answers + 1)) <= few + 1e-12


@given(st.lists(posteriors(), min_size=1, max_size=5), st.integers(1, 50), st.sampled_from(ALL))
def test_many_tasks_at_once_are_each_as_alone(
    some: list[tuple[float, ...]], answers: int, calibration: Calibration
) -> None:
    """A refit calibrates all tasks in one go, and says of each what an answer to it would."""
    same = [one for one in some if len(one) == len(some[0])]
    counts = np.arange(answers, answers + len(same))
    together = calibrated_all(calibration, np.array(same), counts)
    for one, count, found in zip(same, counts.tolist(), together.tolist(), strict=True):
        assert found == pytest.approx(calibrated(calibration, one, answers=count), abs=1e-12)


def test_nothing_asked_nothing_changed() -> None:
    """Before the first answer there is only the prior, and nothing to correct."""
    assert calibrated(MISLED, (0.9, 0.1), answers=0) == (0.9, 0.1)


@pytest.mark.parametrize("gold", [0, 1, LEAST_GOLD - 1])
def test_too_little_gold_is_no_measurement(gold: int) -> None:
    """Below ten gold tasks the stated constants stand, and no percentage is shown."""
    calibration = measured(crowd(gold=gold)[0])
    assert not calibration.measured
    assert calibration == Calibration.unknown(gold=gold)
    assert claim(calibration, 0.9) is None


def test_gold_without_answers_is_no_gold() -> None:
    """Only tasks of known truth that somebody answered say anything."""
    record, truth = crowd(gold=0)
    kept = record.tasks >= 30
    known = np.full_like(record.known, -1)
    known[:30] = truth[:30]
    silent = replace(
        record,
        tasks=record.tasks[kept],
        workers=record.workers[kept],
        labels=record.labels[kept],
        known=known,
    )
    assert measured(silent).gold == 0


@pytest.mark.parametrize("posterior", [(0.9, 0.1), (0.99, 0.01)])
def test_a_good_crowd_earns_trust_and_a_misled_one_loses_it(posterior: tuple[float, float]) -> None:
    """The same posterior is claimed higher or lower than before any gold, as the gold came out."""
    for record, earns in ((RELIABLE, True), (TRAPPED, False)):
        stated = calibrated(Calibration.unknown(agreement=alpha(record)), posterior, answers=3)[0]
        claimed = calibrated(measured(record), posterior, answers=3)[0]
        assert (claimed > stated) == earns


def test_visible_disagreement_earns_trust() -> None:
    """Where people differ their errors are their own; where they agree, what is wrong is wrong for all of them."""
    claims = [
        calibrated(Calibration.unknown(agreement=one), (0.95, 0.05), answers=3)[0]
        for one in (0.1, 0.25, 0.4, 0.5, 0.7, 0.9)
    ]
    assert claims == sorted(claims, reverse=True)
    assert claims[0] == claims[1], "beyond what was seen nothing is made of it"
    assert claims[-1] == claims[-2]


def test_an_error_foreseen_tells_less_than_one_ruled_out() -> None:
    """Of crowds that are wrong equally often, the one whose posterior left room for the truth keeps more trust."""
    record, truth = crowd(gold=0, labels_n=5, skill=0.6)
    fit = LEARNER.refit(record)
    order = np.argsort(-fit.posterior, axis=1)
    wrong = np.flatnonzero((fit.posterior.max(axis=1) < 0.9) & (order[:, 0] != truth))[:10]
    right = np.flatnonzero(order[:, 0] == truth)[:20]
    kept = []
    for place in (1, 4):
        known = np.full_like(record.known, -1)
        known[right] = truth[right]
        known[wrong] = order[wrong, place]
        calibration = fit_calibration(LEARNER, replace(record, known=known), fit, target=2.0)
        kept.append(calibrated(calibration, (0.9, 0.04, 0.03, 0.02, 0.01), answers=3)[0])
    assert kept[0] > kept[1]


def test_twenty_gold_tasks_cannot_prove_ninety_nine() -> None:
    """However right the gold and however sure the posterior."""
    calibration = measured(crowd(gold=20, skill=0.99)[0])
    assert calibrated(calibration, (1.0, 0.0), answers=1)[0] < 0.995
    assert calibrated(calibration, (0.995, 0.005), answers=2)[0] < 0.99


@pytest.mark.parametrize("labels_n", [2, 5])
@pytest.mark.parametrize("misled", [0.15, 0.3])
def test_a_crowd_that_errs_together_is_found_out(labels_n: int, misled: float) -> None:
    """Where the posteriors lie by many points, what is claimed comes much closer to what is right."""
    record, truth = crowd(gold=40, misled=misled, labels_n=labels_n)
    fit = LEARNER.refit(record)
    calibration = fit_calibration(LEARNER, record, fit, target=2.0)
    asked = range(40, len(truth))
    right = np.mean([int(fit.posterior[task].argmax()) == truth[task] for task in asked])
    raw = np.mean([max(fit.posterior[task]) for task in asked])
    said = np.mean([max(calibrated(calibration, fit.posterior[task].tolist(), answers=5)) for task in asked])
    assert raw - right > 0.08
    assert abs(said - right) < (raw - right) / 2


def test_contradictory_gold_leaves_finite_low_claims() -> None:
    """When the known truths are all wrong, hardly anything is claimed, and nothing breaks."""
    record, truth = crowd(gold=0)
    known = record.known.copy()
    known[:40] = 1 - truth[:40]
    chances = calibrated(measured(replace(record, known=known)), (0.99, 0.01), answers=3)
    assert all(math.isfinite(chance) for chance in chances)
    assert 0.5 <= chances[0] < 0.8


def test_what_labels_are_called_changes_no_measurement() -> None:
    """A record with its labels renamed leads to the same calibration."""
    record, _ = crowd(gold=30, labels_n=4, skill=0.7)
    names = np.array([2, 0, 3, 1], dtype=np.int32)
    known = np.where(record.known >= 0, names[record.known], -1).astype(np.int32)
    renamed = measured(replace(record, labels=names[record.labels], known=known))
    here = measured(record)
    for one, other in zip(here.nodes, renamed.nodes, strict=True):
        assert (one.exponent, one.lapse, one.weight) == pytest.approx(
            (other.exponent, other.lapse, other.weight), abs=0.02
        )


def test_escalated_tasks_do_not_count_as_if_stopped_half_way() -> None:
    """Tasks that a person settled were the hard ones; stopped early they would make the crowd look worse."""
    record, truth = crowd(gold=20, skill=0.85)
    split = [
        task
        for task in range(20, len(truth))
        if sorted(np.bincount(record.labels[record.tasks == task], minlength=2).tolist()) == [2, 3]
    ]
    known = record.known.copy()
    known[split] = truth[split]
    decided = replace(record, known=known)
    fit = LEARNER.refit(decided)
    fair = fit_calibration(LEARNER, decided, fit, target=0.9, escalated=frozenset(split))
    naive = fit_calibration(LEARNER, decided, fit, target=0.9)
    sure = (0.97, 0.03)
    assert calibrated(fair, sure, answers=2)[0] > calibrated(naive, sure, answers=2)[0]


def test_the_sentence_counts_what_gold_showed() -> None:
    """About N in 100 are right, ± m: with more gold the same share is known better."""
    few = Calibration(20, STATED.nodes, (Held(0.9, 13, 15), Held(0.95, 9, 10), Held(0.99, 2, 2)))
    many = Calibration(400, STATED.nodes, (Held(0.9, 260, 300), Held(0.95, 180, 200), Held(0.99, 40, 40)))
    assert claim(few, 0.95) == (86, 20)
    assert claim(many, 0.95) == (90, 5)
    assert claim(few, 0.99) is None
    assert claim(few, 0.8) is None


def test_the_sentence_is_true_of_the_others() -> None:
    """What gold says of the tasks claimed at the target holds for the tasks nobody knows."""
    record, truth = crowd(gold=60, skill=0.8)
    fit = LEARNER.refit(record)
    calibration = fit_calibration(LEARNER, record, fit, target=0.9)
    said = claim(calibration, 0.9)
    assert said is not None
    reached = [
        int(fit.posterior[task].argmax()) == truth[task]
        for task in range(60, len(truth))
        if max(calibrated(calibration, fit.posterior[task].tolist(), answers=5)) >= 0.9
    ]
    assert abs(100 * np.mean(reached) - said[0]) <= said[1]


@pytest.mark.parametrize("calibration", ALL)
def test_it_is_kept_as_text(calibration: Calibration) -> None:
    """What is read back equals what was kept."""
    assert Calibration.from_json(json.loads(json.dumps(calibration.as_json()))) == calibration


def test_what_a_models_word_counts_beside_people_is_measured_on_gold() -> None:
    """Where it is wrong, surely, it counts less than where it is right; people are thought of as before."""
    record, truth = crowd(gold=40, skill=0.85)
    fit = LEARNER.refit(record)
    words = np.zeros((record.tasks_n, record.labels_n))
    plain = fit_calibration(LEARNER, record, fit)
    assert fit_calibration(LEARNER, record, fit, advice=words) == plain
    words[np.arange(40), truth[:40]] = 2.5
    right = fit_calibration(LEARNER, record, fit, advice=words)
    wrong = fit_calibration(LEARNER, record, fit, advice=np.roll(words, 1, axis=1))
    assert wrong.trust < plain.trust < right.trust
    assert wrong.nodes == right.nodes == plain.nodes
    assert [one.claimed for one in wrong.held] == [one.claimed for one in plain.held]
