"""To which version of the agreement people agreed, and who was erased."""

import sqlalchemy as sa
from alembic import op

from core.store.types import Id, Instant

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "consent",
        sa.Column("person_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_consent_person_id")),
        sa.PrimaryKeyConstraint("person_id", "version", name=op.f("pk_consent")),
    )
    op.execute(
        "INSERT INTO consent (person_id, version, at) "
        "SELECT id, coalesce(consent_version, 1), consented_at FROM person WHERE consented_at IS NOT NULL"
    )
    op.add_column("person", sa.Column("erased_at", Instant(), nullable=True))
