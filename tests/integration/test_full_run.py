"""The main job on each platform: from a CSV in a chat to a labelled file, with thirty people in four languages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.clock import ManualClock
from core.store import open_store
from core.vault import Vault
from tests.full_run.arriving import arrive
from tests.full_run.checking import check_points, check_results
from tests.full_run.crowd import LABELS, Crowd
from tests.full_run.forgetting import a_night_passes, takes_a_card, the_away_return, the_late_answer, too_late
from tests.full_run.house import House
from tests.full_run.launching import launched
from tests.full_run.requester import decide_all, results, with_requester
from tests.full_run.shift import HABITS, work
from tests.full_run.slack import slack_house
from tests.full_run.telegram import telegram_house

WORKERS = 30


WAYS = (
    "telegram polls",
    "telegram polls, postgresql",
    "telegram calls",
    "slack by socket",
    "slack by socket, postgresql",
    "slack calls",
)


@pytest.fixture(params=WAYS)
async def house(
    request: pytest.FixtureRequest, tmp_path: Path, clock: ManualClock, vault: Vault
) -> AsyncIterator[House]:
    """The service in each way in which a platform can be heard, on either database."""
    how, _, database = request.param.partition(", ")
    url = f"sqlite:///{tmp_path / 'test.sqlite3'}"
    if database == "postgresql":
        url = request.getfixturevalue("postgres_database")
    store = await open_store(url)
    data = tmp_path / "data"
    opening = (
        telegram_house(store, clock, vault, data, webhook=how == "telegram calls")
        if how.startswith("telegram")
        else slack_house(store, clock, vault, data, over_http=how == "slack calls")
    )
    async with opening as house:
        yield house
    await store.close()


async def test_the_main_job(house: House) -> None:
    """A requester invited by a link sends two files; the crowd answers through faults; a labelled file comes back."""
    _, owner = await with_requester(house)
    project, wanted = await launched(owner)
    workers = await arrive(house, WORKERS)
    crowd = Crowd(house, {one.id: one for one in wanted}, workers)
    late, others = workers[:4], workers[4:]
    for at, worker in enumerate(others):
        worker.habit = HABITS[at % len(HABITS)] if at < 2 * len(HABITS) else ""

    forgotten = await takes_a_card(late)
    await work(crowd, others, mishaps=[one for side in house.sides for one in side.mishaps()])
    assert house.unmet() == [], "every fault was met"
    await a_night_passes(crowd, forgotten)
    await the_late_answer(crowd, forgotten[:2])
    await the_away_return(others)
    await work(crowd, [*others, *late[:2]])
    await house.later(minutes=2)
    crowd.books.decided = await decide_all(owner, project, {one.id: one.truth for one in wanted}, LABELS)
    assert crowd.books.decided, "opinions were split on purpose"
    await house.later(hours=25)
    await too_late(forgotten[2:])

    check_results(await results(owner, project), wanted, crowd.books, late=2)
    await check_points(house.service.store, crowd, wanted)
    assert house.unanswered() == []
    assert house.refused() == []
