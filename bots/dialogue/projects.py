"""Running projects: the list, the card, and every move of a project's life."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bots.dialogue import filling, tracking
from bots.dialogue.buttons import Pressed, data
from bots.dialogue.project_views import card, short_state, slot, title_of
from bots.dialogue.routes import CommandRoute, FormRoute, PressRoute, Route, StepRoute
from bots.dialogue.turn import Turn
from bots.dialogue.vocabulary import (
    Button,
    Command,
    Field,
    Form,
    Message,
    Note,
    Para,
    Part,
    Reply,
    Row,
    Submit,
    Text,
    Title,
    Toast,
    Upload,
    says,
)
from bots.dialogue.which import number_in, which
from core import projects
from core.domain.project import Project
from core.domain.states import ProjectState
from core.errors import Refused
from i18n import N_

AT_ONCE = 8
STEPS = frozenset({"addtasks", "budget", "project-file"})
"""What is expected about one project."""


def list_(turn: Turn, _command: Command) -> Reply:
    """`/projects`."""
    return says(_list(turn, first=0))


def list_pressed(turn: Turn, pressed: Pressed) -> Reply:
    """The same from a button, or its next page."""
    return says(_list(turn, first=pressed.number() if pressed.arguments else 0))


def _list(turn: Turn, *, first: int) -> Message:
    t = turn.t
    mine = projects.mine(turn.tx, turn.person)
    shown = mine[first : first + AT_ONCE]
    parts: list[Part] = [Title(t("Your projects"))]
    if not shown:
        parts.append(Para(t("None yet. Send a project file, or tap the button.")))
    rows: list[Row] = []
    for project in shown:
        far = projects.progress(turn.tx, turn.person, project.id, now=turn.now)
        title = title_of(t, project.file)
        parts.append(
            Para(
                t(
                    "%(number)s. %(title)s: %(state)s, %(percent)s of %(tasks)s settled",
                    number=project.id,
                    title=title,
                    state=short_state(t, project),
                    percent=t.percent(far.share),
                    tasks=t.number(far.tasks),
                )
            )
        )
        rows.append((Button(title, data("project", project.id)),))
    if len(mine) > first + AT_ONCE:
        rows.append((Button(t("More"), data("projects", first + AT_ONCE)),))
    rows.append((Button(t("New project"), data("newproject")),))
    return Message(parts=tuple(parts), rows=tuple(rows), slot="projects")


def show(turn: Turn, project_id: int) -> Reply:
    """The card; whatever was being sent to a project ends with it."""
    if turn.person.step in STEPS:
        turn.expect(None)
    return says(card(turn, project_id))


def launch(turn: Turn, pressed: Pressed) -> Reply:
    """People get its tasks from now on."""
    projects.launch(turn.tx, turn.person, pressed.number(), now=turn.now)
    return replace(show(turn, pressed.number()), toast=Toast(turn.t("Launched: people get its tasks now.")))


def pause(turn: Turn, pressed: Pressed) -> Reply:
    """Nothing new is handed out."""
    projects.pause(turn.tx, turn.person, pressed.number(), now=turn.now)
    return replace(
        show(turn, pressed.number()), toast=Toast(turn.t("Paused. Cards in hand may be finished."))
    )


def resume(turn: Turn, pressed: Pressed) -> Reply:
    """Tasks are handed out again."""
    projects.resume(turn.tx, turn.person, pressed.number(), now=turn.now)
    return replace(show(turn, pressed.number()), toast=Toast(turn.t("People get its tasks again.")))


def ask_close(turn: Turn, pressed: Pressed) -> Reply:
    """Closing is for good, so it is asked."""
    t = turn.t
    project = projects.own(turn.tx, turn.person, pressed.number())
    if project.state is ProjectState.CLOSED:
        raise Refused("project_closed")
    message = Message(
        parts=(
            Title(t("Close “%(title)s” for good?", title=title_of(t, project.file))),
            Para(t("Cards in hand go back free, and answers that cannot be settled are paid in full.")),
            Note(t("The results stay. A closed project cannot be opened again.")),
        ),
        rows=(
            (
                Button(t("Yes, close it"), data("p-close!", project.id)),
                Button(t("Back"), data("project", project.id)),
            ),
        ),
        slot=slot(project.id),
    )
    return says(message)


def close(turn: Turn, pressed: Pressed) -> Reply:
    """The project ends."""
    project, events = projects.close(turn.tx, turn.person, pressed.number(), now=turn.now)
    turn.tell(events)
    return replace(show(turn, project.id), toast=Toast(turn.t("Closed.")))


# --- budget ---------------------------------------------------------------------------------------


def ask_budget(turn: Turn, pressed: Pressed) -> Reply:
    """What the project may spend in all."""
    t = turn.t
    far = projects.progress(turn.tx, turn.person, pressed.number(), now=turn.now)
    project = far.project
    used = project.spent + project.reserved
    enough = used + far.open * project.file.overlap.max * project.file.reward
    offered = sorted({amount for amount in (enough, 2 * enough) if amount > used})
    if turn.can_open:
        return Reply(form=_budget_form(turn, project, offered, used=used))
    turn.expect("budget", project=project.id)
    rows: list[Row] = [
        tuple(Button(t.number(amount), data("budget!", project.id, amount)) for amount in offered),
        (Button(t("Back"), data("project", project.id)),),
    ]
    parts: list[Part] = [
        Title(t("How many points may “%(title)s” spend in all?", title=title_of(t, project.file))),
        Para(t("Already spent or promised: %(points)s.", points=t.number(used))),
    ]
    if offered:
        parts.append(
            Para(t("%(points)s are enough for every task that is open.", points=t.number(offered[0])))
        )
    parts.append(Note(t("Send a number, or tap one.")))
    return says(Message(parts=tuple(parts), rows=tuple(row for row in rows if row), slot=slot(project.id)))


def _budget_form(turn: Turn, project: Project, offered: list[int], *, used: int) -> Form:
    t = turn.t
    hint = t("Already spent or promised: %(points)s.", points=t.number(used))
    standing = project.budget if project.budget is not None else next(iter(offered), used)
    title = title_of(t, project.file)
    asks = t("How many points may “%(title)s” spend in all?", title=title)
    return Form(
        data=data("budget-form", project.id),
        title=t("Budget"),
        fields=(Field("points", asks, hint=hint, value=str(standing)),),
        submit=t("Save"),
        locale=t.locale,
    )


def budget_sent(turn: Turn, pressed: Pressed, submit: Submit) -> Reply:
    """The budget was filled in."""
    points = whole_number(Text(str(submit.values.get("points", ""))))
    return _budget(turn, pressed.number(), points)


def type_budget(turn: Turn, words: Text | Upload) -> Reply:
    """The budget was typed; a file has nothing to do with it."""
    if isinstance(words, Upload):
        return filling.receive(turn, words)
    project_id = int(turn.draft["project"])
    return _budget(turn, project_id, whole_number(words))


def press_budget(turn: Turn, pressed: Pressed) -> Reply:
    """The budget was tapped."""
    return _budget(turn, pressed.number(0), pressed.number(1))


def _budget(turn: Turn, project_id: int, points: int) -> Reply:
    project = projects.own(turn.tx, turn.person, project_id)
    if project.state is ProjectState.CLOSED:
        raise Refused("project_closed")
    projects.set_budget(turn.tx, turn.person, project_id, points, now=turn.now)
    return show(turn, project_id)


def whole_number(words: Text | Upload, *, most: int = 1_000_000_000) -> int:
    """The number that somebody typed, in any digits.

    Raises:
        Refused: bad_number.
    """
    body = words.body if isinstance(words, Text) else ""
    digits = "".join(letter for letter in body if letter not in " ,._'٬،\u00a0\u202f")
    if not digits.isdecimal() or len(digits) > 12 or int(digits) > most:
        raise Refused("bad_number")
    return int(digits)


# --- the project file -----------------------------------------------------------------------------


def send_file(turn: Turn, pressed: Pressed) -> Reply:
    """The project as a file that can be kept, changed and sent back."""
    t = turn.t
    project = projects.own(turn.tx, turn.person, pressed.number())
    turn.errand("project copy", project_id=project.id, details={})
    turn.expect("project-file", project=project.id)
    message = Message(
        parts=(
            Para(t("Here comes the file of “%(title)s”.", title=title_of(t, project.file))),
            Note(t("To change the project, edit the file and send it back now.")),
        ),
        rows=((Button(t("Back"), data("project", project.id)),),),
        slot=slot(project.id),
    )
    return says(message)


def take_file(turn: Turn, words: Text | Upload) -> Reply:
    """A changed project file came back."""
    if isinstance(words, Text):
        raise Refused("file_needed")
    return filling.receive(turn, words, replaces=int(turn.draft["project"]))


# --- by number or by button -----------------------------------------------------------------------

Act = Callable[[Turn, int], Reply]


def _command(verb: str, act: Act) -> Callable[[Turn, Command], Reply]:
    def by_number(turn: Turn, command: Command) -> Reply:
        project_id = number_in(command.args)
        return act(turn, project_id) if project_id else which(turn, verb, act=act)

    return by_number


def _press(act: Act) -> Callable[[Turn, Pressed], Reply]:
    return lambda turn, pressed: act(turn, pressed.number())


ROUTES: tuple[Route, ...] = (
    CommandRoute("projects", list_, N_("Your projects"), right="run project"),
    CommandRoute(
        "project", _command("project", show), N_("One project and its buttons"), right="run project"
    ),
    CommandRoute(
        "progress", _command("progress", tracking.progress), N_("How far a project is"), right="run project"
    ),
    CommandRoute(
        "results", _command("results", tracking.results), N_("The results as files"), right="run project"
    ),
    PressRoute("projects", list_pressed, right="run project"),
    PressRoute("project", _press(show), right="run project"),
    PressRoute("p-launch", launch, right="run project"),
    PressRoute("p-pause", pause, right="run project"),
    PressRoute("p-resume", resume, right="run project"),
    PressRoute("p-close", ask_close, right="run project"),
    PressRoute("p-close!", close, right="run project"),
    PressRoute("budget", ask_budget, right="run project"),
    PressRoute("budget!", press_budget, right="run project"),
    StepRoute("budget", type_budget, right="run project"),
    FormRoute("budget-form", budget_sent, right="run project"),
    PressRoute("file", send_file, right="run project"),
    StepRoute("project-file", take_file, right="run project"),
    PressRoute("preview", tracking.preview, right="run project"),
    PressRoute("progress", _press(tracking.progress), right="run project"),
    PressRoute("results", _press(tracking.results), right="run project"),
    PressRoute("export", tracking.export, right="run project"),
)
