"""What a requester gets back: the tasks with their labels, the answers under pseudonyms, and how they agree."""

from __future__ import annotations

from collections.abc import Iterator

from core import quality, weighing
from core.domain.states import CONSENSUS, MODEL, TaskState
from core.intake.results import AnswerRow, MeasureRow, ResultRow
from core.store import answers, projects, task_views
from core.store.task_views import Outcome
from core.store.transaction import Transaction
from core.vault import Vault

GOLD = "gold"
_PSEUDONYM = 10
_DIGITS = 4


def result_rows(tx: Transaction, project_id: int) -> Iterator[ResultRow]:
    """One row per task, in the order of the requester's files; `label` is empty until it is settled.

    `confidence` is given out once gold has shown how far it can be believed; of a task that waits for a
    decision it is that of its leading label. A share of votes is no probability, so it is never given out.

    Raises:
        LookupError: when there is no such project.
    """
    project = projects.find(tx, project_id)
    if project is None:
        raise LookupError("no such project")
    measured = weighing.believed(tx, project_id, project.file).calibration.measured
    return (_result(one, measured=measured) for one in task_views.stream(tx, project_id))


def answer_rows(tx: Transaction, vault: Vault, project_id: int) -> Iterator[AnswerRow]:
    """One row per answer that stands, in the order in which they came."""
    for task, person_id, value, milliseconds, late, at in answers.stream(tx, project_id):
        yield AnswerRow(
            task=task,
            worker=pseudonym(vault, project_id=project_id, person_id=person_id),
            answer=value,
            seconds=milliseconds / 1000,
            late=late,
            answered_at=at,
        )


def measure_rows(tx: Transaction, project_id: int) -> list[MeasureRow]:
    """How the answers agree, as of the last refit: numbers of all answers, then one count and share per pair.

    A pair is what a task turned out to be and what was said; pairs that never occurred are left out. Empty
    while there is nothing to say.
    """
    found = quality.found(tx, project_id)
    if found is None or (found.alpha is None and not found.confusion.answers):
        return []
    rows = [MeasureRow("gold_tasks", found.gold)]
    if found.alpha is not None:
        rows.insert(0, MeasureRow("alpha", round(found.alpha, _DIGITS)))
    if found.claim is not None:
        rows += [
            MeasureRow("claimed", found.claim.target),
            MeasureRow("right", found.claim.right / 100),
            MeasureRow("right_margin", found.claim.margin / 100),
        ]
    for label, counts, shares in zip(
        found.labels, found.confusion.counts, found.confusion.shares, strict=True
    ):
        for answer, count, share in zip(found.labels, counts, shares, strict=True):
            if count:
                rows.append(MeasureRow("answers", count, label, answer))
                rows.append(MeasureRow("share", round(share, _DIGITS), label, answer))
    return rows


def pseudonym(vault: Vault, *, project_id: int, person_id: int) -> str:
    """The same for a person throughout a project, another in every project, and not to be traced back."""
    return f"worker-{vault.mark(f'project:{project_id}:person:{person_id}')[:_PSEUDONYM]}"


def _result(one: Outcome, *, measured: bool) -> ResultRow:
    label: str | None = one.gold
    confidence: float | None = 1.0
    status = GOLD
    if one.gold is None:
        settled = one.state is TaskState.SETTLED
        by_answers = one.settled_by in (CONSENSUS, MODEL) if settled else one.state is TaskState.ESCALATED
        label, status = one.label if settled else None, str(one.state)
        confidence = None
        if measured and by_answers and one.confidence is not None:
            confidence = round(one.confidence, _DIGITS)
    return ResultRow(
        id=one.external_id,
        content=one.content,
        label=label,
        confidence=confidence,
        answers=one.answers,
        status=status,
        extra=one.extra,
    )
