"""Bringing a file's tasks in: read in a thread, added batch by batch, resumed where it stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from bots.dialogue import errand_words, problems
from bots.dialogue.errand_words import job_slot
from bots.dialogue.vocabulary import Message
from bots.errands.desk import EXPORTS, Desk, account_of, project_of
from bots.errands.problem_list import ProblemList
from core import importing, jobs
from core.domain.project import Project
from core.domain.states import JobState, ProjectState
from core.errors import BadFile, Problem, Refused
from core.intake.rows import BadRow, TaskRow
from core.intake.task_file import count_rows, read_tasks
from core.jobs import Job
from core.store import projects, task_views
from core.store.transaction import Transaction

SAID_EVERY = timedelta(seconds=2)
Row = TaskRow | BadRow


@dataclass(frozen=True, slots=True)
class Tally:
    """What an import counted; `last` are the newest problems, which belong into the list at byte `size`."""

    added: int = 0
    bad: int = 0
    listed: int = 0
    size: int = 0
    first: list[dict[str, Any]] = field(default_factory=list)
    last: list[dict[str, Any]] = field(default_factory=list)

    def with_batch(self, *, added: int, found: Sequence[Problem], size: int) -> Tally:
        """The tally after one more batch."""
        kept = [problems.to_json(one) for one in found]
        return Tally(
            added=self.added + added,
            bad=self.bad + sum(bool(one.line) for one in found),
            listed=self.listed + len(found),
            size=size,
            first=[*self.first, *kept][: problems.SHOWN],
            last=kept,
        )


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of the file; at its end `ended`, and what made it end early, if anything did."""

    rows: list[Row]
    ended: bool
    broken: tuple[Problem, ...] = ()


async def bring_in(desk: Desk, job: Job) -> None:
    """Do an import job to its end.

    Raises:
        LostJob: when another process holds it now.
        Refused: project_closed, file_not_fetched.
    """
    path, name = desk.path(job.details["path"]), str(job.details["name"])
    if not await asyncio.to_thread(path.exists):
        raise Refused("file_not_fetched")
    project = await desk.store.read(lambda tx: projects.find(tx, project_of(job)))
    assert project is not None, "projects are never deleted"
    t = await desk.store.read(lambda tx: desk.voice(tx, job))
    total = job.rows or await asyncio.to_thread(count_rows, path, name)
    wrong, tally = ProblemList(desk.export(f"{job.id}-problems.csv"), t), Tally(**job.tally)
    size = await asyncio.to_thread(wrong.append, _problems(tally.last), size=tally.size)
    rows = read_tasks(
        path,
        name=name,
        project=project.file,
        zone=ZoneInfo(job.details["zone"]),
        media_dir=desk.house.media_dir,
        skip_rows=job.row,
    )
    said_at, batch = desk.clock.now(), Batch([], ended=False)
    while not batch.ended:
        batch = await asyncio.to_thread(_take, rows)
        now, done, say = desk.clock.now(), job.row + len(batch.rows), None
        if now - said_at >= SAID_EVERY and "slot" not in job.details:
            say, said_at = errand_words.reading(t, name, done=done, total=total), now
        job = replace(job, row=done, rows=total)
        tally = await desk.store.write(
            partial(_add, desk=desk, job=job, batch=batch, tally=tally, size=size, say=say, now=now)
        )
        if say is not None:
            desk.nudge(account_of(job))
        job = replace(job, tally=asdict(tally))
        size = await asyncio.to_thread(wrong.append, _problems(tally.last), size=tally.size)
    await desk.store.write(partial(_finish, desk=desk, job=job, tally=tally, broken=batch.broken))
    desk.nudge(account_of(job))


def _take(rows: Iterator[Row]) -> Batch:
    taken: list[Row] = []
    try:
        taken.extend(islice(rows, importing.BATCH))
    except BadFile as bad:
        return Batch(taken, ended=True, broken=bad.problems)
    return Batch(taken, ended=len(taken) < importing.BATCH)


def _add(
    tx: Transaction,
    *,
    desk: Desk,
    job: Job,
    batch: Batch,
    tally: Tally,
    size: int,
    say: Message | None,
    now: datetime,
) -> Tally:
    """A batch, how far the job is with it, and the news of that, in one unit of work."""
    project = projects.find(tx, project_of(job))
    if project is None or project.state is ProjectState.CLOSED:
        raise Refused("project_closed")
    good = [row for row in batch.rows if isinstance(row, TaskRow)]
    added, repeated = importing.add_tasks(tx, project.id, good, now=now)
    found = [replace(row.problem, line=row.line) for row in batch.rows if isinstance(row, BadRow)]
    found += [one for _, one in repeated]
    tally = tally.with_batch(added=added, found=sorted(found, key=lambda one: one.line or 0), size=size)
    desk.advance(tx, job, row=job.row, rows=job.rows, tally=asdict(tally))
    if say is not None:
        desk.tell(tx, job, say, slot=job_slot(job.id))
    return tally


def _finish(tx: Transaction, *, desk: Desk, job: Job, tally: Tally, broken: tuple[Problem, ...]) -> None:
    """The job ends together with the words on what came of it."""
    desk.hold(tx, job)
    t, name = desk.voice(tx, job), str(job.details["name"])
    project = projects.find(tx, project_of(job))
    assert project is not None, "projects are never deleted"
    nothing = not tally.added and not tally.listed and bool(broken)
    jobs.end(tx, job, state=JobState.FAILED if nothing else JobState.DONE, now=desk.clock.now())
    if "slot" in job.details:
        _tell_photo(tx, desk, job, project, wrong=(*broken, *_problems(tally.first)))
        return
    if nothing:
        desk.tell(tx, job, errand_words.unusable(t, name, broken), slot=job_slot(job.id))
        return
    message = errand_words.imported(
        t,
        project,
        name,
        added=tally.added,
        bad=tally.bad,
        first=_problems(tally.first),
        listed=tally.listed,
        broken=broken,
    )
    desk.tell(tx, job, message, slot=job_slot(job.id))
    if tally.listed > 1:
        listed = errand_words.all_problems(t, f"{EXPORTS}/{job.id}-problems.csv")
        desk.tell(tx, job, listed, key="problems")


def _tell_photo(
    tx: Transaction, desk: Desk, job: Job, project: Project, *, wrong: tuple[Problem, ...]
) -> None:
    """Photos share one message that counts them; only a bad one is worth a message of its own."""
    t = desk.voice(tx, job)
    count = sum(task_views.count_by_state(tx, project.id).values())
    desk.tell(tx, job, errand_words.photo_added(t, project, count), slot=str(job.details["slot"]))
    if wrong:  # behind the count, which is edited only while it is the last message
        desk.tell(tx, job, errand_words.unusable(t, str(job.details["name"]), wrong), key="problems")


def _problems(kept: Sequence[dict[str, Any]]) -> list[Problem]:
    return [problems.from_json(one) for one in kept]
