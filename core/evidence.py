"""What a moderator sees of a task before deciding: every answer, by whom, how fast, and what was suggested."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from core import skills
from core.domain.person import Person, require
from core.domain.project import Project
from core.domain.suggestions import Screen
from core.errors import Refused
from core.exporting import pseudonym
from core.skills import Skill
from core.store import answers, projects, task_views, tasks
from core.store.transaction import Transaction
from core.vault import Vault

SHOWN = 12
"""Gold may have hundreds of answers; nobody reads more than these."""


@dataclass(frozen=True, slots=True)
class Said:
    """One answer; `suggested` is what its worker saw on the screen, if anything."""

    person_id: int
    pseudonym: str
    value: str
    took: timedelta
    late: bool
    skill: Skill | None
    suggested: str | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """A task with everything that was said of it."""

    task_id: int
    project: Project
    content: dict[str, str]
    context: str | None
    gold: str | None
    said: Sequence[Said]


def of_task(tx: Transaction, vault: Vault, person: Person, task_id: int) -> Evidence:
    """The evidence on a task.

    Raises:
        Refused: not_allowed, unknown_task.
    """
    require(person, "review")
    project_id = tasks.project_of(tx, task_id)
    project = None if project_id is None else projects.find(tx, project_id)
    if project is None:
        raise Refused("unknown_task")
    content, context = task_views.shown(tx, task_id)
    lang, gold = task_views.lang_and_gold(tx, task_id)
    kind = project.file.kind
    return Evidence(
        task_id,
        project,
        content,
        context,
        gold,
        [
            Said(
                person_id=one.person_id,
                pseudonym=pseudonym(vault, project_id=project.id, person_id=one.person_id),
                value=one.value,
                took=timedelta(milliseconds=one.milliseconds),
                late=one.late,
                skill=skills.at(tx, one.person_id, kind=kind, lang=lang),
                suggested=None if one.screen == Screen.WITHHELD else one.suggested,
            )
            for one in answers.given(tx, task_id, most=SHOWN)
        ],
    )
