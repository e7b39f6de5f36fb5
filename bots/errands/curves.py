"""The curve of what more answers bring: drawn in a process of its own, sent with its words."""

from __future__ import annotations

from bots.dialogue import ordering as words
from bots.dialogue.errand_words import job_slot
from bots.errands.desk import Desk, account_of, project_of
from bots.errands.drawing import drawn, kept
from core import ordering
from core.errors import Refused
from core.jobs import Job
from core.ordering import Offers
from core.store.transaction import Transaction

ARTIST = "core.learning.charts"


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
    picture = await kept(await drawn(ARTIST, marks, house=desk.house), f"curve {job.id}", house=desk.house)
    await desk.store.write(lambda tx: _send(tx, desk, job, found, picture=picture))
    desk.nudge(account_of(job))


def _offers(tx: Transaction, desk: Desk, job: Job) -> Offers:
    turn = desk.turn(tx, job)
    return ordering.offers(tx, turn.person, project_of(job), now=turn.now)


def _send(tx: Transaction, desk: Desk, job: Job, found: Offers, *, picture: str) -> None:
    desk.end(tx, job)
    desk.tell(tx, job, words.curve(desk.voice(tx, job), found, picture), slot=job_slot(job.id))
