"""Which sensitive topics a worker is fine with: asked when such work waits, and set in the settings."""

from __future__ import annotations

from bots.dialogue import settings, working
from bots.dialogue.buttons import Pressed, data
from bots.dialogue.routes import PressRoute, Route
from bots.dialogue.topic_names import NAMES
from bots.dialogue.turn import Turn
from bots.dialogue.vocabulary import Button, Message, Para, Reply, Title, Toast, says
from core import topics
from core.domain.topics import Topic, topics_in
from core.errors import Refused


def allow(turn: Turn, pressed: Pressed) -> Reply:
    """The person is fine with a project's topics, and what they waited for follows."""
    topics.allow(turn.tx, turn.person, pressed.number(), shown=pressed.number(1))
    return says(working.serve(turn, asked=True))


def refuse(turn: Turn, pressed: Pressed) -> Reply:
    """The person is not; other work follows."""
    topics.refuse(turn.tx, turn.person, pressed.number(), shown=pressed.number(1))
    return says(working.serve(turn, asked=True), toast=Toast(turn.t("All right, you get no such tasks.")))


def go_on(turn: Turn, pressed: Pressed) -> Reply:
    """The person read what a project is about, and goes on."""
    topics.go_on(turn.tx, turn.person, pressed.number(), shown=pressed.number(1))
    return says(working.serve(turn, asked=True))


def decline(turn: Turn, pressed: Pressed) -> Reply:
    """The person read it, and does not want this project."""
    topics.decline(turn.tx, turn.person, pressed.number(), now=turn.now)
    return says(working.serve(turn, asked=True), toast=Toast(turn.t("All right, another one.")))


def show(turn: Turn, _pressed: Pressed) -> Reply:
    """All topics, each a button that switches it."""
    return says(_overview(turn))


def switch(turn: Turn, pressed: Pressed) -> Reply:
    """One topic was switched."""
    found = tuple(Topic)
    if pressed.number() >= len(found):
        raise Refused("unknown_button")
    turn.tell(topics.switch(turn.tx, turn.person, found[pressed.number()], now=turn.now))
    return says(_overview(turn))


def _overview(turn: Turn) -> Message:
    t, fine = turn.t, topics_in(topics.chosen(turn.tx, turn.person).fine)
    switches = tuple(
        (
            Button(
                t("✓ %(topic)s", topic=t(NAMES[one])) if one in fine else t(NAMES[one]),
                data("topic", at),
            ),
        )
        for at, one in enumerate(Topic)
    )
    return Message(
        parts=(
            Title(t("Which topics are fine for you?")),
            Para(t("You get tasks about these only when they are marked. Tap to switch.")),
        ),
        rows=(*switches, (Button(t("Done"), data("settings")),)),
        slot=settings.SLOT,
    )


ROUTES: tuple[Route, ...] = (
    PressRoute("topics-yes", allow, right="work"),
    PressRoute("topics-no", refuse, right="work"),
    PressRoute("notice-yes", go_on, right="work"),
    PressRoute("notice-no", decline, right="work"),
    PressRoute("settopics", show, right="work"),
    PressRoute("topic", switch, right="work"),
)
