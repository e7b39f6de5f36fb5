"""Writing results: two files from one snapshot, in a thread, without holding anybody up."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path

from bots.dialogue import errand_words
from bots.dialogue.errand_words import job_slot
from bots.dialogue.vocabulary import Attachment, Message
from bots.errands.desk import EXPORTS, Desk, account_of, project_of
from core import exporting, jobs
from core.domain.project import Project
from core.domain.states import JobState
from core.intake.results import ResultFormat, write_answers, write_results
from core.jobs import Job
from core.store import people as people_rows
from core.store import projects
from core.store.transaction import Transaction
from i18n import Phrase, Translator


@dataclass(frozen=True, slots=True)
class Ready:
    """A file that can be sent: its bytes and its rows counted."""

    path: Path
    rows: int
    size: int


async def write_out(desk: Desk, job: Job) -> None:
    """Do an export job to its end.

    Raises:
        LostJob: when another process holds it now.
    """
    await asyncio.to_thread(desk.export("").mkdir, parents=True, exist_ok=True)
    project, results, answers = await desk.store.read(lambda tx: _write(tx, desk, job))
    await desk.store.write(lambda tx: _finish(tx, desk, job, project, results=results, answers=answers))
    desk.nudge(account_of(job))


def _format(job: Job) -> ResultFormat:
    return ResultFormat(job.details["format"])


def _write(tx: Transaction, desk: Desk, job: Job) -> tuple[Project, Ready, Ready]:
    wanted, project_id = _format(job), project_of(job)
    project = projects.find(tx, project_id)
    assert project is not None, "projects are never deleted"
    results, answers = (desk.export(f"{job.id}-{part}.{wanted}") for part in ("results", "answers"))
    tasks = write_results(exporting.result_rows(tx, project_id), results, wanted)
    given = write_answers(exporting.answer_rows(tx, desk.house.vault, project_id), answers, wanted)
    return (
        project,
        Ready(results, tasks, results.stat().st_size),
        Ready(answers, given, answers.stat().st_size),
    )


def _finish(
    tx: Transaction, desk: Desk, job: Job, project: Project, *, results: Ready, answers: Ready
) -> None:
    desk.hold(tx, job)
    jobs.end(tx, job, state=JobState.DONE, now=desk.clock.now())
    t, wanted = desk.voice(tx, job), _format(job)
    message = errand_words.exported(t, project, tasks=results.rows, answers=answers.rows, written=wanted)
    desk.tell(tx, job, message, slot=job_slot(job.id))
    most = _most(tx, desk, job)
    for part, ready, words in (
        ("results", results, t("One row per task")),
        ("answers", answers, t("One row per answer")),
    ):
        name = f"project-{project.id}-{part}.{wanted}"
        attached = replace(_attached(t, ready, name=name, words=words, most=most), below=job_slot(job.id))
        desk.tell(tx, job, attached, key=part)


def _most(tx: Transaction, desk: Desk, job: Job) -> int:
    """How many bytes of a file the person's platform carries."""
    limits = desk.postbox.limits.get(people_rows.reach(tx, account_of(job)).platform)
    return 0 if limits is None else limits.attachment


def _attached(t: Translator, ready: Ready, *, name: str, words: Phrase, most: int) -> Message:
    if ready.size > most:
        return errand_words.too_large(t, name)
    return errand_words.file_of(words, Attachment(f"{EXPORTS}/{ready.path.name}", name))
