"""Payout statements, and what each takes from whom."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Table, Text

from core.store.tables.metadata import metadata
from core.store.types import Id, Instant

payout = Table(
    "payout",
    metadata,
    Column("id", Id, primary_key=True),
    Column("currency", Text, nullable=False),
    Column("state", Text, nullable=False),  # making | made | paid | cancelling | cancelled
    Column("minimum", Text, nullable=False),  # exact decimals, as text
    Column("made_by", Id, ForeignKey("person.id"), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("ended_by", Id, ForeignKey("person.id")),
    Column("ended_at", Instant),
)
_under_way = payout.c.state.in_(["making", "made", "cancelling"])
# Two admins at once make one: a currency has one statement under way.
Index(
    "uq_payout_under_way",
    payout.c.currency,
    unique=True,
    sqlite_where=_under_way,
    postgresql_where=_under_way,
)

payout_share = Table(
    "payout_share",
    metadata,
    Column("payout_id", Id, ForeignKey("payout.id"), primary_key=True),
    Column("person_id", Id, ForeignKey("person.id"), primary_key=True),
    Column("project_id", Id, ForeignKey("project.id"), primary_key=True),
    Column("points", Id, nullable=False),
    Column("amount", Text, nullable=False),  # exact decimals of the statement's currency, as text
    CheckConstraint("points > 0", name="points"),
)
Index("ix_payout_share_person", payout_share.c.person_id, payout_share.c.payout_id)
