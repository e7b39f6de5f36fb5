"""Trials, names on the leaderboard, days in a row, payouts; points that were paid out can come back."""

import sqlalchemy as sa
from alembic import op

from core.store.tables import APPEND_ONLY
from core.store.types import Id, Instant

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_COLUMNS = (
    "id, at, kind, points, from_project, from_person, to_project, to_person, key, project_id, assignment_id"
)
_ONE_GIVER = "(from_project IS NULL) OR (from_person IS NULL)"
_A_GIVER = "kind IN ('payout', 'correction') OR (from_project IS NULL) <> (from_person IS NULL)"
_UNDER_WAY = sa.text("state IN ('making', 'made', 'cancelling')")


def upgrade() -> None:
    for name in ("streak", "worked_on", "rested_on"):
        op.add_column("person", sa.Column(name, sa.Integer(), server_default="0", nullable=False))
    op.create_table(
        "pilot",
        sa.Column("project_id", Id, nullable=False),
        sa.Column("tasks", sa.Text(), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("over_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_pilot_project_id")),
        sa.PrimaryKeyConstraint("project_id", name=op.f("pk_pilot")),
    )
    op.create_table(
        "nickname",
        sa.Column("person_id", Id, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("chosen_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_nickname_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_nickname")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_nickname_fingerprint")),
    )
    op.create_table(
        "streak_bonus",
        sa.Column("project_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_streak_bonus_person_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_streak_bonus_project_id")),
        sa.PrimaryKeyConstraint("project_id", "person_id", "day", name=op.f("pk_streak_bonus")),
    )
    op.create_table(
        "payout",
        sa.Column("id", Id, nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("minimum", sa.Text(), nullable=False),
        sa.Column("made_by", Id, nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("ended_by", Id, nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["ended_by"], ["person.id"], name=op.f("fk_payout_ended_by")),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_payout_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout")),
    )
    op.create_index(
        "uq_payout_under_way",
        "payout",
        ["currency"],
        unique=True,
        sqlite_where=_UNDER_WAY,
        postgresql_where=_UNDER_WAY,
    )
    op.create_table(
        "payout_share",
        sa.Column("payout_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("project_id", Id, nullable=False),
        sa.Column("points", Id, nullable=False),
        sa.Column("amount", sa.Text(), nullable=False),
        sa.CheckConstraint("points > 0", name=op.f("ck_payout_share_points")),
        sa.ForeignKeyConstraint(["payout_id"], ["payout.id"], name=op.f("fk_payout_share_payout_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_payout_share_person_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_payout_share_project_id")),
        sa.PrimaryKeyConstraint("payout_id", "person_id", "project_id", name=op.f("pk_payout_share")),
    )
    op.create_index("ix_payout_share_person", "payout_share", ["person_id", "payout_id"])
    _open_the_ledger()


def _open_the_ledger() -> None:
    """A payout that is cancelled gives points back, so the giver may be neither a project nor a person."""
    if op.get_bind().dialect.name == "sqlite":
        _make_the_ledger_anew()
    else:
        op.drop_constraint(op.f("ck_ledger_one_giver"), "ledger", type_="check")
        op.create_check_constraint(op.f("ck_ledger_one_giver"), "ledger", _ONE_GIVER)
        op.create_check_constraint(op.f("ck_ledger_a_giver"), "ledger", _A_GIVER)
        op.drop_index("ix_ledger_from_person", "ledger")
        op.drop_index("ix_ledger_to_person", "ledger")
        _index_people()


def _index_people() -> None:
    for whose in ("from_person", "to_person"):
        op.create_index(f"ix_ledger_{whose}", "ledger", [whose, "id", "points", "project_id"])
    earned = sa.text("kind = 'reward'")
    op.create_index(
        "ix_ledger_earned",
        "ledger",
        ["to_person", "at", "points"],
        sqlite_where=earned,
        postgresql_where=earned,
    )


def _make_the_ledger_anew() -> None:
    """SQLite changes no constraint of a table; nothing names the ledger's rows, so it can be copied."""
    op.rename_table("ledger", "ledger_before")
    op.create_table(
        "ledger",
        sa.Column("id", Id, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("points", Id, nullable=False),
        sa.Column("from_project", Id, nullable=True),
        sa.Column("from_person", Id, nullable=True),
        sa.Column("to_project", Id, nullable=True),
        sa.Column("to_person", Id, nullable=True),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("project_id", Id, nullable=True),
        sa.Column("assignment_id", Id, nullable=True),
        sa.CheckConstraint(_ONE_GIVER, name=op.f("ck_ledger_one_giver")),
        sa.CheckConstraint(_A_GIVER, name=op.f("ck_ledger_a_giver")),
        sa.CheckConstraint("(to_project IS NULL) OR (to_person IS NULL)", name=op.f("ck_ledger_one_taker")),
        sa.CheckConstraint("points >= 0", name=op.f("ck_ledger_points")),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name=op.f("fk_ledger_assignment_id")),
        sa.ForeignKeyConstraint(["from_person"], ["person.id"], name=op.f("fk_ledger_from_person")),
        sa.ForeignKeyConstraint(["from_project"], ["project.id"], name=op.f("fk_ledger_from_project")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_ledger_project_id")),
        sa.ForeignKeyConstraint(["to_person"], ["person.id"], name=op.f("fk_ledger_to_person")),
        sa.ForeignKeyConstraint(["to_project"], ["project.id"], name=op.f("fk_ledger_to_project")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger")),
        sa.UniqueConstraint("key", name=op.f("uq_ledger_key")),
    )
    op.execute(f"INSERT INTO ledger ({_COLUMNS}) SELECT {_COLUMNS} FROM ledger_before ORDER BY id")  # noqa: S608  (constants)
    for verb in ("update", "delete"):
        op.execute(f"DROP TRIGGER ledger_no_{verb}")
    op.drop_table("ledger_before")
    op.create_index("ix_ledger_at", "ledger", ["at"])
    _index_people()
    for kind in ("penalty", "reward"):
        once = sa.text(f"kind = '{kind}'")
        op.create_index(f"uq_ledger_{kind}", "ledger", ["assignment_id"], unique=True, sqlite_where=once)
    for statement in APPEND_ONLY["sqlite"]:
        op.execute(statement)
