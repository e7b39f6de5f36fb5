"""Training a project's own model, as an errand: how far it is, and what came of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import structlog

from bots.dialogue import training_words as words
from bots.dialogue.errand_words import job_slot
from bots.dialogue.report_words import words_on_report
from bots.dialogue.vocabulary import Message
from bots.errands.desk import Desk, account_of, project_of
from bots.training import Begin, Broken, Trained, Untrained, begin, enlist, train
from core import jobs, training
from core.contest import Entered
from core.domain.project import Project
from core.domain.states import JobState
from core.jobs import Job
from core.store import projects
from core.store.transaction import Transaction
from i18n import Translator
from models.training.problems import Trouble

log = structlog.get_logger("training")

SAID_EVERY = timedelta(seconds=2)
KEPT_EVERY = timedelta(seconds=15)
MOST_BEGUN = 3
"""A training that was begun so often and ended with its process is not begun again."""
BROKEN = Untrained(Trouble.BROKEN, {})


async def learn(desk: Desk, job: Job, *, begin: Begin = begin) -> None:
    """Do a training job to its end.

    One that nobody asked for says nothing until there is a model. A training whose process was killed
    is begun anew, for some times.

    Raises:
        LostJob: when another process holds it now.
        Broken: and the job is tried again.
    """
    begun = int(job.tally.get("begun", 0)) + 1
    job = replace(job, tally={"begun": begun})
    project, t = await desk.store.read(lambda tx: _about(tx, desk, job))
    if begun > MOST_BEGUN:  # it ended whole processes
        await _give_up(desk, job, project, BROKEN)
        return
    await desk.store.write(lambda tx: _begun(tx, desk, job))
    try:
        made = await train(
            desk.store,
            desk.clock,
            data_dir=desk.house.data_dir,
            project=project,
            name=f"train-{job.id}",
            words=words_on_report(t, project.file),
            told=_Progress(desk, job, project, t).told,
            seed=job.id,
            begin=begin,
        )
    except Untrained as reason:
        await _give_up(desk, job, project, reason)
    except Broken as broken:
        log.error("a training broke off", project=project.id, code=broken.code, trace=broken.trace)
        if begun < MOST_BEGUN:
            raise
        await _give_up(desk, job, project, BROKEN)
    else:
        await desk.store.write(lambda tx: _done(tx, desk, job, made))
        desk.nudge(account_of(job))


async def _give_up(desk: Desk, job: Job, project: Project, why: Untrained) -> None:
    log.info("no model was trained", project=project.id, why=why.code)
    await desk.store.write(lambda tx: _failed(tx, desk, job, project, why))
    desk.nudge(account_of(job))


def _about(tx: Transaction, desk: Desk, job: Job) -> tuple[Project, Translator]:
    project = projects.find(tx, project_of(job))
    assert project is not None, "projects are never deleted"
    return project, desk.voice(tx, job)


def _begun(tx: Transaction, desk: Desk, job: Job) -> None:
    desk.hold(tx, job)
    training.noted(tx, project_of(job), now=desk.clock.now())


class _Progress:
    """Keeps the job ours, and edits its message now and then."""

    def __init__(self, desk: Desk, job: Job, project: Project, t: Translator) -> None:
        self._desk, self._job, self._project, self._t = desk, job, project, t
        self._said_at = self._kept_at = desk.clock.now()

    async def told(self, stage: str, share: float) -> None:
        desk, job, now = self._desk, self._job, self._desk.clock.now()
        say: Message | None = None
        if now - self._said_at >= SAID_EVERY and not _unasked(job):
            say, self._said_at = words.progress(self._t, self._project, share=share, stage=stage), now
        elif now - self._kept_at < KEPT_EVERY:
            return
        self._kept_at = now

        def unit(tx: Transaction) -> None:
            desk.hold(tx, job)
            if say is not None:
                desk.tell(tx, job, say, slot=job_slot(job.id))

        await desk.store.write(unit)
        if say is not None:
            desk.nudge(account_of(job))


def _unasked(job: Job) -> bool:
    return bool(job.details.get("unasked"))


def _done(tx: Transaction, desk: Desk, job: Job, made: Trained) -> None:
    """The model goes to its place, the job ends, and its person reads how good it is: all of it or nothing."""
    desk.hold(tx, job)
    now = desk.clock.now()
    project, entered = enlist(tx, project_of(job), made, now=now)
    log.info("a model was trained", project=project.id, model=made.card.sha256, entered=str(entered))
    if entered is Entered.GUESSES:
        _failed(tx, desk, job, project, Untrained(Trouble.NOT_BETTER_THAN_GUESSING, {}))
        return
    jobs.end(tx, job, state=JobState.DONE, now=now)
    said = words.trained(
        desk.voice(tx, job),
        project,
        card=made.card.model_dump(mode="json"),
        serves=entered is Entered.SERVES,
        picture=made.picture,
        remarks=made.remarks,
    )
    desk.tell(tx, job, said, slot=job_slot(job.id))


def _failed(tx: Transaction, desk: Desk, job: Job, project: Project, why: Untrained) -> None:
    desk.end(tx, job, state=JobState.FAILED)
    if _unasked(job):
        return
    t = desk.voice(tx, job)
    said = words.training_failed(t, project, code=why.code, facts=why.facts)
    desk.tell(tx, job, said, slot=job_slot(job.id))
