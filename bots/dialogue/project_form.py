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
from core.domain.person import require
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
    if question.read is None or step == "new-limit":
        choices = tuple(Choice(one.words(t), str(at)) for at, one in enumerate(question.offered))
        usual = 2 if step == "new-limit" else 0
        return Field(step, t(question.asks), "one", t(question.explains), str(usual), choices)
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
    require(turn.person, "create project")
    settings: Settings = {}
    errors: dict[str, Words] = {}
    for step in _ASKED:
        question = QUESTIONS[step]
        try:
            read = _read(question, str(submit.values.get(step, "")))
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


def _read(question: Question, words: str) -> Settings:
    """What was chosen, or what the words of a field mean."""
    if question.offered and words.isdecimal() and int(words) < len(question.offered):
        return question.offered[int(words)].settings()
    if question.read is None:
        raise Refused("expected_button")
    return question.read(words) if words.strip() or question.fields != ("languages",) else {"languages": None}


ROUTES: tuple[Route, ...] = (FormRoute(VERB, sent),)
