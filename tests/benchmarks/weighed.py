"""What it costs to weigh votes: the same unit of work where all weigh the same, and with a crowd that is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from core import answering, refitting
from core.asking import LIVELY
from core.assigning import Handed, next_task
from core.clock import ManualClock, SystemClock, chance_of
from core.domain.deadlines import UNDO_WINDOW
from core.domain.person import Person
from core.domain.task import Assignment
from core.people import Identity, find
from core.store import Store, Transaction
from core.store.base import Unit
from tests.benchmarks.crowd import PLATFORM, VAULT, crowd, said
from tests.benchmarks.measuring import Spread
from tests.benchmarks.metering import Cost, Meter
from tests.benchmarks.preparing import MAJORITY
from tests.benchmarks.reporting import Goal, Report, Table
from tests.benchmarks.templates import Template, names, template

T = TypeVar("T")
TAPPED = "{}, the whole tap"
EQUAL, KNOWN = MAJORITY, "dawid_skene"
MOST = 0.10
"""How much of a unit of work weighing its vote may cost."""
PEOPLE = 16
RIGHT = 0.8
HASTE, CALM = timedelta(seconds=2), timedelta(seconds=20)
"""Between two answers of a crowd. When it is calm, nearly each tells something of its worker: the dearest case."""


@dataclass(slots=True)
class _Game:
    """People at work on a store, one after the other."""

    store: Store
    people: Sequence[Person]
    clock: ManualClock
    step: timedelta
    cards: dict[int, Assignment] = field(default_factory=dict)
    turn: int = 0

    async def play(self, answers: int, meter: Meter) -> None:
        """So many answers."""
        for _ in range(answers):
            await self.store.write(lambda tx: self._one(tx, meter))

    def _one(self, tx: Transaction, meter: Meter) -> None:
        person = self.people[self.turn % len(self.people)]
        self.turn += 1
        now = self.clock.move(self.step)
        card, chance = self.cards.get(person.id), chance_of(self.turn)
        with meter.unit():
            if card is not None:
                label = said(card, right=chance.random() < RIGHT, at=self.turn)
                answering.answer(tx, person, card.id, label, now=now)
            handed = next_task(tx, person, asked=card is None, now=now, chance=chance)
        assert isinstance(handed, Handed), "there are more tasks than answers"
        self.cards[person.id] = handed.assignment


async def run(
    folder: Path, *, rounds: int, answers: int, size: int = 10_000, known: int = 100, each: int = 10
) -> Report:
    """Measure, the two taking turns."""
    made = {
        method: await _with_past(folder, method, tasks=size, known=known, each=each)
        for method in (EQUAL, KNOWN)
    }
    seen: dict[str, list[Cost]] = {
        name: [] for name in (EQUAL, KNOWN, TAPPED.format(EQUAL), TAPPED.format(KNOWN))
    }
    for _ in range(rounds):
        for method, (one, since) in made.items():
            seen[method].append(await _core(one, since, answers))
        for method, (one, since) in made.items():
            seen[TAPPED.format(method)].append(await _product(one, since, answers))
    table = Table(
        "Weighing an answer, in its unit of work",
        ("", "CPU ms a unit", "of it what an answer changes", "share"),
        tuple(_row(name, costs) for name, costs in seen.items()),
        (
            f"{known} people gave {known * each:,} answers before, which the refit in use has seen; {PEOPLE} of "
            "them go on, one at a time, 20 seconds apart. Without the commit.",
            "A unit: answer and next claim in one transaction. Of a tap: with inbox key, person, dialogue and the "
            "next card into the outbox, as the product does it.",
            "What an answer changes: the model read, the task's votes (weighed anew when a refit came since), the new "
            "vote, the worker's counts, the verdict; with their statements and their JSON. What counting itself costs "
            "is measured in each unit, and taken off.",
        ),
    )
    share = Spread.of([one.share for one in seen[TAPPED.format(KNOWN)]])
    alone = Spread.of([one.share for one in seen[KNOWN]])
    goals = (
        _goal("what an answer changes online, of the unit of work of its tap", share),
        _goal("the same, of answer and next claim alone", alone),
    )
    return Report((table,), goals)


def _row(name: str, costs: Sequence[Cost]) -> tuple[str, ...]:
    unit, update = Spread.of([one.unit for one in costs]), Spread.of([one.update for one in costs])
    share = Spread.of([one.share for one in costs])
    return name, unit.written(3), update.written(3), share.written(3)


def _goal(what: str, share: Spread) -> Goal:
    return Goal(what, f"≤ {MOST:.2f}", share.written(3), share.median <= MOST)


async def _with_past(
    folder: Path, method: str, *, tasks: int, known: int, each: int
) -> tuple[Template, datetime]:
    """A crowd that has answered so much, the refit that saw it, and when somebody comes again.

    By then nobody is waited for any more, so that every claim finds a task.
    """
    made = await template(folder, workers=names(known), tasks=tasks, name=method, method=method)
    store = await made.opened(f"{method}-past")
    try:
        game = await _begun(store, known, ManualClock(SystemClock().now()), step=HASTE)
        await game.play(known * (each + 1), Meter())
        now = game.clock.move(2 * UNDO_WINDOW)
        project_id = next(iter(game.cards.values())).project_id
        await store.write(lambda tx: refitting.run_whole(tx, project_id, now=now))
    finally:
        await store.close()
    return Template(folder / f"{method}-past.sqlite3"), now + LIVELY


async def _begun(store: Store, people: int, clock: ManualClock, *, step: timedelta) -> _Game:
    """So many of those who were prepared."""

    def all_of_them(tx: Transaction) -> list[Person]:
        who = [find(tx, VAULT, Identity(PLATFORM, "", name, name, "en")) for name in names(people)]
        return [one for one in who if one is not None]

    return _Game(store, await store.read(all_of_them), clock, step)


async def _core(made: Template, since: datetime, answers: int) -> Cost:
    store = await made.opened("measured")
    meter = Meter()
    try:
        game = await _begun(store, PEOPLE, ManualClock(since), step=CALM)
        await game.play(2 * len(game.people), Meter())  # cold pages and statements
        with meter.at_work():
            await game.play(answers, meter)
    finally:
        await store.close()
    return meter.cost()


async def _product(made: Template, since: datetime, taps: int) -> Cost:
    meter, clock = Meter(), ManualClock(since)
    store = _Metered(await made.opened("measured"), meter)
    async with crowd(store, made.path.parent, names(PEOPLE), clock=clock) as people:
        with meter.at_work():
            for at in range(2 * PEOPLE + taps):
                if at == 2 * PEOPLE:
                    meter.clear()
                clock.move(CALM)
                await people.workers[at % PEOPLE].answers(people.service.desk.hear)
            await people.service.courier.settled()
    return meter.cost()


class _Metered:
    """A store that measures the units in which an answer is kept."""

    def __init__(self, store: Store, meter: Meter) -> None:
        self.dialect, self.address = store.dialect, store.address
        self._store = store
        self._meter = meter

    async def write(self, unit: Unit[T]) -> T:
        def timed(tx: Transaction) -> T:
            with self._meter.unit():
                value = unit(tx)
            if not self._meter.updates[-1]:
                self._meter.drop()
            return value

        return await self._store.write(timed)

    async def read(self, query: Unit[T]) -> T:
        return await self._store.read(query)

    async def close(self) -> None:
        await self._store.close()
