"""What projects believe of their crowds, as rows."""

from __future__ import annotations

import json
from array import array
from typing import Any

from sqlalchemy import and_, bindparam, select

from core.consensus.believed import Believed, parsed
from core.consensus.online import Counts, Pending, Worker
from core.store import watches
from core.store.tables import crowd_model, project, watch, worker_model
from core.store.transaction import Change, Statement, Transaction
from core.store.watches import Watched

_COMPACT = json.JSONEncoder(separators=(",", ":"))


def _believed(generation: int, text: str | None) -> Believed | None:
    return None if text is None else parsed(generation, text)


_MODEL = Statement(
    select(crowd_model.c.generation, crowd_model.c.model).where(
        crowd_model.c.project_id == bindparam("project")
    ),
    _believed,
)


def unpacked(packed: bytes | None) -> Counts | None:
    """Soft counts from their row."""
    return None if packed is None else tuple(array("d", packed))


def packed(counts: Counts | None) -> bytes | None:
    """Soft counts for their row."""
    return None if counts is None else array("d", counts).tobytes()


def _worker(base: bytes | None, gathered: bytes | None, waiting: str | None) -> Worker:
    pending = () if waiting is None else json.loads(waiting)
    return Worker(
        unpacked(base),
        unpacked(gathered),
        tuple(Pending(answer_id, at, label, tuple(chances)) for answer_id, at, label, chances in pending),
    )


_ONE = (
    worker_model.c.project_id == bindparam("project"),
    worker_model.c.person_id == bindparam("person"),
    worker_model.c.generation == bindparam("generation"),
)
_WORKER = Statement(
    select(worker_model.c.base, worker_model.c.gathered, worker_model.c.waiting).where(*_ONE), _worker
)
_MET = Statement(
    select(
        crowd_model.c.generation,
        crowd_model.c.model,
        worker_model.c.base,
        worker_model.c.gathered,
        worker_model.c.waiting,
        *watches.COLUMNS,
    )
    .select_from(project)
    .outerjoin(crowd_model, crowd_model.c.project_id == project.c.id)
    .outerjoin(
        worker_model,
        and_(
            worker_model.c.project_id == crowd_model.c.project_id,
            worker_model.c.person_id == bindparam("person"),
            worker_model.c.generation == crowd_model.c.generation,
        ),
    )
    .outerjoin(watch, and_(watch.c.project_id == project.c.id, watch.c.person_id == bindparam("person")))
    .where(project.c.id == bindparam("project")),
    lambda generation, model, base, gathered, waiting, *row: (
        _believed(generation, model),
        _worker(base, gathered, waiting),
        watches.watched(*row),
    ),
)


def _keep(insert: Any) -> Any:
    row = insert(worker_model).values(
        project_id=bindparam("project"),
        person_id=bindparam("person"),
        generation=bindparam("generation"),
        base=bindparam("base"),
        gathered=bindparam("gathered"),
        waiting=bindparam("waiting"),
    )
    return row.on_conflict_do_update(
        index_elements=[worker_model.c.project_id, worker_model.c.person_id, worker_model.c.generation],
        set_={"base": row.excluded.base, "gathered": row.excluded.gathered, "waiting": row.excluded.waiting},
    )


_KEEP = Change(_keep)


def _hold(insert: Any) -> Any:
    row = insert(worker_model).values(
        project_id=bindparam("project"),
        person_id=bindparam("person"),
        generation=bindparam("generation"),
        held=1,
    )
    return row.on_conflict_do_update(
        index_elements=[worker_model.c.project_id, worker_model.c.person_id, worker_model.c.generation],
        set_={"held": worker_model.c.held + 1},
    )


_HOLD = Change(_hold)


def hold(tx: Transaction, *, project_id: int, person_id: int, generation: int) -> None:
    """A worker came, and the project waits for somebody better."""
    _HOLD.run(tx, project=project_id, person=person_id, generation=generation)


def held(tx: Transaction, project_id: int, generation: int) -> dict[int, int]:
    """How often each worker was not asked although they came, since a generation is in use."""
    rows = tx.execute(
        select(worker_model.c.person_id, worker_model.c.held).where(
            worker_model.c.project_id == project_id,
            worker_model.c.generation == generation,
            worker_model.c.held > 0,
        )
    )
    return {row.person_id: row.held for row in rows}


def model(tx: Transaction, project_id: int) -> Believed | None:
    """What the last refit of a project left; None before the first, or where votes are not weighed."""
    return _MODEL.first(tx, project=project_id)


def met(tx: Transaction, *, project_id: int, person_id: int) -> tuple[Believed | None, Worker, Watched]:
    """The same, what that generation believes of a worker, and what rules have of them."""
    return _MET.one(tx, project=project_id, person=person_id)


def worker(tx: Transaction, *, project_id: int, person_id: int, generation: int) -> Worker:
    """What a project believes of a worker; a newcomer's is empty."""
    found = _WORKER.first(tx, project=project_id, person=person_id, generation=generation)
    return Worker() if found is None else found


def workers(tx: Transaction, *, project_id: int, generation: int) -> dict[int, Worker]:
    """What one generation believes of everybody, by person."""
    columns = (worker_model.c.person_id, worker_model.c.base, worker_model.c.gathered, worker_model.c.waiting)
    rows = tx.execute(
        select(*columns).where(
            worker_model.c.project_id == project_id, worker_model.c.generation == generation
        )
    )
    return {row.person_id: _worker(*row[1:]) for row in rows}


def keep(tx: Transaction, one: Worker, *, project_id: int, person_id: int, generation: int) -> None:
    """Write down what a project believes of a worker."""
    _KEEP.run(
        tx,
        project=project_id,
        person=person_id,
        generation=generation,
        base=packed(one.base),
        gathered=packed(one.gathered),
        waiting=_waiting(one.waiting),
    )


def _waiting(pending: tuple[Pending, ...]) -> str | None:
    return _COMPACT.encode(pending) if pending else None
