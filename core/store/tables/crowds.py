"""What projects believe of their crowds, and what everybody's work says of them."""

from __future__ import annotations

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, LargeBinary, Table, Text

from core.store.tables.metadata import metadata
from core.store.types import Id, Instant

crowd_model = Table(
    "crowd_model",
    metadata,
    Column("project_id", Id, ForeignKey("project.id"), primary_key=True),
    Column("generation", Integer, nullable=False),
    Column("upto", Id, nullable=False),  # the last answer that the refit saw
    Column("swapped", Id, nullable=False),  # the last answer before it was put in use
    # How many answers the refit saw; 0 until all that follows from it is done; below 0 when what it saw
    # is no longer so (people became one, labels were added), and it must be made anew at once.
    Column("answers", Id, nullable=False),
    Column("as_of", Instant, nullable=False),
    Column("model", Text),  # JSON; none where every vote weighs the same
    Column("report", Text, nullable=False),  # JSON: agreement, calibration, who stands out
)

# Soft counts "said l where the truth is k" as float64, truth by truth; of a generation that is being
# prepared there are rows beside those of the present one.
worker_model = Table(
    "worker_model",
    metadata,
    Column("project_id", Id, ForeignKey("project.id"), primary_key=True),
    Column("person_id", Id, ForeignKey("person.id"), primary_key=True),
    Column("generation", Integer, primary_key=True),
    Column("base", LargeBinary),  # of the refit
    Column("gathered", LargeBinary),  # since then
    Column("waiting", Text),  # JSON: what cannot count yet, since it may be undone
    Column(
        "held", Integer, nullable=False, server_default="0"
    ),  # how often nobody asked them though they came
)
Index("ix_worker_model_generation", worker_model.c.project_id, worker_model.c.generation)

reliability = Table(
    "reliability",
    metadata,
    Column("person_id", Id, ForeignKey("person.id"), primary_key=True),
    Column("project_id", Id, ForeignKey("project.id"), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("lang", Text, primary_key=True),
    Column("right", Float, nullable=False),  # soft counts of right and wrong answers
    Column("wrong", Float, nullable=False),
    Column("at", Instant, nullable=False),
)
Index("ix_reliability_kind", reliability.c.person_id, reliability.c.kind)
