"""Who earned most with right answers: only people who chose a name, and always one's own place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from core.domain.nicknames import clean_nickname, sounds_like
from core.domain.person import Person, require
from core.errors import Refused
from core.store import leaderboard as rows
from core.store.transaction import Transaction
from core.store.types import EPOCH
from core.vault import Vault

SHOWN = 10


class Span(StrEnum):
    """The reader's local day so far, their week since Monday, or everything."""

    DAY = "day"
    WEEK = "week"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Place:
    """A line: ties share a place, and the next one is counted on."""

    place: int
    name: str
    points: int
    mine: bool


@dataclass(frozen=True, slots=True)
class Board:
    """The first places, and the reader's own (None while they earned nothing); `name` when they take part."""

    span: Span
    places: tuple[Place, ...]
    place: int | None
    points: int
    name: str | None


def board(tx: Transaction, vault: Vault, person: Person, span: Span, *, now: datetime) -> Board:
    """The leaderboard as a person sees it.

    Raises:
        Refused: not_allowed.
    """
    require(person, "work")
    since = begin_of(span, person, now=now)
    ranked = sorted(rows.totals(tx, since=since), key=lambda one: (-one[1], one[0]))
    first = ranked[:SHOWN]
    sealed = rows.names(tx, [person.id, *(who for who, _ in first)])
    names = {who: vault.unseal(kept).decode() for who, kept in sealed.items()}
    mine = rows.earned(tx, person.id, since=since)
    points = [earned for _, earned in ranked]
    places = tuple(
        Place(points.index(earned) + 1, names[who], earned, mine=who == person.id) for who, earned in first
    )
    place = 1 + sum(earned > mine for earned in points) if mine else None
    return Board(span, places, place, mine, names.get(person.id))


def begin_of(span: Span, person: Person, *, now: datetime) -> datetime:
    """When a span began where the person is."""
    if span is Span.ALL:
        return EPOCH
    day = now.astimezone(person.tz).date()
    if span is Span.WEEK:
        day -= timedelta(days=day.weekday())
    return datetime.combine(day, time(), person.tz)


def choose(tx: Transaction, vault: Vault, person: Person, text: str, *, now: datetime) -> str:
    """Take part under a name; it is sealed at rest, and nobody else can have one that reads like it.

    Raises:
        Refused: not_allowed, bad_nickname, nickname_taken.
    """
    require(person, "work")
    name = clean_nickname(text)
    fingerprint = vault.fingerprint(f"nickname:{sounds_like(name)}")
    if rows.taken(tx, fingerprint, but=person.id):
        raise Refused("nickname_taken")
    rows.choose(tx, person.id, sealed=vault.seal(name.encode()), fingerprint=fingerprint, now=now)
    return name


def leave(tx: Transaction, person: Person) -> None:
    """Take part no more; the name is forgotten."""
    rows.leave(tx, person.id)
