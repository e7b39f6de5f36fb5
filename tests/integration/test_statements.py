"""The fast way to SQLite gives what SQLAlchemy's own way gives, for every type of column."""

from __future__ import annotations

import importlib
import pkgutil
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    bindparam,
    delete,
    insert,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite

import core.store
from core.store import Store, Transaction
from core.store.tables import metadata
from core.store.transaction import Change, Statement
from core.store.types import EPOCH, Id, Instant

everything = Table(
    "everything",
    MetaData(),
    Column("id", Id, primary_key=True),
    Column("whole", BigInteger),
    Column("small", Integer),
    Column("part", Float),
    Column("words", Text),
    Column("flag", Boolean),
    Column("moment", Instant),
    Column("sealed", LargeBinary),
)
COLUMNS = [column.name for column in everything.columns][1:]
ADD = Statement(
    insert(everything).values({name: bindparam(name) for name in COLUMNS}).returning(*everything.columns),
    lambda *row: row,
)
GET = Statement(select(*everything.columns, (everything.c.whole > 0).label("positive")), lambda *row: row)
EMPTY = Change(delete(everything))
ROWS = st.fixed_dictionaries(
    {
        "whole": st.none() | st.integers(-(2**63), 2**63 - 1),
        "small": st.none() | st.integers(-(2**31), 2**31 - 1),
        "part": st.none() | st.floats(allow_nan=False, allow_infinity=False),
        "words": st.none() | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
        "flag": st.none() | st.booleans(),
        "moment": st.none() | st.integers(-(10**15), 10**16).map(lambda n: EPOCH + timedelta(microseconds=n)),
        "sealed": st.none() | st.binary(),
    }
)


MAKE: tuple[Any, ...] = (sqlite.dialect, postgresql.dialect)
DIALECTS = tuple(make() for make in MAKE)


def exactly(row: Any) -> list[tuple[type, Any]]:
    """Values with their types: 1 is not True."""
    return [(type(value), value) for value in row]


@given(row=ROWS)
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_a_statement_gives_what_was_put_in(sqlite_store: Store, row: dict[str, Any]) -> None:
    """Every value of every type comes back the same, through the driver and through Core."""

    def unit(tx: Transaction) -> None:
        everything.create(tx.connection, checkfirst=True)
        EMPTY.run(tx)
        added = ADD.one(tx, **row)
        (fast,) = GET.all(tx)
        (slow,) = tx.execute(GET.on_postgres())
        assert exactly(fast) == exactly(slow)
        assert list(added) == list(slow[:-1])  # SQLite returns a new 0.0 as 0
        assert exactly(fast[1:-1]) == exactly(row[name] for name in COLUMNS)

    await sqlite_store.write(unit)


async def test_a_statement_means_the_same_on_both(store: Store) -> None:
    """The same rows, the same types, the same number of changed rows."""
    moment = datetime(2026, 3, 2, 10, 0, 0, 123_456, tzinfo=UTC)
    row = {"whole": 1, "small": 2, "part": 0.5, "words": "ä", "flag": True, "moment": moment, "sealed": b"\0"}

    def unit(tx: Transaction) -> None:
        everything.create(tx.connection, checkfirst=True)
        ADD.one(tx, **row)
        ADD.one(tx, **dict.fromkeys(COLUMNS))
        found = GET.all(tx)
        assert exactly(found[0]) == exactly([1, *row.values(), True])
        assert exactly(found[1]) == exactly([2, *[None] * 8])
        assert EMPTY.run(tx) == 2
        assert EMPTY.run(tx) == 0
        assert GET.first(tx) is None
        with pytest.raises(LookupError):
            GET.one(tx)

    await store.write(unit)


async def test_a_forgotten_value_is_an_error(store: Store) -> None:
    """A statement that misses one of its values does not quietly use NULL."""

    def unit(tx: Transaction) -> None:
        everything.create(tx.connection, checkfirst=True)
        ADD.all(tx, whole=1)

    with pytest.raises(Exception, match=r"part|small"):
        await store.write(unit)


def statements() -> dict[str, Any]:
    """Every constant statement of the store, by module and name."""
    found: dict[str, Any] = {}
    for module in pkgutil.iter_modules(core.store.__path__):
        if module.ispkg:
            continue
        for name, value in vars(importlib.import_module(f"core.store.{module.name}")).items():
            if isinstance(value, Change):
                value = value._statement
            if isinstance(value, Statement):
                found[f"{module.name}.{name}"] = value
    return found


@pytest.mark.parametrize("name", sorted(statements()))
def test_every_statement_takes_the_same_values_on_both(name: str) -> None:
    """Both dialects ask the caller for the same names, and neither for a column that has a default in Python."""
    statement = statements()[name]
    asked = []
    for dialect, element in (
        (DIALECTS[0], statement._element(sqlite.insert)),
        (DIALECTS[1], statement._element(postgresql.insert)),
    ):
        compiled: Any = element.compile(dialect=dialect)
        asked.append({key for key, bind in compiled.binds.items() if bind.required})
        assert not getattr(compiled, "insert_prefetch", ()), (
            "a default in Python is not applied on the fast way"
        )
        assert not getattr(compiled, "update_prefetch", ())
    assert asked[0] == asked[1]


def test_a_locked_row_can_still_be_named() -> None:
    """Every lock leaves the key alone, so that rows which only name the locked one do not wait for it."""
    for path in Path(core.store.__path__[0]).glob("*.py"):
        locks = re.findall(r"with_for_update\(([^)]*)\)", path.read_text("utf-8"))
        assert all("key_share=True" in lock for lock in locks), path.name


def test_an_instant_is_exact_and_ordered() -> None:
    """Microseconds since 1970, in UTC, before 1970 too."""
    kind = Instant()
    for moment in (datetime(1969, 7, 20, 20, 17, 40, 1, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC)):
        stored = kind.process_bind_param(moment, DIALECTS[0])
        assert kind.process_result_value(stored, DIALECTS[0]) == moment
        later = kind.process_bind_param(moment + timedelta(microseconds=1), DIALECTS[0])
        assert later == stored + 1


def test_every_time_in_the_tables_is_an_instant() -> None:
    """No table keeps a time of another kind."""
    odd = [
        str(column)
        for table in metadata.tables.values()
        for column in table.columns
        if column.name.endswith("_at") and not isinstance(column.type, Instant)
    ]
    assert odd == []
