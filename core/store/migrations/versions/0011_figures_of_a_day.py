"""The hour of each moderator's summary, and what lets a day be counted quickly."""

import sqlalchemy as sa
from alembic import op

from core.store.types import Instant

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("person", sa.Column("summary_minute", sa.Integer(), nullable=True))
    op.add_column("person", sa.Column("summary_day", sa.Text(), nullable=True))
    op.add_column("task", sa.Column("escalated_at", Instant(), nullable=True))
    op.create_index("ix_task_created_at", "task", ["created_at"])
    for moment in ("settled_at", "escalated_at"):
        _partial(f"ix_task_{moment}", "task", [moment], f"{moment} IS NOT NULL")
    _partial("ix_task_waiting", "task", ["project_id"], "state = 'escalated'")
    _partial(
        "ix_assignment_missed",
        "assignment",
        ["due_at"],
        "state = 'overdue' OR state = 'answered_late' OR state = 'expired'",
    )
    _partial("ix_answer_at", "answer", ["at", "person_id", "project_id"], "voided_at IS NULL")


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
