"""People, their accounts, languages and invitations."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from core.store.tables.metadata import metadata
from core.store.types import Id, Instant

person = Table(
    "person",
    metadata,
    Column("id", Id, primary_key=True),
    Column("roles", Text, nullable=False),  # sorted, comma-separated
    Column("locale", Text, nullable=False),
    Column("locale_chosen", Boolean, nullable=False, default=False),
    Column("zone", Text),
    Column("quiet_from", Integer, nullable=False, default=22 * 60),  # minutes after local midnight
    Column("quiet_to", Integer, nullable=False, default=8 * 60),
    Column("nudges", Boolean, nullable=False, default=False),
    Column("next_nudge_at", Instant),  # when to look next whether there is new work to tell of
    Column("consented_at", Instant),
    Column("consent_version", Integer),
    Column("unreachable_at", Instant),
    Column("created_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("summary_minute", Integer),  # minutes after local midnight; none: the usual hour
    Column("summary_day", Text),  # the last local day they were told of, as 2026-03-01
    Column("next_summary_at", Instant),
    Column("news_at", Instant),  # when the first reward came that the person was not told of
    Column("noticed_entry", Id, nullable=False, default=0),  # the last ledger entry the person was told of
    # Days in a row with an answer: how many, the last one, and the last one that was let pass (days since year 1).
    Column("streak", Integer, nullable=False, server_default="0"),
    Column("worked_on", Integer, nullable=False, server_default="0"),
    Column("rested_on", Integer, nullable=False, server_default="0"),
    # What `restriction` says of them now, so that handing out a task need not look there.
    Column("banned", Boolean, nullable=False, server_default=false()),
    Column("paused_until", Instant),
    Column("restricted", Boolean, nullable=False, server_default=false()),  # in some project, perhaps
    Column("checked_until", Instant),  # in some project
    # Sensitive topics, a bit for each (core.domain.topics): those they are fine with, and those they were asked about.
    Column("topics", Integer, nullable=False, server_default="0"),
    Column("topics_asked", Integer, nullable=False, server_default="0"),
    Column("merged_into", Id, ForeignKey("person.id")),  # who they are now, when two turned out to be one
    Column("erased_at", Instant),  # since when this is nobody: a number that past answers and points keep
)
Index(
    "ix_person_news_at",
    person.c.news_at,
    sqlite_where=person.c.news_at.isnot(None),
    postgresql_where=person.c.news_at.isnot(None),
)
Index(
    "ix_person_next_summary_at",
    person.c.next_summary_at,
    sqlite_where=person.c.next_summary_at.isnot(None),
    postgresql_where=person.c.next_summary_at.isnot(None),
)
Index(
    "ix_person_merged_into",
    person.c.merged_into,
    sqlite_where=person.c.merged_into.isnot(None),
    postgresql_where=person.c.merged_into.isnot(None),
)

# Every time that somebody agreed, and to which version of the agreement.
consent = Table(
    "consent",
    metadata,
    Column("person_id", Id, ForeignKey("person.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
)

person_language = Table(
    "person_language",
    metadata,
    Column("person_id", Id, ForeignKey("person.id"), primary_key=True),
    Column("lang", Text, primary_key=True),
    Column("level", Text, nullable=False, default="fluent"),
)

account = Table(
    "account",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False, index=True),
    Column("platform", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),  # keyed blind index of workspace and user id
    Column("sealed", LargeBinary, nullable=False),  # workspace, user id and name
    Column("step", Text),  # where the conversation stands
    Column("draft", Text),  # what it has gathered so far, JSON
    Column("tail", Id, nullable=False, default=0),  # counts the messages of the chat, both ways
    Column("menu", Text),  # which command menu the platform shows: roles and locale
    Column("leased_by", Text),
    Column("leased_until", Instant),
    Column("unreachable_at", Instant),
    Column("created_at", Instant, nullable=False),
    Column("linked_at", Instant),  # since when its person may speak from other chats too
    UniqueConstraint("platform", "fingerprint"),
)

invite = Table(
    "invite",
    metadata,
    Column("id", Id, primary_key=True),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("role", Text, nullable=False),
    Column("created_by", Id, ForeignKey("person.id"), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_by", Id, ForeignKey("person.id")),
    Column("used_at", Instant),
)
