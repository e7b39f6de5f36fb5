"""What suggestions do to a project, in words: time, agreement, following, and settling without asking."""

from __future__ import annotations

from bots.dialogue.turn import Turn
from bots.dialogue.vocabulary import Note, Para, Part
from core import effect
from core.consensus.advisor import ENOUGH_AUDITED, Audit
from core.domain.project import Project
from core.effect import Effect
from i18n import Phrase, Translator

FEW = 10


def audit(turn: Turn, project: Project) -> list[Part]:
    """How often the model would be wrong if it settled tasks alone, as measured on tasks that people judged."""
    return audit_lines(turn.t, effect.effect(turn.tx, turn.person, project.id))


def audit_lines(t: Translator, found: Effect | None) -> list[Part]:
    """The same, of what a refit found."""
    one = None if found is None else found.audit
    claimed = 0 if one is None else one.claimed
    if one is None or claimed < ENOUGH_AUDITED:
        return [
            Para(
                t.n(
                    "Too early to say how often it would be wrong: %(count)s of %(least)s tasks is measured. "
                    "Until then people are asked as before.",
                    "Too early to say how often it would be wrong: %(count)s of %(least)s tasks are measured. "
                    "Until then people are asked as before.",
                    claimed,
                    least=t.number(ENOUGH_AUDITED),
                )
            )
        ]
    return [Para(_error(t, one)), Note(_allowed(t, one))]


def _error(t: Translator, one: Audit) -> Phrase:
    return t.n(
        "Of 100 that it settles alone %(wrong)s are wrong, hardly more than %(most)s (%(count)s task measured).",
        "Of 100 that it settles alone %(wrong)s are wrong, hardly more than %(most)s (%(count)s tasks measured).",
        one.claimed,
        wrong=of_hundred(t, one.error or 0.0),
        most=of_hundred(t, one.bound),
    )


def _allowed(t: Translator, one: Audit) -> Phrase:
    allowed = of_hundred(t, one.allowed)
    if one.passed:
        return t("Your target allows %(number)s, so it may settle tasks alone.", number=allowed)
    return t("Your target allows %(number)s, so people are still asked.", number=allowed)


def of_hundred(t: Translator, share: float) -> Phrase:
    """How many of a hundred, with a decimal where a whole number would hide too much."""
    number = 100 * share
    return t.number(round(number, 1) if number < FEW else round(number))
