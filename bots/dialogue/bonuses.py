"""A bonus from a project's owner: named in a command, confirmed by a button, told to who gets it."""

from __future__ import annotations

from bots.dialogue.buttons import Pressed, data
from bots.dialogue.project_views import title_of
from bots.dialogue.routes import CommandRoute, PressRoute, Route, StepRoute
from bots.dialogue.turn import Turn
from bots.dialogue.vocabulary import (
    Button,
    Command,
    Message,
    Note,
    Para,
    Part,
    Quote,
    Reply,
    Text,
    Title,
    Toast,
    Upload,
    says,
)
from bots.dialogue.which import number_in
from bots.dialogue.worth import with_worth
from core import bonuses
from core.domain.project import Project
from core.errors import Refused
from core.events import BonusGiven
from core.intake.texts import one_line
from i18n import N_, Content, Phrase, Translator

STEP = "bonus"
LONGEST = 200


def bonus(turn: Turn, command: Command) -> Reply:
    """`/bonus ID WORKER POINTS reason`: shown first, given after a tap."""
    t, words = turn.t, command.args.split(maxsplit=3)
    project_id = number_in(words[0]) if words else None
    if project_id is None or len(words) < 3 or not words[2].isdecimal() or len(words[2]) > 9:
        return says(_how(t))
    reason = one_line(words[3]) if len(words) > 3 else ""
    if len(reason) > LONGEST:
        raise Refused("reason_too_long", most=LONGEST)
    found = bonuses.offer(
        turn.tx, turn.house.vault, turn.person, project_id, worker=words[1], points=int(words[2])
    )
    turn.expect(STEP, reason=reason)
    points = _points(t, found.project, found.points)
    title = title_of(t, found.project.file)
    parts: list[Part] = [
        Title(t("Give a bonus of %(points)s?", points=points)),
        Para(t("It comes from the budget of “%(title)s”.", title=title)),
    ]
    if reason:
        parts.append(Quote(Content(reason)))
    yes = data("bonus!", found.project.id, found.person_id, found.points, found.nth)
    row = (Button(t("Give it"), yes), Button(t("Back to the project"), data("project", found.project.id)))
    return says(Message(parts=tuple(parts), rows=(row,), slot=STEP))


def _how(t: Translator) -> Message:
    example = t.command("/bonus 1 worker-3fa9c1d2e0 50")
    return Message(
        parts=(
            Para(t("Send the project, the worker, the points, and why: %(example)s", example=example)),
            Note(t("Workers stand in the answers file of the results, under a pseudonym.")),
        )
    )


def give(turn: Turn, pressed: Pressed) -> Reply:
    """The bonus was confirmed."""
    t = turn.t
    reason = str(turn.draft.get("reason", "")) if turn.person.step == STEP else ""
    project_id, person_id, points, nth = (pressed.number(at) for at in range(4))
    turn.tell(
        bonuses.give(
            turn.tx,
            turn.person,
            project_id,
            person_id=person_id,
            points=points,
            nth=nth,
            reason=reason,
            now=turn.now,
        )
    )
    if turn.person.step == STEP:
        turn.expect(None)
    message = Message(
        parts=(Para(t("The bonus is given, and its worker is told.")),),
        rows=((Button(t("Back to the project"), data("project", project_id)),),),
        slot=STEP,
    )
    return says(message, toast=Toast(t("Given.")))


def typed(_turn: Turn, _words: Text | Upload) -> Reply:
    """A bonus waits for its tap."""
    raise Refused("expected_button")


def told(t: Translator, project: Project, event: BonusGiven) -> Message:
    """What a worker reads of a bonus."""
    points = _points(t, project, event.points)
    parts: list[Part] = [Title(t("A bonus for you: %(points)s", points=points))]
    title = title_of(t, project.file)
    if event.days is None:
        parts.append(Para(t("From whoever runs “%(title)s”. Thank you!", title=title)))
    else:
        words = t.n(
            "For right answers in “%(title)s” on %(count)s day in a row.",
            "For right answers in “%(title)s” on %(count)s days in a row.",
            event.days,
            title=title,
        )
        parts.append(Para(words))
    if event.reason:
        parts.append(Quote(Content(event.reason)))
    return Message(parts=tuple(parts), rows=((Button(t("My points"), data("balance")),),), locale=t.locale)


def _points(t: Translator, project: Project, points: int) -> Phrase:
    words = t.n("%(count)s point", "%(count)s points", points)
    return with_worth(t, words, project.file, points)


ROUTES: tuple[Route, ...] = (
    CommandRoute("bonus", bonus, N_("Give a worker extra points"), right="run project"),
    PressRoute("bonus!", give, right="run project"),
    StepRoute(STEP, typed),
)
