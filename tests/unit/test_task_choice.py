"""Who gets what: the pure choice among candidate tasks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.domain.choice import Belief, Candidate, Lane, Priority, choose

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
PLAIN = Candidate(
    task_id=1,
    project_id=1,
    queue_id=1,
    pos=5,
    lane=Lane.FRESH,
    priority=Priority.NORMAL,
    deadline=None,
    answers=0,
    reward=10,
    penalty=5,
)
CANDIDATES = st.lists(
    st.builds(
        PLAIN._replace,
        task_id=st.integers(1, 99),
        pos=st.integers(1, 99),
        lane=st.sampled_from([Lane.FREED, Lane.FRESH]),
        priority=st.sampled_from(list(Priority)),
        deadline=st.one_of(st.none(), st.integers(1, 90).map(lambda hours: NOW + timedelta(hours=hours))),
        answers=st.integers(0, 3),
        reward=st.integers(0, 50),
        penalty=st.integers(0, 50),
    ),
    unique_by=lambda one: one.task_id,
)
BELIEFS = st.builds(Belief, p_right=st.floats(0, 1), p_late=st.floats(0, 1))


def first(*candidates: Candidate) -> Candidate:
    """Whom it chooses, from either order."""
    best = choose(candidates, beliefs={}, now=NOW)[0]
    assert choose(candidates[::-1], beliefs={}, now=NOW)[0] == best
    return best


@given(CANDIDATES, BELIEFS, st.randoms())
def test_the_order_of_the_candidates_does_not_matter(
    candidates: list[Candidate], belief: Belief, dice: object
) -> None:
    """The same tasks in any order are ranked the same, and none is lost."""
    ranked = choose(candidates, beliefs={1: belief}, now=NOW)
    shuffled = list(candidates)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis calls it a Random
    assert choose(shuffled, beliefs={1: belief}, now=NOW) == ranked
    assert sorted(one.task_id for one in ranked) == sorted(one.task_id for one in candidates)


@given(CANDIDATES, BELIEFS)
def test_nothing_that_is_better_in_every_way_comes_later(candidates: list[Candidate], belief: Belief) -> None:
    """More reward, more urgent, less to lose, started: never after one that is less of each."""
    ranked = choose(candidates, beliefs={1: belief}, now=NOW)
    for at, worse in enumerate(ranked):
        for better in ranked[at + 1 :]:
            dominates = (
                better.reward > worse.reward
                and better.penalty <= worse.penalty
                and better.priority >= worse.priority
                and better.answers >= worse.answers
                and worse.deadline is None
                and belief.p_right > 0.01
            )
            assert not dominates, (better, worse)


def test_a_higher_priority_comes_first() -> None:
    """Priority outweighs a somewhat larger reward."""
    urgent = PLAIN._replace(task_id=2, pos=90, priority=Priority.HIGH)
    assert first(PLAIN._replace(reward=20), urgent) == urgent


def test_a_near_deadline_comes_first() -> None:
    """The nearer the deadline, the sooner."""
    near = PLAIN._replace(task_id=2, pos=90, deadline=NOW + timedelta(hours=1))
    far = PLAIN._replace(task_id=3, deadline=NOW + timedelta(days=9))
    assert first(far, near, PLAIN) == near


def test_what_others_began_is_finished_first() -> None:
    """A started task comes before a new one that is worth the same."""
    started = PLAIN._replace(task_id=2, pos=90, answers=1)
    assert first(PLAIN, started) == started


def test_equal_tasks_keep_the_order_of_their_queue() -> None:
    """Freed ones first, then by place."""
    freed = PLAIN._replace(task_id=9, pos=99, lane=Lane.FREED)
    earlier = PLAIN._replace(task_id=8, pos=1)
    assert choose([PLAIN, earlier, freed], beliefs={}, now=NOW) == [freed, earlier, PLAIN]
