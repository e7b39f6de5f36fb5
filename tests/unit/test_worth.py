"""What an answer is worth to a task, and whose answers a project waits to be spared."""

from __future__ import annotations

import math
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import asking
from core.consensus.believed import Believed
from core.consensus.calibration import Calibration
from core.consensus.dawid_skene import LEARNER
from core.consensus.online import Counts
from core.domain.choice import Chances, information

Rows = tuple[Chances, ...]


def shares(size: int) -> st.SearchStrategy[Chances]:
    """Chances of `size` things that may happen, some of them never."""
    weights = st.lists(st.integers(0, 50), min_size=size, max_size=size).filter(any)
    return weights.map(lambda found: tuple(one / sum(found) for one in found))


tasks = st.integers(2, 5).flatmap(
    lambda size: st.tuples(shares(size), st.tuples(*(shares(size) for _ in range(size))))
)


def one_skill(right: float, *, labels: int = 2) -> Rows:
    """A worker who is right so often, and wrong anyhow."""
    wrong = (1.0 - right) / (labels - 1)
    return tuple(
        tuple(right if said == truth else wrong for said in range(labels)) for truth in range(labels)
    )


def entropy(chances: Chances) -> float:
    """How open it is, in bits."""
    return -math.fsum(one * math.log2(one) for one in chances if one > 0.0)


@given(tasks)
def test_an_answer_is_worth_the_doubt_that_it_is_expected_to_take(task: tuple[Chances, Rows]) -> None:
    """Over all that the worker may say: the entropy of the truth before, less that of Bayes' rule after."""
    chances, says = task
    left = 0.0
    for said in range(len(chances)):
        joint = [chance * row[said] for chance, row in zip(chances, says, strict=True)]
        if whole := math.fsum(joint):
            left += whole * entropy(tuple(one / whole for one in joint))
    assert information(chances, says) == pytest.approx(entropy(chances) - left, abs=1e-9)


@given(tasks)
def test_no_answer_teaches_more_than_there_is_to_learn(task: tuple[Chances, Rows]) -> None:
    """Never less than nothing, never more than the doubt that there is."""
    chances, says = task
    assert 0.0 <= information(chances, says) <= entropy(chances) + 1e-9


@given(tasks, st.randoms())
def test_the_order_of_the_labels_does_not_matter(task: tuple[Chances, Rows], dice: object) -> None:
    """Labels are names."""
    chances, says = task
    order = list(range(len(chances)))
    dice.shuffle(order)  # type: ignore[attr-defined]  # hypothesis calls it a Random
    renamed = tuple(tuple(says[truth][said] for said in order) for truth in order)
    assert information(tuple(chances[one] for one in order), renamed) == pytest.approx(
        information(chances, says), abs=1e-9
    )


@given(shares(3), shares(3))
def test_who_says_the_same_whatever_is_true_teaches_nothing(chances: Chances, habit: Chances) -> None:
    """Random answers and constant ones alike."""
    assert information(chances, (habit,) * 3) == pytest.approx(0.0, abs=1e-9)


def test_who_is_always_wrong_teaches_as_much_as_who_is_always_right() -> None:
    """Of two labels; what is known of them turns their word round."""
    even = (0.5, 0.5)
    assert information(even, one_skill(0.0)) == information(even, one_skill(1.0)) == 1.0


@given(st.integers(2, 6), st.floats(0.01, 0.98), st.floats(0.01, 0.5))
def test_the_better_worker_teaches_more(labels: int, above: float, more: float) -> None:
    """From chance upwards, with every label as likely."""
    chance = 1.0 / labels
    worse = chance + above * (1.0 - chance)
    better = worse + more * (1.0 - worse)
    even = (chance,) * labels
    taught = [information(even, one_skill(right, labels=labels)) for right in (worse, better)]
    assert taught[0] < taught[1]


def test_a_task_that_is_nearly_certain_learns_little() -> None:
    """The same worker's word is worth most where the doubt is greatest."""
    says = one_skill(0.8)
    taught = [information((leading, 1.0 - leading), says) for leading in (0.5, 0.7, 0.9, 0.99)]
    assert taught == sorted(taught, reverse=True)


def test_worth_is_nothing_where_votes_are_not_weighed() -> None:
    """Without chances, or with beliefs about other labels."""
    assert information((), ()) == information((0.5, 0.5), one_skill(0.9, labels=3)) == 0.0


MODEL = Believed(1, LEARNER.name, ("no", "yes"), LEARNER.start(2), Calibration(gold=0, nodes=()))


def seen(right: int, wrong: int) -> Counts:
    """Whose checked answers were so often right and wrong, for each truth."""
    return (float(right), float(wrong), float(wrong), float(right))


GOOD, FAIR, POOR = seen(95, 5), seen(75, 25), seen(50, 50)


def worth(counts: Counts | None) -> float:
    """What this worker's word teaches about a task that nobody answered."""
    return information(MODEL.crowd.prior, asking.habits(LEARNER, MODEL, counts))


def bar(*recent: Counts) -> float:
    return asking.bar(LEARNER, MODEL, recent)


def test_poor_workers_are_waited_out_while_better_ones_come() -> None:
    """With as many good visitors as poor ones only the poor are held back."""
    assert worth(POOR) < bar(*[GOOD, POOR] * 50) <= worth(GOOD)


def test_a_newcomer_clears_every_bar() -> None:
    """However good the others are: who is not known yet is as good as the crowd."""
    for recent in ([GOOD] * 9, [GOOD, POOR] * 9, [FAIR] * 9, [POOR] * 9):
        assert worth(None) > bar(*recent)


def test_where_all_are_alike_nobody_is_held_back() -> None:
    """A crowd of good, of fair or of poor workers is taken as it is."""
    for everybody in (GOOD, FAIR, POOR):
        assert worth(everybody) >= bar(*[everybody] * 20)


def test_somebody_is_always_asked() -> None:
    """Of every mix of visitors at least half clear the bar, so no project waits for ever."""
    for good, fair, poor in product(range(5), repeat=3):
        recent = [GOOD] * good + [FAIR] * fair + [POOR] * poor
        clear = sum(worth(one) >= bar(*recent) for one in recent)
        assert 2 * clear >= len(recent)


def test_where_nobody_came_there_is_no_bar() -> None:
    """Before the first visitor everybody is asked."""
    assert bar() == 0.0
