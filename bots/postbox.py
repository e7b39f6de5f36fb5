"""Putting messages into the outbox: fitted to the platform, sealed, in the transaction that caused them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bots.dialogue.fit import fit
from bots.dialogue.vocabulary import Limits, Message
from bots.dialogue.wire import to_wire
from core.store import outbox
from core.store import people as people_rows
from core.store.outbox import Owed
from core.store.transaction import Transaction
from core.vault import Vault
from i18n import Translator, translator_for


@dataclass(frozen=True, slots=True)
class Postbox:
    """Knows what each platform can carry, and seals what is owed."""

    vault: Vault
    limits: Mapping[str, Limits]

    def owe(
        self,
        tx: Transaction,
        account_id: int,
        message: Message,
        *,
        platform: str,
        t: Translator,
        now: datetime,
        key: str | None = None,
        about: int | None = None,
        nothing_waits: bool = False,
    ) -> tuple[Owed, Message] | None:
        """Owe a message to an account; None when `key` was said before. `nothing_waits` as in the outbox."""
        fitted = fit(message, self.limits[platform], t)
        payload = self.vault.seal(to_wire(fitted))
        row = outbox.owe(
            tx,
            account_id,
            payload,
            slot_name=message.slot,
            key=key,
            about=about,
            now=now,
            nothing_waits=nothing_waits,
        )
        if row is None:
            return None
        return Owed(row, account_id, message.slot, payload, about, 0), fitted

    def owe_account(
        self,
        tx: Transaction,
        account_id: int,
        message: Message,
        *,
        now: datetime,
        key: str | None = None,
        about: int | None = None,
    ) -> None:
        """The same to somebody who is not speaking now."""
        reach = people_rows.reach(tx, account_id)
        if reach.unreachable_at is not None or not reach.sealed or reach.platform not in self.limits:
            return
        person = people_rows.by_account(tx, account_id)
        t = translator_for(person.locale, person.zone)
        self.owe(tx, account_id, message, platform=reach.platform, t=t, now=now, key=key, about=about)
