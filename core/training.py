"""Training a project's own model: from which tasks, and when it is worth it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from core import jobs
from core.intake.project_model import OWN_MODEL, ProjectFile
from core.store import material, models, people, projects
from core.store.material import LEAST_ANSWERS, Known
from core.store.transaction import Transaction

TRAIN = "train"
"""The kind of the job."""
MOST = 20_000
"""A model learns from so many tasks at most, the newest ones."""
FIRST = 60
"""From so many tasks on a first model is trained without being asked."""
GROWTH = 0.3
MORE = 50
"""And again when there are so many more, as a share and as a number."""
REST = timedelta(minutes=30)
"""Without being asked, a project's model is trained this often at most."""
LIGHTEST = 0.05


@dataclass(frozen=True, slots=True)
class Example:
    """A task to learn from; `weight` is how far its label can be believed, above 0 and up to 1.

    `blind`: its label rests on people who saw no suggestion, so a model may be tested on it.
    """

    task_id: int
    content: dict[str, str]
    label: str
    weight: float
    lang: str
    blind: bool
    gold: bool
    answers: int


def examples(tx: Transaction, project_id: int, file: ProjectFile, *, most: int = MOST) -> Iterator[Example]:
    """The newest tasks that a model can learn from, oldest first, streamed: a snapshot may be read as it goes.

    Those with a known answer, and those that are settled and that two people at least answered; labels that
    are not offered any more teach nothing.
    """
    offered = {label.id for label in file.labels if not label.archived}
    skip = max(0, material.count_known(tx, project_id) - most)
    for place, one in enumerate(material.known(tx, project_id)):
        if place >= skip and one.label in offered:
            yield _example(one)


def _example(one: Known) -> Example:
    sure = 1.0 if one.gold or not one.by_crowd or one.confidence is None else one.confidence
    return Example(
        task_id=one.task_id,
        content=one.content,
        label=one.label,
        weight=max(LIGHTEST, min(1.0, sure)),
        lang=one.lang,
        blind=one.gold or one.blind == one.answers or one.agreeing >= LEAST_ANSWERS,
        gold=one.gold,
        answers=one.answers,
    )


def due(tx: Transaction, *, now: datetime) -> list[int]:
    """The running projects whose own model should learn from what was decided since, also on a snapshot."""
    return [project_id for project_id in material.running(tx) if _is_due(tx, project_id, now=now)]


def begin(tx: Transaction, project_id: int, *, now: datetime) -> bool:
    """Put the training of a project that is due on the list; False when it is not due any more."""
    project = projects.lock(tx, project_id)
    if project is None or not _is_due(tx, project_id, now=now):
        return False
    owner = people.by_id(tx, project.owner_id)
    if owner is None:
        return False
    details, account = {"unasked": True}, owner.account_id
    jobs.start(tx, TRAIN, account_id=account, project_id=project_id, details=details, now=now)
    noted(tx, project_id, now=now)
    return True


def _is_due(tx: Transaction, project_id: int, *, now: datetime) -> bool:
    project = projects.find(tx, project_id)
    if project is None or project.file.suggestions.model != OWN_MODEL or not project.file.suggestions.train:
        return False
    held = models.serving_of(tx, project_id)
    if held.trained_at is not None and now < held.trained_at + REST:
        return False
    enough = max(FIRST, held.trained_on + max(MORE, round(GROWTH * held.trained_on)))
    if held.trained_at is None:
        enough = FIRST
    if material.count_known(tx, project_id) < enough:
        return False
    return not jobs.on_the_list(tx, TRAIN, project_id)


def noted(tx: Transaction, project_id: int, *, now: datetime) -> None:
    """A training of all that is known by now begins, whatever will come of it."""
    held = models.hold_serving(tx, project_id)
    learnable = material.count_known(tx, project_id)
    models.serve(tx, replace(held, trained_at=now, trained_on=learnable), now=held.changed_at or now)
