"""Hierarchical Dawid–Skene: a confusion matrix a person, shrunk as far as the crowd's likeness suggests.

It falls back to one skill a person where the errors of the crowd look like a hidden class: tasks of a common
truth that are hard for everybody look like tasks of a rare truth, and the model would move them there,
against the plurality of their answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.consensus.crowd import STRENGTH, Crowd, Evidence, evidence, unseen

if TYPE_CHECKING:
    from core.consensus.crowd import Fit
    from core.learning.record import Record

MOST_EVENED = 0.04
"""How much more even than the pluralities the truths may come out, as a part of the greatest entropy."""
MOST_AGAINST = 0.05
"""One skill a person is trusted instead only while it overrules no more pluralities than this: spammers who
always say the same also skew the pluralities, and there one skill is no remedy."""


class DawidSkene:
    """The default for choices."""

    name = "dawid_skene"

    def start(self, labels_n: int) -> Crowd:
        """Before anything is known of the crowd."""
        return unseen(labels_n, strength=STRENGTH)

    def refit(self, record: Record) -> Fit:
        """Everything anew from the answers alone; a pure function of the record."""
        from core.learning.kernel import FULL, SKILL_ALONE, refit  # NumPy stays off the path of an event
        from core.learning.pluralities import beside_pluralities

        found = refit(record, FULL)
        if beside_pluralities(record, found).evened <= MOST_EVENED:
            return found
        plain = refit(record, SKILL_ALONE)
        return plain if beside_pluralities(record, plain).against <= MOST_AGAINST else found

    def evidence(self, crowd: Crowd, counts: Sequence[float] | None, label: int) -> Evidence:
        """log P(this person says `label` | truth = k) for every k; None for a newcomer."""
        return evidence(crowd, counts, label)


LEARNER = DawidSkene()
