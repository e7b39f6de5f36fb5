"""Who is named for answering without reading, and that honest people are not."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, replace

import numpy as np
import pytest
from numpy.typing import NDArray

from core.consensus.dawid_skene import DawidSkene
from core.learning.record import Record
from core.learning.suspicion import Finding, Suspicion, suspicions

Labels = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Crowd:
    """A simulated crowd: its answers, and the truth that they are about."""

    record: Record
    truth: Labels
    chance: np.random.Generator

    def rows(self, worker: int) -> NDArray[np.int64]:
        """The places of a worker's answers, in order."""
        return np.flatnonzero(self.record.workers == worker)

    def saying(self, labels: dict[int, Labels]) -> Crowd:
        """The same crowd where these workers gave these answers."""
        said = self.record.labels.copy()
        for worker, own in labels.items():
            said[self.rows(worker)] = own
        return replace(self, record=replace(self.record, labels=said))

    def guesses(self, worker: int) -> Labels:
        """Answers without reading."""
        return self.chance.integers(0, self.record.labels_n, len(self.rows(worker)), dtype=np.int32)


def crowd(
    seed: int,
    *,
    labels_n: int = 4,
    workers_n: int = 30,
    tasks_n: int = 600,
    overlap: int = 5,
    difficulty: float = 0.7,
    prior: tuple[float, ...] | None = None,
) -> Crowd:
    """Honest workers right in 60 to 98 % of ordinary tasks; hard tasks tempt to one wrong label each."""
    chance = np.random.default_rng(seed)
    truth = chance.choice(labels_n, tasks_n, p=prior).astype(np.int32)
    skill = chance.uniform(0.6, 0.98, workers_n)
    tasks = np.repeat(np.arange(tasks_n, dtype=np.int32), overlap)
    workers = np.concatenate([chance.permutation(workers_n)[:overlap] for _ in range(tasks_n)])
    odds = (
        np.log(skill / (1 - skill) * (labels_n - 1))[workers] + chance.normal(0, difficulty, tasks_n)[tasks]
    )
    right = chance.random(len(tasks)) < 1 / (1 + (labels_n - 1) * np.exp(-odds))
    tempting = chance.integers(1, labels_n, tasks_n)[tasks]
    slip = np.where(chance.random(len(tasks)) < 0.5, tempting, chance.integers(1, labels_n, len(tasks)))
    labels = np.where(right, truth[tasks], (truth[tasks] + slip) % labels_n)
    known = np.where(chance.random(tasks_n) < 0.04, truth, -1).astype(np.int32)
    order = chance.permutation(len(tasks))
    tasks, workers, labels = (column[order].astype(np.int32) for column in (tasks, workers, labels))
    return Crowd(Record(tasks, workers, labels, known, workers_n, labels_n), truth, chance)


def named(record: Record, **shown: NDArray[np.float64] | Labels | None) -> dict[int, list[Finding]]:
    """The findings of each worker, after a refit."""
    found: dict[int, list[Finding]] = {}
    for finding in suspicions(record, DawidSkene().refit(record).counts, **shown):  # type: ignore[arg-type]  # either column
        found.setdefault(finding.worker, []).append(finding)
    return found


def kinds(findings: list[Finding]) -> set[Suspicion]:
    return {finding.kind for finding in findings}


@pytest.mark.parametrize(
    ("labels_n", "difficulty", "prior"),
    [(2, 0.0, None), (2, 1.0, None), (2, 0.5, (0.88, 0.12)), (4, 0.7, None), (10, 0.7, None)],
)
def test_honest_crowds_are_left_in_peace(
    labels_n: int, difficulty: float, prior: tuple[float, ...] | None
) -> None:
    """Accuracies of .60 to .98, hard tasks, rare classes: of 300 workers nobody is named."""
    for seed in range(5):
        honest = crowd(
            seed, labels_n=labels_n, difficulty=difficulty, prior=prior, workers_n=60, tasks_n=1200
        )
        assert named(honest.record) == {}


def test_random_answers_are_named_with_their_numbers() -> None:
    """A tenth of the crowd guesses: all of them are found, nobody else, and a moderator sees why."""
    honest = crowd(1, tasks_n=1000)
    found = named(honest.saying({worker: honest.guesses(worker) for worker in (3, 14, 27)}).record)
    assert found.keys() == {3, 14, 27}
    for findings in found.values():
        (finding,) = findings
        assert finding.kind is Suspicion.RANDOM
        assert finding.strength >= 20
        assert finding.evidence["answers"] > 60
        assert finding.evidence["right"] < 0.4 < finding.evidence["expected"]
        json.dumps([finding.worker, finding.kind, finding.strength, dict(finding.evidence)])


def test_half_a_crowd_of_guessers_is_still_seen_through() -> None:
    """Nearly all of them are found, and no honest worker among them."""
    honest = crowd(2, workers_n=40, tasks_n=1200)
    found = named(honest.saying({worker: honest.guesses(worker) for worker in range(20)}).record)
    assert len(found.keys() & set(range(20))) >= 18
    assert not found.keys() - set(range(20))


def test_one_label_always_is_named() -> None:
    """With the label, its share, and the share that the tasks let expect."""
    honest = crowd(3, labels_n=2)
    found = named(honest.saying({5: np.ones_like(honest.guesses(5))}).record)
    assert found.keys() == {5}
    assert kinds(found[5]) == {Suspicion.CONSTANT}
    evidence = found[5][0].evidence
    assert (evidence["label"], evidence["share"]) == (1, 1)
    assert evidence["expected_share"] < 0.7


def test_the_opposite_of_the_truth_is_named_as_such() -> None:
    """Swapped labels are not chance: the moderator may only have to explain the task."""
    honest = crowd(4, labels_n=2)
    record = honest.record
    found = named(honest.saying({7: 1 - honest.truth[record.tasks[honest.rows(7)]]}).record)
    assert {worker: kinds(findings) for worker, findings in found.items()} == {7: {Suspicion.CONTRARY}}


def test_a_strict_worker_is_not_named() -> None:
    """Somebody who finds half of a rare class only, but never sees it where it is not, reads."""
    honest = crowd(5, labels_n=2, prior=(0.8, 0.2))
    rows = honest.rows(9)
    truth = honest.truth[honest.record.tasks[rows]]
    strict = np.where(honest.chance.random(len(rows)) < 0.5, truth, 0).astype(np.int32)
    assert named(honest.saying({9: strict}).record) == {}


def test_slow_burn_is_named_from_where_it_began() -> None:
    """Good for the first half, guessing ever since."""
    honest = crowd(6, workers_n=30, tasks_n=1200)
    rows = honest.rows(11)
    own = honest.truth[honest.record.tasks[rows]].copy()
    half = len(rows) // 2
    own[half:] = honest.guesses(11)[half:]
    found = named(honest.saying({11: own}).record)
    assert {worker: kinds(findings) for worker, findings in found.items()} == {11: {Suspicion.SLOW_BURN}}
    evidence = found[11][0].evidence
    assert evidence["since"] == pytest.approx(half, abs=12)
    assert evidence["right_after"] < 0.5 < evidence["right_before"]


def test_getting_better_is_no_offence() -> None:
    """Guessing at first and good later: a learner."""
    honest = crowd(7, tasks_n=1200)
    rows = honest.rows(11)
    own = honest.truth[honest.record.tasks[rows]].copy()
    own[: len(rows) // 3] = honest.guesses(11)[: len(rows) // 3]
    assert named(honest.saying({11: own}).record) == {}


def test_colluders_are_named_together() -> None:
    """Four workers share a stream of answers without reading: each is named with the others."""
    honest = crowd(8, workers_n=25, tasks_n=800)
    stream = honest.chance.integers(0, 4, 800).astype(np.int32)
    group = (2, 6, 13, 21)
    found = named(
        honest.saying({worker: stream[honest.record.tasks[honest.rows(worker)]] for worker in group}).record
    )
    assert found.keys() == set(group)
    for worker in group:
        (finding,) = (one for one in found[worker] if one.kind is Suspicion.COLLUDING)
        assert finding.evidence["with"] in set(group) - {worker}
        assert finding.evidence["partners"] == 3
        assert finding.evidence["same"] == finding.evidence["tasks"] > finding.evidence["expected_same"]


def test_two_who_are_both_nearly_always_right_do_not_collude() -> None:
    """Agreeing on the truth, however often, is no evidence of anything."""
    honest = crowd(9, workers_n=12, overlap=8)
    tasks = honest.record.tasks
    found = named(honest.saying({w: honest.truth[tasks[honest.rows(w)]] for w in (1, 2)}).record)
    assert found == {}


def milliseconds(of: Crowd) -> NDArray[np.float64]:
    """Times as people have them: some are quick, some are called away, some were not measured."""
    pace = of.chance.normal(0, 0.4, of.record.workers_n)[of.record.workers]
    times = np.exp(np.log(8000) + pace + of.chance.normal(0, 0.7, len(pace)))
    return np.where(of.chance.random(len(pace)) < 0.05, np.nan, times)


def test_answers_without_time_to_read_are_named() -> None:
    """Only where they are poor as well; the quick and right are left in peace, and so is everybody else."""
    honest = crowd(10, labels_n=2)
    times = milliseconds(honest)
    for worker in (4, 8):
        times[honest.rows(worker)] = honest.chance.uniform(300, 1200, len(honest.rows(worker)))
    hasty = honest.saying({4: honest.guesses(4), 8: honest.truth[honest.record.tasks[honest.rows(8)]]})
    found = named(hasty.record, times=times)
    assert found.keys() == {4}
    (finding,) = (one for one in found[4] if one.kind is Suspicion.TOO_FAST)
    assert finding.evidence["share"] > 0.8
    assert finding.evidence["median_ms"] < finding.evidence["limit_ms"] < finding.evidence["crowd_ms"]
    assert named(honest.record, times=np.full_like(times, np.nan)) == {}


def test_followers_of_suggestions_are_named() -> None:
    """Who accepts wrong suggestions too; the honest accept some of them and are left in peace."""
    honest = crowd(11, tasks_n=900)
    truth, chance, tasks = honest.truth, honest.chance, honest.record.tasks
    offered = np.where(chance.random(len(truth)) < 0.75, truth, (truth + 1) % 4).astype(np.int32)
    suggested = np.where(chance.random(len(tasks)) < 0.9, offered[tasks], -1).astype(np.int32)
    swayed = (suggested >= 0) & (chance.random(len(tasks)) < 0.2)
    labels = np.where(swayed, suggested, honest.record.labels).astype(np.int32)
    rows = honest.rows(16)
    labels[rows] = np.where(suggested[rows] >= 0, suggested[rows], labels[rows])
    found = named(replace(honest.record, labels=labels), suggested=suggested)
    assert {worker: kinds(findings) for worker, findings in found.items()} == {16: {Suspicion.FOLLOWING}}
    assert found[16][0].evidence["wrong_accepted"] == pytest.approx(1)
    assert found[16][0].evidence["crowd_wrong_accepted"] < 0.6
    assert named(honest.record, suggested=np.full_like(suggested, -1)) == {}


def test_renaming_workers_and_labels_renames_the_findings() -> None:
    """Neither the index of a worker nor the number of a label makes anybody suspect."""
    honest = crowd(12, tasks_n=1000)
    spoilt = honest.saying({3: honest.guesses(3), 8: np.ones_like(honest.guesses(8))}).record
    people, labels = np.random.default_rng(1).permutation(30), np.array([2, 0, 3, 1])
    renamed = replace(
        spoilt,
        workers=people[spoilt.workers].astype(np.int32),
        labels=labels[spoilt.labels].astype(np.int32),
        known=np.where(spoilt.known >= 0, labels[spoilt.known], -1).astype(np.int32),
    )
    before, after = named(spoilt), named(renamed)
    assert before.keys() == {3, 8}
    assert {int(people[worker]): kinds(findings) for worker, findings in before.items()} == {
        worker: kinds(findings) for worker, findings in after.items()
    }


@pytest.mark.parametrize("labels_n", [1, 2])
def test_next_to_nothing_names_nobody(labels_n: int) -> None:
    """No answers, one answer, one worker, one class only: no finding, no warning, no crash."""
    none = np.array([], dtype=np.int32)
    empty = Record(none, none, none, np.full(3, -1, np.int32), 2, labels_n)
    assert suspicions(empty, np.zeros((2, labels_n, labels_n))) == ()
    many = np.arange(40, dtype=np.int32)
    for tasks in (many[:1], many):
        alone = Record(tasks, 0 * tasks, 0 * tasks, np.full(40, -1, np.int32), 2, labels_n)
        shown = {"times": np.full(len(tasks), 900.0), "suggested": 0 * tasks}
        assert named(alone, **shown) == {}


def test_contradictory_gold_is_survived() -> None:
    """Known truths that everybody contradicts make numbers, not errors, and clear more than they accuse."""
    honest = crowd(13, labels_n=2)
    known = np.where(honest.record.known >= 0, 1 - honest.record.known, -1).astype(np.int32)
    assert named(replace(honest.record, known=known)) == {}


def test_twenty_five_thousand_answers_take_less_than_a_second() -> None:
    """Named after every refit, so it must be cheap."""
    large = crowd(14, labels_n=2, workers_n=200, tasks_n=5000).record
    counts = DawidSkene().refit(large).counts
    start = time.perf_counter()
    assert suspicions(large, counts, times=np.full(25_000, np.nan)) == ()
    assert time.perf_counter() - start < 1
