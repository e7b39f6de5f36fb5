"""The audit trail: who saw, exported and changed what, so chained that nothing in it can be changed unseen.

Each entry's digest is the SHA-256 over the digest before it and the entry, so one that was changed, taken
out or put in between breaks the chain at that place. An entry names people and things by number only.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from core.domain.person import Person, require
from core.store import audit as rows
from core.store.audit import FIRST, Entry, Head
from core.store.transaction import Transaction
from core.store.types import EPOCH, MICROSECOND

PAGE = 10


def note(
    tx: Transaction, *, who: int | None, did: str, about: str, now: datetime, **details: str | int | None
) -> None:
    """Note that `who` (None: the service, or the operator by hand) `did` something to what `about` names.

    `did` is a short constant such as "role.granted", `about` is like "person:12"; details hold neither
    names nor content. Whoever notes holds the end of the chain until the transaction ends: note late in it.
    """
    end = rows.hold(tx)
    written = json.dumps(details, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    bare = Entry(end.entries + 1, now, who, did, about, written, "")
    rows.add(tx, Entry(bare.id, now, who, did, about, written, digest_of(bare, before=end.digest)))


def digest_of(entry: Entry, *, before: str) -> str:
    """SHA-256, in hexadecimal, over the digest before an entry and the entry as canonical JSON."""
    at = (entry.at - EPOCH) // MICROSECOND
    cells = [before, entry.id, at, entry.who, entry.did, entry.about, entry.details]
    return hashlib.sha256(json.dumps(cells, separators=(",", ":")).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Checked:
    """How far a chain was followed: its end so far, and the first entry that does not fit, if one does not."""

    entries: int = 0
    digest: str = FIRST
    broken: int | None = None

    @property
    def head(self) -> Head:
        """The end that was reached."""
        return Head(self.entries, self.digest)


def follow(before: Checked, entries: Iterable[Entry]) -> Checked:
    """Follow the chain through the next entries; it stops at the first that does not fit."""
    end = before
    for entry in entries:
        if end.broken is not None:
            return end
        if entry.id != end.entries + 1:
            return Checked(end.entries, end.digest, end.entries + 1)
        if entry.digest != digest_of(entry, before=end.digest):
            return Checked(end.entries, end.digest, entry.id)
        end = Checked(entry.id, entry.digest)
    return end


def closed(end: Checked, head: Head) -> Checked:
    """What was followed, held against where the trail says it ends: entries may be missing at its end."""
    if end.broken is None and end.head != head:
        return Checked(end.entries, end.digest, min(end.entries, head.entries) + 1)
    return end


@dataclass(frozen=True, slots=True)
class Page:
    """Some entries, newest first; `before` leads to the next ones, None when there are none."""

    entries: tuple[Entry, ...]
    before: int | None


def page(
    tx: Transaction,
    person: Person,
    *,
    before: int | None = None,
    person_id: int | None = None,
    project_id: int | None = None,
) -> Page:
    """The newest entries, of everything, or by and about a person, or about a project.

    Raises:
        Refused: not_allowed.
    """
    require(person, "read audit")
    found = rows.newest(tx, before=before, person_id=person_id, project_id=project_id, most=PAGE + 1)
    shown = tuple(found[:PAGE])
    return Page(shown, shown[-1].id if len(found) > PAGE else None)


__all__ = [
    "FIRST",
    "PAGE",
    "Checked",
    "Entry",
    "Head",
    "Page",
    "closed",
    "digest_of",
    "follow",
    "note",
    "page",
]
