"""The points: append-only, each cause once, and balances that are sums."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import delete, insert, update

from core.clock import ManualClock
from core.domain.person import Person, Role
from core.store import Store, Transaction
from core.store import ledger as points
from core.store import people as people_rows
from core.store.tables import ledger
from core.vault import Vault
from tests.world import World


async def one_card(store: Store, clock: ManualClock, vault: Vault) -> tuple[Person, int, int]:
    """A worker with a card: the person, the project, the card."""
    world = World(store, clock, vault)
    owner = await world.person("owner", Role.REQUESTER)
    project = await world.project(owner, ["a"])
    worker = await world.person("worker")
    card = await world.next(worker)
    assert card is not None
    return worker, project, card.id


async def test_points_are_a_sum(store: Store, clock: ManualClock, vault: Vault) -> None:
    """A balance is what came minus what went, and may be below nothing."""
    worker, project, card = await one_card(store, clock, vault)

    def unit(tx: Transaction, now: datetime = clock.now()) -> list[int]:  # noqa: B008  (a test's constant)
        found = [people_rows.balance(tx, worker.id)]
        for enter, amount in ((points.penalty, 5), (points.reward, 12)):
            assert enter(
                tx, project_id=project, person_id=worker.id, assignment_id=card, points=amount, now=now
            )
            found.append(people_rows.balance(tx, worker.id))
        return found

    assert await store.write(unit) == [0, -5, 7]


@pytest.mark.parametrize("enter", [points.reward, points.penalty])
async def test_each_cause_is_booked_once(
    store: Store, clock: ManualClock, vault: Vault, enter: object
) -> None:
    """A second reward or penalty for one card changes nothing and says so."""
    worker, project, card = await one_card(store, clock, vault)
    for expected in (True, False):
        booked = await store.write(
            lambda tx: enter(  # type: ignore[operator]  # either of the two
                tx, project_id=project, person_id=worker.id, assignment_id=card, points=3, now=clock.now()
            )
        )
        assert booked is expected
    assert abs(await store.read(lambda tx: people_rows.balance(tx, worker.id))) == 3


async def test_the_ledger_is_append_only(store: Store, clock: ManualClock, vault: Vault) -> None:
    """The database itself refuses to change or drop an entry."""
    worker, project, card = await one_card(store, clock, vault)
    await store.write(
        lambda tx: points.reward(
            tx, project_id=project, person_id=worker.id, assignment_id=card, points=10, now=clock.now()
        )
    )
    for statement in (update(ledger).values(points=1_000_000), delete(ledger)):
        with pytest.raises(Exception, match="append-only"):
            await store.write(lambda tx, s=statement: tx.execute(s).close())  # type: ignore[misc]  # s is bound
    assert await store.read(lambda tx: people_rows.balance(tx, worker.id)) == 10


@pytest.mark.parametrize(
    "wrong",
    [
        {"points": -1},
        {"from_person": 1},  # two givers
        {"from_project": None},  # none
        {"to_project": 1},  # two takers
        {"kind": "penalty", "key": "another"},  # a second penalty of the same card, under another key
    ],
)
async def test_impossible_entries_are_refused(
    store: Store, clock: ManualClock, vault: Vault, wrong: dict[str, object]
) -> None:
    """Negative points, two givers or takers, a second penalty: constraints of the table."""
    worker, project, card = await one_card(store, clock, vault)
    await store.write(
        lambda tx: points.penalty(
            tx, project_id=project, person_id=worker.id, assignment_id=card, points=5, now=clock.now()
        )
    )
    right = {
        "at": clock.now(),
        "kind": "bonus",
        "points": 1,
        "from_project": project,
        "to_person": worker.id,
        "key": "bonus",
        "assignment_id": card,
    }
    await store.write(lambda tx: tx.execute(insert(ledger).values(right)).close())
    with pytest.raises(Exception, match=r"(?i)constraint|unique"):
        await store.write(lambda tx: tx.execute(insert(ledger).values({**right, "key": "x"} | wrong)).close())
