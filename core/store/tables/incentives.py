"""What makes work worth while: trials before a launch, names on the leaderboard, bonuses for days in a row."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, Table, Text

from core.store.tables.metadata import metadata
from core.store.types import Id, Instant

pilot = Table(
    "pilot",
    metadata,
    Column("project_id", Id, ForeignKey("project.id"), primary_key=True),
    Column("tasks", Text, nullable=False),  # JSON: the ids of the tasks that are tried
    Column("started_at", Instant, nullable=False),
    Column("over_at", Instant),  # when none of them was open any more
)

nickname = Table(
    "nickname",
    metadata,
    Column("person_id", Id, ForeignKey("person.id"), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column(
        "fingerprint", Text, nullable=False, unique=True
    ),  # of its plain form: nobody takes another's name
    Column("chosen_at", Instant, nullable=False),
)

streak_bonus = Table(
    "streak_bonus",
    metadata,
    Column("project_id", Id, ForeignKey("project.id"), primary_key=True),
    Column("person_id", Id, ForeignKey("person.id"), primary_key=True),
    Column("day", Integer, primary_key=True),  # the last of the days it was paid for, as days since year 1
)
