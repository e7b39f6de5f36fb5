"""Anything that may happen in the game, in any order: what must hold holds after every step."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import select

from core import answering, assigning, linking, overdue, people, projects, settling
from core.clock import ManualClock, chance_of
from core.domain.person import Person, Role
from core.domain.states import ASSIGNMENT, TASK, AssignmentState, Moves, TaskState
from core.errors import Refused
from core.events import BecameOverdue, BudgetSpent, ReminderDue
from core.intake.rows import TaskRow
from core.store import Store, Transaction, assignments, open_store
from core.store import people as people_rows
from core.store.tables import assignment, task
from core.vault import Vault
from tests.conftest import START
from tests.invariants import check
from tests.world import World

T = TypeVar("T")
WORKERS = st.integers(0, 3)
LABELS = st.sampled_from(["cat", "cat", "dog"])
SPANS = st.sampled_from(
    [timedelta(seconds=s) for s in (5, 30, 60, 61, 20 * 60, 3600, 2 * 3600, 5 * 3600, 25 * 3600)]
)
WHICH = st.integers(0, 3)


def reachable(moves: Moves) -> dict[str, set[str]]:
    """Which states may follow a state, over any number of moves."""
    found: dict[str, set[str]] = {str(state): {str(state)} for state, _ in moves}
    for _ in range(len(moves)):
        for (state, _event), then in moves.items():
            for reached in found.values():
                if str(state) in reached:
                    reached.add(str(then))
    return found


class Game(RuleBasedStateMachine):
    """Four workers, an owner, two projects, and a clock that only a rule moves."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.runner = asyncio.Runner()
        self.clock = ManualClock(START)
        path = Path(self.folder.name) / "game.sqlite3"
        self.store: Store = self.runner.run(open_store(f"sqlite:///{path}"))
        self.world = World(self.store, self.clock, Vault(b"tests only: thirty-two bytes key"))
        self.states: dict[tuple[str, int], str] = {}
        self.broke: set[int] = set()
        self.late: set[int] = set()
        self.seed = 0

    def teardown(self) -> None:
        self.runner.run(self.store.close())
        self.runner.close()
        self.folder.cleanup()

    def do(self, unit: Callable[[Transaction], T]) -> T | None:
        """A unit of work; a refusal is a normal outcome, and commits what went before it."""

        def whole(tx: Transaction) -> T | None:
            with suppress(Refused):
                return unit(tx)
            return None

        outcome = self.runner.run(self.store.write(whole))
        self.note(outcome)
        return outcome

    def note(self, outcome: Any) -> None:
        """No card becomes overdue twice; no project is paused for its budget twice."""
        events = outcome if isinstance(outcome, tuple) else getattr(outcome, "events", ())
        for one in events:
            if isinstance(one, BecameOverdue):
                assert one.assignment_id not in self.late
                self.late.add(one.assignment_id)
            if isinstance(one, BudgetSpent):
                assert one.project_id not in self.broke
                self.broke.add(one.project_id)

    @property
    def now(self) -> Any:
        return self.clock.now()

    @initialize(budget=st.sampled_from([None, 60, 150]), penalty=st.sampled_from([0, 5]))
    def begin(self, budget: int | None, penalty: int) -> None:
        async def play() -> None:
            self.owner = await self.world.person("owner", Role.REQUESTER)
            zones = (None, "Europe/Berlin", "Asia/Kathmandu", None)
            self.workers = [await self.world.person(f"w{n}", zone=zone) for n, zone in enumerate(zones)]
            deadline = START + timedelta(hours=9)
            rows = [TaskRow(2, {"text": "gold"}, external_id="gold", gold="cat", lang="en")]
            rows += [TaskRow(3 + n, {"text": f"t{n}"}, external_id=f"t{n}", lang="en") for n in range(4)]
            rows += [TaskRow(9, {"text": "dated"}, external_id="dated", lang="en", deadline=deadline)]
            overlap = {"min": 2, "max": 3}
            self.first = await self.world.project(
                self.owner,
                rows,
                overlap=overlap,
                budget=budget,
                penalty=penalty,
                gold_share=0.3,
                time_limit="2h",
            )
            self.second = await self.world.project(
                self.owner, ["x", "y"], overlap={"min": 1, "max": 2}, time_limit="50s", reward=3
            )

        self.runner.run(play())

    # --- workers ----------------------------------------------------------------------------------

    def card(self, worker: Person, which: int) -> int:
        """One of the worker's newest cards; somebody else's now and then."""
        ids = self.runner.run(self.store.read(lambda tx: assignments.latest_ids(tx, worker.id, most=4)))
        return ids[which % len(ids)] if ids else which

    @rule(worker=WORKERS, asked=st.booleans())
    def claim(self, worker: int, asked: bool) -> None:  # a value that hypothesis draws, not an option
        who, now = self.workers[worker], self.now
        self.seed += 1
        chance = chance_of(self.seed)
        self.do(lambda tx: assigning.next_task(tx, who, asked=asked, now=now, chance=chance))

    @rule(worker=WORKERS, which=WHICH, label=LABELS)
    def answer(self, worker: int, which: int, label: str) -> None:
        who, now = self.workers[worker], self.now
        card = self.card(who, which)
        self.do(lambda tx: answering.answer(tx, who, card, label, now=now))

    @rule(worker=WORKERS, label=LABELS)
    def work(self, worker: int, label: str) -> None:
        """The usual way: answer the card in hand, and the next one follows by itself."""
        self.answer(worker, 0, label)
        self.claim(worker, False)

    @rule(labels=st.lists(LABELS, min_size=4, max_size=4))
    def everybody_works(self, labels: list[str]) -> None:
        """A busy minute."""
        for worker, label in enumerate(labels):
            self.claim(worker, True)
            self.work(worker, label)

    @rule(worker=WORKERS, label=LABELS, follows=st.booleans(), late=st.sampled_from([0, 59, 60]))
    def change_my_mind(self, worker: int, label: str, follows: bool, late: int) -> None:
        """An answer, taken back in time or not, often with the next card already there."""
        self.claim(worker, True)
        self.answer(worker, 0, label)
        if follows:
            self.claim(worker, False)
        self.wait(timedelta(seconds=late))
        if late == 60:
            self.settle(False)
        self.act(worker, int(follows), "undo")

    @rule(
        worker=WORKERS,
        which=WHICH,
        act=st.sampled_from(["skip", "give_back", "keep", "extend", "undo"]),
    )
    def act(self, worker: int, which: int, act: str) -> None:
        who, now = self.workers[worker], self.now
        card = self.card(who, which)
        use_case: Any = getattr(answering, act)
        self.do(lambda tx: use_case(tx, who, card, now=now))

    @rule(worker=WORKERS)
    def block(self, worker: int) -> None:
        who, now = self.workers[worker], self.now
        self.do(lambda tx: people.became_unreachable(tx, who, now=now))

    # --- one person in several chats ---------------------------------------------------------------

    def link(self, one: Person, other: Person) -> None:
        """A code from one chat is entered in the other."""
        now, vault = self.now, self.world.vault
        self.seed += 1
        token = f"token {self.seed}"
        self.do(lambda tx: linking.offer(tx, vault, one, token=token, now=now))
        code = linking.code_of(token)
        self.do(lambda tx: linking.link(tx, vault, other, code, now=now))
        self.read_again()

    def read_again(self) -> None:
        """Who speaks from these chats now."""

        def unit(tx: Transaction) -> tuple[Person, list[Person]]:
            now = [people_rows.by_account(tx, one.account_id) for one in (self.owner, *self.workers)]
            return now[0], now[1:]

        self.owner, self.workers = self.runner.run(self.store.read(unit))

    @rule(one=WORKERS, other=WORKERS)
    def two_are_one(self, one: int, other: int) -> None:
        self.link(self.workers[one], self.workers[other])

    @rule(worker=WORKERS, seldom=st.integers(0, 5))
    def the_owner_was_a_worker(self, worker: int, seldom: int) -> None:
        if not seldom:
            self.link(self.owner, self.workers[worker])

    @rule(one=WORKERS, other=WORKERS, labels=st.lists(LABELS, min_size=2, max_size=2))
    def both_answer_then_link(self, one: int, other: int, labels: list[str]) -> None:
        """Two chats work side by side, and turn out to be one person's."""
        for worker, label in zip((one, other), labels, strict=True):
            self.claim(worker, True)
            self.work(worker, label)
        self.two_are_one(one, other)

    @rule(worker=WORKERS)
    def unlink(self, worker: int) -> None:
        """A chat goes its own way, and joins anew."""
        who, now = self.workers[worker], self.now

        def unit(tx: Transaction) -> None:
            linking.unlink(tx, who, now=now)
            fresh = people_rows.by_account(tx, who.account_id)
            people.consent(tx, fresh, now=now)
            people.set_languages(tx, fresh, ("en",))

        self.do(unit)
        self.read_again()

    # --- the clock --------------------------------------------------------------------------------

    @rule(span=SPANS)
    def wait(self, span: timedelta) -> None:
        self.clock.move(span)

    @rule(delivered=st.booleans())
    def remind(self, delivered: bool) -> None:
        now = self.now
        for event in self.do(lambda tx: overdue.remind(tx, now=now)) or ():
            if delivered and isinstance(event, ReminderDue):
                self.do(lambda tx, e=event: assignments.reminded(tx, e.assignment_id, at=now))  # type: ignore[misc]

    @rule(worker=WORKERS)
    def come_late(self, worker: int) -> None:
        """A card that was asked for, a fair warning, then lateness."""
        self.claim(worker, True)
        self.wait(timedelta(hours=1))
        self.remind(True)
        self.wait(timedelta(hours=5))
        self.sweep()

    @rule()
    def sweep(self) -> None:
        now = self.now
        self.do(lambda tx: overdue.sweep(tx, now=now))

    @rule()
    def expire(self) -> None:
        now = self.now
        self.do(lambda tx: overdue.expire(tx, now=now))

    @rule(away=SPANS)
    def shift(self, away: timedelta) -> None:
        now = self.now
        self.do(lambda tx: overdue.shift(tx, away=away, now=now))

    @rule(waits=st.booleans())
    def settle(self, waits: bool) -> None:
        self.wait(timedelta(seconds=61 if waits else 0))
        now = self.now
        self.do(lambda tx: settling.settle_due(tx, now=now))
        self.do(lambda tx: settling.pay_gold_due(tx, now=now))

    @rule()
    def end_tasks(self) -> None:
        now = self.now
        self.do(lambda tx: settling.end_overdue_tasks(tx, now=now))

    # --- the owner --------------------------------------------------------------------------------

    @rule(which=WHICH, label=LABELS)
    def decide(self, which: int, label: str) -> None:
        now = self.now
        query = select(task.c.id).where(task.c.state == TaskState.ESCALATED).order_by(task.c.id)
        ids = self.runner.run(self.store.read(lambda tx: [row.id for row in tx.execute(query)]))
        if ids:
            task_id = ids[which % len(ids)]
            self.do(lambda tx: settling.decide(tx, self.owner, task_id, label, now=now))

    @rule(most=st.sampled_from([2, 3, 4]))
    def change_overlap(self, most: int) -> None:
        now = self.now

        def unit(tx: Transaction) -> None:
            project = projects.own(tx, self.owner, self.first)
            overlap = project.file.overlap.model_copy(update={"max": most, "min": max(1, most - 1)})
            file = project.file.model_copy(update={"overlap": overlap})
            projects.replace_file(tx, self.owner, self.first, file, now=now)

        self.do(unit)

    @rule(first=st.booleans(), sure=st.integers(0, 20))
    def close(self, first: bool, sure: int) -> None:
        if sure:
            return
        now, project_id = self.now, self.first if first else self.second
        self.do(lambda tx: projects.close(tx, self.owner, project_id, now=now)[1])
        self.do(lambda tx: projects.wind_up(tx, project_id, now=now)[0])

    # --- what must hold ---------------------------------------------------------------------------

    @invariant()
    def the_books_agree(self) -> None:
        self.runner.run(self.store.read(check))

    @invariant()
    def nothing_moved_but_by_the_tables(self) -> None:
        def states(tx: Transaction) -> dict[tuple[str, int], str]:
            cards = {
                ("card", row.id): row.state for row in tx.execute(select(assignment.c.id, assignment.c.state))
            }
            return cards | {
                ("task", row.id): row.state for row in tx.execute(select(task.c.id, task.c.state))
            }

        now = self.runner.run(self.store.read(states))
        for (what, row_id), state in now.items():
            before = self.states.get(
                (what, row_id), AssignmentState.ACTIVE if what == "card" else TaskState.OPEN
            )
            allowed = reachable(ASSIGNMENT if what == "card" else TASK)
            assert state in allowed.get(before, {before}), (what, row_id, before, state)
        self.states = now


Game.TestCase.settings = settings(
    max_examples=25,
    stateful_step_count=35,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TestGame = Game.TestCase
