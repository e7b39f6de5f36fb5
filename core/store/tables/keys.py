"""Keys that outlive the secret, sealed by it."""

from __future__ import annotations

from sqlalchemy import Column, LargeBinary, Table, Text

from core.store.tables.metadata import metadata

vault_key = Table(
    "vault_key",
    metadata,
    Column("name", Text, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)
