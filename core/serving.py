"""Which model serves a project: chosen, trained, put in the place of another one, and back again.

A champion's suggestions are shown and weigh; a challenger says what it would have said, in the shadow, and
takes over when that was better. What a task's row carries is always of one version of one model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from core import slots, weighing
from core.consensus.advisor import of_model
from core.domain.models import Model, Serving
from core.domain.states import TaskState
from core.domain.suggestions import Hint
from core.errors import Refused
from core.intake.project_model import OWN_MODEL, ProjectFile
from core.store import models as rows
from core.store import projects, suggestions, tasks
from core.store.suggestions import Said
from core.store.transaction import Transaction


def offer(tx: Transaction, *, name: str, digest: str, card: Mapping[str, Any], now: datetime) -> int:
    """The operator puts a model on the list, by a name that requesters choose it by; returns its id.

    Raises:
        Refused: model_name_taken.
    """
    if rows.named(tx, name) is not None:
        raise Refused("model_name_taken", name=name)
    return rows.add(tx, project_id=None, name=name, digest=digest, card=card, now=now)


def withdraw(tx: Transaction, name: str, *, now: datetime) -> Model:
    """The operator takes a model off the list; projects that it serves have no suggestions any more.

    Raises:
        Refused: unknown_model.
    """
    found = rows.named(tx, name)
    if found is None:
        raise Refused("unknown_model", name=name)
    rows.change(tx, found.id, withdrawn_at=now, name=None)
    for project_id in rows.served_by(tx, found.id):
        held = rows.hold_serving(tx, project_id)
        rows.serve(tx, replace(held, champion=None if held.champion == found.id else held.champion), now=now)
    return found


def check_fits(found: Model, file: ProjectFile) -> None:
    """A model serves a project whose labels it knows, every one of them.

    Raises:
        Refused: model_labels_differ.
    """
    offered = {label.id for label in file.labels if not label.archived}
    if missing := sorted(offered - set(found.labels)):
        raise Refused("model_labels_differ", label=missing[0], name=found.name or "")


def chosen(tx: Transaction, file: ProjectFile) -> Model | None:
    """The operator's model that a project file names; None when it names none, or the project's own.

    Raises:
        Refused: unknown_model, model_labels_differ.
    """
    wanted = file.suggestions.model
    if not file.suggestions.wanted or wanted == OWN_MODEL:
        return None
    found = rows.named(tx, wanted)
    if found is None:
        raise Refused("unknown_model", name=wanted)
    check_fits(found, file)
    return found


def follow_file(tx: Transaction, project_id: int, file: ProjectFile, *, now: datetime) -> None:
    """A project was made or changed: the model that its file names serves it from now on.

    Raises:
        Refused: as `chosen`.
    """
    found, held = chosen(tx, file), rows.hold_serving(tx, project_id)
    champion = found.id if found is not None else _own_champion(tx, held, file)
    if champion != held.champion:
        rows.serve(tx, replace(held, champion=champion, challenger=None, before=held.champion), now=now)


def _own_champion(tx: Transaction, held: Serving, file: ProjectFile) -> int | None:
    """One of the project's own models that fits its labels: the one that serves, or served before, or the newest."""
    if file.suggestions.model != OWN_MODEL:
        return None
    fitting = [
        one.id for one in rows.own_of(tx, held.project_id) if one.withdrawn_at is None and fits(one, file)
    ]
    proven = (one for one in (held.champion, held.before) if one in fitting)
    return next(proven, fitting[0] if fitting else None)


def fits(found: Model, file: ProjectFile) -> bool:
    """Whether a model may serve a project (`check_fits`)."""
    try:
        check_fits(found, file)
    except Refused:
        return False
    return True


def back(tx: Transaction, project_id: int, file: ProjectFile, *, now: datetime) -> Serving:
    """The model before serves again, and the one that served until now is what one could go back to.

    Raises:
        Refused: no_model_before.
    """
    held = rows.hold_serving(tx, project_id)
    found = None if held.before is None else rows.find(tx, held.before)
    if found is None or found.withdrawn_at is not None or not fits(found, file):
        raise Refused("no_model_before")
    changed = replace(held, champion=held.before, before=held.champion, challenger=None)
    rows.serve(tx, changed, now=now)
    return changed


# --- what models say ----------------------------------------------------------------------------------


def keep(tx: Transaction, project_id: int, model_id: int, said: Sequence[Said], *, now: datetime) -> None:
    """Keep what a model said of tasks; while it is the champion, those that are not settled carry it from now on.

    Where its word is worth something already, they are judged with it at once.
    """
    held = rows.hold_serving(tx, project_id)  # so that no other model takes over in between
    suggestions.say(tx, model_id, said)
    if held.champion != model_id:
        return
    for one in said:
        hint = None if one.label is None else Hint(model_id, one.label, one.confidence, one.second)
        suggestions.carry(tx, one.task_id, hint)
    project = projects.find(tx, project_id)
    if (
        project is None
        or of_model(weighing.believed(tx, project_id, project.file).advisors, model_id) is None
    ):
        return
    for task_id in sorted(one.task_id for one in said):
        _judge(tx, task_id, project.file, now=now)


def _judge(tx: Transaction, task_id: int, file: ProjectFile, *, now: datetime) -> None:
    counts = tasks.lock(tx, task_id)
    if counts.state is not TaskState.OPEN or counts.gold is not None:
        return
    if counts.answered + counts.late or file.suggestions.automatic:
        case = slots.case_of(tx, counts, file)
        slots.store(tx, case, case, now=now)


def refresh(tx: Transaction, project_id: int, task_ids: Sequence[int]) -> None:
    """After another model took over: put what it said of these tasks in the place of what the old one said."""
    champion = rows.hold_serving(tx, project_id).champion
    for task_id in task_ids:
        hint = None if champion is None else suggestions.said_of(tx, task_id, champion)
        suggestions.carry(tx, task_id, hint)
