"""Socket Mode when connections end: as announced, without a word, or with Slack out of reach for a while."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.clock import ManualClock
from core.store import Store
from core.vault import Vault
from tests.full_run.slack import SlackHouse, slack_house
from tests.standins.slack import User


@pytest.fixture
async def house(
    sqlite_store: Store, clock: ManualClock, vault: Vault, tmp_path: Path
) -> AsyncIterator[SlackHouse]:
    async with slack_house(sqlite_store, clock, vault, tmp_path / "data") as house:
        yield house


async def newcomers(house: SlackHouse, number: int) -> list[User]:
    """People who have just said hello."""
    people = [house.server.user(f"U{at}", name=f"N{at}", tz="UTC") for at in range(number)]
    for one in people:
        await one.command("start")
    await house.calm()
    return people


async def test_a_connection_that_is_replaced_loses_nothing(house: SlackHouse) -> None:
    """What people do just when Slack renews the connection is heard and confirmed once."""
    people = await newcomers(house, 20)
    for _ in range(3):
        await house.server.sockets.ask_to_leave("refresh_requested")
        for one in people:
            await one.presses_data(one.last, "1:join")
        await house.calm()
    assert house.server.late == []
    assert house.refused() == []


async def test_a_connection_that_is_cut_is_noticed_in_time(house: SlackHouse) -> None:
    """Long before the next sign of life is due, so that whoever presses meanwhile is heard within three seconds."""
    people = await newcomers(house, 3)
    await house.server.sockets.cut()
    for one in people:
        await one.presses_data(one.last, "1:join")
    await house.calm()
    assert house.server.late == []
    for one in people:
        assert "Which languages do you read well?" in one.last.words


async def test_slack_out_of_reach(
    sqlite_store: Store, clock: ManualClock, vault: Vault, tmp_path: Path
) -> None:
    """We go on asking until Slack is there again."""
    async with slack_house(sqlite_store, clock, vault, tmp_path / "data", ping=0.1) as house:
        (one,) = await newcomers(house, 1)
        house.server.faults.fails(503, method="apps.connections.open", times=2)
        house.server.faults.too_many(1, method="apps.connections.open")
        await house.server.sockets.cut()
        await house.server.connected(timeout=10)
        assert not house.unmet()
        await one.presses_data(one.last, "1:join")
        await house.calm()
        assert "Which languages do you read well?" in one.last.words
