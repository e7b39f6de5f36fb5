"""Where everything is heard: in order for each person, each event worked on once, then what was said goes out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from bots.courier import Courier
from bots.dialogue.fit import fit_answer
from bots.dialogue.turn import House
from bots.dialogue.vocabulary import (
    Form,
    Heard,
    Sender,
    Upload,
)
from bots.keeping import can_wait, from_bytes, to_bytes
from bots.one_event import OneEvent, Outcome, Stranger, Unfit, handle_of, identity_of
from bots.platform import Address, Impossible, NotSent, Platform
from bots.postbox import Postbox
from bots.turns import Place, Turns
from core import people
from core.clock import Clock, new_seed
from core.domain.person import may
from core.store import Store, inbox
from core.vault import Unsealable

log = structlog.get_logger("front_desk")

MOST_KEPT = 1000
WAITS = timedelta(minutes=1)
"""A kept event that waits longer than this was left by a process that died."""


class FrontDesk:
    """Hears every platform; events of one person run in the order in which they came."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        house: House,
        postbox: Postbox,
        courier: Courier,
        platforms: Mapping[str, Platform],
        holder: str,
        errands: Callable[[], None] = lambda: None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._house = house
        self._courier = courier
        self._platforms = platforms
        self._event = OneEvent(house, postbox, courier, platforms, holder)
        self._errands = errands
        self._turns = Turns()
        self._at_work: dict[str, asyncio.Task[None]] = {}

    async def hear(self, heard: Heard) -> None:
        """Work on one event; when this returns, it is committed and may be confirmed.

        A platform that cannot wait long has it confirmed once it is durable, and it is worked on afterwards.
        """
        place = self._turns.take(_turn_of(heard.sender))  # before anything is awaited: that is the order
        if self._platforms[heard.sender.platform].patient or not _takes_long(heard, place):
            await self._work(heard, place)
            return
        try:
            fresh = await self._keep(heard)
        except BaseException:
            place.leave()
            raise
        if fresh:
            self._start(heard, place)
        else:
            place.leave()

    async def recover(self, *, waiting: timedelta = WAITS) -> int:
        """Work on events that were confirmed and then left behind; returns how many."""
        works = await self.pick_up(waiting=waiting)
        await asyncio.gather(*works, return_exceptions=True)
        return len(works)

    async def pick_up(self, *, waiting: timedelta) -> list[asyncio.Task[None]]:
        """Begin to work on them, before whatever the same people say from now on."""
        until = self._clock.now() - waiting
        left = await self._store.read(lambda tx: inbox.kept(tx, until=until, most=MOST_KEPT))
        events = [event for key, payload in left if (event := await self._readable(key, payload)) is not None]
        return [
            self._start(heard, self._turns.take(_turn_of(heard.sender)))
            for heard in events
            if heard.key not in self._at_work  # a file may be long on its way
        ]

    async def settled(self) -> None:
        """Wait until everything that was confirmed is worked on."""
        while self._at_work:
            await asyncio.gather(*self._at_work.values(), return_exceptions=True)

    # --- one event --------------------------------------------------------------------------------

    async def _keep(self, heard: Heard) -> bool:
        now, seed = self._clock.now(), new_seed()
        payload = self._house.vault.seal(to_bytes(heard))
        return await self._store.write(lambda tx: inbox.keep(tx, heard.key, payload, seed=seed, now=now))

    async def _readable(self, key: str, payload: bytes) -> Heard | None:
        """A kept event; None while its platform is switched off, or when it was sealed with another key."""
        try:
            heard = from_bytes(self._house.vault.unseal(payload))
        except Unsealable:
            log.error("event unreadable", key=key)
            await self._store.write(lambda tx: inbox.take(tx, key, state="failed"))
            return None
        return heard if heard.sender.platform in self._platforms else None

    async def _work(self, heard: Heard, place: Place, *, kept: bool = False) -> None:
        async with place:
            heard = await self._fetched(heard)
            now, seed = self._clock.now(), new_seed()
            try:
                outcome = await self._attempt(heard, kept=kept, now=now, seed=seed)
            except Stranger:
                sender = await self._platforms[heard.sender.platform].who_is(heard.sender)
                heard = replace(heard, sender=replace(sender, introduced=True))
                outcome = await self._attempt(heard, kept=kept, now=now, seed=seed)
            await self._say(heard, outcome)

    def _start(self, heard: Heard, place: Place) -> asyncio.Task[None]:
        """Work on a kept event beside everything else."""
        task = asyncio.create_task(self._work(heard, place, kept=True), name="kept event")
        self._at_work[heard.key] = task
        task.add_done_callback(partial(self._ended, heard.key))
        return task

    def _ended(self, key: str, task: asyncio.Task[None]) -> None:
        self._at_work.pop(key, None)
        if not task.cancelled() and (failure := task.exception()) is not None:
            log.error("kept event not worked on yet", key=key, error=type(failure).__name__)

    async def _attempt(self, heard: Heard, *, kept: bool, now: datetime, seed: int) -> Outcome:
        for last in (False, True):
            try:
                return await self._store.write(
                    lambda tx: self._event.run(tx, heard, kept=kept, now=now, seed=seed)
                )
            except Stranger:
                raise
            except Unfit as unfit:
                return Outcome(answer=unfit.wrong)
            except Exception as failure:
                reference = f"{seed % 36**6:06x}"[-6:]
                log.exception(
                    "event failed", key=heard.key, reference=reference, error=type(failure).__name__
                )
                if last:
                    return await self._store.write(
                        partial(
                            self._event.apologise,
                            heard=heard,
                            kept=kept,
                            reference=reference,
                            now=now,
                            seed=seed,
                        )
                    )
        raise AssertionError("the loop returns")

    # --- before and after -------------------------------------------------------------------------

    async def _say(self, heard: Heard, outcome: Outcome) -> None:
        platform = self._platforms[heard.sender.platform]
        await self._answer(heard, platform, outcome)
        if outcome.dispatch is not None:
            self._courier.hand_over(outcome.dispatch)
        for account in outcome.others:
            self._courier.look_at(account)
        if outcome.errands:
            self._errands()
        if outcome.menu is not None:
            address = Address(heard.sender.workspace, heard.sender.user_id)
            self._courier.show_menu(platform, address, outcome.menu)

    async def _answer(self, heard: Heard, platform: Platform, outcome: Outcome) -> None:
        """Answer what carried a handle; a form that came too late to be shown is offered again in words."""
        handle = handle_of(heard)
        if handle is None:
            return
        answer = None if outcome.answer is None else fit_answer(outcome.answer, platform.limits)
        if not isinstance(answer, Form):
            self._courier.acknowledge(platform, handle, answer)
        elif not await platform.acknowledge(handle, answer):
            now = self._clock.now()
            account = await self._store.write(lambda tx: self._event.offer_again(tx, heard, now=now))
            outcome.others.append(account)

    async def _fetched(self, heard: Heard) -> Heard:
        """Fetch an uploaded file before the unit of work, bounded, and only for people who may send one."""
        if not isinstance(heard.what, Upload):
            return heard
        upload, platform = heard.what, self._platforms[heard.sender.platform]
        person = await self._store.write(
            lambda tx: people.find(tx, self._house.vault, identity_of(heard.sender))
        )
        if person is None or not may(person, "create project"):
            return heard
        if upload.size is not None and upload.size > platform.limits.upload:
            return replace(heard, what=replace(upload, trouble="too_large"))
        spool = self._house.data_dir / "spool"
        await asyncio.to_thread(spool.mkdir, parents=True, exist_ok=True)
        path = spool / self._house.new_token()
        try:
            await platform.fetch(upload.handle, path, platform.limits.upload)
        except Impossible:
            return replace(heard, what=replace(upload, trouble="too_large"))
        except NotSent:
            return replace(heard, what=replace(upload, trouble="not_fetched"))
        return replace(heard, what=replace(upload, path=path))


def _takes_long(heard: Heard, place: Place) -> bool:
    """Whether something has to be fetched first, or to be waited for."""
    return can_wait(heard) and (isinstance(heard.what, Upload) or place.waits)


def _turn_of(sender: Sender) -> tuple[str, str, str]:
    return sender.platform, sender.workspace, sender.user_id
