"""A crowd at work on a service that is killed again and again, and the reckoning afterwards."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from core.clock import SystemClock, chance_of
from core.consensus import methods
from tests import invariants
from tests.soak import beliefs, books, checks
from tests.soak.crowd import Records, Worker
from tests.soak.doubles import Doubled, doubled
from tests.soak.fuses import REFITTING, Fuse, Point
from tests.soak.nursery import Nursery, end_kindly
from tests.soak.quick import QuickClock
from tests.soak.requester import Requester
from tests.soak.sides import PATIENCE, Side

RANDOM = "random"
METHOD = "dawid_skene"
LOOK_EVERY = 1.0  # seconds
IMPORTING = (Point.BEFORE_IMPORT, Point.AFTER_IMPORT)
OFTEN = {
    Point.BEFORE_IMPORT: 2,
    Point.AFTER_IMPORT: 2,
    Point.BEFORE_SETTLE: 4,
    Point.AFTER_SETTLE: 4,
    Point.AFTER_KEEP: 2,
    Point.BEFORE_KEPT: 2,
    **dict.fromkeys(REFITTING, 1),
}
"""How often a point is passed at most before the service dies there; the others are passed all the time."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How hard the service is tried; `kills` are points or `random`, in this order."""

    kills: Sequence[str]
    seed: int = 1
    workers: int = 12
    rows: int = 201  # of a task file: one more than a batch
    first_files: int = 1
    pace: float = 0.15  # seconds that a worker thinks
    speed: float = 8.0  # of the service's clock
    rest: float = 0.0  # seconds of quiet work after the last kill
    method: str = METHOD

    @property
    def weighs(self) -> bool:
        """Whether votes weigh, so that there are refits."""
        return methods()[self.method].learner is not None


@dataclass(slots=True)
class Outcome:
    """What happened, and everything that was wrong."""

    killed: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(
        default_factory=Counter
    )  # the point was not passed in time: killed all the same
    taps: Counter[str] = field(default_factory=Counter)
    saved: int = 0
    answers: int = 0
    tasks: int = 0
    rewards: int = 0
    penalties: int = 0
    generation: int = 0
    reopened: int = 0
    doubled: Doubled = field(default_factory=Doubled)
    figures: list[tuple[str, str]] = field(default_factory=list)
    seconds: float = 0.0
    problems: list[str] = field(default_factory=list)


class Soak:
    """One run."""

    def __init__(self, plan: Plan, data: Path, side: Side) -> None:
        self.plan = plan
        self.side = side
        self.outcome = Outcome()
        self._chance = chance_of(plan.seed)
        self._records = Records()
        self._stop = asyncio.Event()
        self._database = data / "soak.sqlite3"
        real = SystemClock()
        self._clock = QuickClock(real, real.now(), plan.speed)
        self._chronicle = books.Chronicle()
        self._over = asyncio.Event()
        self._nursery = Nursery(
            data=data,
            platform=side.arguments,
            origin=self._clock.origin,
            speed=plan.speed,
            starts=len(plan.kills) + 2,
        )
        self._requester = Requester(side.admin, plan.rows, plan.method)
        self._workers = [
            Worker(
                side.worker(at),
                Random(plan.seed * 1000 + at),
                self._records,
                pace=plan.pace,
                stop=self._stop,
            )
            for at in range(plan.workers)
        ]
        self._deaths: list[int] = []  # moments of the stand-in
        self._at_work: list[asyncio.Task[None]] = []

    async def run(self) -> Outcome:
        """Everything from the first /start to the reckoning."""
        began = asyncio.get_running_loop().time()
        try:
            await self._live_and_die()
        finally:
            await self._nursery.close()
        self._reckon()
        self.outcome.seconds = asyncio.get_running_loop().time() - began
        return self.outcome

    async def _live_and_die(self) -> None:
        async with self._nursery.service(Fuse()), asyncio.TaskGroup() as group:
            await self.side.service_runs()
            group.create_task(self._prepare())
            for worker in self._workers:
                group.create_task(worker.join())
        self._died(RANDOM)
        async with asyncio.TaskGroup() as crowd:
            crowd.create_task(self._remember())
            self._at_work = [crowd.create_task(one.work()) for one in self._workers]
            self._at_work.append(crowd.create_task(self._make_drafts()))
            for name in self.plan.kills:
                if self._records.stuck:
                    break  # there is something to look at already
                await self._kill_at(name)
            await self._survive()
            self._over.set()

    async def _prepare(self) -> None:
        requester = self._requester
        await requester.join()
        await requester.make_project()
        for _ in range(self.plan.first_files):
            await requester.has_read(await requester.send_tasks())
        await requester.launch()

    async def _make_drafts(self) -> None:
        try:
            await self.side.make_drafts(self._stop)
        except (AssertionError, TimeoutError) as stuck:
            self._records.stuck.append(str(stuck) or "a form that never closed")

    async def _remember(self) -> None:
        """Note every generation; two are always further apart than two looks."""
        while self.plan.weighs and not self._over.is_set():
            self._look()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._over.wait(), LOOK_EVERY)

    def _look(self) -> None:
        before = self._clock.now()
        with beliefs.at_once(self._database) as tx:
            self._chronicle.look(tx, self._requester.project, before=before, now=self._clock.now())

    # --- killing ----------------------------------------------------------------------------------

    async def _kill_at(self, name: str) -> None:
        point = None if name == RANDOM else Point(name)
        times = self._chance.randint(1, OFTEN.get(point, 40)) if point else 0
        async with self._nursery.service(Fuse(point, times)) as service:
            self.side.tell_again(self._chance)
            if point in IMPORTING:
                await self._requester.send_tasks()
            patience = PATIENCE / 3 if point else self._chance.uniform(0.5, 5.0)
            try:
                code = await asyncio.wait_for(service.wait(), patience)
            except TimeoutError:
                service.kill()
                code = await service.wait()
                if point:
                    self.outcome.missed[name] += 1
            if code != -9:
                self.outcome.problems.append(f"the service ended by itself with {code}, waiting for {name}")
            self._died(name)

    def _died(self, name: str) -> None:
        self.outcome.killed[name] += 1
        self._deaths.append(self._requester.app.moment)
        self._records.deaths += 1
        self.side.died()
        self._check_inbox(f"after {name}")
        self._check_beliefs(f"after {name}")

    def _check_inbox(self, when: str) -> None:
        """Before anything comes again, which would mend what was lost."""
        with checks.looking(self._database) as tx:
            self.outcome.problems += [f"{when}: {one}" for one in checks.wrong_inbox(tx, self.side.heard())]

    def _check_beliefs(self, when: str) -> None:
        if not self.plan.weighs:
            return
        with beliefs.at_once(self._database) as tx:
            found = beliefs.wrong_beliefs(tx, self._requester.project, now=self._clock.now())
        self.outcome.problems += [f"{when}: {one}" for one in found]

    # --- coming to rest ---------------------------------------------------------------------------

    async def _survive(self) -> None:
        """The last start: everything that was begun is finished, and the service ends when it is asked to."""
        async with self._nursery.service(Fuse()) as service:
            await asyncio.sleep(self.plan.rest)
            self._stop.set()
            await asyncio.gather(*self._at_work)
            await self._last_round()
            await self._come_to_rest()
            code = await end_kindly(service)
            if code != 0:
                self.outcome.problems.append(f"asked to stop, the service ended with {code}")

    async def _last_round(self) -> None:
        """Every card can still be answered, and /task works for everybody."""
        results = await asyncio.gather(
            *(self._try_card(one) for one in self._workers), return_exceptions=True
        )
        self.outcome.problems += [f"a card is dead: {one}" for one in results if one is not None]

    async def _try_card(self, worker: Worker) -> None:
        await worker.ask()
        if not worker.has_card:
            return
        held = await worker.answer()
        with checks.looking(self._database) as tx:
            assert held is not None, "it has no buttons"
            assert checks.standing(tx, held), worker.phone.app.transcript()[-2000:]

    async def _come_to_rest(self) -> None:
        requester = self._requester
        try:
            await self._at_rest("messages owed", "jobs waiting", "refits to finish")
            self._check_beliefs("at rest")
            await requester.close()
            await self._at_rest()
            tasks_and_answers = await requester.results(self.side)
            self.outcome.problems += checks.wrong_results(*tasks_and_answers, task_ids=requester.ids)
            if not self.plan.weighs:
                with checks.looking(self._database) as tx:
                    self.outcome.problems += checks.wrong_majority(tx, *tasks_and_answers)
            await self._at_rest()
            await self.side.drained()
            self._check_inbox("at the end")
            await self._hear_again()
        except (AssertionError, TimeoutError) as unrest:
            self.outcome.problems.append(str(unrest) or "it never came to rest")

    async def _hear_again(self) -> None:
        """Nothing that was heard before changes anything when it is heard again."""
        with checks.looking(self._database) as tx:
            before = checks.sizes(tx), self._requester.app.moment
        repeated = await self.side.tell_all_again()
        await self._at_rest()
        with checks.looking(self._database) as tx:
            after = checks.sizes(tx), self._requester.app.moment
        if before != after:
            self.outcome.problems.append(f"{repeated} deliveries came again: {before} became {after}")

    async def _at_rest(self, *names: str) -> None:
        """Wait until nothing of this (of all, when nothing is named) is on its way any more."""
        left: dict[str, int] = {}
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    with checks.looking(self._database) as tx:
                        left = checks.unrest(tx)
                    if not left.keys() & set(names or left):
                        return
                    await asyncio.sleep(0.2)
        except TimeoutError:
            raise AssertionError(f"it never came to rest: {left}") from None

    # --- the reckoning ----------------------------------------------------------------------------

    def _reckon(self) -> None:
        outcome, side = self.outcome, self.side
        with checks.looking(self._database) as tx:
            recount = invariants.check_weighed if self.plan.weighs else invariants.check
            outcome.problems += checks.problems(
                tx, saved=self._records.saved, task_ids=self._requester.ids, recount=recount
            )
            outcome.problems += checks.wrong_projects(tx, made=1 + side.drafts)
            outcome.answers, outcome.tasks = checks.size(tx)
            outcome.rewards, outcome.penalties = checks.entries(tx, "reward"), checks.entries(tx, "penalty")
        if self.plan.weighs:
            self._reckon_weighed()
        outcome.problems += [f"nobody answered: {one}" for one in self._records.stuck]
        outcome.problems += checks.errors_logged(self._nursery.log)
        apps = [self._requester.app, *(one.phone.app for one in self._workers)]
        outcome.doubled = doubled(side, apps, deaths=self._deaths)
        outcome.problems += [*outcome.doubled.without_reason, *side.wrong()]
        outcome.figures = side.figures()
        outcome.saved, outcome.taps = len(self._records.saved), self._records.taps

    def _reckon_weighed(self) -> None:
        outcome, project_id = self.outcome, self._requester.project
        with beliefs.at_once(self._database) as tx:
            outcome.problems += beliefs.wrong_refit(tx, project_id)
            outcome.problems += books.wrong_pay(tx, project_id, self._chronicle)
            outcome.generation = beliefs.generation(tx, project_id)
            outcome.reopened = beliefs.reopened(tx)
        if not outcome.generation:
            outcome.problems.append("no refit was put in use")
