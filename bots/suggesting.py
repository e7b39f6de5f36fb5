"""Suggestions are written ahead: models look at tasks that will go out soon, beside the conversation."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import count

import structlog

from bots.courier import Courier
from bots.dialogue import notices
from bots.holding import Held, Overtaken
from bots.postbox import Postbox
from core import serving
from core.clock import Clock
from core.domain.models import Model
from core.events import ModelUnusable
from core.store import Store, models, projects, suggestions
from core.store.suggestions import Pair, Said, Served, Unread
from core.store.transaction import Transaction
from models.loaded import Outcome
from models.prediction import Prediction
from models.problems import BadModel
from models.suggester import Suggester

log = structlog.get_logger("suggesting")

READ = 512
"""So many tasks a model looks at before it is the next one's turn."""
STALE = 4096
"""So many tasks with the hints of another model are looked for at once."""
TOGETHER = 20
"""And so many are predicted and written at once: a unit of work of a few milliseconds."""
PAUSE = 0.02
"""Seconds after each of them, in which taps go first."""
WHOLE = timedelta(minutes=1)
"""Between two looks at all tasks of a project; in between only new ones are looked for."""
REST, LONGEST_REST = timedelta(minutes=1), timedelta(hours=1)
"""A model that cannot be used is tried again after a minute, then after twice as long, and so on."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """What a model has not looked at, and what it needs to look."""

    model: Model
    offered: frozenset[str]  # label ids
    tasks: Sequence[Unread]
    last: int  # the newest task of the project

    def said(self, one: Unread, outcome: Outcome) -> Said:
        """What the model says of a task; nothing where it cannot, or where its label is not offered any more."""
        if not isinstance(outcome, Prediction) or outcome.label not in self.offered:
            return Said(one.task_id, None, 0.0, None)
        others = [
            (chance, label)
            for chance, label in zip(outcome.chances, self.model.labels, strict=True)
            if label != outcome.label and label in self.offered
        ]
        second = max(others, key=lambda other: other[0])[1] if others else None
        return Said(one.task_id, outcome.label, outcome.confidence, second)


@dataclass(slots=True)
class _Looked:
    """Up to which task a model has looked at all, and when."""

    last: int
    at: datetime


@dataclass(slots=True)
class _Resting:
    """A model that could not be used."""

    until: datetime
    times: int


class Suggesting:
    """Every model that serves a project, or runs in its shadow, looks at the tasks that it has not seen."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        postbox: Postbox,
        courier: Courier,
        suggester: Suggester,
        holder: str,
    ) -> None:
        self._store = store
        self._clock = clock
        self._postbox = postbox
        self._courier = courier
        self._suggester = suggester
        self._holder = holder
        self._attempts = count(1)
        self._at_work = asyncio.Lock()
        self._closed = False
        # Only what saves looking again; a start without it does nothing else than look once more.
        self._fresh: dict[int, int | None] = {}
        self._looked: dict[Pair, _Looked] = {}
        self._resting: dict[int, _Resting] = {}

    async def tick(self) -> None:
        """Put the champions' hints on tasks, then look ahead, a part of each project in turn, until all is seen."""
        if self._at_work.locked():
            return
        async with self._at_work:
            more = True
            while more and not self._closed:
                more = False
                for one in await self._store.read(suggestions.served):
                    more |= await self._freshen(one)
                for pair in await self._store.read(suggestions.at_work):
                    more |= await self._look(pair)

    async def close(self) -> None:
        """Stop after the unit that is being written, and let go of the models."""
        self._closed = True
        async with self._at_work:
            pass
        await self._suggester.close()

    # --- another champion -------------------------------------------------------------------------

    async def _freshen(self, one: Served) -> bool:
        """Tasks carry the hints of the model that serves now; True when another look must tell whether all do.

        Begun again from the start after a kill.
        """
        if self._closed or self._fresh.get(one.project_id, 0) == one.champion:
            return False
        self._fresh.pop(one.project_id, None)
        stale = await self._store.read(lambda tx: suggestions.stale(tx, *one, most=STALE))
        if stale:
            return await self._holding(
                f"hints {one.project_id}", partial(self._refresh, one.project_id, stale)
            )
        self._fresh[one.project_id] = one.champion
        return False

    async def _refresh(self, project_id: int, stale: Sequence[int], held: Held) -> bool:
        for start in range(0, len(stale), TOGETHER):
            if self._closed:
                return False
            some = stale[start : start + TOGETHER]
            await held.write(lambda tx, some=some: serving.refresh(tx, project_id, some))  # type: ignore[misc]  # some is bound
            await asyncio.sleep(PAUSE)
        return True

    # --- looking ahead ----------------------------------------------------------------------------

    async def _look(self, pair: Pair) -> bool:
        """Let a model look at some tasks; True when there may be more."""
        resting = self._resting.get(pair.model_id)
        if self._closed or (resting is not None and self._clock.now() < resting.until):
            return False
        ahead = await self._unread(pair)
        if ahead is None or not ahead.tasks:
            return False
        try:
            return await self._holding(
                f"suggest {pair.project_id} {pair.model_id}", partial(self._write_ahead, pair, ahead)
            )
        except BadModel as bad:
            self._suggester.forget(ahead.model.digest)
            await self._cannot_be_used(pair, str(bad.code))
        except Exception as failure:  # the other projects go on
            log.exception("a model failed", project=pair.project_id, model=pair.model_id)
            await self._cannot_be_used(pair, type(failure).__name__)
        return False

    async def _unread(self, pair: Pair) -> Ahead | None:
        looked, now = self._looked.get(pair), self._clock.now()
        above = looked.last if looked is not None and now < looked.at + WHOLE else 0
        ahead = await self._store.read(lambda tx: _ahead(tx, pair, above=above))
        if ahead is not None and not ahead.tasks and not above:
            self._looked[pair] = _Looked(ahead.last, now)
        return ahead

    async def _write_ahead(self, pair: Pair, ahead: Ahead, held: Held) -> bool:
        for start in range(0, len(ahead.tasks), TOGETHER):
            if self._closed:
                return False
            some = ahead.tasks[start : start + TOGETHER]
            outcomes = await self._suggester.suggest_many(ahead.model.digest, [one.content for one in some])
            said = [ahead.said(one, outcome) for one, outcome in zip(some, outcomes, strict=True)]
            await held.write(
                partial(
                    serving.keep,
                    project_id=pair.project_id,
                    model_id=pair.model_id,
                    said=said,
                    now=self._clock.now(),
                )
            )
            await asyncio.sleep(PAUSE)
        self._resting.pop(pair.model_id, None)
        return True

    async def _holding(self, name: str, work: Callable[[Held], Awaitable[bool]]) -> bool:
        """Do work that nobody else does at the same time; False when somebody does."""
        held = Held(self._store, self._clock, name=name, holder=f"{self._holder} {next(self._attempts)}")
        if not await held.take():
            return False
        try:
            return await work(held)
        except Overtaken:
            log.info("suggestions were overtaken", work=name)
            return False
        finally:
            await held.give_up()

    # --- a model that cannot be used --------------------------------------------------------------

    async def _cannot_be_used(self, pair: Pair, why: str) -> None:
        """Logged once, told to the owner once, tried again ever more slowly; meanwhile cards go without."""
        now, before = self._clock.now(), self._resting.get(pair.model_id)
        times = 0 if before is None else before.times + 1
        self._resting[pair.model_id] = _Resting(now + min(REST * 2**times, LONGEST_REST), times)
        if before is None:
            log.error("a model cannot be used", project=pair.project_id, model=pair.model_id, why=why)
        if pair.champion:
            for account in await self._store.write(lambda tx: self._tell(tx, pair, now)):
                self._courier.look_at(account)

    def _tell(self, tx: Transaction, pair: Pair, now: datetime) -> list[int]:
        project = projects.find(tx, pair.project_id)
        if project is None:
            return []
        event = ModelUnusable(project.owner_id, pair.project_id, pair.model_id)
        return notices.announce(tx, self._postbox, (event,), now=now)


def _ahead(tx: Transaction, pair: Pair, *, above: int) -> Ahead | None:
    """What a model has not looked at: first what will go out, then what ended since it was made.

    What ended before may be what a project's own model learned from: of that it says nothing, except of audited
    tasks, from which none learns.
    """
    model, project = models.find(tx, pair.model_id), projects.find(tx, pair.project_id)
    if model is None or project is None:
        return None
    unread = partial(suggestions.unread, tx, pair.project_id, model.id, most=READ, above=above)
    since = None if model.project_id is None else model.created_at
    tasks = unread() or unread(ended=True, since=since)
    offered = frozenset(label.id for label in project.file.labels if not label.archived)
    return Ahead(model, offered, tasks, suggestions.last_task(tx, pair.project_id))
