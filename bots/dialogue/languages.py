"""Which languages a person can judge: tap to switch, or type."""

from __future__ import annotations

from bots.dialogue import places, settings
from bots.dialogue.buttons import Pressed, data
from bots.dialogue.routes import PressRoute, Route, StepRoute
from bots.dialogue.turn import Turn
from bots.dialogue.vocabulary import Button, Message, Para, Reply, Row, Text, Title, Upload, says
from bots.dialogue.welcome import SLOT
from core import people
from core.errors import Refused
from core.store import people as people_rows
from i18n import native_name, parse_languages, working_languages

FIRST_LANGUAGES = 9


def ask_languages(turn: Turn) -> Message:
    """Which languages the person can judge: tap to switch, or type."""
    turn.expect("languages", **(turn.draft if turn.person.step == "languages" else {}))
    t = turn.t
    chosen = people_rows.languages(turn.tx, turn.person.id)
    guess = turn.person.locale.partition("_")[0]
    offered = dict.fromkeys((*chosen, guess, *working_languages()[:FIRST_LANGUAGES]))
    buttons = [
        Button(
            t("✓ %(language)s", language=native_name(tag)) if tag in chosen else native_name(tag),
            data("lang", tag),
        )
        for tag in offered
    ]
    rows: list[Row] = [tuple(buttons[at : at + 3]) for at in range(0, len(buttons), 3)]
    if chosen:
        rows.append((Button(t("Done"), data("langs")),))
    return Message(
        parts=(
            Title(t("Which languages do you read well?")),
            Para(t("You get tasks in these languages. Tap to switch, or type others.")),
        ),
        rows=tuple(rows),
        slot=SLOT,
    )


def switch_language(turn: Turn, pressed: Pressed) -> Reply:
    """A working language was switched on or off."""
    tags, _ = parse_languages(pressed.word())
    if not tags:
        raise Refused("unknown_button")
    chosen = people_rows.languages(turn.tx, turn.person.id)
    wanted = tuple(one for one in chosen if one not in tags) if tags[0] in chosen else (*chosen, *tags)
    people.set_languages(turn.tx, turn.person, wanted)
    return says(ask_languages(turn))


def type_languages(turn: Turn, words: Text | Upload) -> Reply:
    """Working languages were typed."""
    tags, _unknown = parse_languages(words.body) if isinstance(words, Text) else ((), ())
    if not tags:
        raise Refused("unknown_language")
    chosen = people_rows.languages(turn.tx, turn.person.id)
    people.set_languages(turn.tx, turn.person, tuple(dict.fromkeys((*chosen, *tags))))
    return says(ask_languages(turn))


def languages_done(turn: Turn, _pressed: Pressed) -> Reply:
    """On to the time zone, which is asked once."""
    if not people_rows.languages(turn.tx, turn.person.id):
        raise Refused("unknown_language")
    from_settings = turn.person.step == "languages" and bool(turn.draft.get("settings"))
    turn.expect(None)
    if from_settings:
        return says(settings.overview(turn))
    return says(places.ask_zone(turn) if turn.person.zone is None else places.ask_nudge(turn))


ROUTES: tuple[Route, ...] = (
    StepRoute("languages", type_languages),
    PressRoute("lang", switch_language),
    PressRoute("langs", languages_done),
)
