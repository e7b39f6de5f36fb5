"""The personal dashboard: what to do next, what was earned, what runs out, and one's projects."""

from __future__ import annotations

from bots.dialogue.bars import bar
from bots.dialogue.buttons import data
from bots.dialogue.earning import waiting
from bots.dialogue.project_views import short_state, title_of
from bots.dialogue.routes import Route, SurfaceRoute
from bots.dialogue.turn import Turn
from bots.dialogue.vocabulary import HOME, Button, Home, Message, Note, Para, Part, Reply, Row, Title, says
from bots.dialogue.which import open_projects
from core import projects
from core.domain.person import may
from core.store import assignments
from core.store import people as people_rows
from i18n import native_name

SLOT = "home"
PROJECTS = 10


def home(turn: Turn, _looked: Home) -> Reply:
    """Somebody looks at their dashboard."""
    return says(dashboard(turn))


class _Board:
    """Parts, and rows of buttons between them."""

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self.rows: list[Row] = []
        self.between: list[int] = []

    def say(self, *parts: Part) -> None:
        """Add words."""
        self.parts += parts

    def offer(self, *buttons: Button) -> None:
        """Add a row of buttons below the words so far."""
        self.rows.append(buttons)
        self.between.append(len(self.parts))


def dashboard(turn: Turn) -> Message:
    """Everything at a glance, for this person."""
    if turn.person.consented_at is None:
        return _invitation(turn)
    board = _Board()
    _work(turn, board)
    _about_me(turn, board)
    if may(turn.person, "create project"):
        _projects(turn, board)
    board.say(Note(turn.t("Cards and answers come in our private chat.")))
    return Message(
        parts=tuple(board.parts),
        rows=tuple(board.rows),
        between=tuple(board.between),
        slot=SLOT,
        place=HOME,
    )


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


def _work(turn: Turn, board: _Board) -> None:
    t = turn.t
    points = people_rows.balance(turn.tx, turn.person.id)
    board.say(Title(t.n("You have %(count)s point.", "You have %(count)s points.", points)), *waiting(turn))
    held = assignments.active_of(turn.tx, turn.person.id)
    if held is None:
        board.offer(Button(t("Get a task"), data("next")), Button(t("My answers"), data("history")))
        return
    if held.asked:
        board.say(Para(t("Your task is due %(time)s.", time=t.when(held.due_at, now=turn.now))))
    board.offer(Button(t("Show the card"), data("show", held.id)), Button(t("My answers"), data("history")))


def _about_me(turn: Turn, board: _Board) -> None:
    t, person = turn.t, turn.person
    spoken = people_rows.languages(turn.tx, person.id)
    place = t("unknown") if person.zone is None else t.place(person.zone)
    board.say(
        Title(t("Settings")),
        Para(
            t("Languages you work in: %(languages)s", languages=t.join([t.language(one) for one in spoken]))
        ),
        Para(t("My language: %(language)s", language=native_name(person.locale))),
        Para(t("Your place: %(place)s", place=place)),
    )
    board.offer(Button(t("Settings"), data("settings")))


def _projects(turn: Turn, board: _Board) -> None:
    t = turn.t
    mine = open_projects(turn)
    board.say(Title(t("Your projects")))
    for project in mine[:PROJECTS]:
        far = projects.progress(turn.tx, turn.person, project.id, now=turn.now)
        title = title_of(t, project.file)
        board.say(
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
        board.offer(Button(title, data("project", project.id)))
    if not mine:
        board.say(Para(t("You have no project yet.")))
    board.offer(Button(t("New project"), data("newproject")), Button(t("My projects"), data("projects")))


ROUTES: tuple[Route, ...] = (SurfaceRoute(Home, home),)
