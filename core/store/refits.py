"""What a refit reads and writes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, case, delete, func, or_, select, update
from sqlalchemy import insert as plain_insert

from core.consensus.believed import Believed
from core.domain.states import CONSENSUS, MODEL, ProjectState, TaskState
from core.store.tables import answer, crowd_model, project, reliability, suggested, task, worker_model
from core.store.transaction import Change, Statement, Transaction

CHUNK = 20_000


class State(NamedTuple):
    """How a project's model stands against its answers."""

    project_id: int
    generation: int
    answers: int  # that the last refit saw; 0 or less when it is not done
    fresh: int  # standing ones since that nobody can take back, as far as it matters
    as_of: datetime | None


_NEWER = (
    select(answer.c.id)
    .where(
        answer.c.project_id == project.c.id,
        answer.c.id > func.coalesce(crowd_model.c.upto, 0),
        answer.c.at <= bindparam("before"),
        answer.c.voided_at.is_(None),
    )
    .limit(bindparam("enough"))
    .correlate(project, crowd_model)
    .subquery()
)
_STATES = Statement(
    select(
        project.c.id,
        func.coalesce(crowd_model.c.generation, 0),
        func.coalesce(crowd_model.c.answers, 0),
        select(func.count()).select_from(_NEWER).scalar_subquery(),
        crowd_model.c.as_of,
    )
    .select_from(project)
    .outerjoin(crowd_model, crowd_model.c.project_id == project.c.id)
    .where(project.c.state == ProjectState.RUNNING.value)
    .order_by(project.c.id),
    State,
)


def states(tx: Transaction, *, before: datetime, enough: int) -> list[State]:
    """The running projects, with the answers given before `before` that their model has not seen.

    No more than `enough` of them are counted.
    """
    return _STATES.all(tx, before=before, enough=enough)


class TaskRow(NamedTuple):
    """A task as a refit sees it."""

    id: int
    lang: str
    gold: str | None
    state: str
    label: str | None
    confidence: float | None
    settled_by: str | None
    reopened: bool
    hint: str | None = None  # as the task's row has it
    settled_at: datetime | None = None


class AnswerRow(NamedTuple):
    """A standing answer as a refit sees it."""

    id: int
    task_id: int
    person_id: int
    value: str
    milliseconds: int
    suggested: str | None = None  # the label that a model had for its worker's card
    screen: str | None = None  # core.domain.suggestions.Screen: what became of that


def last_final(tx: Transaction, project_id: int, *, before: datetime) -> int:
    """The last answer of a project before the first that is newer than `before`."""
    mine = answer.c.project_id == project_id
    newer = tx.execute(select(func.min(answer.c.id)).where(mine, answer.c.at > before)).scalar()
    if newer is not None:
        return int(newer) - 1
    return last_of_all(tx, project_id)


def tasks_of(tx: Transaction, project_id: int, *, hinted: bool = False) -> list[TaskRow]:
    """Every task of a project that has answers or a known truth, or that a model settled; with `hinted`, those of
    which a model said something, too."""
    wanted = [task.c.answered + task.c.late > 0, task.c.gold.isnot(None), task.c.settled_by == MODEL]
    if hinted:
        wanted.append(task.c.hint.isnot(None))
    rows = tx.execute(
        select(
            task.c.id,
            task.c.lang,
            task.c.gold,
            task.c.state,
            task.c.label,
            task.c.confidence,
            task.c.settled_by,
            task.c.reopened_at.isnot(None),
            task.c.hint,
            task.c.settled_at,
        )
        .where(task.c.project_id == project_id, or_(*wanted))
        .order_by(task.c.id)
    )
    return [TaskRow(*row) for row in rows]


def answers_of(tx: Transaction, project_id: int, *, upto: int) -> list[AnswerRow]:
    """The standing answers of a project up to this one, by id."""
    rows = tx.execute(
        select(
            answer.c.id,
            answer.c.task_id,
            answer.c.person_id,
            answer.c.value,
            answer.c.milliseconds,
            suggested.c.label,
            suggested.c.screen,
        )
        .outerjoin(suggested, suggested.c.assignment_id == answer.c.assignment_id)
        .where(answer.c.project_id == project_id, answer.c.voided_at.is_(None), answer.c.id <= upto)
        .order_by(answer.c.id)
        .execution_options(yield_per=CHUNK)
    )
    return [AnswerRow(*row) for row in rows]


def given_since(tx: Transaction, project_id: int) -> int:
    """How many standing answers, those to gold aside, the generation in use has not seen."""
    seen = select(crowd_model.c.upto).where(crowd_model.c.project_id == project_id).scalar_subquery()
    found = (
        select(func.count())
        .select_from(answer.join(task, task.c.id == answer.c.task_id))
        .where(
            answer.c.project_id == project_id,
            answer.c.id > func.coalesce(seen, 0),
            answer.c.voided_at.is_(None),
            task.c.gold.is_(None),
        )
    )
    return int(tx.execute(found).scalar_one())


_CLEAR = Change(
    delete(worker_model).where(
        worker_model.c.project_id == bindparam("project"),
        worker_model.c.person_id == bindparam("person"),
        worker_model.c.generation == bindparam("generation"),
    )
)


def clear_staged(tx: Transaction, project_id: int, *, generation: int, most: int) -> int:
    """Remove some rows of other generations than the present one; returns how many.

    What is gathered before the first refit has no generation yet, and is in use until then.
    """
    stale = select(worker_model.c.person_id, worker_model.c.generation).where(
        worker_model.c.project_id == project_id, worker_model.c.generation != generation
    )
    if not generation:
        stale = stale.where(worker_model.c.generation > 0)
    stale = stale.limit(most)
    rows = tx.execute(stale).all()
    for row in rows:
        _CLEAR.run(tx, project=project_id, person=row.person_id, generation=row.generation)
    return len(rows)


def stage(tx: Transaction, project_id: int, *, generation: int, rows: Sequence[tuple[int, bytes]]) -> None:
    """Write workers' soft counts of a generation that is not in use yet."""
    values = [
        {"project_id": project_id, "person_id": person_id, "generation": generation, "base": base}
        for person_id, base in rows
    ]
    if values:
        tx.execute(plain_insert(worker_model), values)


class Present(NamedTuple):
    """The generation in use, and how it stands (`crowd_model.answers`)."""

    generation: int = 0
    answers: int = 0
    upto: int = 0


def present(tx: Transaction, project_id: int) -> Present:
    """The generation in use, also on a snapshot; 0 before the first."""
    row = tx.execute(_PRESENT.where(crowd_model.c.project_id == project_id)).first()
    return Present() if row is None else Present(*row)


def hold_present(tx: Transaction, project_id: int) -> Present:
    """The same, locked until the transaction ends."""
    row = tx.execute(
        _PRESENT.where(crowd_model.c.project_id == project_id).with_for_update(key_share=True)
    ).first()
    return Present() if row is None else Present(*row)


_PRESENT = select(crowd_model.c.generation, crowd_model.c.answers, crowd_model.c.upto)


def outdate(tx: Transaction, project_ids: Any) -> None:
    """What the models of these projects saw is no longer so: they must be made anew, even while they are made."""
    answers = crowd_model.c.answers
    tx.execute(
        update(crowd_model)
        .where(crowd_model.c.project_id.in_(project_ids))
        .values(answers=case((answers < 0, answers - 1), else_=-1))
    )


def last_of_all(tx: Transaction, project_id: int) -> int:
    """The last answer of a project; 0 when there is none."""
    newest = select(func.coalesce(func.max(answer.c.id), 0)).where(answer.c.project_id == project_id)
    return int(tx.execute(newest).scalar_one())


def _swap(insert: Any) -> Any:
    names = ("generation", "upto", "swapped", "answers", "as_of", "model", "report")
    row = insert(crowd_model).values(
        project_id=bindparam("project"), **{name: bindparam(f"new_{name}") for name in names}
    )
    return row.on_conflict_do_update(
        index_elements=[crowd_model.c.project_id], set_={name: row.excluded[name] for name in names}
    )


_SWAP = Change(_swap)


def swap(
    tx: Transaction,
    project_id: int,
    *,
    generation: int,
    upto: int,
    outdated: bool,
    as_of: datetime,
    model: Believed | None,
    report: dict[str, Any],
) -> None:
    """From now on this generation is in use; it counts as unfinished until `followed`, or as outdated already."""
    _SWAP.run(
        tx,
        project=project_id,
        new_generation=generation,
        new_upto=upto,
        new_swapped=last_of_all(tx, project_id),
        new_answers=-1 if outdated else 0,
        new_as_of=as_of,
        new_model=None if model is None else model.as_json(),
        new_report=json.dumps(report),
    )


def followed(tx: Transaction, project_id: int, *, generation: int, answers: int) -> None:
    """Everything that follows from a generation is done; one that is outdated by now stays so."""
    tx.execute(
        update(crowd_model)
        .where(
            crowd_model.c.project_id == project_id,
            crowd_model.c.generation == generation,
            crowd_model.c.answers == 0,
        )
        .values(answers=answers)
    )


class Standing(NamedTuple):
    """What is believed of a task: its leading label, or the one it was settled with, and how surely."""

    task_id: int
    label: str
    confidence: float


_RESTATE = Change(
    update(task)
    .where(
        task.c.id == bindparam("task"),
        or_(task.c.state != TaskState.SETTLED.value, task.c.label == bindparam("leading")),
    )
    .values(label=bindparam("leading"), confidence=bindparam("believed"))
)


def restate(tx: Transaction, rows: Sequence[Standing]) -> None:
    """What is believed by now of tasks that stay as they are; a settled label never changes here."""
    for row in rows:
        _RESTATE.run(tx, task=row.task_id, leading=row.label, believed=row.confidence)


def reopen(tx: Transaction, task_id: int, *, now: datetime) -> bool:
    """A settled task is open once more; False when it may not be."""
    done = tx.execute(
        update(task)
        .where(
            task.c.id == task_id,
            task.c.state == TaskState.SETTLED,
            task.c.settled_by.in_([CONSENSUS, MODEL]),
            task.c.reopened_at.is_(None),
        )
        .values(state=TaskState.OPEN, reopened_at=now, settled_at=None, settled_by=None)
    )
    return done.rowcount == 1


class Seen(NamedTuple):
    """How many of a worker's answers in a language were right and wrong, as far as that is known."""

    person_id: int
    lang: str
    right: float
    wrong: float


def _see(insert: Any) -> Any:
    names = ("person_id", "project_id", "kind", "lang", "right", "wrong", "at")
    row = insert(reliability).values(**{name: bindparam(f"new_{name}") for name in names})
    return row.on_conflict_do_update(
        index_elements=[reliability.c.person_id, reliability.c.project_id, reliability.c.lang],
        set_={name: row.excluded[name] for name in ("kind", "right", "wrong", "at")},
    )


_SEE = Change(_see)


def write_seen(tx: Transaction, project_id: int, rows: Sequence[Seen], *, kind: str, at: datetime) -> None:
    """What a project's answers say of some workers, in place of what they said before."""
    for row in rows:
        _SEE.run(
            tx,
            new_person_id=row.person_id,
            new_project_id=project_id,
            new_kind=kind,
            new_lang=row.lang,
            new_right=row.right,
            new_wrong=row.wrong,
            new_at=at,
        )


def report_of(tx: Transaction, project_id: int) -> tuple[datetime, dict[str, Any]] | None:
    """What the last refit found, and as of when."""
    row = tx.execute(
        select(crowd_model.c.as_of, crowd_model.c.report).where(crowd_model.c.project_id == project_id)
    ).first()
    return None if row is None else (row.as_of, json.loads(row.report))
