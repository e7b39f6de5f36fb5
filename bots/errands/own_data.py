"""A person's copy of what is kept of them, and removing such files when they were erased."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

from bots.errands.desk import Desk, account_of
from bots.errands.exporting import Ready, attached, most_bytes
from core import privacy
from core.jobs import Job
from core.store import people as people_rows
from core.store.transaction import Transaction

NAME = "my-data.json"


def _path(desk: Desk, job_id: int) -> Path:
    return desk.export(f"{job_id}-{NAME}")


async def give_copy(desk: Desk, job: Job) -> None:
    """Send a person everything that is kept of them, as one JSON file.

    Raises:
        LostJob: when another process holds it now, or the person was erased.
    """
    path = _path(desk, job.id)
    await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
    rows = await desk.store.read(lambda tx: _write(tx, desk, job, path))
    await desk.store.write(lambda tx: _send(tx, desk, job, path, rows))
    desk.nudge(account_of(job))


def _write(tx: Transaction, desk: Desk, job: Job, path: Path) -> int:
    person = people_rows.by_account(tx, account_of(job))
    rows = 0
    with open(path, "w", encoding="utf-8", opener=_only_us) as file:
        file.write("{\n")
        for at, (name, records) in enumerate(privacy.sections(tx, desk.house.vault, person)):
            file.write(f"{',' if at else ''}\n{json.dumps(name)}: [")
            rows += _list(file, records)
            file.write("]")
        file.write("\n}\n")
    return rows


def _list(file: IO[str], records: Iterable[dict[str, Any]]) -> int:
    rows = 0
    for rows, record in enumerate(records, start=1):
        file.write(f"{',' if rows > 1 else ''}\n  {json.dumps(record, ensure_ascii=False)}")
    return rows


def _only_us(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _send(tx: Transaction, desk: Desk, job: Job, path: Path, rows: int) -> None:
    desk.end(tx, job)
    t = desk.voice(tx, job)
    ready = Ready("own data", path, rows, path.stat().st_size)
    words = t("All that is kept of you")
    message = attached(t, ready, name=NAME, words=words, most=most_bytes(tx, desk, job))
    desk.tell(tx, job, message, key="copy")


async def forget(desk: Desk, job: Job) -> None:
    """Remove the copies and uploads of somebody who was erased. Raises as `give_copy`."""
    paths = [_path(desk, int(one)) for one in job.details.get("jobs", ())]
    paths += [desk.path(str(one)) for one in job.details.get("uploads", ())]
    for path in paths:
        await asyncio.to_thread(path.unlink, missing_ok=True)
    await desk.store.write(lambda tx: desk.end(tx, job))
