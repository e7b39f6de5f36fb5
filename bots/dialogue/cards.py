"""Task cards: what a worker judges, with one button for every possible answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bots.dialogue.buttons import data
from bots.dialogue.vocabulary import Button, Message, Note, Para, Part, Quote, Row, Title
from bots.dialogue.worth import with_worth
from core.domain.states import AssignmentState
from core.domain.suggestions import Suggested
from core.domain.task import Assignment
from core.intake.project_model import ProjectFile
from core.kinds import kind_named
from core.kinds.contract import Form, OneOf, Option
from i18n import Content, Phrase, Translator

SLOT = "card"
WIDE = 18  # a label longer than this gets a row of its own
NARROW = 8
ALMOST = 0.99
"""No model is shown as surer than that: a chance is never a fact."""


def name_of(option: Option, locale: str) -> Content:
    """An option's name for a reader."""
    names = option.names
    for tag in (locale, locale.partition("_")[0], "en"):
        if tag in names:
            return Content(names[tag])
    return Content(next(iter(names.values()), option.id))


def label_name(file: ProjectFile, value: str, locale: str) -> Content:
    """An answer's name for a reader; the answer itself when it is no option."""
    form = kind_named(file.kind).form(file)
    for option in form.options:
        if option.id == value:
            return name_of(option, locale)
    for label in file.labels:
        if label.id == value:
            return Content(label.names.pick(locale))
    return Content(value)


def body(
    t: Translator, file: ProjectFile, content: Mapping[str, str], context: str | None
) -> tuple[Part, ...]:
    """Title, instructions, and what is to be judged."""
    parts: list[Part] = [
        Title(Content(file.title.pick(t.locale))),
        Para(Content(file.instructions.pick(t.locale))),
    ]
    if content.get("text"):
        parts.append(Quote(Content(content["text"])))
    if context:
        parts.append(Note(Content(context)))
    return tuple(parts)


def answer_rows(
    form: Form, t: Translator, verb: str, target: int, *, marked: str | None = None
) -> tuple[Row, ...]:
    """The buttons of a form: `verb:target:ordinal`, laid out by the length of their names.

    The button of a label that is `marked` carries a sign; where every button stands does not depend on it.
    """
    assert isinstance(form, OneOf), "the only form there is"
    names = [name_of(option, t.locale) for option in form.options]
    longest = max((len(name) for name in names), default=0)
    across = 1 if longest > WIDE else 2 if longest > NARROW else 3
    buttons = [
        Button(
            t("✦ %(label)s", label=name) if option.id == marked else name,
            data(verb, target, at),
        )
        for at, (option, name) in enumerate(zip(form.options, names, strict=True))
    ]
    return tuple(tuple(buttons[at : at + across]) for at in range(0, len(buttons), across))


def preview(t: Translator, file: ProjectFile, content: Mapping[str, str], context: str | None) -> Message:
    """The card as workers will see it; its buttons do nothing."""
    form = kind_named(file.kind).form(file)
    rows = tuple(
        tuple(Button(button.label, data("sample")) for button in row if isinstance(button, Button))
        for row in answer_rows(form, t, "sample", 0)
    )
    return Message(
        parts=(*body(t, file, content, context), Note(t("This is a preview: nothing is saved."))),
        rows=rows,
        picture=content.get("image"),
        alt=_alt(t, content),
    )


def card(t: Translator, held: Assignment, *, now: datetime, undo: tuple[int, Content] | None) -> Message:
    """The card in a worker's hand; `undo` is the answer before, while it can be taken back.

    A suggestion that is withheld leaves no trace: the card is the one of a task without any.
    """
    form = kind_named(held.file.kind).form(held.file)
    hint = held.suggested if held.suggested is not None and held.suggested.visible else None
    rows = answer_rows(form, t, "a", held.id, marked=hint.label if hint is not None else None)
    if held.state is AssignmentState.ACTIVE:
        rows = (*rows, _controls(t, held))
    return Message(
        parts=(
            *body(t, held.file, held.content, held.context),
            *_suggestion(t, held.file, hint),
            Note(_terms(t, held, now=now)),
        ),
        rows=(*rows, *undo_row(t, undo)),
        picture=held.content.get("image"),
        alt=_alt(t, held.content),
        slot=SLOT,
    )


def _suggestion(t: Translator, file: ProjectFile, hint: Suggested | None) -> tuple[Part, ...]:
    """What the model says and how sure it is, as a question rather than an answer."""
    if hint is None:
        return ()
    return (
        Para(
            t(
                "✦ A model’s guess: %(label)s (%(share)s sure). Please judge for yourself.",
                label=label_name(file, hint.label, t.locale),
                share=t.percent(min(hint.confidence, ALMOST)),
            )
        ),
    )


def _controls(t: Translator, held: Assignment) -> Row:
    """What can be done with a card besides answering it; an overdue one can only be answered."""
    skip = Button(t("Skip"), data("skip", held.id))
    pause = Button(t("Pause"), data("pause", held.id))
    report = Button(t("Report"), data("report", held.id))
    if not held.asked:
        return skip, Button(t("Keep it"), data("keep", held.id)), pause, report
    if not held.extended:
        return skip, Button(t("More time"), data("extend", held.id)), pause, report
    return skip, pause, report


def undo_row(t: Translator, undo: tuple[int, Content] | None) -> tuple[Row, ...]:
    """The button that takes the answer before back."""
    if undo is None:
        return ()
    assignment_id, answer = undo
    return ((Button(t("Undo “%(answer)s”", answer=answer), data("undo", assignment_id)),),)


def _terms(t: Translator, held: Assignment, *, now: datetime) -> Phrase:
    reward = t.n("%(count)s point if right", "%(count)s points if right", held.reserve)
    reward = with_worth(t, reward, held.file, held.reserve)
    if held.state is AssignmentState.OVERDUE or now > held.due_at:
        return t("%(reward)s · the time is over, but your answer still counts", reward=reward)
    if not held.asked:
        return reward
    return t("%(reward)s · answer by %(time)s", reward=reward, time=t.when(held.due_at, now=now))


def _alt(t: Translator, content: Mapping[str, str]) -> Phrase | Content | None:
    if "image" not in content:
        return None
    return t("The picture to judge")
