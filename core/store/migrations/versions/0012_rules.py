"""What rules watch of each worker, and how strict the house is."""

import sqlalchemy as sa
from alembic import op

from core.store.types import Id, Instant

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "watch",
        sa.Column("project_id", Id, sa.ForeignKey("project.id"), primary_key=True),
        sa.Column("person_id", Id, sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("evidence", sa.LargeBinary(), nullable=True),
        sa.Column("before", sa.LargeBinary(), nullable=True),
        sa.Column("answer_id", Id, nullable=True),
        sa.Column("step", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("skips", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("missed", sa.Integer(), nullable=False, server_default="0"),
    )
    op.add_column("person", sa.Column("checked_until", Instant(), nullable=True))
    op.create_index("ix_watch_person_id", "watch", ["person_id"])
    op.create_table(
        "house",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("rules", sa.Text(), nullable=False),
    )
