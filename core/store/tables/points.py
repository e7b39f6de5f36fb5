"""The ledger: append-only by triggers."""

from __future__ import annotations

from typing import Any

from sqlalchemy import DDL, CheckConstraint, Column, ForeignKey, Index, Table, Text, event

from core.store.tables.metadata import metadata
from core.store.types import Id, Instant

ledger = Table(
    "ledger",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("kind", Text, nullable=False),
    Column("points", Id, nullable=False),
    Column("from_project", Id, ForeignKey("project.id")),
    Column("from_person", Id, ForeignKey("person.id")),
    Column("to_project", Id, ForeignKey("project.id")),
    Column("to_person", Id, ForeignKey("person.id")),
    Column("key", Text, nullable=False, unique=True),  # what may happen only once
    Column("project_id", Id, ForeignKey("project.id")),
    Column("assignment_id", Id, ForeignKey("assignment.id")),
    CheckConstraint("points >= 0", name="points"),
    # A leg that is neither is what is paid out: points go there, and come back when a payout is cancelled.
    CheckConstraint("(from_project IS NULL) OR (from_person IS NULL)", name="one_giver"),
    CheckConstraint("(to_project IS NULL) OR (to_person IS NULL)", name="one_taker"),
    CheckConstraint(
        "kind IN ('payout', 'correction') OR (from_project IS NULL) <> (from_person IS NULL)", name="a_giver"
    ),
)
for _kind in ("reward", "penalty"):
    _once = ledger.c.kind == _kind
    Index(
        f"uq_ledger_{_kind}", ledger.c.assignment_id, unique=True, sqlite_where=_once, postgresql_where=_once
    )
# What a person has, in all and by project, reads these alone.
Index("ix_ledger_to_person", ledger.c.to_person, ledger.c.id, ledger.c.points, ledger.c.project_id)
Index("ix_ledger_from_person", ledger.c.from_person, ledger.c.id, ledger.c.points, ledger.c.project_id)
_earned = ledger.c.kind == "reward"
Index(
    "ix_ledger_earned",
    ledger.c.to_person,
    ledger.c.at,
    ledger.c.points,
    sqlite_where=_earned,
    postgresql_where=_earned,
)
Index("ix_ledger_at", ledger.c.at)

_SQLITE_APPEND_ONLY = (
    "CREATE TRIGGER ledger_no_{verb} BEFORE {VERB} ON ledger "
    "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
)
APPEND_ONLY = {
    "sqlite": tuple(
        _SQLITE_APPEND_ONLY.format(verb=verb, VERB=verb.upper()) for verb in ("update", "delete")
    ),
    "postgresql": (
        "CREATE FUNCTION ledger_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$",
        "CREATE TRIGGER ledger_append_only BEFORE UPDATE OR DELETE ON ledger "
        "FOR EACH ROW EXECUTE FUNCTION ledger_append_only()",
    ),
}


def ddl(statement: str) -> Any:
    """A statement that goes with a table."""
    make: Any = DDL  # SQLAlchemy leaves its constructor untyped
    return make(statement.replace("%", "%%"))


for _dialect, _statements in APPEND_ONLY.items():
    for _statement in _statements:
        event.listen(ledger, "after_create", ddl(_statement).execute_if(dialect=_dialect))
