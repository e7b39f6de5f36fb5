"""How far a project's answers can be trusted, in words: agreement, labels that are mixed up, calibration."""

from __future__ import annotations

from datetime import datetime

from bots.dialogue.bars import exact_percent
from bots.dialogue.cards import label_name
from bots.dialogue.vocabulary import Note, Para, Part
from core.consensus.calibration import LEAST_GOLD
from core.consensus.confusion import MixUp
from core.domain.project import Project
from core.quality import Quality, weighs
from i18n import Phrase, Translator

WELL, FAIRLY, HARDLY = 0.8, 0.667, 0.2
"""Krippendorff's own thresholds: from 0.8 on data are reliable, from 0.667 on they allow tentative conclusions."""


def lines(t: Translator, project: Project, found: Quality, *, now: datetime) -> tuple[Part, ...]:
    """What the last refit says, and what to do where it is not good."""
    parts: list[Part] = [Para(_agreement(t, found))]
    parts += [Para(_mix_up(t, project, found, one)) for one in found.mix_ups]
    if found.mix_ups and found.alpha is not None and found.alpha < FAIRLY:
        parts.append(Note(_advice(t, project, found, found.mix_ups[0])))
    if weighs(project):
        parts += _calibration(t, project, found)
    parts.append(Note(t("Agreement as of %(moment)s", moment=t.when(found.as_of, now=now))))
    return tuple(parts)


def _agreement(t: Translator, found: Quality) -> Phrase:
    if found.alpha is None:
        return t("It is too early to say how well workers agree.")
    alpha = t.number(round(found.alpha, 2))
    if found.alpha >= WELL:
        return t("Workers agree well (alpha %(alpha)s).", alpha=alpha)
    if found.alpha >= FAIRLY:
        return t("Workers agree fairly well (alpha %(alpha)s).", alpha=alpha)
    if found.alpha >= HARDLY:
        return t("Workers often disagree (alpha %(alpha)s).", alpha=alpha)
    return t("Workers agree hardly more than by chance (alpha %(alpha)s).", alpha=alpha)


def _mix_up(t: Translator, project: Project, found: Quality, one: MixUp) -> Phrase:
    return t(
        "“%(one)s” and “%(other)s” are mixed up in %(share)s of their answers.",
        one=label_name(project.file, found.labels[one.one], t.locale),
        other=label_name(project.file, found.labels[one.other], t.locale),
        share=t.percent(one.share),
    )


def _advice(t: Translator, project: Project, found: Quality, one: MixUp) -> Phrase:
    return t(
        "Look at the instructions: they could say more clearly how “%(one)s” and “%(other)s” differ.",
        one=label_name(project.file, found.labels[one.one], t.locale),
        other=label_name(project.file, found.labels[one.other], t.locale),
    )


def _calibration(t: Translator, project: Project, found: Quality) -> list[Part]:
    if not found.measured:
        not_yet = t.n(
            "Confidence is not calibrated yet: %(count)s of %(least)s tasks with a known answer has been judged.",
            "Confidence is not calibrated yet: %(count)s of %(least)s tasks with a known answer have been judged.",
            found.gold,
            least=t.number(LEAST_GOLD),
        )
        command = t.command(f"/addtasks {project.id}")
        how = t("Add tasks with a known answer (a column “gold”) with %(command)s.", command=command)
        return [Para(not_yet), Note(how)]
    if found.claim is None:
        return [
            Para(t("Confidence is calibrated, but too few tasks are that sure yet to count the right ones."))
        ]
    return [
        Para(
            t(
                "Of the tasks claimed at %(target)s, about %(right)s in 100 are right, ± %(margin)s.",
                target=exact_percent(t, found.claim.target),
                right=t.number(found.claim.right),
                margin=t.number(found.claim.margin),
            )
        )
    ]
