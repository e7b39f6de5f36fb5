"""Skills that projects require, the practice by which people earn them, and what was said of sensitive topics."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from core.store.tables.metadata import metadata
from core.store.types import Id, Instant

# Projects of one owner that name the same skill share it.
skill = Table(
    "skill",
    metadata,
    Column("id", Id, primary_key=True),
    Column("owner_id", Id, ForeignKey("person.id"), nullable=False),
    Column("name", Text, nullable=False),
    UniqueConstraint("owner_id", "name"),
)

# Apart from `task`, so that nothing of it is ever counted, paid, settled or learned from.
practice = Table(
    "practice",
    metadata,
    Column("id", Id, primary_key=True),
    Column("project_id", Id, ForeignKey("project.id"), nullable=False),
    Column("external_id", Text, nullable=False),
    Column("lang", Text, nullable=False),
    Column("content", Text, nullable=False),  # JSON
    Column("context", Text),
    Column("gold", Text, nullable=False),
    Column("why", Text),  # JSON: locale to the reason why it is right
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("project_id", "external_id"),
)

attempt = Table(
    "attempt",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False),
    Column("skill_id", Id, ForeignKey("skill.id"), nullable=False),
    Column("project_id", Id, ForeignKey("project.id"), nullable=False),  # for which they practise
    Column("started_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("passed", Boolean),
)
Index("ix_attempt_person", attempt.c.person_id, attempt.c.skill_id, attempt.c.id)
Index(
    "uq_attempt_open",
    attempt.c.person_id,
    attempt.c.skill_id,
    unique=True,
    sqlite_where=attempt.c.ended_at.is_(None),
    postgresql_where=attempt.c.ended_at.is_(None),
)

# The tasks of an attempt in their order, drawn when it begins; an answer is written once.
attempt_task = Table(
    "attempt_task",
    metadata,
    Column("id", Id, primary_key=True),
    Column("attempt_id", Id, ForeignKey("attempt.id"), nullable=False),
    Column("place", Integer, nullable=False),
    Column("practice_id", Id, ForeignKey("practice.id"), nullable=False),
    Column("value", Text),
    Column("right", Boolean),
    Column("at", Instant),
    UniqueConstraint("attempt_id", "place"),
)

skill_held = Table(
    "skill_held",
    metadata,
    Column("person_id", Id, ForeignKey("person.id"), primary_key=True),
    Column("skill_id", Id, ForeignKey("skill.id"), primary_key=True),
    Column("earned_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("remind_at", Instant),  # when its end is to be told, once
)
Index(
    "ix_skill_held_remind_at",
    skill_held.c.remind_at,
    sqlite_where=skill_held.c.remind_at.isnot(None),
    postgresql_where=skill_held.c.remind_at.isnot(None),
)

# What a person was asked before a project's first card, and what they said.
admission = Table(
    "admission",
    metadata,
    Column("person_id", Id, ForeignKey("person.id"), primary_key=True),
    Column("project_id", Id, ForeignKey("project.id"), primary_key=True),
    Column("topics", Integer, nullable=False, server_default="0"),  # of which they were told, and went on
    Column("put_off_until", Instant),  # "not now": they are not asked before
)
