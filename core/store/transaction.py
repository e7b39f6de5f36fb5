"""One transaction, and statements that run in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from operator import itemgetter
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, CursorResult, Executable
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.compiler import SQLCompiler

T = TypeVar("T")
Columns = tuple[Any, ...]
"""Rows of statements built on the spot: as wide as the statement says."""
Build = Callable[[Any], Executable]
"""Builds a statement from the dialect's `insert`, for the one construct that differs: ON CONFLICT."""


class Transaction:
    """What a use case is given: an open transaction. It never commits by itself."""

    __slots__ = ("connection", "cursor", "dialect", "journal", "raw")

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.dialect: str = connection.dialect.name
        # On SQLite hot statements go straight to the driver: a third of the processor time of Core.
        self.raw: Any = connection.connection.dbapi_connection if self.dialect == "sqlite" else None
        self.cursor: Any = self.raw.cursor() if self.raw is not None else None
        self.journal: list[tuple[str, Sequence[Any]]] | None = None

    def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[*Columns]:
        """Run a Core statement that is built on the spot (reports, imports, settings)."""
        return self.connection.execute(statement, parameters)

    @contextmanager
    def nested(self) -> Iterator[None]:
        """A part that may be taken back alone when it raises."""
        if self.raw is not None:
            self.raw.execute("SAVEPOINT part")
            try:
                yield
            except BaseException:
                self.raw.execute("ROLLBACK TO part")
                self.raw.execute("RELEASE part")
                raise
            self.raw.execute("RELEASE part")
        else:
            with self.connection.begin_nested():
                yield


class _Plan:
    """A statement compiled for SQLite: its text, the order of its parameters, and how values convert."""

    __slots__ = ("binds", "converts", "pick", "sql")

    def __init__(self, element: Executable, dialect: Dialect) -> None:
        compile_it: Any = element.compile  # type: ignore[attr-defined]  # every executable compiles
        compiled = compile_it(dialect=dialect, compile_kwargs={"render_postcompile": True})
        if not isinstance(compiled, SQLCompiler):
            raise TypeError(type(compiled).__name__)
        constants = {
            name: value
            for name, value in compiled.construct_params(_check=False).items()
            if name not in compiled.binds or not compiled.binds[name].required
        }
        self.sql, names = _with_literals(str(compiled), compiled.positiontup or (), constants)
        binds: dict[str, Any] = dict(compiled._bind_processors)
        self.binds = [(name, binds[name]) for name in dict.fromkeys(names) if name in binds]
        self.pick = _picking(names)
        converts = [
            entry.type._cached_result_processor(dialect, None) for entry in compiled._result_columns or ()
        ]
        self.converts = [(at, convert) for at, convert in enumerate(converts) if convert is not None]

    def values(self, given: dict[str, Any]) -> Sequence[Any]:
        for name, bind in self.binds:
            given[name] = bind(given[name])
        return self.pick(given)

    def rows(self, fetched: list[Sequence[Any]]) -> Iterable[Sequence[Any]]:
        if not self.converts or not fetched:
            return fetched
        converted = []
        for row in fetched:
            cells = list(row)
            for at, convert in self.converts:
                cells[at] = convert(cells[at])
            converted.append(cells)
        return converted


def _picking(names: Sequence[str]) -> Callable[[dict[str, Any]], Sequence[Any]]:
    """Puts named values into the order of a statement's parameters."""
    if len(names) > 1:
        return itemgetter(*names)
    return lambda given: [given[name] for name in names]


def _with_literals(sql: str, names: Sequence[str], constants: dict[str, Any]) -> tuple[str, list[str]]:
    """The statement with its constants in its text, and the names of the parameters that are left.

    A parameter that decides whether a partial index serves makes SQLite plan the statement anew each
    time it is bound; a literal does not.
    """
    first, *rest = sql.split("?")
    if len(rest) != len(names):
        raise ValueError("a question mark that is no parameter")
    text, left = [first], []
    for name, after in zip(names, rest, strict=True):
        if name in constants:
            text.append(_literal(constants[name]))
        else:
            text.append("?")
            left.append(name)
        text.append(after)
    return "".join(text), left


def _literal(value: object) -> str:
    match value:
        case None:
            return "NULL"
        case bool() | int():
            return str(int(value))
        case str():
            return "'" + value.replace("'", "''") + "'"
    raise TypeError(f"no literal for {type(value).__name__}")


class Statement(Generic[T]):
    """A constant statement, compiled once; each row becomes `into(*columns)`."""

    __slots__ = ("_build", "_into", "_plan", "_postgres")

    def __init__(self, build: Executable | Build, into: Callable[..., T]) -> None:
        self._build = build
        self._into = into
        self._plan: _Plan | None = None
        self._postgres: Executable | None = None

    def _element(self, insert: Any) -> Executable:
        return self._build if isinstance(self._build, Executable) else self._build(insert)

    def _sqlite(self) -> _Plan:
        if self._plan is None:
            self._plan = _Plan(self._element(sqlite.insert), sqlite.dialect())
        return self._plan

    def on_postgres(self) -> Executable:
        """The statement as PostgreSQL takes it, built once; rows that a change touched are counted."""
        if self._postgres is None:
            self._postgres = self._element(postgresql.insert).execution_options(preserve_rowcount=True)
        return self._postgres

    def all(self, tx: Transaction, **given: Any) -> list[T]:
        """Every row."""
        return self._rows(tx, given)

    def _rows(self, tx: Transaction, given: dict[str, Any]) -> list[T]:
        into = self._into
        if tx.raw is None:
            return [into(*row) for row in tx.connection.execute(self.on_postgres(), given)]
        plan = self._plan or self._sqlite()
        values = plan.values(given)
        if tx.journal is not None:
            tx.journal.append((plan.sql, values))
        return [into(*row) for row in plan.rows(tx.cursor.execute(plan.sql, values).fetchall())]

    def first(self, tx: Transaction, **given: Any) -> T | None:
        """The first row, or None."""
        rows = self._rows(tx, given)
        return rows[0] if rows else None

    def one(self, tx: Transaction, **given: Any) -> T:
        """The only row.

        Raises:
            LookupError: when there is none.
        """
        rows = self._rows(tx, given)
        if not rows:
            raise LookupError("no such row")
        return rows[0]


class Change:
    """A constant statement that changes rows and returns none; running it tells how many."""

    __slots__ = ("_statement",)

    def __init__(self, build: Executable | Build) -> None:
        self._statement: Statement[Any] = Statement(build, tuple)

    def run(self, tx: Transaction, **given: Any) -> int:
        """How many rows changed."""
        if tx.raw is None:
            return tx.connection.execute(self._statement.on_postgres(), given).rowcount
        plan = self._statement._plan or self._statement._sqlite()
        values = plan.values(given)
        if tx.journal is not None:
            tx.journal.append((plan.sql, values))
        return int(tx.cursor.execute(plan.sql, values).rowcount)
