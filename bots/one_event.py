"""One event as one unit of work: inbox key, dialogue, use cases and outbox rows, all or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bots.courier import Courier, Dispatch
from bots.dialogue import helping, notices, talk
from bots.dialogue.turn import House, Turn
from bots.dialogue.vocabulary import (
    Answer,
    Clip,
    Command,
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
    Wrong,
)
from bots.platform import Address, Platform
from bots.postbox import Postbox
from core import people
from core.clock import chance_of
from core.people import Identity
from core.store import chats, inbox, outbox
from core.store import people as people_rows
from core.store.outbox import Owed
from core.store.transaction import Transaction
from i18n import negotiate, translator_for

LEASE = timedelta(seconds=30)


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


@dataclass(frozen=True, slots=True)
class OneEvent:
    """What it takes to turn an event into rows; its methods run in one transaction and wait for nothing."""

    house: House
    postbox: Postbox
    courier: Courier
    platforms: Mapping[str, Platform]
    holder: str

    def run(self, tx: Transaction, heard: Heard, *, kept: bool, now: datetime, seed: int) -> Outcome:
        if not (inbox.take(tx, heard.key) if kept else inbox.receive(tx, heard.key, seed=seed, now=now)):
            return Outcome()
        who, what = identity_of(heard.sender), heard.what
        if isinstance(what, Unreachable):
            self._gone(tx, who, now=now)
            return Outcome()
        erases = isinstance(what, Press) and not talk.for_strangers(what)
        if erases and people.find(tx, self.house.vault, who) is None:
            return Outcome()  # a second tap: they are gone already
        if not heard.sender.introduced and people.find(tx, self.house.vault, who) is None:
            raise Stranger
        person = people.arrive(tx, self.house.vault, who, admins=self.house.admins, now=now)
        if not isinstance(what, Press):
            chats.heard_from(tx, person.account_id, messages=int(_stands_in_chat(heard)))
        people.seen(tx, person, now=now)
        turn = Turn(
            house=self.house,
            platform=heard.sender.platform,
            person=person,
            tx=tx,
            now=now,
            chance=chance_of(seed),
            t=translator_for(person.locale, person.zone),
            limits=self.platforms[heard.sender.platform].limits,
            place=heard.place,
            handle=handle_of(heard),
        )
        reply = talk.respond(turn, what)
        if reply.wrong is not None:
            raise Unfit(reply.wrong)
        return self._write_down(turn, heard, reply)

    def _gone(self, tx: Transaction, who: Identity, *, now: datetime) -> None:
        """Somebody left: their work goes back; who was never here is not written down for it."""
        person = people.find(tx, self.house.vault, who)
        if person is not None:
            people.became_unreachable(tx, person, now=now)
            outbox.drop_unreachable(tx, person.account_id)

    def _write_down(self, turn: Turn, heard: Heard, reply: Reply) -> Outcome:
        """Owe what is said; hand it over at once when nothing older waits and no other process sends there."""
        tx, now, account = turn.tx, turn.now, turn.person.account_id
        outcome = Outcome(answer=reply.form or reply.toast, errands=turn.errands)
        waiting = outbox.waiting(tx, account)
        said = {one.slot for one in reply.messages}
        under_way = self.courier.under_way(account) if waiting else {}
        waits = any(row not in under_way or slot not in said for row, slot in waiting)
        free = self._lease(tx, account, now=now) and not waits
        slots = {one.slot: turn.slot(one.slot) for one in reply.messages if one.slot}
        owed: list[tuple[Owed, Message]] = []
        for message in reply.messages:
            row = self.postbox.owe(
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
        outcome.others += notices.announce(tx, self.postbox, tuple(turn.events), now=now)
        outcome.menu = self._menu(turn)
        return outcome

    def _lease(self, tx: Transaction, account: int, *, now: datetime) -> bool:
        until = now + LEASE
        if chats.lease(tx, account, holder=self.holder, now=now, until=until):
            return True
        chats.heard_from(tx, account, messages=0)  # who presses can be reached again
        return chats.lease(tx, account, holder=self.holder, now=now, until=until)

    def _menu(self, turn: Turn) -> list[tuple[str, str]] | None:
        if turn.person.consented_at is None:
            return None
        key = helping.menu_key(turn.t.locale, turn.person.roles)
        if turn.person.menu == key:
            return None
        people_rows.change_account(turn.tx, turn.person.account_id, menu=key)
        return [(name, str(words)) for name, words in helping.menu(turn.t, turn.person.roles)]

    def apologise(
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
        person = people.find(tx, self.house.vault, identity_of(heard.sender))
        if person is None:
            return Outcome()
        t = translator_for(person.locale, person.zone)
        words = t(
            "Sorry, that did not work. Please try again; if it stays so, tell us %(code)s.", code=reference
        )
        message = Message(parts=(Para(words),), locale=t.locale)
        self.postbox.owe(tx, person.account_id, message, platform=heard.sender.platform, t=t, now=now)
        return Outcome(others=[person.account_id])

    def offer_again(self, tx: Transaction, heard: Heard, *, now: datetime) -> int:
        person = people.find(tx, self.house.vault, identity_of(heard.sender))
        assert person is not None, "they were just heard"
        t = translator_for(person.locale, person.zone)
        words = (Para(t("The form did not open in time.")), Note(t("Please try again.")))
        message = Message(parts=words, locale=t.locale)
        self.postbox.owe(tx, person.account_id, message, platform=heard.sender.platform, t=t, now=now)
        return person.account_id


def handle_of(heard: Heard) -> str | None:
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
