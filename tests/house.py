"""The whole service on paper: real store, real desk, real courier, a manual clock, no waiting."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bots.runner import Service, compose
from core.clock import ManualClock
from core.domain.person import Role
from core.people import give_role
from core.store import Store
from core.store import people as people_rows
from core.vault import Vault
from tests.standins.paper import Paper, Someone


@dataclass(slots=True)
class PaperHouse:
    """A service whose only platform is paper."""

    service: Service
    paper: Paper
    clock: ManualClock

    def someone(self, user_id: str, *, locale: str = "en", name: str | None = None) -> Someone:
        """A person who has not spoken yet."""
        return Someone(
            self.paper, self.service.desk.hear, self.settle, user_id, locale=locale, name=name or user_id
        )

    async def joined(self, user_id: str, *roles: Role, locale: str = "en", langs: str = "en") -> Someone:
        """A person who has joined, works in `langs` and holds `roles`."""
        one = self.someone(user_id, locale=locale)
        await one.says("/start")
        account = await self.service.store.read(lambda tx: people_rows.account_ids(tx)[-1])

        def unit(tx):  # type: ignore[no-untyped-def]  # a unit of work in a test
            from core import people

            person = people_rows.by_account(tx, account)
            people.consent(tx, person, now=self.clock.now())
            people.set_languages(tx, person, tuple(langs.split(",")))
            people_rows.set_step(tx, account, step=None, draft=None)
            for role in roles:
                give_role(tx, people_rows.by_account(tx, account), role, now=self.clock.now())

        await self.service.store.write(unit)
        return one

    async def settle(self) -> None:
        """Wait until everything that was owed is delivered and every job is done."""
        await self.service.courier.settled()
        while await self.service.errands.run_once():
            await self.service.courier.settled()
        await self.service.courier.settled()

    async def later(self, **span: float) -> None:
        """Let time pass, and what it brings about."""
        self.clock.move(timedelta(**span))
        await self.service.clockwork.tick()
        await self.settle()


@asynccontextmanager
async def paper_house(
    store: Store, clock: ManualClock, vault: Vault, data_dir: Path, *, paper: Paper | None = None
) -> AsyncIterator[PaperHouse]:
    """Open a house; the store is closed by who opened it."""
    platform = paper or Paper()
    service = compose(
        store=store,
        clock=clock,
        vault=vault,
        platforms={platform.name: platform},
        data_dir=data_dir,
        admins=frozenset({"paper:root"}),
        reaction=timedelta(0),
        holder="test",
    )
    await service.begin()
    yield PaperHouse(service, platform, clock)
    await service.courier.close()
