"""Active learning: which tasks go out first when a model exists, those from which it learns most.

A round brings some of the tasks nobody was asked about to the foremost lane: the least sure ones, spread so
that they are not all alike, and among them some of the oldest, so that nothing starves. The lane is filled
again when it runs low, by what the model thinks then.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.domain.choice import Lane
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
        policy = None if project is None else project.file.suggestions
        if policy is not None and policy.wanted and policy.order is Order.UNSURE:
            found.append(project_id)
    return found


def unsure(tx: Transaction, project_id: int) -> tuple[int, list[Untouched]]:
    """How many tasks a round takes, and the least sure ones to choose from."""
    champion = models.serving_of(tx, project_id).champion
    if champion is None:
        return 0, []
    waiting = rows.count_untouched(tx, project_id)
    size = min(ROUND, max(FEWEST, round(SHARE * waiting)), waiting)
    return size, rows.least_sure(tx, project_id, champion, most=CHOICE * size)


def bring_forward(tx: Transaction, project_id: int, chosen: Sequence[int], *, size: int) -> int:
    """Bring the chosen tasks to the foremost lane, and the oldest among them; returns how many were moved."""
    order = mixed(chosen, rows.oldest(tx, project_id, most=size), size=size)
    moving = rows.still_untouched(tx, order)
    for task_id in moving:
        counts = tasks.lock(tx, task_id)
        lane = queues.of(tx, project_id, lang=counts.lang, priority=counts.priority, lane=Lane.FOREMOST)
        queues.move_to(tx, task_id, queue_id=lane, pos=projects.places(tx, project_id))
    return len(moving)


def mixed(chosen: Sequence[int], aged: Sequence[int], *, size: int) -> list[int]:
    """At most `size` of the chosen, best first, with every fifth place for the one that waits longest."""
    order: dict[int, None] = {}
    picked, waiting = list(reversed(chosen)), list(reversed(aged))
    while len(order) < size and (picked or waiting):
        turn_of_age = len(order) % OLDEST == OLDEST - 1
        source = waiting if waiting and (turn_of_age or not picked) else picked
        order.setdefault(source.pop())
    return list(order)
