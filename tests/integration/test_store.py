"""What the stores promise: durable, atomic units that lose nothing, whoever runs beside them."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from core.store import Store, Transaction, open_store
from core.store.sqlite import DatabaseInUse, SqliteStore
from core.store.tables import lease, web_message
from core.store.types import EPOCH

HOLDER = "somebody"


def keep(name: str) -> Callable[[Transaction], None]:
    """A unit that leaves one row."""
    return lambda tx: _insert(tx, name)


def _insert(tx: Transaction, name: str) -> None:
    tx.execute(insert(lease).values(name=name, holder=HOLDER, until=EPOCH))


def names(tx: Transaction) -> list[str]:
    """The rows that units left."""
    return sorted(row.name for row in tx.execute(select(lease.c.name)))


async def test_a_unit_that_raises_leaves_nothing(store: Store) -> None:
    """What a unit wrote before it failed is gone, and its error reaches whoever waited."""

    def fails(tx: Transaction) -> None:
        _insert(tx, "half done")
        raise LookupError("no further")

    with pytest.raises(LookupError, match="no further"):
        await store.write(fails)
    assert await store.read(names) == []


async def test_a_failing_unit_harms_no_other(store: Store) -> None:
    """Units that wait together succeed and fail each for itself."""

    def fails(tx: Transaction) -> None:
        _insert(tx, "bad")
        _insert(tx, "bad")  # the same key twice: the database refuses

    outcomes = await asyncio.gather(
        store.write(keep("a")), store.write(fails), store.write(keep("b")), return_exceptions=True
    )
    assert outcomes[0] is None
    assert isinstance(outcomes[1], Exception)
    assert outcomes[2] is None
    assert await store.read(names) == ["a", "b"]


async def test_a_part_can_be_taken_back_alone(store: Store) -> None:
    """`nested` undoes what it holds and nothing else."""

    def fails(tx: Transaction) -> None:
        with tx.nested():
            _insert(tx, "inside")
            raise LookupError

    def unit(tx: Transaction) -> None:
        _insert(tx, "before")
        with pytest.raises(LookupError):
            fails(tx)
        with tx.nested():
            _insert(tx, "kept")

    await store.write(unit)
    assert await store.read(names) == ["before", "kept"]


async def test_a_unit_may_even_raise_stop_iteration(store: Store) -> None:
    """Futures cannot carry a StopIteration; the waiter hears of it all the same, and the store lives on."""

    def runs_out(tx: Transaction) -> str:
        return next(name for name in names(tx) if name == "absent")

    with pytest.raises(RuntimeError, match="StopIteration"):
        await asyncio.wait_for(store.write(runs_out), 10)
    with pytest.raises(RuntimeError, match="StopIteration"):
        await asyncio.wait_for(store.read(runs_out), 10)
    await store.write(keep("later"))
    assert await store.read(names) == ["later"]


async def test_no_concurrent_read_modify_write_is_lost(store: Store) -> None:
    """200 units that read a number and write it back one higher end at 200."""
    await store.write(
        lambda tx: tx.execute(insert(web_message).values(id=1, reader="r", version=0, payload=b"", at=EPOCH))
    )

    def raise_by_one(tx: Transaction) -> None:
        row = tx.execute(select(web_message.c.version).where(web_message.c.id == 1).with_for_update()).one()
        tx.execute(update(web_message).where(web_message.c.id == 1).values(version=row.version + 1))

    await asyncio.gather(*(store.write(raise_by_one) for _ in range(200)))
    assert await store.read(lambda tx: tx.execute(select(web_message.c.version)).scalar_one()) == 200


async def test_a_reader_sees_one_snapshot_and_blocks_no_writer(store: Store) -> None:
    """A long read goes on seeing what it saw at first, while writes are committed beside it."""
    await store.write(keep("first"))
    seen: list[list[str]] = []
    began, go_on = threading.Event(), threading.Event()

    def slow(tx: Transaction) -> None:
        seen.append(names(tx))
        began.set()
        assert go_on.wait(20), "the writer was blocked"
        seen.append(names(tx))

    reading = asyncio.create_task(store.read(slow))
    await asyncio.to_thread(began.wait, 20)
    await asyncio.wait_for(store.write(keep("second")), 20)
    go_on.set()
    await reading
    assert seen == [["first"], ["first"]]
    assert await store.read(names) == ["first", "second"]


async def test_reading_cannot_change_anything(store: Store) -> None:
    """A query that writes is refused by the database itself."""
    with pytest.raises(Exception, match=r"readonly|read-only"):
        await store.read(keep("sneaky"))
    assert await store.read(names) == []


async def test_what_is_told_is_committed_before_the_store_closes(tmp_path: Path) -> None:
    """Everything that was asked before closing is finished, nothing after it is taken, nobody waits for ever."""
    store = await open_store(f"sqlite:///{tmp_path / 'x.sqlite3'}")
    asked = [asyncio.create_task(store.write(keep(f"{n:03}"))) for n in range(150)]
    await asyncio.sleep(0)
    await store.close()
    assert await asyncio.gather(*asked) == [None] * 150
    with pytest.raises(RuntimeError, match="closed"):
        await store.write(keep("too late"))
    again = await open_store(f"sqlite:///{tmp_path / 'x.sqlite3'}")
    assert len(await again.read(names)) == 150
    await again.close()


class Gate:
    """Holds the writer until it is opened, so that units wait together; counts commits meanwhile."""

    def __init__(self, store: SqliteStore) -> None:
        self.store = store
        self.entered, self.opened = asyncio.Event(), threading.Event()
        self.commits = 0

    async def shut(self) -> asyncio.Task[None]:
        loop = asyncio.get_running_loop()

        def wait(tx: Transaction) -> None:
            loop.call_soon_threadsafe(self.entered.set)
            assert self.opened.wait(20)
            tx.raw.set_trace_callback(self._trace)

        task = asyncio.create_task(self.store.write(wait))
        await self.entered.wait()
        return task

    def _trace(self, statement: str) -> None:
        self.commits += statement == "COMMIT"

    async def done(self) -> None:
        await self.store.write(lambda tx: tx.raw.set_trace_callback(None))


async def test_units_that_wait_together_share_one_commit(sqlite_store: SqliteStore) -> None:
    """Thirty units that gathered behind one cost one durable commit."""
    gate = Gate(sqlite_store)
    first = await gate.shut()
    units = [asyncio.create_task(sqlite_store.write(keep(f"{n:02}"))) for n in range(30)]
    await asyncio.sleep(0)  # each has put itself into the line
    gate.opened.set()
    await asyncio.gather(first, *units)
    assert gate.commits == 2, "the gate's own and one for all thirty"
    await gate.done()
    assert len(await sqlite_store.read(names)) == 30


async def test_a_waiter_that_gave_up_leaves_no_trace(sqlite_store: SqliteStore) -> None:
    """A unit whose waiter was cancelled before its turn does not run; those beside it do."""
    gate = Gate(sqlite_store)
    first = await gate.shut()
    stays, leaves = (asyncio.create_task(sqlite_store.write(keep(n))) for n in ("stays", "leaves"))
    await asyncio.sleep(0)
    leaves.cancel()
    gate.opened.set()
    await asyncio.gather(first, stays)
    with pytest.raises(asyncio.CancelledError):
        await leaves
    await gate.done()
    assert await sqlite_store.read(names) == ["stays"]


async def test_a_waiter_that_gives_up_while_its_unit_runs_stops_nothing(sqlite_store: SqliteStore) -> None:
    """The writer goes on after a waiter left in the middle of its unit."""
    gate = Gate(sqlite_store)
    first = await gate.shut()
    first.cancel()
    gate.opened.set()
    await sqlite_store.write(keep("next"))
    await gate.done()
    assert await sqlite_store.read(names) == ["next"]


@pytest.mark.parametrize("fails", ["while a unit runs", "at the commit"])
async def test_when_the_database_gives_up_the_whole_batch_failed(
    sqlite_store: SqliteStore, fails: str
) -> None:
    """Nobody is told that something is kept when it is not; the next batch works again."""
    gate = Gate(sqlite_store)
    first = await gate.shut()

    def breaks(tx: Transaction) -> None:
        if fails == "while a unit runs":
            tx.raw.execute("ROLLBACK")  # as SQLite itself does when the disk fails
            raise OSError("the disk is gone")
        tx.raw.execute("PRAGMA defer_foreign_keys=ON")  # so that the commit itself is refused
        tx.raw.execute("INSERT INTO person_language VALUES (404, 'en', 'fluent')")

    batch = [sqlite_store.write(unit) for unit in (keep("a"), breaks, keep("b"))]
    waiting = [asyncio.create_task(one) for one in batch]
    await asyncio.sleep(0)
    gate.opened.set()
    await first
    outcomes: list[Any] = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(outcome, Exception) for outcome in outcomes), outcomes
    assert await sqlite_store.read(names) == []
    await sqlite_store.write(keep("again"))
    assert await sqlite_store.read(names) == ["again"]


async def test_a_full_disk_refuses_and_recovers(sqlite_store: SqliteStore) -> None:
    """A unit that does not fit fails; when there is room again, the store works on."""

    def limit(pages: int) -> Callable[[Transaction], None]:
        return lambda tx: tx.raw.execute(f"PRAGMA max_page_count={pages}").close()

    await sqlite_store.write(limit(1))  # SQLite raises it to what is used already
    with pytest.raises(Exception, match="full"):
        await sqlite_store.write(keep("x" * 1_000_000))
    await sqlite_store.write(limit(1_000_000))
    await sqlite_store.write(keep("fits"))
    assert await sqlite_store.read(names) == ["fits"]


async def test_a_commit_is_durable(sqlite_store: SqliteStore) -> None:
    """What an answer was acknowledged for survives a power cut."""
    pragmas = {"synchronous": 2, "journal_mode": "wal", "foreign_keys": 1}
    for name, value in pragmas.items():
        found = await sqlite_store.write(lambda tx, n=name: tx.raw.execute(f"PRAGMA {n}").fetchone()[0])  # type: ignore[misc]
        assert found == value, name


async def test_only_one_process_opens_a_file(tmp_path: Path) -> None:
    """A second process is told so; after the first closed, the file is free."""
    path = tmp_path / "x.sqlite3"
    program = (
        "import asyncio, sys, pathlib\n"
        "from core.store.sqlite import DatabaseInUse, SqliteStore\n"
        "async def main():\n"
        "    try:\n"
        "        store = await SqliteStore.open(pathlib.Path(sys.argv[1]))\n"
        "    except DatabaseInUse:\n"
        "        return 7\n"
        "    await store.close()\n"
        "    return 0\n"
        "sys.exit(asyncio.run(main()))\n"
    )
    command = [sys.executable, "-c", program, str(path)]
    first = await SqliteStore.open(path)
    ended = await asyncio.to_thread(subprocess.run, command, check=False, timeout=60)
    assert ended.returncode == 7
    with pytest.raises(DatabaseInUse):
        await SqliteStore.open(path)
    await first.close()
    ended = await asyncio.to_thread(subprocess.run, command, check=False, timeout=60)
    assert ended.returncode == 0


async def test_an_unknown_database_is_named(tmp_path: Path) -> None:
    """A URL of another database is refused in words."""
    with pytest.raises(ValueError, match="mysql"):
        await open_store("mysql://127.0.0.1/x")
