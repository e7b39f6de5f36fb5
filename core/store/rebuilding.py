"""What is needed to make again, from the answers alone, what is kept between two refits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import select

from core.clock import milliseconds
from core.domain.states import TaskState
from core.domain.suggestions import Screen
from core.domain.task import Tally
from core.store.answers import FOLLOWED
from core.store.refits import CHUNK
from core.store.tables import answer, crowd_model, suggested, task
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
    followed: bool = False  # it is what the worker saw suggested
    misled: bool = False  # and that was wrong on purpose


def given(tx: Transaction, project_id: int) -> Iterator[Given]:
    """Every answer of a project, by id, those taken back too."""
    columns = (answer.c.id, answer.c.task_id, answer.c.person_id, answer.c.value, answer.c.at)
    rows = tx.execute(
        select(*columns, answer.c.voided_at, task.c.gold, suggested.c.screen)
        .join(task, task.c.id == answer.c.task_id)
        .outerjoin(suggested, FOLLOWED)
        .where(answer.c.project_id == project_id)
        .order_by(answer.c.id)
        .execution_options(yield_per=CHUNK)
    )
    for row in rows:
        voided = None if row.voided_at is None else milliseconds(row.voided_at)
        followed, misled = row.screen is not None, row.screen == Screen.PLANTED
        yield Given(
            row.id,
            row.task_id,
            row.person_id,
            row.value,
            milliseconds(row.at),
            voided,
            row.gold,
            followed,
            misled,
        )


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
