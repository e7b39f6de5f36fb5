"""What waits for a moderator and has no row elsewhere; what workers reported; what they dispute."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from core.store.tables.metadata import metadata
from core.store.types import Id, Instant

review_case = Table(
    "review_case",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", Text, nullable=False),  # flagged | suspect | rule
    Column("key", Text, nullable=False, unique=True),  # what it is about, so that nothing enters twice
    Column("person_id", Id, ForeignKey("person.id")),
    Column("task_id", Id, ForeignKey("task.id")),
    Column("project_id", Id, ForeignKey("project.id")),
    Column("details", Text, nullable=False),  # JSON: numbers and codes, never content
    Column("opened_at", Instant, nullable=False),
    Column("decided_at", Instant),
    Column("decided_by", Id, ForeignKey("person.id")),
    Column("outcome", Text),
)
_waits = review_case.c.decided_at.is_(None)
Index(
    "ix_review_case_waiting",
    review_case.c.kind,
    review_case.c.id,
    sqlite_where=_waits,
    postgresql_where=_waits,
)

flag = Table(
    "flag",
    metadata,
    Column("task_id", Id, ForeignKey("task.id"), primary_key=True),
    Column("person_id", Id, ForeignKey("person.id"), primary_key=True),
    Column("case_id", Id, ForeignKey("review_case.id"), nullable=False, index=True),
    Column("reason", Text, nullable=False),  # a code of core.flags.WHY
    Column("at", Instant, nullable=False),
)

appeal = Table(
    "appeal",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", Text, nullable=False),  # answer | penalty | measure
    Column("person_id", Id, ForeignKey("person.id"), nullable=False),
    Column("project_id", Id, ForeignKey("project.id")),
    Column("assignment_id", Id, ForeignKey("assignment.id")),
    Column("restriction_id", Id, ForeignKey("restriction.id"), unique=True),
    Column("words", LargeBinary),  # sealed: what the worker adds
    Column("opened_at", Instant, nullable=False),
    Column("decided_at", Instant),
    Column("decided_by", Id, ForeignKey("person.id")),
    Column("outcome", Text),  # upheld | dismissed
    UniqueConstraint("assignment_id", "kind"),
    CheckConstraint("(assignment_id IS NULL) <> (restriction_id IS NULL)", name="one_subject"),
)
_undecided = appeal.c.decided_at.is_(None)
Index("ix_appeal_waiting", appeal.c.id, sqlite_where=_undecided, postgresql_where=_undecided)
Index("ix_appeal_person", appeal.c.person_id, appeal.c.id)
