"""What was heard and what is owed, and where messages stand."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from core.store.tables.metadata import metadata
from core.store.types import Id, Instant

inbox = Table(
    "inbox",
    metadata,
    Column("key", Text, primary_key=True),
    Column("received_at", Instant, nullable=False),
    Column("seed", Id, nullable=False),
    Column("state", Text, nullable=False),  # received | done | failed
    Column("attempts", Integer, nullable=False, default=0),
    Column("payload", LargeBinary),  # sealed; only when it is worked on later
)
Index("ix_inbox_received_at", inbox.c.received_at)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account_id", Id, ForeignKey("account.id"), nullable=False),
    Column("slot", Text),  # the message it edits, or becomes; none for a message of its own
    Column("state", Text, nullable=False),  # owed | sent | superseded | failed
    Column("payload", LargeBinary),  # sealed, dropped after a week
    Column("key", Text, unique=True),  # what may be said only once
    Column("about", Id),  # the assignment whose reminder this is
    Column("attempts", Integer, nullable=False, default=0),
    Column("not_before", Instant),
    Column("created_at", Instant, nullable=False),
)
_owed = outbox.c.state == "owed"
Index("ix_outbox_owed", outbox.c.account_id, outbox.c.id, sqlite_where=_owed, postgresql_where=_owed)
Index("ix_outbox_created_at", outbox.c.created_at)

# Where a message that is edited in place stands in its chat.
slot = Table(
    "slot",
    metadata,
    Column("account_id", Id, ForeignKey("account.id"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("ref", Text, nullable=False),
    Column("media", Boolean, nullable=False),
    Column("tail", Id, nullable=False),
    Column("card", Id, nullable=False, default=0),  # the outbox row it shows
    Column("shown_at", Instant, nullable=False),
)

media = Table(
    "media",
    metadata,
    Column("platform", Text, primary_key=True),
    Column("bot", Text, primary_key=True),
    Column("name", Text, primary_key=True),  # SHA-256 of the content
    Column("ref", Text, nullable=False),  # the platform's own id: uploaded once, named ever after
)

# The local web chat keeps its own history, as a chat platform does.
web_message = Table(
    "web_message",
    metadata,
    Column("id", Id, primary_key=True),
    Column("reader", Text, nullable=False),  # keyed fingerprint of the browser's user
    Column("version", Integer, nullable=False),
    Column("payload", LargeBinary, nullable=False),  # sealed
    Column("at", Instant, nullable=False),
    Index("ix_web_message_reader", "reader", "id"),
)
