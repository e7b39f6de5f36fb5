"""What is needed to make again, from the answers alone, what is kept between two refits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import select

from core.clock import milliseconds
from core.domain.states import TaskState
from core.domain.task import Tally
from core.store.refits import CHUNK
from core.store.tables import answer, crowd_model, task
from core.store.tasks import tally_of
from core.store.transaction import Transaction


class Given(NamedTuple):
    """An answer as it was given, and perhaps taken back; `known` is the truth of a gold task."""

    id: int
    task_id: int
    person_id: int
    value: str
    at: int  # milliseconds since 1970
    voided_at: int | None
    known: str | None


def given(tx: Transaction, project_id: int) -> Iterator[Given]:
    """Every answer of a project, by id, those taken back too."""
    columns = (answer.c.id, answer.c.task_id, answer.c.person_id, answer.c.value, answer.c.at)
    rows = tx.execute(
        select(*columns, answer.c.voided_at, task.c.gold)
        .join(task, task.c.id == answer.c.task_id)
        .where(answer.c.project_id == project_id)
        .order_by(answer.c.id)
        .execution_options(yield_per=CHUNK)
    )
    for row in rows:
        voided = None if row.voided_at is None else milliseconds(row.voided_at)
        yield Given(row.id, row.task_id, row.person_id, row.value, milliseconds(row.at), voided, row.gold)


def tallies(tx: Transaction, project_id: int) -> Iterator[tuple[int, Tally]]:
    """What the open tasks of a project keep of their votes."""
    rows = tx.execute(
        select(task.c.id, task.c.votes)
        .where(task.c.project_id == project_id, task.c.state == TaskState.OPEN)
        .order_by(task.c.id)
        .execution_options(yield_per=CHUNK)
    )
    for row in rows:
        tally = tally_of(row.votes)
        if tally is not None:
            yield row.id, tally


def swapped_at(tx: Transaction, project_id: int) -> int:
    """The last answer before the present generation was put in use; 0 before the first."""
    found = tx.execute(select(crowd_model.c.swapped).where(crowd_model.c.project_id == project_id)).scalar()
    return int(found or 0)
