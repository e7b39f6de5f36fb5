"""Warning, restricting, pausing and banning somebody, and lifting it: by command, or from a person's card."""

from __future__ import annotations

from datetime import timedelta

from bots.dialogue import members as person_card
from bots.dialogue.buttons import Pressed, data
from bots.dialogue.members import SLOT, number_in
from bots.dialogue.project_views import title_of
from bots.dialogue.routes import CommandRoute, PressRoute, Route
from bots.dialogue.standing_words import NAMES
from bots.dialogue.turn import Turn
from bots.dialogue.vocabulary import Button, Command, Message, Para, Reply, Row, Title, Toast, says
from core import members, standing
from core.domain.standing import BY_PEOPLE, REASONS, Measure
from core.errors import Refused
from core.store import restrictions
from i18n import N_, Phrase

ASKS: dict[Measure, str] = {
    Measure.WARN: N_("Why is person %(number)s warned?"),
    Measure.RESTRICT: N_("Why does person %(number)s get no more tasks there?"),
    Measure.PAUSE: N_("Why is person %(number)s paused?"),
    Measure.BAN: N_("Why is person %(number)s banned?"),
}
DAYS = (1, 7)
"""So long a pause may last: a rest, or a week."""
MOST_WORDS = 200


def ban(turn: Turn, command: Command) -> Reply:
    """`/ban N [reason]`: with a reason at once, without one after asking why."""
    number, _, words = command.args.strip().partition(" ")
    person_id = standing.someone(turn.tx, turn.person, number_in(number)).id
    words = " ".join(words.split())
    if not words:
        return says(_ask_why(turn, Measure.BAN, person_id))
    if len(words) > MOST_WORDS:
        raise Refused("reason_too_long", most=MOST_WORDS)
    reason = _code(turn, words)
    sealed = None if reason is not None else turn.house.vault.seal(words.encode("utf-8", "replace"))
    turn.tell(
        standing.act(
            turn.tx,
            turn.person,
            person_id,
            kind=Measure.BAN,
            reason=reason or "other",
            words=sealed,
            now=turn.now,
        )
    )
    return says(person_card.card(turn, person_id))


def _code(turn: Turn, words: str) -> str | None:
    """The reason of that name, in English or in the moderator's language; none for other words."""
    wanted = words.casefold()
    for code, name in NAMES.items():
        if wanted in (code, name, turn.t(name).casefold()):
            return code
    return None


def unban(turn: Turn, command: Command) -> Reply:
    """`/unban N`."""
    person_id = standing.someone(turn.tx, turn.person, number_in(command.args)).id
    turn.tell(standing.unban(turn.tx, turn.person, person_id, now=turn.now))
    return says(person_card.card(turn, person_id))


def ask_why(turn: Turn, pressed: Pressed) -> Reply:
    """The reason is asked before anything happens."""
    measure = _measure(pressed.word(0))
    person_id = standing.someone(turn.tx, turn.person, pressed.number(1)).id
    project_id = pressed.number(2) if measure is Measure.RESTRICT else None
    return says(_ask_why(turn, measure, person_id, project_id=project_id))


def _ask_why(turn: Turn, measure: Measure, person_id: int, *, project_id: int | None = None) -> Message:
    t = turn.t
    rows: list[Row] = []
    for at, code in enumerate(REASONS):
        name = t(NAMES[code])
        if measure is Measure.PAUSE:
            rows.append(
                tuple(
                    Button(_for_days(turn, name, days), data("impose", str(measure), person_id, at, days))
                    for days in DAYS
                )
            )
        else:
            about = data("impose", str(measure), person_id, at, project_id or 0)
            rows.append((Button(name, about),))
    rows.append((Button(t("Back"), data("member", person_id)),))
    return Message(parts=(Title(t(ASKS[measure], number=person_id)),), rows=tuple(rows), slot=SLOT)


def _for_days(turn: Turn, reason: Phrase, days: int) -> Phrase:
    return turn.t("%(reason)s, %(time)s", reason=reason, time=turn.t.duration(timedelta(days=days)))


def choose_project(turn: Turn, pressed: Pressed) -> Reply:
    """In which project somebody gets no more tasks."""
    t = turn.t
    person_id = standing.someone(turn.tx, turn.person, pressed.number()).id
    found = members.member(turn.tx, turn.house.vault, turn.person, person_id, now=turn.now)
    rows: list[Row] = [
        (Button(title_of(t, one.project.file), data("why", "restrict", person_id, one.project.id)),)
        for one in found.work
    ]
    words = t("In which project?") if rows else t("They have not worked in any project.")
    rows.append((Button(t("Back"), data("member", person_id)),))
    return says(Message(parts=(Para(words),), rows=tuple(rows), slot=SLOT))


def impose(turn: Turn, pressed: Pressed) -> Reply:
    """It holds from now on, and the person is told."""
    measure, person_id, at = _measure(pressed.word(0)), pressed.number(1), pressed.number(2)
    last = pressed.number(3)
    if at >= len(REASONS) or (measure is Measure.PAUSE and last not in DAYS):
        raise Refused("unknown_button")
    turn.tell(
        standing.act(
            turn.tx,
            turn.person,
            person_id,
            kind=measure,
            reason=REASONS[at],
            project_id=last if measure is Measure.RESTRICT else None,
            lasts=timedelta(days=last) if measure is Measure.PAUSE else None,
            now=turn.now,
        )
    )
    return says(person_card.card(turn, person_id), toast=Toast(turn.t("Done; they are told.")))


def lift(turn: Turn, pressed: Pressed) -> Reply:
    """What was imposed is over."""
    found = restrictions.find(turn.tx, pressed.number())
    turn.tell(standing.end(turn.tx, turn.person, pressed.number(), now=turn.now))
    assert found is not None, "it was just ended"
    return says(person_card.card(turn, found.person_id), toast=Toast(turn.t("Done; they are told.")))


def _measure(word: str) -> Measure:
    if word not in BY_PEOPLE:
        raise Refused("unknown_button")
    return Measure(word)


ROUTES: tuple[Route, ...] = (
    CommandRoute("ban", ban, N_("Exclude somebody"), right="restrict"),
    CommandRoute("unban", unban, N_("Let somebody take part again"), right="restrict"),
    PressRoute("why", ask_why, right="restrict"),
    PressRoute("stop-in", choose_project, right="restrict"),
    PressRoute("impose", impose, right="restrict"),
    PressRoute("lift", lift, right="restrict"),
)
