"""The personal dashboard: what to do next, what was earned, what runs out, and one's projects."""

from __future__ import annotations

from bots.dialogue.bars import bar
from bots.dialogue.buttons import data
from bots.dialogue.earning import waiting
from bots.dialogue.project_views import short_state, title_of
from bots.dialogue.routes import Route, SurfaceRoute
from bots.dialogue.turn import Turn
from bots.dialogue.vocabulary import HOME, Button, Home, Message, Note, Para, Part, Reply, Row, Title, says
from core import projects
from core.domain.person import may
from core.domain.states import ProjectState
from core.store import assignments
from core.store import people as people_rows
from i18n import native_name

SLOT = "home"
PROJECTS = 10


def home(turn: Turn, _looked: Home) -> Reply:
    """Somebody looks at their dashboard."""
    return says(dashboard(turn))


def dashboard(turn: Turn) -> Message:
    """Everything at a glance, for this person."""
    if turn.person.consented_at is None:
        return _invitation(turn)
    parts, rows = _work(turn)
    parts += _about_me(turn)
    rows.append((Button(turn.t("Settings"), data("settings")), Button(turn.t("My answers"), data("history"))))
    if may(turn.person, "create project"):
        mine, buttons = _projects(turn)
        parts += mine
        rows += buttons
    parts.append(Note(turn.t("Cards and answers come in our private chat.")))
    return Message(parts=tuple(parts), rows=tuple(rows), slot=SLOT, place=HOME)


def _invitation(turn: Turn) -> Message:
    t = turn.t
    return Message(
        parts=(
            Title(t("Welcome!")),
            Para(t("Here you do small tasks right in this chat: look, tap an answer, get points.")),
        ),
        rows=((Button(t("Begin"), data("begin")),),),
        slot=SLOT,
        place=HOME,
    )


def _work(turn: Turn) -> tuple[list[Part], list[Row]]:
    t = turn.t
    points = people_rows.balance(turn.tx, turn.person.id)
    parts: list[Part] = [Title(t.n("You have %(count)s point.", "You have %(count)s points.", points))]
    parts += waiting(turn)
    held = assignments.active_of(turn.tx, turn.person.id)
    if held is None:
        return parts, [(Button(t("Get a task"), data("next")),)]
    if held.asked:
        parts.append(Para(t("Your task is due %(time)s.", time=t.when(held.due_at, now=turn.now))))
    return parts, [(Button(t("Show the card"), data("show", held.id)),)]


def _about_me(turn: Turn) -> list[Part]:
    t, person = turn.t, turn.person
    spoken = people_rows.languages(turn.tx, person.id)
    place = t("unknown") if person.zone is None else t.place(person.zone)
    return [
        Para(
            t("Languages you work in: %(languages)s", languages=t.join([t.language(one) for one in spoken]))
        ),
        Para(t("My language: %(language)s", language=native_name(person.locale))),
        Para(t("Your place: %(place)s", place=place)),
    ]


def _projects(turn: Turn) -> tuple[list[Part], list[Row]]:
    t = turn.t
    mine = [one for one in projects.mine(turn.tx, turn.person) if one.state is not ProjectState.CLOSED]
    parts: list[Part] = [Title(t("Your projects"))]
    rows: list[Row] = []
    for project in mine[:PROJECTS]:
        far = projects.progress(turn.tx, turn.person, project.id, now=turn.now)
        title = title_of(t, project.file)
        parts.append(
            Para(
                t(
                    "%(number)s. %(title)s: %(state)s, %(bar)s",
                    number=project.id,
                    title=title,
                    state=short_state(t, project),
                    bar=bar(t, far.share),
                )
            )
        )
        rows.append((Button(title, data("project", project.id)),))
    if not mine:
        parts.append(Para(t("You have no project yet.")))
    rows.append((Button(t("New project"), data("newproject")), Button(t("My projects"), data("projects"))))
    return parts, rows


ROUTES: tuple[Route, ...] = (SurfaceRoute(Home, home),)
