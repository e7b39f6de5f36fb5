"""A database of an earlier version keeps what it holds when it is opened by this one."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import create_engine, text

from core.store import Transaction, migrations, open_store

OLD = (
    "INSERT INTO person (id, roles, locale, locale_chosen, quiet_from, quiet_to, nudges, created_at, seen_at, "
    "noticed_entry) VALUES (7, 'worker', 'ar', true, 0, 0, false, 1, 1, 0)",
    "INSERT INTO account (id, person_id, platform, fingerprint, sealed, tail, created_at) "
    "VALUES (9, 7, 'paper', 'f', 'x', 3, 1)",
)


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
async def test_people_of_the_first_version_stay(
    database: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Nobody was merged or linked then, and everybody is who they were."""
    url = (
        f"sqlite:///{tmp_path / 'x.sqlite3'}"
        if database == "sqlite"
        else str(request.getfixturevalue("postgres_database"))
    )
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        command.upgrade(migrations.settings(connection), "0001")
        for row in OLD:
            connection.execute(text(row))
    engine.dispose()
    store = await open_store(url)

    def unit(tx: Transaction) -> None:
        query = "SELECT person.id, locale, merged_into, account.id, tail, linked_at FROM person, account"
        assert tx.execute(text(query)).all() == [(7, "ar", None, 9, 3, None)]
        tx.execute(text("UPDATE person SET merged_into = id"))

    await store.write(unit)
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        await store.write(lambda tx: tx.execute(text("UPDATE person SET merged_into = 8")).close())
    await store.close()
