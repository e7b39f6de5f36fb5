"""Joining: what this is, what is kept, consent, and in which language I speak."""

from __future__ import annotations

from bots.dialogue import settings
from bots.dialogue.buttons import Pressed, data
from bots.dialogue.consenting import agreement
from bots.dialogue.languages import ask_languages
from bots.dialogue.refusals import refusal
from bots.dialogue.routes import CommandRoute, PressRoute, Route, StepRoute
from bots.dialogue.turn import Turn
from bots.dialogue.vocabulary import Button, Command, Message, Para, Reply, Row, Text, Title, Upload, says
from bots.dialogue.welcome import SLOT, role_words, welcome_back
from core import people
from core.errors import Refused
from core.store import people as people_rows
from i18n import N_, available_locales, native_name


def start(turn: Turn, command: Command) -> Reply:
    """`/start [invite]`."""
    token = command.args.strip()
    if turn.person.consented_at is None:
        if token:
            turn.expect("joining", invite=token)
        return begin(turn)
    if token:
        role = people.redeem(turn.tx, turn.person, token, now=turn.now)
        turn.refresh()
        return says(Message(parts=(Para(role_words(turn, role)),)))
    return says(welcome_back(turn))


def begin_pressed(turn: Turn, _pressed: Pressed) -> Reply:
    """The same from a button."""
    return says(welcome_back(turn)) if turn.person.consented_at else begin(turn)


def begin(turn: Turn) -> Reply:
    """What this is, what is kept, and the question whether to take part."""
    if turn.person.step != "joining":
        turn.expect("joining")
    return says(_invitation(turn))


def _invitation(turn: Turn) -> Message:
    t = turn.t
    return Message(
        parts=(
            Title(t("Welcome!")),
            Para(t("Here you do small tasks right in this chat: look, tap an answer, get points.")),
            *agreement(t),
            Para(t("Would you like to take part?")),
        ),
        rows=(
            (Button(t("Yes, I agree"), data("join")),),
            (Button(t("🌐 Language"), data("locales", "joining")),),
        ),
        slot=SLOT,
    )


def expecting(turn: Turn, _words: Text | Upload) -> Reply:
    """Words where a tap was expected: the question again."""
    return says(_invitation(turn))


def join(turn: Turn, _pressed: Pressed) -> Reply:
    """The person agreed."""
    token = turn.draft.get("invite") if turn.person.step == "joining" else None
    people.consent(turn.tx, turn.person, now=turn.now)
    turn.expect(None)
    turn.refresh()
    said: list[Message] = []
    if token:
        try:
            role = people.redeem(turn.tx, turn.person, str(token), now=turn.now)
            turn.refresh()
            said.append(Message(parts=(Para(role_words(turn, role)),)))
        except Refused as refused:
            said.append(Message(parts=(Para(refusal(turn.t, refused)),)))
    guess = turn.person.locale.partition("_")[0]
    if not people_rows.languages(turn.tx, turn.person.id):
        people.set_languages(turn.tx, turn.person, (guess,))
    return says(ask_languages(turn), *said)


def locales(turn: Turn, pressed: Pressed) -> Reply:
    """The languages in which I can speak."""
    back = _back(pressed.word())
    rows: list[Row] = [
        (Button(native_name(locale), data("locale", locale.replace("_", "-"), back)),)
        for locale in available_locales()
    ]
    message = Message(
        parts=(Para(turn.t("In which language shall I speak to you?")),), rows=tuple(rows), slot=back
    )
    return says(message)


def locale(turn: Turn, pressed: Pressed) -> Reply:
    """An interface language was chosen."""
    chosen, back = pressed.word(0).replace("-", "_"), _back(pressed.word(1))
    if chosen not in available_locales():
        raise Refused("unknown_button")
    people.set_locale(turn.tx, turn.person, chosen)
    turn.refresh()
    if back == SLOT and turn.person.consented_at is None:
        return says(_invitation(turn))
    return says(settings.overview(turn))


def _back(word: str) -> str:
    """Where the question about the language was asked, and its answer belongs."""
    if word not in (SLOT, settings.SLOT):
        raise Refused("unknown_button")
    return word


ROUTES: tuple[Route, ...] = (
    CommandRoute("start", start, N_("Begin"), before_joining=True, while_banned=True),
    StepRoute("joining", expecting, before_joining=True),
    PressRoute("begin", begin_pressed, before_joining=True),
    PressRoute("join", join, before_joining=True),
    PressRoute("locales", locales, before_joining=True),
    PressRoute("locale", locale, before_joining=True),
)
