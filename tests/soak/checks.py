"""What must be true after all the crashes: the database held against what people saw."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, func, select
from sqlalchemy.pool import StaticPool

from core.domain.states import JobState, OutboxState, ProjectState, TaskState
from core.store.tables import answer, assignment, crowd_model, inbox, job, ledger, outbox, project, task
from core.store.transaction import Transaction
from tests.soak.requester import LABELS
from tests.soak.sides import Heard

REWARD = 10


@contextmanager
def looking(path: Path) -> Iterator[Transaction]:
    """The database as it is now, beside whoever writes it."""
    engine = create_engine(f"sqlite:///file:{path}?mode=ro&uri=true", poolclass=StaticPool)
    try:
        with engine.connect() as connection:
            yield Transaction(connection)
    finally:
        engine.dispose()


def unrest(tx: Transaction) -> dict[str, int]:
    """What is still on its way, by name; empty once everything has come to rest."""
    counts = {
        "messages owed": _count(tx, outbox, outbox.c.state == OutboxState.OWED),
        "events kept": _count(tx, inbox, inbox.c.state == "received"),
        "jobs waiting": _count(tx, job, job.c.state == JobState.WAITING),
        "tasks about to settle": _count(
            tx, task, task.c.settle_at.isnot(None), task.c.state == TaskState.OPEN
        ),
        "gold to pay": _count(tx, answer, answer.c.pay_at.isnot(None)),
        "projects to wind up": _count(
            tx, project, project.c.state == ProjectState.CLOSED, project.c.wound_up_at.is_(None)
        ),
        "refits to finish": _count(
            tx,
            crowd_model.join(project, project.c.id == crowd_model.c.project_id),
            project.c.state == ProjectState.RUNNING,
            crowd_model.c.answers <= 0,
        ),
    }
    return {name: count for name, count in counts.items() if count}


def wrong_inbox(tx: Transaction, events: Heard) -> list[str]:
    """What was confirmed is there, at any moment; what is there was sent."""
    found: list[str] = []
    heard = [row.key for row in tx.execute(select(inbox.c.key))]
    if len(heard) != len(set(heard)):
        found.append("an inbox key twice")
    if missing := sorted(events.must - set(heard)):
        found.append(f"{len(missing)} events confirmed and not in the inbox: {missing[:5]}")
    if more := sorted(set(heard) - events.may):
        found.append(f"{len(more)} events heard and never sent: {more[:5]}")
    return found


def problems(
    tx: Transaction,
    *,
    saved: Mapping[int, int],
    task_ids: set[str],
    recount: Callable[[Transaction], None],
) -> list[str]:
    """Everything that is wrong in the database; `recount` is one of `tests.invariants`."""
    found: list[str] = []
    standing = {
        row.assignment_id: row.value
        for row in tx.execute(
            select(answer.c.assignment_id, answer.c.value).where(answer.c.voided_at.is_(None))
        )
    }
    for held, ordinal in saved.items():
        if standing.get(held) != LABELS[ordinal]:
            found.append(
                f"answer {LABELS[ordinal]} to {held} was shown as saved, kept is {standing.get(held)}"
            )
    entries = tx.execute(select(ledger.c.kind, ledger.c.assignment_id)).all()
    for (kind, held), count in Counter((row.kind, row.assignment_id) for row in entries).items():
        if count > 1:
            found.append(f"{count} times {kind} for {held}")
    if failed := _count(tx, inbox, inbox.c.state == "failed"):
        found.append(f"{failed} events failed")
    if given_up := _count(tx, outbox, outbox.c.state == OutboxState.FAILED):
        found.append(f"{given_up} messages given up")
    known = [row.external_id for row in tx.execute(select(task.c.external_id))]
    if Counter(known) != Counter(task_ids):
        found.append(f"{len(known)} tasks, {len(task_ids)} were sent")
    strangers = tx.execute(
        select(answer.c.id)
        .join(assignment, assignment.c.id == answer.c.assignment_id)
        .where(answer.c.person_id != assignment.c.person_id)
    ).all()
    if strangers:
        found.append(f"{len(strangers)} answers by people whose card it was not")
    try:
        recount(tx)
    except AssertionError as broken:
        found.append(f"the books do not add up: {str(broken)[:500]}")
    return found


def wrong_projects(tx: Transaction, *, made: int) -> list[str]:
    """Each form of a new project that closed made one, and no other did."""
    there = _count(tx, project)
    return [] if there == made else [f"{there} projects, {made} were made"]


Rows = list[dict[str, str]]


def wrong_results(tasks: Rows, answers: Rows, *, task_ids: set[str]) -> list[str]:
    """The files a requester got: complete, every task with its answers, and a label that somebody gave it."""
    found: list[str] = []
    if Counter(row["id"] for row in tasks) != Counter(task_ids):
        found.append(f"{len(tasks)} rows of results for {len(task_ids)} tasks")
    votes = _votes(answers)
    for row in tasks:
        given = votes[row["id"]]
        if int(row["answers"]) != given.total():
            found.append(f"task {row['id']} says {row['answers']} answers, {given.total()} are listed")
        if row["status"] == TaskState.SETTLED and row["label"] not in given:
            found.append(f"task {row['id']} is settled as {row['label']} by {dict(given)}")
    return found


def wrong_majority(tx: Transaction, tasks: Rows, answers: Rows) -> list[str]:
    """Where every vote weighs the same: right by majority, and worth what the ledger says was paid."""
    found: list[str] = []
    votes = _votes(answers)
    paid = 0
    for row in tasks:
        given = votes[row["id"]]
        if row["status"] == TaskState.SETTLED and row["label"] != given.most_common(1)[0][0]:
            found.append(f"task {row['id']} is settled as {row['label']} by {dict(given)}")
        if row["status"] in (TaskState.SETTLED, "gold"):
            paid += REWARD * given[row["label"]]
        elif row["status"] == TaskState.CANCELLED:
            paid += REWARD * given.total()
    kept = tx.execute(select(func.sum(ledger.c.points)).where(ledger.c.kind == "reward")).scalar() or 0
    if kept != paid:
        found.append(f"{kept} points in the ledger, {paid} by the rule")
    return found


def _votes(answers: Rows) -> defaultdict[str, Counter[str]]:
    votes: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for row in answers:
        votes[row["task"]][row["answer"]] += 1
    return votes


def errors_logged(log: Path) -> list[str]:
    """What the service itself called an error; a line that a kill cut off is none."""
    found = []
    for line in log.read_text("utf-8", errors="replace").splitlines():
        if not line.startswith("{"):
            found.append(line)
            continue
        try:
            entry: dict[str, Any] = json.loads(line)
        except ValueError:
            continue
        if entry.get("level") in ("error", "critical"):
            found.append(line)
    return found


def _count(tx: Transaction, table: Any, *where: Any) -> int:
    return int(tx.execute(select(func.count()).select_from(table).where(*where)).scalar() or 0)


def standing(tx: Transaction, held: int) -> bool:
    """Whether an answer to this assignment counts."""
    return _count(tx, answer, answer.c.assignment_id == held, answer.c.voided_at.is_(None)) == 1


def sizes(tx: Transaction) -> dict[str, int]:
    """How long every table is that an event could make longer."""
    return {
        one.name: _count(tx, one) for one in (answer, assignment, inbox, job, ledger, outbox, project, task)
    }


def size(tx: Transaction) -> tuple[int, int]:
    """How many answers stand, and how many tasks there are."""
    return _count(tx, answer, answer.c.voided_at.is_(None)), _count(tx, task)


def entries(tx: Transaction, kind: str) -> int:
    """How many entries of a kind are in the ledger."""
    return _count(tx, ledger, ledger.c.kind == kind)
