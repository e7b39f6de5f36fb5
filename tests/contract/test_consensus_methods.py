"""What every consensus method promises; a new one is tested the moment its file exists."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.consensus import methods, online
from core.consensus.believed import Believed
from core.consensus.contract import Ask, Escalate, Method, Overlap, Settle, Verdict, Vote
from core.weighing import at_first

LABELS = ("cat", "dog", "owl")
VALUES = st.lists(st.sampled_from(LABELS), max_size=9)
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


def believed_of(method: Method) -> Believed:
    """What a method believes before it has seen anything."""
    return at_first(method.name, LABELS)


def votes_of(method: Method, values: list[str]) -> list[Vote]:
    """A vote of each of so many newcomers."""
    if method.learner is None:
        return [Vote(person, value) for person, value in enumerate(values, start=1)]
    nobody = online.Worker()
    return [
        online.weigh(method.learner, believed_of(method), nobody, person_id=person, value=value, at=person)
        for person, value in enumerate(values, start=1)
    ]


def judged(method: Method, votes: list[Vote], overlap: Overlap) -> Verdict:
    """The verdict on votes that all came in time."""
    return method.verdict(votes, believed=believed_of(method), asked=len(votes), overlap=overlap)


def agrees(method: Method, votes: list[Vote], person_id: int) -> Fraction:
    """How far one of them agrees with the others."""
    return method.agreement(votes, person_id=person_id, believed=believed_of(method), kind=same)


def test_the_methods_are_found_by_their_names() -> None:
    """A project names its method; the registry knows it by the same word."""
    assert set(methods()) == {"majority", "one_coin", "dawid_skene"}
    assert all(name == found.name for name, found in methods().items())


@given(values=VALUES, overlap=OVERLAPS, dice=st.randoms(use_true_random=False))
def test_the_order_of_votes_does_not_matter(
    method: Method, values: list[str], overlap: Overlap, dice: object
) -> None:
    """Whoever answered first has no more weight."""
    votes = votes_of(method, values)
    shuffled = list(votes)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis calls it a Random
    one, other = judged(method, votes, overlap), judged(method, shuffled, overlap)
    assert type(one) is type(other)
    assert one.confidence == pytest.approx(other.confidence)


@given(values=VALUES, overlap=OVERLAPS)
def test_a_verdict_fits_the_overlap(method: Method, values: list[str], overlap: Overlap) -> None:
    """Below the least it asks; it never asks for more than the most; at the most it decides or escalates."""
    verdict = judged(method, votes_of(method, values), overlap)
    if len(values) < overlap.least:
        assert isinstance(verdict, Ask)
    if len(values) >= overlap.most:
        assert isinstance(verdict, Settle | Escalate)
    if isinstance(verdict, Ask):
        assert len(values) < verdict.target <= overlap.most
    if isinstance(verdict, Settle):
        assert verdict.label in values
    assert 0.0 <= verdict.confidence <= 1.0


@given(values=VALUES, overlap=OVERLAPS)
def test_one_more_vote_for_the_settled_label_changes_no_mind(
    method: Method, values: list[str], overlap: Overlap
) -> None:
    """Support for what was settled keeps its label in the lead, and no less sure."""
    verdict = judged(method, votes_of(method, values), overlap)
    if not isinstance(verdict, Settle):
        return
    again = judged(method, votes_of(method, [*values, verdict.label]), overlap)
    assert isinstance(again, Settle)
    assert again.label == verdict.label
    assert again.confidence >= verdict.confidence - 0.01


@given(values=VALUES.filter(bool))
def test_agreement_never_looks_at_the_own_vote(method: Method, values: list[str]) -> None:
    """What others said decides: whatever one says oneself, their view of it is the same."""
    votes = votes_of(method, values)
    for vote in votes:
        others = [one for one in votes if one.person_id != vote.person_id]
        found = agrees(method, votes, vote.person_id)
        assert 0 <= found <= 1
        if not others:
            assert found == 1
        elif vote.value not in {one.value for one in others}:
            assert found == 0, "nobody else said it, so nothing but the own vote speaks for it"
        elif len({one.value for one in others}) == 1:
            assert found == 1


@given(values=VALUES, overlap=OVERLAPS)
def test_where_plurality_settles_everybody_is_paid_by_the_label(values: list[str], overlap: Overlap) -> None:
    """The theorem of the majority: agreement with the others equals agreement with the settled label."""
    method = methods()["majority"]
    votes = votes_of(method, values)
    verdict = judged(method, votes, overlap)
    if isinstance(verdict, Settle):
        for vote in votes:
            assert agrees(method, votes, vote.person_id) == same(vote.value, verdict.label)


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
    assert judged(method, votes_of(method, values), Overlap(2, 4, 0.95)) == verdict


@pytest.mark.parametrize("name", ["one_coin", "dawid_skene"])
def test_weighed_votes_of_newcomers_settle_one_answer_after_another(name: str) -> None:
    """Who is unknown is right three times of four: two who agree are not sure enough, some more are."""
    method = methods()[name]
    found = [judged(method, votes_of(method, ["cat"] * count), Overlap(2, 9, 0.95)) for count in range(10)]
    assert isinstance(found[0], Ask)
    assert [verdict.confidence for verdict in found] == sorted(verdict.confidence for verdict in found)
    asked = [verdict.target for verdict in found if isinstance(verdict, Ask)]
    assert asked[:3] == [2, 2, 3], "the least at once, and then one by one"
    assert isinstance(found[-1], Settle)


def test_a_vote_for_a_label_that_the_model_never_met_says_nothing() -> None:
    """A project got a new label since its last refit: the others' votes stand as they were."""
    method = methods()["dawid_skene"]
    votes = votes_of(method, ["cat", "cat", "dog"])
    strange = Vote(9, "newt", 9, ())
    one = judged(method, votes, Overlap(9, 9, 0.9))
    other = method.verdict(
        [*votes, strange], believed=believed_of(method), asked=3, overlap=Overlap(9, 9, 0.9)
    )
    assert isinstance(other, Ask)
    assert other.leading == "cat"
    assert other.confidence == pytest.approx(one.confidence, abs=0.05)
