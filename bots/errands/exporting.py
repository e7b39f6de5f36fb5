"""Writing results: the files from one snapshot, in a thread, without holding anybody up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bots.dialogue import errand_words
from bots.dialogue.errand_words import job_slot
from bots.dialogue.vocabulary import Attachment, Message
from bots.errands.desk import EXPORTS, Desk, account_of, project_of
from core import audit, exporting
from core.domain.project import Project
from core.intake.results import ResultFormat, write_answers, write_measures, write_results
from core.jobs import Job
from core.store import people as people_rows
from core.store import projects
from core.store.transaction import Transaction
from i18n import Phrase, Translator

RESULTS, ANSWERS, AGREEMENT = "results", "answers", "agreement"


@dataclass(frozen=True, slots=True)
class Ready:
    """A file that can be sent: its bytes and its rows counted."""

    part: str
    path: Path
    rows: int
    size: int


async def write_out(desk: Desk, job: Job) -> None:
    """Do an export job to its end.

    Raises:
        LostJob: when another process holds it now.
    """
    await asyncio.to_thread(desk.export("").mkdir, parents=True, exist_ok=True)
    project, files = await desk.store.read(lambda tx: _write(tx, desk, job))
    await desk.store.write(lambda tx: _finish(tx, desk, job, project, files))
    desk.nudge(account_of(job))


def _format(job: Job) -> ResultFormat:
    return ResultFormat(job.details["format"])


def _write(tx: Transaction, desk: Desk, job: Job) -> tuple[Project, tuple[Ready, ...]]:
    wanted, project_id = _format(job), project_of(job)
    project = projects.find(tx, project_id)
    assert project is not None, "projects are never deleted"

    def ready(part: str, write: Callable[[Path], int]) -> Ready:
        path = desk.export(f"{job.id}-{part}.{wanted}")
        rows = write(path)
        return Ready(part, path, rows, path.stat().st_size)

    answers, measures = (
        exporting.answer_rows(tx, desk.house.vault, project_id),
        exporting.measure_rows(tx, project_id),
    )
    files = [
        ready(RESULTS, lambda path: write_results(exporting.result_rows(tx, project_id), path, wanted)),
        ready(ANSWERS, lambda path: write_answers(answers, path, wanted)),
    ]
    if measures:
        files.append(ready(AGREEMENT, lambda path: write_measures(measures, path, wanted)))
    return project, tuple(files)


def _finish(tx: Transaction, desk: Desk, job: Job, project: Project, files: Sequence[Ready]) -> None:
    desk.end(tx, job)
    t, wanted = desk.voice(tx, job), _format(job)
    rows = {one.part: one.rows for one in files}
    message = errand_words.exported(
        t, project, tasks=rows[RESULTS], answers=rows[ANSWERS], files=len(files), written=wanted
    )
    desk.tell(tx, job, message, slot=job_slot(job.id))
    most = most_bytes(tx, desk, job)
    words = {
        RESULTS: t("One row per task"),
        ANSWERS: t("One row per answer"),
        AGREEMENT: t("How the answers agree: one row per number"),
    }
    for one in files:
        name = f"project-{project.id}-{one.part}.{wanted}"
        one_file = attached(t, one, name=name, words=words[one.part], most=most)
        desk.tell(tx, job, replace(one_file, below=job_slot(job.id)), key=one.part)
    who = people_rows.by_account(tx, account_of(job)).id
    about = f"project:{project.id}"
    audit.note(tx, who=who, did="results.exported", about=about, now=desk.clock.now(), format=str(wanted))


def most_bytes(tx: Transaction, desk: Desk, job: Job) -> int:
    """How many bytes of a file the person's platform carries."""
    limits = desk.postbox.limits.get(people_rows.reach(tx, account_of(job)).platform)
    return 0 if limits is None else limits.attachment


def attached(t: Translator, ready: Ready, *, name: str, words: Phrase, most: int) -> Message:
    """The file in a message, or in words that it is too large for the chat."""
    if ready.size > most:
        return errand_words.too_large(t, name)
    return errand_words.file_of(words, Attachment(f"{EXPORTS}/{ready.path.name}", name))
