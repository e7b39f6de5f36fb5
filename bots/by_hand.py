"""What an operator does by hand: bring the tasks of a file in, write the results out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

from bots.runner import open_parts
from bots.settings import Settings
from bots.trouble import Trouble
from core import audit, exporting, importing
from core.clock import Clock
from core.domain.project import Project
from core.domain.states import ProjectState
from core.errors import Problem
from core.intake.results import ResultFormat, write_answers, write_measures, write_results
from core.intake.rows import BadRow, TaskRow
from core.intake.task_file import count_rows, read_tasks
from core.store import Store, projects
from core.store import people as people_rows
from core.store.transaction import Transaction
from core.vault import Vault


@dataclass(frozen=True, slots=True)
class Step:
    """An import on its way: rows read, of about so many, tasks added, and what was wrong since the last step."""

    done: int
    total: int | None
    added: int
    problems: tuple[Problem, ...]


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[tuple[Store, Vault, Clock]]:
    """The database at its newest version, the vault and the clock; closed again afterwards."""
    store, vault, clock = await open_parts(
        database=settings.database,
        data_dir=settings.data_dir,
        secret=settings.secret_key.get_secret_value(),
        before=settings.secret_keys_before.get_secret_value(),
    )
    try:
        yield store, vault, clock
    finally:
        await store.close()


async def bring_in(
    settings: Settings, *, project_id: int, path: Path, told: Callable[[Step], None]
) -> tuple[int, int]:
    """Add the tasks of a file to a project; returns how many were added, and how many rows were bad.

    Raises:
        Trouble: when there is no such project, or it is closed.
        BadFile: when the file cannot be used at all.
    """
    async with opened(settings) as (store, _, clock):
        project, zone = await store.read(lambda tx: _target(tx, project_id))
        total = await asyncio.to_thread(count_rows, path, path.name)
        rows = read_tasks(
            path, name=path.name, project=project.file, zone=zone, media_dir=settings.data_dir / "media"
        )
        done = added = bad = 0
        while batch := await asyncio.to_thread(_take, rows):
            good = [row for row in batch if isinstance(row, TaskRow)]
            now = clock.now()
            fresh, repeated = await store.write(
                lambda tx, good=good, now=now: importing.add_tasks(tx, project_id, good, now=now)  # type: ignore[misc]  # they are bound
            )
            found = [replace(row.problem, line=row.line) for row in batch if isinstance(row, BadRow)]
            found = sorted([*found, *(one for _, one in repeated)], key=lambda one: one.line or 0)
            done, added = done + len(batch), added + fresh
            bad += sum(bool(one.line) for one in found)
            told(Step(done, total, added, tuple(found)))
        return added, bad


def _target(tx: Transaction, project_id: int) -> tuple[Project, ZoneInfo]:
    project = known(tx, project_id)
    if project.state is ProjectState.CLOSED:
        raise Trouble(f"Project {project_id} is closed: its tasks stay as they are.")
    owner = people_rows.by_id(tx, project.owner_id)
    return project, ZoneInfo("UTC") if owner is None else owner.tz


def known(tx: Transaction, project_id: int) -> Project:
    """A project that an operator names. Raises Trouble when there is none."""
    project = projects.find(tx, project_id)
    if project is None:
        raise Trouble(f"There is no project {project_id}: /projects in the chat shows their numbers.")
    return project


def _take(rows: Iterator[TaskRow | BadRow]) -> list[TaskRow | BadRow]:
    return list(islice(rows, importing.BATCH))


async def write_out(
    settings: Settings, *, project_id: int, written: ResultFormat, folder: Path
) -> tuple[tuple[Path, int], ...]:
    """Write a project's results; returns each file with its number of rows.

    Raises:
        Trouble: when there is no such project.
    """
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    results, answers, agreement = (
        folder / f"project-{project_id}-{part}.{written}" for part in ("results", "answers", "agreement")
    )

    def write(tx: Transaction, vault: Vault) -> tuple[tuple[Path, int], ...]:
        known(tx, project_id)
        files = [
            (results, write_results(exporting.result_rows(tx, project_id), results, written)),
            (answers, write_answers(exporting.answer_rows(tx, vault, project_id), answers, written)),
        ]
        if measures := exporting.measure_rows(tx, project_id):
            files.append((agreement, write_measures(measures, agreement, written)))
        return tuple(files)

    async with opened(settings) as (store, vault, clock):
        files = await store.read(lambda tx: write(tx, vault))
        now, about = clock.now(), f"project:{project_id}"
        await store.write(
            lambda tx: audit.note(
                tx, who=None, did="results.exported", about=about, now=now, format=str(written)
            )
        )
        return files


__all__ = ["Step", "bring_in", "known", "opened", "write_out"]
