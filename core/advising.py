"""Whose suggestions a project has: what a requester sees of its models, and what they choose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core import jobs, projects, serving
from core.domain.models import Model
from core.domain.person import Person
from core.domain.project import Project
from core.domain.states import ProjectState
from core.errors import Refused
from core.intake.project_model import OWN_MODEL, ProjectFile, Suggestions
from core.kinds import kind_named
from core.kinds.contract import OneOf
from core.store import models as rows
from core.store.transaction import Transaction
from core.training import TRAIN


@dataclass(frozen=True, slots=True)
class Advice:
    """The models of a project: which suggests, which only watches, and what could be chosen instead."""

    project: Project
    champion: Model | None
    challenger: Model | None
    can_go_back: bool
    offered: tuple[Model, ...]  # the operator's that fit
    training: bool  # whether one is on the list, or on its way


def can_suggest(file: ProjectFile) -> bool:
    """Whether a model can say anything of such tasks: one of several labels."""
    return isinstance(kind_named(file.kind).form(file), OneOf)


def look(tx: Transaction, person: Person, project_id: int) -> Advice:
    """What suggests in a project, and what could; also on a snapshot.

    Raises:
        Refused: not_allowed, unknown_project.
    """
    project = projects.look(tx, person, project_id)
    held, file = rows.serving_of(tx, project_id), project.file
    return Advice(
        project=project,
        champion=_model(tx, held.champion),
        challenger=_model(tx, held.challenger),
        can_go_back=_comes_before(project, _model(tx, held.before)),
        offered=tuple(one for one in rows.offered(tx) if serving.fits(one, file)),
        training=jobs.on_the_list(tx, TRAIN, project_id),
    )


def _model(tx: Transaction, model_id: int | None) -> Model | None:
    return None if model_id is None else rows.find(tx, model_id)


def choose(
    tx: Transaction, person: Person, project_id: int, *, now: datetime, **changes: Any
) -> tuple[Project, Suggestions]:
    """Change the project's settings of suggestions (`model`, `automatic` …): a new version of the project.

    Returns the project, and the settings that it had before.

    Raises:
        Refused: not_allowed, unknown_project, project_closed, unknown_model, model_labels_differ.
    """
    project = _open(tx, person, project_id)
    before = project.file.suggestions
    wanted = Suggestions.model_validate({**before.model_dump(), **changes})
    if wanted == before:
        return project, before
    # the budget may have been changed since the file was written
    file = project.file.model_copy(update={"suggestions": wanted, "budget": project.budget})
    return projects.replace_file(tx, person, project_id, file, now=now), before


def choose_named(
    tx: Transaction, person: Person, project_id: int, model_id: int, *, now: datetime
) -> Project:
    """Choose one of the operator's models by its id.

    Raises:
        Refused: as `choose`.
    """
    found = rows.find(tx, model_id)
    if found is None or found.name is None or found.withdrawn_at is not None:
        raise Refused("unknown_model", name="")
    return choose(tx, person, project_id, model=found.name, now=now)[0]


def back(tx: Transaction, person: Person, project_id: int, *, now: datetime) -> None:
    """The project's own model before suggests again; another operator's model is chosen instead.

    Raises:
        Refused: not_allowed, unknown_project, project_closed, no_model_before.
    """
    project = _open(tx, person, project_id)
    if not _comes_before(project, _model(tx, rows.hold_serving(tx, project_id).before)):
        raise Refused("no_model_before")
    serving.back(tx, project_id, project.file, now=now)


def _comes_before(project: Project, before: Model | None) -> bool:
    """Whether what was served before is what the project's file asks for, too."""
    wanted = project.file.suggestions.model
    if before is None or before.withdrawn_at is not None or wanted != OWN_MODEL:
        return False
    return before.project_id == project.id and serving.fits(before, project.file)


def may_train(tx: Transaction, person: Person, project_id: int) -> Project:
    """The project, if its own model can be trained now.

    Raises:
        Refused: not_allowed, unknown_project, project_closed, not_for_models, training_already.
    """
    project = _open(tx, person, project_id)
    if not can_suggest(project.file):
        raise Refused("not_for_models")
    if jobs.on_the_list(tx, TRAIN, project_id):
        raise Refused("training_already")
    return project


def _open(tx: Transaction, person: Person, project_id: int) -> Project:
    project = projects.own(tx, person, project_id)
    if project.state is ProjectState.CLOSED:
        raise Refused("project_closed")
    return project
