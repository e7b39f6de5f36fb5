"""Which tasks go out first: those from which a model learns most, and those by which it is measured.

A round brings some of the tasks nobody was asked about to the foremost lane: the least sure ones, spread so
that they are not all alike; where models may settle alone, audited ones, on which that depends; and some of
the oldest, so that nothing starves. The lane is filled again when it runs low, by what the model thinks then.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.domain.choice import Lane
from core.domain.project import Project
from core.intake.project_model import Order
from core.store import models, projects, queues, tasks
from core.store import teaching as rows
from core.store.teaching import Untouched
from core.store.transaction import Transaction

ROUND = 100
"""So many tasks at most are brought forward at once."""
SHARE, FEWEST = 0.05, 20
"""A round takes this share of what waits, and so many at least."""
LOW = 10
"""The next round comes when fewer than so many are left of the one before."""
OLDEST = 5
"""Every so manieth of a round is simply the one that waits longest."""
CHOICE = 6
"""So many times as many least sure tasks as a round needs are looked at, to find different ones among them."""


def due(tx: Transaction) -> list[int]:
    """The projects that want another round."""
    found = []
    for project_id in rows.projects_with_few(tx, fewest=LOW):
        project = projects.find(tx, project_id)
        if project is not None and _wants_rounds(tx, project):
            found.append(project_id)
    return found


def _wants_rounds(tx: Transaction, project: Project) -> bool:
    policy = project.file.suggestions
    if not policy.wanted:
        return False
    learns = policy.order is Order.UNSURE and models.serving_of(tx, project.id).champion is not None
    return learns or (policy.automatic and bool(rows.oldest_audited(tx, project.id, most=1)))


def unsure(tx: Transaction, project_id: int) -> tuple[int, list[Untouched]]:
    """How many tasks a round takes, and the least sure ones to choose from."""
    project, champion = projects.find(tx, project_id), models.serving_of(tx, project_id).champion
    waiting = rows.count_untouched(tx, project_id)
    size = min(ROUND, max(FEWEST, round(SHARE * waiting)), waiting)
    if project is None or champion is None or project.file.suggestions.order is not Order.UNSURE:
        return size, []
    return size, rows.least_sure(tx, project_id, champion, most=CHOICE * size)


def bring_forward(tx: Transaction, project_id: int, chosen: Sequence[int], *, size: int) -> int:
    """Bring the chosen tasks to the foremost lane, with audited and old ones; returns how many were moved."""
    project = projects.find(tx, project_id)
    measuring = project is not None and project.file.suggestions.automatic
    checks = rows.oldest_audited(tx, project_id, most=size) if measuring else []
    order = mixed(chosen, checks, rows.oldest(tx, project_id, most=size), size=size)
    moving = rows.still_untouched(tx, order)
    for task_id in moving:
        counts = tasks.lock(tx, task_id)
        lane = queues.of(tx, project_id, lang=counts.lang, priority=counts.priority, lane=Lane.FOREMOST)
        queues.move_to(tx, task_id, queue_id=lane, pos=projects.places(tx, project_id))
    return len(moving)


def mixed(chosen: Sequence[int], checks: Sequence[int], aged: Sequence[int], *, size: int) -> list[int]:
    """At most `size` tasks: by turns the chosen and the audited, and every fifth the one that waits longest."""
    order: dict[int, None] = {}
    sources = [list(reversed(chosen)), list(reversed(checks)), list(reversed(aged))]
    while len(order) < size and any(sources):
        place = len(order) % OLDEST
        first = 2 if place == OLDEST - 1 else place % 2
        source = next(one for one in (sources[first], *sources) if one)
        order.setdefault(source.pop())
    return list(order)
