"""What is imposed on people, what moderators decide, what workers report and dispute."""

import sqlalchemy as sa
from alembic import op

from core.store.types import Id, Instant

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("person", sa.Column("banned", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("person", sa.Column("paused_until", Instant(), nullable=True))
    op.add_column("person", sa.Column("restricted", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("task", sa.Column("at_most", sa.Integer(), nullable=True))
    op.add_column("task", sa.Column("held_at", Instant(), nullable=True))
    escalated = sa.text("state = 'escalated'")
    op.create_index("ix_task_escalated", "task", ["id"], sqlite_where=escalated, postgresql_where=escalated)
    op.create_table(
        "restriction",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("project_id", Id, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("by_person", Id, nullable=True),
        sa.Column("by_rule", sa.Text(), nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("until", Instant(), nullable=True),
        sa.Column("lifted_at", Instant(), nullable=True),
        sa.Column("lifted_by", Id, nullable=True),
        sa.CheckConstraint("(by_person IS NULL) <> (by_rule IS NULL)", name=op.f("ck_restriction_one_judge")),
        sa.ForeignKeyConstraint(["by_person"], ["person.id"], name=op.f("fk_restriction_by_person")),
        sa.ForeignKeyConstraint(["lifted_by"], ["person.id"], name=op.f("fk_restriction_lifted_by")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_restriction_person_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_restriction_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restriction")),
    )
    op.create_index("ix_restriction_person", "restriction", ["person_id", "id"])
    op.create_table(
        "review_case",
        sa.Column("id", Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("person_id", Id, nullable=True),
        sa.Column("task_id", Id, nullable=True),
        sa.Column("project_id", Id, nullable=True),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("decided_by", Id, nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name=op.f("fk_review_case_decided_by")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_review_case_person_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_review_case_project_id")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_review_case_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_case")),
        sa.UniqueConstraint("key", name=op.f("uq_review_case_key")),
    )
    undecided = sa.text("decided_at IS NULL")
    op.create_index(
        "ix_review_case_waiting",
        "review_case",
        ["kind", "id"],
        sqlite_where=undecided,
        postgresql_where=undecided,
    )
    op.create_table(
        "flag",
        sa.Column("task_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["review_case.id"], name=op.f("fk_flag_case_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_flag_person_id")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_flag_task_id")),
        sa.PrimaryKeyConstraint("task_id", "person_id", name=op.f("pk_flag")),
    )
    op.create_index(op.f("ix_flag_case_id"), "flag", ["case_id"])
    op.create_table(
        "appeal",
        sa.Column("id", Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("project_id", Id, nullable=True),
        sa.Column("assignment_id", Id, nullable=True),
        sa.Column("restriction_id", Id, nullable=True),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("decided_by", Id, nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(assignment_id IS NULL) <> (restriction_id IS NULL)", name=op.f("ck_appeal_one_subject")
        ),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name=op.f("fk_appeal_assignment_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name=op.f("fk_appeal_decided_by")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_appeal_person_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_appeal_project_id")),
        sa.ForeignKeyConstraint(
            ["restriction_id"], ["restriction.id"], name=op.f("fk_appeal_restriction_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal")),
        sa.UniqueConstraint("assignment_id", "kind", name=op.f("uq_appeal_assignment_id_kind")),
        sa.UniqueConstraint("restriction_id", name=op.f("uq_appeal_restriction_id")),
    )
    op.create_index("ix_appeal_waiting", "appeal", ["id"], sqlite_where=undecided, postgresql_where=undecided)
    op.create_index("ix_appeal_person", "appeal", ["person_id", "id"])
