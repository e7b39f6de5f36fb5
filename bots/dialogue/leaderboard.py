"""Who earned most: by the day, the week and in all; a name is chosen, never taken from the account."""

from __future__ import annotations

from bots.dialogue.buttons import Pressed, data
from bots.dialogue.routes import CommandRoute, PressRoute, Route, StepRoute
from bots.dialogue.turn import Turn
from bots.dialogue.vocabulary import (
    Button,
    Command,
    Message,
    Note,
    Para,
    Part,
    Reply,
    Row,
    Text,
    Title,
    Upload,
    says,
)
from core import leaderboard as boards
from core.errors import Refused
from core.leaderboard import Board, Place, Span
from i18n import N_, Content, Phrase, Translator

SLOT = "leaderboard"
STEP = "nickname"
_TITLES: dict[Span, str] = {
    Span.DAY: N_("Most points today"),
    Span.WEEK: N_("Most points this week"),
    Span.ALL: N_("Most points so far"),
}
_NAMES: dict[Span, str] = {
    # Translators: buttons below a leaderboard.
    Span.DAY: N_("Today"),
    Span.WEEK: N_("This week"),
    Span.ALL: N_("All time"),
}


def leaderboard(turn: Turn, _command: Command) -> Reply:
    """`/leaderboard`: this week's."""
    return says(_shown(turn, Span.WEEK))


def switch(turn: Turn, pressed: Pressed) -> Reply:
    """Another span."""
    return says(_shown(turn, _span(pressed)))


def _span(pressed: Pressed) -> Span:
    try:
        return Span(pressed.word())
    except ValueError:
        raise Refused("unknown_button") from None


def _shown(turn: Turn, span: Span) -> Message:
    t = turn.t
    found = boards.board(turn.tx, turn.house.vault, turn.person, span, now=turn.now)
    parts: list[Part] = [Title(t(_TITLES[span]))]
    parts += [Para(_line(t, one)) for one in found.places]
    if not found.places:
        parts.append(Para(t("Nobody is listed yet.")))
    parts.append(Para(_own(t, found)))
    if found.name is None:
        parts.append(Note(t("Only people who chose a name are listed. Your place is shown to you alone.")))
    return Message(parts=tuple(parts), rows=_rows(t, found), slot=SLOT)


def _line(t: Translator, one: Place) -> Phrase:
    points = t.n("%(count)s point", "%(count)s points", one.points)
    words = N_("%(place)s. %(name)s: %(points)s (you)") if one.mine else N_("%(place)s. %(name)s: %(points)s")
    return t(words, place=t.number(one.place), name=Content(one.name), points=points)


def _own(t: Translator, found: Board) -> Phrase:
    if found.place is None:
        return t("Your next right answer puts you on the way.")
    points = t.n("%(count)s point", "%(count)s points", found.points)
    return t("Your place: %(place)s, with %(points)s", place=t.number(found.place), points=points)


def _rows(t: Translator, found: Board) -> tuple[Row, ...]:
    spans = tuple(Button(t(_NAMES[one]), data("leaders", one)) for one in Span if one is not found.span)
    if found.name is None:
        return spans, (Button(t("Take part"), data("nickname")),)
    return spans, (Button(t("Change my name"), data("nickname")), Button(t("Leave"), data("leaders-leave")))


def ask_name(turn: Turn, _pressed: Pressed) -> Reply:
    """Under which name to be listed."""
    t = turn.t
    turn.expect(STEP)
    parts = (
        Title(t("Which name shall the others see?")),
        Para(t("Send one of 2 to 24 letters or digits. It need not be your own.")),
        Note(t("Everybody here can read it. You can change it or leave at any time.")),
    )
    return says(Message(parts=parts, rows=((Button(t("Back"), data("leaders", Span.WEEK)),),), slot=SLOT))


def type_name(turn: Turn, words: Text | Upload) -> Reply:
    """The name was typed."""
    typed = words.body if isinstance(words, Text) else ""
    boards.choose(turn.tx, turn.house.vault, turn.person, typed, now=turn.now)
    turn.expect(None)
    return says(_shown(turn, Span.WEEK))


def leave(turn: Turn, _pressed: Pressed) -> Reply:
    """Be listed no more."""
    boards.leave(turn.tx, turn.person)
    return says(_shown(turn, Span.WEEK))


ROUTES: tuple[Route, ...] = (
    CommandRoute("leaderboard", leaderboard, N_("Who earned most"), right="work"),
    PressRoute("leaders", switch, right="work"),
    PressRoute("nickname", ask_name, right="work"),
    StepRoute(STEP, type_name, right="work"),
    PressRoute("leaders-leave", leave, right="work"),
)
