"""A copy of what is kept of somebody: all of it, and of nobody else."""

from __future__ import annotations

from typing import Any

import pytest

from core import appeals, flags, privacy, rules, standing
from core.clock import ManualClock
from core.domain.person import Role
from core.domain.standing import Measure
from core.store import Store, restrictions
from core.store.transaction import Transaction
from core.vault import Vault
from tests.world import World


@pytest.fixture
def world(store: Store, clock: ManualClock, vault: Vault) -> World:
    return World(store, clock, vault)


async def test_a_copy_holds_what_was_decided_about_somebody(world: World, vault: Vault) -> None:
    """What they reported, what was imposed and why, what they appeal in which words; not who decided it."""
    owner, mona = await world.person("owner", Role.REQUESTER), await world.person("mona", Role.MODERATOR)
    await world.project(owner, ["a"])
    will = await world.person("will")
    card, now = await world.hold(will), world.clock.now()

    def unit(tx: Transaction) -> None:
        flags.report(tx, will, card.id, "broken", now=now)
        rules.skipped(tx, card, now=now)
        standing.impose(
            tx,
            will.id,
            kind=Measure.WARN,
            by=mona.id,
            reason="other",
            words=vault.seal(b"Please read it all."),
            now=now,
        )
        (warned,) = restrictions.of_person(tx, will.id)
        appeal, _ = appeals.about_measure(tx, will, warned.id, now=now)
        appeals.add_words(tx, will, appeal, vault.seal(b"I did."))

    await world.do(unit)

    def copied(tx: Transaction) -> dict[str, list[dict[str, Any]]]:
        return {name: list(rows) for name, rows in privacy.sections(tx, vault, will)}

    copy = await world.store.read(copied)
    assert copy["conduct"] == [{"project": 1, "step": "none", "skipped_in_a_row": 1, "overdue_in_a_row": 0}]
    assert [(one["task"], one["reason"]) for one in copy["reports"]] == [("a", "broken")]
    assert [(one["kind"], one["words"], one["by"]) for one in copy["measures"]] == [
        ("warn", "Please read it all.", "a moderator")
    ]
    assert [(one["about"], one["words"], one["outcome"]) for one in copy["appeals"]] == [
        ("measure", "I did.", None)
    ]
