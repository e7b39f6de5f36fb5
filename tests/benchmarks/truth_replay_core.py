"""One recorded crowd replayed through the product's own core: each claim, answer, settlement and refit is real.

Each recorded answer is one visit of its worker, in an order drawn by chance. At a visit the core hands out
what it likes of the tasks that this worker really answered, or nothing; the recorded label is given as the
answer. The core never sees an answer before it is given.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import NamedTuple

from sqlalchemy import func, select

from core import importing, people, projects, refitting, serving, settling
from core.answering import answer_held
from core.assigning import Handed, next_task
from core.clock import ManualClock, chance_of
from core.domain.deadlines import UNDO_WINDOW
from core.domain.person import Person, Role
from core.domain.states import TaskState
from core.domain.task import Assignment
from core.intake.project_model import ProjectFile
from core.intake.rows import TaskRow
from core.people import Identity
from core.store import Store, Transaction, models
from core.store import people as people_rows
from core.store import tasks as task_rows
from core.store.suggestions import Said
from core.store.tables import answer, task
from core.vault import Vault
from tests.benchmarks.truth_sets import Crowd, rotated

GOLD = 20
"""So many tasks of a set have a known answer; of a tiny set, at most a tenth."""
MOST_ANSWERS = 50
"""The largest overlap that a project may have."""
VISIT_EVERY = timedelta(seconds=20)
READING = timedelta(seconds=5)
TICK_EVERY = 6
"""Visits between two ticks of the clockwork: two minutes. What waits for one of them has no free place meanwhile."""
TOGETHER = 300
"""Visits in one transaction; the order of what happens is the same, there are only fewer commits."""
MODEL = "simulated"
START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
VAULT = Vault(b"benchmarks only: thirty-two byte")


@dataclass(frozen=True, slots=True)
class Plan:
    """What chance decides before a replay: names, which tasks are gold, and who comes when."""

    crowd: Crowd
    gold: frozenset[int]
    visits: tuple[int, ...]
    dice: Random


def planned(crowd: Crowd, seed: int) -> Plan:
    """The plan of a seed; the same for every target, so that they differ in nothing else."""
    dice = chance_of(seed)
    renamed = rotated(crowd, dice)
    known = [number for number, truth in enumerate(renamed.truth) if truth is not None]
    gold = frozenset(dice.sample(known, min(GOLD, len(known) // 10)))
    visits = [one.worker for one in renamed.answers]
    dice.shuffle(visits)
    return Plan(renamed, gold, tuple(visits), chance_of(dice.getrandbits(62)))


@dataclass(frozen=True, slots=True)
class Ended:
    """How a task that is not gold stood at the end; without answers it has no label and no confidence."""

    number: int
    state: TaskState
    label: int | None
    confidence: float | None


@dataclass(frozen=True, slots=True)
class Replayed:
    """How all tasks ended, and how many answers were paid: all of them, and those to gold tasks."""

    tasks: tuple[Ended, ...]
    paid: int
    paid_gold: int


@dataclass(slots=True)
class _Game:
    """A replay under way: the people, and which tasks each of them may still be handed, with what they will say."""

    project_id: int
    crowd: list[Person]
    left: list[dict[int, str]]
    visits: tuple[int, ...]
    dice: Random
    open: frozenset[int] = frozenset()
    offered: dict[int, set[int]] = field(default_factory=dict)
    clock: ManualClock = field(default_factory=lambda: ManualClock(START))
    come: int = 0


class Word(NamedTuple):
    """What a model says of a task: a label, and how surely."""

    label: int
    confidence: float


async def replay(
    store: Store, plan: Plan, *, target: float, method: str, words: Sequence[Word] | None = None
) -> Replayed:
    """Play a plan on an empty store; with `words`, a model says so of each task, and nobody sees it."""
    file = _file(plan.crowd, target=target, method=method, advised=words is not None)
    game = await _prepared(store, plan, file, words)
    while game.come < len(game.visits):
        await store.write(lambda tx: _some_visits(tx, game))
    for _ in range(2):  # what the last visits brought about, then what the last refit did
        game.clock.move(UNDO_WINDOW + refitting.REST)
        await store.write(lambda tx: _end(tx, now=game.clock.now()))
    return await store.read(lambda tx: _outcome(tx, game.project_id, file))


# --- the calls into the product -----------------------------------------------------------------------


def hand_out(
    tx: Transaction, person: Person, *, only: Collection[int], now: datetime, chance: Random
) -> Assignment | None:
    """What the core hands this worker of these tasks."""
    handed = next_task(tx, person, asked=True, now=now, chance=chance, only=only)
    return handed.assignment if isinstance(handed, Handed) else None


def refit_if_due(tx: Transaction, *, now: datetime) -> bool:
    """What the clockwork does when enough new answers came, whole and at once; says whether it did."""
    due = refitting.due(tx, now=now)
    for project_id in due:
        refitting.run_whole(tx, project_id, now=now)
    return bool(due)


# --- playing ------------------------------------------------------------------------------------------


def _some_visits(tx: Transaction, game: _Game) -> None:
    """The next visits, and what time brings about between them."""
    _look(tx, game)
    for worker in game.visits[game.come : game.come + TOGETHER]:
        _visit(tx, game, worker)
        game.come += 1
        now = game.clock.now()
        if game.come % TICK_EVERY == 0:
            _settle(tx, now=now)
            if refit_if_due(tx, now=now):
                _look(tx, game)
    _pay_gold(tx, now=game.clock.now())


def _visit(tx: Transaction, game: _Game, worker: int) -> None:
    now = game.clock.move(VISIT_EVERY)
    person, left = game.crowd[worker], game.left[worker]
    only = game.offered.get(worker)
    if only is None:
        only = game.offered[worker] = left.keys() & game.open
    held = hand_out(tx, person, only=only, now=now, chance=game.dice) if only else None
    if held is not None:
        only.discard(held.task_id)
        answer_held(tx, person, held, left.pop(held.task_id), now=now + READING)


def _look(tx: Transaction, game: _Game) -> None:
    """Note which tasks are open: until the next refit they only end, and naming fewer to the core is quicker."""
    rows = tx.execute(
        select(task.c.id).where(task.c.project_id == game.project_id, task.c.state == TaskState.OPEN)
    )
    game.open, game.offered = frozenset(rows.scalars()), {}


def _end(tx: Transaction, *, now: datetime) -> None:
    _settle(tx, now=now)
    _pay_gold(tx, now=now)
    refit_if_due(tx, now=now)


def _settle(tx: Transaction, *, now: datetime) -> None:
    while task_rows.settling_is_due(tx, now=now):
        settling.settle_due(tx, now=now, most=50)


def _pay_gold(tx: Transaction, *, now: datetime) -> None:
    while settling.pay_gold_due(tx, now=now):
        pass


# --- before and after ---------------------------------------------------------------------------------


def _file(crowd: Crowd, *, target: float, method: str, advised: bool = False) -> ProjectFile:
    most = max(Counter(one.task for one in crowd.answers).values())
    return ProjectFile.model_validate(
        {
            "project": "A recorded crowd",
            "instructions": "Which one is it?",
            "labels": [{"id": label_id(one), "en": f"Label {one}"} for one in range(crowd.labels_n)],
            "overlap": {"min": 1, "max": min(most, MOST_ANSWERS), "confidence": target},
            "method": method,
            "suggestions": {"model": MODEL, "show_above": 1.0} if advised else {},
        }
    )


def label_id(label: int) -> str:
    """What the product calls a label."""
    return f"label-{label}"


def _task_id(number: int) -> str:
    return f"task-{number}"


async def _prepared(store: Store, plan: Plan, file: ProjectFile, words: Sequence[Word] | None) -> _Game:
    crowd = plan.crowd

    def founded(tx: Transaction) -> tuple[Person, int, list[Person]]:
        if words is not None:
            labels = [label.id for label in file.labels]
            serving.offer(tx, name=MODEL, digest="0", card={"labels": labels}, now=START)
        owner = _joined(tx, "owner", Role.REQUESTER)
        project_id = projects.create(tx, owner, file, now=START)
        return owner, project_id, [_joined(tx, f"worker-{one}") for one in range(crowd.workers_n)]

    owner, project_id, workers = await store.write(founded)
    for first in range(0, crowd.tasks_n, importing.BATCH):
        batch = [_row(plan, number) for number in range(first, min(first + importing.BATCH, crowd.tasks_n))]
        await store.write(lambda tx, batch=batch: importing.add_tasks(tx, project_id, batch, now=START))  # type: ignore[misc]  # batch is bound
    await store.write(lambda tx: projects.launch(tx, owner, project_id, now=START))
    ids = await store.read(lambda tx: _ids(tx, project_id))
    if words is not None:
        said = [
            Said(ids[_task_id(number)], label_id(one.label), one.confidence, None)
            for number, one in enumerate(words)
        ]
        await store.write(lambda tx: _says(tx, project_id, said))
    left: list[dict[int, str]] = [{} for _ in workers]
    for one in crowd.answers:
        left[one.worker][ids[_task_id(one.task)]] = label_id(one.label)
    return _Game(project_id, workers, left, plan.visits, plan.dice)


def _says(tx: Transaction, project_id: int, said: Sequence[Said]) -> None:
    champion = models.serving_of(tx, project_id).champion
    assert champion is not None, "it serves"
    serving.keep(tx, project_id, champion, said, now=START)


def _joined(tx: Transaction, name: str, *roles: Role) -> Person:
    made = people.arrive(tx, VAULT, Identity("replay", "", name, name, "en"), admins=frozenset(), now=START)
    people.consent(tx, made, now=START)
    people.set_languages(tx, made, ("en",))
    for role in roles:
        people.give_role(tx, made, role, now=START)
    return people_rows.by_account(tx, made.account_id)


def _row(plan: Plan, number: int) -> TaskRow:
    truth = plan.crowd.truth[number]
    return TaskRow(
        line=number + 2,
        content={"text": _task_id(number)},
        external_id=_task_id(number),
        lang="en",
        gold=label_id(truth) if number in plan.gold and truth is not None else None,
    )


def _ids(tx: Transaction, project_id: int) -> dict[str, int]:
    rows = tx.execute(select(task.c.external_id, task.c.id).where(task.c.project_id == project_id))
    return {row.external_id: row.id for row in rows}


def _outcome(tx: Transaction, project_id: int, file: ProjectFile) -> Replayed:
    columns = (task.c.external_id, task.c.state, task.c.label, task.c.confidence, task.c.answered)
    rows = tx.execute(select(*columns).where(task.c.project_id == project_id, task.c.gold.is_(None)))
    numbers = {label.id: number for number, label in enumerate(file.labels)}
    ended = tuple(
        Ended(
            number=int(row.external_id.rpartition("-")[2]),
            state=TaskState(row.state),
            label=numbers.get(row.label),
            confidence=row.confidence if row.answered else None,
        )
        for row in rows
    )
    paid = (
        select(func.count())
        .select_from(answer)
        .where(answer.c.project_id == project_id, answer.c.voided_at.is_(None))
    )
    to_gold = paid.join(task, task.c.id == answer.c.task_id).where(task.c.gold.isnot(None))
    return Replayed(ended, int(tx.execute(paid).scalar_one()), int(tx.execute(to_gold).scalar_one()))
