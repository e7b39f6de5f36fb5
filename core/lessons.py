"""What a requester brings for a skill that workers earn first: what the project file asks, and the practice tasks."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from core.domain.project import Project
from core.errors import Refused
from core.intake.project_model import ProjectFile
from core.intake.rows import TaskRow, numbered
from core.store import practice as rows
from core.store import projects, qualified
from core.store.transaction import Transaction


def follow_file(tx: Transaction, project_id: int, *, owner_id: int, file: ProjectFile) -> None:
    """A project was made or changed: what its file asks of workers holds from now on."""
    policy = file.qualification
    skill_id = None if policy is None else qualified.of_owner(tx, owner_id, policy.skill)
    projects.change(tx, project_id, skill_id=skill_id, topics=file.sensitive)


def need_practice(tx: Transaction, project: Project) -> None:
    """Before it hands out tasks, a project that requires a skill has practice for the readers of each language.

    Raises:
        Refused: practice_missing.
    """
    skill_id, policy = qualified.required_by(tx, project.id), project.file.qualification
    if skill_id is None or policy is None:
        return
    there = rows.by_language(tx, skill_id)
    for lang in rows.languages(tx, project.id):
        found = sum(there.get(one, 0) for one in {lang, ""})
        if found < policy.questions:
            raise Refused("practice_missing", questions=policy.questions, found=found)


def add(
    tx: Transaction, project_id: int, lines: Sequence[TaskRow], *, now: datetime
) -> tuple[int, list[TaskRow]]:
    """Add practice tasks; returns how many, and those whose id the project's practice has already."""
    named = [row.external_id for row in lines if row.external_id is not None]
    known = rows.known_ids(tx, project_id, named)
    fresh: list[TaskRow] = []
    repeated: list[TaskRow] = []
    for row in lines:
        (repeated if row.external_id in known else fresh).append(row)
    if fresh:
        last = projects.places(tx, project_id, len(fresh))
        places = range(last - len(fresh) + 1, last + 1)
        taken = rows.known_ids(tx, project_id, [f"#{place}" for place in places]) | set(named)
        rows.add(
            tx,
            [
                {
                    "project_id": project_id,
                    "external_id": row.external_id or numbered(place, taken),
                    "lang": row.lang or "",
                    "content": json.dumps(row.content, ensure_ascii=False),
                    "context": row.context,
                    "gold": row.gold,
                    "why": json.dumps(row.whys, ensure_ascii=False) if row.whys else None,
                    "created_at": now,
                }
                for place, row in zip(places, fresh, strict=True)
            ],
        )
    return len(fresh), repeated
