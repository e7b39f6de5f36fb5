"""Where the service is installed: kept once for each workspace, gone when it was removed, back when it returns."""

from __future__ import annotations

from core.clock import ManualClock
from core.store import Store, Transaction, installations


async def test_a_workspace_installs_removes_and_installs_again(store: Store, clock: ManualClock) -> None:
    """The newest key counts; a removed installation is not found, and removing it twice says so."""
    now = clock.now()

    def unit(tx: Transaction) -> None:
        assert installations.find(tx, "paper", "T1") is None
        installations.keep(tx, "paper", "T1", b"one", now)
        installations.keep(tx, "paper", "T2", b"two", now)
        installations.keep(tx, "other", "T1", b"else", now)
        assert installations.find(tx, "paper", "T1") == b"one"
        assert [(one.workspace, one.sealed) for one in installations.all_of(tx, "paper")] == [
            ("T1", b"one"),
            ("T2", b"two"),
        ]
        assert installations.end(tx, "paper", "T1", now)
        assert not installations.end(tx, "paper", "T1", now)
        assert installations.find(tx, "paper", "T1") is None
        assert [one.workspace for one in installations.all_of(tx, "paper")] == ["T2"]
        installations.keep(tx, "paper", "T1", b"new", now)
        assert installations.find(tx, "paper", "T1") == b"new"
        assert installations.find(tx, "other", "T1") == b"else"

    await store.write(unit)
