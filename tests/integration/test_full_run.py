"""The main job on each platform: from a CSV in a chat to a labelled file, with thirty people in four languages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from core.clock import ManualClock
from core.store import open_store
from core.vault import Vault
from tests.full_run.arriving import arrive, arrive_elsewhere
from tests.full_run.both import house_of_both
from tests.full_run.checking import (
    check_points,
    check_results,
    check_weighed_points,
    check_weighed_results,
)
from tests.full_run.crowd import LABELS, Crowd
from tests.full_run.forgetting import a_night_passes, takes_a_card, the_away_return, the_late_answer, too_late
from tests.full_run.house import House
from tests.full_run.launching import launched
from tests.full_run.linking import Twin, check_one_balance, link, taps_in_both, work_in_turn
from tests.full_run.requester import decide_all, results, with_requester
from tests.full_run.shift import HABITS, work
from tests.full_run.slack import slack_house
from tests.full_run.telegram import telegram_house

WORKERS = 30


TWINS = 3
MOST_SHIFTS = 5
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
    mishaps = iter([one for side in house.sides for one in side.mishaps()])
    await work(crowd, others, mishaps=mishaps)
    assert [*mishaps, *house.unmet()] == [], "everything that can go wrong did"
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


@pytest.mark.parametrize("house", ["telegram polls", "slack by socket, postgresql"], indirect=True)
async def test_the_main_job_where_votes_weigh(house: House) -> None:
    """The same crowd; what the answers are worth is learned from them, and what was settled may be looked at anew."""
    _, owner = await with_requester(house)
    project, wanted = await launched(owner, each=12, method="dawid_skene")
    truths = {one.id: one.truth for one in wanted}
    workers = await arrive(house, WORKERS)
    crowd = Crowd(house, {one.id: one for one in wanted}, workers)
    for at, worker in enumerate(workers):
        worker.habit = HABITS[at % len(HABITS)] if HABITS[at % len(HABITS)] != "leaves" else ""

    for _ in range(MOST_SHIFTS):
        await work(crowd, workers)
        await house.later(minutes=30, step=timedelta(minutes=1))
        crowd.books.decided |= await decide_all(owner, project, truths, LABELS)
        await house.later(minutes=5)
        files = await results(owner, project)
        if all(row["status"] in ("settled", "gold") for row in files.results):
            break

    check_weighed_results(files, wanted, crowd.books)
    await check_weighed_points(house.service.store, crowd)
    assert house.unanswered() == []
    assert house.refused() == []


@pytest.fixture(params=["sqlite", "postgresql"])
async def both(
    request: pytest.FixtureRequest, tmp_path: Path, clock: ManualClock, vault: Vault
) -> AsyncIterator[House]:
    """One service on both platforms, on either database."""
    url = f"sqlite:///{tmp_path / 'test.sqlite3'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_database")
    store = await open_store(url)
    async with house_of_both(store, clock, vault, tmp_path / "data") as house:
        yield house
    await store.close()


async def test_half_of_the_crowd_on_each_platform(both: House) -> None:
    """The same with people on either platform; three are on both, and become one worker each on the way."""
    house = both
    _, owner = await with_requester(house)
    project, wanted = await launched(owner, each=16)
    workers = await arrive(house, WORKERS)
    late, others, double = workers[:4], workers[4:], workers[-TWINS:]
    elsewhere = await arrive_elsewhere(house, double)
    twins = [Twin(*pair) for pair in zip(double, elsewhere, strict=True)]
    crowd = Crowd(house, {one.id: one for one in wanted}, [*workers, *elsewhere])
    for at, worker in enumerate(others):
        worker.habit = HABITS[at % len(HABITS)] if at < 2 * len(HABITS) else ""
    mishaps = iter([one for side in house.sides for one in side.mishaps()])

    forgotten = await takes_a_card(late)
    await work_in_turn(crowd, twins, rounds=3)
    await work(crowd, others, mishaps=mishaps, most=2)
    doubled = [
        await link(crowd, twin, code_from=twin.second if at == 1 else twin.first)
        for at, twin in enumerate(twins)
    ]
    assert sum(one.dropped for one in doubled), "somebody answered an open task twice"
    assert sum(one.paid for one in doubled), "somebody was paid twice for a task, as two"
    for one in double:
        await taps_in_both(crowd, one)
    await work(crowd, others, mishaps=mishaps)
    assert [*mishaps, *house.unmet()] == [], "everything that can go wrong did"
    await a_night_passes(crowd, forgotten)
    await the_late_answer(crowd, forgotten[:2])
    await the_away_return(others)
    await work(crowd, [*others, *late[:2]])
    await house.later(minutes=2)
    crowd.books.decided = await decide_all(owner, project, {one.id: one.truth for one in wanted}, LABELS)
    await house.later(hours=25)
    await too_late(forgotten[2:])

    check_results(await results(owner, project), wanted, crowd.books, late=2)
    await check_points(house.service.store, crowd, wanted)
    for one in double:
        await check_one_balance(one)
    assert house.unanswered() == []
    assert house.refused() == []
