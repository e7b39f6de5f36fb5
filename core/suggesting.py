"""Suggestions on cards: drawn when a card is handed out, from what the model said beforehand."""

from __future__ import annotations

from random import Random

from core.domain.suggestions import Suggested, drawn
from core.intake.project_model import ProjectFile
from core.kinds import kind_named
from core.store import suggestions
from core.store.tasks import Face
from core.store.transaction import Transaction


def put_up(
    tx: Transaction, assignment_id: int, face: Face, *, task_id: int, file: ProjectFile, chance: Random
) -> Suggested | None:
    """Draw what stands on a card that is being handed out, and keep it with the assignment.

    A card never waits for a model: what was not said beforehand is not suggested.
    """
    if face.hint is None:
        return None
    one = drawn(
        face.hint,
        policy=file.suggestions,
        offered=[option.id for option in kind_named(file.kind).form(file).options],
        task_id=task_id,
        gold=face.gold,
        chance=chance,
    )
    if one is None:
        suggestions.take_down(tx, assignment_id)  # it may have been out before
    else:
        suggestions.put_up(tx, assignment_id, one)
    return one
