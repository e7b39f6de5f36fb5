"""Majority vote: unanimity at the least overlap settles, else plurality at the most; a tie escalates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

from core.consensus.believed import Believed
from core.consensus.contract import Agreement, Ask, Escalate, Learner, Overlap, Settle, Verdict, Vote
from core.consensus.crowd import Evidence


class Majority:
    """Counts votes; its confidence is the leader's share, which is no probability and is never shown as one."""

    name = "majority"
    learner: Learner | None = None

    def verdict(
        self,
        votes: Sequence[Vote],
        *,
        believed: Believed,  # noqa: ARG002  (everybody's vote weighs the same)
        asked: int,
        overlap: Overlap,
        advice: Evidence = (),  # noqa: ARG002  (a model has no vote)
    ) -> Verdict:
        counted = Counter(vote.value for vote in votes)
        if not counted:
            return Ask(overlap.least, None, 0.0)
        most = max(counted.values())
        leaders = sorted(value for value, count in counted.items() if count == most)
        share = most / len(votes)
        leading = leaders[0] if len(leaders) == 1 else None
        if asked < overlap.least:
            return Ask(overlap.least, leading, share)
        if len(counted) == 1:
            return Settle(leaders[0], share)
        if asked < overlap.most:
            return Ask(overlap.most, leading, share)
        return Escalate(None, share) if leading is None else Settle(leading, share)

    def agreement(
        self,
        votes: Sequence[Vote],
        *,
        person_id: int,
        believed: Believed,  # noqa: ARG002
        kind: Agreement,
    ) -> Fraction:
        """The best agreement with a value that no other value outvotes among the other people.

        It never looks at the person's own vote. Where plurality settles the task it equals agreement
        with the settled label: an answer with a > b votes leaves a − 1 ≥ b when its own is taken away.
        """
        own = next(vote.value for vote in votes if vote.person_id == person_id)
        others = Counter(vote.value for vote in votes if vote.person_id != person_id)
        if not others:
            return Fraction(1)
        most = max(others.values())
        return max(kind(own, value) for value, count in others.items() if count == most)


METHOD = Majority()
