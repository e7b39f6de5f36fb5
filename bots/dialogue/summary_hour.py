"""When a moderator gets the summary of the day before."""

from __future__ import annotations

from bots.dialogue.buttons import Pressed, data
from bots.dialogue.hours import clock_time, read_time
from bots.dialogue.routes import PressRoute, Route, StepRoute
from bots.dialogue.settings import SLOT, overview
from bots.dialogue.turn import Turn
from bots.dialogue.vocabulary import Button, Message, Para, Reply, Text, Title, Upload, says
from core import mornings
from i18n import Content

OFFERED = (7 * 60, 8 * 60, 9 * 60, 18 * 60)


def ask(turn: Turn, _pressed: Pressed) -> Reply:
    """At which hour?"""
    turn.expect("summary-hour")
    t = turn.t
    message = Message(
        parts=(
            Title(t("When shall I send you the summary?")),
            Para(t("It is about the day before. Send a time, for example 08:30.")),
        ),
        rows=(tuple(Button(Content(clock_time(one)), data("summary-hour", one)) for one in OFFERED),),
        slot=SLOT,
    )
    return says(message)


def press(turn: Turn, pressed: Pressed) -> Reply:
    """An hour was tapped."""
    return _set(turn, pressed.number())


def type_hour(turn: Turn, words: Text | Upload) -> Reply:
    """An hour was typed."""
    return _set(turn, read_time(words.body if isinstance(words, Text) else ""))


def _set(turn: Turn, minute: int) -> Reply:
    mornings.set_hour(turn.tx, turn.person, minute, now=turn.now)
    turn.expect(None)
    return says(overview(turn))


ROUTES: tuple[Route, ...] = (
    PressRoute("setsummary", ask, right="read summary"),
    PressRoute("summary-hour", press, right="read summary"),
    StepRoute("summary-hour", type_hour, right="read summary"),
)
