"""`/people`: who takes part, by number; and one person's card, with what a moderator can do."""

from __future__ import annotations

from collections.abc import Sequence

from bots.dialogue import evidence_words, standing_words
from bots.dialogue.buttons import Pressed, data
from bots.dialogue.project_views import title_of
from bots.dialogue.routes import CommandRoute, PressRoute, Route
from bots.dialogue.skills import KINDS
from bots.dialogue.turn import Turn
from bots.dialogue.vocabulary import Button, Command, Message, Note, Para, Part, Reply, Row, Title, says
from core import members
from core.errors import Refused
from core.members import Member
from core.skills import Skill
from i18n import N_, Content, Phrase, Translator

SLOT = "people"
ACROSS = 4


def number_in(word: str) -> int:
    """The number of a person as somebody types it."""
    digits = word.strip().lstrip("#")
    if not digits.isdecimal() or len(digits) > 15:
        raise Refused("unknown_person")
    return int(digits)


def people(turn: Turn, command: Command) -> Reply:
    """`/people [N]`."""
    words = command.args.strip()
    return says(card(turn, number_in(words)) if words else _listed(turn))


def list_pressed(turn: Turn, _pressed: Pressed) -> Reply:
    """The list, from a button."""
    return says(_listed(turn))


def member(turn: Turn, pressed: Pressed) -> Reply:
    """One person, from a button."""
    return says(card(turn, pressed.number()))


def _listed(turn: Turn) -> Message:
    t, found = turn.t, members.listed(turn.tx, turn.person, now=turn.now)
    parts: list[Part] = [Title(t("People of the last seven days"))]
    shown: list[int] = []
    if found.active:
        lines = t.join(
            t.n(
                "%(person)s with %(count)s answer",
                "%(person)s with %(count)s answers",
                answers,
                person=number,
            )
            for number, answers in found.active
        )
        parts.append(Para(t("Most active: %(people)s", people=lines)))
        shown += [number for number, _ in found.active]
    if found.new:
        parts.append(Para(t("New: %(people)s", people=_numbers(t, found.new))))
        shown += found.new
    if found.restricted:
        parts.append(Para(t("Kept from something: %(people)s", people=_numbers(t, found.restricted))))
        shown += found.restricted
    example = t.command("/people 12")
    parts.append(Note(t("Tap a number, or send %(example)s.", example=example)))
    buttons = [Button(t.number(number), data("member", number)) for number in dict.fromkeys(shown)]
    rows = tuple(tuple(buttons[at : at + ACROSS]) for at in range(0, len(buttons), ACROSS))
    return Message(parts=tuple(parts), rows=rows, slot=SLOT)


def _numbers(t: Translator, numbers: Sequence[int]) -> Phrase:
    return t.join(t.number(number) for number in numbers)


def card(turn: Turn, person_id: int) -> Message:
    """A person as moderators see them: never their name."""
    t = turn.t
    found = members.member(turn.tx, turn.house.vault, turn.person, person_id, now=turn.now)
    points = t.n("%(count)s point", "%(count)s points", found.points)
    parts: list[Part] = [
        Title(t("Person %(number)s", number=found.person.id)),
        Para(_since(turn, found, points)),
    ]
    for one in found.work:
        title, name = title_of(t, one.project.file), Content(one.pseudonym)
        line = t.n(
            "“%(project)s”: %(worker)s, %(count)s answer",
            "“%(project)s”: %(worker)s, %(count)s answers",
            one.answers,
            project=title,
            worker=name,
        )
        parts.append(Para(line))
    parts += [Para(_skill(t, one)) for one in found.skills[: members.PROJECTS]]
    rows: list[Row] = []
    for held in found.measures:
        parts.append(Para(standing_words.line(turn.tx, t, turn.house.vault, held, now=turn.now)))
        what = standing_words.measure(turn.tx, t, held, now=turn.now)
        rows.append((Button(t("Lift: %(what)s", what=what), data("lift", held.id)),))
    number = found.person.id
    rows.append(
        (
            Button(t("Warn"), data("why", "warn", number)),
            Button(t("Pause them"), data("why", "pause", number)),
        )
    )
    rows.append(
        (
            Button(t("Stop in one project"), data("stop-in", number)),
            Button(t("Ban"), data("why", "ban", number)),
        )
    )
    rows.append((Button(t("All people"), data("people")),))
    return Message(parts=tuple(parts), rows=tuple(rows), slot=SLOT)


def _since(turn: Turn, found: Member, points: Phrase) -> Phrase:
    t = turn.t
    if found.joined_at is None:
        return points
    day = t.date(found.joined_at.astimezone(turn.person.tz).date())
    return t("here since %(day)s · %(points)s", day=day, points=points)


def _skill(t: Translator, one: Skill) -> Phrase:
    kind = t(KINDS[one.kind]) if one.kind in KINDS else Content(one.kind)
    known = evidence_words.skill(t, one)
    if one.lang:
        return t("%(kind)s, %(language)s: %(skill)s", kind=kind, language=t.language(one.lang), skill=known)
    return t("%(kind)s: %(skill)s", kind=kind, skill=known)


ROUTES: tuple[Route, ...] = (
    CommandRoute("people", people, N_("Who takes part, and how"), right="restrict"),
    PressRoute("people", list_pressed, right="restrict"),
    PressRoute("member", member, right="restrict"),
)
