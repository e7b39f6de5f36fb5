"""`/adjust`: correcting somebody's points by hand; a project pays, or is paid back."""

from __future__ import annotations

import re

from bots.dialogue.buttons import Pressed, data
from bots.dialogue.members import number_in
from bots.dialogue.project_views import title_of
from bots.dialogue.routes import CommandRoute, PressRoute, Route
from bots.dialogue.turn import Turn
from bots.dialogue.vocabulary import Button, Command, Message, Note, Para, Quote, Reply, Row, Title, says
from core import adjusting, standing
from core.errors import Refused
from core.events import PointsAdjusted
from core.store import projects
from core.store.transaction import Transaction
from i18n import N_, Content, Phrase, Translator

MOST_WORDS = 200
_POINTS = re.compile(r"([+\-−]?)(\d{1,6})\Z")  # also the minus sign that phones write


def adjust(turn: Turn, command: Command) -> Reply:
    """`/adjust N points reason`: who pays is asked, and only then anything happens."""
    t = turn.t
    number, _, rest = command.args.strip().partition(" ")
    written, _, words = rest.strip().partition(" ")
    found, words = _POINTS.match(written), " ".join(words.split())
    if not number or found is None or not int(found[2]) or not words:
        raise Refused("adjust_how", example=t.command("/adjust 12 +10 thank you"))
    if len(words) > MOST_WORDS:
        raise Refused("reason_too_long", most=MOST_WORDS)
    points = int(found[2]) * (1 if found[1] in ("", "+") else -1)
    person_id = standing.someone(turn.tx, turn.person, number_in(number)).id
    payers = adjusting.payers(turn.tx, turn.person, person_id)
    turn.expect("adjust", person=person_id, points=points, words=words)
    rows: list[Row] = []
    for project_id in payers:
        project = projects.find(turn.tx, project_id)
        assert project is not None, "projects are never deleted"
        rows.append((Button(title_of(t, project.file), data("adjust", project_id)),))
    ask = t("Which project pays?") if points > 0 else t("Which project gets them?")
    return says(
        Message(
            parts=(
                Title(_change(t, points, person_id)),
                Quote(Content(words)),
                Para(ask),
                Note(t("They read your words. Send /cancel to leave it.")),
            ),
            rows=tuple(rows),
        )
    )


def _change(t: Translator, points: int, person_id: int) -> Phrase:
    if points > 0:
        return t.n(
            "%(count)s point for person %(number)s",
            "%(count)s points for person %(number)s",
            points,
            number=person_id,
        )
    return t.n(
        "%(count)s point from person %(number)s",
        "%(count)s points from person %(number)s",
        -points,
        number=person_id,
    )


def pressed(turn: Turn, press: Pressed) -> Reply:
    """This project pays."""
    if turn.person.step != "adjust":
        raise Refused("unknown_button")
    draft = turn.draft
    turn.tell(
        adjusting.adjust(
            turn.tx,
            turn.person,
            person_id=draft["person"],
            project_id=press.number(),
            points=draft["points"],
            words=draft["words"],
            now=turn.now,
        )
    )
    turn.expect(None)
    done = Para(_change(turn.t, draft["points"], draft["person"]))
    return says(Message(parts=(done, Note(turn.t("Done; they are told.")))))


def told(tx: Transaction, t: Translator, event: PointsAdjusted) -> Message:
    """What the person is told."""
    project = projects.find(tx, event.project_id)
    title = Content("") if project is None else title_of(t, project.file)
    words = (
        t.n(
            "You get %(count)s point from “%(project)s”.",
            "You get %(count)s points from “%(project)s”.",
            event.points,
            project=title,
        )
        if event.points > 0
        else t.n(
            "%(count)s point goes back to “%(project)s”.",
            "%(count)s points go back to “%(project)s”.",
            -event.points,
            project=title,
        )
    )
    parts = (Para(words), Para(t("A moderator writes:")), Quote(Content(event.words)))
    return Message(parts=parts, locale=t.locale)


ROUTES: tuple[Route, ...] = (
    CommandRoute("adjust", adjust, N_("Correct somebody’s points"), right="adjust"),
    PressRoute("adjust", pressed, right="adjust"),
)
