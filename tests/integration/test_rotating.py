"""A new key: whatever is half-way done is read and recognised, and a run that was killed is simply begun again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bots.key_commands import through
from bots.runner import open_parts
from core import exporting, people, rotating
from core.clock import ManualClock
from core.people import Identity
from core.rotating import TABLES, WrongSecret
from core.store import Store, Transaction, inbox, installations, outbox, sealed
from core.store.tables import account, metadata
from core.vault import Unsealable, Vault, forget_secrets, read_or_make_secret, renew_secret, secrets_before
from tests.world import World

OLD, NEW = b"the old secret of so many letters", b"the new secret of so many letters"
NAMES = [f"person {number}" for number in range(7)]


async def filled(store: Store, clock: ManualClock) -> World:
    """A database with something in every table that holds sealed things, closed by the old key."""
    vault = Vault(OLD)
    vault = await store.write(lambda tx: rotating.whole(tx, vault))
    world = World(store, clock, vault)
    for name in NAMES:
        person = await world.person(name)

        def unit(tx: Transaction, at: int = person.account_id, name: str = name) -> None:
            payload = vault.seal(f"to {name}".encode())
            outbox.owe(tx, at, payload, slot_name=None, key=None, about=None, now=clock.now())
            inbox.keep(tx, f"key {name}", vault.seal(b"heard"), seed=1, now=clock.now())
            installations.keep(tx, "slack", f"T{name}", vault.seal(b"token"), clock.now())

        await world.do(unit)
    return world


async def everything(store: Store, vault: Vault) -> list[bytes]:
    """Every sealed thing, opened."""

    def query(tx: Transaction) -> list[bytes]:
        found = []
        for table in metadata.sorted_tables:
            for row in tx.execute(select(table)):
                for name, value in row._mapping.items():
                    if isinstance(value, bytes | memoryview) and name in ("sealed", "payload"):
                        found.append(vault.unseal(bytes(value)))
        return sorted(found)

    return await store.read(query)


async def known(world: World, vault: Vault) -> list[int]:
    """The people, as they are recognised."""

    def unit(tx: Transaction, who: Identity) -> int:
        person = people.find(tx, vault, who)
        assert person is not None, who.name
        return person.id

    return [await world.do(lambda tx, n=name: unit(tx, world.identity(n))) for name in NAMES]  # type: ignore[misc]  # it is bound


class Killed(Exception):  # noqa: N818  (what happens to a process)
    """The process ends here."""


async def test_killed_at_every_batch(
    store: Store, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After each batch, and before each commit, everything can be read with both keys; the next run goes on."""
    monkeypatch.setattr(rotating, "BATCH", 2)
    world = await filled(store, clock)
    both = await store.write(lambda tx: rotating.whole(tx, Vault(NEW, before=(OLD,))))
    before, people_before = await everything(store, world.vault), await known(world, world.vault)
    real, left, begun = rotating.step, 0, 0

    def mortal(tx: Transaction, vault: Vault, table: str, *, after: sealed.Key | None) -> rotating.Step:
        nonlocal left
        done = real(tx, vault, table, after=after)
        left -= 1
        if left < 0:
            raise Killed
        return done

    monkeypatch.setattr(rotating, "step", mortal)
    while True:
        left, begun = begun, begun + 1
        try:
            for table in TABLES:
                await through(store, both, table)
        except Killed:
            assert await everything(store, both) == before
            assert await known(world, both) == people_before
            assert await store.read(lambda tx: rotating.is_behind(tx, both))
        else:
            break
    assert begun > len(TABLES)
    assert not await store.read(lambda tx: rotating.is_behind(tx, both))
    alone = await store.write(lambda tx: rotating.whole(tx, Vault(NEW)))
    assert await everything(store, alone) == before
    assert await known(world, alone) == people_before
    with pytest.raises(WrongSecret):
        await store.write(lambda tx: rotating.whole(tx, Vault(OLD)))


async def test_whoever_speaks_meanwhile_stays_who_they_are(store: Store, clock: ManualClock) -> None:
    """An account under the old key is found, and no second one is made."""
    world = await filled(store, clock)
    both = Vault(NEW, before=(OLD,), lasting=world.vault.lasting)
    ids = await known(world, world.vault)
    arrived = await world.do(
        lambda tx: people.arrive(tx, both, world.identity(NAMES[0]), admins=frozenset(), now=clock.now())
    )
    assert arrived.id == ids[0]
    await through(store, both, "account")
    arrived = await world.do(
        lambda tx: people.arrive(tx, both, world.identity(NAMES[0]), admins=frozenset(), now=clock.now())
    )
    assert arrived.id == ids[0]
    fresh = await world.do(
        lambda tx: people.arrive(tx, both, world.identity("fresh"), admins=frozenset(), now=clock.now())
    )
    assert fresh.id not in ids
    rows = await store.read(lambda tx: tx.execute(select(account.c.fingerprint)).scalars().all())
    assert len(rows) == len(set(rows)) == len(NAMES) + 1


async def test_pseudonyms_stay(store: Store, clock: ManualClock) -> None:
    """An export of tomorrow names a worker as one of yesterday, though the first secret is gone."""
    world = await filled(store, clock)
    before = exporting.pseudonym(world.vault, project_id=1, person_id=2)
    both = await store.write(lambda tx: rotating.whole(tx, Vault(NEW, before=(OLD,))))
    for table in TABLES:
        await through(store, both, table)
    alone = await store.write(lambda tx: rotating.whole(tx, Vault(NEW)))
    assert exporting.pseudonym(alone, project_id=1, person_id=2) == before
    assert alone.fingerprint("x") != world.vault.fingerprint("x")


async def test_what_no_key_opens_is_left_and_told(store: Store, clock: ManualClock) -> None:
    """It may be opened yet, when its key is found."""
    world = await filled(store, clock)
    stranger = Vault(b"nobody knows this secret any more").seal(b"?")
    await world.do(lambda tx: inbox.keep(tx, "lost", stranger, seed=1, now=clock.now()))
    done = await through(store, Vault(NEW, before=(OLD,)), "inbox")
    assert (done.renewed, done.lost) == (len(NAMES), 1)


def test_what_was_sealed_before_keys_had_names() -> None:
    """The first version is read with whichever key it was."""
    old = Vault(OLD)
    key = old._keys[0]
    first = b"\x01" + bytes(12) + key.seal.encrypt(bytes(12), b"kept", b"\x01")
    assert Vault(NEW, before=(OLD,)).unseal(first) == b"kept"
    with pytest.raises(Unsealable):
        Vault(NEW).unseal(first)


def test_the_file_is_replaced_whole(tmp_path: Path) -> None:
    """The old secret stays beside the new one until it is forgotten; both are for their owner only."""
    path = tmp_path / "secret.key"
    first = read_or_make_secret(path)
    assert secrets_before(path) == ()
    renew_secret(path)
    second = read_or_make_secret(path)
    renew_secret(path)
    third = read_or_make_secret(path)
    assert len({first, second, third}) == 3
    assert secrets_before(path) == (second, first)
    assert all(one.stat().st_mode & 0o077 == 0 for one in tmp_path.iterdir())
    assert forget_secrets(path) == 2
    assert secrets_before(path) == ()
    assert read_or_make_secret(path) == third


async def test_a_wrong_secret_is_told(tmp_path: Path, clock: ManualClock) -> None:
    """Instead of taking everybody for somebody new."""
    del clock
    opening: Callable[..., Any] = open_parts
    database = f"sqlite:///{tmp_path / 'x.sqlite3'}"
    store, _, _ = await opening(database=database, data_dir=tmp_path, secret=OLD.decode())
    await store.close()
    with pytest.raises(WrongSecret):
        await opening(database=database, data_dir=tmp_path, secret=NEW.decode())
    store, vault, _ = await opening(
        database=database, data_dir=tmp_path, secret=NEW.decode(), before=OLD.decode()
    )
    assert vault.lasting == Vault(OLD).lasting
    await store.close()
