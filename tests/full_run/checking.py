"""What came of a run, compared with what was tapped."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import select

from core.store import Store
from core.store.tables import ledger, project
from core.store.transaction import Transaction
from tests.full_run.books import Books, grouped
from tests.full_run.crowd import PENALTY, REWARD, Crowd, Item
from tests.full_run.requester import Files


def check_results(files: Files, wanted: list[Item], books: Books, *, late: int) -> None:
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
    assert Counter(row["late"] for row in files.answers)["yes"] == late


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
        assert has in worker.last.words, (worker.name, points[worker.name], worker.last.words)
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
