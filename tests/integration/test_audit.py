"""The audit trail: what is done is noted, and nothing in it can be changed unseen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from bots.audit_commands import follow
from core import audit, linking, people, projects
from core.audit import Checked, Entry
from core.clock import ManualClock
from core.domain.person import Person, Role
from core.errors import Refused
from core.store import Store, Transaction
from core.store import audit as rows
from core.vault import Vault
from tests.world import World


@pytest.fixture
def world(store: Store, clock: ManualClock, vault: Vault) -> World:
    return World(store, clock, vault)


async def trail(world: World) -> list[Entry]:
    """Every entry."""
    return await world.store.read(lambda tx: rows.after(tx, 0, most=10_000))


async def checked(world: World, at: int = 0) -> tuple[Checked, str | None]:
    """What `chatcrowd audit verify` finds."""
    return await world.store.read(lambda tx: follow(tx, at=at))


async def noted(world: World, entries: int) -> None:
    """So many entries."""
    for number in range(1, entries + 1):
        await world.do(
            lambda tx, n=number: audit.note(
                tx, who=None, did="tried", about=f"task:{n}", now=world.clock.now()
            )  # type: ignore[misc]  # n is bound
        )


async def test_the_chain_holds(world: World) -> None:
    """Entries count from one, and each digest stands for all before it."""
    assert await checked(world) == (Checked(), rows.FIRST)
    await noted(world, 7)
    end, third = await checked(world, at=3)
    assert (end.entries, end.broken) == (7, None)
    entries = await trail(world)
    assert [one.id for one in entries] == list(range(1, 8))
    assert third == entries[2].digest
    assert len({one.digest for one in entries}) == 7


async def test_it_is_append_only(world: World) -> None:
    """The database itself refuses to change or drop an entry."""
    await noted(world, 2)
    refused = ["UPDATE audit SET did = 'nothing'", "DELETE FROM audit"]
    for statement in refused + (["TRUNCATE audit"] if world.store.dialect == "postgresql" else []):
        with pytest.raises(Exception, match="append-only"):
            await world.do(lambda tx, s=statement: tx.execute(text(s)).close())  # type: ignore[misc]  # s is bound
    assert (await checked(world))[0].broken is None


FORGED: dict[str, tuple[str, int]] = {
    "who": ("UPDATE audit SET who = NULL WHERE id = 4", 4),
    "did": ("UPDATE audit SET did = 'nothing' WHERE id = 3", 3),
    "about": ("UPDATE audit SET about = 'task:9' WHERE id = 1", 1),
    "details": ("UPDATE audit SET details = '{}' WHERE id = 4", 4),
    "time": ("UPDATE audit SET at = at + 1 WHERE id = 2", 2),
    "digest": ("UPDATE audit SET digest = 'f' WHERE id = 5", 5),
    "taken out": ("DELETE FROM audit WHERE id = 3", 3),
    "cut off": ("DELETE FROM audit WHERE id > 3", 4),
    "all gone": ("DELETE FROM audit", 1),
}


@pytest.mark.parametrize("forged", FORGED)
async def test_whatever_is_forged_is_named(world: World, forged: str) -> None:
    """With the triggers out of the way, the first entry that does not fit is told."""
    boss = await world.person("boss")
    await noted(world, 3)
    await world.do(
        lambda tx: audit.note(tx, who=boss.id, did="x", about="y", now=world.clock.now(), role="admin")
    )
    await noted(world, 2)
    statement, first = FORGED[forged]

    def forge(tx: Transaction) -> None:
        if tx.dialect == "sqlite":
            for verb in ("update", "delete"):
                tx.execute(text(f"DROP TRIGGER audit_no_{verb}"))
        else:
            tx.execute(text("ALTER TABLE audit DISABLE TRIGGER USER"))
        tx.execute(text(statement))

    await world.do(forge)
    assert (await checked(world))[0].broken == first


async def test_a_trail_that_was_written_anew_differs_from_what_was_noted(world: World) -> None:
    """Who may write to the database can make a whole new chain, but not the digest that somebody wrote down."""
    await noted(world, 4)
    before = (await trail(world))[1].digest

    def anew(tx: Transaction) -> None:
        names = ("update", "delete") if tx.dialect == "sqlite" else ()
        for verb in names:
            tx.execute(text(f"DROP TRIGGER audit_no_{verb}"))
        if not names:
            tx.execute(text("ALTER TABLE audit DISABLE TRIGGER USER"))
        tx.execute(text("DELETE FROM audit"))
        tx.execute(text("DELETE FROM audit_head"))

    await world.do(anew)
    world.clock.move(timedelta(hours=1))
    await noted(world, 4)
    end, second = await checked(world, at=2)
    assert (end.entries, end.broken) == (4, None)
    assert second != before


async def test_many_at_once_make_one_chain(world: World) -> None:
    """Twenty people note at the same moment: nothing is lost, and no number comes twice."""

    def unit(number: int) -> Callable[[Transaction], None]:
        return lambda tx: audit.note(tx, who=None, did="x", about=f"task:{number}", now=world.clock.now())

    await asyncio.gather(*(world.do(unit(number)) for number in range(20)))
    assert (await checked(world))[0].broken is None
    assert {one.about for one in await trail(world)} == {f"task:{number}" for number in range(20)}


async def test_what_is_taken_back_is_not_noted(world: World) -> None:
    """An entry is part of the unit of work: it stays or goes with what it tells of."""

    def unit(tx: Transaction) -> None:
        audit.note(tx, who=None, did="x", about="y", now=world.clock.now())
        raise Refused("not_now")

    with pytest.raises(Refused):
        await world.do(unit)
    await noted(world, 1)
    assert [one.id for one in await trail(world)] == [1]


async def did(world: World, since: int) -> list[tuple[int | None, str, str, str]]:
    """What was noted after an entry."""
    return [(one.who, one.did, one.about, one.details) for one in (await trail(world))[since:]]


async def test_roles_and_projects(world: World) -> None:
    """Who gave whom which role, and what became of a project."""
    admin = await world.person("admin", Role.ADMIN)
    rita = await world.person("rita")
    since, now = len(await trail(world)), world.clock.now()

    async def does(unit: Callable[[Transaction, Person], Any]) -> None:
        await world.do(lambda tx: unit(tx, rita))

    await world.do(lambda tx: people.grant(tx, admin, person_id=rita.id, role=Role.REQUESTER, now=now))
    await world.do(lambda tx: people.grant(tx, admin, person_id=rita.id, role=Role.REQUESTER, now=now))
    await world.do(lambda tx: people.invite(tx, admin, Role.MODERATOR, token="t", now=now))
    rita = await world.person("rita")
    project = await world.project(rita, ["a"])
    await does(lambda tx, who: projects.pause(tx, who, project, now=now))
    await does(lambda tx, who: projects.set_budget(tx, who, project, 500, now=now))
    await does(lambda tx, who: projects.resume(tx, who, project, now=now))
    await does(lambda tx, who: projects.close(tx, who, project, now=now))
    await does(lambda tx, who: people.redeem(tx, who, "t", now=now))
    about = f"project:{project}"
    assert await did(world, since) == [
        (admin.id, "role.granted", f"person:{rita.id}", '{"role":"requester"}'),
        (admin.id, "invite.made", "invite:1", '{"role":"moderator"}'),
        (rita.id, "project.made", about, "{}"),
        (rita.id, "project.launched", about, "{}"),
        (rita.id, "project.paused", about, "{}"),
        (rita.id, "budget.changed", about, '{"budget":500}'),
        (rita.id, "project.resumed", about, "{}"),
        (rita.id, "project.closed", about, "{}"),
        (rita.id, "invite.used", "invite:1", '{"role":"moderator"}'),
    ]


async def test_linked_chats(world: World) -> None:
    """That two people became one is noted under the one who stayed."""
    here, there = await world.person("here"), await world.person("there")
    now = world.clock.now()
    made = await world.do(lambda tx: linking.offer(tx, world.vault, here, token="t", now=now))
    await world.do(lambda tx: linking.link(tx, world.vault, there, made.code, now=now))
    assert await did(world, 0) == [
        (here.id, "chats.linked", f"person:{here.id}", f'{{"gone":{there.id}}}'),
    ]


async def test_pages(world: World) -> None:
    """Admins read it page by page, of one person or project when they like; others do not."""
    admin = await world.person("admin", Role.ADMIN)
    other = await world.person("other", Role.MODERATOR)
    await noted(world, audit.PAGE * 2)
    first = await world.store.read(lambda tx: audit.page(tx, admin))
    assert first.entries[0].id == audit.PAGE * 2 + 2
    second = await world.store.read(lambda tx: audit.page(tx, admin, before=first.before))
    third = await world.store.read(lambda tx: audit.page(tx, admin, before=second.before))
    assert (len(second.entries), len(third.entries), third.before) == (audit.PAGE, 2, None)
    of_other = await world.store.read(lambda tx: audit.page(tx, admin, person_id=other.id))
    assert [one.about for one in of_other.entries] == [f"person:{other.id}"]
    with pytest.raises(Refused):
        await world.store.read(lambda tx: audit.page(tx, other))
