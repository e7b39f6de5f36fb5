"""What a model's word is worth is what people's answers showed of it, and no more."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from core.consensus import methods
from core.consensus.advisor import EDGES, Advisor, Audit, Band, band_of, counts_as
from core.consensus.believed import Believed, parsed
from core.consensus.calibration import Calibration
from core.consensus.crowd import unseen
from core.domain.suggestions import Hint, audited
from core.intake.project_model import ProjectFile
from core.learning.advising import Heard, advice, advised, advisor, consulted, heard, stands
from core.learning.auditing import audit
from core.learning.record import Record
from core.refitting import Sheet, Words, record_of
from core.store.refits import AnswerRow, Present, TaskRow

LABELS = ("cat", "dog", "fox")
NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
LEARNER = methods()["dawid_skene"].learner
assert LEARNER is not None
MODEL = 7

Answers = Sequence[Sequence[str]]


def sheet_of(
    answers: Answers,
    said: dict[int, Hint],
    *,
    gold: dict[int, str] | None = None,
    trained_at: datetime | None = None,
    settled_at: datetime | None = None,
    **settings: Any,
) -> Sheet:
    """Task i has these answers, each by the worker of its place; and what the model said of it."""
    file = ProjectFile.model_validate(
        {
            "project": "Animals",
            "instructions": "Which?",
            "labels": list(LABELS),
            "suggestions": {"model": "robot", **settings},
        }
    )
    rows, given = [], []
    for at, values in enumerate(answers):
        known = (gold or {}).get(at)
        hint = said.get(at)
        text = None if hint is None else json.dumps([hint.model_id, hint.label, hint.confidence, None])
        rows.append(TaskRow(at, "en", known, "open", None, None, None, False, text, settled_at))
        given += [(at, worker, value) for worker, value in enumerate(values)]
    answer_rows = [AnswerRow(number, *one, 4000) for number, one in enumerate(given, start=1)]
    words = {MODEL: Words(said, trained_at, True)}
    return Sheet(1, file, Present(), len(answer_rows), NOW, rows, answer_rows, {}, words)


def learned(given: Sheet) -> tuple[Advisor, Record, Any, Heard]:
    record, _ = record_of(given, LABELS)
    assert LEARNER is not None
    fit = LEARNER.refit(record)
    spoke = heard(given, given.words[MODEL], LABELS)
    return advisor(MODEL, spoke, given, record, fit), record, fit, spoke


def crowd(
    chance: np.random.Generator, tasks: int, *, people: int, right: float, model: float
) -> tuple[list[str], list[list[str]], dict[int, Hint]]:
    """Truths, answers, and the words of a model, all of them wrong on their own."""

    def say(truth: str, share: float) -> str:
        return (
            truth if chance.random() < share else str(chance.choice([one for one in LABELS if one != truth]))
        )

    truths = [str(chance.choice(LABELS)) for _ in range(tasks)]
    answers = [[say(truth, right) for _ in range(people)] for truth in truths]
    said = {at: Hint(MODEL, say(truth, model), 0.9) for at, truth in enumerate(truths)}
    return truths, answers, said


def test_the_bands_begin_where_they_say() -> None:
    """Each confidence lies in one of them, and what is no number in the lowest."""
    for at, edge in enumerate(EDGES):
        assert band_of(edge) == at
        assert band_of(edge - 1e-9) == max(0, at - 1)
    assert band_of(math.nan) == 0
    assert band_of(1.0) == len(EDGES) - 1


def test_of_a_model_that_nobody_judged_nothing_is_believed() -> None:
    """Its word moves no task."""
    said = {at: Hint(MODEL, "cat", 0.99) for at in range(50)}
    found, record, fit, spoke = learned(sheet_of([[] for _ in range(50)], said))
    words = advice(found, spoke)
    assert np.ptp(words, axis=1).max() < 1e-9
    assert np.abs(advised(fit.posterior, words) - fit.posterior).max() < 1e-9
    assert record.tasks_n == 50


def test_few_tasks_say_little_and_many_what_they_show() -> None:
    """The more of a model's words people bore out, the nearer to that it is believed, and never more."""
    doubts = []
    for tasks in (10, 60, 1000):
        _, answers, said = crowd(np.random.default_rng(1), tasks, people=5, right=0.9, model=0.85)
        found, *_ = learned(sheet_of(answers, said))
        band = found.bands[band_of(0.9)]
        doubts.append(band.right - float(np.mean(np.diag(band.says))))
    assert doubts == sorted(doubts, reverse=True)
    assert doubts[0] > 0.1
    assert abs(doubts[-1]) < 0.02


def test_a_model_and_one_person_do_not_confirm_each_other() -> None:
    """However often both say the same of tasks that nobody else answered, nothing is learned from it."""
    _, answers, said = crowd(np.random.default_rng(2), 300, people=1, right=0.6, model=0.6)
    agreeing = {at: Hint(MODEL, values[0], 0.9) for at, values in enumerate(answers)}
    found, _, _, spoke = learned(sheet_of(answers, agreeing))
    assert all(not band.tasks for band in found.bands)
    assert np.ptp(advice(found, spoke), axis=1).max() < 1e-9
    assert said


def test_tasks_that_stopped_because_the_model_agreed_are_missed_by_nobody() -> None:
    """Where one answer that agrees was enough, what is left over flatters nobody: the rest stands for it."""
    truths, answers, said = crowd(np.random.default_rng(3), 3000, people=4, right=0.85, model=0.8)
    stopped = [
        values[:1] if values[0] == said[at].label and not audited(at) else values
        for at, values in enumerate(answers)
    ]
    found, *_ = learned(sheet_of(stopped, said))
    band = found.bands[band_of(0.9)]
    truly = np.mean([said[at].label == truth for at, truth in enumerate(truths)])
    left = [at for at, values in enumerate(stopped) if len(values) > 1]
    assert np.mean([said[at].label == truths[at] for at in left]) < truly - 0.15, "so it would look otherwise"
    assert band.right == pytest.approx(truly, abs=0.06)


def test_people_are_not_known_by_the_tasks_alone_that_they_were_contradicted_in() -> None:
    """Where one answer that agrees with a model is enough, each task that got more stands for those that did not."""
    truths, answers, said = crowd(np.random.default_rng(8), 3000, people=4, right=0.85, model=0.8)
    stopped = [
        values[:1] if values[0] == said[at].label and not audited(at) else values
        for at, values in enumerate(answers)
    ]
    given = sheet_of(stopped, said)
    record, _ = record_of(given, LABELS)
    assert LEARNER is not None
    alone = LEARNER.refit(record)
    weighed = LEARNER.refit(replace(record, stands=stands(given, record, LABELS)))
    first = [float(np.trace(fit.counts[0]) / fit.counts[0].sum()) for fit in (alone, weighed)]
    truly = np.mean([values[0] == truth for values, truth in zip(stopped, truths, strict=True)])
    assert first[0] < truly - 0.1, "so it would look otherwise"
    assert first[1] == pytest.approx(truly, abs=0.05)
    assert stands(sheet_of(stopped, {}), record, LABELS) is None, "without a model everything is as ever"


def test_what_a_model_was_trained_on_does_not_speak_for_it() -> None:
    """Gold and settled tasks may be learned by heart; audited ones are not, unless gold; nor any by others' models."""
    truths, answers, said = crowd(np.random.default_rng(4), 400, people=3, right=0.9, model=1.0)
    gold = {at: truths[at] for at in range(100)}
    own = sheet_of(answers, said, gold=gold, trained_at=NOW, settled_at=NOW)
    places = np.flatnonzero(heard(own, own.words[MODEL], LABELS).labels >= 0).tolist()
    assert places == [at for at in range(100, 400) if audited(at)]
    others = sheet_of(answers, said, gold=gold, settled_at=NOW)
    assert (heard(others, others.words[MODEL], LABELS).labels >= 0).all()


@pytest.mark.parametrize(
    ("model", "count", "passes"), [(1.0, 4000, True), (0.8, 4000, False), (1.0, 200, False)]
)
def test_only_a_measured_audit_lets_a_model_stand_alone(model: float, count: int, passes: bool) -> None:
    """Enough audited tasks of which it was sure, and hardly any of them wrong, by people alone."""
    _, answers, said = crowd(np.random.default_rng(5), count, people=5, right=0.97, model=model)
    sure = {at: Hint(MODEL, one.label, 0.99) for at, one in said.items()}
    given = sheet_of(answers, sure)
    found, record, fit, spoke = learned(given)
    if model < 1:  # as if it had been better until now: the audit sees that it no longer is
        says = tuple(tuple(0.98 if one == at else 0.01 for one in range(3)) for at in range(3))
        found = Advisor(MODEL, tuple(Band(least, 100.0, 0.98, says) for least in EDGES))
    measured = audit(found, spoke, given, record, fit, Calibration.unknown()).audit
    assert measured.tasks == sum(audited(at) for at in range(count))
    assert measured.passed is passes
    assert measured.failed is (model < 1)


def test_the_bound_is_that_of_jeffreys() -> None:
    """Nine times in ten the error is below it."""
    fine = Audit(40, 30, 0.0, 0.044, 0.07)
    assert fine.passed
    assert not fine.failed
    assert not Audit(40, 29, 0.0, 0.044, 0.07).passed, "one too few"
    unsure = Audit(60, 60, 3.0, 0.11, 0.07)
    assert not unsure.passed
    assert not unsure.failed, "what it settled may stand: that is no worse than allowed"
    assert Audit(60, 60, 6.0, 0.17, 0.07).failed


def test_a_word_counts_as_an_answer_as_far_as_it_says_as_much() -> None:
    """Nothing for nothing, half of one for what somebody of the crowd says, and never more."""
    ordinary = unseen(2, strength=6.0)
    assert counts_as(ordinary, ()) == 0
    assert counts_as(ordinary, (math.log(0.5), math.log(0.5))) == 0
    assert counts_as(ordinary, (math.log(0.75), math.log(0.25))) == pytest.approx(0.5)
    assert counts_as(ordinary, (math.log(0.99), math.log(0.01))) == 0.5
    assert 0 < counts_as(ordinary, (math.log(0.6), math.log(0.4))) < 0.25


def test_what_is_believed_of_models_is_kept_as_json() -> None:
    """And what was kept before there were models is still read."""
    says = tuple(tuple(0.8 if one == at else 0.1 for one in range(3)) for at in range(3))
    made = Advisor(MODEL, tuple(Band(least, 12.5, 0.8, says) for least in EDGES), Audit(9, 4, 0.5, 0.3, 0.07))
    crowd_ = unseen(3, strength=6.0)
    believed = Believed(
        4, "dawid_skene", LABELS, crowd_, Calibration.unknown(), followed=0.3, advisors=(made,)
    )
    assert parsed(4, believed.as_json()) == believed
    old = json.loads(believed.as_json())
    del old["followed"], old["advisors"]
    assert parsed(4, json.dumps(old)).advisors == ()
    hint = Hint(MODEL, "dog", 0.9)
    alone = believed.advice(hint, alone=True)
    assert alone == tuple(math.log(row[1]) for row in says)
    assert believed.advice(hint, alone=False) == tuple(believed.calibration.trust * one for one in alone)
    assert believed.advice(Hint(MODEL + 1, "dog", 0.9), alone=True) == (), "of another model nothing is known"
    assert believed.advice(Hint(MODEL, "newt", 0.9), alone=True) == ()
    assert believed.advice(None, alone=True) == ()


def test_names_of_labels_change_nothing() -> None:
    """Renamed, the same is learned under other names."""
    _, answers, said = crowd(np.random.default_rng(6), 200, people=3, right=0.8, model=0.7)
    turned = {"cat": "dog", "dog": "fox", "fox": "cat"}
    first, *_ = learned(sheet_of(answers, said))
    renamed = [[turned[one] for one in values] for values in answers]
    second, *_ = learned(
        sheet_of(renamed, {at: Hint(MODEL, turned[one.label], 0.9) for at, one in said.items()})
    )
    order = [LABELS.index(turned[one]) for one in LABELS]
    for one, other in zip(first.bands, second.bands, strict=True):
        assert np.array(other.says)[np.ix_(order, order)] == pytest.approx(np.array(one.says), abs=2e-3)


@pytest.mark.parametrize("confidence", [math.nan, math.inf, -1.0, 0.0, 1.0])
@pytest.mark.parametrize("label", ["cat", "newt"])
def test_odd_words_do_no_harm(confidence: float, label: str) -> None:
    """Whatever a model says, and were it always against everybody: every number is finite, and sums to one."""
    _, answers, _ = crowd(np.random.default_rng(7), 60, people=3, right=0.9, model=0.5)
    said = {at: Hint(MODEL, label, confidence) for at in range(60)}
    given = sheet_of(answers, said)
    record, _ = record_of(given, LABELS)
    assert LEARNER is not None
    fit = LEARNER.refit(record)
    found, words = consulted(given, record, fit, LABELS)
    assert words is not None
    together = advised(fit.posterior, words)
    assert np.isfinite(together).all()
    assert together.sum(axis=1) == pytest.approx(1)
    json.dumps([one.as_json() for one in found], allow_nan=False)
