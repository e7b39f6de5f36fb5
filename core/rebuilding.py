"""What is kept between two refits, made again from the answers alone: the same, or something is wrong."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from core import weighing
from core.consensus import methods, online
from core.consensus.believed import Believed
from core.consensus.contract import Learner, Vote
from core.consensus.online import Worker
from core.domain.project import Project
from core.store import crowds, refits
from core.store import rebuilding as rows
from core.store.rebuilding import Given
from core.store.transaction import Transaction


@dataclass(slots=True)
class Rebuilt:
    """Votes by task and by the id of their answer, and workers; as of the last thing that happened to each."""

    votes: defaultdict[int, dict[int, Vote]] = field(default_factory=lambda: defaultdict(dict))
    workers: dict[int, Worker] = field(default_factory=dict)


def rebuilt(
    learner: Learner,
    believed: Believed,
    bases: Mapping[int, Worker],
    given: Iterable[Given],
    *,
    swapped: int,
) -> Rebuilt:
    """Play every answer of a project again, by id, those taken back included while they stood.

    Answers up to `swapped` weigh by what the refit believes of their worker, the `bases`, and tell no more of
    them; each later one weighs by what is believed at its moment, and tells of its own worker.
    """
    state = Rebuilt()
    undone: list[tuple[int, int, Given]] = []
    for one in given:
        while undone and undone[0][0] <= one.at:
            _take_back(state, heapq.heappop(undone)[2])
        of_refit = bases.get(one.person_id, Worker())
        worker = online.folded(state.workers.get(one.person_id, of_refit), now=one.at)
        by = of_refit if one.id <= swapped else worker
        vote = online.weigh(
            learner, believed, by, person_id=one.person_id, value=one.value, at=one.at, followed=one.followed
        )
        if one.id > swapped:
            others = tuple(state.votes[one.task_id].values())
            worker = online.heard(
                worker,
                believed,
                others=others,
                vote=vote,
                answer_id=one.id,
                known=one.known,
                misled=one.misled,
            )
        state.workers[one.person_id] = worker
        state.votes[one.task_id][one.id] = vote
        if one.voided_at is not None:
            heapq.heappush(undone, (one.voided_at, one.id, one))
    for *_, one in sorted(undone):
        _take_back(state, one)
    return state


def _take_back(state: Rebuilt, one: Given) -> None:
    del state.votes[one.task_id][one.id]
    state.workers[one.person_id] = online.forgotten(state.workers[one.person_id], one.id)


def astray(tx: Transaction, project: Project, *, at: int) -> tuple[list[int], list[int]]:
    """The open tasks and the people of whom a project keeps something else than its answers say; also on a snapshot.

    `at` is now, in milliseconds since 1970. Nothing can be said while a refit is to be made anew (people became
    one, labels were added), nor of an answer that was under way in another process while a refit was put in use.
    """
    learner = methods()[project.file.method].learner
    present = refits.present(tx, project.id)
    if learner is None or present.answers < 0:
        return [], []
    believed = weighing.believed(tx, project.id, project.file)
    kept = crowds.workers(tx, project_id=project.id, generation=believed.generation)
    bases = {person_id: Worker(base=worker.base) for person_id, worker in kept.items()}
    made = rebuilt(
        learner, believed, bases, rows.given(tx, project.id), swapped=rows.swapped_at(tx, project.id)
    )
    tasks = [
        task_id
        for task_id, tally in rows.tallies(tx, project.id)
        if tally.generation == believed.generation and tally.votes != tuple(made.votes[task_id].values())
    ]
    people = [
        person_id
        for person_id in kept.keys() | made.workers.keys()
        if online.folded(kept.get(person_id, Worker()), now=at)
        != online.folded(made.workers.get(person_id, bases.get(person_id, Worker())), now=at)
    ]
    return sorted(tasks), sorted(people)
