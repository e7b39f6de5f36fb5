"""Models that suggest, which of them serves a project, and what they said."""

from __future__ import annotations

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, Table, Text

from core.store.tables.metadata import metadata
from core.store.types import Id, Instant

# A model never changes: the file below the data folder is named by its digest.
model = Table(
    "model",
    metadata,
    Column("id", Id, primary_key=True),
    Column("project_id", Id, ForeignKey("project.id"), index=True),  # whose own it is; none: an operator's
    Column("name", Text, unique=True),  # by which requesters choose an operator's model
    Column("digest", Text, nullable=False),  # SHA-256 of its ONNX file
    Column("card", Text, nullable=False),  # JSON
    Column("report", Text),  # the picture of its training, as the media folder names it
    Column("learned", Integer, nullable=False, default=0),  # from how many tasks
    Column("created_at", Instant, nullable=False),
    Column("withdrawn_at", Instant),
)

# Which models serve a project. A champion's suggestions are shown; a challenger's are only compared.
serving = Table(
    "serving",
    metadata,
    Column("project_id", Id, ForeignKey("project.id"), primary_key=True),
    Column("champion", Id, ForeignKey("model.id")),
    Column("challenger", Id, ForeignKey("model.id")),
    Column("before", Id, ForeignKey("model.id")),  # what a rollback goes back to
    Column("trained_at", Instant),  # the last training, whatever came of it
    Column("trained_on", Integer, nullable=False, default=0),  # tasks that could be learned from, then
    Column("changed_at", Instant, nullable=False),
)

suggestion = Table(
    "suggestion",
    metadata,
    Column("task_id", Id, ForeignKey("task.id"), primary_key=True),
    Column("model_id", Id, ForeignKey("model.id"), primary_key=True),
    Column("label", Text),  # none: the model could not read the task
    Column("confidence", Float, nullable=False, default=0.0),
    Column("second", Text),
)
Index("ix_suggestion_model", suggestion.c.model_id, suggestion.c.task_id)

# What was on screen when an answer was given: drawn with the card, and never changed while it is out.
suggested = Table(
    "suggested",
    metadata,
    Column("assignment_id", Id, ForeignKey("assignment.id"), primary_key=True),
    Column("model_id", Id, ForeignKey("model.id"), nullable=False),
    Column("label", Text, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("screen", Text, nullable=False),  # core.domain.suggestions.Screen
)
