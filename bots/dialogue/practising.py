"""The room of practice: begin, answer, read why, go on, pause."""

from __future__ import annotations

from bots.dialogue import practice_words, working
from bots.dialogue.buttons import Pressed
from bots.dialogue.routes import PressRoute, Route
from bots.dialogue.turn import Turn
from bots.dialogue.vocabulary import Message, Reply, Toast, says
from core import admission, practising
from core.domain.topics import Lack
from core.errors import Refused
from core.kinds import kind_named


def begin(turn: Turn, pressed: Pressed) -> Reply:
    """Practice for a project begins, or goes on; what it asks before that comes first."""
    gate = admission.gate(turn.tx, turn.person, pressed.number(), now=turn.now)
    if gate is not None and gate.lack is not Lack.SKILL:
        return says(working.gate_card(turn, gate))
    return says(_next(turn, pressed.number()))


def _next(turn: Turn, project_id: int) -> Message:
    given, file, tasks = practising.start(turn.tx, turn.person, project_id, now=turn.now, chance=turn.chance)
    return practice_words.card(turn.t, given, file, tasks=tasks)


def go_on(turn: Turn, pressed: Pressed) -> Reply:
    """The next task of an attempt."""
    attempt = practising.own_attempt(turn.tx, turn.person, pressed.number())
    if working.just_shown(turn):  # the second of two quick taps: what was right has not been read
        return says()
    return says(_next(turn, attempt.project_id))


def answer(turn: Turn, pressed: Pressed) -> Reply:
    """A label was tapped: what is right and why stands in the same message."""
    _, file = practising.own(turn.tx, turn.person, pressed.number(0))
    if working.just_shown(turn):
        return says()
    options, ordinal = kind_named(file.kind).form(file).options, pressed.number(1)
    if ordinal >= len(options):
        raise Refused("unknown_button")
    judged = practising.answer(turn.tx, turn.person, pressed.number(0), options[ordinal].id, now=turn.now)
    return says(practice_words.explained(turn.t, judged, now=turn.now))


def later(turn: Turn, pressed: Pressed) -> Reply:
    """Not now: other work follows."""
    practising.not_now(turn.tx, turn.person, pressed.number(), now=turn.now)
    toast = Toast(turn.t("All right. With /skills you find it later."))
    return says(working.serve(turn, asked=True), toast=toast)


def pause(turn: Turn, pressed: Pressed) -> Reply:
    """Practice waits; nothing is lost."""
    attempt = practising.own_attempt(turn.tx, turn.person, pressed.number())
    return says(practice_words.paused(turn.t, attempt.id))


def other(turn: Turn, pressed: Pressed) -> Reply:
    """Other work while practice waits."""
    attempt = practising.own_attempt(turn.tx, turn.person, pressed.number())
    practising.not_now(turn.tx, turn.person, attempt.project_id, now=turn.now)
    return says(working.serve(turn, asked=True))


ROUTES: tuple[Route, ...] = (
    PressRoute("practise", begin, right="work"),
    PressRoute("practise-later", later, right="work"),
    PressRoute("practise-pause", pause, right="work", theirs=True),
    PressRoute("pa", answer, right="work", theirs=True),
    PressRoute("pn", go_on, right="work", theirs=True),
    PressRoute("practise-other", other, right="work", theirs=True),
)
