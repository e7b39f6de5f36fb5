"""`chatcrowd audit verify`: one sentence and an exit code."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bots.__main__ import app
from core import audit
from core.clock import ManualClock
from core.store import open_store
from tests.conftest import START


@pytest.fixture
def folder(data_folder: Path) -> Path:
    """A data folder with a trail of five entries."""
    data_folder.mkdir()
    asyncio.run(five(data_folder))
    return data_folder


async def five(folder: Path) -> None:
    """Make the trail."""
    store, clock = await open_store(f"sqlite:///{folder / 'chatcrowd.sqlite3'}"), ManualClock(START)
    for number in range(5):
        await store.write(
            lambda tx, n=number: audit.note(tx, who=None, did="tried", about=f"task:{n}", now=clock.now())  # type: ignore[misc]  # n is bound
        )
    await store.close()


def verify(*options: str) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(app, ("audit", "verify", *options))


def forge(folder: Path, *statements: str) -> None:
    """What somebody with the file can do."""
    with sqlite3.connect(folder / "chatcrowd.sqlite3") as connection:
        for trigger in ("audit_no_update", "audit_no_delete"):
            connection.execute(f"DROP TRIGGER {trigger}")
        for statement in statements:
            connection.execute(statement)
    connection.close()


def test_a_whole_trail(folder: Path) -> None:
    """It says how many entries there are, and its end, by which it is known again."""
    assert folder.exists()
    said = verify()
    assert said.exit_code == 0, said.output
    end = re.fullmatch(r"5 entries, unbroken\. It ends with (5:[0-9a-f]{64})\n", said.stdout)
    assert end is not None, said.stdout
    assert verify("--noted", end[1]).exit_code == 0
    assert verify("--noted", end[1][:12]).exit_code == 0


def test_a_changed_entry_is_named(folder: Path) -> None:
    """The first one that does not fit, and exit code 1."""
    forge(folder, "UPDATE audit SET about = 'task:9' WHERE id = 4")
    said = verify()
    assert (said.exit_code, said.stdout) == (1, "")
    assert said.stderr == "Broken: entry 4 is missing or was changed; 3 before it are right.\n"


def test_a_trail_that_was_cut_short_unseen(folder: Path) -> None:
    """Whoever also turns the end back is found out by an end that was noted before."""
    noted = verify().stdout.split()[-1]
    forge(
        folder,
        "DELETE FROM audit WHERE id > 3",
        "UPDATE audit_head SET entries = 3, digest = (SELECT digest FROM audit WHERE id = 3)",
    )
    assert verify().exit_code == 0
    said = verify("--noted", noted)
    assert said.exit_code == 1
    assert "entry 5 is not the one that was noted" in said.stderr


def test_what_was_noted_must_be_readable(folder: Path) -> None:
    """A slip of the hand is told as one."""
    assert folder.exists()
    assert "as it was printed" in verify("--noted", "five").stderr


def test_no_database(folder: Path) -> None:
    """Without one there is nothing to follow, and none is made."""
    (folder / "chatcrowd.sqlite3").unlink()
    said = verify()
    assert (said.exit_code, said.stdout) == (1, "")
    assert "cannot be opened" in said.stderr
    assert not (folder / "chatcrowd.sqlite3").exists()
