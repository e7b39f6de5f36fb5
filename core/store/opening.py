"""Opening the database that a URL names, at the newest version of its tables."""

from __future__ import annotations

import asyncio
from pathlib import Path

from sqlalchemy.engine import make_url

from core.store import migrations
from core.store.base import Store
from core.store.postgres import PostgresStore
from core.store.sqlite import SqliteStore


async def open_store(url: str) -> Store:
    """Open `sqlite:///path` or `postgresql://…`, migrated to the newest tables.

    Raises:
        ValueError: when the URL names another database.
    """
    name = make_url(url).get_backend_name()
    if name == "sqlite":
        return await SqliteStore.open(Path(make_url(url).database or "chatcrowd.sqlite3"))
    if name == "postgresql":
        url = make_url(url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
        await asyncio.to_thread(migrations.upgrade_postgres, url)
        return PostgresStore(url)
    raise ValueError(f"no support for {name}")
