"""Trying a project before its launch, and what the trial showed."""

from __future__ import annotations

from dataclasses import replace

from bots.dialogue.buttons import Pressed, data
from bots.dialogue.project_views import card, title_of
from bots.dialogue.routes import PressRoute, Route
from bots.dialogue.turn import Turn
from bots.dialogue.vocabulary import Button, Message, Para, Reply, Title, Toast, says
from core import pilots
from core.domain.project import Project
from i18n import Translator


def begin(turn: Turn, pressed: Pressed) -> Reply:
    """People get the first tasks from now on."""
    project = pilots.begin(turn.tx, turn.person, pressed.number(), now=turn.now)
    toast = Toast(turn.t("The trial has begun: I tell you when it is over."))
    return replace(says(card(turn, project.id)), toast=toast)


def over(t: Translator, project: Project) -> Message:
    """The trial is over, for the owner; the card says what it showed."""
    return Message(
        parts=(
            Title(t("The trial of “%(title)s” is over", title=title_of(t, project.file))),
            Para(t("Look at what it showed, then launch the project, or change it first.")),
        ),
        rows=((Button(t("Show the project"), data("project", project.id)),),),
        locale=t.locale,
    )


ROUTES: tuple[Route, ...] = (PressRoute("p-try", begin, right="run project"),)
