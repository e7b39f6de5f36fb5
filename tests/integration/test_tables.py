"""The tables: migrations make what the code declares, and a start that fails half-way changes nothing."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, inspect, text

from core.store import Store, Transaction, open_store
from core.store.tables import metadata


async def test_migrations_make_exactly_the_tables_that_the_code_declares(store: Store) -> None:
    """Nothing to add, nothing to drop, on either database."""

    def differences(tx: Transaction) -> list[Any]:
        context = MigrationContext.configure(
            tx.connection, opts={"compare_type": True, "compare_server_default": True}
        )
        found: list[Any] = compare_metadata(context, metadata)
        return found

    assert await store.read(differences) == []


async def test_checks_of_the_game_are_in_the_database(store: Store) -> None:
    """The constraints that autogeneration does not compare exist under their names."""

    def checks(tx: Transaction) -> set[str]:
        looking = inspect(tx.connection)
        return {str(one["name"]) for name in metadata.tables for one in looking.get_check_constraints(name)}

    declared = {
        str(one.name)
        for table in metadata.tables.values()
        for one in table.constraints
        if isinstance(one, CheckConstraint)
    }
    assert declared
    assert declared <= await store.read(checks)


async def test_triggers_exist(store: Store) -> None:
    """What keeps the ledger and the audit trail append-only was made by the migration."""
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if store.dialect == "sqlite"
        else "SELECT DISTINCT trigger_name FROM information_schema.triggers"
    )
    names = await store.read(lambda tx: sorted(row[0] for row in tx.execute(text(query))))
    expected = {
        "sqlite": ["audit_no_delete", "audit_no_update", "ledger_no_delete", "ledger_no_update"],
        "postgresql": ["audit_append_only", "ledger_append_only"],
    }
    assert names == expected[store.dialect]


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
async def test_opening_again_changes_nothing(
    database: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """A start at the newest version keeps every row."""
    url = (
        f"sqlite:///{tmp_path / 'x.sqlite3'}"
        if database == "sqlite"
        else str(request.getfixturevalue("postgres_database"))
    )
    for expected in (0, 1):
        store = await open_store(url)
        count = text("SELECT count(*) FROM lease")
        assert await store.read(lambda tx, q=count: tx.execute(q).scalar_one()) == expected  # type: ignore[misc]  # q is bound
        if not expected:
            row = text("INSERT INTO lease VALUES ('a', 'b', 0)")
            await store.write(lambda tx, q=row: tx.execute(q).close())  # type: ignore[misc]  # q is bound
        await store.close()


async def test_processes_that_start_together_migrate_once(postgres_database: str) -> None:
    """Four starts on an empty database: one makes the tables, the others find them."""
    stores = await asyncio.gather(*(open_store(postgres_database) for _ in range(4)))
    for store in stores:
        assert await store.read(lambda tx: tx.execute(text("SELECT count(*) FROM task")).scalar_one()) == 0
        await store.close()


def test_a_killed_migration_leaves_the_old_tables(tmp_path: Path) -> None:
    """SIGKILL in the middle of the first start: the file is as it was, and the next start works."""
    path = tmp_path / "x.sqlite3"
    with sqlite3.connect(path) as old:
        old.execute("CREATE TABLE kept (name TEXT)")
        old.execute("INSERT INTO kept VALUES ('precious')")
    old.close()
    program = (
        "import asyncio, os, pathlib, signal, sys\n"
        "from sqlalchemy import Engine, event\n"
        "from core.store.sqlite import SqliteStore\n"
        "@event.listens_for(Engine, 'before_cursor_execute')\n"
        "def kill(connection, cursor, statement, *rest):\n"
        "    if 'CREATE TABLE ledger' in statement:\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "asyncio.run(SqliteStore.open(pathlib.Path(sys.argv[1])))\n"
    )
    ended = subprocess.run([sys.executable, "-c", program, str(path)], check=False, timeout=60)
    assert ended.returncode == -signal.SIGKILL
    assert _tables(path) == ["kept"]

    async def open_and_close() -> None:
        store = await open_store(f"sqlite:///{path}")
        await store.close()

    asyncio.run(open_and_close())
    assert set(metadata.tables) < set(_tables(path))
    assert "kept" in _tables(path)


def _tables(path: Path) -> list[str]:
    looking = sqlite3.connect(path)
    rows = looking.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
    looking.close()
    return [row[0] for row in rows]
