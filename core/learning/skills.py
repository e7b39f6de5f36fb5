"""What a project's answers say of its workers, language by language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from core.domain.reliability import Seen as Counted
from core.domain.reliability import together
from core.store.refits import Seen

if TYPE_CHECKING:
    from core.consensus.crowd import Fit
    from core.learning.record import Record
    from core.refitting import Sheet


def skills(given: Sheet, record: Record, people: Sequence[int], fit: Fit) -> tuple[Seen, ...]:
    """How many of each worker's answers were right and wrong, by the posteriors, in each language.

    Only tasks with two answers or a known truth tell anything of who answered them.
    """
    langs = sorted({row.lang for row in given.tasks})
    place = {lang: index for index, lang in enumerate(langs)}
    of_task = np.array([place[row.lang] for row in given.tasks], dtype=np.int64)
    told = (np.bincount(record.tasks, minlength=record.tasks_n) > 1) | (record.known >= 0)
    tells = told[record.tasks]
    cell = record.workers[tells].astype(np.int64) * len(langs) + of_task[record.tasks[tells]]
    chance = fit.posterior[record.tasks[tells], record.labels[tells]]
    size = len(people) * len(langs)
    right = np.bincount(cell, weights=chance, minlength=size)
    answers = np.bincount(cell, minlength=size)
    found = []
    for index in np.flatnonzero(answers):
        person, lang = divmod(int(index), len(langs))
        seen = together([Counted(float(right[index]), float(answers[index] - right[index]))])
        found.append(Seen(people[person], langs[lang], seen.right, seen.wrong))
    return tuple(found)
