"""Codes by which a person links a second account, and the tries that missed."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, Table, Text

from core.store.tables.metadata import metadata
from core.store.types import Id, Instant

link_code = Table(
    "link_code",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False, index=True),
    Column("account_id", Id, ForeignKey("account.id"), nullable=False),  # where it was asked for
    Column("code_hash", Text, nullable=False, unique=True),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
)

link_try = Table(
    "link_try",
    metadata,
    Column("account_id", Id, ForeignKey("account.id"), primary_key=True),
    Column("tries", Integer, nullable=False),
    Column("tried_at", Instant, nullable=False),
)
