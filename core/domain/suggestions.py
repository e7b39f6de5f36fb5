"""Suggestions as values: what a model says of a task, and what of it stands on a worker's card."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from core.intake.project_model import Suggestions

AUDITED = 10
"""One task in so many is judged by people alone, whatever a model says: by it the model is measured."""
SPREAD, PRIME = 40_503, 65_537
"""Multiplied by the one and divided by the other, numbers that follow each other are scattered (Knuth 1973, 6.4)."""
AUDIT_ANSWERS = 3
"""So many people at least judge an audited task."""
PLANTED_SHARE = 0.25
"""Of the cards of gold tasks that show a suggestion, so many show a deliberately wrong one."""


@dataclass(frozen=True, slots=True)
class Hint:
    """What one version of a model says of a task; `confidence` is calibrated, 0 … 1."""

    model_id: int
    label: str
    confidence: float
    second: str | None = None  # the label that comes next


class Screen(StrEnum):
    """What became of a suggestion that was worth showing."""

    SHOWN = "shown"
    WITHHELD = "withheld"  # the control: who answers without it is what the others are compared with
    PLANTED = "planted"  # shown on a gold task, and wrong on purpose; it never costs points


@dataclass(frozen=True, slots=True)
class Suggested:
    """The suggestion of one assignment: drawn once, when the card is handed out, and kept with it."""

    model_id: int
    label: str
    confidence: float
    screen: Screen

    @property
    def visible(self) -> bool:
        """Whether the worker saw it."""
        return self.screen is not Screen.WITHHELD

    def followed_by(self, value: str) -> bool:
        """Whether an answer is what its worker saw suggested."""
        return self.visible and self.label == value


def audited(task_id: int) -> bool:
    """Whether a task belongs to the audit: scattered over all, the same for ever, and whoever is asked.

    Plain arithmetic, so that a database says the same (`core.store.suggestions.AUDITED_TASK`).
    """
    return task_id * SPREAD % PRIME % AUDITED == 0


def drawn(
    hint: Hint | None,
    *,
    policy: Suggestions,
    offered: Collection[str],
    task_id: int,
    gold: str | None,
    chance: Random,
) -> Suggested | None:
    """What stands on a card that is handed out now; None when nothing was worth showing.

    The control share is taken among what would have been shown, so both sides are alike but for what
    was on screen.
    """
    if hint is None or not policy.wanted or hint.label not in offered:
        return None
    if hint.confidence < policy.show_above or (gold is None and audited(task_id)):
        return None
    screen, label = Screen.SHOWN, hint.label
    if gold is not None and chance.random() < PLANTED_SHARE:
        wrong = hint.label if hint.label != gold else hint.second
        if wrong is not None and wrong in offered:
            screen, label = Screen.PLANTED, wrong
    if screen is Screen.SHOWN and chance.random() < policy.control_share:
        screen = Screen.WITHHELD
    return Suggested(hint.model_id, label, hint.confidence, screen)
