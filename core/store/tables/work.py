"""Assignments and answers."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint, or_

from core.store.tables.metadata import metadata
from core.store.types import Id, Instant

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
_missed = or_(*(assignment.c.state == state for state in ("overdue", "answered_late", "expired")))
Index("ix_assignment_missed", assignment.c.due_at, sqlite_where=_missed, postgresql_where=_missed)
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
# Who answered when, and for which project: enough to count a day without looking at the answers.
Index(
    "ix_answer_at",
    answer.c.at,
    answer.c.person_id,
    answer.c.project_id,
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
