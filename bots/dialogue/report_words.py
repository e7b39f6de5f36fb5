"""What stands on the picture of a training."""

from __future__ import annotations

from core.intake.project_model import ProjectFile
from i18n import Translator


def words_on_report(t: Translator, file: ProjectFile) -> dict[str, str]:
    """The words of its axes and rows, by the names that the artist knows them by."""
    return {
        "title": str(file.title.pick(t.locale)),
        "truth": str(t("The crowd’s answer")),
        "model": str(t("The model’s answer")),
        "tasks": str(t("Tasks learned from")),
        "right": str(t("Right answers")),
        "guessing": str(t("Always the commonest label")),
    }
