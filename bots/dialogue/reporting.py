"""Reporting a task: what is wrong with it, and the next card."""

from __future__ import annotations

from bots.dialogue import working
from bots.dialogue.buttons import Pressed, data
from bots.dialogue.cards import SLOT
from bots.dialogue.project_views import title_of
from bots.dialogue.routes import PressRoute, Route
from bots.dialogue.turn import Turn
from bots.dialogue.vocabulary import Button, Message, Note, Para, Reply, Title, Toast, says
from core import answering, flags
from core.domain.states import AssignmentState
from core.errors import Refused
from core.events import TaskReported
from core.store import cases, projects
from core.store.transaction import Transaction
from i18n import N_, Content, Translator

WHY: dict[str, str] = {
    "offensive": N_("It is offensive"),
    "personal": N_("It shows personal data"),
    "broken": N_("It is broken or empty"),
    "language": N_("I don’t know its language"),
    "other": N_("Something else"),
}


def ask(turn: Turn, pressed: Pressed) -> Reply:
    """What is wrong with this task?"""
    t = turn.t
    held = answering.own(turn.tx, turn.person, pressed.number())
    if held.state is not AssignmentState.ACTIVE:
        raise Refused("card_closed")
    rows = tuple((Button(t(WHY[why]), data("report-why", held.id, why)),) for why in flags.WHY)
    return says(
        Message(
            parts=(
                Title(t("What is wrong with this task?")),
                Note(
                    t("It goes back without a penalty, you never get it again, and a moderator looks at it.")
                ),
            ),
            rows=(*rows, (Button(t("Back to the task"), data("show", held.id)),)),
            slot=SLOT,
        )
    )


def report(turn: Turn, pressed: Pressed) -> Reply:
    """The task is reported, and another one follows."""
    turn.tell(flags.report(turn.tx, turn.person, pressed.number(0), pressed.word(1), now=turn.now))
    toast = turn.t("Thank you. A moderator will look at it.")
    return says(working.serve(turn, asked=False), toast=Toast(toast))


def told(tx: Transaction, t: Translator, event: TaskReported) -> Message:
    """What the owner is told: one message, however many reports come."""
    project = projects.find(tx, event.project_id)
    title = Content("") if project is None else title_of(t, project.file)
    tasks = cases.reported_in(tx, event.project_id)
    words = t.n(
        "In “%(project)s” people reported %(count)s task. A moderator looks at it.",
        "In “%(project)s” people reported %(count)s tasks. A moderator looks at them.",
        tasks,
        project=title,
    )
    held = (Note(t("Until then nobody gets the last one.")),) if event.held else ()
    return Message(
        parts=(Para(words), *held),
        rows=((Button(t("Show the project"), data("project", event.project_id)),),),
        slot=f"reported:{event.project_id}",
        locale=t.locale,
    )


ROUTES: tuple[Route, ...] = (
    PressRoute("report", ask, right="work", theirs=True),
    PressRoute("report-why", report, right="work", theirs=True),
)
