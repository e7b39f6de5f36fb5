"""What came of a run, compared with what was tapped."""

from __future__ import annotations

import re
from collections import Counter

from sqlalchemy import func, select

from core.store import Store
from core.store import people as people_rows
from core.store.tables import answer, ledger, person, project
from core.store.transaction import Transaction
from tests import invariants
from tests.full_run.books import Books, grouped
from tests.full_run.crowd import PENALTY, REWARD, Crowd, Item
from tests.full_run.requester import Files

LEAST_RIGHT = 0.8
"""Of the labels; as many as anybody's answers are."""


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


def check_weighed_results(files: Files, wanted: list[Item], books: Books) -> None:
    """Where votes weigh: every task has a label that somebody gave it, every answer is listed as it was tapped."""
    assert [row["id"] for row in files.results] == [one.id for one in wanted]
    votes = books.votes()
    for row, item in zip(files.results, wanted, strict=True):
        assert int(row["answers"]) == votes[item.id].total(), row
        assert row["status"] == ("gold" if item.gold else "settled"), row
        if item.gold:
            assert row["label"] == item.truth
        elif item.id in books.decided:
            assert row["label"] == books.decided[item.id], row
        else:
            assert row["label"] in votes[item.id], (row, votes[item.id])
    right = [row["label"] == item.truth for row, item in zip(files.results, wanted, strict=True)]
    assert sum(right) / len(right) > LEAST_RIGHT
    given = grouped((row["worker"], row["task"], row["answer"]) for row in files.answers)
    assert given == books.of_each_worker()
    assert {row["measure"] for row in files.agreement} >= {"alpha", "gold_tasks"}


async def check_weighed_points(store: Store, crowd: Crowd) -> None:
    """Every answer was paid once and nothing else was, and what everybody is told they have is in the ledger."""
    await store.read(invariants.check_weighed)
    standing, entries, had = await store.read(_paid)
    assert standing == len(crowd.books.tapped) == entries
    for worker in crowd.workers:
        await worker.user.says("/balance")
    await crowd.house.calm()
    said = []
    for worker in crowd.workers:
        found = re.search(r"-?\d+", worker.last.words)
        assert found is not None, worker.last.words
        said.append(int(found[0]))
    assert sorted(filter(None, said)) == sorted(filter(None, had)), "as many people with as many points"


def _paid(tx: Transaction) -> tuple[int, int, list[int]]:
    """How many answers stand, how many were paid, and what everybody has."""
    standing = tx.execute(select(func.count()).where(answer.c.voided_at.is_(None))).scalar_one()
    rewards = tx.execute(select(func.count()).where(ledger.c.kind == "reward")).scalar_one()
    people = tx.execute(select(person.c.id)).scalars().all()
    return standing, rewards, [people_rows.balance(tx, one) for one in people]


def _ledger(tx: Transaction) -> tuple[int, int, int, int]:
    sums: Counter[str] = Counter()
    for row in tx.execute(select(ledger.c.kind, ledger.c.points)):
        sums[row.kind] += row.points
    one = tx.execute(select(project.c.spent, project.c.reserved)).one()
    return sums["reward"], sums["penalty"], one.spent, one.reserved
