"""The role switch of the demo: whoever tries a role is given it on arrival."""

from __future__ import annotations

from datetime import datetime

from bots.demo.seed import NOBODY, take_over
from bots.dialogue.vocabulary import Sender
from bots.one_event import identity_of
from bots.web.reception import Arrival
from core import people
from core.clock import Clock
from core.domain.person import Role
from core.store import Store
from core.store import people as people_rows
from core.store import projects as project_rows
from core.store.transaction import Transaction
from core.vault import Vault


def arrivals(store: Store, vault: Vault, clock: Clock) -> Arrival:
    """What happens before somebody new in the demo's web chat is heard."""

    async def arrive(sender: Sender, persona: str | None) -> None:
        now = clock.now()
        await store.write(lambda tx: welcome(tx, vault, sender, persona, now=now))

    return arrive


def welcome(tx: Transaction, vault: Vault, sender: Sender, persona: str | None, *, now: datetime) -> None:
    """Make the person who tries a role, with that role; repeating it changes nothing."""
    person = people.arrive(tx, vault, identity_of(sender), admins=NOBODY, now=now)
    match persona:
        case "requester":
            people.give_role(tx, person, Role.REQUESTER, now=now)
            if not take_over(tx, vault, person) and not project_rows.of_owner(tx, person.id):
                # Another browser's requester has the demo's projects: a moderator sees them all the same.
                person = people_rows.by_account(tx, person.account_id)
                people.give_role(tx, person, Role.MODERATOR, now=now)
        case "moderator":
            people.give_role(tx, person, Role.MODERATOR, now=now)
        case _:
            pass
