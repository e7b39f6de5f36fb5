"""Telling others that tasks wait: a post where people are, with a button that opens the work privately."""

from __future__ import annotations

from bots.dialogue.buttons import Pressed, data
from bots.dialogue.project_views import title_of
from bots.dialogue.routes import CommandRoute, PressRoute, Route
from bots.dialogue.turn import Turn
from bots.dialogue.vocabulary import (
    Button,
    Code,
    Command,
    Message,
    Note,
    Para,
    Part,
    Place,
    Quote,
    Reply,
    Title,
    says,
)
from bots.dialogue.which import number_in, which
from core import projects
from core.domain.states import ProjectState
from core.errors import Refused
from core.projects import Progress
from i18n import N_, Content, Phrase


def slot(project_id: int) -> str:
    """The post that what happens to the project follows."""
    return f"post:{project_id}"


def announce(turn: Turn, command: Command) -> Reply:
    """`/announce ID`, where people should see it."""
    project_id = number_in(command.args)
    return (
        _announce(turn, project_id) if project_id else which(turn, "announce", act=_announce, only_open=True)
    )


def announce_pressed(turn: Turn, pressed: Pressed) -> Reply:
    """The same from a button."""
    return _announce(turn, pressed.number())


def _announce(turn: Turn, project_id: int) -> Reply:
    far = projects.progress(turn.tx, turn.person, project_id, now=turn.now)
    if far.project.state is not ProjectState.RUNNING:
        raise Refused("not_running", project=project_id)
    if turn.place is not None and turn.place.kind == "whisper":
        return says(_post(turn, far, turn.place))
    return says(_to_pass_on(turn, far))


def _post(turn: Turn, far: Progress, place: Place) -> Message:
    t, file = turn.t, far.project.file
    return Message(
        parts=(
            Title(_waiting(turn, far)),
            Quote(Content(file.instructions.pick(t.locale))),
            Note(t("Tap the button: the first one comes in our private chat.")),
        ),
        rows=((Button(t("Start"), data("next")),),),
        slot=slot(far.project.id),
        place=Place("post", place.ref),
        otherwise=t("I cannot write there. Invite me first, then send the command again."),
    )


def _to_pass_on(turn: Turn, far: Progress) -> Message:
    """Where I cannot post by myself: words to pass on, and where a post could stand."""
    t, number = turn.t, far.project.id
    link = turn.house.invite_links.get(turn.platform)
    if turn.limits.places:
        command = t.command(f"/announce {number}")
        words = t("Send %(command)s where people should see it: I post it there.", command=command)
        return Message(parts=(Para(words),))
    parts: list[Part] = [
        Para(t("Pass this on to people who might help:")),
        Quote(Content(_waiting(turn, far))),
    ]
    if link is not None:
        parts.append(Code(Content(link(""))))
    return Message(parts=tuple(parts))


def _waiting(turn: Turn, far: Progress) -> Phrase:
    title = title_of(turn.t, far.project.file)
    return turn.t.n(
        "%(count)s task is waiting in “%(title)s”",
        "%(count)s tasks are waiting in “%(title)s”",
        far.open,
        title=title,
    )


ROUTES: tuple[Route, ...] = (
    CommandRoute("announce", announce, N_("Tell others that tasks wait"), right="run project"),
    PressRoute("announce", announce_pressed, right="run project"),
)
