"""People: who they are, what they may, and what the database knows of them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from core import mornings, people
from core.clock import ManualClock
from core.domain.deadlines import next_local
from core.domain.person import RIGHTS, Person, Role, may
from core.errors import Refused
from core.events import RoleGranted
from core.people import Identity
from core.store import Store, Transaction
from core.store import people as people_rows
from core.store.tables import metadata, person
from core.vault import Vault
from tests.world import World

MARIA = Identity("telegram", "", "7340129", "María de los Ángeles", "es-MX")
NOBODY: frozenset[str] = frozenset()


@pytest.fixture
def world(store: Store, clock: ManualClock, vault: Vault) -> World:
    """People on either database."""
    return World(store, clock, vault)


def arriving(world: World, who: Identity, admins: frozenset[str] = NOBODY) -> partial[Person]:
    """A unit in which they arrive."""
    return partial(people.arrive, vault=world.vault, who=who, admins=admins, now=world.clock.now())


async def test_the_same_account_is_the_same_person(world: World) -> None:
    """A new name or language makes nobody new; another platform, workspace or user does."""
    one = await world.do(arriving(world, MARIA))
    again = await world.do(arriving(world, replace(MARIA, name="M.", locale="en")))
    assert again.id == one.id
    others = [replace(MARIA, platform="slack"), replace(MARIA, workspace="T1"), replace(MARIA, user_id="8")]
    ids = {(await world.do(arriving(world, other))).id for other in others}
    assert len(ids | {one.id}) == 4


async def test_two_first_events_at_once_make_one_person(world: World) -> None:
    """Both are answered; nobody is left behind without an account."""
    both = await asyncio.gather(*(world.do(arriving(world, MARIA)) for _ in range(6)))
    assert len({one.id for one in both}) == 1
    count = await world.store.read(lambda tx: len(tx.execute(select(person.c.id)).all()))
    assert count == 1


async def test_no_table_names_anybody(world: World) -> None:
    """After somebody arrived, neither their name nor their id stands anywhere; with the key they can be reached."""
    made = await world.do(arriving(world, MARIA))

    def everything(tx: Transaction) -> str:
        rows = [repr(tuple(row)) for name in metadata.tables.values() for row in tx.execute(select(name))]
        return "\n".join(rows)

    dump = await world.store.read(everything)
    assert "es-MX" in dump, "the dump sees what is stored"
    for secret in (MARIA.user_id, "María", "Mar", "ngeles"):
        assert secret not in dump
    reach = await world.store.read(lambda tx: people_rows.reach(tx, made.account_id))
    assert people.unseal_identity(world.vault, reach.sealed) == ("", MARIA.user_id, MARIA.name)


@pytest.mark.parametrize(
    ("admins", "is_admin"),
    [
        (NOBODY, False),
        (frozenset({"telegram:7340129"}), True),
        (frozenset({"slack:7340129", "telegram:73401290", "telegram:1"}), False),
    ],
)
async def test_the_first_admin_is_whom_the_operator_names(
    world: World, admins: frozenset[str], is_admin: bool
) -> None:
    """At the first visit, and also when they came before they were named."""
    for before in (True, False):
        who = replace(MARIA, platform="telegram") if not before else replace(MARIA, workspace="before")
        if before:
            first = await world.do(arriving(world, who))
            assert first.roles == {Role.WORKER}
        came = await world.do(arriving(world, who, admins))
        assert (Role.ADMIN in came.roles) is is_admin
    row = select(person.c.next_summary_at).where(person.c.id == came.id)
    planned = await world.store.read(lambda tx: tx.execute(row).scalar_one())
    assert (planned is not None) is is_admin, "an admin's summary is planned"


async def test_a_slack_admin_is_named_with_the_workspace(world: World) -> None:
    """`slack:T1:U2` is that user of that workspace, and of no other."""
    admins = frozenset({"slack:T1:U2"})
    right = await world.do(arriving(world, Identity("slack", "T1", "U2", "x", "en"), admins))
    wrong = await world.do(arriving(world, Identity("slack", "T9", "U2", "x", "en"), admins))
    assert (Role.ADMIN in right.roles, Role.ADMIN in wrong.roles) == (True, False)


GRANTS = {
    Role.WORKER: set(),
    Role.REQUESTER: set(),
    Role.MODERATOR: {Role.REQUESTER},
    Role.ADMIN: set(Role),
}


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("by", list(Role))
async def test_who_may_grant_what(
    sqlite_store: Store, clock: ManualClock, vault: Vault, by: Role, role: Role
) -> None:
    """Moderators grant requester, admins grant all, others nothing: by hand and by invitation."""
    world = World(sqlite_store, clock, vault)
    granter, other = await world.person("granter", by), await world.person("other")
    now = clock.now()
    grant = partial(people.grant, person=granter, person_id=other.id, role=role, now=now)
    invite = partial(people.invite, person=granter, role=role, token="t", now=now)
    if role in GRANTS[by]:
        expected = () if role is Role.WORKER else (RoleGranted(other.id, role),)
        assert await world.do(grant) == expected
        assert await world.do(grant) == (), "once is enough"
        assert await world.do(invite) == now + people.INVITE_LASTS
        fresh = await world.store.read(lambda tx: people_rows.by_account(tx, other.account_id))
        assert role in fresh.roles
    else:
        for unit in (grant, invite):
            with pytest.raises(Refused, match="not_allowed"):
                await world.do(unit)
        fresh = await world.store.read(lambda tx: people_rows.by_account(tx, other.account_id))
        assert fresh.roles == {Role.WORKER}


async def test_roles_granted_at_once_are_all_kept(world: World) -> None:
    """Two admins grant two roles to one person at the same moment: none is lost."""
    admins = [await world.person(name, Role.ADMIN) for name in ("one", "two")]
    other = await world.person("other")
    wanted = [Role.REQUESTER, Role.MODERATOR, Role.ADMIN]
    now = world.clock.now()
    await asyncio.gather(
        *(
            world.do(partial(people.grant, person=admins[n % 2], person_id=other.id, role=role, now=now))
            for n, role in enumerate(wanted)
        )
    )
    fresh = await world.store.read(lambda tx: people_rows.by_account(tx, other.account_id))
    assert fresh.roles == {Role.WORKER, *wanted}


async def test_nobody_is_granted_to_nobody(world: World) -> None:
    """A person that does not exist is named as such."""
    admin = await world.person("admin", Role.ADMIN)
    with pytest.raises(Refused, match="unknown_person"):
        await world.do(
            partial(people.grant, person=admin, person_id=99, role=Role.ADMIN, now=world.clock.now())
        )


async def test_an_invitation_is_used_once(world: World) -> None:
    """Five people press the same link at the same moment: one gets the role, the others are told."""
    admin = await world.person("admin", Role.ADMIN)
    now = world.clock.now()
    await world.do(partial(people.invite, person=admin, role=Role.MODERATOR, token="secret", now=now))
    guests = [await world.person(f"guest {n}") for n in range(5)]
    outcomes = await asyncio.gather(
        *(world.do(partial(people.redeem, person=one, token="secret", now=now)) for one in guests),
        return_exceptions=True,
    )
    assert sorted(str(one) for one in outcomes) == ["moderator"] + ["unknown_invite"] * 4
    read = [partial(people_rows.by_account, account_id=one.account_id) for one in guests]
    roles = [await world.store.read(query) for query in read]
    assert sum(Role.MODERATOR in one.roles for one in roles) == 1


@pytest.mark.parametrize(("days", "works"), [(6, True), (7, False)])
async def test_an_invitation_expires(world: World, days: int, works: bool) -> None:
    """After a week it is as good as none; a wrong token always is; the token itself is stored nowhere."""
    admin, guest = await world.person("admin", Role.ADMIN), await world.person("guest")
    await world.do(
        partial(people.invite, person=admin, role=Role.REQUESTER, token="the-token", now=world.clock.now())
    )
    world.clock.move(timedelta(days=days))
    redeem = partial(people.redeem, person=guest, now=world.clock.now())
    with pytest.raises(Refused, match="unknown_invite"):
        await world.do(partial(redeem, token="another"))
    if works:
        assert await world.do(partial(redeem, token="the-token")) is Role.REQUESTER
    else:
        with pytest.raises(Refused, match="unknown_invite"):
            await world.do(partial(redeem, token="the-token"))
    rows = await world.store.read(
        lambda tx: [
            repr(tuple(row)) for table in metadata.tables.values() for row in tx.execute(select(table))
        ]
    )
    assert not any("the-token" in row for row in rows)


async def test_settings_are_kept(world: World) -> None:
    """Language, zone, quiet hours, content languages; a language named twice is one."""
    worker = await world.person("worker", Role.MODERATOR)
    now = world.clock.now()

    def unit(tx: Transaction) -> None:
        people.set_locale(tx, worker, "fr")
        people.set_zone(tx, worker, "Asia/Kathmandu", now=now)
        people.set_quiet(tx, worker, start=60, end=120)
        people.set_languages(tx, worker, ("fr", "de", "fr"))

    await world.do(unit)
    fresh = await world.store.read(lambda tx: people_rows.by_account(tx, worker.account_id))
    assert (fresh.locale, fresh.zone, fresh.quiet_from, fresh.quiet_to) == ("fr", "Asia/Kathmandu", 60, 120)
    assert fresh.quiet is not None
    assert fresh.tz.key == "Asia/Kathmandu"
    assert await world.store.read(lambda tx: people_rows.languages(tx, worker.id)) == ("de", "fr")
    row = select(person.c.next_summary_at).where(person.c.id == worker.id)
    planned = await world.store.read(lambda tx: tx.execute(row).scalar_one())
    assert planned == next_local(now, mornings.USUAL, fresh.tz), "the summary moves with the zone"


NOTHING: dict[str, Any] = dict.fromkeys(Person.__dataclass_fields__)
PERSON = Person(**NOTHING | {"id": 1, "account_id": 1, "roles": frozenset()})


@pytest.mark.parametrize("right", sorted(RIGHTS))
@pytest.mark.parametrize("role", list(Role))
def test_every_right_is_held_by_exactly_the_roles_of_the_table(role: Role, right: str) -> None:
    """Of a project of somebody else, only moderators and admins hold rights; nobody holds what is not listed."""
    one = replace(PERSON, roles=frozenset({role}))
    assert may(one, right) is (role in RIGHTS[right])
    assert may(one, right, owner_id=1) is (role in RIGHTS[right])
    assert may(one, right, owner_id=2) is (role in RIGHTS[right] and role in {Role.MODERATOR, Role.ADMIN})
    assert not may(PERSON, right)
