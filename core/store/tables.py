"""Every table. Rules of the game are constraints here too, so that no code path can break them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    DDL,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    event,
)

from core.store.types import Id, Instant

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# --- people ---------------------------------------------------------------------------------------

person = Table(
    "person",
    metadata,
    Column("id", Id, primary_key=True),
    Column("roles", Text, nullable=False),  # sorted, comma-separated
    Column("locale", Text, nullable=False),
    Column("locale_chosen", Boolean, nullable=False, default=False),
    Column("zone", Text),
    Column("quiet_from", Integer, nullable=False, default=22 * 60),  # minutes after local midnight
    Column("quiet_to", Integer, nullable=False, default=8 * 60),
    Column("nudges", Boolean, nullable=False, default=False),
    Column("next_nudge_at", Instant),  # when to look next whether there is new work to tell of
    Column("consented_at", Instant),
    Column("consent_version", Integer),
    Column("unreachable_at", Instant),
    Column("created_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("next_summary_at", Instant),
    Column("news_at", Instant),  # when the first reward came that the person was not told of
    Column("noticed_entry", Id, nullable=False, default=0),  # the last ledger entry the person was told of
)
Index(
    "ix_person_news_at",
    person.c.news_at,
    sqlite_where=person.c.news_at.isnot(None),
    postgresql_where=person.c.news_at.isnot(None),
)
Index(
    "ix_person_next_summary_at",
    person.c.next_summary_at,
    sqlite_where=person.c.next_summary_at.isnot(None),
    postgresql_where=person.c.next_summary_at.isnot(None),
)

person_language = Table(
    "person_language",
    metadata,
    Column("person_id", Id, ForeignKey("person.id"), primary_key=True),
    Column("lang", Text, primary_key=True),
    Column("level", Text, nullable=False, default="fluent"),
)

account = Table(
    "account",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False, index=True),
    Column("platform", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),  # keyed blind index of workspace and user id
    Column("sealed", LargeBinary, nullable=False),  # workspace, user id and name
    Column("step", Text),  # where the conversation stands
    Column("draft", Text),  # what it has gathered so far, JSON
    Column("tail", Id, nullable=False, default=0),  # counts the messages of the chat, both ways
    Column("menu", Text),  # which command menu the platform shows: roles and locale
    Column("leased_by", Text),
    Column("leased_until", Instant),
    Column("unreachable_at", Instant),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("platform", "fingerprint"),
)

invite = Table(
    "invite",
    metadata,
    Column("id", Id, primary_key=True),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("role", Text, nullable=False),
    Column("created_by", Id, ForeignKey("person.id"), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_by", Id, ForeignKey("person.id")),
    Column("used_at", Instant),
)

# --- projects and tasks ---------------------------------------------------------------------------

project = Table(
    "project",
    metadata,
    Column("id", Id, primary_key=True),
    Column("owner_id", Id, ForeignKey("person.id"), nullable=False, index=True),
    Column("state", Text, nullable=False),
    Column("paused_by", Text),
    Column("version", Integer, nullable=False),
    Column("budget", Id),
    Column("reserved", Id, nullable=False, default=0),
    Column("spent", Id, nullable=False, default=0),
    Column("next_pos", Id, nullable=False, default=0),  # the next place in any of its queues
    Column("created_at", Instant, nullable=False),
    Column("launched_at", Instant),
    Column("closed_at", Instant),
    Column("wound_up_at", Instant),  # when every task of a closed project had ended
    Column("finished_at", Instant),  # when its owner was told that nothing is open any more
    CheckConstraint("reserved >= 0", name="reserved"),
    CheckConstraint("budget IS NULL OR spent + reserved <= budget", name="budget"),
)

project_version = Table(
    "project_version",
    metadata,
    Column("project_id", Id, ForeignKey("project.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("spec", Text, nullable=False),  # the project file, JSON
    Column("created_at", Instant, nullable=False),
)

queue = Table(
    "queue",
    metadata,
    Column("id", Id, primary_key=True),
    Column("project_id", Id, ForeignKey("project.id"), nullable=False),
    Column("lang", Text, nullable=False),  # "" when any worker can judge it
    Column("priority", Integer, nullable=False),
    Column("lane", Integer, nullable=False),  # core.domain.queues.Lane
    UniqueConstraint("project_id", "lang", "priority", "lane"),
)

task = Table(
    "task",
    metadata,
    Column("id", Id, primary_key=True),
    Column("project_id", Id, ForeignKey("project.id"), nullable=False),
    Column("queue_id", Id, ForeignKey("queue.id"), nullable=False),
    Column("pos", Id, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("lang", Text, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("deadline", Instant),
    Column("content", Text, nullable=False),  # JSON
    Column("context", Text),
    Column("extra", Text),  # JSON: unknown columns of the file, given back in the results
    Column("gold", Text),
    Column("state", Text, nullable=False),
    Column("target", Integer, nullable=False),
    Column("free", Integer, nullable=False),
    Column("active", Integer, nullable=False, default=0),
    Column("answered", Integer, nullable=False, default=0),  # in time
    Column("late", Integer, nullable=False, default=0),
    Column("posterior", Text),  # the consensus method's state, JSON
    Column("label", Text),
    Column("confidence", Float),
    Column("settle_at", Instant),
    Column("settled_by", Text),  # consensus | gold | person:<id>
    Column("settled_at", Instant),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("project_id", "external_id"),
    CheckConstraint("free >= 0 AND active >= 0 AND answered >= 0 AND late >= 0", name="counts"),
    CheckConstraint("free + active + answered = target", name="overlap"),
)
_offered = (task.c.state == "open") & (task.c.free > 0)
Index("ix_task_offered", task.c.queue_id, task.c.pos, sqlite_where=_offered, postgresql_where=_offered)
Index(
    "ix_task_settle_at",
    task.c.settle_at,
    sqlite_where=task.c.settle_at.isnot(None),
    postgresql_where=task.c.settle_at.isnot(None),
)
_dated = (task.c.state == "open") & task.c.deadline.isnot(None)
Index("ix_task_deadline", task.c.deadline, sqlite_where=_dated, postgresql_where=_dated)
# Counting a project's tasks by state reads this index alone.
Index("ix_task_project_state", task.c.project_id, task.c.state, task.c.gold)

# A worker's place in a queue: every task before it was theirs already, or was full when they passed.
place = Table(
    "place",
    metadata,
    Column("person_id", Id, ForeignKey("person.id"), primary_key=True),
    Column("queue_id", Id, ForeignKey("queue.id"), primary_key=True),
    Column("pos", Id, nullable=False),
)

assignment = Table(
    "assignment",
    metadata,
    Column("id", Id, primary_key=True),
    Column("task_id", Id, ForeignKey("task.id"), nullable=False),
    Column("project_id", Id, ForeignKey("project.id"), nullable=False),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False),
    Column("account_id", Id, ForeignKey("account.id"), nullable=False),  # where its card is
    Column("version", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("asked", Boolean, nullable=False),
    Column("extended", Boolean, nullable=False, default=False),
    Column("reserve", Integer, nullable=False),
    Column("penalty", Integer, nullable=False),
    Column("claimed_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("remind_at", Instant),  # none once the reminder is in the outbox
    Column("reminded_at", Instant),  # when the reminder was delivered
    Column("closed_at", Instant),
    UniqueConstraint("task_id", "person_id"),
)
_active = assignment.c.state == "active"
_overdue = assignment.c.state == "overdue"
_unreminded = _active & assignment.c.remind_at.isnot(None)
Index("ix_assignment_due_at", assignment.c.due_at, sqlite_where=_active, postgresql_where=_active)
Index(
    "ix_assignment_remind_at", assignment.c.remind_at, sqlite_where=_unreminded, postgresql_where=_unreminded
)
Index("ix_assignment_overdue", assignment.c.due_at, sqlite_where=_overdue, postgresql_where=_overdue)
# Nobody holds two cards.
Index(
    "uq_assignment_open", assignment.c.person_id, unique=True, sqlite_where=_active, postgresql_where=_active
)
Index("ix_assignment_person", assignment.c.person_id, assignment.c.id)
Index("ix_assignment_project_state", assignment.c.project_id, assignment.c.state)

answer = Table(
    "answer",
    metadata,
    Column("id", Id, primary_key=True),
    Column("assignment_id", Id, ForeignKey("assignment.id"), nullable=False, index=True),
    Column("task_id", Id, ForeignKey("task.id"), nullable=False),
    Column("project_id", Id, ForeignKey("project.id"), nullable=False),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False),
    Column("value", Text, nullable=False),
    Column("late", Boolean, nullable=False),
    Column("milliseconds", Id, nullable=False),  # from the card to the answer
    Column("at", Instant, nullable=False),
    Column("pay_at", Instant),  # an answer to a gold task pays for itself
    Column("voided_at", Instant),
)
_standing = answer.c.voided_at.is_(None)
Index(
    "uq_answer_standing",
    answer.c.task_id,
    answer.c.person_id,
    unique=True,
    sqlite_where=_standing,
    postgresql_where=_standing,
)
Index(
    "ix_answer_pay_at",
    answer.c.pay_at,
    sqlite_where=answer.c.pay_at.isnot(None),
    postgresql_where=answer.c.pay_at.isnot(None),
)
Index("ix_answer_project", answer.c.project_id, answer.c.id)

# --- points ---------------------------------------------------------------------------------------

ledger = Table(
    "ledger",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("kind", Text, nullable=False),
    Column("points", Id, nullable=False),
    Column("from_project", Id, ForeignKey("project.id")),
    Column("from_person", Id, ForeignKey("person.id")),
    Column("to_project", Id, ForeignKey("project.id")),
    Column("to_person", Id, ForeignKey("person.id")),
    Column("key", Text, nullable=False, unique=True),  # what may happen only once
    Column("project_id", Id, ForeignKey("project.id")),
    Column("assignment_id", Id, ForeignKey("assignment.id")),
    CheckConstraint("points >= 0", name="points"),
    CheckConstraint("(from_project IS NULL) <> (from_person IS NULL)", name="one_giver"),
    CheckConstraint("(to_project IS NULL) OR (to_person IS NULL)", name="one_taker"),
)
for _kind in ("reward", "penalty"):
    _once = ledger.c.kind == _kind
    Index(
        f"uq_ledger_{_kind}", ledger.c.assignment_id, unique=True, sqlite_where=_once, postgresql_where=_once
    )
Index("ix_ledger_to_person", ledger.c.to_person, ledger.c.id, ledger.c.points)
Index("ix_ledger_from_person", ledger.c.from_person, ledger.c.id, ledger.c.points)
Index("ix_ledger_at", ledger.c.at)

_SQLITE_APPEND_ONLY = (
    "CREATE TRIGGER ledger_no_{verb} BEFORE {VERB} ON ledger "
    "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
)
APPEND_ONLY = {
    "sqlite": tuple(
        _SQLITE_APPEND_ONLY.format(verb=verb, VERB=verb.upper()) for verb in ("update", "delete")
    ),
    "postgresql": (
        "CREATE FUNCTION ledger_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$",
        "CREATE TRIGGER ledger_append_only BEFORE UPDATE OR DELETE ON ledger "
        "FOR EACH ROW EXECUTE FUNCTION ledger_append_only()",
    ),
}


def _ddl(statement: str) -> Any:
    make: Any = DDL  # SQLAlchemy leaves its constructor untyped
    return make(statement.replace("%", "%%"))


for _dialect, _statements in APPEND_ONLY.items():
    for _statement in _statements:
        event.listen(ledger, "after_create", _ddl(_statement).execute_if(dialect=_dialect))

# --- messages -------------------------------------------------------------------------------------

inbox = Table(
    "inbox",
    metadata,
    Column("key", Text, primary_key=True),
    Column("received_at", Instant, nullable=False),
    Column("seed", Id, nullable=False),
    Column("state", Text, nullable=False),  # received | done | failed
    Column("attempts", Integer, nullable=False, default=0),
    Column("payload", LargeBinary),  # sealed; only when it is worked on later
)
Index("ix_inbox_received_at", inbox.c.received_at)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account_id", Id, ForeignKey("account.id"), nullable=False),
    Column("slot", Text),  # the message it edits, or becomes; none for a message of its own
    Column("state", Text, nullable=False),  # owed | sent | superseded | failed
    Column("payload", LargeBinary),  # sealed, dropped after a week
    Column("key", Text, unique=True),  # what may be said only once
    Column("about", Id),  # the assignment whose reminder this is
    Column("attempts", Integer, nullable=False, default=0),
    Column("not_before", Instant),
    Column("created_at", Instant, nullable=False),
)
_owed = outbox.c.state == "owed"
Index("ix_outbox_owed", outbox.c.account_id, outbox.c.id, sqlite_where=_owed, postgresql_where=_owed)
Index("ix_outbox_created_at", outbox.c.created_at)

# Where a message that is edited in place stands in its chat.
slot = Table(
    "slot",
    metadata,
    Column("account_id", Id, ForeignKey("account.id"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("ref", Text, nullable=False),
    Column("media", Boolean, nullable=False),
    Column("tail", Id, nullable=False),
    Column("card", Id, nullable=False, default=0),  # the outbox row it shows
    Column("shown_at", Instant, nullable=False),
)

media = Table(
    "media",
    metadata,
    Column("platform", Text, primary_key=True),
    Column("bot", Text, primary_key=True),
    Column("name", Text, primary_key=True),  # SHA-256 of the content
    Column("ref", Text, nullable=False),  # the platform's own id: uploaded once, named ever after
)

# --- work in the background -----------------------------------------------------------------------

job = Table(
    "job",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("account_id", Id, ForeignKey("account.id")),  # whom it tells
    Column("project_id", Id, ForeignKey("project.id")),
    Column("details", Text, nullable=False),  # JSON
    Column("state", Text, nullable=False),  # waiting | done | failed
    Column("row", Id, nullable=False, default=0),  # how far it is
    Column("rows", Id),  # of how many, when known
    Column("tally", Text, nullable=False, default="{}"),  # JSON: what it counted so far
    Column("attempts", Integer, nullable=False, default=0),
    Column("leased_by", Text),
    Column("leased_until", Instant),
    Column("created_at", Instant, nullable=False),
    Column("ended_at", Instant),
)
Index(
    "ix_job_waiting",
    job.c.id,
    sqlite_where=job.c.state == "waiting",
    postgresql_where=job.c.state == "waiting",
)

lease = Table(
    "lease",
    metadata,
    Column("name", Text, primary_key=True),  # heartbeat, telegram poller, …
    Column("holder", Text, nullable=False),
    Column("until", Instant, nullable=False),
)

# The local web chat keeps its own history, as a chat platform does.
web_message = Table(
    "web_message",
    metadata,
    Column("id", Id, primary_key=True),
    Column("reader", Text, nullable=False),  # keyed fingerprint of the browser's user
    Column("version", Integer, nullable=False),
    Column("payload", LargeBinary, nullable=False),  # sealed
    Column("at", Instant, nullable=False),
    Index("ix_web_message_reader", "reader", "id"),
)
