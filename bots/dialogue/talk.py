"""The conversation: from what was heard to what is said, in one open transaction, without sending anything."""

from __future__ import annotations

from contextlib import suppress

from bots.dialogue import buttons, joining, standing_words
from bots.dialogue.refusals import refusal
from bots.dialogue.routes import routes
from bots.dialogue.turn import Turn
from bots.dialogue.vocabulary import (
    Clip,
    Command,
    Home,
    Message,
    Para,
    Press,
    Reply,
    Said,
    Submit,
    Text,
    Toast,
    Upload,
    Wrong,
    says,
)
from bots.dialogue.whereabouts import in_place
from core.domain.person import require
from core.errors import Refused
from i18n import Phrase


def respond(turn: Turn, what: Said) -> Reply:
    """What is said to the person; a refusal takes back what it began and is said in one clear sentence."""
    try:
        with turn.tx.nested():
            reply = _route(turn, what)
    except Refused as refused:
        turn.events.clear()
        reply = _refused(turn, what, refused)
    return in_place(turn, reply)


def for_strangers(press: Press) -> bool:
    """Whether a press may be the first thing that is heard of somebody."""
    with suppress(Refused):
        route = routes().presses.get(buttons.read(press.data).verb)
        return route is None or route.for_strangers
    return True


def _route(turn: Turn, what: Said) -> Reply:
    joined = turn.person.consented_at is not None
    match what:
        case Command():
            return _command(turn, what, joined=joined)
        case Press():
            pressed = buttons.read(what.data)
            route = routes().presses.get(pressed.verb)
            if route is None:
                raise Refused("unknown_button")
            if not joined and not route.before_joining:
                return joining.begin(turn)
            if turn.person.banned and not route.while_banned:
                return standing_words.barred(turn)
            _allow(turn, route.right)
            return route.act(turn, pressed)
        case Text() | Upload():
            return _words(turn, what, joined=joined)
        case Submit():
            return _form(turn, what, joined=joined)
        case Home() | Clip():
            surface = routes().surfaces[type(what)]
            if turn.person.banned and isinstance(what, Clip):
                return standing_words.barred(turn)
            return surface.act(turn, what) if joined or isinstance(what, Home) else joining.begin(turn)


def _form(turn: Turn, sent: Submit, *, joined: bool) -> Reply:
    pressed = buttons.read(sent.data)
    route = routes().forms.get(pressed.verb)
    if route is None:
        raise Refused("unknown_button")
    if turn.person.banned:
        raise Refused("banned")
    if not joined:
        return joining.begin(turn)
    _allow(turn, route.right)
    return route.act(turn, pressed, sent)


def _command(turn: Turn, command: Command, *, joined: bool) -> Reply:
    route = routes().commands.get(command.name)
    if route is None:
        raise Refused("unknown_command")
    if not joined and not route.before_joining:
        return joining.begin(turn)
    if turn.person.banned and not route.while_banned:
        return standing_words.barred(turn)
    _allow(turn, route.right)
    turn.expect(None)
    return route.act(turn, command)


def _words(turn: Turn, what: Text | Upload, *, joined: bool) -> Reply:
    step = routes().steps.get(turn.person.step or "")
    if step is not None and (joined or step.before_joining):
        if turn.person.banned and not step.while_banned:
            return standing_words.barred(turn)
        _allow(turn, step.right)
        return step.act(turn, what)
    if not joined:
        return joining.begin(turn)
    if isinstance(what, Text):
        name, _, args = what.body.strip().partition(" ")
        if name.lower() in routes().commands:  # the slash was forgotten, or is not ours to type there
            return _command(turn, Command(name.lower(), args.strip()), joined=joined)
    if turn.person.banned:
        return standing_words.barred(turn)
    if isinstance(what, Upload):
        return routes().steps["upload"].act(turn, what)
    raise Refused("nothing_expected")


def _allow(turn: Turn, right: str | None) -> None:
    """Who lacks the right that a route needs gets no further; the use case asks again, with what it is about."""
    if right is not None:
        require(turn.person, right)


def _refused(turn: Turn, what: Said, refused: Refused) -> Reply:
    words: Phrase = refusal(turn.t, refused)
    if isinstance(what, Press):
        return says(toast=Toast(words, alert=len(words) > 60))
    if isinstance(what, Submit):
        return Reply(wrong=Wrong({"": words}))
    return says(Message(parts=(Para(words),)))
