"""Deciding what the crowd did not: one escalated task after the other, with the votes on the card."""

from __future__ import annotations

from collections import Counter

from bots.dialogue import cards
from bots.dialogue.buttons import Pressed, data
from bots.dialogue.routes import PressRoute, Route
from bots.dialogue.turn import Turn
from bots.dialogue.vocabulary import Button, Message, Para, Part, Reply, Row, Toast, says
from core import projects, settling
from core.domain.project import Project
from core.errors import Refused
from core.kinds import kind_named
from core.store import answers, task_views, tasks
from i18n import Phrase


def slot(project_id: int) -> str:
    """The message in which a project's undecided tasks follow one another."""
    return f"decide:{project_id}"


def decide(turn: Turn, pressed: Pressed) -> Reply:
    """The first task that waits."""
    return says(_next(turn, pressed.number(), after=0))


def skip(turn: Turn, pressed: Pressed) -> Reply:
    """The one after this; after the last one comes the first again."""
    return says(_next(turn, pressed.number(0), after=pressed.number(1)))


def settle(turn: Turn, pressed: Pressed) -> Reply:
    """The tapped label is the truth from now on."""
    t = turn.t
    task_id, ordinal = pressed.number(0), pressed.number(1)
    project_id = tasks.project_of(turn.tx, task_id)
    if project_id is None:
        raise Refused("unknown_task")
    project = projects.own(turn.tx, turn.person, project_id)
    options = kind_named(project.file.kind).form(project.file).options
    if not 0 <= ordinal < len(options):
        raise Refused("unknown_button")
    option = options[ordinal]
    turn.tell(settling.decide(turn.tx, turn.person, task_id, option.id, now=turn.now))
    toast = t("Settled as “%(label)s”.", label=cards.name_of(option, t.locale))
    return says(_next(turn, project_id, after=task_id), toast=Toast(toast))


def _next(turn: Turn, project_id: int, *, after: int) -> Message:
    t = turn.t
    project = projects.own(turn.tx, turn.person, project_id)
    task_id = task_views.escalated(turn.tx, project_id, after=after) or task_views.escalated(
        turn.tx, project_id
    )
    if task_id is None:
        return Message(
            parts=(Para(t("Nothing is left to decide.")),),
            rows=((Button(t("Back to the project"), data("project", project_id)),),),
            slot=slot(project_id),
        )
    return _card(turn, project, task_id)


def _card(turn: Turn, project: Project, task_id: int) -> Message:
    t, file = turn.t, project.file
    content, context = task_views.shown(turn.tx, task_id)
    parts: tuple[Part, ...] = (
        *cards.body(t, file, content, context),
        Para(t("Votes: %(votes)s", votes=_votes(turn, project, task_id))),
    )
    settle_as: list[Row] = [
        (
            Button(
                t("Settle as “%(label)s”", label=cards.name_of(option, t.locale)),
                data("settle", task_id, ordinal),
            ),
        )
        for ordinal, option in enumerate(kind_named(file.kind).form(file).options)
    ]
    controls: Row = (
        Button(t("Skip"), data("decide-next", project.id, task_id)),
        Button(t("Back to the project"), data("project", project.id)),
    )
    return Message(
        parts=parts,
        rows=(*settle_as, controls),
        picture=content.get("image"),
        alt=t("The picture to judge") if "image" in content else None,
        slot=slot(project.id),
    )


def _votes(turn: Turn, project: Project, task_id: int) -> Phrase:
    t = turn.t
    counted = Counter(vote.value for vote in answers.votes(turn.tx, task_id))
    if not counted:
        return t("none")
    return t.join(
        t(
            "%(label)s %(votes)s",
            label=cards.label_name(project.file, value, t.locale),
            votes=t.number(count),
        )
        for value, count in counted.most_common()
    )


ROUTES: tuple[Route, ...] = (
    PressRoute("decide", decide, right="decide"),
    PressRoute("decide-next", skip, right="decide"),
    PressRoute("settle", settle, right="decide"),
)
