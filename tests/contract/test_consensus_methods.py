"""What every consensus method promises; a new one is tested the moment its file exists."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.consensus import methods
from core.consensus.contract import Ask, Escalate, Method, Overlap, Settle, Vote

LABELS = ("cat", "dog", "owl")


def votes_of(values: list[str]) -> list[Vote]:
    """A vote of each of so many people."""
    return [Vote(person, value) for person, value in enumerate(values, start=1)]


VOTES = st.lists(st.sampled_from(LABELS), max_size=9).map(votes_of)
OVERLAPS = st.tuples(st.integers(1, 6), st.integers(0, 4)).map(
    lambda two: Overlap(two[0], two[0] + two[1], 0.95)
)


def same(answer: str, truth: str) -> Fraction:
    """Right or wrong."""
    return Fraction(answer == truth)


@pytest.fixture(scope="module", params=sorted(methods()))
def method(request: pytest.FixtureRequest) -> Method:
    """Each method of the registry."""
    return methods()[request.param]


def test_there_is_a_method_and_it_is_found_by_its_name() -> None:
    """A project names its method; the registry knows it by the same word."""
    assert "majority" in methods()
    assert all(name == found.name for name, found in methods().items())


@given(votes=VOTES, dice=st.randoms(use_true_random=False))
def test_the_order_of_votes_does_not_matter(method: Method, votes: list[Vote], dice: object) -> None:
    """Whoever answered first has no more weight."""
    shuffled = list(votes)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis calls it a Random
    assert method.posterior(shuffled) == method.posterior(votes)


@given(votes=VOTES)
def test_one_vote_at_a_time_comes_to_the_same(method: Method, votes: list[Vote]) -> None:
    """Online and from scratch are equal, the state survives JSON, and an update changes no older state."""
    state = method.posterior([])
    for vote in votes:
        kept = json.dumps(state)
        new = method.update(json.loads(json.dumps(state)), vote)
        method.update(state, vote)
        assert json.dumps(state) == kept
        state = new
    assert state == method.posterior(votes)


@given(votes=VOTES, overlap=OVERLAPS)
def test_a_verdict_fits_the_overlap(method: Method, votes: list[Vote], overlap: Overlap) -> None:
    """Below the least it asks; it never asks for more than the most; at the most it decides or escalates."""
    verdict = method.verdict(method.posterior(votes), asked=len(votes), overlap=overlap)
    if len(votes) < overlap.least:
        assert isinstance(verdict, Ask)
    if len(votes) >= overlap.most:
        assert isinstance(verdict, Settle | Escalate)
    if isinstance(verdict, Ask):
        assert len(votes) < verdict.target <= overlap.most
    if isinstance(verdict, Settle):
        assert verdict.label in {vote.value for vote in votes}
    assert 0.0 <= verdict.confidence <= 1.0


@given(votes=VOTES, overlap=OVERLAPS)
def test_one_more_vote_for_the_settled_label_changes_no_mind(
    method: Method, votes: list[Vote], overlap: Overlap
) -> None:
    """Support for what was settled keeps it settled, and no less sure."""
    verdict = method.verdict(method.posterior(votes), asked=len(votes), overlap=overlap)
    if not isinstance(verdict, Settle):
        return
    more = [*votes, Vote(99, verdict.label)]
    again = method.verdict(method.posterior(more), asked=len(more), overlap=overlap)
    assert isinstance(again, Settle)
    assert again.label == verdict.label
    assert again.confidence >= verdict.confidence


@given(votes=VOTES.filter(bool))
def test_agreement_never_looks_at_the_own_vote(method: Method, votes: list[Vote]) -> None:
    """What others said decides: with one's own value among theirs or not, the best of theirs is the truth."""
    for vote in votes:
        others = [one for one in votes if one.person_id != vote.person_id]
        found = method.agreement(votes, person_id=vote.person_id, kind=same)
        assert 0 <= found <= 1
        if not others:
            assert found == 1
        elif vote.value not in {one.value for one in others}:
            assert found == 0, "nobody else said it, so nothing but the own vote speaks for it"
        elif len({one.value for one in others}) == 1:
            assert found == 1


@given(votes=VOTES, overlap=OVERLAPS)
def test_where_plurality_settles_everybody_is_paid_by_the_label(votes: list[Vote], overlap: Overlap) -> None:
    """The theorem of the majority: agreement with the others equals agreement with the settled label."""
    method = methods()["majority"]
    verdict = method.verdict(method.posterior(votes), asked=len(votes), overlap=overlap)
    if isinstance(verdict, Settle):
        for vote in votes:
            agreement = method.agreement(votes, person_id=vote.person_id, kind=same)
            assert agreement == same(vote.value, verdict.label)


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ([], Ask(2, None, 0.0)),
        (["cat"], Ask(2, "cat", 1.0)),
        (["cat", "cat"], Settle("cat", 1.0)),
        (["cat", "dog"], Ask(4, None, 0.5)),
        (["cat", "dog", "cat"], Ask(4, "cat", 2 / 3)),
        (["cat", "dog", "cat", "owl"], Settle("cat", 0.5)),
        (["cat", "dog", "cat", "dog"], Escalate(None, 0.5)),
    ],
)
def test_the_majority_decides(values: list[str], verdict: object) -> None:
    """Unanimous at the least settles, else plurality at the most; a tie escalates."""
    method = methods()["majority"]
    found = method.verdict(method.posterior(votes_of(values)), asked=len(values), overlap=Overlap(2, 4, 0.95))
    assert found == verdict
