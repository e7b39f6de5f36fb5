"""`chatcrowd keys rotate`: a new secret, everything sealed with it, and what is told."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bots.__main__ import app
from bots.runner import open_parts
from core import people
from core.clock import ManualClock
from core.store import audit
from tests.conftest import START
from tests.world import World


@pytest.fixture
def folder(data_folder: Path) -> Path:
    """A data folder of somebody's own."""
    data_folder.mkdir()
    return data_folder


async def ana(folder: Path, secret: str = "", before: str = "") -> int:
    """The number of a person, who is made when she is new."""
    database = f"sqlite:///{folder / 'chatcrowd.sqlite3'}"
    store, vault, _ = await open_parts(database=database, data_dir=folder, secret=secret, before=before)
    try:
        world = World(store, ManualClock(START), vault)
        found = await world.do(lambda tx: people.find(tx, vault, world.identity("ana")))
        return (found or await world.person("ana")).id
    finally:
        await store.close()


def rotate(*options: str, **environment: str) -> Result:
    """Run the command in this process."""
    given = {f"CHATCROWD_{name}": value for name, value in environment.items()}
    return CliRunner().invoke(app, ("keys", "rotate", *options), env=given)


def test_a_made_secret_is_replaced(folder: Path) -> None:
    """People stay who they are; the old secret stays beside the new one until it is forgotten."""
    known = asyncio.run(ana(folder))
    first = (folder / "secret.key").read_bytes()
    said = rotate()
    assert said.exit_code == 0, said.output
    assert "2 rows are sealed with the new key" in said.stdout
    assert (folder / "secret.key").read_bytes() != first
    assert (folder / "secret.before-0001.key").read_bytes() == first
    assert asyncio.run(ana(folder)) == known
    said = rotate("--forget")
    assert said.exit_code == 0, said.output
    assert [one.name for one in folder.glob("*.key")] == ["secret.key"]
    assert asyncio.run(ana(folder)) == known


def test_a_secret_of_the_environment_is_the_operators_to_change(folder: Path) -> None:
    """It is said how; with both values everything is sealed with the new one."""
    old, new = "a secret of many letters", "another secret of many letters"
    known = asyncio.run(ana(folder, old))
    for one in (old, new):
        said = rotate(SECRET_KEY=one)
        assert (said.exit_code, said.stdout) == (1, "")
        assert "CHATCROWD_SECRET_KEYS_BEFORE" in said.stderr
    said = rotate(SECRET_KEY=new, SECRET_KEYS_BEFORE="a third one of many letters")
    assert said.exit_code == 1
    assert "not the one of this database" in said.stderr
    said = rotate(SECRET_KEY=new, SECRET_KEYS_BEFORE=old)
    assert said.exit_code == 0, said.output
    assert asyncio.run(ana(folder, new)) == known


def test_that_keys_were_replaced_is_noted(folder: Path) -> None:
    """By the operator, with the new key's name, which tells nothing."""
    asyncio.run(ana(folder))
    assert rotate().exit_code == 0

    async def trail() -> list[tuple[int | None, str]]:
        database = f"sqlite:///{folder / 'chatcrowd.sqlite3'}"
        store, _, _ = await open_parts(database=database, data_dir=folder, secret="")
        found = await store.read(lambda tx: audit.after(tx, 0, most=10))
        await store.close()
        return [(one.who, one.did) for one in found]

    assert asyncio.run(trail()) == [(None, "keys.rotated")]
