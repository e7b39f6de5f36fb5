"""What every errand needs: the store, the time, whom to tell, and where files are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bots.dialogue.turn import House, Turn
from bots.dialogue.vocabulary import Message
from bots.postbox import Postbox
from core import jobs
from core.clock import Clock, chance_of
from core.domain.states import JobState
from core.jobs import Job
from core.store import Store
from core.store import people as people_rows
from core.store.transaction import Transaction
from i18n import Translator, translator_for

EXPORTS = "exports"
"""The folder, below the data folder, of files that people are sent."""


class LostJob(Exception):  # noqa: N818  (its name says what it is)
    """Another process has taken the job over; what this one still wanted to do is taken back."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Where an errand works."""

    store: Store
    clock: Clock
    postbox: Postbox
    house: House
    nudge: Callable[[int], None]
    holder: str

    def path(self, kept: str) -> Path:
        """A file that a job names, from the data folder on."""
        return self.house.data_dir / kept

    def export(self, name: str) -> Path:
        """A file that will be sent."""
        return self.house.data_dir / EXPORTS / name

    def voice(self, tx: Transaction, job: Job) -> Translator:
        """The language of the person whom the job tells."""
        person = people_rows.by_account(tx, account_of(job))
        return translator_for(person.locale, person.zone)

    def turn(self, tx: Transaction, job: Job) -> Turn:
        """The job as if its person said it now."""
        person = people_rows.by_account(tx, account_of(job))
        return Turn(
            house=self.house,
            platform=people_rows.reach(tx, person.account_id).platform,
            person=person,
            tx=tx,
            now=self.clock.now(),
            chance=chance_of(job.id),
            t=translator_for(person.locale, person.zone),
        )

    def tell(
        self, tx: Transaction, job: Job, message: Message, *, slot: str | None = None, key: str | None = None
    ) -> None:
        """Owe the job's person a message, in `slot` when it names one, once when it has a `key`."""
        locale = self.voice(tx, job).locale
        message = replace(message, slot=slot or message.slot, locale=locale)
        once = None if key is None else f"job:{job.id}:{key}"
        self.postbox.owe_account(tx, account_of(job), message, now=self.clock.now(), key=once)

    def advance(
        self, tx: Transaction, job: Job, *, row: int, rows: int | None, tally: dict[str, Any]
    ) -> None:
        """Book how far the job is, in the transaction that did the work.

        Raises:
            LostJob: when another process holds it now.
        """
        now = self.clock.now()
        if not jobs.advance(tx, job, row=row, rows_known=rows, tally=tally, holder=self.holder, now=now):
            raise LostJob

    def hold(self, tx: Transaction, job: Job) -> None:
        """Make sure, at its end, that the job is still ours. Raises as `advance`."""
        self.advance(tx, job, row=job.row, rows=job.rows, tally=job.tally)

    def end(self, tx: Transaction, job: Job, *, state: JobState = JobState.DONE) -> None:
        """End the job, if it is still ours. Raises as `advance`."""
        self.hold(tx, job)
        jobs.end(tx, job, state=state, now=self.clock.now())


def account_of(job: Job) -> int:
    """Whom the job tells; ours always tell somebody."""
    if job.account_id is None:
        raise ValueError("a job for nobody")
    return job.account_id


def project_of(job: Job) -> int:
    """The project that the job is about."""
    if job.project_id is None:
        raise ValueError("a job about no project")
    return job.project_id
