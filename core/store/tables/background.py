"""Jobs and leases."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text

from core.store.tables.metadata import metadata
from core.store.types import Id, Instant

job = Table(
    "job",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("account_id", Id, ForeignKey("account.id")),  # whom it tells
    Column("project_id", Id, ForeignKey("project.id")),
    Column("details", Text, nullable=False),  # JSON
    Column("state", Text, nullable=False),  # waiting | done | failed
    Column("row", Id, nullable=False, default=0),  # how far it is
    Column("rows", Id),  # of how many, when known
    Column("tally", Text, nullable=False, default="{}"),  # JSON: what it counted so far
    Column("attempts", Integer, nullable=False, default=0),
    Column("leased_by", Text),
    Column("leased_until", Instant),
    Column("created_at", Instant, nullable=False),
    Column("ended_at", Instant),
)
Index(
    "ix_job_waiting",
    job.c.id,
    sqlite_where=job.c.state == "waiting",
    postgresql_where=job.c.state == "waiting",
)

lease = Table(
    "lease",
    metadata,
    Column("name", Text, primary_key=True),  # heartbeat, who listens to a platform, …
    Column("holder", Text, nullable=False),
    Column("until", Instant, nullable=False),
)
