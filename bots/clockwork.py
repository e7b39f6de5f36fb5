"""What time alone brings about. The scheduler only wakes us: due times are rows, and every tick is safe to repeat."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bots.courier import Courier
from bots.dialogue import notices
from bots.postbox import Postbox
from core import (
    beats,
    bonuses,
    contest,
    mornings,
    nudging,
    overdue,
    practising,
    projects,
    rules,
    settling,
    training,
)
from core.clock import Clock
from core.events import AnswersPaid, Event
from core.store import Store, contests, inbox, ledger, outbox, tasks
from core.store import projects as project_rows
from core.store.transaction import Transaction

log = structlog.get_logger("clockwork")

T = TypeVar("T")

NOTICE_AFTER = timedelta(minutes=5)
"""Settlements are told together, not one message for each answer."""
KEPT = timedelta(days=7)
BATCHES = 200
"""A tick that finds more than this many full batches goes on with the next tick."""

Happens = Callable[[Transaction, datetime], tuple[tuple[Event, ...], int]]


class Clockwork:
    """The ticks, each a loop of small units of work until nothing is due."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        postbox: Postbox,
        courier: Courier,
        recover: Callable[[], Awaitable[object]],
        refit: Callable[[], Awaitable[object]],
        suggest: Callable[[], Awaitable[object]],
        teach: Callable[[], Awaitable[object]],
        can_train: Callable[[], bool],
        errands: Callable[[], object],
        holder: str,
    ) -> None:
        self._store = store
        self._clock = clock
        self._postbox = postbox
        self._courier = courier
        self._recover = recover
        self._refit = refit
        self._suggest = suggest
        self._teach = teach
        self._can_train = can_train
        self._errands = errands
        self._holder = holder
        self._scheduler = AsyncIOScheduler(timezone="UTC")

    def start(self) -> None:
        """Wake every tick at its pace."""
        ticks: tuple[tuple[Callable[[], Awaitable[object]], float], ...] = (
            (self.deadlines, 5),
            (self.settle, 2),
            (self.tell_settled, 30),
            (self.summaries, 20),
            (self.nudges, 300),
            (self.end_projects, 30),
            (self.heartbeat, 5),
            (self._courier.sweep, 1),
            (self._refit, 10),
            (self._suggest, 1),
            (self._teach, 10),
            (self.contests, 15),
            (self.trainings, 30),
            (self.bonuses, 900),
            (self._recover, 30),
            (self.prune, 3600),
        )
        for tick, seconds in ticks:
            self._scheduler.add_job(
                partial(self._safely, tick),
                "interval",
                seconds=seconds,
                coalesce=True,
                max_instances=1,
                misfire_grace_time=None,
            )
        self._scheduler.start()

    def stop(self) -> None:
        """Wake no more."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def _safely(self, tick: Callable[[], Awaitable[object]]) -> None:
        try:
            await tick()
        except asyncio.CancelledError:
            if self._scheduler.running:  # else we are stopping, which is no failure of the tick
                raise
        except Exception:
            log.exception("tick failed", tick=getattr(tick, "__name__", "tick"))

    async def tick(self) -> None:
        """Everything that is due now, once: for tests and after a start."""
        for one in (
            self.deadlines,
            self.settle,
            self.tell_settled,
            self.summaries,
            self.nudges,
            self.end_projects,
            self._refit,
            self._suggest,
            self._teach,
            self.contests,
            self.trainings,
            self.bonuses,
        ):
            await one()
        await self._recover()
        await self._courier.sweep()

    # --- the ticks --------------------------------------------------------------------------------

    async def deadlines(self) -> None:
        """Reminders first, then what is overdue, then what expired a day later."""
        await self._until_done(lambda tx, now: _all(overdue.remind(tx, now=now)))
        await self._until_done(lambda tx, now: _all(rules.sweep(tx, now=now)))
        await self._until_done(lambda tx, now: ((), overdue.expire(tx, now=now)))

    async def settle(self) -> None:
        """Tasks that are sure enough, tasks whose deadline passed, and answers to gold tasks."""
        await self._until_done(_settle)
        await self._until_done(_end_tasks)
        await self._until_done(lambda tx, now: ((), settling.pay_gold_due(tx, now=now)))

    async def tell_settled(self) -> None:
        """What was earned, told together."""

        def unit(tx: Transaction, now: datetime) -> tuple[tuple[Event, ...], int]:
            news = ledger.take_news(tx, before=now - NOTICE_AFTER, most=20)
            return tuple(
                AnswersPaid(n.person_id, n.answers, n.right, n.points, n.corrected) for n in news
            ), len(news)

        await self._until_done(unit)

    async def summaries(self) -> None:
        """The daily summary to everyone whose local hour has come, once per local day."""
        now, due = self._clock.now(), 0
        while more := await self._store.write(lambda tx: mornings.owe_due(tx, now=now)):
            due += more
        if due:
            self._errands()

    async def nudges(self) -> None:
        """New work, to those who asked to be told; and skills that end soon."""
        await self._until_done(lambda tx, now: nudging.nudge(tx, now=now))
        await self._until_done(lambda tx, now: practising.remind(tx, now=now))

    async def end_projects(self) -> None:
        """Projects whose deadline passed are closed, and closed ones wound up."""
        now = self._clock.now()
        for project_id in await self._store.read(lambda tx: project_rows.past_deadline(tx, now)):
            await self._happen(lambda tx, now, p=project_id: _all(projects.close_at_deadline(tx, p, now=now)))  # type: ignore[misc]  # p is bound
        for project_id in await self._store.read(project_rows.to_wind_up):
            await self._until_done(lambda tx, now, p=project_id: projects.wind_up(tx, p, now=now))  # type: ignore[misc]  # p is bound

    async def contests(self) -> None:
        """Challengers that are shown to be better take over; those that had their chance go."""
        for project_id in await self._store.read(contests.under_way):
            score = await self._store.read(partial(contest.look, project_id=project_id))
            if score is not None and score.over:
                await self._happen(lambda tx, now, score=score: _all(contest.conclude(tx, score, now=now)))  # type: ignore[misc]  # score is bound

    async def trainings(self) -> None:
        """Projects whose own model has enough new tasks to learn from."""
        if not self._can_train():
            return
        now = self._clock.now()
        for project_id in await self._store.read(lambda tx: training.due(tx, now=now)):
            if await self._store.write(lambda tx, p=project_id: training.begin(tx, p, now=now)):  # type: ignore[misc]  # p is bound
                self._errands()

    async def bonuses(self) -> None:
        """Bonuses for days in a row, to whoever earned lately in a project that gives them."""
        now = self._clock.now()
        for project_id, person_id in await self._store.read(lambda tx: bonuses.streaks_due(tx, now=now)):
            pay = partial(bonuses.pay_streak, project_id=project_id, person_id=person_id)
            while await self._happen(lambda tx, now, pay=pay: _all(pay(tx, now=now))):  # type: ignore[misc]  # pay is bound
                pass

    async def heartbeat(self) -> None:
        """We are alive: the next start knows how long nobody was."""
        now = self._clock.now()
        await self._store.write(lambda tx: beats.beat(tx, holder=self._holder, now=now))

    async def prune(self) -> None:
        """Old inbox and outbox rows go, a batch at a time."""
        before = self._clock.now() - KEPT
        for old in (inbox.prune, outbox.prune):
            while await self._store.write(partial(old, before=before)):
                pass

    # --- how a tick works -------------------------------------------------------------------------

    async def _until_done(self, unit: Happens) -> None:
        for _ in range(BATCHES):
            if not await self._happen(unit):
                return

    async def _happen(self, unit: Happens) -> int:
        now = self._clock.now()

        def whole(tx: Transaction) -> tuple[list[int], int]:
            events, done = unit(tx, now)
            return notices.announce(tx, self._postbox, events, now=now), done

        accounts, done = await self._store.write(whole)
        for account in accounts:
            self._courier.look_at(account)
        return done


def _settle(tx: Transaction, now: datetime) -> tuple[tuple[Event, ...], int]:
    due = tasks.settling_is_due(tx, now=now)
    return settling.settle_due(tx, now=now), int(due)


def _end_tasks(tx: Transaction, now: datetime) -> tuple[tuple[Event, ...], int]:
    due = tasks.ending_is_due(tx, now=now)
    return settling.end_overdue_tasks(tx, now=now), int(due)


def _all(events: tuple[Event, ...]) -> tuple[tuple[Event, ...], int]:
    return events, len(events)
