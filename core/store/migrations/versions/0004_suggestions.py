"""Models that suggest, what they said, and what was on screen."""

import sqlalchemy as sa
from alembic import op

from core.store.types import Id, Instant

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "model",
        sa.Column("id", Id, nullable=False),
        sa.Column("project_id", Id, nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("card", sa.Text(), nullable=False),
        sa.Column("report", sa.Text(), nullable=True),
        sa.Column("learned", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("withdrawn_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_model_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model")),
        sa.UniqueConstraint("name", name=op.f("uq_model_name")),
    )
    op.create_index(op.f("ix_model_project_id"), "model", ["project_id"])
    op.create_table(
        "serving",
        sa.Column("project_id", Id, nullable=False),
        sa.Column("champion", Id, nullable=True),
        sa.Column("challenger", Id, nullable=True),
        sa.Column("before", Id, nullable=True),
        sa.Column("trained_at", Instant(), nullable=True),
        sa.Column("trained_on", sa.Integer(), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_serving_project_id")),
        sa.ForeignKeyConstraint(["champion"], ["model.id"], name=op.f("fk_serving_champion")),
        sa.ForeignKeyConstraint(["challenger"], ["model.id"], name=op.f("fk_serving_challenger")),
        sa.ForeignKeyConstraint(["before"], ["model.id"], name=op.f("fk_serving_before")),
        sa.PrimaryKeyConstraint("project_id", name=op.f("pk_serving")),
    )
    op.create_table(
        "suggestion",
        sa.Column("task_id", Id, nullable=False),
        sa.Column("model_id", Id, nullable=False),
        sa.Column("label", sa.Text(), nullable=True),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("second", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name=op.f("fk_suggestion_model_id")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_suggestion_task_id")),
        sa.PrimaryKeyConstraint("task_id", "model_id", name=op.f("pk_suggestion")),
    )
    op.create_index("ix_suggestion_model", "suggestion", ["model_id", "task_id"])
    op.create_table(
        "suggested",
        sa.Column("assignment_id", Id, nullable=False),
        sa.Column("model_id", Id, nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("screen", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_suggested_assignment_id")
        ),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name=op.f("fk_suggested_model_id")),
        sa.PrimaryKeyConstraint("assignment_id", name=op.f("pk_suggested")),
    )
    op.add_column("task", sa.Column("hint", sa.Text(), nullable=True))
    # The lane of what is brought forward comes before the others; from the last one on, since they are unique.
    for lane in (2, 1, 0):
        op.execute(f"UPDATE queue SET lane = {lane + 1} WHERE lane = {lane}")  # noqa: S608  (whole numbers)
