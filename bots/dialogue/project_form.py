"""A new project in one form, where a platform has forms; the questions are those of the conversation."""

from __future__ import annotations

from typing import Literal

from bots.dialogue import problems
from bots.dialogue.buttons import Pressed, data
from bots.dialogue.project_views import card
from bots.dialogue.questions import FIELD_NAMES, QUESTIONS, Question, Settings, check
from bots.dialogue.refusals import refusal
from bots.dialogue.routes import FormRoute, Route
from bots.dialogue.turn import Turn
from bots.dialogue.vocabulary import Choice, Field, Form, Reply, Submit, Words, Wrong, says
from core import projects
from core.errors import Refused
from core.intake.project_file import build_project
from i18n import Content

VERB = "new-form"
_ASKED: tuple[str, ...] = (
    "new-title",
    "new-question",
    "new-labels",
    "new-languages",
    "new-terms",
    "new-limit",
)
_CHOSEN = {"new-terms": 0, "new-limit": 2}
"""What is chosen among what is offered, and what most projects choose."""
_LONG = frozenset({"new-question", "new-labels"})
_OPTIONAL = frozenset({"new-languages"})


def form(turn: Turn) -> Form:
    """Everything that a project needs, with what most projects choose."""
    t = turn.t
    return Form(
        data=data(VERB),
        title=t("New project"),
        fields=tuple(_field(turn, step, QUESTIONS[step]) for step in _ASKED),
        submit=t("Create"),
        note=t("Tasks come next. All this can be changed later."),
        locale=t.locale,
    )


def _field(turn: Turn, step: str, question: Question) -> Field:
    t = turn.t
    if step in _CHOSEN:
        choices = tuple(Choice(one.words(t), str(at)) for at, one in enumerate(question.offered))
        hint = t(question.explains) if question.read is None else None  # else it says how to type
        return Field(step, t(question.asks), "one", hint, str(_CHOSEN[step]), choices)
    kind: Literal["line", "text"] = "text" if step in _LONG else "line"
    return Field(
        step,
        t(question.asks),
        kind,
        t(question.explains),
        optional=step in _OPTIONAL,
    )


def sent(turn: Turn, _pressed: Pressed, submit: Submit) -> Reply:
    """The draft is made and its card shown, or each field says what is wrong with it."""
    settings: Settings = {}
    errors: dict[str, Words] = {}
    for step in _ASKED:
        question = QUESTIONS[step]
        try:
            read = _read(step, question, str(submit.values.get(step, "")))
        except Refused as refused:
            errors[step] = refusal(turn.t, refused)
            continue
        wrong = check(read, question.fields, zone=turn.person.tz)
        if wrong:
            name = FIELD_NAMES.get(wrong[0].field or "")
            about = turn.t(name) if name else Content(wrong[0].value or "")
            errors[step] = problems.sentence(turn.t, wrong[0], field=about)
        settings |= read
    if errors:
        return Reply(wrong=Wrong(errors))
    file = build_project(settings, zone=turn.person.tz)
    project_id = projects.create(turn.tx, turn.person, file, now=turn.now)
    return says(card(turn, project_id))


def _read(step: str, question: Question, words: str) -> Settings:
    """What was chosen, or what the words of a field mean."""
    if step in _CHOSEN:
        if not words.isdecimal() or int(words) >= len(question.offered):
            raise Refused("unknown_button")
        return question.offered[int(words)].settings()
    assert question.read is not None, "the others are typed"
    if step in _OPTIONAL and not words.strip():
        return {"languages": None}
    return question.read(words)


ROUTES: tuple[Route, ...] = (FormRoute(VERB, sent, right="create project"),)
