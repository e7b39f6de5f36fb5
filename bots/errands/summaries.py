"""The summary of a day as one message, words and picture together; in words alone where it cannot be drawn."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

import structlog

from bots.dialogue import summaries as words
from bots.dialogue.day_views import picture as to_draw
from bots.dialogue.errand_words import job_slot
from bots.errands.desk import Desk, account_of
from bots.errands.drawing import NotDrawn, drawn, kept
from core import summaries
from core.day_picture import NO_FONT
from core.domain.states import JobState
from core.errors import Refused
from core.jobs import MOST_ATTEMPTS, Job
from core.store import people as people_rows
from core.store.transaction import Transaction
from core.summaries import Summary

log = structlog.get_logger("summaries")

ARTIST = "core.learning.day_chart"


async def tell(desk: Desk, job: Job) -> None:
    """Do a summary job to its end: read on a snapshot, draw, owe; all that is owed is owed with the job's end.

    Raises:
        LostJob: when another process holds it now.
        Refused: not_allowed, to somebody who asked and is no moderator any more.
        NotDrawn, TimeoutError: and the job is tried again; the last time without a picture.
    """
    try:
        figures = await desk.store.read(lambda tx: _figures(tx, desk, job))
    except Refused:
        if not _unasked(job):
            raise
        await desk.store.write(lambda tx: desk.end(tx, job, state=JobState.FAILED))
        return
    picture = await _picture(desk, job, figures)
    await desk.store.write(lambda tx: _owe(tx, desk, job, figures, picture=picture))
    desk.nudge(account_of(job))


def _figures(tx: Transaction, desk: Desk, job: Job) -> Summary:
    person = people_rows.by_account(tx, account_of(job))
    return summaries.of_day(tx, desk.house.vault, person, date.fromisoformat(job.details["day"]))


async def _picture(desk: Desk, job: Job, figures: Summary) -> str | None:
    """The name of the picture; None where no font shows the language, or drawing failed again and again."""
    if job.attempts >= MOST_ATTEMPTS:
        return None
    t = await desk.store.read(lambda tx: desk.voice(tx, job))
    try:
        picture = await drawn(ARTIST, asdict(to_draw(t, figures)), house=desk.house)
    except NotDrawn as failure:
        if failure.code != NO_FONT:
            raise
        log.warning("no font for a summary", locale=t.locale)
        return None
    return await kept(picture, f"summary {job.id}", house=desk.house)


def _owe(tx: Transaction, desk: Desk, job: Job, figures: Summary, *, picture: str | None) -> None:
    desk.end(tx, job)
    t, now = desk.voice(tx, job), desk.clock.now()
    platform = people_rows.reach(tx, account_of(job)).platform
    limits = desk.postbox.limits.get(platform)
    room = None if picture is None or limits is None else limits.caption
    told = words.tell(t, figures, picture=picture, room=room)
    if _unasked(job):
        desk.postbox.owe_account(tx, account_of(job), told.message, now=now, key=job.details["key"])
    else:
        desk.tell(tx, job, told.message, slot=job_slot(job.id))
    summaries.note_read(tx, people_rows.by_account(tx, account_of(job)), told.figures, now=now)


def _unasked(job: Job) -> bool:
    return "key" in job.details
