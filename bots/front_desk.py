"""One incoming event is one transaction: inbox key, dialogue, use cases, outbox; then what was said goes out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from bots.courier import Courier, Dispatch
from bots.dialogue import helping, notices, talk
from bots.dialogue.fit import fit_answer
from bots.dialogue.turn import House, Turn
from bots.dialogue.vocabulary import (
    Answer,
    Clip,
    Command,
    Form,
    Heard,
    Home,
    Message,
    Note,
    Para,
    Press,
    Reply,
    Sender,
    Submit,
    Unreachable,
    Upload,
    Wrong,
)
from bots.keeping import can_wait, from_bytes, to_bytes
from bots.platform import Address, Impossible, NotSent, Platform
from bots.postbox import Postbox
from bots.turns import Place, Turns
from core import people
from core.clock import Clock, chance_of, new_seed
from core.domain.person import may
from core.people import Identity
from core.store import Store, chats, inbox, outbox
from core.store import people as people_rows
from core.store.outbox import Owed
from core.store.transaction import Transaction
from core.vault import Unsealable
from i18n import negotiate, translator_for

log = structlog.get_logger("front_desk")

LEASE = timedelta(seconds=30)
MOST_KEPT = 1000
WAITS = timedelta(minutes=1)
"""A kept event that waits longer than this was left by a process that died."""


class Stranger(Exception):  # noqa: N818  (takes back what was begun)
    """Somebody new, of whom the event says nothing but an id."""


class Unfit(Exception):  # noqa: N818  (takes back what was begun)
    """A form that was sent with faults: nothing of it is kept, its name neither, for it is sent again."""

    def __init__(self, wrong: Wrong) -> None:
        super().__init__()
        self.wrong = wrong


@dataclass(slots=True)
class Outcome:
    """What a committed event leaves to do: an answer, messages that can go out at once, chats to look at."""

    answer: Answer | None = None
    dispatch: Dispatch | None = None
    others: list[int] = field(default_factory=list)
    menu: list[tuple[str, str]] | None = None  # commands with their descriptions, when they changed
    errands: bool = False


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
        self._postbox = postbox
        self._courier = courier
        self._platforms = platforms
        self._holder = holder
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
                    lambda tx: self._unit(tx, heard, kept=kept, now=now, seed=seed)
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
                            self._apology, heard=heard, kept=kept, reference=reference, now=now, seed=seed
                        )
                    )
        raise AssertionError("the loop returns")

    # --- the unit of work -------------------------------------------------------------------------

    def _unit(self, tx: Transaction, heard: Heard, *, kept: bool, now: datetime, seed: int) -> Outcome:
        if not (inbox.take(tx, heard.key) if kept else inbox.receive(tx, heard.key, seed=seed, now=now)):
            return Outcome()
        who, what = identity_of(heard.sender), heard.what
        if isinstance(what, Unreachable):
            self._gone(tx, who, now=now)
            return Outcome()
        if not heard.sender.introduced and people.find(tx, self._house.vault, who) is None:
            raise Stranger
        person = people.arrive(tx, self._house.vault, who, admins=self._house.admins, now=now)
        if not isinstance(what, Press):
            chats.heard_from(tx, person.account_id, messages=int(_stands_in_chat(heard)))
        people.seen(tx, person, now=now)
        turn = Turn(
            house=self._house,
            platform=heard.sender.platform,
            person=person,
            tx=tx,
            now=now,
            chance=chance_of(seed),
            t=translator_for(person.locale, person.zone),
            limits=self._platforms[heard.sender.platform].limits,
            place=heard.place,
            handle=_handle_of(heard),
        )
        reply = talk.respond(turn, what)
        if reply.wrong is not None:
            raise Unfit(reply.wrong)
        return self._write_down(turn, heard, reply)

    def _gone(self, tx: Transaction, who: Identity, *, now: datetime) -> None:
        """Somebody left: their work goes back; who was never here is not written down for it."""
        person = people.find(tx, self._house.vault, who)
        if person is not None:
            people.became_unreachable(tx, person, now=now)
            outbox.drop_unreachable(tx, person.account_id)

    def _write_down(self, turn: Turn, heard: Heard, reply: Reply) -> Outcome:
        """Owe what is said; hand it over at once when nothing older waits and no other process sends there."""
        tx, now, account = turn.tx, turn.now, turn.person.account_id
        outcome = Outcome(answer=reply.form or reply.toast, errands=turn.errands)
        waiting = outbox.waiting(tx, account)
        said = {one.slot for one in reply.messages}
        under_way = self._courier.under_way(account) if waiting else {}
        waits = any(row not in under_way or slot not in said for row, slot in waiting)
        free = self._lease(tx, account, now=now) and not waits
        slots = {one.slot: turn.slot(one.slot) for one in reply.messages if one.slot}
        owed: list[tuple[Owed, Message]] = []
        for message in reply.messages:
            row = self._postbox.owe(
                tx,
                account,
                message,
                platform=turn.platform,
                t=turn.t,
                now=now,
                nothing_waits=not waiting and not owed,
            )
            if row is not None:
                owed.append(row)
        sender = heard.sender
        address = Address(sender.workspace, sender.user_id)
        if free and owed:
            outcome.dispatch = Dispatch(account, turn.platform, address, owed, slots)
        elif owed:
            outcome.others.append(account)
        outcome.others += notices.announce(tx, self._postbox, tuple(turn.events), now=now)
        outcome.menu = self._menu(turn)
        return outcome

    def _lease(self, tx: Transaction, account: int, *, now: datetime) -> bool:
        until = now + LEASE
        if chats.lease(tx, account, holder=self._holder, now=now, until=until):
            return True
        chats.heard_from(tx, account, messages=0)  # who presses can be reached again
        return chats.lease(tx, account, holder=self._holder, now=now, until=until)

    def _menu(self, turn: Turn) -> list[tuple[str, str]] | None:
        if turn.person.consented_at is None:
            return None
        key = helping.menu_key(turn.t.locale, turn.person.roles)
        if turn.person.menu == key:
            return None
        people_rows.change_account(turn.tx, turn.person.account_id, menu=key)
        return [(name, str(words)) for name, words in helping.menu(turn.t, turn.person.roles)]

    def _apology(
        self, tx: Transaction, heard: Heard, *, kept: bool, reference: str, now: datetime, seed: int
    ) -> Outcome:
        """An event that failed twice is confirmed as failed, and the person is told so."""
        key = heard.key
        if not (
            inbox.take(tx, key, state="failed")
            if kept
            else inbox.receive(tx, key, seed=seed, now=now, state="failed")
        ):
            return Outcome()
        person = people.find(tx, self._house.vault, identity_of(heard.sender))
        if person is None:
            return Outcome()
        t = translator_for(person.locale, person.zone)
        words = t(
            "Sorry, that did not work. Please try again; if it stays so, tell us %(code)s.", code=reference
        )
        message = Message(parts=(Para(words),), locale=t.locale)
        self._postbox.owe(tx, person.account_id, message, platform=heard.sender.platform, t=t, now=now)
        return Outcome(others=[person.account_id])

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
        handle = _handle_of(heard)
        if handle is None:
            return
        answer = None if outcome.answer is None else fit_answer(outcome.answer, platform.limits)
        if not isinstance(answer, Form):
            self._courier.acknowledge(platform, handle, answer)
        elif not await platform.acknowledge(handle, answer):
            now = self._clock.now()
            account = await self._store.write(lambda tx: self._offer_again(tx, heard, now=now))
            outcome.others.append(account)

    def _offer_again(self, tx: Transaction, heard: Heard, *, now: datetime) -> int:
        person = people.find(tx, self._house.vault, identity_of(heard.sender))
        assert person is not None, "they were just heard"
        t = translator_for(person.locale, person.zone)
        words = (Para(t("The form did not open in time.")), Note(t("Please try again.")))
        message = Message(parts=words, locale=t.locale)
        self._postbox.owe(tx, person.account_id, message, platform=heard.sender.platform, t=t, now=now)
        return person.account_id

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


def _handle_of(heard: Heard) -> str | None:
    """By what an event can be answered at once."""
    match heard.what:
        case Press(handle=handle) | Submit(handle=handle) | Command(handle=handle) | Clip(handle=handle):
            return handle
        case _:
            return None


def _stands_in_chat(heard: Heard) -> bool:
    """Whether what was heard is a message below all others in the private chat."""
    by_menu = isinstance(heard.what, Command) and heard.what.handle is not None
    return heard.place is None and not by_menu and not isinstance(heard.what, Submit | Clip | Home)


def identity_of(sender: Sender) -> Identity:
    """Who a platform says is speaking, in our locales."""
    return Identity(
        platform=sender.platform,
        workspace=sender.workspace,
        user_id=sender.user_id,
        name=sender.name,
        locale=negotiate(sender.locale),
        zone=sender.zone,
    )
