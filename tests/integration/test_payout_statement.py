"""The statement as whoever pays gets it: exact to the letter, once, and told to everybody it pays."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest

from bots.errands.desk import Desk
from bots.errands.payouts import go_on
from bots.postbox import Postbox
from core import jobs, payouts
from core.clock import ManualClock
from core.domain.person import Role
from core.jobs import Job
from core.store import Store, Transaction
from core.store import people as people_rows
from core.vault import Vault
from tests.dialogues.stages import tried
from tests.house import PaperHouse, paper_house

T = TypeVar("T")


async def pressed(house: PaperHouse) -> tuple[Path, ...]:
    """What lies in the folder of files that are sent."""
    return tuple(sorted((house.service.house.data_dir / "exports").glob("*.csv")))


async def test_the_file_is_exact_and_everybody_is_told(
    store: Store, clock: ManualClock, vault: Vault, tmp_path: Path
) -> None:
    """A row per person with its reference; no name, no account; each person reads the same reference."""
    async with paper_house(store, clock, vault, tmp_path) as house:
        await tried(house)
        admin = await house.joined("boss", Role.ADMIN)
        await admin.says("/payout")
        await admin.chooses("payout-make")
        (path,) = await pressed(house)
        assert path.read_bytes().decode() == (
            "reference,person,platform,points,amount,currency\r\n"
            "P1-2,2,paper,190,1.90,EUR\r\n"
            "P1-3,3,paper,190,1.90,EUR\r\n"
        )
        ana = house.someone("ana")
        assert any("€1.90 for 190 points" in line and "P1-2" in line for line in ana.chat.log)
        await admin.chooses("payout-paid")
        await admin.chooses("payout-paid!")
        assert sum("You were paid €1.90" in line for line in ana.chat.log) == 1
        assert "You have 0 points" in (await ana.says("/balance")).parts[0].words


class Dies(Exception):  # noqa: N818  (what happens to a process)
    """The process is gone."""


class Mortal:
    """A store whose process dies after so many units of work."""

    def __init__(self, store: Store, units: int) -> None:
        self._store, self._units, self.read = store, units, store.read

    async def write(self, unit: Callable[[Transaction], T]) -> T:
        """A unit of work, while there is life."""
        if not self._units:
            raise Dies
        self._units -= 1
        return await self._store.write(unit)


@pytest.mark.parametrize("units", [0, 1, 2])
async def test_a_statement_survives_a_crash(
    store: Store, clock: ManualClock, vault: Vault, tmp_path: Path, units: int
) -> None:
    """The process dies after any unit of the job; the next one goes on, and each person is paid and told once."""
    async with paper_house(store, clock, vault, tmp_path) as house:
        await tried(house)
        admin = await house.joined("boss", Role.ADMIN)
        service, now = house.service, clock.now()

        def begin(tx: Transaction) -> Job:
            boss = people_rows.by_account(tx, people_rows.account_ids(tx)[-1])
            number = payouts.begin(tx, boss, "EUR", minimum={}, now=now)
            details = {"do": "make", "payout": number}
            jobs.start(tx, "payout", account_id=boss.account_id, project_id=None, details=details, now=now)
            job = jobs.take(tx, kinds=["payout"], holder="mortal", now=now)
            assert job is not None
            return job

        job = await store.write(begin)
        mortal: Any = Mortal(store, units)
        postbox = Postbox(vault, {"paper": house.paper.limits})
        desk = Desk(mortal, clock, postbox, service.house, service.courier.look_at, "mortal")
        with pytest.raises(Dies):
            await go_on(desk, job)
        await house.later(minutes=3)
        ana = house.someone("ana")
        assert sum("is on its way to you" in line for line in ana.chat.log) == 1
        (path,) = await pressed(house)
        assert path.read_text("utf-8").count("P1-") == 2
        assert any("Statement 1 is ready" in line for line in admin.chat.log)
