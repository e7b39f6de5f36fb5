"""The one who runs the errands: a job at a time, again when it fails, given up with a word of regret."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from bots.dialogue import errand_words
from bots.dialogue.errand_words import job_slot
from bots.dialogue.refusals import refusal
from bots.dialogue.turn import House
from bots.dialogue.vocabulary import Message, Para
from bots.errands import (
    curves,
    drawing,
    exporting,
    importing,
    own_data,
    payouts,
    project_files,
    summaries,
    training,
)
from bots.errands.desk import EXPORTS, Desk, LostJob, account_of
from bots.postbox import Postbox
from core import jobs
from core.clock import Clock
from core.domain.states import JobState
from core.errors import Refused
from core.jobs import Job
from core.mornings import SUMMARY
from core.privacy import COPY, FORGET
from core.store import Store
from core.store.transaction import Transaction
from core.training import TRAIN

log = structlog.get_logger("errands")

LOOKS_EVERY = 5.0  # seconds; also for jobs that other processes put on the list
RESTS = timedelta(seconds=10)
"""How long a job that failed waits before it is tried again, times its attempts."""
KEPT = {EXPORTS: timedelta(days=7), "spool": timedelta(days=1)}
"""How long files stay that nobody needs any more."""
SWEEPS_EVERY = timedelta(hours=6)

KINDS: Mapping[str, Callable[[Desk, Job], Awaitable[None]]] = {
    "import": importing.bring_in,
    "export": exporting.write_out,
    "project file": project_files.take_in,
    "project copy": project_files.give_copy,
    "curve": curves.draw,
    "payout": payouts.go_on,
    COPY: own_data.give_copy,
    FORGET: own_data.forget,
    SUMMARY: summaries.tell,
    TRAIN: training.learn,
}
SLOW = frozenset({TRAIN})
"""What takes minutes: it has a lane of its own, so that nobody's file waits for it."""
TOLD = frozenset({SUMMARY})
"""What moderators wait for in the morning: no large import delays it."""
QUICK = frozenset(KINDS) - SLOW - TOLD


class Errands:
    """Works on the list of jobs, oldest first; one job of each lane at a time."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        postbox: Postbox,
        house: House,
        courier_nudge: Callable[[int], None],
        holder: str,
    ) -> None:
        self._desk = Desk(store, clock, postbox, house, courier_nudge, holder)
        self._store = store
        self._clock = clock
        self._woken = {kinds: asyncio.Event() for kinds in (QUICK, TOLD, SLOW)}
        self._swept_at: datetime | None = None

    def wake(self) -> None:
        """There may be a new job."""
        for woken in self._woken.values():
            woken.set()

    async def run(self) -> None:
        """Work until cancelled."""
        if self._store.dialect == "sqlite":  # the only process: whoever held a job is gone
            await self._store.write(jobs.free_leases)
        async with asyncio.TaskGroup() as lanes:
            for kinds in self._woken:
                lanes.create_task(self._lane(kinds))

    async def _lane(self, kinds: frozenset[str]) -> None:
        woken = self._woken[kinds]
        while True:
            woken.clear()
            while await self._survived(kinds):
                pass
            if kinds is QUICK:
                await self._sweep()
            try:
                await asyncio.wait_for(woken.wait(), LOOKS_EVERY)
            except TimeoutError:
                continue

    async def _survived(self, kinds: frozenset[str]) -> bool:
        """One job, where even a database that is away does not end the loop."""
        try:
            return await self.run_once(kinds)
        except Exception as failure:
            log.exception("no errand could be run", error=type(failure).__name__)
            return False

    async def run_once(self, kinds: frozenset[str] = frozenset(KINDS)) -> bool:
        """Take one job and work it to its end or failure; False when there was none."""
        now, holder = self._clock.now(), self._desk.holder
        job = await self._store.write(lambda tx: jobs.take(tx, kinds=kinds, holder=holder, now=now))
        if job is None:
            return False
        if job.attempts > jobs.MOST_ATTEMPTS:  # it ended whole processes
            await self._give_up(job, None)
            return True
        try:
            await KINDS[job.kind](self._desk, job)
        except LostJob:
            log.info("job lost", job=job.id)
        except Refused as refused:
            await self._give_up(job, refused)
        except Exception as failure:
            log.exception("job failed", job=job.id, attempts=job.attempts, error=type(failure).__name__)
            if job.attempts >= jobs.MOST_ATTEMPTS:
                await self._give_up(job, None)
            else:
                until = self._clock.now() + RESTS * job.attempts
                await self._store.write(lambda tx: jobs.rest(tx, job, holder=holder, until=until))
        else:
            await self._tidy(job)
        return True

    async def close(self) -> None:
        """Leave an interrupted job to whoever comes next."""
        await self._store.write(lambda tx: jobs.let_go(tx, holder=self._desk.holder))

    async def _give_up(self, job: Job, refused: Refused | None) -> None:
        """The job failed for good, and its person is told so in one sentence."""
        try:
            await self._store.write(lambda tx: self._fail(tx, job, refused))
        except LostJob:
            log.info("job lost", job=job.id)
            return
        self._desk.nudge(account_of(job))
        await self._tidy(job)

    def _fail(self, tx: Transaction, job: Job, refused: Refused | None) -> None:
        self._desk.hold(tx, job)
        t = self._desk.voice(tx, job)
        said = errand_words.gave_up(t, job.id) if refused is None else Message((Para(refusal(t, refused)),))
        jobs.end(tx, job, state=JobState.FAILED, now=self._clock.now())
        self._desk.tell(tx, job, said, slot=job_slot(job.id))

    async def _tidy(self, job: Job) -> None:
        """The upload was needed until its job had ended, whatever happens in between."""
        kept = job.details.get("path")
        if kept is not None:
            await asyncio.to_thread(self._desk.path(str(kept)).unlink, missing_ok=True)

    async def _sweep(self) -> None:
        now = self._clock.now()
        if self._swept_at is not None and now - self._swept_at < SWEEPS_EVERY:
            return
        self._swept_at = now
        await asyncio.to_thread(drawing.sweep, self._desk.house, before=now - KEPT[EXPORTS])
        for folder, kept in KEPT.items():
            await asyncio.to_thread(sweep, self._desk.house.data_dir / folder, before=now - kept)


def sweep(folder: Path, *, before: datetime) -> None:
    """Remove the files and folders of a folder that nobody has written to since `before`."""
    for path in folder.glob("*") if folder.is_dir() else ():
        if path.stat().st_mtime >= before.timestamp():
            continue
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
