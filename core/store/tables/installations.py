"""Where the service is installed."""

from __future__ import annotations

from sqlalchemy import Column, LargeBinary, Table, Text, UniqueConstraint

from core.store.tables.metadata import metadata
from core.store.types import Id, Instant

installation = Table(
    "installation",
    metadata,
    Column("id", Id, primary_key=True),
    Column("platform", Text, nullable=False),
    Column("workspace", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),  # what it takes to speak there
    Column("installed_at", Instant, nullable=False),
    Column("ended_at", Instant),
    UniqueConstraint("platform", "workspace"),
)
