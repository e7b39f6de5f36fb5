"""What was imposed on people: warnings, restrictions, pauses, bans."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, LargeBinary, Table, Text

from core.store.tables.metadata import metadata
from core.store.types import Id, Instant

restriction = Table(
    "restriction",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False),
    Column("kind", Text, nullable=False),  # core.domain.standing.Measure
    Column("project_id", Id, ForeignKey("project.id")),  # where, of one that holds in a single project
    Column("reason", Text, nullable=False),  # a code of core.domain.standing.REASONS
    Column("words", LargeBinary),  # sealed: what the moderator wrote
    Column("by_person", Id, ForeignKey("person.id")),
    Column("by_rule", Text),
    Column("at", Instant, nullable=False),
    Column("until", Instant),  # none: for good
    Column("lifted_at", Instant),
    Column("lifted_by", Id, ForeignKey("person.id")),
    CheckConstraint("(by_person IS NULL) <> (by_rule IS NULL)", name="one_judge"),
)
Index("ix_restriction_person", restriction.c.person_id, restriction.c.id)
