"""What points are worth, in words."""

from __future__ import annotations

from core.intake.project_model import ProjectFile
from i18n import Phrase, Translator


def with_worth(t: Translator, words: Phrase, file: ProjectFile, points: int) -> Phrase:
    """Words about so many points, and what these are worth where they are worth money."""
    if file.value is None:
        return words
    money = file.value.times(points)
    return t("%(reward)s (%(money)s)", reward=words, money=t.money(money.amount, money.currency))
