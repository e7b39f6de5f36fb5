"""The main job over Telegram: from a CSV in a chat to a labelled file, with thirty people in four languages."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from core.clock import ManualClock
from core.store import Store, open_store
from core.store.tables import ledger, project
from core.store.transaction import Transaction
from core.vault import Vault
from tests.full_run.books import Books, grouped
from tests.full_run.crowd import (
    LABELS,
    PENALTY,
    REWARD,
    Crowd,
    Item,
    Worker,
    arrive,
    items,
    project_file,
    task_file,
)
from tests.full_run.house import TelegramHouse, telegram_house
from tests.full_run.people import Card, Somebody, card_of
from tests.full_run.requester import Files, decide_all, results, with_requester
from tests.full_run.shift import HABITS, network, work

WORKERS = 30


@pytest.fixture(params=["sqlite", "postgresql", "webhook"])
async def house(
    request: pytest.FixtureRequest, tmp_path: Path, clock: ManualClock, vault: Vault
) -> AsyncIterator[TelegramHouse]:
    """The service polling on SQLite, polling on PostgreSQL, and called by webhook on SQLite."""
    url = f"sqlite:///{tmp_path / 'test.sqlite3'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_database")
    store = await open_store(url)
    webhook = request.param == "webhook"
    async with telegram_house(store, clock, vault, tmp_path / "data", webhook=webhook) as house:
        yield house
    await store.close()


async def test_the_main_job(house: TelegramHouse) -> None:
    """A requester invited by a link sends two files; the crowd answers through faults; a labelled file comes back."""
    _, owner = await with_requester(house)
    project, wanted = await launched(owner)
    workers = await arrive(house, WORKERS)
    crowd = Crowd(house, {one.id: one for one in wanted}, workers)
    late, others = workers[:4], workers[4:]
    for at, worker in enumerate(others):
        worker.habit = HABITS[at % len(HABITS)] if at < 2 * len(HABITS) else ""

    forgotten = await takes_a_card(late)
    await work(crowd, others, mishaps=network(house.server, polling=house.server.webhook.hook is None))
    assert not house.server.faults.waiting, "every fault was met"
    await a_night_passes(crowd, forgotten)
    await the_late_answer(crowd, forgotten[:2])
    await the_away_return(others)
    await work(crowd, [*others, *late[:2]])
    await house.later(minutes=2)
    crowd.books.decided = await decide_all(owner, project, {one.id: one.truth for one in wanted}, LABELS)
    assert crowd.books.decided, "opinions were split on purpose"
    await house.later(hours=25)
    await too_late(forgotten[2:])

    check_results(await results(owner, project), wanted, crowd.books)
    await check_points(house.service.store, crowd, wanted)
    assert house.unanswered() == []
    assert house.refused() == []


# --- the requester ---------------------------------------------------------------------------------


async def launched(owner: Somebody) -> tuple[int, list[Item]]:
    """The project file, the task file with its bad rows, the preview, the launch."""
    t = owner.t
    await owner.sends("moods.yaml", project_file())
    assert t("Draft: nobody sees it yet.") in owner.user.last.words
    _, data = owner.button("addtasks")
    project = int(data.rpartition(":")[2], 36)
    wanted = items(8, golds=2)
    written, wrong = task_file(wanted)
    before = owner.user.moment
    await owner.sends("tasks.csv", written, caption=f"/addtasks {project}")
    report = await owner.user.sees("tasks added", since=before)
    assert f"{len(wanted)} tasks added, {len(wrong)} rows need attention" in report.words
    for line in wrong:
        assert f"Line {line}:" in report.words
    await owner.taps("preview", project)
    assert SAMPLE in owner.user.last.labels
    await owner.taps("project", project)
    await owner.taps("p-launch", project)
    assert owner.toast == t("Launched: people get its tasks now.")
    return project, wanted


SAMPLE = "Glad"


# --- the crowd -------------------------------------------------------------------------------------


async def takes_a_card(workers: list[Worker]) -> list[tuple[Worker, Card]]:
    """They ask for a card, look at it, and put the phone away."""
    for worker in workers:
        await worker.user.says("/task")
    await workers[0].house.calm()
    held = [(worker, card) for worker in workers if (card := card_of(worker)) is not None]
    assert len(held) == len(workers)
    return held


async def a_night_passes(crowd: Crowd, forgotten: list[tuple[Worker, Card]]) -> None:
    """The cards that were asked for run out, after a reminder and each at a price that is said."""
    house = crowd.house
    house.server.faults.fails(502, method="sendMessage")
    house.server.faults.too_many(2, method="sendMessage")
    house.server.faults.resets_before(method="sendMessage")
    await house.later(hours=16)
    assert not house.server.faults.waiting
    for worker, card in forgotten:
        crowd.books.late.add((worker.name, card.task))
        cost = worker.t.n(
            "The time for your task is over: %(count)s point was taken back.",
            "The time for your task is over: %(count)s points were taken back.",
            PENALTY,
        )
        said = [message.words for message in worker.user.chat]
        assert sum(cost in words for words in said) == 1, said
        after = worker.t.n(
            "After that it costs %(count)s point.", "After that it costs %(count)s points.", PENALTY
        )
        assert sum(after in words for words in said) == 1, said


async def the_late_answer(crowd: Crowd, forgotten: list[tuple[Worker, Card]]) -> None:
    """The first answers on the old card, the second asks to see it again."""
    (first, card), (second, _) = forgotten
    await crowd.answer(first, card)
    await second.taps("show")
    shown = card_of(second)
    assert shown is not None
    await crowd.answer(second, shown)
    await crowd.house.calm()
    for worker, _ in forgotten:
        assert worker.toast == worker.t("Saved, though late. Thank you!")


async def the_away_return(workers: list[Worker]) -> None:
    """Who had blocked the bot writes again, and gets a card."""
    away = [one for one in workers if one.away]
    assert away
    for worker in away:
        worker.away = False
        await worker.says("/task")


async def too_late(forgotten: list[tuple[Worker, Card]]) -> None:
    """A day later the old card says so."""
    for worker, card in forgotten:
        before = len(worker.user.chat)
        await worker.press(card.message, _an_answer(card))
        await worker.house.calm()
        assert worker.toast == worker.t("Too late: this task is decided. Send /task for the next one.")
        assert len(worker.user.chat) == before


def _an_answer(card: Card) -> str:
    data = card.message.versions[0].buttons[0][0].data
    assert data is not None
    return data


# --- what came of it -------------------------------------------------------------------------------


def check_results(files: Files, wanted: list[Item], books: Books) -> None:
    """The labels are what the answers imply, the answers are what was tapped, the columns came back."""
    assert [row["id"] for row in files.results] == [one.id for one in wanted]
    votes, labels = books.votes(), books.labels()
    for at, (row, item) in enumerate(zip(files.results, wanted, strict=True)):
        assert row["source"] == f"=HYPERLINK({at})"
        assert int(row["answers"]) == sum(votes[item.id].values()), row
        if item.gold:
            assert (row["label"], row["status"]) == (item.truth, "gold")
        else:
            assert (row["label"], row["status"]) == (labels[item.id], "settled"), (row, votes[item.id])
            assert int(row["answers"]) >= 2
    given = grouped((row["worker"], row["task"], row["answer"]) for row in files.answers)
    assert given == books.of_each_worker()
    assert Counter(row["late"] for row in files.answers)["yes"] == 2


async def check_points(store: Store, crowd: Crowd, wanted: list[Item]) -> None:
    """What everybody is told they have, and what the ledger sums to, is r(R) − λ·p(t) by the rule."""
    labels = crowd.books.labels()
    truths = {one.id: one.truth if one.gold else (labels[one.id] or "") for one in wanted}
    points = crowd.books.points(truths, reward=REWARD, penalty=PENALTY)
    for worker in crowd.workers:
        await worker.user.says("/balance")
    await crowd.house.calm()
    for worker in crowd.workers:
        has = worker.t.n("You have %(count)s point.", "You have %(count)s points.", points[worker.name])
        assert has in worker.user.last.words, (worker.name, points[worker.name], worker.user.last.words)
    rewards, penalties, spent, reserved = await store.read(_ledger)
    assert penalties == PENALTY * len(crowd.books.late)
    assert rewards - penalties == points.total() == spent
    assert reserved == 0


def _ledger(tx: Transaction) -> tuple[int, int, int, int]:
    sums: Counter[str] = Counter()
    for row in tx.execute(select(ledger.c.kind, ledger.c.points)):
        sums[row.kind] += row.points
    one = tx.execute(select(project.c.spent, project.c.reserved)).one()
    return sums["reward"], sums["penalty"], one.spent, one.reserved
