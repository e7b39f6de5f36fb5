"""Settling without asking, in words: how often the model would be wrong, and what follows from it."""

from __future__ import annotations

from bots.dialogue.vocabulary import Note, Para, Part
from core.consensus.advisor import ENOUGH_AUDITED, Audit
from core.effect import Effect
from i18n import Phrase, Translator

FEW = 10


def alone(t: Translator, found: Effect | None) -> list[Part]:
    """For the card of a project in which sure tasks settle without asking: that it is so, and what it costs."""
    return [Para(t("Where model and answers are sure enough, nobody else is asked.")), *audit(t, found)[:1]]


def audit(t: Translator, found: Effect | None) -> list[Part]:
    """How often the model would be wrong if it settled tasks alone, as measured on tasks that people judged."""
    one = None if found is None else found.audit
    if one is None or one.claimed < ENOUGH_AUDITED:
        words = t.n(
            "Too early to say how often it would be wrong: %(count)s of %(least)s tasks is measured. "
            "Until then people are asked as before.",
            "Too early to say how often it would be wrong: %(count)s of %(least)s tasks are measured. "
            "Until then people are asked as before.",
            0 if one is None else one.claimed,
            least=t.number(ENOUGH_AUDITED),
        )
        return [Para(words)]
    return [Para(_wrong(t, one)), Note(_allowed(t, one))]


def _wrong(t: Translator, one: Audit) -> Phrase:
    wrong, most = of_hundred(t, one.error or 0.0), of_hundred(t, one.bound)
    return t.n(
        "Of 100 that it settles alone %(wrong)s are wrong, hardly more than %(most)s (%(count)s task measured).",
        "Of 100 that it settles alone %(wrong)s are wrong, hardly more than %(most)s (%(count)s tasks measured).",
        one.claimed,
        wrong=wrong,
        most=most,
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
