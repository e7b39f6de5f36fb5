"""A refit of the crowd: what it promises whatever the answers, their order and their names."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.consensus.contract import Learner
from core.consensus.crowd import Crowd, Fit
from core.consensus.dawid_skene import LEARNER as DAWID_SKENE
from core.consensus.one_coin import LEARNER as ONE_COIN
from core.learning.kernel import FULL, SKILL_ALONE, refit
from core.learning.pluralities import overruled
from core.learning.record import Record

LEARNERS: tuple[Learner, ...] = (DAWID_SKENE, ONE_COIN)
NEAR = 1e-6
unhurried = settings(deadline=None, max_examples=60)  # the machine may be busy
Ints = NDArray[np.int32]

each = pytest.mark.parametrize("learner", LEARNERS, ids=lambda learner: learner.name)


def record(
    answers: list[tuple[int, int, int]],
    *,
    tasks: int,
    workers: int,
    labels: int,
    known: dict[int, int] | None = None,
) -> Record:
    """From (task, worker, label) triples."""
    columns = np.array(answers, np.int32).reshape(-1, 3).T
    truths = np.full(tasks, -1, np.int32)
    for task, truth in (known or {}).items():
        truths[task] = truth
    return Record(columns[0], columns[1], columns[2], truths, workers, labels)


def crowd_of(
    seed: int,
    *,
    tasks: int,
    workers: int,
    labels: int,
    each_task: int,
    right: tuple[float, float] = (6.0, 2.5),
) -> tuple[Record, Ints]:
    """A made crowd, and the truth: skills from a beta distribution, errors anywhere."""
    chance = np.random.default_rng(seed)
    truth = chance.integers(0, labels, tasks).astype(np.int32)
    skill = chance.beta(*right, workers)
    task = np.repeat(np.arange(tasks, dtype=np.int32), each_task)
    who = np.concatenate([chance.permutation(workers)[:each_task] for _ in range(tasks)]).astype(np.int32)
    slip = (truth[task] + chance.integers(1, max(labels, 2), len(task))) % labels
    said = np.where(chance.random(len(task)) < skill[who], truth[task], slip).astype(np.int32)
    return Record(task, who, said, np.full(tasks, -1, np.int32), workers, labels), truth


def accuracy(fit: Fit, truth: Ints) -> float:
    """The part of the tasks whose likeliest label is the truth."""
    return float((fit.posterior.argmax(1) == truth).mean())


def sound(fit: Fit, given: Record) -> None:
    """Everything is finite, and every posterior is a distribution."""
    assert fit.posterior.shape == (given.tasks_n, given.labels_n)
    assert fit.counts.shape == (given.workers_n, given.labels_n, given.labels_n)
    assert np.isfinite(fit.posterior).all()
    assert np.isfinite(fit.counts).all()
    assert (fit.counts >= 0).all()
    assert fit.posterior.sum(1) == pytest.approx(1)
    assert sum(fit.crowd.prior) == pytest.approx(1)
    assert np.asarray(fit.crowd.pooled).sum(1) == pytest.approx(1)
    assert np.isfinite(fit.crowd.strength)


@st.composite
def records(draw: st.DrawFn) -> Record:
    """Anything that a store may hold: tasks without answers, people without answers, known truths."""
    labels = draw(st.integers(1, 4))
    tasks, workers = draw(st.integers(1, 8)), draw(st.integers(1, 6))
    pairs = draw(st.sets(st.tuples(st.integers(0, tasks - 1), st.integers(0, workers - 1)), max_size=30))
    said = st.integers(0, labels - 1)
    answers = [(task, worker, draw(said)) for task, worker in sorted(pairs)]
    known = draw(st.dictionaries(st.integers(0, tasks - 1), said, max_size=3))
    return record(answers, tasks=tasks, workers=workers, labels=labels, known=known)


seeds = st.integers(0, 2**32 - 1)


@each
@unhurried
@given(given=records(), seed=seeds)
def test_the_order_of_answers_changes_nothing(learner: Learner, given: Record, seed: int) -> None:
    """A refit is about what was said, not about when."""
    order = np.random.default_rng(seed).permutation(len(given.tasks))
    mixed = replace(given, tasks=given.tasks[order], workers=given.workers[order], labels=given.labels[order])
    one, other = learner.refit(given), learner.refit(mixed)
    assert other.posterior == pytest.approx(one.posterior, abs=NEAR)
    assert other.counts == pytest.approx(one.counts, abs=NEAR)


@each
@unhurried
@given(given=records(), seed=seeds)
def test_the_order_of_answers_that_count_unlike_changes_nothing(
    learner: Learner, given: Record, seed: int
) -> None:
    """Each takes its weight along; and what all count alike is what counts whole."""
    chance = np.random.default_rng(seed)
    weights = chance.choice([0.0, 0.4, 1.0], len(given.tasks))
    order = chance.permutation(len(given.tasks))
    mixed = replace(
        given,
        tasks=given.tasks[order],
        workers=given.workers[order],
        labels=given.labels[order],
        weights=weights[order],
    )
    one, other = learner.refit(replace(given, weights=weights)), learner.refit(mixed)
    sound(one, given)
    assert other.posterior == pytest.approx(one.posterior, abs=NEAR)
    assert other.counts == pytest.approx(one.counts, abs=NEAR)
    whole = learner.refit(replace(given, weights=np.ones(len(given.tasks))))
    assert np.array_equal(whole.posterior, learner.refit(given).posterior)


@each
def test_a_posterior_is_what_the_weighed_votes_say(learner: Learner) -> None:
    """Prior times evidence, each vote's evidence as often as it counts: a refit and an answer agree."""
    given, _ = crowd_of(9, tasks=60, workers=8, labels=3, each_task=3)
    weights = np.random.default_rng(9).choice([0.4, 1.0], len(given.tasks))
    fit = learner.refit(replace(given, weights=weights))
    for task in range(10):
        logs = np.log(np.array(fit.crowd.prior))
        for row in np.flatnonzero(given.tasks == task):
            counts = fit.counts[given.workers[row]].ravel().tolist()
            logs += weights[row] * np.array(learner.evidence(fit.crowd, counts, int(given.labels[row])))
        chances = np.exp(logs - logs.max())
        assert fit.posterior[task] == pytest.approx(chances / chances.sum(), abs=1e-6)


@each
@unhurried
@given(given=records(), seed=seeds)
def test_names_of_workers_and_tasks_change_nothing(learner: Learner, given: Record, seed: int) -> None:
    """Renamed, everybody and everything keeps what was theirs."""
    chance = np.random.default_rng(seed)
    people = chance.permutation(given.workers_n).astype(np.int32)
    things = chance.permutation(given.tasks_n).astype(np.int32)
    known = np.empty_like(given.known)
    known[things] = given.known
    named = replace(given, tasks=things[given.tasks], workers=people[given.workers], known=known)
    one, other = learner.refit(given), learner.refit(named)
    assert other.posterior[things] == pytest.approx(one.posterior, abs=NEAR)
    assert other.counts[people] == pytest.approx(one.counts, abs=NEAR)


def renamed(given: Record, names: Ints) -> Record:
    """The same with label k called names[k]."""
    known = np.where(given.known >= 0, names[given.known], -1).astype(np.int32)
    return replace(given, labels=names[given.labels], known=known)


@each
@unhurried
@given(given=records(), seed=seeds)
def test_names_of_labels_change_nothing(learner: Learner, given: Record, seed: int) -> None:
    """With permuted labels everything comes out permuted, and nothing else."""
    names = np.random.default_rng(seed).permutation(given.labels_n).astype(np.int32)
    one, other = learner.refit(given), learner.refit(renamed(given, names))
    assert other.posterior[:, names] == pytest.approx(one.posterior, abs=NEAR)
    assert other.counts[:, names][:, :, names] == pytest.approx(one.counts, abs=NEAR)
    assert np.asarray(other.crowd.prior)[names] == pytest.approx(one.crowd.prior, abs=NEAR)


@each
@pytest.mark.parametrize("labels", [2, 5])
def test_a_real_sized_crowd_leads_to_the_same_labels_under_any_names(learner: Learner, labels: int) -> None:
    """Starts and ties do not depend on names where hundreds of answers play together, either."""
    given, _ = crowd_of(7, tasks=400, workers=40, labels=labels, each_task=3)
    names = np.random.default_rng(1).permutation(labels).astype(np.int32)
    one, other = learner.refit(given), learner.refit(renamed(given, names))
    clear = np.sort(one.posterior, 1)[:, -1] - np.sort(one.posterior, 1)[:, -2] > NEAR
    assert clear.mean() > 0.95
    assert (names[one.posterior.argmax(1)] == other.posterior.argmax(1))[clear].all()
    assert other.posterior[:, names] == pytest.approx(one.posterior, abs=NEAR)


@each
@unhurried
@given(given=records())
@example(record([], tasks=3, workers=0, labels=2))
@example(record([], tasks=0, workers=0, labels=2))
@example(record([(0, 0, 0)], tasks=1, workers=1, labels=1))
@example(record([(0, 0, 1), (1, 0, 1), (2, 0, 1)], tasks=3, workers=1, labels=3))
@example(record([(t, w, 2) for t in range(9) for w in range(4)], tasks=9, workers=4, labels=4))
@example(record([(0, w, w % 2) for w in range(6)], tasks=1, workers=6, labels=2, known={0: 1}))
def test_any_answers_give_finite_numbers(learner: Learner, given: Record) -> None:
    """No answers, one worker, one class, contradicted gold: numbers, no warning, no crash."""
    fit = learner.refit(given)
    sound(fit, given)
    sure = given.known >= 0
    assert (fit.posterior[sure, given.known[sure]] == 1).all()


@each
@unhurried
@given(given=records())
def test_evidence_of_single_answers_adds_up_to_the_posterior(learner: Learner, given: Record) -> None:
    """What an answer is worth online, by the refit's own counts, is what the refit saw in it."""
    fit = learner.refit(given)
    totals = np.tile(np.log(fit.crowd.prior), (given.tasks_n, 1))
    for task, worker, label in zip(given.tasks, given.workers, given.labels, strict=True):
        totals[task] += learner.evidence(fit.crowd, fit.counts[worker].ravel().tolist(), int(label))
    chances = np.exp(totals - totals.max(1, keepdims=True))
    chances /= chances.sum(1, keepdims=True)
    open_tasks = given.known < 0
    assert chances[open_tasks] == pytest.approx(fit.posterior[open_tasks], abs=NEAR)


@each
@pytest.mark.parametrize("labels", [1, 2, 5])
def test_evidence_is_a_distribution_over_what_may_be_said(learner: Learner, labels: int) -> None:
    """For each truth the chances of all labels add up to one: for newcomers, and for people of extremes."""
    crowd = learner.start(labels)
    always = np.zeros((labels, labels))
    always[:, 0] = 1e6
    for counts in (None, (np.eye(labels) * 1e6).ravel().tolist(), always.ravel().tolist(), [0.0] * labels**2):
        spoken = np.exp([learner.evidence(crowd, counts, label) for label in range(labels)])
        assert spoken.sum(0) == pytest.approx(1)


@each
def test_who_is_always_right_weighs_more_than_a_newcomer_and_who_always_says_the_same_weighs_nothing(
    learner: Learner,
) -> None:
    """Counts are believed as far as they go."""
    crowd = learner.start(2)

    def weight(counts: list[float] | None) -> float:
        said = learner.evidence(crowd, counts, 0)
        return said[0] - said[1]

    assert weight([50.0, 0.0, 0.0, 50.0]) > weight([5.0, 0.0, 0.0, 5.0]) > weight(None) > 0
    assert abs(weight([500.0, 0.0, 500.0, 0.0])) < 0.05


@each
@pytest.mark.parametrize("labels", [2, 3, 10])
def test_unanimous_reliable_answers_win(learner: Learner, labels: int) -> None:
    """Where everyone who is mostly right agrees, that is the truth."""
    given, truth = crowd_of(3, tasks=300, workers=20, labels=labels, each_task=4, right=(30.0, 2.0))
    fit = learner.refit(given)
    said = given.labels.reshape(300, 4)
    unanimous = (said == said[:, :1]).all(1)
    assert unanimous.sum() > 100
    assert (fit.posterior.argmax(1) == said[:, 0])[unanimous].all()
    assert accuracy(fit, truth) > 0.97


@each
def test_one_answer_alone_says_nothing_of_who_gave_it(learner: Learner) -> None:
    """A person whose tasks nobody else answered stays a newcomer, unless the truth is known."""
    answers = [(task, 0, task % 2) for task in range(10)]
    alone = learner.refit(record(answers, tasks=10, workers=1, labels=2))
    assert (alone.counts == 0).all()
    checked = learner.refit(record(answers, tasks=10, workers=1, labels=2, known={3: 1, 4: 1}))
    assert checked.counts[0].tolist() == [[0, 0], [1, 1]]


def test_known_truths_turn_a_crowd_round() -> None:
    """A crowd that is wrong together is found out by gold, and read the other way on the other tasks."""
    answers = [(task, worker, 1 - task % 2) for task in range(60) for worker in range(3)]
    gold = {task: task % 2 for task in range(30)}
    fit = DAWID_SKENE.refit(record(answers, tasks=60, workers=3, labels=2, known=gold))
    assert (fit.posterior.argmax(1) == np.arange(60) % 2).all()


def test_skilled_people_are_told_from_guessers() -> None:
    """More than counting finds: two experts outweigh three who guess."""
    chance = np.random.default_rng(11)
    truth = chance.integers(0, 2, 400).astype(np.int32)
    answers = []
    for task in range(400):
        answers += [
            (task, w, int(truth[task] if chance.random() < 0.95 else 1 - truth[task])) for w in (0, 1)
        ]
        answers += [(task, w, int(chance.integers(2))) for w in (2, 3, 4)]
    given = record(answers, tasks=400, workers=5, labels=2)
    tally = np.zeros((400, 2))
    np.add.at(tally, (given.tasks, given.labels), 1)
    plurality = float((tally.argmax(1) == truth).mean())
    assert accuracy(DAWID_SKENE.refit(given), truth) > max(0.93, plurality + 0.05)


def hard_for_everybody() -> tuple[Record, Ints]:
    """One truth in ten is rare, and three common tasks in ten look like rare ones to one answer in three."""
    chance = np.random.default_rng(5)
    tasks, each_task = 1500, 9
    truth = (chance.random(tasks) < 0.07).astype(np.int32)
    hard = chance.random(tasks) < np.where(truth == 0, 0.3, 0.7)
    slips = np.where(hard, np.clip(chance.normal(0.34, 0.08, tasks), 0.1, 0.5), 0.03)
    task = np.repeat(np.arange(tasks, dtype=np.int32), each_task)
    who = np.concatenate([chance.permutation(60)[:each_task] for _ in range(tasks)]).astype(np.int32)
    said = np.where(chance.random(len(task)) < slips[task], 1 - truth[task], truth[task]).astype(np.int32)
    return Record(task, who, said, np.full(tasks, -1, np.int32), 60, 2), truth


def test_errors_that_everybody_makes_are_no_class_of_their_own() -> None:
    """Where hard tasks of a common truth look like a rare truth, it is not below counting votes."""
    given, truth = hard_for_everybody()
    tally = np.zeros((given.tasks_n, 2))
    np.add.at(tally, (given.tasks, given.labels), 1)
    plurality = float((tally.argmax(1) == truth).mean())
    fit = DAWID_SKENE.refit(given)
    assert accuracy(fit, truth) >= plurality - 0.005
    plain, matrices = overruled(given, refit(given, SKILL_ALONE)), overruled(given, refit(given, FULL))
    assert plain.part < 0.05 < matrices.part


def test_a_wide_record_agrees_with_single_evidence() -> None:
    """Single precision on the way does not show in the end."""
    given, truth = crowd_of(2, tasks=52_000, workers=150, labels=2, each_task=4)
    fit = DAWID_SKENE.refit(given)
    sound(fit, given)
    assert accuracy(fit, truth) > 0.85
    task = 17
    total = np.log(fit.crowd.prior)
    for worker, label in zip(given.workers[68:72], given.labels[68:72], strict=True):
        total = total + DAWID_SKENE.evidence(fit.crowd, fit.counts[worker].ravel().tolist(), int(label))
    assert np.exp(total) / np.exp(total).sum() == pytest.approx(fit.posterior[task], abs=NEAR)


@each
def test_a_crowd_survives_json(learner: Learner) -> None:
    """What is kept in a row is what was learnt."""
    given, _ = crowd_of(1, tasks=30, workers=5, labels=3, each_task=3)
    learnt = learner.refit(given).crowd
    assert Crowd.from_json(json.loads(json.dumps(learnt.as_json()))) == learnt
