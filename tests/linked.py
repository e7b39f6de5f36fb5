"""Linking in tests of the core: who speaks from which account, and a code that goes from one to the other."""

from __future__ import annotations

import itertools
from datetime import timedelta

from core import linking
from core.domain.person import Person
from core.domain.states import AssignmentState
from core.linking import Linked, Missed
from core.store import assignments
from core.store import people as people_rows
from core.store.tables import metadata
from core.store.transaction import Transaction
from tests.invariants import check
from tests.world import World

_TOKENS = itertools.count()


async def code_for(world: World, person: Person) -> str:
    """A fresh code of somebody."""
    token, now = f"token {next(_TOKENS)}", world.clock.now()
    made = await world.do(lambda tx: linking.offer(tx, world.vault, person, token=token, now=now))
    return made.code


async def enters(world: World, person: Person, code: str) -> Linked | Missed:
    """Somebody enters a code and says yes."""
    now = world.clock.now()
    return await world.do(lambda tx: linking.link(tx, world.vault, person, code, now=now))


async def linked(world: World, one: Person, other: Person) -> tuple[Person, Person, Linked]:
    """The two accounts of one person, after `other` entered the code of `one`."""
    done = await enters(world, other, await code_for(world, one))
    assert isinstance(done, Linked)
    return await again(world, one), await again(world, other), done


async def again(world: World, person: Person) -> Person:
    """Who speaks from this account now."""
    return await world.store.read(lambda tx: people_rows.by_account(tx, person.account_id))


def everything(tx: Transaction) -> dict[str, list[str]]:
    """Every row of every table."""
    return {
        name: sorted(repr(tuple(row)) for row in tx.execute(table.select()))
        for name, table in metadata.tables.items()
    }


async def state_of(world: World, card_id: int) -> AssignmentState:
    """Where a card stands now."""
    found = await world.do(lambda tx: assignments.get(tx, card_id))
    assert found is not None
    return found.state


async def settled(world: World) -> None:
    """No answer can be undone any more."""
    world.clock.move(timedelta(minutes=2))
    await world.tick()


async def checked(world: World) -> None:
    """The books agree."""
    await world.store.read(check)
