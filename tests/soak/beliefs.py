"""Where votes weigh: what is believed after the crashes, held against the answers alone."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.engine import make_url

from core import rebuilding, refitting
from core.clock import milliseconds
from core.domain.deadlines import UNDO_WINDOW
from core.domain.project import Project
from core.store import crowds, opening, projects, refits
from core.store import rebuilding as rows
from core.store.tables import crowd_model, task, worker_model
from core.store.transaction import Transaction

START = timedelta(minutes=1)
"""So long after it was asked for, the process of a refit has looked at the database."""


@contextmanager
def at_once(path: Path) -> Iterator[Transaction]:
    """The database at one moment, beside whoever writes it."""
    with opening.reading(make_url(f"sqlite:///{path}")) as tx:
        yield tx


def wrong_beliefs(tx: Transaction, project_id: int, *, now: datetime) -> list[str]:
    """What is kept is what the answers say, and all of it is of one generation; at any moment."""
    project = project_of(tx, project_id)
    found: list[str] = []
    tasks, people = rebuilding.astray(tx, project, at=milliseconds(now))
    if tasks or people:
        found.append(f"kept otherwise than the answers say: tasks {tasks}, people {people}")
    present = refits.present(tx, project_id)
    newer = [
        task_id for task_id, tally in rows.tallies(tx, project_id) if tally.generation > present.generation
    ]
    if newer:
        found.append(f"tasks of a generation after {present}: {newer}")
    mine = worker_model.c.project_id == project_id
    ahead = mine & (worker_model.c.generation > present.generation)
    told = (
        worker_model.c.gathered.isnot(None) | worker_model.c.waiting.isnot(None) | (worker_model.c.held > 0)
    )
    if early := tx.execute(select(func.count()).where(ahead, told)).scalar():
        found.append(f"{early} workers of a generation that is not in use have learned something")
    if present.generation:
        known = worker_model.c.base.isnot(None) & (worker_model.c.generation == present.generation)
        complete = set(tx.execute(select(worker_model.c.person_id).where(mine, known)).scalars())
        seen = {row.person_id for row in refits.answers_of(tx, project_id, upto=present.upto)}
        if complete != seen:
            found.append(f"{present} was put in use for {sorted(complete)}, it saw {sorted(seen)}")
    return found


def wrong_refit(tx: Transaction, project_id: int) -> list[str]:
    """The refit in use is the one that its answers make."""
    project = project_of(tx, project_id)
    kept = crowds.model(tx, project_id)
    present = refits.present(tx, project_id)
    if kept is None:
        return []
    as_of = tx.execute(select(crowd_model.c.as_of).where(crowd_model.c.project_id == project_id)).scalar_one()
    workers = crowds.workers(tx, project_id=project_id, generation=present.generation)
    bases = {person: worker.base for person, worker in workers.items() if worker.base is not None}
    # Gold counts from its import on, and the process looked a moment after it was asked for.
    asked = as_of + UNDO_WINDOW
    made_at = {row.id: row.created_at for row in tx.execute(select(task.c.id, task.c.created_at))}
    moments = sorted({asked, *(at for at in made_at.values() if asked < at <= asked + START)})
    every = refits.tasks_of(tx, project_id)
    given = refitting.Sheet(
        project_id=project_id,
        file=project.file,
        present=present,
        upto=present.upto,
        as_of=as_of,
        tasks=(),
        answers=refits.answers_of(tx, project_id, upto=present.upto),
        held={},
    )
    for moment in moments:
        then = replace(given, tasks=[row for row in every if made_at[row.id] <= moment])
        outcome = refitting.refit(then)
        assert outcome.believed is not None, "votes weigh"
        again = {person: crowds.unpacked(base) for person, base in outcome.bases}
        if (
            again.keys() == bases.keys()
            and all(_alike(again[person] or (), bases[person]) for person in bases)
            and _alike(outcome.believed.crowd.prior, kept.crowd.prior)
        ):
            return []
    return [f"generation {present.generation} is not what a refit of its answers finds"]


def _alike(one: Sequence[float], other: Sequence[float]) -> bool:
    return len(one) == len(other) and all(
        math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-9) for a, b in zip(one, other, strict=True)
    )


def reopened(tx: Transaction) -> int:
    """How many tasks a refit opened once more."""
    return int(tx.execute(select(func.count()).where(task.c.reopened_at.isnot(None))).scalar() or 0)


def generation(tx: Transaction, project_id: int) -> int:
    """How many refits were put in use."""
    return refits.present(tx, project_id).generation


def project_of(tx: Transaction, project_id: int) -> Project:
    project = projects.find(tx, project_id)
    assert project is not None, "the requester has made it"
    return project
