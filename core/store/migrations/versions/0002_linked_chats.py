"""One person in several chats, and where the service is installed."""

import sqlalchemy as sa
from alembic import op

from core.store.types import Id, Instant

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "installation",
        sa.Column("id", Id, nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("installed_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installation")),
        sa.UniqueConstraint("platform", "workspace", name=op.f("uq_installation_platform_workspace")),
    )
    op.create_table(
        "link_code",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("account_id", Id, nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("used_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_link_code_account_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_link_code_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_code")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_link_code_code_hash")),
    )
    op.create_index(op.f("ix_link_code_person_id"), "link_code", ["person_id"])
    op.create_table(
        "link_try",
        sa.Column("account_id", Id, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("tried_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_link_try_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_link_try")),
    )
    op.add_column("account", sa.Column("linked_at", Instant(), nullable=True))
    if op.get_bind().dialect.name == "sqlite":
        # Alembic would copy the whole table for the constraint, which other tables' rows do not allow.
        op.execute(
            "ALTER TABLE person ADD COLUMN merged_into INTEGER "
            "CONSTRAINT fk_person_merged_into REFERENCES person (id)"
        )
    else:
        op.add_column("person", sa.Column("merged_into", Id, nullable=True))
        op.create_foreign_key(op.f("fk_person_merged_into"), "person", "person", ["merged_into"], ["id"])
    merged = sa.text("merged_into IS NOT NULL")
    op.create_index(
        op.f("ix_person_merged_into"), "person", ["merged_into"], sqlite_where=merged, postgresql_where=merged
    )
