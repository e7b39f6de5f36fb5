"""Linking: one person speaks from several accounts. A code asked for in one is entered in the other."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from core import audit, standing
from core.domain.person import Person, Role
from core.errors import Refused
from core.events import ChatLinked, ChatUnlinked, Event
from core.merging import merge
from core.store import assignments, links
from core.store import people as people_rows
from core.store.links import Code
from core.store.transaction import Transaction
from core.vault import Vault

LASTS = timedelta(minutes=10)
MOST_TRIES = 5
PAUSE = timedelta(minutes=10)
"""So long after the last of too many wrong codes no more is looked at."""
LETTERS = "23456789BCDFGHJKMNPQRSTVWXYZ"
"""No letter that looks like another, and no vowels, so that no word comes about."""
LENGTH = 8


@dataclass(frozen=True, slots=True)
class Offer:
    """A code to be entered in the other account."""

    code: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Missed:
    """The code does not fit: it is wrong (`left` tries remain), or its time is over."""

    expired: bool
    left: int


@dataclass(frozen=True, slots=True)
class Fits:
    """The code belongs to another person, who is likely the same human; nothing has changed yet."""

    person_id: int


@dataclass(frozen=True, slots=True)
class Linked:
    """Two people are one from now on."""

    person_id: int
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Unlinked:
    """An account is a person of its own; `moved` when it showed a card that the other chat shows now."""

    person_id: int
    moved: bool
    events: tuple[Event, ...]


def code_of(token: str) -> str:
    """Eight letters from an unguessable token."""
    number = int.from_bytes(hashlib.sha256(token.encode()).digest(), "big")
    letters = []
    for _ in range(LENGTH):
        number, letter = divmod(number, len(LETTERS))
        letters.append(LETTERS[letter])
    return "".join(letters)


def offer(tx: Transaction, vault: Vault, person: Person, *, token: str, now: datetime) -> Offer:
    """A fresh code made of `token`, in place of the person's older one; only its keyed hash is kept.

    Raises:
        Refused: not_joined.
    """
    if person.consented_at is None:
        raise Refused("not_joined")
    made = Offer(code_of(token), now + LASTS)
    links.add_code(
        tx,
        person_id=person.id,
        account_id=person.account_id,
        code_hash=_hash(vault, made.code),
        expires_at=made.expires_at,
    )
    return made


def look(tx: Transaction, vault: Vault, person: Person, words: str, *, now: datetime) -> Fits | Missed:
    """Whether a code fits; a wrong one is counted, so that nobody can guess.

    Raises:
        Refused: not_joined, link_tries, link_own, linked_already.
    """
    found = _look(tx, vault, person, words, now=now)
    return found if isinstance(found, Missed) else Fits(found.person_id)


def link(tx: Transaction, vault: Vault, person: Person, words: str, *, now: datetime) -> Linked | Missed:
    """Make the person and whoever asked for the code one; the older of the two stays. Raises as `look`."""
    while True:
        found = _look(tx, vault, person, words, now=now)
        if isinstance(found, Missed):
            return found
        links.lock_accounts(tx, (person.id, found.person_id))
        if links.find_code(tx, _hash(vault, plain(words))) == found:
            break  # nobody else used it, or merged its person, while we waited
    stays, gone = sorted((person.id, found.person_id))
    links.use_codes(tx, stays=stays, gone=gone, now=now)
    events = merge(tx, stays=stays, gone=gone, now=now)
    others = [one for one in links.accounts_of(tx, stays) if one != person.account_id]
    audit.note(tx, who=stays, did="chats.linked", about=f"person:{stays}", now=now, gone=gone)
    return Linked(stays, (*events, *(ChatLinked(one) for one in others)))


def _look(tx: Transaction, vault: Vault, person: Person, words: str, *, now: datetime) -> Code | Missed:
    if person.consented_at is None:
        raise Refused("not_joined")
    before = links.tries_of(tx, person.account_id)
    tries = before.tries if before is not None and now < before.tried_at + PAUSE else 0
    if tries >= MOST_TRIES:
        raise Refused("link_tries")
    found = links.find_code(tx, _hash(vault, plain(words)))
    if found is None:
        links.count_tries(tx, person.account_id, tries=tries + 1, now=now)
        return Missed(expired=False, left=MOST_TRIES - tries - 1)
    if found.person_id == person.id:
        raise Refused(
            "link_own" if found.used_at is None and _asked_here(found, person) else "linked_already"
        )
    if found.used_at is not None or now >= found.expires_at:
        return Missed(expired=True, left=MOST_TRIES - tries)
    return found


def _asked_here(found: Code, person: Person) -> bool:
    return found.account_id == person.account_id


def plain(words: str) -> str:
    """A code as it was meant: in capitals, without blanks and hyphens."""
    return "".join(words.split()).replace("-", "").upper()


def _hash(vault: Vault, code: str) -> str:
    return vault.mark(f"link:{code}")


def chats(tx: Transaction, person: Person) -> int:
    """From how many accounts the person speaks."""
    return 1 if person.linked_at is None else len(links.accounts_of(tx, person.id))


def need_several(tx: Transaction, person: Person) -> None:
    """Raises Refused("nothing_to_unlink") when the person speaks from one account only."""
    if chats(tx, person) < 2:
        raise Refused("nothing_to_unlink")


def unlink(tx: Transaction, person: Person, *, now: datetime) -> Unlinked:
    """The account that speaks becomes a fresh person, who has to join; everything else stays with the old one.

    Raises:
        Refused: nothing_to_unlink, banned, standing_first.
    """
    need_several(tx, person)
    if standing.holding(tx, person.id, now=now):
        raise Refused("standing_first")  # a fresh person would be free of it
    held = assignments.active_of(tx, person.id)
    moves = held is not None and held.account_id == person.account_id
    to = next(one for one in links.accounts_of(tx, person.id) if one != person.account_id)
    links.move_chat(tx, person_id=person.id, leaves=person.account_id, to=to)
    fresh = people_rows.add_person(
        tx,
        roles=frozenset({Role.WORKER}),
        locale=person.locale,
        zone=person.zone,
        quiet=(person.quiet_from, person.quiet_to),
        now=now,
    )
    links.give_account(tx, person.account_id, fresh)
    audit.note(tx, who=person.id, did="chat.unlinked", about=f"person:{person.id}", now=now, fresh=fresh)
    told = ChatUnlinked(to, held.id if moves and held is not None else None)
    return Unlinked(fresh, moves, (told,))
