"""Bringing a database to the newest tables, at every start."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, text

LOCK = 7_216_031  # several processes may start at once; one migrates


def upgrade(connection: Connection) -> None:
    """Apply every migration that this database has not seen."""
    command.upgrade(settings(connection), "head")


def upgrade_postgres(url: str) -> None:
    """The same on PostgreSQL, one process at a time."""
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        upgrade(connection)
    engine.dispose()


def settings(connection: Connection) -> Config:
    """Alembic's settings, with our connection instead of a URL."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    return config
