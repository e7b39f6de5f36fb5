"""The curve of what more answers bring: drawn in a process of its own, sent with its words."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import sys
from contextlib import suppress
from datetime import datetime

from bots.dialogue import ordering as words
from bots.dialogue.errand_words import job_slot
from bots.dialogue.turn import House
from bots.errands.desk import Desk, account_of, project_of
from core import jobs, ordering
from core.domain.states import JobState
from core.errors import Refused
from core.intake.images import image_path, keep_picture
from core.jobs import Job
from core.ordering import Offers
from core.store.transaction import Transaction

ARTIST = "core.learning.charts"
PATIENCE = 60.0  # seconds
DRAWN = "curves"
"""The folder, below the data folder, of marks that tell which of the stored pictures are curves."""


class NotDrawn(Exception):  # noqa: N818  (its name says what it is)
    """The process that draws ended without a picture."""


async def draw(desk: Desk, job: Job) -> None:
    """Do a curve job to its end.

    Raises:
        LostJob: when another process holds it now.
        Refused: as core.ordering.offers; not_now, when there is nothing to draw any more.
        NotDrawn: and the job is tried again.
    """
    found = await desk.store.read(lambda tx: _offers(tx, desk, job))
    marks = words.marks(found)
    if not marks:
        raise Refused("not_now")
    settings = desk.house.data_dir / "matplotlib"  # it keeps a list of fonts there
    drawn = await _drawn(json.dumps(marks).encode(), settings=str(settings))
    picture = await asyncio.to_thread(_stored, drawn, job=job, house=desk.house)
    await desk.store.write(lambda tx: _send(tx, desk, job, found, picture=picture))
    desk.nudge(account_of(job))


def _offers(tx: Transaction, desk: Desk, job: Job) -> Offers:
    turn = desk.turn(tx, job)
    return ordering.offers(tx, turn.person, project_of(job), now=turn.now)


async def _drawn(asked: bytes, *, settings: str) -> bytes:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", ARTIST),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={
            **os.environ,
            "MPLCONFIGDIR": settings,
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        },
        start_new_session=True,
    )
    try:
        drawn, complaint = await asyncio.wait_for(process.communicate(asked), PATIENCE)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise NotDrawn(complaint.decode(errors="replace")[-500:])
    return drawn


def _stored(drawn: bytes, *, job: Job, house: House) -> str:
    """Keep the picture and a mark of it; its name is no task's, even if somebody uploads the curve as one."""
    name = f"{hashlib.sha256(f'curve {job.id} '.encode() + drawn).hexdigest()}.png"
    mark, path = house.data_dir / DRAWN / name, image_path(house.media_dir, name)
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.touch()
    keep_picture(drawn, path)
    return name


def sweep(house: House, *, before: datetime) -> None:
    """Remove the curves that were drawn before that moment."""
    for mark in (house.data_dir / DRAWN).glob("*.png"):
        with suppress(FileNotFoundError):  # another process sweeps, too
            if mark.stat().st_mtime < before.timestamp():
                image_path(house.media_dir, mark.name).unlink(missing_ok=True)
                mark.unlink()


def _send(tx: Transaction, desk: Desk, job: Job, found: Offers, *, picture: str) -> None:
    desk.hold(tx, job)
    jobs.end(tx, job, state=JobState.DONE, now=desk.clock.now())
    desk.tell(tx, job, words.curve(desk.voice(tx, job), found, picture), slot=job_slot(job.id))
