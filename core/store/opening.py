"""Opening the database that a URL names, at the newest version of its tables."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from alembic.util import CommandError
from sqlalchemy import create_engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.pool import NullPool

from core.store import migrations
from core.store.base import Store
from core.store.postgres import PostgresStore, snapshot
from core.store.sqlite import SqliteStore, connect_reader
from core.store.transaction import Transaction


class DatabaseUnusable(Exception):  # noqa: N818  (its name says what it is)
    """The database cannot be opened; `why` is address, unreachable (also: wrong password), damaged, newer or old."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


async def open_store(url: str) -> Store:
    """Open `sqlite:///path` or `postgresql://…`, migrated to the newest tables.

    Raises:
        ValueError: when the URL names a database that is not supported.
        DatabaseUnusable: when it cannot be opened.
        DatabaseInUse: when another process works on this SQLite file.
    """
    try:
        made = make_url(url)
    except ArgumentError:
        raise DatabaseUnusable("address") from None  # the original repeats its password
    try:
        return await _open(made)
    except OperationalError as failure:
        raise DatabaseUnusable("unreachable") from failure
    except CommandError as failure:  # tables of a version that these migrations do not know
        raise DatabaseUnusable("newer") from failure


async def _open(url: URL) -> Store:
    name = url.get_backend_name()
    if name == "sqlite":
        return await SqliteStore.open(Path(url.database or "chatcrowd.sqlite3"))
    if name == "postgresql":
        address = url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
        await asyncio.to_thread(migrations.upgrade_postgres, address)
        return PostgresStore(address)
    raise ValueError(f"no support for {name}")


@contextmanager
def looking_at(url: str) -> Iterator[Transaction]:
    """One snapshot of the database that a URL names, as it is, whoever works on it.

    Raises:
        DatabaseUnusable: when it cannot be read, or has not been brought up to date.
    """
    try:
        made = make_url(url)
    except ArgumentError:
        raise DatabaseUnusable("address") from None  # the original repeats its password
    if made.get_backend_name() == "postgresql":
        made = made.set(drivername="postgresql+psycopg")
    try:
        with reading(made) as tx:
            yield tx
    except DBAPIError as failure:
        raise DatabaseUnusable("unreachable" if isinstance(failure, OperationalError) else "old") from failure


@contextmanager
def reading(address: URL) -> Iterator[Transaction]:
    """One snapshot of a database that another process of ours has open; nothing can be changed in it."""
    if address.get_backend_name() == "sqlite":
        connect = partial(connect_reader, Path(address.database or ""))
        engine = create_engine("sqlite://", creator=connect, poolclass=NullPool, hide_parameters=True)
    else:
        engine = create_engine(address, poolclass=NullPool, hide_parameters=True)
    with engine.connect() as connection:
        if address.get_backend_name() != "sqlite":
            yield snapshot(connection)
            return
        transaction = Transaction(connection)
        transaction.raw.execute("BEGIN")
        yield transaction
        transaction.raw.execute("ROLLBACK")
