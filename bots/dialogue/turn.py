"""What a dialogue function is given: who speaks, the open transaction, time, chance and a translator."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from bots.dialogue.vocabulary import Limits, Place
from core import jobs
from core.domain.fair_pay import Floor
from core.domain.person import Person
from core.events import Event
from core.store import chats
from core.store import people as people_rows
from core.store.chats import Slot
from core.store.transaction import Transaction
from core.vault import Vault
from i18n import Translator, translator_for


@dataclass(frozen=True, slots=True)
class House:
    """What is the same for every turn: keys, places and how links are made."""

    vault: Vault
    admins: frozenset[str]
    data_dir: Path
    new_token: Callable[[], str]
    invite_links: Mapping[str, Callable[[str], str]] = field(default_factory=dict)  # platform → token → URL
    fair_pay_floor: Floor = field(default_factory=Floor)
    payout_minimum: Mapping[str, Decimal] = field(default_factory=dict)  # currency → least amount
    reaction: timedelta = timedelta(milliseconds=400)  # a tap sooner after a new card was for the one before

    @property
    def media_dir(self) -> Path:
        """Where stored images are."""
        return self.data_dir / "media"


@dataclass(slots=True)
class Turn:
    """One event on its way through the dialogue."""

    house: House
    platform: str
    person: Person
    tx: Transaction
    now: datetime
    chance: Random
    t: Translator
    limits: Limits = field(default_factory=Limits)
    place: Place | None = None  # where the person speaks, when that is not their private chat
    handle: str | None = None  # by which a form can be opened
    events: list[Event] = field(default_factory=list)
    errands: bool = False  # whether a job was put on the list
    _slots: dict[str, Slot | None] = field(default_factory=dict)

    @property
    def can_open(self) -> bool:
        """Whether a form can be the answer; else the same is asked step by step."""
        return self.limits.forms and self.handle is not None

    def tell(self, events: tuple[Event, ...]) -> None:
        """These things happened; the people they concern are told in the same transaction."""
        self.events.extend(events)

    def slot(self, name: str) -> Slot | None:
        """Where a message that is edited in place stands in this chat; nothing moves it during a turn."""
        if name not in self._slots:
            self._slots[name] = chats.find_slot(self.tx, self.person.account_id, name)
        return self._slots[name]

    def errand(self, kind: str, *, project_id: int | None, details: dict[str, Any]) -> int:
        """Put longer work on the list, for the person who speaks; returns the job's id."""
        self.errands = True
        return jobs.start(
            self.tx,
            kind,
            account_id=self.person.account_id,
            project_id=project_id,
            details=details,
            now=self.now,
        )

    def expect(self, step: str | None, **draft: Any) -> None:
        """Remember what the person's next words are about; None when nothing is expected."""
        text = json.dumps(draft, ensure_ascii=False) if draft else None
        if (step, text) != (self.person.step, self.person.draft):
            people_rows.set_step(self.tx, self.person.account_id, step=step, draft=text)
            self.person = replace(self.person, step=step, draft=text)

    @property
    def draft(self) -> dict[str, Any]:
        """What the conversation has gathered so far."""
        found: dict[str, Any] = json.loads(self.person.draft) if self.person.draft else {}
        return found

    def refresh(self) -> None:
        """Read the person again after their settings changed."""
        self.person = people_rows.by_account(self.tx, self.person.account_id)
        self.t = translator_for(self.person.locale, self.person.zone)
