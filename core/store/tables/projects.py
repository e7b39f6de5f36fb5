"""Projects, their versions, and the queues of their tasks."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, Table, Text, UniqueConstraint

from core.store.tables.metadata import metadata
from core.store.types import Id, Instant

project = Table(
    "project",
    metadata,
    Column("id", Id, primary_key=True),
    Column("owner_id", Id, ForeignKey("person.id"), nullable=False, index=True),
    Column("state", Text, nullable=False),
    Column("paused_by", Text),
    Column("version", Integer, nullable=False),
    Column("budget", Id),
    Column("reserved", Id, nullable=False, default=0),
    Column("spent", Id, nullable=False, default=0),
    Column("next_pos", Id, nullable=False, default=0),  # the next place in any of its queues
    Column("created_at", Instant, nullable=False),
    Column("launched_at", Instant),
    Column("closed_at", Instant),
    Column("wound_up_at", Instant),  # when every task of a closed project had ended
    Column("finished_at", Instant),  # when its owner was told that nothing is open any more
    # What its file asks of workers, so that handing out a task need not read it.
    Column("topics", Integer, nullable=False, server_default="0"),  # a bit for each: core.domain.topics
    Column("skill_id", Id, ForeignKey("skill.id")),
    CheckConstraint("reserved >= 0", name="reserved"),
    CheckConstraint("budget IS NULL OR spent + reserved <= budget", name="budget"),
)

project_version = Table(
    "project_version",
    metadata,
    Column("project_id", Id, ForeignKey("project.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("spec", Text, nullable=False),  # the project file, JSON
    Column("created_at", Instant, nullable=False),
)

queue = Table(
    "queue",
    metadata,
    Column("id", Id, primary_key=True),
    Column("project_id", Id, ForeignKey("project.id"), nullable=False),
    Column("lang", Text, nullable=False),  # "" when any worker can judge it
    Column("priority", Integer, nullable=False),
    Column("lane", Integer, nullable=False),  # core.domain.queues.Lane
    UniqueConstraint("project_id", "lang", "priority", "lane"),
)
