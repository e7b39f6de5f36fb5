"""Which project is meant: its number in a command, or a choice by buttons."""

from __future__ import annotations

from collections.abc import Callable

from bots.dialogue.buttons import data
from bots.dialogue.project_views import title_of
from bots.dialogue.turn import Turn
from bots.dialogue.vocabulary import Button, Message, Para, Reply, Row, says
from core import projects
from core.domain.project import Project
from core.domain.states import ProjectState
from core.errors import Refused

OFFERED = 10


def number_in(args: str) -> int | None:
    """The project's number that a command names; None when it names none.

    Raises:
        Refused: unknown_project, for words that are no number.
    """
    word = args.strip().lstrip("#")
    if not word:
        return None
    if not word.isdecimal() or len(word) > 15:
        raise Refused("unknown_project", project=word)
    return int(word)


def open_projects(turn: Turn) -> list[Project]:
    """The projects that the person may run and that are not closed, the newest first."""
    return [one for one in projects.mine(turn.tx, turn.person) if one.state is not ProjectState.CLOSED]


def which(
    turn: Turn, verb: str, *, act: Callable[[Turn, int], Reply] | None = None, only_open: bool = False
) -> Reply:
    """Ask for the project by buttons; with `act` the only one there is needs no question."""
    t = turn.t
    mine = open_projects(turn) if only_open else projects.mine(turn.tx, turn.person)
    if not mine:
        button = Button(t("New project"), data("newproject"))
        return says(Message(parts=(Para(t("You have no project yet.")),), rows=((button,),)))
    if act is not None and len(mine) == 1:
        return act(turn, mine[0].id)
    return says(Message(parts=(Para(t("Which project?")),), rows=choices(turn, mine, verb), slot="which"))


def choices(turn: Turn, offered: list[Project], verb: str) -> tuple[Row, ...]:
    """A button for each of the newest projects."""
    return tuple(
        (
            Button(
                turn.t("%(number)s. %(title)s", number=one.id, title=title_of(turn.t, one.file)),
                data(verb, one.id),
            ),
        )
        for one in offered[:OFFERED]
    )
