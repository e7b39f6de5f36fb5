"""Project files: read into a draft or a new version, and written for whoever wants to keep them."""

from __future__ import annotations

import asyncio
from pathlib import Path
from zoneinfo import ZoneInfo

from bots.dialogue import errand_words
from bots.dialogue.errand_words import job_slot
from bots.dialogue.project_views import card
from bots.dialogue.vocabulary import Attachment
from bots.errands.desk import EXPORTS, Desk, account_of, project_of
from core import audit, jobs, projects
from core.domain.project import Project
from core.domain.states import JobState
from core.errors import BadFile, Problem, Refused
from core.intake.project_file import read_project_file, to_yaml
from core.intake.project_model import ProjectFile
from core.jobs import Job
from core.store import people as people_rows
from core.store import projects as project_rows
from core.store.transaction import Transaction


async def take_in(desk: Desk, job: Job) -> None:
    """Make a draft of a project file, or a new version of the project that the job names.

    Raises:
        LostJob: when another process holds it now.
        Refused: as core.projects.create and replace_file; file_not_fetched.
    """
    path, name = desk.path(job.details["path"]), str(job.details["name"])
    try:
        written = await asyncio.to_thread(path.read_bytes)
    except FileNotFoundError:
        raise Refused("file_not_fetched") from None
    try:
        file = await asyncio.to_thread(read_project_file, written, zone=ZoneInfo(job.details["zone"]))
    except BadFile as bad:
        found = bad.problems
        await desk.store.write(lambda tx: _refuse(tx, desk, job, name=name, found=found))
    else:
        await desk.store.write(lambda tx: _keep(tx, desk, job, name=name, file=file))
    desk.nudge(account_of(job))


def _refuse(tx: Transaction, desk: Desk, job: Job, *, name: str, found: tuple[Problem, ...]) -> None:
    desk.end(tx, job, state=JobState.FAILED)
    desk.tell(tx, job, errand_words.unusable(desk.voice(tx, job), name, found), slot=job_slot(job.id))


def _keep(tx: Transaction, desk: Desk, job: Job, *, name: str, file: ProjectFile) -> None:
    desk.hold(tx, job)
    turn = desk.turn(tx, job)
    if job.project_id is None:
        project_id = projects.create(tx, turn.person, file, now=turn.now)
    else:
        project_id = job.project_id
        projects.replace_file(tx, turn.person, project_id, file, now=turn.now)
    jobs.end(tx, job, state=JobState.DONE, now=turn.now)
    project = project_rows.find(tx, project_id)
    assert project is not None, "it was just written"
    made = errand_words.project_made(turn.t, project, name, is_new=job.project_id is None)
    desk.tell(tx, job, made, slot=job_slot(job.id))
    desk.tell(tx, job, card(turn, project_id))


async def give_copy(desk: Desk, job: Job) -> None:
    """Send a project as the file that would make it.

    Raises:
        LostJob: when another process holds it now.
    """
    project = await desk.store.read(lambda tx: project_rows.find(tx, project_of(job)))
    assert project is not None, "projects are never deleted"
    path = desk.export(f"{job.id}-project.yaml")
    await asyncio.to_thread(_write, path, project)
    await desk.store.write(lambda tx: _send(tx, desk, job, path))
    desk.nudge(account_of(job))


def _write(path: Path, project: Project) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # the budget may have been changed in the chat since the file was read
    path.write_text(to_yaml(project.file.model_copy(update={"budget": project.budget})), "utf-8")


def _send(tx: Transaction, desk: Desk, job: Job, path: Path) -> None:
    desk.end(tx, job)
    t = desk.voice(tx, job)
    attachment = Attachment(f"{EXPORTS}/{path.name}", f"project-{project_of(job)}.yaml")
    desk.tell(tx, job, errand_words.file_of(t("The project as a file"), attachment), key="copy")
    who = people_rows.by_account(tx, account_of(job)).id
    about = f"project:{project_of(job)}"
    audit.note(tx, who=who, did="project.fetched", about=about, now=desk.clock.now())
