"""What projects believe of their crowds; tasks keep their votes with their weight."""

import sqlalchemy as sa
from alembic import op

from core.store.types import Id, Instant

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "crowd_model",
        sa.Column("project_id", Id, nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("upto", Id, nullable=False),
        sa.Column("swapped", Id, nullable=False),
        sa.Column("answers", Id, nullable=False),
        sa.Column("as_of", Instant(), nullable=False),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("report", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_crowd_model_project_id")),
        sa.PrimaryKeyConstraint("project_id", name=op.f("pk_crowd_model")),
    )
    op.create_table(
        "worker_model",
        sa.Column("project_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("base", sa.LargeBinary(), nullable=True),
        sa.Column("gathered", sa.LargeBinary(), nullable=True),
        sa.Column("waiting", sa.Text(), nullable=True),
        sa.Column("held", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_worker_model_person_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_worker_model_project_id")),
        sa.PrimaryKeyConstraint("project_id", "person_id", "generation", name=op.f("pk_worker_model")),
    )
    op.create_index("ix_worker_model_generation", "worker_model", ["project_id", "generation"])
    op.create_table(
        "reliability",
        sa.Column("person_id", Id, nullable=False),
        sa.Column("project_id", Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("lang", sa.Text(), nullable=False),
        sa.Column("right", sa.Float(), nullable=False),
        sa.Column("wrong", sa.Float(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_reliability_person_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_reliability_project_id")),
        sa.PrimaryKeyConstraint("person_id", "project_id", "lang", name=op.f("pk_reliability")),
    )
    op.create_index("ix_reliability_kind", "reliability", ["person_id", "kind"])
    op.add_column("task", sa.Column("reopened_at", Instant(), nullable=True))
    op.execute("ALTER TABLE task RENAME COLUMN posterior TO votes")
    op.execute("UPDATE task SET votes = NULL")  # they are made from the answers when they are needed
