"""How far workers agree, and what they mix up."""

from __future__ import annotations

import time
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.consensus.confusion import Confusion, MixUp, mixed_up
from core.learning.agreement import alpha, confusion
from core.learning.record import Record

# Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability": one string per observer, "." is missing.
BINARY = ("0100000010", "1110010000")
NOMINAL = ("aabbdcccedda", "babbbccceddd")
MISSING = ("123321412...", "1233224125.3", ".3332342251.", "12332441251.")
Table = list[list[int | None]]


def record_of(table: Table, *, known: dict[int, int] | None = None) -> Record:
    """A record from one row of labels per observer (None: not answered), in the order of the tasks."""
    tasks_n = len(table[0])
    rows = [
        (task, worker, label)
        for task in range(tasks_n)
        for worker, row in enumerate(table)
        if (label := row[task]) is not None
    ]
    columns = np.array(rows, dtype=np.int32).reshape(-1, 3).T
    truth = np.full(tasks_n, -1, dtype=np.int32)
    for task, label in (known or {}).items():
        truth[task] = label
    labels_n = max((label for _, _, label in rows), default=0) + 1
    return Record(columns[0], columns[1], columns[2], truth, len(table), labels_n)


def observed(*observers: str) -> Record:
    """A record from the strings of the paper."""
    names = sorted({sign for row in observers for sign in row} - {"."})
    return record_of([[None if sign == "." else names.index(sign) for sign in row] for row in observers])


def by_hand(table: Table) -> float | None:
    """Alpha as the paper defines it, from every ordered pair of answers to one task."""
    units = [[row[task] for row in table if row[task] is not None] for task in range(len(table[0]))]
    pairs = [
        (one, other, 1 / (len(unit) - 1))
        for unit in units
        if len(unit) > 1
        for one, other in permutations(unit, 2)
    ]
    values = [value for unit in units if len(unit) > 1 for value in unit]
    chance = [one != other for one, other in permutations(values, 2)]
    if not any(chance):
        return None
    differing = sum(weight for one, other, weight in pairs if one != other) / len(values)
    return 1 - differing / (sum(chance) / len(chance))


@pytest.mark.parametrize(
    ("observers", "published"), [(BINARY, 0.095), (NOMINAL, 0.692), (MISSING, 0.743)], ids=["A", "B", "C"]
)
def test_the_published_examples(observers: tuple[str, ...], published: float) -> None:
    """Parts A (binary), B (nominal) and C (nominal, several observers, missing answers) of the paper."""
    assert alpha(observed(*observers)) == pytest.approx(published, abs=0.0005)


@given(
    st.integers(1, 6).flatmap(
        lambda tasks: st.lists(
            st.lists(st.one_of(st.none(), st.integers(0, 3)), min_size=tasks, max_size=tasks),
            min_size=1,
            max_size=5,
        )
    )
)
def test_alpha_is_what_the_definition_says(table: Table) -> None:
    """The vectorised form equals the count of all pairs, and is undefined in the same cases."""
    expected = by_hand(table)
    found = alpha(record_of(table))
    assert found == (None if expected is None else pytest.approx(expected))


def test_alpha_is_undefined_where_nothing_can_be_compared() -> None:
    """No answers, no task with two of them, or the same answer everywhere: None, not a number."""
    assert alpha(record_of([[None]])) is None
    assert alpha(record_of([[0, None], [None, 1]])) is None
    assert alpha(record_of([[1, 1], [1, 1]])) is None


def test_a_million_answers_take_well_under_a_second() -> None:
    """200,000 tasks with five answers each."""
    rng = np.random.default_rng(1)
    tasks = np.repeat(np.arange(200_000, dtype=np.int32), 5)
    labels = rng.integers(0, 4, len(tasks), dtype=np.int32)
    workers = rng.integers(0, 2000, len(tasks), dtype=np.int32)
    record = Record(tasks, workers, labels, np.full(200_000, -1, np.int32), 2000, 4)
    start = time.perf_counter()
    found = alpha(record)
    assert time.perf_counter() - start < 1
    assert found == pytest.approx(0, abs=0.005), "chance is zero"


def test_confusion_counts_answers_by_the_settled_label() -> None:
    """A known truth comes before the settled label, and what is neither is left out."""
    record = record_of([[0, 1, 0, 1], [1, 1, 0, None]], known={3: 0})
    found = confusion(record, [0, 1, -1, 1])
    assert found == Confusion(((1, 2), (0, 2)))
    assert found.answers == 5
    assert found.shares[0] == pytest.approx((1 / 3, 2 / 3))
    assert found.shares[1] == (0, 1)


def test_a_label_without_tasks_has_no_shares() -> None:
    """An empty row stays zero instead of dividing by nothing."""
    assert Confusion(((2, 0), (0, 0))).shares == ((1, 0), (0, 0))


def test_the_most_mixed_up_pairs_come_first() -> None:
    """Both directions count together; pairs that nobody mixes up are not mentioned."""
    table = Confusion(((8, 2, 0), (3, 5, 1), (0, 0, 9)))
    assert mixed_up(table) == (
        MixUp(one=0, other=1, mixed=5, answers=19),
        MixUp(one=1, other=2, mixed=1, answers=18),
    )
    assert mixed_up(table, at_most=1)[0].share == pytest.approx(5 / 19)
