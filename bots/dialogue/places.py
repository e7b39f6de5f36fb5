"""Where a person's clock is, and whether they want to be told of new work."""

from __future__ import annotations

from bots.dialogue import settings
from bots.dialogue.buttons import Pressed, data
from bots.dialogue.routes import PressRoute, Route, StepRoute
from bots.dialogue.turn import Turn
from bots.dialogue.vocabulary import Button, Message, Para, Reply, Row, Text, Title, Upload, says
from bots.dialogue.welcome import SLOT, welcome_back
from core import people
from core.errors import Refused
from i18n import find_zone, zones_for_locale


def ask_zone(turn: Turn) -> Message:
    """Where the person's clock is."""
    turn.expect("zone")
    t = turn.t
    zones = zones_for_locale(turn.person.locale)[:6]
    buttons = [Button(t.place(zone), data("zone", zone)) for zone in zones]
    rows: list[Row] = [tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)]
    rows.append((Button(t("Skip"), data("nozone")),))
    return Message(
        parts=(
            Title(t("Where are you?")),
            Para(t("Then deadlines show your time, and nights stay quiet. Type a large city near you.")),
        ),
        rows=tuple(rows),
        slot=SLOT,
    )


def zone(turn: Turn, pressed: Pressed) -> Reply:
    """A time zone was chosen."""
    found = find_zone(pressed.word())
    if pressed.word() not in found:
        raise Refused("unknown_zone")
    return _zone(turn, pressed.word())


def type_zone(turn: Turn, words: Text | Upload) -> Reply:
    """A place was typed: taken when it is clear, else the candidates as buttons."""
    found = find_zone(words.body) if isinstance(words, Text) else ()
    if not found:
        raise Refused("unknown_zone")
    if len(found) == 1:
        return _zone(turn, found[0])
    t = turn.t
    rows: tuple[Row, ...] = tuple((Button(t.place(one), data("zone", one)),) for one in found)
    return says(Message(parts=(Para(t("Which one do you mean?")),), rows=rows, slot=SLOT))


def _zone(turn: Turn, name: str) -> Reply:
    people.set_zone(turn.tx, turn.person, name, now=turn.now)
    turn.refresh()
    return _after_zone(turn)


def no_zone(turn: Turn, _pressed: Pressed) -> Reply:
    """Not now; /settings asks again."""
    return _after_zone(turn)


def _after_zone(turn: Turn) -> Reply:
    from_settings = turn.person.step == "zone" and bool(turn.draft.get("settings"))
    turn.expect(None)
    if from_settings:
        return says(settings.overview(turn))
    if turn.person.zone is None:
        return says(welcome_back(turn))
    return says(ask_nudge(turn))


def ask_nudge(turn: Turn) -> Message:
    """Whether to be told of new work; it needs a place, for the quiet hours."""
    t = turn.t
    return Message(
        parts=(
            Title(t("Shall I tell you when there is new work?")),
            Para(t("At most once a day, never at night.")),
        ),
        rows=((Button(t("Yes, please"), data("nudge", 1)), Button(t("No, thanks"), data("nudge", 0))),),
        slot=SLOT,
    )


def nudge(turn: Turn, pressed: Pressed) -> Reply:
    """Whether to be told of new work."""
    people.set_nudges(turn.tx, turn.person, wanted=pressed.number() == 1, now=turn.now)
    turn.refresh()
    return says(welcome_back(turn))


ROUTES: tuple[Route, ...] = (
    StepRoute("zone", type_zone),
    PressRoute("zone", zone),
    PressRoute("nozone", no_zone),
    PressRoute("nudge", nudge),
)
