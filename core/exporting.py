"""What a requester gets back: the tasks with their labels, and the answers under pseudonyms."""

from __future__ import annotations

from collections.abc import Iterator

from core.domain.states import TaskState
from core.intake.results import AnswerRow, ResultRow
from core.settling import CONSENSUS
from core.store import answers, projects, task_views
from core.store.task_views import Outcome
from core.store.transaction import Transaction
from core.vault import Vault

GOLD = "gold"
UNCALIBRATED = frozenset({"majority"})
"""Methods whose confidence is a share of votes: it is no probability, so it is not given out as one."""
_PSEUDONYM = 10


def result_rows(tx: Transaction, project_id: int) -> Iterator[ResultRow]:
    """One row per task, in the order of the requester's files; `label` is empty until it is settled.

    Raises:
        LookupError: when there is no such project.
    """
    project = projects.find(tx, project_id)
    if project is None:
        raise LookupError("no such project")
    calibrated = project.file.method not in UNCALIBRATED
    return (_result(one, calibrated=calibrated) for one in task_views.stream(tx, project_id))


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


def pseudonym(vault: Vault, *, project_id: int, person_id: int) -> str:
    """The same for a person throughout a project, another in every project, and not to be traced back."""
    return f"worker-{vault.fingerprint(f'project:{project_id}:person:{person_id}')[:_PSEUDONYM]}"


def _result(one: Outcome, *, calibrated: bool) -> ResultRow:
    label: str | None = one.gold
    confidence: float | None = 1.0
    status = GOLD
    if one.gold is None:
        settled = one.state is TaskState.SETTLED
        believed = settled and calibrated and one.settled_by == CONSENSUS
        label, status = one.label if settled else None, str(one.state)
        confidence = one.confidence if believed else None
    return ResultRow(
        id=one.external_id,
        content=one.content,
        label=label,
        confidence=confidence,
        answers=one.answers,
        status=status,
        extra=one.extra,
    )
