"""Tasks, and each worker's place in a queue."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

from core.store.tables.metadata import metadata
from core.store.types import Id, Instant

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
    Column("why", Text),  # why the known answer is right; workers read it after they answered
    Column("state", Text, nullable=False),
    Column("target", Integer, nullable=False),
    Column("free", Integer, nullable=False),
    Column("active", Integer, nullable=False, default=0),
    Column("answered", Integer, nullable=False, default=0),  # in time
    Column("late", Integer, nullable=False, default=0),
    Column("votes", Text),  # JSON: the standing answers with their weight; none: to be made from the answers
    Column("hint", Text),  # JSON: what the project's model says of it, of one version of the model
    Column("label", Text),
    Column("confidence", Float),
    Column("settle_at", Instant),
    Column("settled_by", Text),  # consensus | model | gold | person:<id>
    Column("settled_at", Instant),
    Column("escalated_at", Instant),  # when its answers could not decide it, the last time
    Column("reopened_at", Instant),  # once, by a refit
    Column(
        "at_most", Integer
    ),  # how many answers at most, once a moderator asked for more than the project does
    Column("held_at", Instant),  # since when it is not handed out, because people reported it
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
_escalated = task.c.state == "escalated"
Index("ix_task_escalated", task.c.id, sqlite_where=_escalated, postgresql_where=_escalated)
# The figures of a day read its rows alone, however many there are.
Index("ix_task_created_at", task.c.created_at)
for _moment in (task.c.settled_at, task.c.escalated_at):
    Index(
        f"ix_{_moment}".replace(".", "_"),
        _moment,
        sqlite_where=_moment.isnot(None),
        postgresql_where=_moment.isnot(None),
    )
_waiting = task.c.state == "escalated"
Index("ix_task_waiting", task.c.project_id, sqlite_where=_waiting, postgresql_where=_waiting)
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
