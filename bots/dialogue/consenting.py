"""What people agree to, and asking them again when it has changed."""

from __future__ import annotations

from bots.dialogue.buttons import Pressed, data
from bots.dialogue.cards import SLOT
from bots.dialogue.routes import PressRoute, Route
from bots.dialogue.turn import Turn
from bots.dialogue.vocabulary import Button, Message, Para, Part, Reply, Row, Title, says
from core import people
from i18n import Translator


def agreement(t: Translator) -> tuple[Part, ...]:
    """The agreement; whoever changes what it says raises `core.people.CONSENT_VERSION`."""
    return (
        Para(
            t(
                "Kept are your answers, your points and your settings. Requesters never see your name; "
                "they see answers under a pseudonym."
            )
        ),
        Para(t("With /mydata you can see and erase what is kept of you at any time.")),
    )


def ask_again(turn: Turn, *rows: Row) -> Message:
    """The agreement as it is now, in the place of the next card."""
    t = turn.t
    return Message(
        parts=(
            Title(t("One question before you go on")),
            Para(t("What you agreed to when you joined has changed:")),
            *agreement(t),
            Para(t("Would you like to go on taking part?")),
        ),
        rows=((Button(t("Yes, I agree"), data("agree")),), (Button(t("My data"), data("mydata")),), *rows),
        slot=SLOT,
    )


def agree(turn: Turn, _pressed: Pressed) -> Reply:
    """The person agreed to what holds now, and the card that they waited for follows."""
    from bots.dialogue.working import serve  # it asks before each card, so it knows this room

    people.consent(turn.tx, turn.person, now=turn.now)
    turn.refresh()
    return says(serve(turn, asked=True))


ROUTES: tuple[Route, ...] = (PressRoute("agree", agree),)
