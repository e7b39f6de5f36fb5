"""Somebody's words become a task of a project: in a form where there are forms, else by a choice."""

from __future__ import annotations

from bots.dialogue import problems
from bots.dialogue.buttons import Pressed, data
from bots.dialogue.project_views import title_of
from bots.dialogue.routes import FormRoute, PressRoute, Route, StepRoute, SurfaceRoute
from bots.dialogue.turn import Turn
from bots.dialogue.vocabulary import (
    Button,
    Choice,
    Clip,
    Field,
    Form,
    Message,
    Para,
    Quote,
    Reply,
    Submit,
    Text,
    Upload,
    Wrong,
    says,
)
from bots.dialogue.which import choices, open_projects
from core import importing, projects
from core.domain.person import require
from core.domain.project import Project
from core.domain.states import ProjectState
from core.errors import BadFile, Problem, Refused
from core.intake.rows import BadRow, TaskRow
from core.intake.task_file import read_lines
from i18n import Content, Phrase

VERB = "clip"
STEP = "clip"
OFFERED = 100


def clip(turn: Turn, what: Clip) -> Reply:
    """Which project is it for?"""
    require(turn.person, "create project")
    mine = open_projects(turn)
    body = one_line(what.body)
    if not body:
        raise Refused("no_words")
    if not mine:
        button = Button(turn.t("New project"), data("newproject"))
        words = turn.t("You have no project yet.")
        return says(Message(parts=(Para(words),), rows=((button,),)))
    if turn.can_open:
        return Reply(form=_form(turn, mine, body))
    turn.expect(STEP, words=body)
    words = turn.t("Which project is this for?")
    return says(Message(parts=(Quote(Content(body)), Para(words)), rows=choices(turn, mine, VERB)))


def _form(turn: Turn, mine: list[Project], body: str) -> Form:
    t = turn.t
    named = tuple(
        Choice(t("%(number)s. %(title)s", number=one.id, title=title_of(t, one.file)), str(one.id))
        for one in mine[:OFFERED]
    )
    return Form(
        data=data(VERB),
        title=t("Make this a task"),
        fields=(
            Field("project", t("Project"), "one", value=named[0].value, choices=named),
            Field("words", t("What is to be judged"), "text", value=body),
        ),
        submit=t("Add"),
        locale=t.locale,
    )


def sent(turn: Turn, _pressed: Pressed, submit: Submit) -> Reply:
    """The form came back."""
    number = str(submit.values.get("project", ""))
    if not number.isdecimal():
        raise Refused("unknown_project")
    try:
        words = _add(turn, int(number), one_line(str(submit.values.get("words", ""))))
    except BadFile as bad:
        return Reply(wrong=Wrong({"words": _wrong(turn, bad.problems[0])}))
    return says(Message(parts=(Para(words),)))


def chosen(turn: Turn, pressed: Pressed) -> Reply:
    """The project was tapped."""
    words = turn.draft.get("words") if turn.person.step == STEP else None
    if not words:
        raise Refused("unknown_button")
    turn.expect(None)
    try:
        return says(Message(parts=(Para(_add(turn, pressed.number(), str(words))),)))
    except BadFile as bad:
        return says(Message(parts=(Para(_wrong(turn, bad.problems[0])),)))


def typed(_turn: Turn, _words: Text | Upload) -> Reply:
    """Words where a tap was expected."""
    raise Refused("expected_button")


def _add(turn: Turn, project_id: int, body: str) -> Phrase:
    project = projects.own(turn.tx, turn.person, project_id)
    if project.state is ProjectState.CLOSED:
        raise Refused("project_closed")
    if not body:
        raise Refused("no_words")
    good: list[TaskRow] = []
    for row in read_lines(body, project.file):
        if isinstance(row, BadRow):
            raise BadFile(row.problem)
        good.append(row)
    count, _ = importing.add_tasks(turn.tx, project_id, good, now=turn.now)
    title = title_of(turn.t, project.file)
    return turn.t.n(
        "%(count)s task added to “%(title)s”.", "%(count)s tasks added to “%(title)s”.", count, title=title
    )


def _wrong(turn: Turn, found: Problem) -> Phrase:
    return problems.sentence(turn.t, found, field=turn.t("This"))


def one_line(words: str) -> str:
    """A message as one task: its lines are its paragraphs, not tasks of their own."""
    return " ".join(words.split())


ROUTES: tuple[Route, ...] = (
    SurfaceRoute(Clip, clip),
    StepRoute(STEP, typed),
    PressRoute(VERB, chosen, right="run project"),
    FormRoute(VERB, sent, right="run project"),
)
