"""Databases filled in large batches: workers who have joined, a running project, tasks, and past answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import insert

from core import importing, people, projects
from core.clock import SystemClock
from core.domain.choice import Lane, Priority
from core.domain.person import Person, Role
from core.domain.states import AssignmentState
from core.intake.project_model import ProjectFile
from core.intake.rows import TaskRow
from core.people import Identity
from core.store import Store, Transaction, queues
from core.store import people as people_rows
from core.store.tables import answer, assignment, ledger, place, task
from tests.benchmarks.crowd import PLATFORM, VAULT

PROJECT: dict[str, Any] = {
    "project": {"en": "Street scenes", "es": "Escenas de la calle"},
    "kind": "choice",
    "instructions": {"en": "What is said about the place?", "es": "¿Qué se dice del lugar?"},
    "labels": [
        {"id": "good", "en": "Good", "es": "Bueno"},
        {"id": "bad", "en": "Bad", "es": "Malo"},
        {"id": "both", "en": "Both", "es": "Ambos"},
    ],
    "overlap": {"min": 3, "max": 5, "confidence": 0.95},
    "gold_share": 0.05,
}
MAJORITY = "majority"
"""The raw statements beside the product settle by counting, too."""
WORDS = "We came by on a rainy afternoon and stayed until they closed; number %d was the best of all."
BATCH = 2000
OWNER = "owner"


async def prepare(
    store: Store,
    *,
    workers: Sequence[str],
    tasks: int,
    veteran: int = 0,
    platform: str = PLATFORM,
    workspace: str = "",
    method: str = MAJORITY,
) -> None:
    """Fill an empty store; with `veteran`, the first worker has answered that many tasks of the project."""
    now = SystemClock().now()
    where = platform, workspace
    owner = await store.write(lambda tx: _joined(tx, where, OWNER, Role.REQUESTER, now=now))
    made = await store.write(lambda tx: [_joined(tx, where, name, now=now) for name in workers])
    file = ProjectFile.model_validate(PROJECT | {"method": method})
    project_id = await store.write(lambda tx: projects.create(tx, owner, file, now=now))
    rows = _rows(tasks)
    while batch := list(islice(rows, BATCH)):
        await store.write(
            lambda tx, batch=batch: importing.add_tasks(tx, project_id, batch, now=now)  # type: ignore[misc]  # batch is bound
        )
    await store.write(lambda tx: projects.launch(tx, owner, project_id, now=now))
    for first in range(0, veteran, BATCH):
        count = min(BATCH, veteran - first)
        await store.write(
            lambda tx, first=first, count=count: _past(  # type: ignore[misc]  # both are bound
                tx, made[0], project_id, first=first, count=count, now=now
            )
        )


def _joined(tx: Transaction, where: tuple[str, str], name: str, *roles: Role, now: datetime) -> Person:
    who = Identity(*where, name, f"Worker {name}", "en", None)
    person = people.arrive(tx, VAULT, who, admins=frozenset(), now=now)
    people.consent(tx, person, now=now)
    people.set_languages(tx, person, ("en", "es"))
    for role in roles:
        people.give_role(tx, person, role, now=now)
    return people_rows.by_account(tx, person.account_id)


def _rows(tasks: int) -> Iterator[TaskRow]:
    for number in range(tasks):
        labels = PROJECT["labels"]
        gold = labels[number % len(labels)]["id"] if number % 50 == 0 else None
        yield TaskRow(
            line=number + 2,
            content={"text": WORDS % number},
            external_id=f"t{number}",
            lang="en",
            gold=gold,
        )


def _past(tx: Transaction, person: Person, project_id: int, *, first: int, count: int, now: datetime) -> None:
    """Answers as taps would have left them: the task one fuller, the answer paid, the worker's place behind it."""
    queue = queues.of(tx, project_id, lang="en", priority=int(Priority.NORMAL), lane=Lane.FRESH)
    found = tx.execute(
        task.select()
        .with_only_columns(task.c.id, task.c.pos)
        .where(task.c.queue_id == queue)
        .order_by(task.c.pos)
        .offset(first)
        .limit(count)
    ).all()
    held = [
        {
            "task_id": row.id,
            "project_id": project_id,
            "person_id": person.id,
            "account_id": person.account_id,
            "version": 1,
            "state": AssignmentState.ANSWERED,
            "asked": False,
            "reserve": 10,
            "penalty": 5,
            "claimed_at": now,
            "due_at": now,
            "closed_at": now,
        }
        for row in found
    ]
    ids = list(tx.execute(insert(assignment).returning(assignment.c.id), held).scalars())
    past = [
        {
            "assignment_id": number,
            "task_id": row.id,
            "project_id": project_id,
            "person_id": person.id,
            "value": "good",
            "late": False,
            "milliseconds": 4000,
            "at": now,
        }
        for number, row in zip(ids, found, strict=True)
    ]
    tx.execute(insert(answer), past)
    tx.execute(
        insert(ledger),
        [
            {
                "at": now,
                "kind": "reward",
                "points": 10,
                "from_project": project_id,
                "to_person": person.id,
                "key": f"reward:{number}",
                "project_id": project_id,
                "assignment_id": number,
            }
            for number in ids
        ],
    )
    tx.execute(
        task.update()
        .where(task.c.queue_id == queue, task.c.pos >= found[0].pos, task.c.pos <= found[-1].pos)
        .values(answered=1, free=task.c.free - 1, label="good")
    )
    tx.execute(place.delete().where(place.c.person_id == person.id, place.c.queue_id == queue))
    tx.execute(insert(place).values(person_id=person.id, queue_id=queue, pos=found[-1].pos))
