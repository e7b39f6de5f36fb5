"""Adding tasks: files, lines of text and photos, with or without a word on where they belong."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from bots.dialogue import problems
from bots.dialogue.buttons import Pressed, data
from bots.dialogue.project_views import card, title_of
from bots.dialogue.routes import CommandRoute, PressRoute, Route, StepRoute
from bots.dialogue.turn import Turn
from bots.dialogue.vocabulary import (
    Button,
    Command,
    Message,
    Note,
    Para,
    Part,
    Reply,
    Text,
    Title,
    Upload,
    says,
)
from bots.dialogue.which import choices, number_in, open_projects, which
from core import importing, projects
from core.domain.person import require
from core.domain.project import Project
from core.domain.states import ProjectState
from core.errors import BadFile, Problem, Refused
from core.intake.formats import IMAGE_ENDINGS, ending
from core.intake.rows import BadRow
from core.intake.task_file import read_lines
from i18n import N_, Content

MOST_LINES = 200
MOST_WAITING = 20
PROJECT_ENDINGS = frozenset({"yaml", "yml"})
_CAPTION = re.compile(r"\s*(?:/|/?crowd\s+)?(addtasks|project)(?:@\w+)?(?:\s+#?(\d{1,15}))?\s*\Z")


def slot(project_id: int) -> str:
    """The message that counts what was added bit by bit."""
    return f"fill:{project_id}"


def add_tasks(turn: Turn, command: Command) -> Reply:
    """`/addtasks ID`."""
    project_id = number_in(command.args)
    if project_id is None:
        return which(turn, "addtasks", act=_ask, only_open=True)
    return _ask(turn, project_id)


def add_pressed(turn: Turn, pressed: Pressed) -> Reply:
    """The same from a button."""
    return _ask(turn, pressed.number())


def _ask(turn: Turn, project_id: int) -> Reply:
    t = turn.t
    project = _open(turn, project_id)
    turn.expect("addtasks", project=project_id)
    return says(
        Message(
            parts=(
                Title(t("Add tasks to “%(title)s”", title=title_of(t, project.file))),
                Para(
                    t("Send a file (CSV, JSONL, Excel, ZIP), photos, or lines of text: each line is a task.")
                ),
                Note(t("A table needs a column “text” or “image”. Tap Done when you are finished.")),
            ),
            rows=((Button(t("Done"), data("added", project_id)),),),
            slot=slot(project_id),
        )
    )


def _open(turn: Turn, project_id: int) -> Project:
    project = projects.own(turn.tx, turn.person, project_id)
    if project.state is ProjectState.CLOSED:
        raise Refused("project_closed")
    return project


def done(turn: Turn, pressed: Pressed) -> Reply:
    """Enough was added."""
    turn.expect(None)
    return says(card(turn, pressed.number()))


def added(turn: Turn, what: Text | Upload) -> Reply:
    """Lines or a file for the project that was named before."""
    project_id = int(turn.draft["project"])
    if isinstance(what, Upload):
        return receive(turn, what, into=project_id)
    return _lines(turn, project_id, what.body)


def _lines(turn: Turn, project_id: int, body: str) -> Reply:
    t = turn.t
    project = _open(turn, project_id)
    if sum(bool(line.strip()) for line in body.splitlines()) > MOST_LINES:
        raise Refused("too_many_lines", most=MOST_LINES)
    wrong: list[Problem]
    try:
        rows = read_lines(body, project.file)
    except BadFile as bad:
        rows, wrong = [], list(bad.problems)
    else:
        wrong = [row.problem for row in rows if isinstance(row, BadRow)]
    good = [row for row in rows if not isinstance(row, BadRow)]
    count, _ = importing.add_tasks(turn.tx, project_id, good, now=turn.now)
    parts: list[Part] = [Para(t.n("%(count)s task added.", "%(count)s tasks added.", count))]
    if wrong:
        parts += problems.listed(t, wrong)
    parts.append(Note(t("Send more, or tap Done.")))
    row = (Button(t("Done"), data("added", project_id)),)
    return says(Message(parts=tuple(parts), rows=(row,), slot=slot(project_id)))


# --- files ----------------------------------------------------------------------------------------


def upload(turn: Turn, what: Text | Upload) -> Reply:
    """A file that came by itself; words, while the question where it belongs is open."""
    if isinstance(what, Text):
        raise Refused("expected_button")
    return receive(turn, what)


def receive(turn: Turn, what: Upload, *, into: int | None = None, replaces: int | None = None) -> Reply:
    """A file, with what is known about where it belongs; its caption says it best.

    Raises:
        Refused: not_allowed, file_too_large, file_not_fetched, unknown_project, project_closed.
    """
    require(turn.person, "create project")
    if what.trouble is not None:
        raise Refused("file_too_large" if what.trouble == "too_large" else "file_not_fetched")
    if what.path is None:
        raise Refused("not_allowed")
    kept = {"path": _kept(turn, what.path), "name": what.name}
    named = _CAPTION.match(what.caption)
    word, number = (named[1], int(named[2]) if named[2] else None) if named else ("", None)
    if is_project_file(what):
        return _project_file(turn, kept, replaces=number if word == "project" else replaces)
    project_id = number if word == "addtasks" and number is not None else into
    if project_id is not None:
        return _start(turn, project_id, [kept], by_step=into == project_id)
    return _ask_where(turn, kept)


def is_project_file(what: Upload) -> bool:
    """Whether the file describes a project, by its name."""
    return ending(what.name) in PROJECT_ENDINGS


def _kept(turn: Turn, path: Path) -> str:
    """Where the file waits, from the data folder on."""
    folder = turn.house.data_dir
    return str(path.relative_to(folder) if path.is_relative_to(folder) else path)


def _project_file(turn: Turn, kept: dict[str, str], *, replaces: int | None) -> Reply:
    t = turn.t
    if replaces is not None:
        _open(turn, replaces)
    turn.expect(None)
    job = _job(turn, "project file", project_id=replaces, kept=kept)
    words = t("I am reading “%(name)s”…", name=Content(kept["name"]))
    return says(Message(parts=(Para(words),), slot=f"job:{job}"))


def _ask_where(turn: Turn, kept: dict[str, str]) -> Reply:
    t = turn.t
    mine = open_projects(turn)
    if not mine:
        button = Button(t("New project"), data("newproject"))
        words = t("You have no project for this file yet. Make one first, then send the file again.")
        return says(Message(parts=(Para(words),), rows=((button,),)))
    waiting: list[dict[str, str]] = turn.draft.get("files", []) if turn.person.step == "upload" else []
    if len(waiting) >= MOST_WAITING:
        raise Refused("too_many_files", most=MOST_WAITING)
    waiting = [*waiting, kept]
    turn.expect("upload", files=waiting)
    names = t.join([Content(one["name"]) for one in waiting[:3]])
    parts: list[Part] = [Para(t("Which project is this for: %(names)s?", names=names))]
    if len(waiting) > 3:
        parts.append(Note(t.n("and %(count)s more file", "and %(count)s more files", len(waiting) - 3)))
    rows = (*choices(turn, mine, "upload"), (Button(t("None of them"), data("noupload")),))
    return says(Message(parts=tuple(parts), rows=rows, slot="upload"))


def chosen(turn: Turn, pressed: Pressed) -> Reply:
    """Where the waiting files belong was tapped."""
    files = turn.draft.get("files") if turn.person.step == "upload" else None
    if not files:
        raise Refused("file_needed")
    turn.expect(None)
    return _start(turn, pressed.number(), files, by_step=False)


def dropped(turn: Turn, _pressed: Pressed) -> Reply:
    """The waiting files belong nowhere; they are swept away later."""
    if turn.person.step == "upload":
        turn.expect(None)
    return says(Message(parts=(Para(turn.t("Dropped. Nothing was added.")),), slot="upload"))


def _start(turn: Turn, project_id: int, files: list[dict[str, str]], *, by_step: bool) -> Reply:
    """Reading begins after this turn; photos that come one by one share one message."""
    t = turn.t
    project = _open(turn, project_id)
    said: list[Message] = []
    shared = slot(project_id)
    for kept in files:
        photo = ending(kept["name"]) in IMAGE_ENDINGS
        details: dict[str, Any] = {"slot": shared} if photo else {}
        job = _job(turn, "import", project_id=project_id, kept=kept | details)
        if not photo:
            words = t(
                "I am reading “%(name)s” for “%(title)s”…",
                name=Content(kept["name"]),
                title=title_of(t, project.file),
            )
            said.append(Message(parts=(Para(words),), slot=f"job:{job}"))
    if len(said) < len(files) and not by_step:
        said.append(Message(parts=(Para(t("I am looking at your pictures…")),), slot=shared))
    return says(*said)


def _job(turn: Turn, kind: str, *, project_id: int | None, kept: dict[str, Any]) -> int:
    details = kept | {"zone": str(turn.person.tz)}
    return turn.errand(kind, project_id=project_id, details=details)


ROUTES: tuple[Route, ...] = (
    CommandRoute("addtasks", add_tasks, N_("Add tasks to a project"), right="run project"),
    PressRoute("addtasks", add_pressed, right="run project"),
    StepRoute("addtasks", added, right="run project"),
    PressRoute("added", done, right="run project"),
    StepRoute("upload", upload, right="create project"),
    PressRoute("upload", chosen, right="run project"),
    PressRoute("noupload", dropped, right="create project"),
)
