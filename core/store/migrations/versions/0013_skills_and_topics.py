"""Skills that projects require, practice by which they are earned, and sensitive topics."""

import sqlalchemy as sa
from alembic import op

from core.store.types import Id, Instant

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "skill",
        sa.Column("id", Id, nullable=False),
        sa.Column("owner_id", Id, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_skill_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_skill")),
        sa.UniqueConstraint("owner_id", "name", name=op.f("uq_skill_owner_id_name")),
    )
    op.create_table(
        "practice",
        sa.Column("id", Id, nullable=False),
        sa.Column("project_id", Id, nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("lang", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("context", sa.Text(), nullable=True),
        sa.Column("gold", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_practice_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice")),
        sa.UniqueConstraint("project_id", "external_id", name=op.f("uq_practice_project_id_external_id")),
    )
    op.create_table(
        "attempt",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("skill_id", Id, nullable=False),
        sa.Column("project_id", Id, nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_attempt_person_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_attempt_project_id")),
        sa.ForeignKeyConstraint(["skill_id"], ["skill.id"], name=op.f("fk_attempt_skill_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
    )
    op.create_index("ix_attempt_person", "attempt", ["person_id", "skill_id", "id"])
    still_open = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_attempt_open",
        "attempt",
        ["person_id", "skill_id"],
        unique=True,
        sqlite_where=still_open,
        postgresql_where=still_open,
    )
    op.create_table(
        "attempt_task",
        sa.Column("id", Id, nullable=False),
        sa.Column("attempt_id", Id, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("practice_id", Id, nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("right", sa.Boolean(), nullable=True),
        sa.Column("at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_attempt_task_attempt_id")),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name=op.f("fk_attempt_task_practice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt_task")),
        sa.UniqueConstraint("attempt_id", "place", name=op.f("uq_attempt_task_attempt_id_place")),
    )
    op.create_table(
        "skill_held",
        sa.Column("person_id", Id, nullable=False),
        sa.Column("skill_id", Id, nullable=False),
        sa.Column("earned_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("remind_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_skill_held_person_id")),
        sa.ForeignKeyConstraint(["skill_id"], ["skill.id"], name=op.f("fk_skill_held_skill_id")),
        sa.PrimaryKeyConstraint("person_id", "skill_id", name=op.f("pk_skill_held")),
    )
    to_tell = sa.text("remind_at IS NOT NULL")
    op.create_index(
        "ix_skill_held_remind_at", "skill_held", ["remind_at"], sqlite_where=to_tell, postgresql_where=to_tell
    )
    op.create_table(
        "admission",
        sa.Column("person_id", Id, nullable=False),
        sa.Column("project_id", Id, nullable=False),
        sa.Column("topics", sa.Integer(), server_default="0", nullable=False),
        sa.Column("put_off_until", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_admission_person_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_admission_project_id")),
        sa.PrimaryKeyConstraint("person_id", "project_id", name=op.f("pk_admission")),
    )
    op.add_column("person", sa.Column("topics", sa.Integer(), server_default="0", nullable=False))
    op.add_column("person", sa.Column("topics_asked", sa.Integer(), server_default="0", nullable=False))
    op.add_column("project", sa.Column("topics", sa.Integer(), server_default="0", nullable=False))
    if op.get_bind().dialect.name == "sqlite":
        # Alembic would copy the whole table for the constraint, which other tables' rows do not allow.
        op.execute(
            "ALTER TABLE project ADD COLUMN skill_id INTEGER "
            "CONSTRAINT fk_project_skill_id REFERENCES skill (id)"
        )
    else:
        op.add_column("project", sa.Column("skill_id", Id, nullable=True))
        op.create_foreign_key(op.f("fk_project_skill_id"), "project", "skill", ["skill_id"], ["id"])
