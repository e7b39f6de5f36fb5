"""Recorded crowds tap their answers again; what comes out is what the recorded answers imply."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.clock import ManualClock
from core.store import Store
from core.vault import Vault
from tests.full_run.house import House
from tests.full_run.recorded import VARIABLE, Recorded, folder, read
from tests.full_run.replay import Replay
from tests.full_run.slack import slack_house
from tests.full_run.telegram import telegram_house

TASKS = {"rte": 40, "product": 40, "web": 20, "ms": 40, "sp": 20}
"""How much of a set is replayed here; `python -m tests.full_run` replays all of it."""


@pytest.fixture
async def house(
    sqlite_store: Store, clock: ManualClock, vault: Vault, tmp_path: Path
) -> AsyncIterator[House]:
    async with telegram_house(sqlite_store, clock, vault, tmp_path / "data") as house:
        yield house


def recorded_part(name: str) -> Recorded:
    data = folder()
    if data is None or not (data / name).is_dir():
        pytest.skip(f"no recorded crowd {name}: name the folder in {VARIABLE}")
    recorded = read(data, name)
    spread = recorded.batches(20)
    step = max(1, len(spread) * 20 // TASKS[name])
    return recorded.part(task for batch in spread[::step] for task in batch)


@pytest.mark.parametrize("name", TASKS)
async def test_a_recorded_crowd(house: House, name: str) -> None:
    """Every recorded answer lands on its card; labels, answers and points follow from them alone."""
    replay = Replay(house, recorded_part(name))
    await replay.check(await replay.run())


async def test_a_recorded_crowd_on_slack(
    sqlite_store: Store, clock: ManualClock, vault: Vault, tmp_path: Path
) -> None:
    """The same over Socket Mode."""
    recorded = recorded_part("rte")
    async with slack_house(sqlite_store, clock, vault, tmp_path / "data") as house:
        replay = Replay(house, recorded)
        await replay.check(await replay.run())


def test_sets_are_read(tmp_path: Path) -> None:
    """Any folder in the same form will do; the same people's tasks come together."""
    (tmp_path / "tiny").mkdir()
    (tmp_path / "tiny" / "answers.csv").write_text("task,worker,label\nb,w,1\na,v,0\nb,w,0\nc,w,1\n")
    (tmp_path / "tiny" / "gold.csv").write_text("task,label\na,0\n")
    (tmp_path / "tiny" / "meta.json").write_text('{"classes": 3}')
    tiny = read(tmp_path, "tiny")
    assert tiny.labels == ("0", "1", "2")
    assert tiny.answers == {("w", "b"): "1", ("v", "a"): "0", ("w", "c"): "1"}
    assert tiny.gold == {"a": "0"}
    assert tiny.batches(2) == [["a", "b"], ["c"]]
    assert tiny.part(["c"]).answers == {("w", "c"): "1"}
