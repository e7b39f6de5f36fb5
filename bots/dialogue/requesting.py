"""A new project, step by step, for somebody on a phone."""

from __future__ import annotations

from typing import Any

from bots.dialogue import filling, problems, project_form
from bots.dialogue.buttons import Pressed, data
from bots.dialogue.project_views import card, terms
from bots.dialogue.questions import ASIDE, FIELD_NAMES, QUESTIONS, Settings, check, order
from bots.dialogue.routes import CommandRoute, PressRoute, Route, StepRoute
from bots.dialogue.turn import Turn
from bots.dialogue.vocabulary import (
    Button,
    Command,
    Message,
    Note,
    Para,
    Part,
    Quote,
    Reply,
    Row,
    Text,
    Title,
    Toast,
    Upload,
    says,
)
from core import projects
from core.errors import BadFile, Problem, Refused
from core.intake.project_file import build_project
from i18n import N_, Content

LAST = "new-check"


def begin(turn: Turn, _command: Command) -> Reply:
    """`/newproject`."""
    if turn.can_open:
        return Reply(form=project_form.form(turn))
    return _ask(turn, order(custom=False)[0], {}, custom=False)


def begin_pressed(turn: Turn, _pressed: Pressed) -> Reply:
    """The same from a button."""
    return begin(turn, Command("newproject"))


def typed(turn: Turn, what: Text | Upload) -> Reply:
    """Words for the question that stands; a project file sent meanwhile answers them all."""
    if isinstance(what, Upload):
        if filling.is_project_file(what):
            return filling.receive(turn, what)
        raise Refused("finish_first")
    step, settings, custom = _standing(turn)
    question = QUESTIONS.get(step)
    if question is None or question.read is None:
        raise Refused("expected_button")
    return _answered(turn, step, settings | question.read(what.body), custom=custom)


def tapped(turn: Turn, pressed: Pressed) -> Reply:
    """A ready-made answer; buttons of questions before do nothing."""
    step, settings, custom = _standing(turn)
    if pressed.word(0) != step:
        raise Refused("unknown_button")
    if pressed.word(1) == ASIDE and step in QUESTIONS and QUESTIONS[step].aside:
        return _ask(turn, order(custom=True)[order(custom=True).index(step) + 1], settings, custom=True)
    offered = QUESTIONS[step].offered if step in QUESTIONS else ()
    at = pressed.number(1)
    if not 0 <= at < len(offered):
        raise Refused("unknown_button")
    return _answered(turn, step, settings | offered[at].settings(), custom=custom)


def back(turn: Turn, pressed: Pressed) -> Reply:
    """The question before; what was answered there is asked again."""
    step, settings, custom = _standing(turn)
    if pressed.word() != step:
        raise Refused("unknown_button")
    steps = order(custom=custom)
    before = steps[max(steps.index(step) - 1, 0)]
    return _ask(turn, before, settings, custom=custom and before in order(custom=True)[5:])


def drop(turn: Turn, _pressed: Pressed) -> Reply:
    """No project after all."""
    if _is_ours(turn.person.step):
        turn.expect(None)
    return says(Message(parts=(Para(turn.t("Dropped. Nothing was made.")),), slot="new"))


def create(turn: Turn, _pressed: Pressed) -> Reply:
    """The draft is made and its card shown."""
    step, settings, _ = _standing(turn)
    if step != LAST:
        raise Refused("unknown_button")
    try:
        file = build_project(settings, zone=turn.person.tz)
    except BadFile as bad:
        return says(Message(parts=problems.listed(turn.t, bad.problems), slot="new"))
    project_id = projects.create(turn.tx, turn.person, file, now=turn.now)
    turn.expect(None)
    return says(card(turn, project_id), toast=Toast(turn.t("The draft is made.")))


def _standing(turn: Turn) -> tuple[str, Settings, bool]:
    if not _is_ours(turn.person.step):
        raise Refused("unknown_button")
    draft = turn.draft
    return str(turn.person.step), draft.get("settings", {}), bool(draft.get("custom"))


def _is_ours(step: str | None) -> bool:
    return step == LAST or step in QUESTIONS


def _answered(turn: Turn, step: str, settings: Settings, *, custom: bool) -> Reply:
    wrong = check(settings, QUESTIONS[step].fields, zone=turn.person.tz)
    if wrong:
        return says(_wrong(turn, step, wrong[0]))
    steps = order(custom=custom)
    return _ask(turn, steps[steps.index(step) + 1], settings, custom=custom)


def _wrong(turn: Turn, step: str, found: Problem) -> Message:
    """One clear sentence, with the same buttons as the question."""
    name = FIELD_NAMES.get(found.field or "")
    about = turn.t(name) if name else Content(found.value) if found.value else turn.t("This")
    words = problems.sentence(turn.t, found, field=about)
    return Message(parts=(Para(words),), rows=_rows(turn, step))


def _ask(turn: Turn, step: str, settings: Settings, *, custom: bool) -> Reply:
    draft: dict[str, Any] = {"settings": settings}
    turn.expect(step, **draft, **({"custom": True} if custom else {}))
    return says(_summary(turn, settings) if step == LAST else _question(turn, step, custom=custom))


def _question(turn: Turn, step: str, *, custom: bool) -> Message:
    t = turn.t
    question, steps = QUESTIONS[step], order(custom=custom)
    count = t(
        "New project, %(step)s of %(steps)s",
        step=t.number(steps.index(step) + 1),
        steps=t.number(len(steps)),
    )
    parts = (Note(count), Title(t(question.asks)), Para(t(question.explains)))
    return Message(parts=parts, rows=_rows(turn, step), slot="new")


def _rows(turn: Turn, step: str) -> tuple[Row, ...]:
    t = turn.t
    question = QUESTIONS[step]
    buttons = [Button(one.words(t), data("new", step, at)) for at, one in enumerate(question.offered)]
    rows: list[Row] = [
        tuple(buttons[at : at + question.across]) for at in range(0, len(buttons), question.across)
    ]
    if question.aside:
        rows.append((Button(t("Something else"), data("new", step, ASIDE)),))
    return (*rows, _ways_out(turn, step))


def _ways_out(turn: Turn, step: str) -> Row:
    t = turn.t
    cancel = Button(t("Cancel"), data("new-drop"))
    if step == order(custom=False)[0]:
        return (cancel,)
    return Button(t("‹ Back"), data("new-back", step)), cancel


def _summary(turn: Turn, settings: Settings) -> Message:
    t = turn.t
    file = build_project(settings, zone=turn.person.tz)
    parts: list[Part] = [
        Title(Content(file.title.pick(t.locale))),
        Quote(Content(file.instructions.pick(t.locale))),
        Para(
            t("Answers: %(labels)s", labels=t.join(Content(one.names.pick(t.locale)) for one in file.labels))
        ),
        *(Para(line) for line in terms(t, file, now=turn.now)),
        Note(t("Tasks come next. All this can be changed later.")),
    ]
    rows: tuple[Row, ...] = ((Button(t("Create"), data("new-create")),), _ways_out(turn, LAST))
    return Message(parts=tuple(parts), rows=rows, slot="new")


ROUTES: tuple[Route, ...] = (
    CommandRoute("newproject", begin, N_("Make a new project"), right="create project"),
    PressRoute("newproject", begin_pressed, right="create project"),
    PressRoute("new", tapped, right="create project"),
    PressRoute("new-back", back, right="create project"),
    PressRoute("new-drop", drop, right="create project"),
    PressRoute("new-create", create, right="create project"),
    *(StepRoute(step, typed, right="create project") for step in (*QUESTIONS, LAST)),
)
