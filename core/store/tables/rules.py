"""What rules watch of each worker, and how strict the house is."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, Table, Text

from core.store.tables.metadata import metadata
from core.store.types import Id

# One row for each worker of a project, which each answer writes and the next one reads together with
# `worker_model`; it outlives refits.
watch = Table(
    "watch",
    metadata,
    Column("project_id", Id, ForeignKey("project.id"), primary_key=True),
    Column("person_id", Id, ForeignKey("person.id"), primary_key=True, index=True),
    Column("evidence", LargeBinary),  # core.domain.watch.Watch as float32
    Column("before", LargeBinary),  # the same without the last answer, which may be undone
    Column("answer_id", Id),  # the last answer
    Column("step", Integer, nullable=False, server_default="0"),  # core.domain.rules.Step, by answers
    Column("skips", Integer, nullable=False, server_default="0"),  # in a row
    Column("missed", Integer, nullable=False, server_default="0"),  # overdue in a row
)

house = Table(
    "house",
    metadata,
    Column("id", Integer, primary_key=True),  # there is one
    Column("rules", Text, nullable=False),  # JSON: how strict each rule is where a project does not say
)
