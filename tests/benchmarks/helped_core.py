"""A simulated crowd at work through the product's own core, alone or helped by a model that learns from it.

Everything is the product's: claims, answers, settling, refits, the material of a training, the training itself, the
contest between two models, what a model says ahead, which tasks come forward, automatic settling.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from sqlalchemy import func, select

from core import importing, people, projects, refitting, settling
from core.answering import answer_held
from core.assigning import Handed, next_task
from core.clock import ManualClock, chance_of
from core.domain.deadlines import UNDO_WINDOW
from core.domain.person import Person, Role
from core.domain.states import TaskState
from core.intake.project_model import ProjectFile
from core.intake.rows import TaskRow
from core.people import Identity
from core.store import Store, Transaction
from core.store import people as people_rows
from core.store import tasks as task_rows
from core.store.tables import answer, task
from core.vault import Vault
from tests.benchmarks.helped_problems import Problem, Simulated, said

GOLD = 20
VISIT_EVERY = timedelta(seconds=20)
READING = timedelta(seconds=5)
TICK_EVERY = 6
LOOK_EVERY = 100
"""Visits between two points of the curve."""
IDLE = 400
"""After so many visits in a row for which the core had nothing, the work is done."""
TOGETHER = 50
START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
VAULT = Vault(b"benchmarks only: thirty-two byte")


@dataclass(frozen=True, slots=True)
class Point:
    """How things stood at a moment: answers paid for each task, and the share of labels that are right."""

    answers: float
    accuracy: float


@dataclass(slots=True)
class Played:
    """A whole run: the curve, and how the tasks ended."""

    points: list[Point] = field(default_factory=list)
    settled: int = 0
    by_model: int = 0
    escalated: int = 0
    tasks: int = 0

    @property
    def final(self) -> Point:
        """The end."""
        return self.points[-1]

    def answers_to(self, accuracy: float) -> float | None:
        """Answers for each task at which this accuracy is reached for good, interpolated; None when it never is."""
        last = next(
            (at for at in range(len(self.points) - 1, -1, -1) if self.points[at].accuracy < accuracy), None
        )
        if last is None:
            return self.points[0].answers
        if last + 1 >= len(self.points):
            return None
        before, after = self.points[last], self.points[last + 1]
        share = (accuracy - before.accuracy) / max(after.accuracy - before.accuracy, 1e-9)
        return before.answers + share * (after.answers - before.answers)


@dataclass(slots=True)
class Game:
    """A run under way."""

    store: Store
    problem: Problem
    workers: list[Simulated]
    owner: Person
    people: list[Person]
    project_id: int
    truth: dict[int, int]
    dice: Random
    clock: ManualClock
    gold: int


async def prepared(
    store: Store,
    problem: Problem,
    workers: list[Simulated],
    *,
    target: float,
    seed: int,
    help_: Mapping[str, object],
) -> Game:
    """The project with its tasks, and the people."""
    dice = chance_of(seed)
    file = ProjectFile.model_validate(
        {
            "project": problem.name,
            "instructions": "Which one is it?",
            "labels": [{"id": one, "en": one.title()} for one in problem.labels],
            "overlap": {"min": 2, "max": problem.most, "confidence": target},
            "suggestions": dict(help_),
        }
    )

    def founded(tx: Transaction) -> tuple[Person, int, list[Person]]:
        owner = _joined(tx, "owner", Role.REQUESTER)
        made = projects.create(tx, owner, file, now=START)
        return owner, made, [_joined(tx, f"worker-{at}") for at in range(len(workers))]

    owner, project_id, joined = await store.write(founded)
    known = set(dice.sample(range(len(problem.truth)), GOLD))
    rows = [
        TaskRow(
            line=at + 2,
            content=content,
            external_id=f"t{at}",
            lang="en",
            gold=problem.labels[problem.truth[at]] if at in known else None,
        )
        for at, content in enumerate(problem.contents)
    ]
    for first in range(0, len(rows), importing.BATCH):
        some = rows[first : first + importing.BATCH]
        await store.write(lambda tx, some=some: importing.add_tasks(tx, project_id, some, now=START))  # type: ignore[misc]  # some is bound
    await store.write(lambda tx: projects.launch(tx, owner, project_id, now=START))
    ids = await store.read(lambda tx: _ids(tx, project_id))
    truth = {task_id: problem.truth[int(name[1:])] for name, task_id in ids.items()}
    return Game(
        store, problem, workers, owner, joined, project_id, truth, dice, ManualClock(START), len(known)
    )


def _joined(tx: Transaction, name: str, *roles: Role) -> Person:
    made = people.arrive(tx, VAULT, Identity("helped", "", name, name, "en"), admins=frozenset(), now=START)
    people.consent(tx, made, now=START)
    people.set_languages(tx, made, ("en",))
    for role in roles:
        people.give_role(tx, made, role, now=START)
    return people_rows.by_account(tx, made.account_id)


def _ids(tx: Transaction, project_id: int) -> dict[str, int]:
    rows = tx.execute(select(task.c.external_id, task.c.id).where(task.c.project_id == project_id))
    return {row.external_id: row.id for row in rows}


def visitors(game: Game) -> Iterator[int]:
    """Who comes next, for ever, by how active they are."""
    weights = [one.activity for one in game.workers]
    while True:
        yield from game.dice.choices(range(len(weights)), weights, k=1000)


def visits(tx: Transaction, game: Game, coming: list[int]) -> int:
    """Some visits in one transaction; returns for how many there was nothing to do."""
    idle = 0
    for worker in coming:
        now = game.clock.move(VISIT_EVERY)
        handed = next_task(tx, game.people[worker], asked=True, now=now, chance=game.dice)
        if not isinstance(handed, Handed):
            idle += 1
            continue
        held = handed.assignment
        labels = game.problem.labels
        seen = held.suggested if held.suggested is not None and held.suggested.visible else None
        label = said(
            game.workers[worker],
            game.truth[held.task_id],
            None if seen is None else labels.index(seen.label),
            labels=len(labels),
            dice=game.dice,
        )
        answer_held(tx, game.people[worker], held, labels[label], now=now + READING)
    return idle


def settle(tx: Transaction, game: Game) -> None:
    """What the clockwork does."""
    now = game.clock.now()
    while task_rows.settling_is_due(tx, now=now):
        settling.settle_due(tx, now=now, most=50)
    while settling.pay_gold_due(tx, now=now):
        pass
    for project_id in refitting.due(tx, now=now):
        refitting.run_whole(tx, project_id, now=now)


def look(tx: Transaction, game: Game) -> tuple[Point, Played]:
    """How things stand: every task counts, and one without a label is wrong."""
    rows = tx.execute(
        select(task.c.id, task.c.state, task.c.label, task.c.answered, task.c.settled_by).where(
            task.c.project_id == game.project_id, task.c.gold.is_(None)
        )
    ).all()
    labels = game.problem.labels
    right = sum(
        row.label == labels[game.truth[row.id]] and (row.answered > 0 or row.state == TaskState.SETTLED)
        for row in rows
    )
    paid = tx.execute(
        select(func.count())
        .select_from(answer)
        .where(answer.c.project_id == game.project_id, answer.c.voided_at.is_(None))
    ).scalar_one()
    ends = Played(
        settled=sum(row.state == TaskState.SETTLED for row in rows),
        by_model=sum(row.settled_by == "model" for row in rows),
        escalated=sum(row.state == TaskState.ESCALATED for row in rows),
        tasks=len(rows),
    )
    return Point(paid / len(rows), right / len(rows)), ends


async def play(game: Game, beside: Callable[[], Awaitable[None]] | None = None) -> Played:
    """Until nothing is left to do."""
    played, coming, idle, come = Played(), visitors(game), 0, 0
    while idle < IDLE and come < 60 * len(game.truth):
        for _ in range(LOOK_EVERY // TICK_EVERY):
            some = [next(coming) for _ in range(TICK_EVERY)]
            nothing = await game.store.write(lambda tx, some=some: visits(tx, game, some))  # type: ignore[misc]  # some is bound
            idle = idle + nothing if nothing == len(some) else 0
            await game.store.write(lambda tx: settle(tx, game))
            come += len(some)
        if beside is not None:
            await beside()
        point, _ = await game.store.read(lambda tx: look(tx, game))
        played.points.append(point)
    game.clock.move(UNDO_WINDOW + refitting.REST)
    await game.store.write(lambda tx: settle(tx, game))
    point, ends = await game.store.read(lambda tx: look(tx, game))
    ends.points = [*played.points, point]
    return ends
