"""Hierarchical Dawid–Skene: a confusion matrix a person, shrunk as far as the crowd's likeness suggests.

Of two readings of a crowd, the one that has to contradict less of it is the likelier: where confusion matrices
overrule clearly more pluralities than one skill a person does, they explain errors that everybody makes by
classes that are not there. Spammers who always say the same skew the pluralities, too; there one skill a person
has to overrule even more of them, and the matrices are kept.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.consensus.crowd import STRENGTH, Crowd, Evidence, evidence, unseen

if TYPE_CHECKING:
    from core.consensus.crowd import Fit
    from core.learning.record import Record

SELDOM = 0.03
"""Who overrules no larger part of the pluralities is not asked why."""
MORE, CLEARLY = 1.4, 2.5
"""Overruling this many times as many pluralities is more, when it is by so many standard deviations of the counts."""


class DawidSkene:
    """The default for choices."""

    name = "dawid_skene"

    def start(self, labels_n: int) -> Crowd:
        """Before anything is known of the crowd."""
        return unseen(labels_n, strength=STRENGTH)

    def refit(self, record: Record) -> Fit:
        """Everything anew from the answers alone; a pure function of the record."""
        from core.learning.kernel import FULL, SKILL_ALONE, refit  # NumPy stays off the path of an event
        from core.learning.pluralities import overruled

        found = refit(record, FULL)
        against = overruled(record, found)
        if against.part <= SELDOM:
            return found
        plain = refit(record, SKILL_ALONE)
        expected = overruled(record, plain).tasks
        surplus = against.tasks - MORE * expected
        return plain if surplus > CLEARLY * math.sqrt(against.tasks + MORE**2 * expected) else found

    def evidence(self, crowd: Crowd, counts: Sequence[float] | None, label: int) -> Evidence:
        """log P(this person says `label` | truth = k) for every k; None for a newcomer."""
        return evidence(crowd, counts, label)


LEARNER = DawidSkene()
