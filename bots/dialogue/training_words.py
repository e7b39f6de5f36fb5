"""What training a project's own model tells: how far it is, how good it became, and why there is none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from bots.dialogue.bars import bar
from bots.dialogue.buttons import data
from bots.dialogue.cards import label_name
from bots.dialogue.project_views import title_of
from bots.dialogue.vocabulary import Button, Message, Note, Para, Part, Row, Title
from core.domain.project import Project
from core.domain.tested import Tested, tested
from core.intake.project_model import OWN_MODEL
from i18n import N_, Content, Phrase, Translator

STAGES: dict[str, str] = {
    "gathering": N_("Gathering what people decided"),
    "reading": N_("Reading them"),
    "searching": N_("Trying which settings learn best"),
    "testing": N_("Testing it on tasks that it has not seen"),
    "writing": N_("Learning from all tasks, and drawing the report"),
}
"""What a training does, one after the other; of others only the bar is said."""

ALMOST = 0.99
MOST_NAMED = 12
NOTHING: Mapping[str, Any] = MappingProxyType({})


def progress(t: Translator, project: Project, *, share: float, stage: str) -> Message:
    """A training on its way, `share` of it done (0 … 1)."""
    parts: list[Part] = [
        Para(t("I am training a model for “%(title)s”…", title=title_of(t, project.file))),
        Para(bar(t, min(share, ALMOST))),
    ]
    if stage in STAGES:
        parts.append(Note(t(STAGES[stage])))
    return Message(parts=tuple(parts))


def trained(
    t: Translator,
    project: Project,
    *,
    card: Mapping[str, Any],
    serves: bool,
    picture: str | None,
    remarks: Mapping[str, Any] = NOTHING,
) -> Message:
    """A training at its end: the model's card in words, and whether it serves from now on or runs in the shadow.

    `picture` is the report, as the media folder names it. `remarks` is what the training said of the model
    beside its card: `warnings` (codes), `once` and `unseen` (labels that it hardly knows), and `numbered` (labels
    that the picture shows by their number).
    """
    found = tested(card)
    parts: list[Part] = [Title(t("The model of “%(title)s” is trained.", title=title_of(t, project.file)))]
    parts += tested_words(t, found)
    learned = int((card.get("trained") or {}).get("tasks", 0))
    if learned:
        words = t.n("It learned from %(count)s task.", "It learned from %(count)s tasks.", learned)
        parts.append(Para(words))
    parts.append(Para(_what_next(t, project, serves=serves)))
    parts += _remarks(t, project, remarks)
    if picture is not None:
        parts += _picture(t, project, card, remarks)
    return Message(
        parts=tuple(parts),
        rows=_next_steps(t, project),
        picture=picture,
        alt=None if picture is None else t("The report of the training"),
    )


def tested_words(t: Translator, found: Tested | None) -> list[Part]:
    """How good a model is, and how good one would be without learning anything."""
    if found is None:
        return [Para(t("How good it is was not tested."))]
    return [
        Para(
            t.n(
                "It gets about %(right)s of 100 new tasks right, ± %(margin)s (tested on %(count)s task).",
                "It gets about %(right)s of 100 new tasks right, ± %(margin)s (tested on %(count)s tasks).",
                found.on,
                right=t.number(found.right),
                margin=t.number(found.margin),
            )
        ),
        Note(t("Always saying the commonest label would get %(number)s.", number=t.number(found.baseline))),
    ]


WARNINGS: dict[str, str] = {
    "few_blind": N_("Few people answered without a suggestion in sight, so the test may flatter it."),
    "out_of_time": N_("There was no time to try every setting. A later training may do better."),
    "unreadable": N_("Some pictures could not be read and were left out."),
    "capped": N_("There are more tasks than it can learn from: the newest were taken."),
}
"""What a requester should know of a model that was trained all the same."""


def _remarks(t: Translator, project: Project, remarks: Mapping[str, Any]) -> list[Part]:
    parts: list[Part] = []
    hardly = (*remarks.get("unseen", ()), *remarks.get("once", ()))
    if hardly:
        names = t.join(label_name(project.file, label, t.locale) for label in hardly[:MOST_NAMED])
        parts.append(Note(t("It hardly knows these labels yet: %(labels)s.", labels=names)))
    return parts + [Note(t(WARNINGS[code])) for code in remarks.get("warnings", ()) if code in WARNINGS]


def _picture(
    t: Translator, project: Project, card: Mapping[str, Any], remarks: Mapping[str, Any]
) -> list[Part]:
    parts: list[Part] = [
        Note(t("The picture: which labels it takes for which, and what more answers would teach it."))
    ]
    numbered = frozenset(remarks.get("numbered", ()))
    shown = [
        t("%(number)s. %(title)s", number=at, title=label_name(project.file, label, t.locale))
        for at, label in enumerate(card.get("labels", ()), start=1)
        if label in numbered
    ]
    if shown:
        names = t.join(shown[:MOST_NAMED])
        parts.append(Note(t("Its numbers stand for labels: %(labels)s.", labels=names)))
    return parts


def _what_next(t: Translator, project: Project, *, serves: bool) -> Phrase:
    wanted = project.file.suggestions.model
    if not project.file.suggestions.wanted:
        return t("Nobody sees its suggestions yet. Tap the button to show them on cards.")
    if wanted != OWN_MODEL:
        return t(
            "The model “%(name)s” goes on suggesting. Tap the button to take this one instead.",
            name=Content(wanted),
        )
    if serves:
        return t("It serves now: where it is sure enough, its suggestion stands on the card.")
    return t(
        "For now it runs in the shadow: nobody sees what it says. It takes over once it proves better than the "
        "present model on new tasks."
    )


def _next_steps(t: Translator, project: Project) -> tuple[Row, ...]:
    suggestions = Button(t("Suggestions"), data("models", project.id))
    back = Button(t("Back to the project"), data("project", project.id))
    if project.file.suggestions.model == OWN_MODEL:
        return ((suggestions, back),)
    return ((Button(t("Show its suggestions"), data("model!", project.id, OWN_MODEL)),), (suggestions, back))


# --- why there is none ----------------------------------------------------------------------------

Facts = Mapping[str, Any]


def training_failed(t: Translator, project: Project, *, code: str, facts: Facts) -> Message:
    """A training that brought no model: why, what to do, and that nothing else has changed.

    A code that is not known here is told as a training that broke off.
    """
    why, how = FAILURES.get(code, _broken)(t, project, facts)
    parts: list[Part] = [
        Title(t("No new model for “%(title)s”", title=title_of(t, project.file))),
        Para(why),
        Para(how),
    ]
    if project.file.suggestions.wanted:
        parts.append(Note(t("The model so far stays, and nothing else changes.")))
    return Message(
        parts=tuple(parts),
        rows=(
            (
                Button(t("Train again"), data("train", project.id)),
                Button(t("Back to the project"), data("project", project.id)),
            ),
        ),
    )


def _too_few(t: Translator, project: Project, facts: Facts) -> tuple[Phrase, Phrase]:
    missing = int(facts.get("missing", int(facts.get("needed", 0)) - int(facts.get("found", 0))))
    if missing <= 0:
        why = t("There is too little to learn from yet.")
    else:
        why = t.n(
            "There is too little to learn from yet: %(count)s more task is needed.",
            "There is too little to learn from yet: %(count)s more tasks are needed.",
            missing,
        )
    how = t(
        "It learns from settled tasks that at least two people answered, and from tasks with a known answer. "
        "Add some with %(command)s, or wait.",
        command=t.command(f"/addtasks {project.id}"),
    )
    return why, how


def _one_class(t: Translator, project: Project, facts: Facts) -> tuple[Phrase, Phrase]:
    label = facts.get("label")
    why = (
        t("Every task that it could learn from has the same label.")
        if label is None
        else t(
            "Every task that it could learn from is “%(label)s”.",
            label=label_name(project.file, str(label), t.locale),
        )
    )
    return why, t("It needs some tasks of at least two labels. Try again when others are settled.")


def _guessing(t: Translator, _project: Project, _facts: Facts) -> tuple[Phrase, Phrase]:
    return (
        t("The model learned nothing: on new tasks it is not better than guessing."),
        t("More tasks may help. If they do not, these tasks may be too different for it."),
    )


def _parity(t: Translator, _project: Project, _facts: Facts) -> tuple[Phrase, Phrase]:
    return (
        t("The finished model did not say the same as the one that was tested, so it was thrown away."),
        _tell_us(t),
    )


def _no_validation(t: Translator, _project: Project, _facts: Facts) -> tuple[Phrase, Phrase]:
    return (
        t("There is nothing to test a model on: too many of these tasks are alike."),
        t("Wait until more are settled, or add tasks with a known answer."),
    )


def _unreadable(t: Translator, _project: Project, _facts: Facts) -> tuple[Phrase, Phrase]:
    return (
        t("The pictures of these tasks could not be read."),
        t("Look at a few of them in the preview, and send better ones."),
    )


def _too_slow(t: Translator, _project: Project, _facts: Facts) -> tuple[Phrase, Phrase]:
    return (
        t("Training took too long and was stopped."),
        t("Please try again later, when less is going on."),
    )


def _not_installed(t: Translator, _project: Project, _facts: Facts) -> tuple[Phrase, Phrase]:
    return (
        t("Training is not installed on this service."),
        t("Ask whoever runs it to install the extra “train”."),
    )


def _broken(t: Translator, _project: Project, _facts: Facts) -> tuple[Phrase, Phrase]:
    return t("Training broke off before it was done."), _tell_us(t)


def _tell_us(t: Translator) -> Phrase:
    return t("Please try again. If it stays so, tell whoever runs this service.")


FAILURES: dict[str, Callable[[Translator, Project, Facts], tuple[Phrase, Phrase]]] = {
    "no_material": _too_few,
    "too_few": _too_few,
    "one_class_only": _one_class,
    "no_validation": _no_validation,
    "unreadable_images": _unreadable,
    "not_better_than_guessing": _guessing,
    "parity_failed": _parity,
    "no_training_parts": _not_installed,
    "too_slow": _too_slow,
    "bad_order": _broken,
    "broken": _broken,
}
"""By the code of the failure: why there is no model, and what to do."""
