"""How a task is judged where a model takes part: what its word is worth there, and how many people are asked."""

from __future__ import annotations

from typing import NamedTuple

from core.consensus.believed import Believed
from core.consensus.contract import Overlap
from core.consensus.crowd import Evidence
from core.domain.states import TaskState
from core.domain.suggestions import AUDIT_ANSWERS, Hint, audited
from core.intake.project_model import ProjectFile


class Judged(NamedTuple):
    """By what overlap a task is judged, and what the model's word says of its truth; nothing where it has none."""

    overlap: Overlap
    advice: Evidence = ()


def overlap_of(file: ProjectFile, *, most: int | None = None) -> Overlap:
    """The overlap policy of a project; `most` is what a moderator allows a task beyond it."""
    allowed = file.overlap.max if most is None else max(file.overlap.max, most)
    return Overlap(least=file.overlap.min, most=allowed, confidence=file.overlap.confidence)


def judged(
    believed: Believed,
    file: ProjectFile,
    hint: Hint | None,
    *,
    task_id: int,
    state: TaskState,
    answers: int,
    most: int | None = None,
) -> Judged:
    """How a task is judged that is not gold and has so many answers.

    An audited task is judged by some people, and by people alone. Nobody need be asked where the project wants
    that and the audit allows it; what was settled so stands until the audit says that it is wrong too often.
    """
    overlap = overlap_of(file, most=most)
    if hint is None and not file.suggestions.wanted:
        return Judged(overlap)
    if audited(task_id):
        if not file.suggestions.wanted:
            return Judged(overlap)
        least = max(overlap.least, min(AUDIT_ANSWERS, overlap.most))
        return Judged(Overlap(least, overlap.most, overlap.confidence))
    advisor, advice = believed.advisor(hint), believed.advice(hint, alone=not answers)
    if advisor is None or not advice:
        return Judged(overlap)
    settled = state is TaskState.SETTLED
    alone = not advisor.audit.failed if settled else file.suggestions.automatic and advisor.alone
    return Judged(Overlap(0, overlap.most, overlap.confidence) if alone else overlap, advice)
