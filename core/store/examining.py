"""Looking at a database without opening it for work: no migration, no row, nothing that stays."""

from __future__ import annotations

import fcntl
import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, NullPool, create_engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from core.clock import Clock, aware
from core.domain.person import Role
from core.store import migrations
from core.store import models as model_rows
from core.store import people as people_rows
from core.store.opening import DatabaseUnusable
from core.store.sqlite import PRAGMAS
from core.store.transaction import Transaction

PATIENCE = 5  # seconds for a server to answer
BUSY = 1  # second for a lock to be free: a running service holds it for some milliseconds
_PROBE = "chatcrowd_examination"
_FULL = 2  # what `PRAGMA synchronous` answers for FULL; EXTRA is 3


class Tables(StrEnum):
    """How old the tables are."""

    ABSENT = "absent"
    OLD = "old"
    NEWEST = "newest"


@dataclass(frozen=True, slots=True)
class Condition:
    """What a database is like; `ahead` is by how much this machine's clock is ahead of the server's."""

    server: str
    major: int
    tables: Tables
    writable: bool
    durable: bool
    in_use: bool = False
    ahead: timedelta = timedelta(0)
    admins: int = 0
    models: tuple[str, ...] = ()  # the digests of the files that models need


def examine(url: str, *, clock: Clock) -> Condition:
    """What the database is like that `url` names.

    Raises:
        DatabaseUnusable: when it cannot be looked at.
    """
    try:
        made = make_url(url)
    except ArgumentError:
        raise DatabaseUnusable("address") from None  # the original repeats its password
    if made.get_backend_name() == "sqlite":
        return _sqlite(Path(made.database or "chatcrowd.sqlite3"))
    return _postgres(made, clock)


def _sqlite(path: Path) -> Condition:
    server = f"SQLite {sqlite3.sqlite_version}"
    if not path.exists():
        return Condition(server, 3, Tables.ABSENT, writable=True, durable=True)
    in_use = _is_locked(path.with_name(path.name + ".lock"))
    engine = create_engine(
        "sqlite://", creator=lambda: _open_sqlite(path), poolclass=NullPool, hide_parameters=True
    )
    try:
        with engine.connect() as connection:
            tables = _tables(connection)
            journal = connection.execute(text("PRAGMA journal_mode")).scalar_one()
            synchronous = connection.execute(text("PRAGMA synchronous")).scalar_one()
            admins, needed = _admins(connection, tables), _models(connection, tables)
            return Condition(
                server,
                3,
                tables,
                writable=_is_writable(connection, tables),
                durable=synchronous >= _FULL and (tables is Tables.ABSENT or journal == "wal"),
                in_use=in_use,
                admins=admins,
                models=needed,
            )
    except (sqlite3.Error, DBAPIError) as failure:
        raise DatabaseUnusable("damaged") from failure


def _open_sqlite(path: Path) -> sqlite3.Connection:
    raw = sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None)
    try:
        for pragma in PRAGMAS:
            if "journal_mode" not in pragma:  # the one that would change the file
                raw.execute(pragma)
        raw.execute(f"PRAGMA busy_timeout={BUSY * 1000}")
    except sqlite3.Error:
        raw.close()
        raise
    return raw


def _is_locked(path: Path) -> bool:
    """Whether a process works on the file that this lock guards; it is held for no longer than the question."""
    if not path.exists():
        return False
    with path.open("r") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


def _postgres(url: URL, clock: Clock) -> Condition:
    address = url.set(drivername="postgresql+psycopg")
    engine = create_engine(
        address, poolclass=NullPool, hide_parameters=True, connect_args={"connect_timeout": PATIENCE}
    )
    try:
        with engine.connect() as connection:
            tables = _tables(connection)
            shown = {
                name: str(connection.execute(text(f"SHOW {name}")).scalar_one())
                for name in ("server_version", "fsync", "synchronous_commit")
            }
            now: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
            version = shown["server_version"].split()[0]
            return Condition(
                f"PostgreSQL {version}",
                int(version.partition(".")[0]),
                tables,
                admins=_admins(connection, tables),
                models=_models(connection, tables),
                writable=_is_writable(connection, tables),
                durable=shown["fsync"] == "on" and shown["synchronous_commit"] != "off",
                ahead=clock.now() - aware(now),
            )
    except DBAPIError as failure:
        raise DatabaseUnusable("unreachable") from failure


def _tables(connection: Connection) -> Tables:
    """How old the tables are.

    Raises:
        DatabaseUnusable: when these migrations do not know their version.
    """
    current = MigrationContext.configure(connection).get_current_revision()
    script = ScriptDirectory.from_config(migrations.settings(connection))
    if current is None:
        return Tables.ABSENT
    if current not in {one.revision for one in script.walk_revisions()}:
        raise DatabaseUnusable("newer")
    return Tables.NEWEST if current == script.get_current_head() else Tables.OLD


def _admins(connection: Connection, tables: Tables) -> int:
    if tables is not Tables.NEWEST:
        return 0
    return len(people_rows.with_role(Transaction(connection), Role.ADMIN))


def _models(connection: Connection, tables: Tables) -> tuple[str, ...]:
    return tuple(model_rows.files(Transaction(connection))) if tables is Tables.NEWEST else ()


def _is_writable(connection: Connection, tables: Tables) -> bool:
    """Whether a change is let through; it is taken back."""
    newest = tables is Tables.NEWEST
    change = (
        "UPDATE alembic_version SET version_num = version_num"
        if newest
        else f"CREATE TABLE {_PROBE} (x INTEGER)"
    )
    connection.rollback()
    try:
        if connection.dialect.name == "sqlite":  # its driver begins nothing by itself here
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        connection.execute(text(change))
    except DBAPIError:
        return False
    finally:
        connection.rollback()
    return True
