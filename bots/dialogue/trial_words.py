"""How a trial stands, in words."""

from __future__ import annotations

from bots.dialogue.bars import bar
from bots.dialogue.vocabulary import Note, Para, Part
from core.pilots import Report
from i18n import Translator


def lines(t: Translator, found: Report) -> list[Part]:
    """Its tasks, how far people agree, how long it took and how long the rest will take."""
    tasks = t.n("%(count)s task", "%(count)s tasks", found.tried)
    done = found.settled / found.tried
    parts: list[Part] = [Para(t("Trial: %(tasks)s, settled: %(bar)s", tasks=tasks, bar=bar(t, done)))]
    if found.pairs:
        share = t.percent(found.agreeing / found.pairs)
        parts.append(Para(t("Two people said the same %(share)s of the time.", share=share)))
    if found.escalated:
        parts.append(
            Para(
                t.n(
                    "On %(count)s task opinions differ: perhaps the question can be clearer.",
                    "On %(count)s tasks opinions differ: perhaps the question can be clearer.",
                    found.escalated,
                )
            )
        )
    if found.took is not None:
        parts.append(Para(t("The trial took %(duration)s.", duration=t.duration(found.took))))
    if found.work_left:
        parts.append(
            Para(t("All other tasks are about %(duration)s of work.", duration=t.duration(found.work_left)))
        )
    if found.over:
        parts.append(Note(t("Launch it as it is, or send a changed project file first.")))
    return parts
