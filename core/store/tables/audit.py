"""The audit trail: append-only by triggers, each row chained to the one before."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text, event

from core.store.tables.metadata import metadata
from core.store.tables.points import ddl
from core.store.types import Id, Instant

audit = Table(
    "audit",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),  # counts from 1 without a gap
    Column("at", Instant, nullable=False),
    Column("who", Id, ForeignKey("person.id")),  # none: the service itself, or the operator's command line
    Column("did", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("details", Text, nullable=False),  # canonical JSON
    Column("digest", Text, nullable=False),
)
Index("ix_audit_about", audit.c.about, audit.c.id)
Index("ix_audit_who", audit.c.who, audit.c.id)

# Where the chain ends: whoever adds an entry holds this row, so that two cannot add the same one.
audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("entries", Id, nullable=False),
    Column("digest", Text, nullable=False),
    CheckConstraint("id = 1", name="one_row"),
)

_REFUSED = "the audit trail is append-only"
AUDIT_APPEND_ONLY = {
    "sqlite": tuple(
        f"CREATE TRIGGER audit_no_{verb} BEFORE {verb.upper()} ON audit BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
        for verb in ("update", "delete")
    ),
    "postgresql": (
        "CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_REFUSED}'; END $$",
        "CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit "
        "FOR EACH ROW EXECUTE FUNCTION audit_append_only()",
        "CREATE TRIGGER audit_not_emptied BEFORE TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only()",
    ),
}
for _dialect, _statements in AUDIT_APPEND_ONLY.items():
    for _statement in _statements:
        event.listen(audit, "after_create", ddl(_statement).execute_if(dialect=_dialect))
