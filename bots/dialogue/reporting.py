"""Reporting a task: what is wrong with it, and the next card."""

from __future__ import annotations

from bots.dialogue import working
from bots.dialogue.buttons import Pressed, data
from bots.dialogue.cards import SLOT
from bots.dialogue.routes import PressRoute, Route
from bots.dialogue.turn import Turn
from bots.dialogue.vocabulary import Button, Message, Note, Reply, Title, Toast, says
from core import answering, flags
from core.domain.states import AssignmentState
from core.errors import Refused
from i18n import N_

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


ROUTES: tuple[Route, ...] = (PressRoute("report", ask), PressRoute("report-why", report))
